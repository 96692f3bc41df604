import Lab
import Synchronization

/// The time of a `LabWorld`. It stands still as long as anybody does something.
package struct LabClock: Clock {
  package struct Instant: InstantProtocol {
    /// Nanoseconds since 1970.
    var time: Int64
    package func advanced(by duration: Duration) -> Instant { Instant(time: time + Self.nanoseconds(duration)) }
    package func duration(to other: Instant) -> Duration { .nanoseconds(other.time - time) }
    package static func < (left: Instant, right: Instant) -> Bool { left.time < right.time }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
      let (seconds, attoseconds) = duration.components
      return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
  }

  let world: LabWorld

  package var now: Instant { Instant(time: world.state.withLock { $0.time }) }
  package var minimumResolution: Duration { .zero }

  package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    world.state.withLock { $0.sleeps.append(.nanoseconds(max(0, deadline.time - $0.time))) }
    await world.wait(until: deadline.time)
    try Task.checkCancellation()
  }
}

extension LabWorld {
  /// Waits for a time, or until the task is cancelled.
  /// - Parameter seen: up to which change the one who listens knows all; when given, the next one ends the waiting.
  func wait(until deadline: Int64, listeningSince seen: Int? = nil) async {
    let number = state.withLock { state in
      state.numbers += 1
      return state.numbers
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          // Whoever was cancelled before is found in the list no more.
          if Task.isCancelled || state.time >= deadline || seen.map({ $0 != state.changes }) ?? false { return true }
          state.activity += 1
          state.waiting[number] = Waiter(deadline: deadline, isListening: seen != nil, continuation: continuation)
          return false
        }
        if isOver { continuation.resume() } else { pump() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume()
    }
  }

  /// Lets time go on for as long as anybody waits.
  private func pump() {
    let isPumping = state.withLock { state in
      defer { state.isPumping = true }
      return state.isPumping
    }
    if isPumping { return }
    Task.detached { [self] in
      while let next = nextMoment() {
        let (jump, seen) = state.withLock { (next - $0.time, $0.activity) }
        // The further the time is to jump, the surer one must be that nobody is about to do something.
        try? await Task.sleep(for: .nanoseconds(min(50_000_000, max(300_000, jump / 1000))))
        if state.withLock({ $0.activity }) == seen { advance(to: next) }
      }
    }
  }

  /// When something happens next; nil if nobody waits any more.
  private func nextMoment() -> Int64? {
    state.withLock { state in
      guard let first = state.waiting.values.map(\.deadline).min() else {
        state.isPumping = false
        return nil
      }
      return max(state.time, min(first, state.cluster.nextDue ?? .max))
    }
  }

  func advance(to time: Int64) {
    let woken = state.withLock { state in
      state.time = max(state.time, time)
      state.cluster.advance(to: state.time)
      return state.takeListeners()
    }
    for continuation in woken { continuation.resume() }
  }
}
