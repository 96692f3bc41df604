import State

/// The steps from an empty file to the current tables. A step that was released never changes; the file's `user_version` is the
/// number of steps it has seen.
enum Migrations {
  /// "PLMB": tells `file` and us whose database it is.
  static let applicationID: Int64 = 0x504C_4D42
  static let steps = [tables, forgetting, identities]
  static var currentVersion: Int64 { Int64(steps.count) }

  /// Whether the file can be read as it is. False for one that has no tables yet.
  /// - Throws: `newerVersion`, or `corrupt` for another program's database.
  static func isReady(_ connection: Connection) throws(StoreError) -> Bool {
    let version = try connection.integer("PRAGMA user_version")
    let application = try connection.integer("PRAGMA application_id")
    if application != applicationID {
      if version == 0, try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 { return false }
      // Another process may have made the tables between these readings, and it said in the same transaction whose they are.
      if try connection.integer("PRAGMA application_id") == applicationID { return try isReady(connection) }
      throw .corruptStore(connection.path, "it is the database of another program")
    }
    if version > currentVersion {
      throw StoreError(
        .newerVersion,
        "\(connection.path) has schema version \(version); this program knows versions up to \(currentVersion). Use a newer version of the program."
      )
    }
    return version == currentVersion
  }

  /// Brings the file to the current version in one transaction. Two processes may do so at once: the second finds it done.
  static func run(on connection: Connection) throws(StoreError) {
    if try isReady(connection) { return }
    try connection.execute("BEGIN IMMEDIATE")
    do throws(StoreError) {
      if try !isReady(connection) {
        let done = Int(try connection.integer("PRAGMA user_version"))
        for step in steps.dropFirst(done) { try connection.execute(step) }
        try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(currentVersion)")
      }
      try connection.execute("COMMIT")
    } catch {
      if connection.isInTransaction { try? connection.execute("ROLLBACK") }
      throw error
    }
  }

  private static let tables = """
    CREATE TABLE stacks (
      id INTEGER PRIMARY KEY,
      workspace TEXT NOT NULL UNIQUE,
      lineage TEXT NOT NULL,
      serial INTEGER NOT NULL,
      check_results TEXT,
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      stack_id INTEGER NOT NULL REFERENCES stacks ON DELETE CASCADE,
      command TEXT NOT NULL,
      status TEXT NOT NULL, -- running, succeeded, failed, interrupted, abandoned
      started_at TEXT NOT NULL,
      finished_at TEXT,
      renewed_at TEXT NOT NULL, -- leases expire a minute after it
      host TEXT NOT NULL,
      process_id INTEGER NOT NULL,
      user TEXT NOT NULL,
      last_version INTEGER -- the newest version when the run ended
    ) STRICT;
    CREATE INDEX runs_by_stack ON runs (stack_id, status);

    CREATE TABLE operations (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      stack_id INTEGER NOT NULL REFERENCES stacks ON DELETE CASCADE,
      run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      address TEXT NOT NULL,
      deposed TEXT NOT NULL, -- '' for the current object
      action TEXT NOT NULL, -- create, update, delete, read
      planned TEXT, -- JSON; what was unknown is left out
      provider TEXT NOT NULL,
      status TEXT NOT NULL, -- started, succeeded, failed, resolved
      started_at TEXT NOT NULL,
      finished_at TEXT,
      message TEXT
    ) STRICT;
    CREATE INDEX operations_by_run ON operations (run_id);
    CREATE INDEX operations_in_flight ON operations (stack_id) WHERE status = 'started';

    CREATE TABLE objects (
      id INTEGER PRIMARY KEY,
      stack_id INTEGER NOT NULL REFERENCES stacks ON DELETE CASCADE,
      address TEXT NOT NULL,
      deposed TEXT NOT NULL, -- '' for the current object
      module TEXT NOT NULL, -- '' for the root module
      mode TEXT NOT NULL, -- managed, data
      type TEXT NOT NULL,
      name TEXT NOT NULL,
      index_key ANY, -- a number or a text
      provider TEXT NOT NULL,
      schema_version INTEGER NOT NULL,
      attributes TEXT NOT NULL, -- JSON
      sensitive_paths TEXT NOT NULL, -- JSON, as in state files
      private BLOB NOT NULL,
      status TEXT NOT NULL, -- ready, tainted
      dependencies TEXT NOT NULL, -- JSON array of addresses, direct ones only
      create_before_destroy INTEGER NOT NULL,
      version INTEGER NOT NULL, -- the row of history that is this object
      last_verified TEXT,
      changed_by_run INTEGER REFERENCES runs
    ) STRICT;
    CREATE UNIQUE INDEX objects_by_address ON objects (stack_id, address, deposed);
    CREATE INDEX objects_by_type ON objects (type);

    CREATE TABLE outputs (
      stack_id INTEGER NOT NULL REFERENCES stacks ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL, -- JSON
      type TEXT NOT NULL, -- JSON
      sensitive INTEGER NOT NULL,
      changed_by_run INTEGER REFERENCES runs,
      PRIMARY KEY (stack_id, name)
    ) STRICT;

    CREATE TABLE history (
      version INTEGER PRIMARY KEY AUTOINCREMENT,
      stack_id INTEGER NOT NULL REFERENCES stacks ON DELETE CASCADE,
      address TEXT NOT NULL,
      deposed TEXT NOT NULL,
      change TEXT NOT NULL, -- put, remove, depose, restore, move
      other_address TEXT, -- where a moved object came from or went to
      other_deposed TEXT,
      run_id INTEGER REFERENCES runs ON DELETE CASCADE,
      operation_id INTEGER REFERENCES operations ON DELETE CASCADE,
      previous_version INTEGER, -- what the name stood for before
      at TEXT NOT NULL,
      provider TEXT, -- from here on: the object after the change, null if none remains
      schema_version INTEGER,
      attributes TEXT,
      sensitive_paths TEXT,
      private BLOB,
      status TEXT,
      dependencies TEXT,
      create_before_destroy INTEGER
    ) STRICT;
    CREATE INDEX history_by_address ON history (address, stack_id, deposed);
    CREATE INDEX history_by_run ON history (run_id);

    CREATE TABLE leases (
      stack_id INTEGER NOT NULL REFERENCES stacks ON DELETE CASCADE,
      address TEXT NOT NULL,
      run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      acquired_at TEXT NOT NULL,
      PRIMARY KEY (stack_id, address)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX leases_by_run ON leases (run_id);

    CREATE VIEW changes AS
      SELECT history.version, stacks.workspace, history.address, history.deposed, history.change,
        history.other_address, history.run_id, runs.command, runs.user, history.at,
        previous.attributes AS before, history.attributes AS after
      FROM history
        JOIN stacks ON stacks.id = history.stack_id
        LEFT JOIN runs ON runs.id = history.run_id
        LEFT JOIN history AS previous ON previous.version = history.previous_version;

    CREATE VIEW in_flight AS
      SELECT operations.id, stacks.workspace, operations.address, operations.deposed, operations.action,
        operations.started_at, operations.planned, operations.run_id, runs.status AS run_status, runs.user, runs.host
      FROM operations
        JOIN stacks ON stacks.id = operations.stack_id
        JOIN runs ON runs.id = operations.run_id
      WHERE operations.status = 'started';
    """
  /// Objects that are forgotten instead of destroyed.
  private static let forgetting = """
    ALTER TABLE objects ADD COLUMN skip_destroy INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN skip_destroy INTEGER;
    """
  /// What providers know objects by.
  private static let identities = """
    ALTER TABLE objects ADD COLUMN identity TEXT; -- JSON
    ALTER TABLE objects ADD COLUMN identity_schema_version INTEGER;
    ALTER TABLE history ADD COLUMN identity TEXT; -- JSON
    ALTER TABLE history ADD COLUMN identity_schema_version INTEGER;
    """
}
