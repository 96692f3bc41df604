import Host
import Synchronization

/// A gRPC connection to one plugin. A thread of its own holds the socket and the HTTP/2 session; calls reach it through a
/// queue and a wake-up, and come back through continuations. Calls fail with `unavailable` once the connection is gone.
final class GRPCConnection: Sendable {
  enum Command: Sendable {
    case start(GRPCCall)
    case abandon(UInt64, GRPCError)
    case close
  }
  private struct Queue {
    var commands: [Command] = []
    var nextIdentifier: UInt64 = 1
    /// Set by the thread when it takes no more.
    var ended: GRPCError?
    var waitingForEnd: [CheckedContinuation<Void, Never>] = []
  }
  private let queue = Mutex(Queue())
  private let wakeUp: WakeUp

  private init(wakeUp: WakeUp) { self.wakeUp = wakeUp }

  /// Connects, shakes hands where TLS is asked for, and returns when calls may start.
  static func open(_ socket: Socket, tls: TLSParameters?) async throws(GRPCError) -> GRPCConnection {
    guard let wakeUp = WakeUp() else { throw GRPCError(.unavailable, "the system has no descriptor left") }
    let connection = GRPCConnection(wakeUp: wakeUp)
    let problem = await withCheckedContinuation { (continuation: CheckedContinuation<GRPCError?, Never>) in
      let isStarted = startThread(named: "plumb-plugin") {
        do throws(GRPCError) {
          let loop = HTTP2Loop(
            session: try .host(), channel: try ByteChannel(socket: socket, side: .host, tls: tls), wakeUp: wakeUp)
          continuation.resume(returning: nil)
          connection.end(loop.run { connection.obey(on: loop) })
        } catch {
          continuation.resume(returning: error)
        }
      }
      if !isStarted { continuation.resume(returning: GRPCError(.unavailable, "the system has no thread left")) }
    }
    if let problem { throw problem }
    return connection
  }

  /// One request, one answer. `path` is `/package.Service/Method`. A cancelled task resets the stream.
  func call(_ path: String, _ message: [UInt8], timeout: Duration? = nil) async throws(GRPCError) -> [UInt8] {
    let identifier = newIdentifier()
    let deadline = timeout.map { ContinuousClock.now + $0 }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<[UInt8], GRPCError>, Never>) in
        let call = GRPCCall(identifier: identifier, path: path, message: message, deadline: deadline) {
          continuation.resume(returning: $0)
        }
        enqueue(.start(call))
        // The handler below may have run before the call was queued.
        if Task.isCancelled { cancel(identifier) }
      }
    } onCancel: {
      cancel(identifier)
    }
    return try result.get()
  }

  /// As `call`, but the calling thread waits. The answer comes from the connection's own thread, so that this works whatever else
  /// waits; for calls that are short, since nothing else happens on the calling thread meanwhile.
  func callAndWait(_ path: String, _ message: [UInt8]) throws(GRPCError) -> [UInt8] {
    let answer = AwaitedAnswer()
    enqueue(
      .start(
        GRPCCall(identifier: newIdentifier(), path: path, message: message, deadline: nil) { answer.give($0) }))
    return try answer.wait().get()
  }

  /// Opens a stream of answers that is read until the connection ends. `onMessage` runs on the connection's thread and
  /// must not block. How the stream ends is of no interest.
  func listen(_ path: String, _ message: [UInt8], onMessage: @escaping @Sendable ([UInt8]) -> Void) {
    enqueue(
      .start(
        GRPCCall(
          identifier: newIdentifier(), path: path, message: message, deadline: nil, onMessage: onMessage,
          completion: { _ in })))
  }

  /// Says goodbye and returns when the socket is closed. Calls in flight fail.
  func close() async {
    enqueue(.close)
    await withCheckedContinuation { continuation in
      let hasEnded = queue.withLock { queue in
        if queue.ended != nil { return true }
        queue.waitingForEnd.append(continuation)
        return false
      }
      if hasEnded { continuation.resume() }
    }
  }

  /// As `close`, without waiting: for owners that go without having said so.
  func abandon() { enqueue(.close) }

  private func newIdentifier() -> UInt64 {
    queue.withLock { queue in
      queue.nextIdentifier += 1
      return queue.nextIdentifier
    }
  }

  private func cancel(_ identifier: UInt64) {
    enqueue(.abandon(identifier, GRPCError(.cancelled, "the call was cancelled")))
  }

  private func enqueue(_ command: Command) {
    let ended = queue.withLock { queue -> GRPCError? in
      if queue.ended == nil { queue.commands.append(command) }
      return queue.ended
    }
    guard let ended else { return wakeUp.wake() }
    if case .start(let call) = command { call.complete(.failure(ended)) }
  }

  /// For the thread: does what was asked since the last time.
  private func obey(on loop: HTTP2Loop) {
    let commands = queue.withLock { queue in
      let commands = queue.commands
      queue.commands = []
      return commands
    }
    for command in commands {
      switch command {
      case .start(let call): call.start(on: loop.session)
      case .abandon(let identifier, let error): GRPCCall.abandon(identifier, error, on: loop.session)
      case .close: loop.closing = .now
      }
    }
  }

  private func end(_ reason: GRPCError) {
    let (commands, waiting) = queue.withLock { queue in
      let taken = (queue.commands, queue.waitingForEnd)
      queue.commands = []
      queue.waitingForEnd = []
      queue.ended = reason
      return taken
    }
    for case .start(let call) in commands { call.complete(.failure(reason)) }
    for continuation in waiting { continuation.resume() }
  }
}
