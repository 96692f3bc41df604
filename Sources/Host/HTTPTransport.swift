/// Sends HTTP requests. Implemented by `CurlTransport` and, for tests, by `MemoryTransport`.
package protocol HTTPTransport: Sendable {
  /// Sends one request and gives its whole response, whatever its status.
  ///
  /// Throws `HTTPError` when no complete response came, also when the task is cancelled.
  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}

/// One header line.
package struct HTTPHeader: Hashable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What to ask a server.
package struct HTTPRequest: Hashable, Sendable {
  package var method: String
  /// Absolute, `http` or `https`.
  package var url: String
  package var headers: [HTTPHeader]
  /// `nil` sends no body.
  package var body: [UInt8]?
  /// For the whole exchange; `nil` waits as long as bytes come.
  package var timeoutSeconds: Int?
  /// Redirections to follow; credentials are not sent on to another host.
  package var redirectCountMax: Int
  /// A longer body is an error of code `tooLarge`.
  package var bodySizeMax: Int

  package init(
    _ method: String = "GET", _ url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
    timeoutSeconds: Int? = nil, redirectCountMax: Int = 10, bodySizeMax: Int = 4 << 30
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeoutSeconds = timeoutSeconds
    self.redirectCountMax = redirectCountMax
    self.bodySizeMax = bodySizeMax
  }
}

/// What a server answered.
package struct HTTPResponse: Hashable, Sendable {
  package var status: Int
  /// Those of the last response, in the order they came.
  package var headers: [HTTPHeader]
  package var body: [UInt8]
  /// Where the response came from, after redirections.
  package var finalURL: String

  package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], finalURL: String = "") {
    self.status = status
    self.headers = headers
    self.body = body
    self.finalURL = finalURL
  }

  /// The value of the first header of that name, which is compared without case.
  package func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// Why no response came.
package struct HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    case invalidURL, unknownHost, noConnection, insecure, timeout, tooLarge, tooManyRedirects, cancelled, other
  }

  package var code: Code
  package var url: String
  /// One sentence without a full stop, in the library's words.
  package var message: String

  package init(_ code: Code, url: String, message: String) {
    self.code = code
    self.url = url
    self.message = message
  }

  package var description: String { "\(url): \(message)" }
}
