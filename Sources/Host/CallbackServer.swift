import Glibc
import Synchronization

/// Waits on this machine for a browser to be sent back to it. The real one is `LoopbackCallbacks`.
package protocol CallbackServer: Sendable {
  /// Begins to listen on a free port of the range; nil if there is none.
  func open(_ ports: ClosedRange<Int>) -> (any CallbackListener)?
}

package protocol CallbackListener: AnyObject, Sendable {
  var port: Int { get }
  /// The target of the first request whose path is this, such as `/login?code=1`. Whoever asks is shown the page. Nil if the listener
  /// was closed before.
  func wait(forPath path: String, page: String) async -> String?
  func close()
}

/// Listens on 127.0.0.1.
package struct LoopbackCallbacks: CallbackServer {
  package init() {}

  package func open(_ ports: ClosedRange<Int>) -> (any CallbackListener)? {
    for port in ports {
      if let listener = LoopbackListener(port: port) { return listener }
    }
    return nil
  }
}

private final class LoopbackListener: CallbackListener {
  let port: Int
  private let descriptor: Int32
  private let isClosed = Atomic(false)

  init?(port: Int) {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return nil }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(clamping: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isBound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound, listen(socket, 4) == 0 else {
      Glibc.close(socket)
      return nil
    }
    descriptor = socket
    self.port = port
  }

  deinit { Glibc.close(descriptor) }

  func close() {
    isClosed.store(true, ordering: .relaxed)
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  func wait(forPath path: String, page: String) async -> String? {
    await withCheckedContinuation { (continuation: CheckedContinuation<String?, Never>) in
      let isStarted = startThread(named: "plumb-callback") { [self] in
        continuation.resume(returning: serve(path, page))
      }
      if !isStarted { continuation.resume(returning: nil) }
    }
  }

  private func serve(_ path: String, _ page: String) -> String? {
    while !isClosed.load(ordering: .relaxed) {
      let connection = accept(descriptor, nil, nil)
      if connection < 0 {
        if errno == EINTR { continue }
        return nil
      }
      defer { Glibc.close(connection) }
      guard let target = readTarget(connection) else { continue }
      let isWanted = target == path || target.hasPrefix("\(path)?")
      // Browsers ask for more than they are sent for, such as an icon.
      answer(connection, status: isWanted ? "200 OK" : "404 Not Found", page: isWanted ? page : "")
      if isWanted { return target }
    }
    return nil
  }

  /// The second word of the first line, once the head of the request is there.
  private func readTarget(_ connection: Int32) -> String? {
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    unsafe setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 65_536 {
      let count = unsafe read(connection, &piece, piece.count)
      if count <= 0 { return nil }
      bytes += piece.prefix(count)
      let text = String(decoding: bytes, as: UTF8.self)
      guard text.contains("\r\n\r\n") else { continue }
      let words = text.prefix { $0 != "\r\n" }.split(separator: " ")
      return words.count >= 2 && words[0] == "GET" ? String(words[1]) : nil
    }
    return nil
  }

  private func answer(_ connection: Int32, status: String, page: String) {
    let body = Array(page.utf8)
    let head =
      "HTTP/1.1 \(status)\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    let bytes = Array(head.utf8) + body
    var offset = 0
    while offset < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe send(connection, buffer.baseAddress?.advanced(by: offset), bytes.count - offset, Int32(MSG_NOSIGNAL))
      }
      if written <= 0 { return }
      offset += written
    }
  }
}
