package import YAML

extension ObjectManager {
  /// What applying would do, asked of the server, which stores nothing of it. Where the object's namespace does not exist, or where
  /// somebody who must be asked cannot answer without doing it, the plan is made from the manifest, and says so.
  /// - Parameter prior: what was applied before; nil if the object is to be created.
  /// - Throws: `ClusterFailure` with `.kindMissing` where the server does not know the kind; `ObjectError` for what is to be mended.
  package func plan(_ manifest: JSONValue, prior: AppliedObject?) async throws -> ObjectPlan {
    let wanted = try WantedObject(manifest)
    let reference = try await reference(wanted)
    let live = try await client.get(reference)
    if let live { try checkTakingOver(live, reference, prior) }
    do {
      let answer = try await send(KubernetesObject(wanted.sent(to: reference)), over: live, prior, dryRun: true)
      return plan(wanted, live, answer, prior)
    } catch let failure as ClusterFailure {
      switch failure.kind {
      case .namespaceMissing:
        return try await plan(wanted, withoutAsking: "The namespace \(reference.namespace ?? "") does not exist yet.")
      case .webhook(_, refusesDryRuns: true):
        var plan = try await plan(wanted, withoutAsking: "\(failure)")
        plan.exists = live != nil
        plan.warnings.append(
          "An admission webhook cannot tell what it would do without doing it, so that this was only checked against the schema: \(failure)")
        return plan
      case .invalid(let causes):
        guard let live, let fields = try await immutable(causes, wanted, reference) else { throw failure }
        return replacement(fields, live, wanted)
      default: throw failure
      }
    }
  }

  /// From the manifest alone, checked against the schema of its kind as far as the server has one.
  package func plan(_ wanted: WantedObject, withoutAsking reason: String) async throws -> ObjectPlan {
    if let schema = try await client.schema(for: wanted.kind) { try wanted.check(against: schema) }
    return ObjectPlan(checkedAtApply: reason)
  }

  /// Nobody's object is taken over by chance.
  func checkTakingOver(_ live: KubernetesObject, _ reference: ObjectReference, _ prior: AppliedObject?) throws {
    if prior != nil || owner.adopts || owner.force || live.isBeingDeleted || live.json.fields(appliedBy: manager) != nil { return }
    let managers = Set(live.json.fieldRecords.map(\.manager)).sorted().joined(separator: ", ")
    throw ObjectError(
      "\(reference.title) exists already",
      "It is not managed here\(managers.isEmpty ? "" : " (its fields were set by \(managers))"). Import it to manage it, choose another name, or force the conflicts to take it over.")
  }

  /// The server's answer. What was ours, and what those own whose manifests this one follows, is taken back and taken over; that shows in
  /// plans as a change, and needs no force.
  func send(
    _ object: KubernetesObject, over live: KubernetesObject?, _ prior: AppliedObject?, dryRun: Bool
  ) async throws -> ServerAnswer {
    do {
      return try await client.apply(object, manager: manager, force: owner.force, dryRun: dryRun)
    } catch let failure as ClusterFailure {
      guard case .conflict(let conflicts) = failure.kind, !owner.force else { throw failure }
      let isNew = live?.json.fields(appliedBy: manager) == nil
      let former = Set((prior?.stored ?? [:]).keys.map(\.serverText))
      let rightful = conflicts.allSatisfy {
        isNew && owner.predecessors.contains($0.manager) || former.contains($0.field) && !$0.isOfAutoscaler
      }
      guard rightful else { throw failure }
      return try await client.apply(object, manager: manager, force: true, dryRun: dryRun)
    }
  }

  private func plan(
    _ wanted: WantedObject, _ live: KubernetesObject?, _ answer: ServerAnswer, _ prior: AppliedObject?
  ) -> ObjectPlan {
    var planned = answer.object.json
    let applied = planned.fields(appliedBy: manager)
    if let live, live.json.fields(appliedBy: manager) == nil { planned = planned.without(predecessorsOf: owner, in: live.json) }
    var plan = ObjectPlan()
    let object = planned.cleaned(for: manager)
    plan.object = object
    plan.whole = planned
    plan.exists = live != nil
    plan.warnings = answer.warnings
    let before = live.map { $0.json.cleaned(for: manager, keeping: prior.map { Array($0.stored.keys) } ?? []) } ?? .object([:])
    plan.changes = FieldChange.all(from: before, to: object)
    plan.changesOwnership = live?.json.fields(appliedBy: manager) != applied
    plan.volatile = planned.volatilePaths(kind: wanted.kind, sent: wanted.sent, live: live?.json)
    return plan
  }

  // MARK: What cannot be changed

  /// The fields for which a new object is needed, if that would help; nil if the manifest is just wrong.
  private func immutable(
    _ causes: [FieldCause], _ wanted: WantedObject, _ reference: ObjectReference
  ) async throws -> [ObjectPlan.Replacement]? {
    let fields = causes.map { ObjectPlan.Replacement(field: $0.field, message: $0.message) }
    guard !causes.isEmpty, causes.allSatisfy({ ["FieldValueInvalid", "FieldValueForbidden"].contains($0.reason) }) else { return nil }
    if causes.allSatisfy(\.speaksOfImmutability) { return fields }
    // Rules that compare with the object before say what their authors wrote. They do not hold for a new object: one of the same content
    // and another name tells whether it is such a rule.
    guard causes.allSatisfy({ $0.reason == "FieldValueInvalid" }) else { return nil }
    var other = wanted.sent(to: reference)
    other.remove(FieldPath(fields: "metadata", "name"))
    other.set(FieldPath(fields: "metadata", "generateName"), to: .string("\(wanted.name.prefix(50))-"))
    do {
      _ = try await client.create(KubernetesObject(other), manager: manager, dryRun: true)
      return fields
    } catch is ClusterFailure {
      return nil
    }
  }

  private func replacement(_ fields: [ObjectPlan.Replacement], _ live: KubernetesObject, _ wanted: WantedObject) -> ObjectPlan {
    var plan = ObjectPlan(checkedAtApply: "The object must be replaced, and the server can only be asked for the new one when the old one is gone.")
    plan.replacement = fields
    plan.exists = true
    if let loss = wanted.kind.loss(spec: live.json["spec"]) { plan.warnings.append("\(wanted.kind.kind) \(wanted.name) is replaced: \(loss)") }
    return plan
  }
}

extension FieldConflict {
  /// Whether something scales the object by itself. It would do so again and again.
  fileprivate var isOfAutoscaler: Bool { subresource == "scale" && !manager.hasPrefix("kubectl") }
}

extension FieldPath {
  /// As servers write it in messages: `.metadata.labels.app.kubernetes.io/name`, `.spec.containers[name="web"].image`.
  fileprivate var serverText: String {
    steps.map { if case .field(let name) = $0 { ".\(name)" } else { FieldPath([$0]).description } }.joined()
  }
}

extension FieldCause {
  /// As the server's own checks and authors of rules word it.
  fileprivate var speaksOfImmutability: Bool {
    let text = message.lowercased()
    let words = [
      "immutable", "may not change", "may not be changed", "cannot change", "cannot be changed", "can not be changed", "are forbidden",
      "may not be updated", "cannot be updated",
    ]
    return words.contains { text.contains($0) }
  }
}

extension GroupVersionKind {
  /// What is lost with an object of the kind; nil if it can simply be made again.
  package func loss(spec: JSONValue?) -> String? {
    switch (group, kind) {
    case ("", "Namespace"): "everything in it is deleted."
    case ("", "PersistentVolumeClaim"): "its volume, and the data on it, may be deleted with it."
    case ("", "PersistentVolume"): "the data on it may be deleted with it."
    case ("apiextensions.k8s.io", "CustomResourceDefinition"): "all objects of the kind \(spec?[path: ["names", "kind"]]?.asString ?? "that it defines") are deleted with it."
    case ("apps", "StatefulSet"): "its pods are deleted; the claims that it made stay, unless its persistentVolumeClaimRetentionPolicy says otherwise."
    default: nil
    }
  }
}

extension WantedObject {
  /// What is sent for an object whose place is known.
  package func sent(to reference: ObjectReference) -> JSONValue {
    var object = sent
    if let namespace = reference.namespace { object.set(FieldPath(fields: "metadata", "namespace"), to: .string(namespace)) }
    return object
  }

  package func check(against schema: ObjectSchema) throws {
    let violations = schema.validate(sent)
    if violations.isEmpty { return }
    throw ObjectErrors(violations.map { ObjectError("\(kind.kind) \(name) is not valid", "\($0.path): \($0.message)", field: $0.path) })
  }
}

/// Several errors at once.
package struct ObjectErrors: Error, Hashable, Sendable, CustomStringConvertible {
  package var errors: [ObjectError]
  package init(_ errors: [ObjectError]) { self.errors = errors }
  package var description: String { errors.map(\.description).joined(separator: "\n") }
}

extension ObjectReference {
  /// For people: `Deployment shop/web`.
  package var title: String { "\(kind.kind) \(namespace.map { "\($0)/" } ?? "")\(name)" }
}

extension JSONValue {
  /// The object without the fields that only predecessors own, and that are no longer applied.
  fileprivate func without(predecessorsOf owner: ObjectOwner, in live: JSONValue) -> JSONValue {
    guard let ours = fields(appliedBy: owner.manager) else { return self }
    var kept = ours
    for record in live.fieldRecords where !owner.predecessors.contains(record.manager) { kept.formUnion(record.set) }
    var object = self
    for record in live.fieldRecords where owner.predecessors.contains(record.manager) && record.subresource.isEmpty {
      for path in record.set.paths(outside: kept) { object.removePruning(path) }
    }
    return object
  }
}
