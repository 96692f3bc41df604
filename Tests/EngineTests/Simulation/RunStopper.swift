import Synchronization

/// Stops a run at the n-th reply of a provider, as a power cut would: the reply never arrives.
///
///     let stopper = RunStopper(atReply: 7)
///     let provider = SimulatedProvider(cloud, beforeReply: stopper.beforeReply)
///     let run = Task { … }
///     await stopper.reached()   // what is stored now is all that is left
///     run.cancel()
///
/// `reached` also returns when the run ends before its n-th reply; call `finished` then.
final class RunStopper: Sendable {
  private struct State {
    var isReached = false
    var hasStopped = false
    var waiter: CheckedContinuation<Void, Never>?
    var held: [CheckedContinuation<Void, Never>] = []
    var isReleased = false
  }

  private let number: Int
  private let state = Mutex(State())

  init(atReply number: Int) { self.number = number }

  /// Whether the run was stopped, rather than that it ended before.
  var hasStopped: Bool { state.withLock { $0.hasStopped } }

  /// For `SimulatedProvider.init(beforeReply:)`: this reply and all later ones wait until `release`.
  var beforeReply: @Sendable (Int, SimulatedProvider.Call) async -> Void {
    { [self] number, _ in
      guard number >= self.number else { return }
      signal(hasStopped: true)
      await withCheckedContinuation { continuation in
        let isReleased = state.withLock { state in
          if !state.isReleased { state.held.append(continuation) }
          return state.isReleased
        }
        if isReleased { continuation.resume() }
      }
    }
  }

  /// Tells that the run has ended by itself.
  func finished() { signal(hasStopped: false) }

  private func signal(hasStopped: Bool) {
    let waiter = state.withLock { state in
      state.isReached = true
      state.hasStopped = state.hasStopped || hasStopped
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Waits until the n-th reply, or until the run has ended.
  func reached() async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        if !state.isReached { state.waiter = continuation }
        return state.isReached
      }
      if isReached { continuation.resume() }
    }
  }

  /// Lets the held replies go, after the run was cancelled and its store was set aside, so that its tasks can end.
  func release() {
    let held = state.withLock { state in
      state.isReleased = true
      defer { state.held = [] }
      return state.held
    }
    for continuation in held { continuation.resume() }
  }
}
