import Glibc
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
          let loop = try GRPCLoop(
            connection: connection, channel: ByteChannel(socket: socket, tls: tls), wakeUp: wakeUp)
          continuation.resume(returning: nil)
          connection.end(loop.run())
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

  /// For the thread: what was asked since the last time.
  func takeCommands() -> [Command] {
    queue.withLock { queue in
      let commands = queue.commands
      queue.commands = []
      return commands
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

/// The work of a connection's thread: moves bytes between socket and session until either is over.
private final class GRPCLoop {
  private let connection: GRPCConnection
  private let channel: ByteChannel
  private let session: HTTP2Session
  private let wakeUp: WakeUp
  private var output: [UInt8] = []
  private var written = 0
  private var input = [UInt8](repeating: 0, count: 256 << 10)
  private var isClosing = false

  init(connection: GRPCConnection, channel: ByteChannel, wakeUp: WakeUp) throws(GRPCError) {
    self.connection = connection
    self.channel = channel
    self.wakeUp = wakeUp
    session = try HTTP2Session()
  }

  /// Returns why the connection ended; all calls have failed with that by then.
  func run() -> GRPCError {
    let reason: GRPCError
    do throws(GRPCError) {
      try serve()
      reason = GRPCError(
        .unavailable,
        isClosing ? "the connection was closed" : session.goAwayReason ?? "the plugin closed the connection")
    } catch {
      reason = error
    }
    session.failAll(reason)
    return reason
  }

  private func serve() throws(GRPCError) {
    while true {
      for command in connection.takeCommands() { obey(command) }
      try flush()
      if session.isOver || (isClosing && written == output.count) { return }
      var polled = [
        pollfd(
          fd: channel.socket.descriptor, events: Int16(written < output.count ? POLLIN | POLLOUT : POLLIN), revents: 0),
        pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&polled, 2, patience())
      if polled[1].revents != 0 { wakeUp.settle() }
      if polled[0].revents & ~Int16(POLLOUT) != 0 { try receive() }
      if session.nextDeadline != nil { session.enforceDeadlines(now: ContinuousClock.now) }
    }
  }

  private func obey(_ command: GRPCConnection.Command) {
    switch command {
    case .start(let call): session.start(call)
    case .abandon(let identifier, let error): session.abandon(identifier, error)
    case .close:
      isClosing = true
      session.terminate()
    }
  }

  /// The milliseconds until the next deadline, -1 for none.
  private func patience() -> Int32 {
    guard let deadline = session.nextDeadline else { return -1 }
    let left = (deadline - ContinuousClock.now).components
    return Int32(clamping: max(0, left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1))
  }

  /// Sends as much as the socket takes.
  private func flush() throws(GRPCError) {
    while true {
      if written == output.count {
        output.removeAll(keepingCapacity: output.capacity <= 1 << 20)
        written = 0
      }
      try session.produce(into: &output, limit: written + 256 << 10)
      guard written < output.count else { return }
      let result = unsafe output.withUnsafeBytes {
        unsafe channel.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
      }
      switch result {
      case .count(let count): written += count
      case .wouldBlock: return
      case .closed(let reason): throw GRPCError(.unavailable, session.goAwayReason ?? reason)
      }
    }
  }

  /// Takes all that has come. Ends only when the channel is empty, since TLS may hold bytes that `poll` does not see.
  private func receive() throws(GRPCError) {
    while true {
      let result = unsafe input.withUnsafeMutableBytes { unsafe channel.read(into: $0) }
      switch result {
      case .count(let count):
        try unsafe input.withUnsafeBufferPointer { bytes throws(GRPCError) in
          try unsafe session.consume(UnsafeBufferPointer(rebasing: bytes[..<count]))
        }
        // Acknowledgements and window updates must not wait for the end of a long reply.
        try flush()
      case .wouldBlock: return
      case .closed(let reason): throw GRPCError(.unavailable, session.goAwayReason ?? reason)
      }
    }
  }
}
