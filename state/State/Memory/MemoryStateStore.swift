package import Addresses
import Synchronization

/// What survives a crash: the content that in-memory stores share, as processes share a file.
package final class MemoryDatabase: Sendable {
  let tables = Mutex(MemoryTables())
  package init() {}
}

/// The in-memory twin of the stores on disk: the same contract, no durability, and a hook at every write.
package final class MemoryStateStore: StateStore {
  /// A moment of a write: tests stop the engine there, and copies are brought up to date.
  package struct Event: Sendable, Hashable {
    package enum Write: Sendable, Hashable {
      case beginRun, finishRun, lease, renewLeases, beginOperation, finishOperation, resolveOperation, commit,
        replaceAll
    }
    package enum Phase: Sendable, Hashable {
      /// Throwing here leaves the store as it was: the process died before the write.
      case before
      /// Throwing here leaves the write done: the process died before it could know.
      case after
    }
    package var write: Write
    package var phase: Phase
    /// The object of an operation that begins.
    package var key: ObjectKey?
  }

  private let database: MemoryDatabase
  private let environment: StoreEnvironment
  private let hook: (@Sendable (Event) throws(StoreError) -> Void)?
  private let isClosed = Atomic(false)

  /// - Parameter hook: called before and after each write, outside of any lock; what it throws the write throws.
  package init(
    database: MemoryDatabase = MemoryDatabase(), environment: StoreEnvironment,
    hook: (@Sendable (Event) throws(StoreError) -> Void)? = nil
  ) {
    self.database = database
    self.environment = environment
    self.hook = hook
  }

  // MARK: Reading

  package func snapshot() async throws(StoreError) -> StateSnapshot { try currentSnapshot() }

  /// The same for those who cannot wait.
  package func currentSnapshot() throws(StoreError) -> StateSnapshot {
    try read { [environment] tables in
      let inFlight = tables.operations.filter { $0.status == .started }
      var runs: [Int64: Run] = [:]
      for operation in inFlight {
        guard runs[operation.runID] == nil, let row = tables.run(operation.runID) else { continue }
        var run = row.run
        if run.status == .running, tables.isGone(row, environment) { run.status = .abandoned }
        runs[run.id] = run
      }
      return StateSnapshot(
        lineage: tables.lineage, serial: tables.serial, objects: Array(tables.objects.values), outputs: tables.outputs,
        checkResults: tables.checkResults, operationsInFlight: inFlight, runs: runs)
    }
  }

  package func history(of address: ResourceInstance) async throws(StoreError) -> [HistoryEntry] {
    try read { tables in tables.history.filter { $0.key.address == address } }
  }

  package func runs() async throws(StoreError) -> [Run] {
    try read { tables in tables.runs.map(\.run) }
  }

  package func operations(of runID: Int64) async throws(StoreError) -> [Operation] {
    try read { tables in tables.operations.filter { $0.runID == runID } }
  }

  package func snapshot(afterRun id: Int64) async throws(StoreError) -> StateSnapshot {
    try read { tables throws(StoreError) in
      guard let row = tables.run(id) else { throw .unknownRun(id) }
      var objects: [ObjectKey: StateObject] = [:]
      for entry in tables.history.prefix(Int(row.lastVersion ?? tables.newestVersion)) {
        objects[entry.key] = entry.after
      }
      return StateSnapshot(lineage: tables.lineage, serial: tables.serial, objects: Array(objects.values))
    }
  }

  // MARK: Runs and leases

  package func beginRun(command: String) async throws(StoreError) -> Run {
    try write(.beginRun) { [environment] tables in
      let now = environment.now()
      for row in tables.runs where row.run.status == .running && tables.isGone(row, environment) {
        tables.end(row.run.id, status: .abandoned, at: now)
      }
      let run = Run(
        id: Int64(tables.runs.count) + 1, command: command, startedAt: Timestamp.text(now), host: environment.host,
        processID: environment.processID, user: environment.user)
      tables.runs.append(.init(run: run, renewedAt: now))
      return run
    }
  }

  package func finishRun(_ id: Int64, status: Run.Status) async throws(StoreError) {
    try write(.finishRun) { [environment] tables throws(StoreError) in
      guard tables.run(id) != nil else { throw .unknownRun(id) }
      tables.end(id, status: status, at: environment.now())
    }
  }

  package func lease(_ keys: [ObjectKey], for run: Run) async throws(StoreError) {
    try write(.lease) { [environment] tables throws(StoreError) in
      try Self.requireRunning(run, in: tables)
      try tables.withoutOtherHolders(of: keys.map(\.address), than: run.id, environment) { tables in
        for key in keys { tables.leases[key.address] = run.id }
      }
    }
  }

  package func verify(_ versions: [ObjectKey: Int64]) async throws(StoreError) -> [Operation] {
    try read { tables throws(StoreError) in
      for (key, version) in versions.sorted(by: { $0.key < $1.key }) { try tables.require(version, of: key) }
      let instances = Set(versions.keys.map(\.address))
      return tables.operations.filter { $0.status == .started && instances.contains($0.key.address) }
    }
  }

  package func renewLeases(of run: Run) async throws(StoreError) {
    try write(.renewLeases) { [environment] tables throws(StoreError) in
      try Self.requireRunning(run, in: tables)
      tables.runs[Int(run.id) - 1].renewedAt = environment.now()
    }
  }

  private static func requireRunning(_ run: Run, in tables: MemoryTables) throws(StoreError) {
    guard let row = tables.run(run.id) else { throw .unknownRun(run.id) }
    if row.run.status != .running { throw .abandoned(row.run) }
  }

  // MARK: Journal

  package func beginOperation(
    run: Run, key: ObjectKey, action: String, planned: [UInt8]?, provider: ProviderConfigurationAddress
  ) async throws(StoreError) -> Int64 {
    try write(.beginOperation, key: key) { [environment] tables throws(StoreError) in
      try Self.requireRunning(run, in: tables)
      guard tables.leases[key.address] == run.id else { throw .notLeased(key, run: run) }
      let operation = Operation(
        id: Int64(tables.operations.count) + 1, runID: run.id, key: key, action: action, planned: planned,
        provider: provider, startedAt: Timestamp.text(environment.now()))
      tables.operations.append(operation)
      return operation.id
    }
  }

  package func finishOperation(
    _ id: Int64, changes: [ObjectChange], succeeded: Bool, message: String?
  ) async throws(StoreError) -> [Int64] {
    try write(.finishOperation) { [environment] tables throws(StoreError) in
      guard let operation = tables.operation(id) else { throw .unknownOperation(id) }
      guard operation.status == .started || operation.status == .resolved else {
        throw .finishedOperation(id, status: operation.status)
      }
      let at = Timestamp.text(environment.now())
      let newest = tables.newestVersion
      let versions = try tables.apply(changes, .init(runID: operation.runID, operationID: id, at: at))
      tables.close(id, status: succeeded ? .succeeded : .failed, message: message, at: at)
      if tables.newestVersion != newest { tables.serial &+= 1 }
      return versions
    }
  }

  package func resolveOperation(_ id: Int64, message: String) async throws(StoreError) {
    try write(.resolveOperation) { [environment] tables throws(StoreError) in
      guard let operation = tables.operation(id) else { throw .unknownOperation(id) }
      guard operation.status == .started else { throw .finishedOperation(id, status: operation.status) }
      tables.close(id, status: .resolved, message: message, at: Timestamp.text(environment.now()))
    }
  }

  // MARK: Changes without a provider call

  package func commit(
    _ changes: [ObjectChange], outputs: OutputsChange?, checkResults: CheckResultsChange?, run: Run?
  ) async throws(StoreError) -> [Int64] {
    try write(.commit) { [environment] tables throws(StoreError) in
      let before = (tables.newestVersion, tables.outputs, tables.checkResults)
      let origin = MemoryTables.Origin(runID: run?.id, operationID: nil, at: Timestamp.text(environment.now()))
      let touched = changes.flatMap(\.keys).map(\.address)
      let versions = try tables.withoutOtherHolders(of: touched, than: run?.id, environment) {
        tables throws(StoreError) in try tables.apply(changes, origin)
      }
      tables.apply(outputs)
      tables.apply(checkResults)
      if before != (tables.newestVersion, tables.outputs, tables.checkResults) { tables.serial &+= 1 }
      return versions
    }
  }

  package func replaceAll(with snapshot: StateSnapshot, force: Bool, run: Run?) async throws(StoreError) {
    try write(.replaceAll) { [environment] tables throws(StoreError) in
      let existing = StateSnapshot(
        lineage: tables.lineage, serial: tables.serial, objects: Array(tables.objects.values), outputs: tables.outputs,
        checkResults: tables.checkResults)
      try ReplacementRule.check(
        existing: existing, new: snapshot, haveSameContent: existing.hasSameContent(as: snapshot), force: force)
      var changes: [ObjectChange] = []
      for object in existing.objects where snapshot.object(object.key) == nil {
        changes.append(.remove(object.key, expectedVersion: object.version))
      }
      for object in snapshot.objects {
        changes.append(.put(object, expectedVersion: existing.object(object.key)?.version ?? 0))
      }
      let origin = MemoryTables.Origin(runID: run?.id, operationID: nil, at: Timestamp.text(environment.now()))
      let leased = Array(tables.leases.keys)
      _ = try tables.withoutOtherHolders(of: leased, than: run?.id, environment) { tables throws(StoreError) in
        try tables.apply(changes, origin)
      }
      tables.outputs = snapshot.outputs
      tables.checkResults = snapshot.checkResults
      tables.serial = snapshot.serial
      if !snapshot.lineage.isEmpty { tables.lineage = snapshot.lineage }
      if tables.lineage.isEmpty { tables.lineage = environment.newLineage() }
    }
  }

  package func close() async { isClosed.store(true, ordering: .sequentiallyConsistent) }

  // MARK: Access

  private func read<Result>(
    _ body: (MemoryTables) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    if isClosed.load(ordering: .sequentiallyConsistent) { throw .storeClosed }
    let tables = database.tables.withLock { $0 }
    return try body(tables)
  }

  private func write<Result: Sendable>(
    _ write: Event.Write, key: ObjectKey? = nil, _ body: (inout MemoryTables) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    if isClosed.load(ordering: .sequentiallyConsistent) { throw .storeClosed }
    try hook?(Event(write: write, phase: .before, key: key))
    let result = try database.tables.withLock { tables throws(StoreError) in
      if tables.lineage.isEmpty { tables.lineage = environment.newLineage() }
      return try body(&tables)
    }
    try hook?(Event(write: write, phase: .after, key: key))
    return result
  }
}

extension MemoryTables {
  mutating func close(_ id: Int64, status: Operation.Status, message: String?, at: String) {
    operations[Int(id) - 1].status = status
    operations[Int(id) - 1].message = message
    operations[Int(id) - 1].finishedAt = at
  }

}
