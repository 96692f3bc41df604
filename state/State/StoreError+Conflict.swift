package import Addresses

extension StoreError {
  /// A row has another version than the caller decided on, or is gone, or is there where nothing should be.
  package static func changed(_ key: ObjectKey, expected: Int64, found: Int64?, by run: Run?) -> StoreError {
    let who = run?.displayName ?? "a command outside of any run"
    let what =
      switch (expected, found) {
      case (0, _): "\(key) is in the state already: \(who) put it there"
      case (_, nil): "\(key) is no longer in the state: \(who) removed it"
      default: "\(key) was changed by \(who)"
      }
    return StoreError(
      .conflict(run: run), "\(what) after this command had read the state. Plan again to see what is there now.")
  }

  /// Another living run has the sole right to change the instance.
  package static func leased(_ address: ResourceInstance, by run: Run) -> StoreError {
    StoreError(
      .conflict(run: run),
      "\(address) is being changed by \(run.displayName). Wait until that run has finished, then try again; if its process is gone, its hold ends after a minute."
    )
  }

  package static func abandoned(_ run: Run) -> StoreError {
    StoreError(
      .conflict(run: run),
      "Run \(run.id) no longer holds its resources: it did not renew its hold for too long and another run took over. Plan again to see what is there now."
    )
  }

  package static func notLeased(_ key: ObjectKey, run: Run) -> StoreError {
    StoreError(
      .invalidRequest, "Run \(run.id) holds no lease on \(key.address), so it may not begin an operation on it.")
  }

  package static func unknownRun(_ id: Int64) -> StoreError { StoreError(.notFound, "There is no run \(id).") }

  package static func unknownOperation(_ id: Int64) -> StoreError {
    StoreError(.notFound, "There is no operation \(id).")
  }

  package static func finishedOperation(_ id: Int64, status: Operation.Status) -> StoreError {
    StoreError(.invalidRequest, "Operation \(id) is not in flight: it has \(status.rawValue).")
  }

  package static func otherLineage(existing: String, new: String) -> StoreError {
    StoreError(
      .invalidStateFile,
      "The state has lineage \"\(existing)\" and the new one \"\(new)\": they belong to different stacks. Use -force only if you are sure that one replaces the other."
    )
  }

  package static func olderSerial(existing: UInt64, new: UInt64) -> StoreError {
    StoreError(
      .invalidStateFile,
      "The new state has serial \(new) and is older than the existing one with serial \(existing). Use -force to go back to it all the same."
    )
  }

  package static func sameSerial(_ serial: UInt64) -> StoreError {
    StoreError(
      .invalidStateFile,
      "Both states have serial \(serial) but different content. Use -force to overwrite the existing one.")
  }

  package static let storeClosed = StoreError(.closed, "The state store is closed.")
}

/// The rule of `state push`, observed with 1.11: decides whether one state may replace another.
package enum ReplacementRule {
  package static func check(
    existing: StateSnapshot, new: StateSnapshot, haveSameContent: Bool, force: Bool
  ) throws(StoreError) {
    if force || existing.isEmpty { return }
    if !existing.lineage.isEmpty, !new.lineage.isEmpty, existing.lineage != new.lineage {
      throw .otherLineage(existing: existing.lineage, new: new.lineage)
    }
    if new.serial < existing.serial { throw .olderSerial(existing: existing.serial, new: new.serial) }
    if new.serial == existing.serial, !haveSameContent { throw .sameSerial(new.serial) }
  }
}

extension StateSnapshot {
  /// Whether both hold the same objects, outputs and check results.
  package func hasSameContent(as other: StateSnapshot) -> Bool {
    objects.count == other.objects.count && outputs == other.outputs && checkResults == other.checkResults
      && zip(objects, other.objects).allSatisfy { $0.hasSameContent(as: $1) }
  }
}
