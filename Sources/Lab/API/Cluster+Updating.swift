import YAML

extension Cluster {
  func replace(_ call: inout Call) throws(Failure) -> Answer {
    let body = try body(of: call.request)
    try checkIdentity(body, call)
    if body.name.isEmpty { throw .invalid(call.type, "", [.required("metadata.name", "name or generateName is required")]) }
    guard let live = store.object(call.type.id, call.name) else { throw .notFound(call.type, call.name.name) }
    let object = try decoded(body, &call)
    let uid = object.uid
    if !uid.isEmpty, uid != live.value.uid {
      throw .conflict(
        call.type, call.name.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(live.value.uid)")
    }
    if call.type.isCustom, object.resourceVersion.isEmpty {
      throw .invalid(call.type, call.name.name, [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
    }
    return Answer(call.complete(try update(live, to: object, &call)))
  }

  /// Stores a changed object, if it may be so changed.
  /// - Parameter managed: who owns what afterwards, if the caller knows; else whoever asks owns what changes.
  func update(
    _ live: StoredObject, to object: JSONValue, _ call: inout Call, managed: ManagedFields? = nil, manager: FieldManager? = nil
  ) throws(Failure) -> JSONValue {
    let type = call.type
    var object = object
    object["apiVersion"] = nil
    object["kind"] = nil
    let wanted = object.resourceVersion
    if !wanted.isEmpty, wanted != live.value.resourceVersion { throw .changedMeanwhile(type, call.name.name) }
    if !object.uid.isEmpty, object.uid != live.value.uid {
      throw .invalid(type, call.name.name, [.invalid("metadata.uid", .string(object.uid), "field is immutable")])
    }
    let records = object[path: ["metadata", "managedFields"]]
    object = try keepingServersFields(object, live.value, call)
    object = filled(object, call.version)
    prepareForUpdate(&object, from: live.value, call)
    object[["metadata", "managedFields"]] = self.managed(
      managed, live.value, object, records: records, call, manager)?.encoded
    if type.countsGenerations, Self.wanted(object) != Self.wanted(live.value) {
      object[["metadata", "generation"]] = .integer(live.value.generation + 1)
    }
    try admitUpdate(&object, from: live.value, &call)
    let causes = Validation.update(from: live.value, to: object, call, self)
    if !causes.isEmpty { throw .invalid(type, call.name.name, causes) }
    if object == live.value || call.isDryRun { return object }
    return commit(object, live.value, ObjectReference(type: type.id, name: call.name))
  }

  /// Puts an object in its place, or removes it if that is all that its deletion waited for.
  @discardableResult
  func commit(_ object: JSONValue, _ live: JSONValue, _ reference: ObjectReference) -> JSONValue {
    if object.isBeingDeleted, object.finalizers.isEmpty, !isHeld(object, reference.type) {
      let last = store.put(reference.type, reference.name, object).value
      remove(reference)
      return last
    }
    let stored = store.put(reference.type, reference.name, object)
    didChange(reference, owners: object.ownerReferences)
    if let type = types[reference.type] { didStore(stored.value, type) }
    return stored.value
  }

  /// Pods end by themselves, and namespaces when they are empty.
  private func isHeld(_ object: JSONValue, _ type: String) -> Bool {
    switch type {
    case "pods": object[path: ["metadata", "deletionGracePeriodSeconds"]]?.asInteger ?? 0 > 0
    case "namespaces": !object.items(at: ["spec", "finalizers"]).isEmpty
    default: false
    }
  }

  /// What counts as wanted, for the number of generations.
  private static func wanted(_ object: JSONValue) -> JSONValue {
    var object = object
    object["metadata"] = nil
    object["status"] = nil
    return object
  }

  private func keepingServersFields(_ object: JSONValue, _ live: JSONValue, _ call: Call) throws(Failure) -> JSONValue {
    var object = object
    if call.subresource == "status" {
      let status = object["status"]
      object = live
      object["status"] = status
      return object
    }
    if call.subresource == "approval" {
      let conditions = object[path: ["status", "conditions"]]
      object = live
      object[["status", "conditions"]] = conditions
      return object
    }
    if call.version.hasStatus { object["status"] = live["status"] }
    object.fill(["metadata"], .object([:]))
    for name in [
      "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName",
      "selfLink", "resourceVersion",
    ] {
      object[["metadata", name]] = live[path: ["metadata", name]]
    }
    if live.isBeingDeleted {
      let added = Set(object.finalizers).subtracting(live.finalizers)
      if !added.isEmpty {
        throw .invalid(
          call.type, call.name.name,
          [.forbidden("metadata.finalizers", "no new finalizers can be added if the object is being deleted, found new finalizers \(added.sorted())")])
      }
    }
    return object
  }

  private func managed(
    _ known: ManagedFields?, _ live: JSONValue, _ object: JSONValue, records: JSONValue?, _ call: Call, _ manager: FieldManager?
  ) -> ManagedFields? {
    if let known { return known }
    // Clients may rewrite the records; those who leave them out do not mean to delete them.
    var managed = ManagedFields(of: live)
    if call.subresource.isEmpty, let entries = records?.asArray, !entries.isEmpty {
      if entries == [[:]] { return nil }
      managed = ManagedFields(managers: entries.compactMap(FieldManager.init))
    }
    if managed.managers.isEmpty { return nil }
    let manager = manager ?? FieldManager(
      name: call.manager, operation: .update, apiVersion: call.apiVersion, subresource: call.subresource, time: timestamp, fields: .empty)
    managed.update(from: live, to: object, call.version.schema, by: manager, ignoring: ignored(call))
    return managed
  }
}
