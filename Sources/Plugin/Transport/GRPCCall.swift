/// One call in the hands of the connection's thread: what is still to send, and what has come back.
///
/// Used by one thread only, after it was handed over; hence no lock.
final class GRPCCall: HTTP2Stream, @unchecked Sendable {
  let identifier: UInt64
  private let path: String
  private(set) var deadline: ContinuousClock.Instant?
  private let request: HTTP2Body
  /// Gets each message as it comes; nil for a unary call, whose one message is kept.
  private let onMessage: (@Sendable ([UInt8]) -> Void)?
  private var completion: (@Sendable (Result<[UInt8], GRPCError>) -> Void)?

  private var reader = GRPCMessageReader(side: .host)
  private var response: [UInt8]?
  private var httpStatus = 0
  private var status: Int?
  private var statusMessage = ""
  /// What went wrong on this side, before the stream's own end.
  private var failure: GRPCError?

  init(
    identifier: UInt64, path: String, message: [UInt8], deadline: ContinuousClock.Instant?,
    onMessage: (@Sendable ([UInt8]) -> Void)? = nil,
    completion: @escaping @Sendable (Result<[UInt8], GRPCError>) -> Void
  ) {
    self.identifier = identifier
    self.path = path
    self.deadline = deadline
    request = HTTP2Body(frameGRPCMessage(message))
    self.onMessage = onMessage
    self.completion = completion
  }

  /// Ends the call once; later ends are ignored.
  func complete(_ result: Result<[UInt8], GRPCError>) {
    let completion = completion
    self.completion = nil
    completion?(result)
  }

  /// Queues it. It fails at once when the session takes none any more.
  func start(on session: HTTP2Session) {
    var headers = HTTP2Headers([
      ":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost", "te": "trailers",
      "content-type": "application/grpc",
    ])
    if let deadline { headers.add("grpc-timeout", GRPCTimeout.text(until: deadline)) }
    guard session.request(headers, request, as: self) == nil else { return }
    complete(.failure(GRPCError(.unavailable, session.goAwayReason ?? "the connection takes no more calls")))
  }

  /// Gives a call up: the plugin is told, the caller gets `error`. Does nothing when the call has ended.
  static func abandon(_ identifier: UInt64, _ error: GRPCError, on session: HTTP2Session) {
    for (stream, call) in session.streams where (call as? GRPCCall)?.identifier == identifier {
      return call.giveUp(error, on: session, as: stream)
    }
  }

  func giveUp(_ error: GRPCError, on session: HTTP2Session, as stream: Int32) {
    guard failure == nil else { return }
    failure = error
    deadline = nil
    session.cancel(stream)
    // This object stays until the stream is closed, since the library may still ask for its data.
    complete(.failure(error))
  }

  func lose(_ error: GRPCError) { complete(.failure(error)) }

  /// The answer is taken when the stream is closed.
  func receivedAll(on session: HTTP2Session, as stream: Int32) {}

  func receive(header name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
    if unsafe name.elementsEqual("grpc-status".utf8) {
      status = unsafe Int(String(decoding: value, as: UTF8.self))
    } else if unsafe name.elementsEqual("grpc-message".utf8) {
      statusMessage = unsafe decodeGRPCStatusMessage(value)
    } else if unsafe name.elementsEqual(":status".utf8) {
      httpStatus = unsafe Int(String(decoding: value, as: UTF8.self)) ?? 0
    }
  }

  func receive(data: UnsafeBufferPointer<UInt8>) throws(GRPCError) {
    // What comes with another status than 200 is a page for people, not messages.
    guard httpStatus == 200, failure == nil else { return }
    try unsafe reader.append(data) { message in
      if let onMessage { onMessage(message) } else { response = message }
    }
  }

  func finish(streamError code: UInt32) {
    if let failure { return complete(.failure(failure)) }
    if let deadline, status != 0, deadline <= ContinuousClock.now {
      // The plugin knows the deadline too, and may give the call up first, in words of its own.
      return complete(.failure(GRPCError(.deadlineExceeded, "the plugin did not answer in time")))
    }
    if let status {
      // A status counts even when the plugin resets the stream after it: Go's servers do so with NO_ERROR.
      guard status == 0 else {
        return complete(.failure(GRPCError(GRPCError.Code(rawValue: status), statusMessage)))
      }
      if onMessage != nil { return complete(.success([])) }
      guard let response, reader.isAtBoundary else {
        return complete(.failure(GRPCError(.internal, "the plugin reported success without an answer")))
      }
      return complete(.success(response))
    }
    if httpStatus != 0, httpStatus != 200 { return complete(.failure(GRPCError(httpStatus: httpStatus))) }
    complete(.failure(Self.error(forStreamError: code)))
  }

  /// gRPC's table of HTTP/2 error codes.
  private static func error(forStreamError code: UInt32) -> GRPCError {
    switch code {
    case 0: GRPCError(.internal, "the plugin ended the call without a status")
    case 7: GRPCError(.unavailable, "the plugin refused the call")
    case 8: GRPCError(.cancelled, "the plugin cancelled the call")
    case 11: GRPCError(.resourceExhausted, "the plugin asked for fewer calls")
    case 12: GRPCError(.permissionDenied, "the plugin demands better transport security")
    default: GRPCError(.internal, "the plugin reset the call with HTTP/2 error \(code)")
    }
  }
}
