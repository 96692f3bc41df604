/// Answers one call: a path such as `/package.Service/Method`, and the message. Runs in a task that is cancelled when nobody waits
/// for the answer any more.
typealias GRPCHandler = @Sendable (_ path: String, _ message: [UInt8]) async throws(GRPCError) -> [UInt8]

/// One call in the hands of the connection's thread of the end that answers. Used by that thread only.
final class GRPCServerCall: HTTP2Stream {
  /// Starts the work on a call that has come in whole.
  private let start: (_ stream: Int32, _ path: String, _ message: [UInt8]) -> Task<Void, Never>
  private var path = ""
  private var reader = GRPCMessageReader(side: .plugin)
  private var message: [UInt8]?
  private var task: Task<Void, Never>?
  /// Kept until the stream is closed, since the library asks for its data until then.
  private var answer: HTTP2Body?
  private var isAnswered = false
  private(set) var deadline: ContinuousClock.Instant?

  init(start: @escaping (_ stream: Int32, _ path: String, _ message: [UInt8]) -> Task<Void, Never>) {
    self.start = start
  }

  func receive(header name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
    if unsafe name.elementsEqual(":path".utf8) {
      path = unsafe String(decoding: value, as: UTF8.self)
    } else if unsafe name.elementsEqual("grpc-timeout".utf8) {
      deadline = unsafe GRPCTimeout.duration(String(decoding: value, as: UTF8.self)).map { ContinuousClock.now + $0 }
    }
  }

  func receive(data: UnsafeBufferPointer<UInt8>) throws(GRPCError) {
    if isAnswered { return }
    try unsafe reader.append(data) { message = $0 }
  }

  func receivedAll(on session: HTTP2Session, as stream: Int32) {
    if isAnswered || task != nil { return }
    guard let message, reader.isAtBoundary else {
      return giveUp(GRPCError(.internal, "the call came without a whole message"), on: session, as: stream)
    }
    self.message = nil
    task = start(stream, path, message)
  }

  func giveUp(_ error: GRPCError, on session: HTTP2Session, as stream: Int32) {
    task?.cancel()
    answer(.failure(error), on: session, as: stream)
  }

  /// Answers once; later answers are dropped.
  func answer(_ result: Result<[UInt8], GRPCError>, on session: HTTP2Session, as stream: Int32) {
    if isAnswered { return }
    isAnswered = true
    deadline = nil
    var headers = HTTP2Headers([":status": "200", "content-type": "application/grpc"])
    switch result {
    case .success(let message):
      answer = HTTP2Body(frameGRPCMessage(message), trailers: HTTP2Headers(["grpc-status": "0"]))
    case .failure(let error):
      // No message, and so the trailers come in the headers' place.
      headers.add("grpc-status", "\(error.code.rawValue)")
      headers.add("grpc-message", encodeGRPCStatusMessage(error.message))
    }
    session.respond(to: stream, headers, answer)
  }

  func finish(streamError code: UInt32) {
    if !isAnswered { task?.cancel() }
  }

  func lose(_ error: GRPCError) { task?.cancel() }
}
