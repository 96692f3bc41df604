import CLinux
import Glibc

/// Where a plugin listens.
enum PluginAddress: Hashable, Sendable {
  case unix(path: String)
  case tcp(host: String, port: UInt16)

  /// From the handshake line's network and address, or those of a reattach entry. Nil when they make no sense.
  init?(network: some StringProtocol, address: some StringProtocol) {
    switch network {
    case "unix":
      guard !address.isEmpty else { return nil }
      self = .unix(path: String(address))
    case "tcp":
      guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
        return nil
      }
      let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
      self = .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
    default: return nil
    }
  }
}

/// A stream socket, connected or listening, not blocking, closed with the value.
final class Socket: Sendable {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }

  /// Connects. Local addresses answer at once, so this blocks only as long as the kernel takes.
  static func connect(to address: PluginAddress) throws(GRPCError) -> Socket {
    switch address {
    case .unix(let path): try connectUnix(path)
    case .tcp(let host, let port): try connectTCP(host, port)
    }
  }

  /// Listens on a Unix socket that only this user may connect to. The path must be free.
  static func listen(at path: String) throws(GRPCError) -> Socket {
    var name = try unixName(path)
    let socket = try make(AF_UNIX)
    // The file takes the mode of the socket that it is made for.
    _ = fchmod(socket.descriptor, 0o600)
    let result = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0, Glibc.listen(socket.descriptor, 64) == 0 else {
      throw GRPCError(.unavailable, "could not listen at \(path): \(systemText(errno))")
    }
    try socket.makeNonBlocking()
    return socket
  }

  /// The next connection to a listening socket; nil when there is none now.
  func accept() -> Socket? {
    let descriptor = plumb_accept(self.descriptor)
    return descriptor < 0 ? nil : Socket(descriptor)
  }

  private static func unixName(_ path: String) throws(GRPCError) -> sockaddr_un {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: name.sun_path)
    let bytes = Array(path.utf8)
    guard bytes.count < capacity else {
      throw GRPCError(.unavailable, "the socket path \(path) is longer than the system allows (\(capacity - 1) bytes)")
    }
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
    return name
  }

  private static func connectUnix(_ path: String) throws(GRPCError) -> Socket {
    var name = try unixName(path)
    let socket = try make(AF_UNIX)
    let result = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw connectionFailure(path, errno) }
    try socket.makeNonBlocking()
    return socket
  }

  private static func connectTCP(_ host: String, _ port: UInt16) throws(GRPCError) -> Socket {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    let literal = host == "localhost" ? "127.0.0.1" : host
    guard unsafe inet_pton(AF_INET, literal, &name.sin_addr) == 1 else {
      return try connectTCP6(host, port)
    }
    let socket = try make(AF_INET)
    let result = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw connectionFailure("\(host):\(port)", errno) }
    try socket.makeNonBlocking()
    socket.sendWithoutDelay()
    return socket
  }

  private static func connectTCP6(_ host: String, _ port: UInt16) throws(GRPCError) -> Socket {
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_port = port.bigEndian
    guard unsafe inet_pton(AF_INET6, host, &name.sin6_addr) == 1 else {
      throw GRPCError(.unavailable, "the plugin's address \(host) is no IP address")
    }
    let socket = try make(AF_INET6)
    let result = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
      }
    }
    guard result == 0 else { throw connectionFailure("[\(host)]:\(port)", errno) }
    try socket.makeNonBlocking()
    socket.sendWithoutDelay()
    return socket
  }

  private static func make(_ family: Int32) throws(GRPCError) -> Socket {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw connectionFailure("a socket", errno) }
    return Socket(descriptor)
  }

  private func makeNonBlocking() throws(GRPCError) {
    guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0 else {
      throw Self.connectionFailure("a socket", errno)
    }
  }

  private func sendWithoutDelay() {
    var on: Int32 = 1
    _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func connectionFailure(_ place: String, _ number: Int32) -> GRPCError {
    GRPCError(.unavailable, "could not connect to \(place): \(systemText(number))")
  }

  /// The process and user that listen at the other end of a Unix socket; nil for other sockets.
  var peer: (process: Int32, user: UInt32)? {
    var process: pid_t = 0
    var user: uid_t = 0
    guard unsafe plumb_peer(descriptor, &process, &user) == 0 else { return nil }
    return (process, user)
  }
}

/// The system's words for an error number.
func systemText(_ number: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  _ = unsafe strerror_r(number, &buffer, buffer.count)
  let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return text.isEmpty ? "error \(number)" : String(decoding: text, as: UTF8.self)
}
