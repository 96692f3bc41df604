import Host
import Synchronization

/// Where HTTP requests go: the real web, or a function that answers them in tests.
public struct Web: Sendable {
  let transport: any HTTPTransport

  init(_ transport: any HTTPTransport) { self.transport = transport }

  /// The real one. Proxies and certificates are found as everywhere on the system.
  public static var real: Web { Web(CurlTransport(userAgent: "plumb-provider", idleConnectionCountMax: 16)) }

  /// A web in which no host can be reached.
  public static var none: Web { scripted { _ in nil } }

  /// - Parameter answer: the response to a request; nil is a host that cannot be reached.
  public static func scripted(_ answer: @escaping @Sendable (WebRequest) -> WebResponse?) -> Web {
    Web(
      MemoryTransport { request in
        answer(WebRequest(request)).map { response in
          HTTPResponse(
            status: response.status, headers: response.headers.map { HTTPHeader($0.name, $0.value) }, body: response.body)
        }
      })
  }

  /// The same for answers that take their time or do not end, such as those of an emulated service.
  public static func streaming(_ answer: @escaping @Sendable (WebRequest) async -> StreamedResponse?) -> Web {
    Web(StreamingTransport(answer: answer))
  }
}

/// A response whose body comes piece by piece.
public struct StreamedResponse: Sendable {
  /// Status and headers.
  public var head: WebResponse
  /// An error in it is a connection that breaks.
  public var body: AsyncThrowingStream<[UInt8], any Error>

  public init(_ head: WebResponse, body: AsyncThrowingStream<[UInt8], any Error>) {
    self.head = head
    self.body = body
  }

  /// One that is there at once.
  public init(_ response: WebResponse) {
    self.init(response, body: AsyncThrowingStream { continuation in
      continuation.yield(response.body)
      continuation.finish()
    })
  }
}

/// Answers requests from a function that may take its time.
private struct StreamingTransport: HTTPTransport {
  let answer: @Sendable (WebRequest) async -> StreamedResponse?

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    let body = Mutex<[UInt8]>([])
    var response = try await stream(request) { part in
      if case .piece(let bytes) = part { body.withLock { $0 += bytes } }
      return true
    }
    response.body = body.withLock { $0 }
    return response
  }

  func stream(
    _ request: HTTPRequest, _ receive: @escaping @Sendable (HTTPStreamPart) -> Bool
  ) async throws(HTTPError) -> HTTPResponse {
    guard let answered = await answer(WebRequest(request)) else {
      throw HTTPError(.noConnection, url: request.url, message: "Couldn't connect to server")
    }
    let head = HTTPResponse(
      status: answered.head.status, headers: answered.head.headers.map { HTTPHeader($0.name, $0.value) }, finalURL: request.url)
    guard receive(.head(head)) else { return head }
    do {
      for try await piece in answered.body where !receive(.piece(piece)) { break }
    } catch {
      throw HTTPError(.other, url: request.url, message: "Failure when receiving data from the peer")
    }
    if Task.isCancelled { throw HTTPError(.cancelled, url: request.url, message: "the request was cancelled") }
    return head
  }
}

/// A header line.
public struct WebHeader: Hashable, Sendable {
  public var name: String
  public var value: String
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What to ask a server.
public struct WebRequest: Hashable, Sendable {
  public var method: String
  /// Absolute, `http` or `https`.
  public var url: String
  public var headers: [WebHeader]
  /// Nil sends none.
  public var body: [UInt8]?
  /// For the whole exchange. Nil waits as long as bytes come.
  public var timeout: Duration?
  /// How long may nothing come, where the whole has no limit. Nil waits for ever, as one who watches does.
  public var silenceLimit: Duration?

  public init(
    _ method: String = "GET", _ url: String, headers: [WebHeader] = [], body: [UInt8]? = nil, timeout: Duration? = nil,
    silenceLimit: Duration? = .seconds(60)
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.silenceLimit = silenceLimit
  }

  /// A request whose body is JSON.
  public init(_ method: String, _ url: String, json: DynamicValue, headers: [WebHeader] = []) {
    self.init(method, url, headers: headers + [WebHeader("Content-Type", "application/json")], body: Array(json.json.utf8))
  }

  init(_ request: HTTPRequest) {
    self.init(
      request.method, request.url, headers: request.headers.map { WebHeader($0.name, $0.value) }, body: request.body,
      timeout: request.timeoutSeconds.map { .seconds($0) }, silenceLimit: request.silenceSecondsMax.map { .seconds($0) })
  }

  /// The value of the first header of that name, in any case.
  public func header(_ name: String) -> String? { firstHeader(headers, name) }
}

/// What a server answered, whatever its status.
public struct WebResponse: Hashable, Sendable {
  public var status: Int
  public var headers: [WebHeader]
  public var body: [UInt8]
  /// Where it came from, after redirections.
  public var url: String

  public init(status: Int = 200, headers: [WebHeader] = [], body: [UInt8] = [], url: String = "") {
    self.status = status
    self.headers = headers
    self.body = body
    self.url = url
  }

  /// A response with a text.
  public init(status: Int = 200, text: String, headers: [WebHeader] = []) {
    self.init(status: status, headers: headers, body: Array(text.utf8))
  }

  init(_ response: HTTPResponse) {
    self.init(
      status: response.status, headers: response.headers.map { WebHeader($0.name, $0.value) }, body: response.body,
      url: response.finalURL)
  }

  public func header(_ name: String) -> String? { firstHeader(headers, name) }
  public var isSuccess: Bool { (200..<300).contains(status) }
  /// The body, in which bytes that are no text became replacement characters.
  public var text: String { String(decoding: body, as: UTF8.self) }
  /// The body as JSON.
  public func json() throws(AttributeError) -> DynamicValue { try DynamicValue(json: text) }

  /// The response if it is a success; throws a `WebStatusError` for every other.
  public func requireSuccess() throws -> WebResponse {
    if isSuccess { return self }
    throw WebStatusError(response: self)
  }

  /// What the server asked to be left alone for: seconds, or a date, which is taken relative to the response's own.
  public var retryAfter: Duration? {
    guard let text = header("Retry-After") else { return nil }
    if let seconds = Int(text), seconds >= 0 { return .seconds(seconds) }
    guard let then = HTTPDate.seconds(text), let now = header("Date").flatMap(HTTPDate.seconds) else { return nil }
    return .seconds(max(0, then - now))
  }
}

private func firstHeader(_ headers: [WebHeader], _ name: String) -> String? {
  let wanted = name.lowercased()
  return headers.first { $0.name.lowercased() == wanted }?.value
}

/// No response came.
public struct WebError: TransientError, Hashable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    case invalidURL, unknownHost, noConnection, insecure, timeout, tooLarge, tooManyRedirects, cancelled, other
  }
  public var code: Code
  public var url: String
  /// One sentence without a full stop.
  public var message: String

  public var retryAdvice: RetryAdvice {
    switch code {
    case .unknownHost, .noConnection, .timeout, .other: .tryAgain
    case .invalidURL, .insecure, .tooLarge, .tooManyRedirects, .cancelled: .giveUp
    }
  }

  public var description: String { "\(url): \(message)" }

  init(_ error: HTTPError) {
    code =
      switch error.code {
      case .invalidURL: .invalidURL
      case .unknownHost: .unknownHost
      case .noConnection: .noConnection
      case .insecure: .insecure
      case .timeout: .timeout
      case .tooLarge: .tooLarge
      case .tooManyRedirects: .tooManyRedirects
      case .cancelled: .cancelled
      case .other: .other
      }
    url = error.url
    message = error.message
  }
}

/// A response came, and was no success.
public struct WebStatusError: TransientError, Hashable, CustomStringConvertible {
  public var response: WebResponse

  /// Too many requests, and what servers say when they are overloaded or restarting, pass by themselves.
  public var retryAdvice: RetryAdvice {
    guard [408, 429, 500, 502, 503, 504].contains(response.status) else { return .giveUp }
    return response.retryAfter.map(RetryAdvice.tryAgainAfter) ?? .tryAgain
  }

  public var description: String {
    let text = response.text
    let said = text.isEmpty ? "" : ": \(text.prefix(500))"
    return "\(response.url) answered with status \(response.status)\(said)"
  }
}

/// Dates of HTTP headers (RFC 9110, 5.6.7), in the form that is to be sent: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Seconds since 1970; nil for what is no such date.
  static func seconds(_ text: String) -> Int? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])),
      let year = Int(words[3]), (1970...9999).contains(year), (1...31).contains(day)
    else { return nil }
    let time = words[4].split(separator: ":").compactMap { Int($0) }
    guard time.count == 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]), (0...60).contains(time[2]) else { return nil }
    // Days of the civil calendar, counted from March so that the leap day is the last of its year.
    let (y, m) = month < 2 ? (year - 1, month + 10) : (year, month - 2)
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468
    return days * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]
  }
}
