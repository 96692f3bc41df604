package import Addresses

/// Where one stack's state lives. Every method is one transaction: it happens wholly or not at all, and when it
/// returns its effect is durable. Methods may be called from any number of tasks at once.
package protocol StateStore: Sendable {
  /// Reads everything in one read transaction; nothing is held afterwards. A store that does not exist yet reads as empty.
  func snapshot() async throws(StoreError) -> StateSnapshot

  func beginRun(command: String) async throws(StoreError) -> Run
  /// Ends the run and releases its leases. Does nothing to a run that has ended already.
  func finishRun(_ id: Int64, status: Run.Status) async throws(StoreError)

  /// Takes the sole right to change the instances of `keys`, all or none; a lease covers the current and all deposed
  /// objects of its instance. A lease is taken over if its run's process is dead on this host, or if the run has not renewed
  /// for `StoreEnvironment.leaseDuration`; that run is marked abandoned. Otherwise `conflict` names the other run.
  func lease(_ keys: [ObjectKey], for run: Run) async throws(StoreError)
  /// Makes sure that rows still have the versions that a plan saw (0: there is none), so that nothing is begun on what another run
  /// has changed meanwhile; otherwise `conflict`, naming that run. Gives the operations in flight on the instances of the keys.
  func verify(_ versions: [ObjectKey: Int64]) async throws(StoreError) -> [Operation]
  /// Keeps the run's leases from expiring. `conflict` if the run was abandoned meanwhile.
  func renewLeases(of run: Run) async throws(StoreError)

  /// Writes down the intent before the provider is called. The run must hold a lease on the instance.
  func beginOperation(
    run: Run, key: ObjectKey, action: String, planned: [UInt8]?, provider: ProviderConfigurationAddress
  ) async throws(StoreError) -> Int64
  /// Writes down what came of it: closes the journal entry and applies the changes in order. Gives the row version
  /// after each change, 0 for a removal. A version mismatch is a `conflict` that names the run that changed the object;
  /// the journal entry then stays open.
  func finishOperation(
    _ id: Int64, changes: [ObjectChange], succeeded: Bool, message: String?
  ) async throws(StoreError) -> [Int64]
  /// Says what became of an operation in flight. Changes no object.
  func resolveOperation(_ id: Int64, message: String) async throws(StoreError)

  /// Applies changes that need no provider call, in order: refreshed attributes, moves, forgotten objects, outputs. Gives row
  /// versions as `finishOperation` does. An instance leased by another living run is a `conflict`.
  func commit(
    _ changes: [ObjectChange], outputs: OutputsChange?, checkResults: CheckResultsChange?, run: Run?
  ) async throws(StoreError) -> [Int64]

  /// Makes the stack equal to the snapshot, as `state push` does. Unless forced, refuses (`invalidStateFile`) another lineage, an
  /// older serial, and the same serial with other content; an empty stack accepts anything. Row versions in the snapshot are not looked at.
  func replaceAll(with snapshot: StateSnapshot, force: Bool, run: Run?) async throws(StoreError)

  /// Every change under that address, deposed objects included, oldest first.
  func history(of address: ResourceInstance) async throws(StoreError) -> [HistoryEntry]
  /// All runs, oldest first.
  func runs() async throws(StoreError) -> [Run]
  /// The operations of a run, in the order they began.
  func operations(of runID: Int64) async throws(StoreError) -> [Operation]
  /// The objects as they were when the run ended, or as they are if it has not ended. Outputs and check results are not
  /// part of history and are left out.
  func snapshot(afterRun id: Int64) async throws(StoreError) -> StateSnapshot

  /// Waits for work in progress and lets go of the store. Later calls fail with `closed`.
  func close() async
}

extension StateStore {
  /// Applies changes of objects only.
  package func commit(_ changes: [ObjectChange], run: Run?) async throws(StoreError) -> [Int64] {
    try await commit(changes, outputs: nil, checkResults: nil, run: run)
  }
}

/// What a store must be told of the world: it reads neither clock nor process table itself.
package struct StoreEnvironment: Sendable {
  /// Milliseconds since 1970 in UTC.
  package var now: @Sendable () -> Int64
  /// A new random UUID, for the lineage of a new stack.
  package var newLineage: @Sendable () -> String
  package var host: String
  package var user: String
  package var processID: Int32
  /// Whether a process of that id runs on this host.
  package var isProcessAlive: @Sendable (Int32) -> Bool
  /// Milliseconds without renewal after which leases expire.
  package var leaseDuration: Int64

  package init(
    now: @escaping @Sendable () -> Int64, newLineage: @escaping @Sendable () -> String, host: String, user: String,
    processID: Int32, isProcessAlive: @escaping @Sendable (Int32) -> Bool, leaseDuration: Int64 = 60_000
  ) {
    self.now = now
    self.newLineage = newLineage
    self.host = host
    self.user = user
    self.processID = processID
    self.isProcessAlive = isProcessAlive
    self.leaseDuration = leaseDuration
  }
}
