import Synchronization

/// Answers requests from a function, without a network. Remembers what was asked.
package final class MemoryTransport: HTTPTransport {
  private let answer: @Sendable (HTTPRequest) -> HTTPResponse?
  private let asked = Mutex<[HTTPRequest]>([])

  /// - Parameter answer: the response to a request; `nil` is a host that cannot be reached.
  package init(_ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse?) {
    self.answer = answer
  }

  /// Fixed bodies with status 200 by URL; everything else is 404.
  package convenience init(bodies: [String: [UInt8]], contentType: String = "application/json") {
    self.init { request in
      bodies[request.url].map {
        HTTPResponse(status: 200, headers: [HTTPHeader("Content-Type", contentType)], body: $0)
      } ?? HTTPResponse(status: 404)
    }
  }

  /// Every request so far, in the order they came.
  package var requests: [HTTPRequest] { asked.withLock { $0 } }

  /// Hands the body out line by line.
  package func stream(
    _ request: HTTPRequest, _ receive: @escaping @Sendable (HTTPStreamPart) -> Bool
  ) async throws(HTTPError) -> HTTPResponse {
    let response = try await send(request)
    var head = response
    head.body = []
    guard receive(.head(head)) else { return head }
    for line in response.body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let isLast = line.endIndex == response.body.endIndex
      if isLast, line.isEmpty { break }
      if Task.isCancelled { throw HTTPError(.cancelled, url: request.url, message: "the request was cancelled") }
      guard receive(.piece(Array(line) + (isLast ? [] : [UInt8(ascii: "\n")]))) else { break }
    }
    return head
  }

  package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    guard request.url.hasPrefix("http://") || request.url.hasPrefix("https://") else {
      throw HTTPError(.invalidURL, url: request.url, message: "Unsupported protocol")
    }
    if Task.isCancelled { throw HTTPError(.cancelled, url: request.url, message: "the request was cancelled") }
    asked.withLock { $0.append(request) }
    var current = request
    for _ in 0...max(request.redirectCountMax, 0) {
      guard var response = answer(current) else {
        throw HTTPError(.noConnection, url: request.url, message: "Couldn't connect to server")
      }
      if (301...308).contains(response.status), let location = response.header("Location"),
        let next = WebAddress.resolve(location, against: current.url)
      {
        current.url = next
        continue
      }
      if response.body.count > request.bodySizeMax {
        throw HTTPError(.tooLarge, url: request.url, message: "Maximum file size exceeded")
      }
      if response.finalURL.isEmpty { response.finalURL = current.url }
      return response
    }
    throw HTTPError(
      .tooManyRedirects, url: request.url, message: "Maximum (\(request.redirectCountMax)) redirects followed")
  }
}
