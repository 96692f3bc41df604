import Synchronization

/// Lets a bounded number of provider calls run at once; the rest wait in order. Who finds room goes on without being suspended.
final class CallLimiter: Sendable {
  private struct State {
    var running = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
    var head = 0
  }

  private let width: Int
  private let state = Mutex(State())

  init(width: Int) { self.width = width }

  func enter() async {
    if state.withLock({ takePlace(&$0) }) { return }
    await withCheckedContinuation { continuation in
      let hasPlace = state.withLock { state in
        // One may have come free since.
        if takePlace(&state) { return true }
        state.waiting.append(continuation)
        return false
      }
      if hasPlace { continuation.resume() }
    }
  }

  func leave() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard state.head < state.waiting.count else {
        state.running -= 1
        return nil
      }
      defer {
        state.head += 1
        if state.head == state.waiting.count {
          state.waiting = []
          state.head = 0
        }
      }
      return state.waiting[state.head]
    }
    next?.resume()
  }

  private func takePlace(_ state: inout State) -> Bool {
    if state.running == width { return false }
    state.running += 1
    return true
  }
}
