import Synchronization

/// The life of a simulated process: it ends at one of the moments that matter, and from then on nothing of it reaches the world.
///
/// Every write to the store is two moments, before it and after it, and so is every provider call. `Moment.text` says what
/// was about to happen, so that a failing test can be read.
final class KillSwitch: Sendable {
  private struct State {
    var moments: [String] = []
    var isDead = false
  }

  private let fatal: Int?
  private let onDeath: (@Sendable () -> Void)?
  private let state = Mutex(State())

  /// - Parameters:
  ///   - fatal: the number of the moment, from 0, at which the process ends; nil for one that lives.
  ///   - onDeath: what ending means, beside that everything fails from then on.
  init(at fatal: Int? = nil, onDeath: (@Sendable () -> Void)? = nil) {
    self.fatal = fatal
    self.onDeath = onDeath
  }

  /// The moments that the process lived through, with the one that it did not.
  var moments: [String] { state.withLock { $0.moments } }
  var isDead: Bool { state.withLock { $0.isDead } }

  /// Whether the process is still there after this moment.
  func survives(_ moment: @autoclosure () -> String) -> Bool {
    let (isAlive, diesNow) = state.withLock { state in
      if state.isDead { return (false, false) }
      state.isDead = state.moments.count == fatal
      state.moments.append(moment())
      return (!state.isDead, state.isDead)
    }
    if diesNow { onDeath?() }
    return isAlive
  }
}
