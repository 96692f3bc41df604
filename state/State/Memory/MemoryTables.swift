import Addresses

/// The content of the in-memory store: the same tables as the database's, as dictionaries. Every mutating method changes all or nothing.
struct MemoryTables {
  /// A run and when it last said that it lives, in milliseconds.
  struct RunRow {
    var run: Run
    var renewedAt: Int64
    /// The newest row version when the run ended.
    var lastVersion: Int64?
  }

  var lineage = ""
  var serial: UInt64 = 0
  var objects: [ObjectKey: StateObject] = [:]
  var outputs: [String: OutputState] = [:]
  var checkResults: [UInt8]?
  /// The run with id n is at n - 1.
  var runs: [RunRow] = []
  /// The operation with id n is at n - 1.
  var operations: [Operation] = []
  /// The entry with version n is at n - 1.
  var history: [HistoryEntry] = []
  var leases: [ResourceInstance: Int64] = [:]

  var newestVersion: Int64 { Int64(history.count) }

  func run(_ id: Int64) -> RunRow? {
    id > 0 && id <= runs.count ? runs[Int(id) - 1] : nil
  }

  func operation(_ id: Int64) -> Operation? {
    id > 0 && id <= operations.count ? operations[Int(id) - 1] : nil
  }

  /// The run that made the last change under that name.
  func lastRun(changing key: ObjectKey) -> Run? {
    history.last { $0.key == key }.flatMap { entry in entry.runID.flatMap { run($0)?.run } }
  }

  // MARK: Runs and leases

  func isGone(_ row: RunRow, _ environment: StoreEnvironment) -> Bool {
    if row.run.status != .running { return true }
    if row.run.host == environment.host, !environment.isProcessAlive(row.run.processID) { return true }
    return environment.now() - row.renewedAt > environment.leaseDuration
  }

  mutating func end(_ id: Int64, status: Run.Status, at now: Int64) {
    guard let row = run(id), row.run.status == .running else { return }
    runs[Int(id) - 1].run.status = status
    runs[Int(id) - 1].run.finishedAt = Timestamp.text(now)
    runs[Int(id) - 1].lastVersion = newestVersion
    leases = leases.filter { $0.value != id }
  }

  /// Runs the body after making sure that no living run other than `own` has a lease on any of the instances. Runs that are gone
  /// lose their leases, unless the body fails.
  mutating func withoutOtherHolders<Result>(
    of addresses: some Sequence<ResourceInstance>, than own: Int64?, _ environment: StoreEnvironment,
    _ body: (inout MemoryTables) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    var gone: Set<Int64> = []
    for address in addresses {
      guard let holder = leases[address], holder != own, let row = run(holder) else { continue }
      guard isGone(row, environment) else { throw .leased(address, by: row.run) }
      gone.insert(holder)
    }
    if gone.isEmpty { return try body(&self) }
    let before = (runs, leases)
    for id in gone { end(id, status: .abandoned, at: environment.now()) }
    do throws(StoreError) {
      return try body(&self)
    } catch {
      (runs, leases) = before
      throw error
    }
  }

  // MARK: Objects

  /// What belongs to each entry of history that one request makes.
  struct Origin {
    var runID: Int64?
    var operationID: Int64?
    var at: String
  }

  /// Applies the changes in order, or none of them. Gives the row version after each.
  mutating func apply(_ changes: [ObjectChange], _ origin: Origin) throws(StoreError) -> [Int64] {
    let entriesBefore = history.count
    var undo: [(ObjectKey, StateObject?)] = []
    var versions: [Int64] = []
    do {
      for change in changes {
        for key in change.keys { undo.append((key, objects[key])) }
        versions.append(try apply(change, origin))
      }
    } catch {
      for (key, object) in undo.reversed() { objects[key] = object }
      history.removeLast(history.count - entriesBefore)
      throw error
    }
    return versions
  }

  private mutating func apply(_ change: ObjectChange, _ origin: Origin) throws(StoreError) -> Int64 {
    switch change {
    case .put(let object, let expected):
      let existing = try check(object.key, expected)
      if let existing, existing.hasSameContent(as: object) {
        if let verified = object.lastVerified { objects[object.key]?.lastVerified = verified }
        return existing.version
      }
      return record(object, under: object.key, .put, origin)
    case .remove(let key, let expected):
      guard expected != 0 else { throw StoreError(.invalidRequest, "\(key) is to be removed, but was never stored.") }
      _ = try check(key, expected)
      _ = record(nil, under: key, .remove, origin)
      return 0
    case .depose(let address, let deposedKey, let expected):
      return try rename(
        ObjectKey(address), to: ObjectKey(address, deposedKey: deposedKey), expected, .depose, origin)
    case .restore(let address, let deposedKey, let expected):
      return try rename(
        ObjectKey(address, deposedKey: deposedKey), to: ObjectKey(address), expected, .restore, origin)
    case .move(let from, let to, let expected):
      return try rename(from, to: to, expected, .move, origin)
    }
  }

  /// Throws `conflict` unless the row has that version; 0 for none.
  func require(_ expected: Int64, of key: ObjectKey) throws(StoreError) { _ = try check(key, expected) }

  private func check(_ key: ObjectKey, _ expected: Int64) throws(StoreError) -> StateObject? {
    let existing = objects[key]
    if (existing?.version ?? 0) != expected {
      throw .changed(key, expected: expected, found: existing?.version, by: lastRun(changing: key))
    }
    return existing
  }

  private mutating func rename(
    _ from: ObjectKey, to: ObjectKey, _ expected: Int64, _ change: HistoryEntry.Change, _ origin: Origin
  ) throws(StoreError) -> Int64 {
    guard let object = try check(from, expected) else {
      throw StoreError(.invalidRequest, "\(from) is to become \(to), but was never stored.")
    }
    _ = try check(to, 0)
    _ = record(nil, under: from, change, other: to, origin)
    return record(object, under: to, change, other: from, origin)
  }

  private mutating func record(
    _ object: StateObject?, under key: ObjectKey, _ change: HistoryEntry.Change, other: ObjectKey? = nil,
    _ origin: Origin
  ) -> Int64 {
    let version = newestVersion + 1
    var after = object
    after?.key = key
    after?.version = version
    history.append(
      HistoryEntry(
        version: version, key: key, change: change, otherKey: other, runID: origin.runID,
        operationID: origin.operationID, at: origin.at, before: objects[key], after: after))
    objects[key] = after
    return version
  }

  mutating func apply(_ change: OutputsChange?) {
    switch change {
    case nil: break
    case .replaceAll(let all): outputs = all
    case .update(let set, let remove):
      for name in remove { outputs[name] = nil }
      outputs.merge(set) { $1 }
    }
  }

  mutating func apply(_ change: CheckResultsChange?) {
    switch change {
    case nil: break
    case .set(let json): checkResults = json
    case .clear: checkResults = nil
    }
  }
}
