package import Addresses
package import State

/// The state of one workspace in a SQLite file, shared by any number of stores and processes.
///
/// Nothing is opened until it is needed, and nothing is created until something is written: reading a store that does not exist
/// gives an empty snapshot. The file has the mode 0600; write-ahead log, every commit synced.
package final class SQLiteStore: StateStore {
  package static let defaultWorkspace = "default"

  package let path: String
  package let workspace: String
  private let environment: StoreEnvironment
  let writer: WriteQueue
  private let reader: ReadQueue

  /// - Parameter busyTimeout: milliseconds to wait for another process's transaction before `busy` is thrown.
  package init(
    path: String, workspace: String = defaultWorkspace, environment: StoreEnvironment, busyTimeout: Int32 = 10_000
  ) {
    self.path = path
    self.workspace = workspace
    self.environment = environment
    writer = WriteQueue(path: path, workspace: workspace, environment: environment, busyTimeout: busyTimeout)
    reader = ReadQueue(path: path, busyTimeout: busyTimeout)
  }

  // MARK: Reading

  package func snapshot() async throws(StoreError) -> StateSnapshot {
    try await read(orElse: StateSnapshot()) { [environment] connection, stack throws(StoreError) in
      try Reader.snapshot(connection, stack, environment)
    }
  }

  package func history(of address: ResourceInstance) async throws(StoreError) -> [HistoryEntry] {
    try await read(orElse: []) { connection, stack throws(StoreError) in
      try Reader.history(connection, of: address, stackID: stack.id)
    }
  }

  package func runs() async throws(StoreError) -> [Run] {
    try await read(orElse: []) { connection, stack throws(StoreError) in
      try Reader.runs(connection, stackID: stack.id)
    }
  }

  package func operations(of runID: Int64) async throws(StoreError) -> [Operation] {
    try await read(orElse: []) { connection, stack throws(StoreError) in
      try Reader.operations(connection, .operationsOfRun) {
        $0.bind(1, stack.id)
        $0.bind(2, runID)
      }
    }
  }

  package func snapshot(afterRun id: Int64) async throws(StoreError) -> StateSnapshot {
    let found: StateSnapshot? = try await read(orElse: nil) { connection, stack throws(StoreError) in
      try Reader.snapshot(connection, afterRun: id, stack)
    }
    guard let found else { throw .unknownRun(id) }
    return found
  }

  /// The body gets the workspace's row; without one, or without a file, the answer is `empty`.
  private func read<Value: Sendable>(
    orElse empty: Value, _ body: @escaping @Sendable (Connection, Reader.Stack) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let value = try await reader.perform { [workspace] connection throws(StoreError) -> Value in
      guard let stack = try Reader.stack(connection, workspace: workspace) else { return empty }
      return try body(connection, stack)
    }
    return value ?? empty
  }

  // MARK: Runs and leases

  package func beginRun(command: String) async throws(StoreError) -> Run {
    try await writer.perform { transaction throws(StoreError) in try transaction.beginRun(command: command) }
  }

  package func finishRun(_ id: Int64, status: Run.Status) async throws(StoreError) {
    try await writer.perform { transaction throws(StoreError) in try transaction.finishRun(id, status) }
  }

  package func lease(_ keys: [ObjectKey], for run: Run) async throws(StoreError) {
    try await writer.perform { transaction throws(StoreError) in try transaction.lease(keys, for: run) }
  }

  package func verify(_ versions: [ObjectKey: Int64]) async throws(StoreError) -> [Operation] {
    try await writer.perform { transaction throws(StoreError) in try transaction.verify(versions) }
  }

  package func renewLeases(of run: Run) async throws(StoreError) {
    try await writer.perform { transaction throws(StoreError) in try transaction.renewLeases(of: run) }
  }

  // MARK: Journal

  package func beginOperation(
    run: Run, key: ObjectKey, action: String, planned: [UInt8]?, provider: ProviderConfigurationAddress
  ) async throws(StoreError) -> Int64 {
    let operation = Operation(
      id: 0, runID: run.id, key: key, action: action, planned: planned, provider: provider, startedAt: "")
    return try await writer.perform { transaction throws(StoreError) in try transaction.beginOperation(operation) }
  }

  package func finishOperation(
    _ id: Int64, changes: [ObjectChange], succeeded: Bool, message: String?
  ) async throws(StoreError) -> [Int64] {
    try await writer.perform { transaction throws(StoreError) in
      try transaction.finishOperation(id, changes, succeeded: succeeded, message: message)
    }
  }

  package func resolveOperation(_ id: Int64, message: String) async throws(StoreError) {
    try await writer.perform { transaction throws(StoreError) in
      try transaction.resolveOperation(id, message: message)
    }
  }

  // MARK: Changes without a provider call

  package func commit(
    _ changes: [ObjectChange], outputs: OutputsChange?, checkResults: CheckResultsChange?, run: Run?
  ) async throws(StoreError) -> [Int64] {
    try await writer.perform { transaction throws(StoreError) in
      try transaction.commit(changes, outputs, checkResults, runID: run?.id)
    }
  }

  package func replaceAll(with snapshot: StateSnapshot, force: Bool, run: Run?) async throws(StoreError) {
    try await writer.perform { transaction throws(StoreError) in
      try transaction.replaceAll(with: snapshot, force: force, runID: run?.id)
    }
  }

  package func close() async {
    // The last connection to close must be one that can write, so that it puts the log back into the file.
    await reader.close()
    await writer.close()
  }

  // MARK: Workspaces

  /// The names of all workspaces in the file, sorted; without a file there are none.
  package func workspaces() async throws(StoreError) -> [String] {
    try await reader.perform { connection throws(StoreError) in
      var names: [String] = []
      let select = try connection.prepare("SELECT workspace FROM stacks ORDER BY workspace")
      while try select.step() { names.append(select.text(0)) }
      return names
    } ?? []
  }

  /// Makes the workspace appear in the list before anything is stored in it.
  package func createWorkspace() async throws(StoreError) {
    // To begin a transaction is enough: the writer creates its stack when it opens.
    try await writer.perform { _ in }
  }

  /// Deletes another workspace with its history. `conflict` if a living run works on it, `notFound` if there is none.
  package func deleteWorkspace(_ name: String) async throws(StoreError) {
    try await writer.perform { transaction throws(StoreError) in try transaction.deleteStack(name) }
  }
}
