import Glibc
import Host
import Synchronization

/// Listens on a Unix socket and answers calls: one thread waits for connections, and each connection has one of its own.
final class GRPCServer: Sendable {
  private struct State {
    var nextNumber = 0
    var connections: [Int: GRPCServerConnection] = [:]
    var isClosing = false
    var isListening = true
  }
  private let state = Mutex(State())
  private let path: String
  private let listener: Socket
  private let tls: TLSParameters?
  private let wakeUp: WakeUp
  private let handler: GRPCHandler
  private let onEnd: @Sendable (GRPCError) -> Void

  private init(
    path: String, listener: Socket, tls: TLSParameters?, wakeUp: WakeUp, handler: @escaping GRPCHandler,
    onEnd: @escaping @Sendable (GRPCError) -> Void
  ) {
    self.path = path
    self.listener = listener
    self.tls = tls
    self.wakeUp = wakeUp
    self.handler = handler
    self.onEnd = onEnd
  }

  /// Returns when hosts may connect to `path`. `onEnd` hears why each connection ended.
  static func start(
    at path: String, tls: TLSParameters?, handler: @escaping GRPCHandler,
    onEnd: @escaping @Sendable (GRPCError) -> Void = { _ in }
  ) throws(GRPCError) -> GRPCServer {
    guard let wakeUp = WakeUp() else { throw GRPCError(.unavailable, "the system has no descriptor left") }
    let server = GRPCServer(
      path: path, listener: try Socket.listen(at: path), tls: tls, wakeUp: wakeUp, handler: handler, onEnd: onEnd)
    guard startThread(named: "plumb-listener", { server.listen() }) else {
      unsafe unlink(path)
      throw GRPCError(.unavailable, "the system has no thread left")
    }
    return server
  }

  /// Takes no more connections, and returns when those that are there have ended: each does when its calls are answered. Waits no
  /// longer than `limit`.
  func close(within limit: Duration) async {
    let connections = state.withLock { state in
      state.isClosing = true
      return Array(state.connections.values)
    }
    wakeUp.wake()
    for connection in connections { connection.close() }
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end, state.withLock({ $0.isListening || !$0.connections.isEmpty }) {
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  private func listen() {
    while !state.withLock({ $0.isClosing }) {
      var polled = [
        pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&polled, 2, -1)
      if polled[1].revents != 0 { wakeUp.settle() }
      guard polled[0].revents != 0 else { continue }
      if let socket = listener.accept() {
        take(socket)
      } else if errno == EMFILE || errno == ENFILE {
        // The connection stays in the queue until there is a descriptor for it; asking on and on would not make one.
        usleep(10_000)
      }
    }
    unsafe unlink(path)
    state.withLock { $0.isListening = false }
  }

  private func take(_ socket: Socket) {
    state.withLock { state in
      let number = state.nextNumber
      state.nextNumber += 1
      state.connections[number] = GRPCServerConnection.serve(socket, tls: tls, handler: handler) { [self] reason in
        onEnd(reason)
        self.state.withLock { $0.connections[number] = nil }
      }
    }
  }
}
