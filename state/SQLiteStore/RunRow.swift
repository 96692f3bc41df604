import State

/// A run with what only the store needs to know of it.
struct RunRow {
  var run: Run
  /// When the run last said that it lives, as text.
  var renewedAt: String
  var lastVersion: Int64?

  /// Reads the row of `Query.run`.
  init(_ statement: Statement) {
    run = Self.run(statement)
    renewedAt = statement.text(8)
    lastVersion = statement.optionalInteger(9)
  }

  /// Reads `Query.runColumns`.
  static func run(_ statement: Statement) -> Run {
    Run(
      id: statement.integer(0), command: statement.text(1), startedAt: statement.text(2),
      finishedAt: statement.optionalText(3), status: Run.Status(rawValue: statement.text(4)) ?? .abandoned,
      host: statement.text(5), processID: Int32(truncatingIfNeeded: statement.integer(6)), user: statement.text(7))
  }

  /// Whether nobody works on the run any more: it has ended, its process is dead, or its leases have expired.
  func isGone(_ environment: StoreEnvironment, now: Int64) -> Bool {
    if run.status != .running { return true }
    if run.host == environment.host, !environment.isProcessAlive(run.processID) { return true }
    return renewedAt < Timestamp.text(now - environment.leaseDuration)
  }
}
