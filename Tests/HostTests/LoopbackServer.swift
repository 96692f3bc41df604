import Glibc
import Host
import Synchronization

/// A small HTTP/1.1 server on 127.0.0.1, whose requests are answered by a function: one a connection; or, where connections are kept,
/// one after the other, and the function finds the number of the connection in the header `X-Connection`.
final class LoopbackServer: Sendable {
  struct Failure: Error {}

  let port: UInt16
  private let listener: Int32

  init(keepsConnections: Bool = false, _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let ok = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && listen(socket, 16) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard ok else { throw Failure() }
    listener = socket
    port = UInt16(bigEndian: address.sin_port)
    guard startThread(named: "server", { Self.serve(socket, keepsConnections, answer) }) else { throw Failure() }
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func serve(_ listener: Int32, _ keepsConnections: Bool, _ answer: (HTTPRequest) -> HTTPResponse) {
    var number = 0
    while true {
      let connection = accept(listener, nil, nil)
      if connection < 0 { break }
      number += 1
      while var request = readRequest(connection) {
        if keepsConnections { request.headers.append(HTTPHeader("X-Connection", "\(number)")) }
        let response = answer(request)
        var head =
          "HTTP/1.1 \(response.status) Status\r\nContent-Length: \(response.body.count)\r\n"
        if !keepsConnections { head += "Connection: close\r\n" }
        for header in response.headers { head += "\(header.name): \(header.value)\r\n" }
        send([UInt8]((head + "\r\n").utf8) + response.body, to: connection)
        if !keepsConnections { break }
      }
      close(connection)
    }
    close(listener)
  }

  private static func readRequest(_ connection: Int32) -> HTTPRequest? {
    var bytes: [UInt8] = []
    let end = [UInt8]("\r\n\r\n".utf8)
    while true {
      var piece = [UInt8](repeating: 0, count: 4096)
      let count = read(connection, &piece, piece.count)
      if count <= 0 { return nil }
      bytes += piece.prefix(count)
      let headEnd = bytes.indices.first { bytes[$0...].starts(with: end) }
      guard let headEnd else { continue }
      let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
      let words = (lines.first ?? "").split(separator: " ")
      guard words.count == 3 else { return nil }
      let headers = lines.dropFirst().map { line in
        let parts = line.split(separator: ":", maxSplits: 1)
        return HTTPHeader(String(parts[0]), String((parts.last ?? "").drop { $0 == " " }))
      }
      let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
      let body = bytes[(headEnd + 4)...]
      if body.count < length { continue }
      return HTTPRequest(
        String(words[0]), "http://localhost\(words[1])", headers: headers, body: length > 0 ? [UInt8](body) : nil)
    }
  }

  private static func send(_ bytes: [UInt8], to connection: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }
}
