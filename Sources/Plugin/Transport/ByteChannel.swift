import Glibc

/// What became of one attempt to read or write.
enum ChannelResult {
  case count(Int)
  case wouldBlock
  /// The connection is over, and why.
  case closed(String)
}

/// A connection's bytes, in the clear or through TLS. Used by one thread only.
struct ByteChannel {
  let socket: Socket
  private let side: ConnectionSide
  private let tls: TLSChannel?

  /// With parameters for TLS this blocks for the handshake.
  init(socket: Socket, side: ConnectionSide, tls parameters: TLSParameters?) throws(GRPCError) {
    self.socket = socket
    self.side = side
    if let parameters {
      tls = try TLSChannel(socket: socket, side: side, parameters: parameters)
    } else {
      tls = nil
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> ChannelResult {
    if let tls { return unsafe tls.read(into: buffer) }
    let count = unsafe Glibc.read(socket.descriptor, buffer.baseAddress, buffer.count)
    if count > 0 { return .count(count) }
    return count == 0 ? .closed("\(side.peer) closed the connection") : problem(errno)
  }

  func write(_ buffer: UnsafeRawBufferPointer) -> ChannelResult {
    if let tls { return unsafe tls.write(buffer) }
    let count = unsafe send(socket.descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
    return count >= 0 ? .count(count) : problem(errno)
  }

  private func problem(_ number: Int32) -> ChannelResult {
    switch number {
    case EAGAIN, EINTR: .wouldBlock
    case ECONNRESET, EPIPE: .closed("\(side.peer) closed the connection")
    default: .closed("the connection to \(side.peer) failed: \(systemText(number))")
    }
  }
}
