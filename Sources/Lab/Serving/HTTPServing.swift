import FlyingFox
import FlyingSocks
import FoundationEssentials
import Glibc

/// Serves a lab over HTTP on loopback.
struct HTTPServing {
  let lab: LabServer
  let port: UInt16

  /// Serves until the task is cancelled.
  /// - Parameter listening: called with the port when clients can come.
  func run(listening: @escaping @Sendable (UInt16) async -> Void) async throws(LabError) {
    let pool = PromptPool(base: HTTPServer.defaultPool())
    do {
      let configuration = HTTPServer.Configuration(
        address: try .inet(ip4: "127.0.0.1", port: port), timeout: 86_400, sharedRequestBufferSize: 65_536, pool: pool, logger: .disabled)
      let server = HTTPServer(config: configuration, handler: Handler(lab: lab))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        group.addTask {
          try await server.waitUntilListening()
          if case .ip4(_, let port) = await server.listeningAddress { await listening(port) }
        }
        group.addTask { await lab.run() }
        // The announcement ends by itself; the others only when they fail.
        for try await _ in group {}
      }
    } catch {
      throw LabError(message: "The lab cannot serve on port \(port) of 127.0.0.1: \(error)")
    }
  }
}

private struct Handler: HTTPHandler {
  let lab: LabServer

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    var headers: [String: String] = [:]
    for (name, value) in request.headers { headers[name.rawValue.lowercased()] = value }
    let body = try await request.bodyData
    let asked = Request(
      request.method.rawValue, Self.unescaped(request.target.path()[...]), query: Self.query(request.target.query()), headers: headers,
      body: [UInt8](body))
    switch await lab.outcome(of: asked) {
    case .answer(let answer): return response(answer)
    case .dropped:
      // A body that breaks off is how a connection ends here.
      return HTTPResponse(statusCode: .ok, body: HTTPBodySequence(from: BrokenBody(), count: 1024))
    }
  }

  private func response(_ answer: Answer) -> HTTPResponse {
    var headers = HTTPHeaders()
    for (name, value) in answer.headers { headers.addValue(value, for: HTTPHeader(name)) }
    headers[HTTPHeader("Audit-Id")] = "plumb-lab"
    let status = HTTPStatusCode(answer.code, phrase: Self.phrases[answer.code] ?? "Status")
    switch answer.body {
    case .bytes(let bytes):
      return HTTPResponse(statusCode: status, headers: headers, body: HTTPBodySequence(data: Data(bytes), suggestedBufferSize: 1 << 20))
    case .watch(let watch):
      return HTTPResponse(statusCode: status, headers: headers, body: HTTPBodySequence(from: WatchBody(lab: lab, watch: watch)))
    }
  }

  private static let phrases = [
    200: "OK", 201: "Created", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    409: "Conflict", 410: "Gone", 415: "Unsupported Media Type", 422: "Unprocessable Entity", 429: "Too Many Requests",
    500: "Internal Server Error", 504: "Gateway Timeout",
  ]

  /// The parameters of a query; in it, as in forms, a plus sign stands for a space.
  private static func query(_ text: String) -> [String: String] {
    var query: [String: String] = [:]
    for item in text.split(separator: "&") {
      let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        unescaped($0.replacing("+", with: " "))
      }
      query[halves[0]] = halves.count > 1 ? halves[1] : ""
    }
    return query
  }

  /// A text with its escapes undone.
  private static func unescaped(_ text: Substring) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.popFirst() {
      if first == UInt8(ascii: "%"), rest.count >= 2, let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(first)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The events of a watch as the body of an answer.
private struct WatchBody: AsyncBufferedSequence {
  typealias Element = UInt8
  let lab: LabServer
  let watch: Watch

  func makeAsyncIterator() -> Iterator { Iterator(lab: lab, watch: watch) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    let lab: LabServer
    var watch: Watch
    private let clock = ContinuousClock()
    private let begin: ContinuousClock.Instant
    private var lastBookmark: ContinuousClock.Instant
    private var isDone = false

    init(lab: LabServer, watch: Watch) {
      self.lab = lab
      self.watch = watch
      begin = clock.now
      lastBookmark = begin
    }

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
      if !watch.head.isEmpty {
        let head = watch.head
        watch.head = []
        return head
      }
      while !isDone {
        guard let (lines, after) = await lab.news(watch) else { return nil }
        watch = after
        if !lines.isEmpty { return lines }
        let isOver = clock.now - begin >= .seconds(watch.timeoutSeconds)
        if isOver { isDone = true }
        if watch.wantsBookmarks, isOver || clock.now - lastBookmark >= .seconds(30) {
          lastBookmark = clock.now
          return await lab.bookmark(watch)
        }
        if !isOver { await lab.wait(after: watch.revision) }
      }
      return nil
    }
  }
}

/// A body that breaks off before it began.
private struct BrokenBody: AsyncBufferedSequence {
  typealias Element = UInt8

  func makeAsyncIterator() -> Iterator { Iterator() }

  struct Iterator: AsyncBufferedIteratorProtocol {
    mutating func next() async throws -> UInt8? { throw SocketError.disconnected }
    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? { throw SocketError.disconnected }
  }
}

/// Sockets that send at once what is written to them. Answers are written in two parts; without this the second waits until the
/// client has acknowledged the first, which clients put off for 40 milliseconds.
private struct PromptPool: AsyncSocketPool {
  let base: any AsyncSocketPool

  func prepare() async throws { try await base.prepare() }
  func run() async throws { try await base.run() }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    // Connections have it from the socket that they come in at.
    try? socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
    try await base.suspendSocket(socket, untilReadyFor: events)
  }
}
