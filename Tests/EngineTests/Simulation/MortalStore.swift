import Addresses
import State

/// A store as a process sees it that can be killed: after its death nothing is written, and nobody hears of what was.
struct MortalStore: StateStore {
  let inner: any StateStore
  let life: KillSwitch

  private static let death = StoreError(.closed, "The process was killed.")

  private func write<Result>(
    _ what: String, _ body: () async throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    guard life.survives("before \(what)") else { throw Self.death }
    let result = try await body()
    guard life.survives("after \(what)") else { throw Self.death }
    return result
  }

  private func read<Result>(_ body: () async throws(StoreError) -> Result) async throws(StoreError) -> Result {
    if life.isDead { throw Self.death }
    return try await body()
  }

  func snapshot() async throws(StoreError) -> StateSnapshot {
    try await read { () async throws(StoreError) in try await inner.snapshot() }
  }
  func history(of address: ResourceInstance) async throws(StoreError) -> [HistoryEntry] {
    try await read { () async throws(StoreError) in try await inner.history(of: address) }
  }
  func runs() async throws(StoreError) -> [Run] {
    try await read { () async throws(StoreError) in try await inner.runs() }
  }
  func operations(of runID: Int64) async throws(StoreError) -> [State.Operation] {
    try await read { () async throws(StoreError) in try await inner.operations(of: runID) }
  }
  func snapshot(afterRun id: Int64) async throws(StoreError) -> StateSnapshot {
    try await read { () async throws(StoreError) in try await inner.snapshot(afterRun: id) }
  }
  func verify(_ versions: [ObjectKey: Int64]) async throws(StoreError) -> [State.Operation] {
    try await read { () async throws(StoreError) in try await inner.verify(versions) }
  }

  func beginRun(command: String) async throws(StoreError) -> Run {
    try await write("beginning the run") { () async throws(StoreError) in try await inner.beginRun(command: command) }
  }
  func finishRun(_ id: Int64, status: Run.Status) async throws(StoreError) {
    try await write("finishing the run") { () async throws(StoreError) in
      try await inner.finishRun(id, status: status)
    }
  }
  func lease(_ keys: [ObjectKey], for run: Run) async throws(StoreError) {
    try await write("leasing") { () async throws(StoreError) in try await inner.lease(keys, for: run) }
  }
  func renewLeases(of run: Run) async throws(StoreError) {
    // Comes with the clock, not with the work: no moment of its own.
    try await read { () async throws(StoreError) in try await inner.renewLeases(of: run) }
  }
  func beginOperation(
    run: Run, key: ObjectKey, action: String, planned: [UInt8]?, provider: ProviderConfigurationAddress
  ) async throws(StoreError) -> Int64 {
    try await write("beginning to \(action) \(key)") { () async throws(StoreError) in
      try await inner.beginOperation(run: run, key: key, action: action, planned: planned, provider: provider)
    }
  }
  func finishOperation(
    _ id: Int64, changes: [ObjectChange], succeeded: Bool, message: String?
  ) async throws(StoreError) -> [Int64] {
    let what = changes.last?.keys.first.map { "\($0)" } ?? "\(id)"
    return try await write("finishing the operation on \(what)") { () async throws(StoreError) in
      try await inner.finishOperation(id, changes: changes, succeeded: succeeded, message: message)
    }
  }
  func resolveOperation(_ id: Int64, message: String) async throws(StoreError) {
    try await write("resolving operation \(id)") { () async throws(StoreError) in
      try await inner.resolveOperation(id, message: message)
    }
  }
  func commit(
    _ changes: [ObjectChange], outputs: OutputsChange?, checkResults: CheckResultsChange?, run: Run?
  ) async throws(StoreError) -> [Int64] {
    try await write("committing \(changes.count) changes") { () async throws(StoreError) in
      try await inner.commit(changes, outputs: outputs, checkResults: checkResults, run: run)
    }
  }
  func replaceAll(with snapshot: StateSnapshot, force: Bool, run: Run?) async throws(StoreError) {
    try await write("replacing all") { () async throws(StoreError) in
      try await inner.replaceAll(with: snapshot, force: force, run: run)
    }
  }
  func close() async { await inner.close() }
}
