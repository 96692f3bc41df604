/// Sends HTTP requests. Implemented by `CurlTransport` and, for tests, by `MemoryTransport`.
package protocol HTTPTransport: Sendable {
  /// Sends one request and gives its whole response, whatever its status.
  ///
  /// Throws `HTTPError` when no complete response came, also when the task is cancelled.
  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse

  /// Sends one request and hands out its response as it comes: its head first, as soon as it is there, then pieces of the body. The
  /// function says whether it wants more. The response that is given at the end has no body.
  ///
  /// The function is called on the connection's own thread, so that a slow one slows the server down.
  func stream(
    _ request: HTTPRequest, _ receive: @escaping @Sendable (HTTPStreamPart) -> Bool
  ) async throws(HTTPError) -> HTTPResponse
}

/// A part of a response that is read as it comes.
package enum HTTPStreamPart: Hashable, Sendable {
  /// Status and headers.
  case head(HTTPResponse)
  case piece([UInt8])
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
  /// A longer body is an error of code `tooLarge`. Does not count for streams.
  package var bodySizeMax: Int
  /// For how long no byte may come, where the whole exchange has no limit; `nil` for as long as it likes.
  package var silenceSecondsMax: Int?
  /// How the server proves who it is, and this client too. `nil` is as everywhere on the system.
  package var security: HTTPSecurity?
  /// The proxy to use; `nil` is as everywhere on the system.
  package var proxy: String?

  package init(
    _ method: String = "GET", _ url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
    timeoutSeconds: Int? = nil, redirectCountMax: Int = 10, bodySizeMax: Int = 4 << 30, silenceSecondsMax: Int? = 60,
    security: HTTPSecurity? = nil, proxy: String? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeoutSeconds = timeoutSeconds
    self.redirectCountMax = redirectCountMax
    self.bodySizeMax = bodySizeMax
    self.silenceSecondsMax = silenceSecondsMax
    self.security = security
    self.proxy = proxy
  }
}

/// Settings of TLS. Certificates and keys are PEM.
package struct HTTPSecurity: Hashable, Sendable {
  /// Those that are trusted; `nil` are the system's.
  package var authorities: [UInt8]?
  package var clientCertificate: [UInt8]?
  package var clientKey: [UInt8]?
  /// Whether the server must prove who it is.
  package var verifiesServer: Bool
  /// The name that the server's certificate must have, where it is not the one in the URL.
  package var serverName: String?

  package init(
    authorities: [UInt8]? = nil, clientCertificate: [UInt8]? = nil, clientKey: [UInt8]? = nil, verifiesServer: Bool = true,
    serverName: String? = nil
  ) {
    self.authorities = authorities
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.verifiesServer = verifiesServer
    self.serverName = serverName
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
