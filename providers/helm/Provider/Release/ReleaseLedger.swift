import Synchronization

/// The releases that are in the state, as far as this process looked at them.
///
/// Hosts remove what they call tainted before they make it anew, and so a first installation that failed. The ledger tells that a release
/// that is planned as a new one is really there, and lets it be gone on with.
final class ReleaseLedger: Sendable {
  private struct State {
    var kept: [String: KeptRelease] = [:]
    var continued: Set<String> = []
  }
  private let state = Mutex(State())

  func note(_ title: String, _ kept: KeptRelease) { state.withLock { $0.kept[title] = kept } }

  /// What is kept of a release; nil if it is not in the state.
  func kept(_ title: String) -> KeptRelease? { state.withLock { $0.kept[title] } }

  /// Says that a release is planned to be gone on with, whatever the host removes before.
  func noteContinuation(_ title: String) { state.withLock { _ = $0.continued.insert(title) } }

  /// Whether it is; asked once, by the removal.
  func takeContinuation(_ title: String) -> Bool { state.withLock { $0.continued.remove(title) != nil } }
}
