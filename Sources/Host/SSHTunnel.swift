import CSSH
import Glibc

/// The way through a bastion: what is written to one end of a pair of sockets goes through the bastion's connection to the machine
/// behind it, and back. A thread carries it until either side closes; it owns the bastion's connection.
struct SSHTunnel {
  /// Gives the end of the pair that the second connection talks to.
  static func open(from bastion: sending SSHConnection, to endpoint: RemoteEndpoint) throws(RemoteError) -> Int32 {
    guard let channel = unsafe ssh_channel_new(bastion.session) else { throw RemoteError(.unreachable, "out of memory") }
    guard
      unsafe ssh_channel_open_forward(channel, endpoint.host, Int32(clamping: endpoint.port), "127.0.0.1", 0) == SSH_OK
    else {
      unsafe ssh_channel_free(channel)
      throw RemoteError(.unreachable, "the bastion host cannot reach \(endpoint.host):\(endpoint.port)")
    }
    var ends: [Int32] = [-1, -1]
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      unsafe ssh_channel_free(channel)
      throw RemoteError(.unreachable, "the system has no socket left")
    }
    let carrier = unsafe Carrier(connection: bastion, channel: channel, descriptor: ends[1])
    if !startThread(named: "plumb-tunnel", { carrier.carry() }) {
      carrier.end()
      close(ends[0])
      throw RemoteError(.unreachable, "the system has no thread left")
    }
    return ends[0]
  }
}

/// `@unchecked Sendable`: after it was made only the tunnel's thread uses it.
@safe private final class Carrier: @unchecked Sendable {
  private let connection: SSHConnection
  private let channel: OpaquePointer
  private let descriptor: Int32

  init(connection: SSHConnection, channel: OpaquePointer, descriptor: Int32) {
    self.connection = connection
    unsafe self.channel = channel
    self.descriptor = descriptor
  }

  func end() {
    close(descriptor)
    unsafe ssh_channel_free(channel)
  }

  func carry() {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let size = UInt32(buffer.count)
    defer { end() }
    while true {
      var polled = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: unsafe ssh_get_fd(connection.session), events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&polled, 2, 500)
      if polled[0].revents != 0 {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        if count <= 0 { return }
        guard unsafe ssh_channel_write(channel, buffer, UInt32(count)) == count else { return }
      }
      // What came may be kept by libssh already, where poll does not see it.
      while true {
        let count = unsafe ssh_channel_read_nonblocking(channel, &buffer, size, 0)
        if count == 0 { break }
        guard count > 0, send(buffer, Int(count)) else { return }
      }
      if unsafe ssh_channel_is_eof(channel) != 0 { return }
    }
  }

  private func send(_ bytes: [UInt8], _ count: Int) -> Bool {
    var offset = 0
    while offset < count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), count - offset)
      }
      if written <= 0 { return false }
      offset += written
    }
    return true
  }
}
