/// How long a run waits for what another run holds.
package struct LeaseWait: Sendable {
  /// Milliseconds.
  package var limit: Int64
  /// Milliseconds of a clock that never goes back.
  package var uptime: @Sendable () -> Int64
  /// Whether whoever asked does not want to wait any longer.
  package var isOver: @Sendable () -> Bool
  /// Told once, when waiting begins.
  package var onWait: @Sendable () -> Void

  package init(
    limit: Int64, uptime: @escaping @Sendable () -> Int64, isOver: @escaping @Sendable () -> Bool = { false },
    onWait: @escaping @Sendable () -> Void
  ) {
    self.limit = limit
    self.uptime = uptime
    self.isOver = isOver
    self.onWait = onWait
  }
}

extension StateStore {
  /// Takes leases as `lease(_:for:)` does, and tries again as long as another run holds them and the time is not over. Gives
  /// whether it had to wait, so that what was read before may be out of date.
  package func lease(_ keys: [ObjectKey], for run: Run, wait: LeaseWait) async throws(StoreError) -> Bool {
    let end = wait.uptime() + wait.limit
    var pause: Int64 = 100
    var hasWaited = false
    while true {
      do throws(StoreError) {
        try await lease(keys, for: run)
        return hasWaited
      } catch {
        let left = end - wait.uptime()
        guard case .conflict = error.code, left > 0, !wait.isOver() else { throw error }
        if !hasWaited { wait.onWait() }
        hasWaited = true
        try? await Task.sleep(for: .milliseconds(min(pause, left)))
        pause = min(pause * 2, 2000)
      }
    }
  }
}
