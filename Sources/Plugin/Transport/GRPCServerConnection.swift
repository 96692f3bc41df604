import Host
import Synchronization

/// One host's connection. A thread of its own holds the socket and the HTTP/2 session; answers reach it through a queue and a
/// wake-up.
final class GRPCServerConnection: Sendable {
  private enum Command: Sendable {
    case answer(Int32, Result<[UInt8], GRPCError>)
    case close
  }
  private let queue = Mutex([Command]())
  private let wakeUp: WakeUp
  private let handler: GRPCHandler

  private init(wakeUp: WakeUp, handler: @escaping GRPCHandler) {
    self.wakeUp = wakeUp
    self.handler = handler
  }

  /// Takes a connection over: shakes hands where TLS is asked for, then answers calls until it ends. `onEnd` is called once, with the
  /// reason. Nil when the system cannot give what a connection needs.
  static func serve(
    _ socket: Socket, tls: TLSParameters?, handler: @escaping GRPCHandler, onEnd: @escaping @Sendable (GRPCError) -> Void
  ) -> GRPCServerConnection? {
    guard let wakeUp = WakeUp() else { return nil }
    let connection = GRPCServerConnection(wakeUp: wakeUp, handler: handler)
    let isStarted = startThread(named: "plumb-host") {
      do throws(GRPCError) {
        let channel = try ByteChannel(socket: socket, side: .plugin, tls: tls)
        let session = try HTTP2Session.plugin {
          GRPCServerCall { stream, path, message in connection.begin(stream, path, message) }
        }
        let loop = HTTP2Loop(session: session, channel: channel, wakeUp: wakeUp)
        onEnd(loop.run { connection.obey(on: loop) })
      } catch {
        onEnd(error)
      }
    }
    return isStarted ? connection : nil
  }

  /// Ends the connection once all calls are answered.
  func close() { enqueue(.close) }

  private func begin(_ stream: Int32, _ path: String, _ message: [UInt8]) -> Task<Void, Never> {
    Task {
      do throws(GRPCError) {
        enqueue(.answer(stream, .success(try await handler(path, message))))
      } catch {
        enqueue(.answer(stream, .failure(error)))
      }
    }
  }

  private func enqueue(_ command: Command) {
    queue.withLock { $0.append(command) }
    wakeUp.wake()
  }

  /// For the thread: does what was asked since the last time.
  private func obey(on loop: HTTP2Loop) {
    let commands = queue.withLock { queue in
      let commands = queue
      queue = []
      return commands
    }
    for command in commands {
      switch command {
      case .answer(let stream, let result):
        (loop.session.streams[stream] as? GRPCServerCall)?.answer(result, on: loop.session, as: stream)
      case .close: loop.closing = .whenIdle
      }
    }
  }
}
