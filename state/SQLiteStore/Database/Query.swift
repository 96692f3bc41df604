/// Every statement that is kept compiled. Parameters are numbered where one is used twice.
enum Query: Int, CaseIterable {
  case begin, beginReading, commit, rollback, savepoint, release, rollbackToSavepoint
  case findStack, stack, stackOfWriter, insertStack, countChange, setCheckResults, setIdentity
  case objects, object, objectVersion, insertObject, updateObject, deleteObject, renameObject, verifyObject
  case outputs, putOutput, deleteOutput
  case insertRun, run, runs, runningRuns, endRun, renewRun
  case lease, leaseHolder, leaseHolders, releaseLeases, dropLease
  case insertOperation, operation, closeOperation, operationsInFlight, operationsOfRun
  case insertHistory, lastRunOfObject, newestVersion, history, objectsAfter

  static let runColumns = "id, command, started_at, finished_at, status, host, process_id, user"
  static let operationColumns =
    "id, run_id, address, deposed, action, planned, provider, started_at, finished_at, status, message"
  static let contentColumns =
    "provider, schema_version, attributes, sensitive_paths, private, status, dependencies, create_before_destroy, skip_destroy, "
    + "identity, identity_schema_version"

  var sql: String {
    switch self {
    case .begin: "BEGIN IMMEDIATE"
    case .beginReading: "BEGIN"
    case .commit: "COMMIT"
    case .rollback: "ROLLBACK"
    case .savepoint: "SAVEPOINT request"
    case .release: "RELEASE request"
    case .rollbackToSavepoint: "ROLLBACK TO request"
    case .findStack: "SELECT id FROM stacks WHERE workspace = ?"
    case .stack: "SELECT id, lineage, serial, check_results FROM stacks WHERE workspace = ?"
    case .stackOfWriter: "SELECT id, lineage, serial, check_results FROM stacks WHERE id = ?"
    case .insertStack: "INSERT INTO stacks (workspace, lineage, serial, created_at) VALUES (?, ?, 0, ?)"
    case .countChange: "UPDATE stacks SET serial = serial + 1 WHERE id = ?"
    case .setCheckResults: "UPDATE stacks SET check_results = ?2 WHERE id = ?1 AND check_results IS NOT ?2"
    case .setIdentity: "UPDATE stacks SET lineage = ?2, serial = ?3 WHERE id = ?1"
    default: objectSQL
    }
  }

  private var objectSQL: String {
    switch self {
    case .objects:
      """
      SELECT module, mode, type, name, index_key, deposed, version, last_verified, \(Self.contentColumns)
      FROM objects WHERE stack_id = ?
      """
    case .object:
      "SELECT version, \(Self.contentColumns) FROM objects WHERE stack_id = ? AND address = ? AND deposed = ?"
    case .objectVersion: "SELECT version FROM objects WHERE stack_id = ? AND address = ? AND deposed = ?"
    case .insertObject:
      """
      INSERT INTO objects (\(Self.contentColumns), version, last_verified, changed_by_run,
        stack_id, address, deposed, module, mode, type, name, index_key)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    case .updateObject:
      """
      UPDATE objects SET (\(Self.contentColumns), version, last_verified, changed_by_run)
        = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      WHERE stack_id = ? AND address = ? AND deposed = ?
      """
    case .deleteObject: "DELETE FROM objects WHERE stack_id = ? AND address = ? AND deposed = ?"
    case .renameObject:
      """
      UPDATE objects SET address = ?, deposed = ?, module = ?, mode = ?, type = ?, name = ?, index_key = ?,
        version = ?, changed_by_run = ?
      WHERE stack_id = ? AND address = ? AND deposed = ?
      """
    case .verifyObject:
      "UPDATE objects SET last_verified = ? WHERE stack_id = ? AND address = ? AND deposed = ?"
    case .outputs: "SELECT name, value, type, sensitive FROM outputs WHERE stack_id = ?"
    case .putOutput:
      """
      INSERT INTO outputs (stack_id, name, value, type, sensitive, changed_by_run) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (stack_id, name) DO UPDATE SET value = excluded.value, type = excluded.type,
        sensitive = excluded.sensitive, changed_by_run = excluded.changed_by_run
      """
    case .deleteOutput: "DELETE FROM outputs WHERE stack_id = ? AND name = ?"
    default: runSQL
    }
  }

  private var runSQL: String {
    switch self {
    case .insertRun:
      """
      INSERT INTO runs (stack_id, command, started_at, renewed_at, status, host, process_id, user)
      VALUES (?1, ?2, ?3, ?3, 'running', ?4, ?5, ?6)
      """
    case .run: "SELECT \(Self.runColumns), renewed_at, last_version FROM runs WHERE id = ? AND stack_id = ?"
    case .runs: "SELECT \(Self.runColumns) FROM runs WHERE stack_id = ? ORDER BY id"
    case .runningRuns: "SELECT id FROM runs WHERE stack_id = ? AND status = 'running'"
    case .endRun:
      """
      UPDATE runs SET status = ?2, finished_at = ?3, last_version = (SELECT coalesce(max(version), 0) FROM history)
      WHERE id = ?1
      """
    case .renewRun: "UPDATE runs SET renewed_at = ? WHERE id = ?"
    case .lease:
      "INSERT INTO leases (stack_id, address, run_id, acquired_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    case .leaseHolder: "SELECT run_id FROM leases WHERE stack_id = ? AND address = ?"
    case .leaseHolders: "SELECT DISTINCT run_id FROM leases WHERE stack_id = ?"
    case .releaseLeases: "DELETE FROM leases WHERE run_id = ?"
    case .dropLease: "DELETE FROM leases WHERE stack_id = ? AND address = ?"
    case .insertOperation:
      """
      INSERT INTO operations (stack_id, run_id, address, deposed, action, planned, provider, started_at, status)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'started')
      """
    case .operation: "SELECT run_id, status FROM operations WHERE id = ? AND stack_id = ?"
    case .closeOperation: "UPDATE operations SET status = ?, message = ?, finished_at = ? WHERE id = ?"
    case .operationsInFlight:
      "SELECT \(Self.operationColumns) FROM operations WHERE stack_id = ? AND status = 'started' ORDER BY id"
    case .operationsOfRun:
      "SELECT \(Self.operationColumns) FROM operations WHERE stack_id = ? AND run_id = ? ORDER BY id"
    default: historySQL
    }
  }

  private var historySQL: String {
    switch self {
    case .insertHistory:
      """
      INSERT INTO history (\(Self.contentColumns), stack_id, address, deposed, change, other_address, other_deposed,
        run_id, operation_id, previous_version, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    case .lastRunOfObject:
      """
      SELECT run_id FROM history WHERE stack_id = ? AND address = ? AND deposed = ? ORDER BY version DESC LIMIT 1
      """
    case .newestVersion: "SELECT coalesce(max(version), 0) FROM history"
    case .history:
      """
      SELECT deposed, version, change, other_address, other_deposed, run_id, operation_id, at, previous_version,
        \(Self.contentColumns)
      FROM history WHERE stack_id = ? AND address = ? ORDER BY version
      """
    case .objectsAfter:
      """
      SELECT address, deposed, max(version), \(Self.contentColumns)
      FROM history WHERE stack_id = ? AND version <= ? GROUP BY address, deposed
      """
    default: ""
    }
  }
}
