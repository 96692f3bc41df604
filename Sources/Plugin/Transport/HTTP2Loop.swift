import Glibc
import Host

/// The work of a connection's thread at either end: moves bytes between socket and session until either is over.
final class HTTP2Loop {
  enum Closing {
    case no
    /// Once no stream is left.
    case whenIdle
    case now
  }

  let session: HTTP2Session
  /// Set by whoever obeys orders.
  var closing = Closing.no
  private let channel: ByteChannel
  private let wakeUp: WakeUp
  private var output: [UInt8] = []
  private var written = 0
  private var input = [UInt8](repeating: 0, count: 256 << 10)
  private var hasSaidGoodbye = false

  init(session: HTTP2Session, channel: ByteChannel, wakeUp: WakeUp) {
    self.session = session
    self.channel = channel
    self.wakeUp = wakeUp
  }

  /// Returns why the connection ended; all streams have failed with that by then. `obey` is called after each wake-up, and
  /// does what was asked for since the last time.
  func run(obey: () -> Void) -> GRPCError {
    let reason: GRPCError
    do throws(GRPCError) {
      try serve(obey)
      reason = GRPCError(
        .unavailable,
        hasSaidGoodbye
          ? "the connection was closed" : session.goAwayReason ?? "\(session.side.peer) closed the connection")
    } catch {
      reason = error
    }
    session.loseAll(reason)
    return reason
  }

  private func serve(_ obey: () -> Void) throws(GRPCError) {
    while true {
      obey()
      if closing == .now, !hasSaidGoodbye {
        hasSaidGoodbye = true
        session.terminate()
      }
      try flush()
      if session.isOver || (hasSaidGoodbye && written == output.count) { return }
      if closing == .whenIdle, session.streams.isEmpty {
        closing = .now
        continue
      }
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
        // Acknowledgements and window updates must not wait for the end of a long message.
        try flush()
      case .wouldBlock: return
      case .closed(let reason): throw GRPCError(.unavailable, session.goAwayReason ?? reason)
      }
    }
  }
}
