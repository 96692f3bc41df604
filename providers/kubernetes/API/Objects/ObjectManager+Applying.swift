import ProviderKit
package import YAML

/// What applying made of a manifest.
package struct ApplyResult: Sendable {
  /// To be kept for the next run.
  package var applied: AppliedObject
  package var object: KubernetesObject
  package var warnings: [String]
  /// Whether the object was not there before.
  package var wasCreated: Bool
}

extension ObjectManager {
  /// Applies a manifest. A namespace or kind that is missing is waited for, because another step may be making it; so is the end of an
  /// object of the same name that is being deleted.
  /// - Parameters:
  ///   - prior: what was applied before; the object must still be that one.
  ///   - progress: told what is waited for.
  package func apply(
    _ manifest: JSONValue, prior: AppliedObject?, progress: @Sendable (String) -> Void = { _ in }
  ) async throws -> ApplyResult {
    let wanted = try WantedObject(manifest)
    return try await waitingForPrerequisites(progress) {
      let reference = try await reference(wanted)
      var live = try await client.get(reference)
      if let gone = live, gone.isBeingDeleted {
        try await awaitGone(reference, uid: gone.uid, timeout: owner.timeouts.create, progress)
        live = nil
      } else if let live {
        try check(live, is: prior, reference)
      }
      if let present = live { live = try await migrated(present, reference) }
      var answer = try await send(wanted, reference, over: live, prior)
      if answer.object.isBeingDeleted {
        try await awaitGone(reference, uid: answer.object.uid, timeout: owner.timeouts.create, progress)
        answer = try await send(wanted, reference, over: nil, prior)
      } else if live != nil, answer.object.json.fieldRecords.contains(where: isPredecessor), live?.json.fields(appliedBy: manager) == nil {
        // The first apply to an object without records makes one for what was there before.
        _ = try await migrated(answer.object, reference)
        answer = try await send(wanted, reference, over: answer.object, prior)
      }
      return result(answer, wanted, reference)
    }
  }

  private func result(_ answer: ServerAnswer, _ wanted: WantedObject, _ reference: ObjectReference) -> ApplyResult {
    let object = answer.object
    let applied = AppliedObject(
      reference: reference, uid: object.uid, manifest: wanted.manifest,
      stored: object.json.values(of: object.json.fields(appliedBy: manager) ?? FieldSet()))
    return ApplyResult(applied: applied, object: object, warnings: answer.warnings, wasCreated: answer.wasCreated)
  }

  private func send(
    _ wanted: WantedObject, _ reference: ObjectReference, over live: KubernetesObject?, _ prior: AppliedObject?
  ) async throws -> ServerAnswer {
    var object = wanted.sent(to: reference)
    // Where another object has taken the place since it was looked at, the server refuses.
    if let live { object.set(FieldPath(fields: "metadata", "uid"), to: .string(live.uid)) }
    do {
      return try await send(KubernetesObject(object), over: live, prior, dryRun: false)
    } catch let failure as ClusterFailure where live != nil && failure.maySpeakOfAnotherObject {
      let present = try await client.get(reference)
      if present?.uid == live?.uid { throw failure }
      throw Self.replacedMeanwhile(reference)
    }
  }

  private func check(_ live: KubernetesObject, is prior: AppliedObject?, _ reference: ObjectReference) throws {
    if let uid = prior?.uid {
      if live.uid != uid { throw Self.replacedMeanwhile(reference) }
    } else {
      try checkTakingOver(live, reference, prior)
    }
  }

  private static func replacedMeanwhile(_ reference: ObjectReference) -> ObjectError {
    ObjectError(
      "\(reference.title) is another object now",
      "The object that was planned for was deleted, and perhaps one of the same name was made. Nothing was changed; plan again.")
  }

  // MARK: Taking over

  private func isPredecessor(_ record: ManagedFieldsEntry) -> Bool {
    owner.predecessors.contains(record.manager) && record.manager != manager && record.subresource.isEmpty
  }

  /// The object, in whose records what predecessors set is ours. Only an object of which nothing is ours yet is taken over; nothing of its
  /// content changes by that.
  private func migrated(_ live: KubernetesObject, _ reference: ObjectReference) async throws -> KubernetesObject {
    let records = live.json[path: ["metadata", "managedFields"]]?.asArray ?? []
    let old = records.map(ManagedFieldsEntry.init)
    guard old.contains(where: isPredecessor), !isSettled(old) else { return live }
    var ours = FieldSet()
    for record in old where isPredecessor(record) || isOurs(record) { ours.formUnion(record.set) }
    var others = zip(records, old).filter { !isPredecessor($1) && !isOurs($1) }.map(\.0)
    var entry: JSONValue = [
      "manager": .string(manager), "operation": "Apply", "apiVersion": .string(reference.kind.apiVersion), "fieldsType": "FieldsV1",
      "fieldsV1": ours.fieldsV1,
    ]
    entry["time"] = old.first(where: isPredecessor).flatMap { $0.time.isEmpty ? nil : .string($0.time) }
    others.append(entry)
    let patch: JSONValue = [
      ["op": "replace", "path": "/metadata/managedFields", "value": .array(others)],
      // Whoever changed the object since it was read makes this fail.
      ["op": "replace", "path": "/metadata/resourceVersion", "value": .string(live.resourceVersion)],
    ]
    log.info("taking over fields", ["object": reference.title, "from": old.filter(isPredecessor).map(\.manager).joined(separator: ", ")])
    return try await client.patch(reference, kind: .json, patch, manager: manager, dryRun: false).object
  }

  private func isOurs(_ record: ManagedFieldsEntry) -> Bool { record.isApplied(by: manager) }

  /// Whether we applied the object before, and not only beside what was there before the first apply.
  private func isSettled(_ records: [ManagedFieldsEntry]) -> Bool {
    records.contains(where: isOurs) && !records.contains { $0.manager == "before-first-apply" }
  }

  // MARK: Waiting for what others make

  /// Tries again for a while when a namespace or a kind is missing.
  private func waitingForPrerequisites<Result: Sendable>(
    _ progress: @Sendable (String) -> Void, _ work: () async throws -> Result
  ) async throws -> Result {
    let elapsed = stopwatch(clock)
    var delay = Duration.milliseconds(100)
    while true {
      do {
        return try await work()
      } catch let failure as ClusterFailure {
        switch failure.kind {
        case .kindMissing: client.forgetDiscovery()
        case .namespaceMissing, .namespaceTerminating: break
        default: throw failure
        }
        if elapsed() >= owner.timeouts.prerequisite { throw failure }
        progress("waiting: \(failure)")
      }
      try await clock.sleep(for: delay)
      delay = min(delay * 2, .seconds(2))
    }
  }
}

extension ClusterFailure {
  /// Whether it may be because the object of this name is not the one that was meant.
  var maySpeakOfAnotherObject: Bool {
    switch kind {
    case .staleObject, .invalid, .notFound: true
    default: false
    }
  }
}

extension JSONValue {
  /// The values at the leaves of a set. What is not there is left out.
  package func values(of set: FieldSet) -> [FieldPath: JSONValue] {
    var result: [FieldPath: JSONValue] = [:]
    for path in set.leaves { result[path] = value(at: path) }
    return result
  }
}
