import State

extension WriteTransaction {
  func commit(
    _ changes: [ObjectChange], _ outputs: OutputsChange?, _ checkResults: CheckResultsChange?, runID: Int64?
  ) throws(StoreError) -> [Int64] {
    try requireNoOtherLease(on: changes.flatMap(\.keys), than: runID)
    let writer = ObjectWriter(self, runID: runID, operationID: nil)
    let versions = try writer.apply(changes)
    var hasChanged = writer.hasChanged
    if let outputs, try apply(outputs, runID) { hasChanged = true }
    if let checkResults, try apply(checkResults) { hasChanged = true }
    if hasChanged { try countChange() }
    return versions
  }

  /// - Returns: whether any output is different now.
  private func apply(_ change: OutputsChange, _ runID: Int64?) throws(StoreError) -> Bool {
    let existing = try Reader.outputs(connection, stackID: stackID)
    let set: [String: OutputState]
    let removed: [String]
    switch change {
    case .replaceAll(let all):
      set = all
      removed = existing.keys.filter { all[$0] == nil }.sorted()
    case .update(let changed, let names):
      set = changed
      removed = names.filter { existing[$0] != nil && changed[$0] == nil }
    }
    for name in removed {
      let delete = try connection.statement(.deleteOutput)
      delete.bind(1, stackID)
      delete.bind(2, name)
      try delete.run()
    }
    var hasChanged = !removed.isEmpty
    for (name, output) in set.sorted(by: { $0.key < $1.key }) where existing[name] != output {
      let put = try connection.statement(.putOutput)
      put.bind(1, stackID)
      put.bind(2, name)
      put.bindText(3, output.value)
      put.bindText(4, output.type)
      put.bind(5, output.sensitive)
      put.bind(6, runID)
      try put.run()
      hasChanged = true
    }
    return hasChanged
  }

  private func apply(_ change: CheckResultsChange) throws(StoreError) -> Bool {
    let update = try connection.statement(.setCheckResults)
    update.bind(1, stackID)
    switch change {
    case .set(let json): update.bindText(2, json)
    case .clear: update.bindNull(2)
    }
    try update.run()
    return connection.changedRows > 0
  }

  func replaceAll(with snapshot: StateSnapshot, force: Bool, runID: Int64?) throws(StoreError) {
    let existing = try Reader.content(connection, stackID: stackID)
    try ReplacementRule.check(
      existing: existing, new: snapshot, haveSameContent: existing.hasSameContent(as: snapshot), force: force)
    guard let serial = Int64(exactly: snapshot.serial) else {
      throw StoreError(.invalidStateFile, "The serial \(snapshot.serial) is larger than the store can keep.")
    }
    try requireNoOtherLease(than: runID)
    var changes: [ObjectChange] = []
    for object in existing.objects where snapshot.object(object.key) == nil {
      changes.append(.remove(object.key, expectedVersion: object.version))
    }
    for object in snapshot.objects {
      changes.append(.put(object, expectedVersion: existing.object(object.key)?.version ?? 0))
    }
    _ = try ObjectWriter(self, runID: runID, operationID: nil).apply(changes)
    _ = try apply(.replaceAll(snapshot.outputs), runID)
    _ = try apply(snapshot.checkResults.map { .set($0) } ?? .clear)
    let update = try connection.statement(.setIdentity)
    update.bind(1, stackID)
    update.bind(2, snapshot.lineage.isEmpty ? existing.lineage : snapshot.lineage)
    update.bind(3, serial)
    try update.run()
  }
}
