import YAML

/// How an object is to be deleted.
struct Deletion {
  enum Propagation: String {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
  }

  var propagation: Propagation?
  var gracePeriodSeconds: Int64?
  var uid: String?
  var resourceVersion: String?
  var isDryRun = false

  init(_ propagation: Propagation? = nil) { self.propagation = propagation }

  init(_ request: Request) throws(Failure) {
    var options: JSONValue = [:]
    if !request.body.isEmpty {
      do { options = try JSONValue(json: request.body) } catch { throw .badRequest("error decoding DeleteOptions: \(error)") }
    }
    let name = options["propagationPolicy"]?.asString ?? request.query["propagationPolicy"]
    if let name, !name.isEmpty {
      guard let propagation = Propagation(rawValue: name) else {
        throw .invalid(
          kind: "DeleteOptions", group: "meta.k8s.io", "",
          [.notSupported("propagationPolicy", name, ["Foreground", "Background", "Orphan"])])
      }
      self.propagation = propagation
    } else if options["orphanDependents"]?.asBool == true || request.isSet("orphanDependents") {
      propagation = .orphan
    }
    gracePeriodSeconds = options["gracePeriodSeconds"]?.asInteger ?? request.query["gracePeriodSeconds"].flatMap { Int64($0) }
    uid = options[path: ["preconditions", "uid"]]?.asString
    resourceVersion = options[path: ["preconditions", "resourceVersion"]]?.asString
    isDryRun = !(request.query["dryRun"] ?? "").isEmpty || !options.items(at: ["dryRun"]).isEmpty
  }
}

extension Cluster {
  func delete(_ call: inout Call) throws(Failure) -> Answer {
    let deletion = try Deletion(call.request)
    guard let live = store.object(call.type.id, call.name) else { throw .notFound(call.type, call.name.name) }
    if let uid = deletion.uid, uid != live.value.uid {
      throw .conflict(
        call.type, call.name.name,
        "the UID in the precondition (\(uid)) does not match the UID in record (\(live.value.uid)). The object might have been deleted and then recreated")
    }
    if let revision = deletion.resourceVersion, revision != live.value.resourceVersion {
      throw .conflict(
        call.type, call.name.name,
        "the ResourceVersion in the precondition (\(revision)) does not match the ResourceVersion in record (\(live.value.resourceVersion)). The object might have been modified")
    }
    if call.type.id == "namespaces", live.value.isBeingDeleted {
      throw .conflict(
        call.type, call.name.name,
        "The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.")
    }
    try refuse(live.value, call)
    if call.type.id == "jobs.batch", deletion.propagation == nil {
      call.warnings.append(
        "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning")
    }
    if deletion.isDryRun { return success(call, live.value) }
    let left = delete(ObjectReference(type: call.type.id, name: call.name), live.value, deletion)
    return left.map { Answer(call.complete($0)) } ?? success(call, live.value)
  }

  private func success(_ call: Call, _ object: JSONValue) -> Answer {
    var details: JSONValue = ["name": .string(call.name.name), "kind": .string(call.type.plural), "uid": .string(object.uid)]
    if !call.type.group.isEmpty { details["group"] = .string(call.type.group) }
    return Answer(["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details])
  }

  func deleteCollection(_ call: inout Call) throws(Failure) -> Answer {
    let deletion = try Deletion(call.request)
    let selection = try Selection(namespace: call.name.namespace, query: call.request.query, call.type)
    let found = store.values(call.type.id, namespace: selection.namespace).filter { selection.includes($0.value, $0.name) }
    if !deletion.isDryRun {
      for (name, value) in found where !value.isBeingDeleted {
        _ = delete(ObjectReference(type: call.type.id, name: name), value, deletion)
      }
    }
    return Answer(["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": ["kind": .string(call.type.plural)]])
  }

  /// Deletes an object, or marks it when something must happen first.
  /// - Returns: what is left of it; nil if it is gone.
  @discardableResult
  func delete(_ reference: ObjectReference, _ live: JSONValue, _ deletion: Deletion) -> JSONValue? {
    var object = live
    let orphansByDefault = ["jobs.batch", "replicationcontrollers"].contains(reference.type)
    let policy = deletion.propagation ?? (orphansByDefault ? .orphan : .background)
    let hasDependents = !store.dependents(of: live.uid).isEmpty
    if !live.isBeingDeleted {
      switch policy {
      case .foreground: object.finalizers.append("foregroundDeletion")
      case .orphan where hasDependents: object.finalizers.append("orphan")
      default: break
      }
    }
    let grace = gracePeriod(of: object, reference.type, deletion)
    let isHeld = reference.type == "namespaces" || grace > 0 || !object.finalizers.isEmpty
    guard isHeld else {
      remove(reference)
      return nil
    }
    if !object.isBeingDeleted {
      object[["metadata", "deletionTimestamp"]] = .string(timestamp)
      if types[reference.type]?.countsGenerations ?? false { object[["metadata", "generation"]] = .integer(live.generation + 1) }
    }
    object[["metadata", "deletionGracePeriodSeconds"]] = .integer(grace)
    if reference.type == "namespaces" { object[["status", "phase"]] = "Terminating" }
    return commit(object, live, reference)
  }

  /// Only pods that run somewhere are given time.
  private func gracePeriod(of object: JSONValue, _ type: String, _ deletion: Deletion) -> Int64 {
    guard type == "pods", object.string(at: ["spec", "nodeName"]) != nil,
      !["Succeeded", "Failed"].contains(object.string(at: ["status", "phase"]) ?? "")
    else { return 0 }
    return deletion.gracePeriodSeconds ?? object.integer(at: ["spec", "terminationGracePeriodSeconds"]) ?? 30
  }

  /// Takes an object out for good, and what was only there for it.
  func remove(_ reference: ObjectReference) {
    guard let last = store.remove(reference.type, reference.name) else { return }
    didChange(reference, owners: last.value.ownerReferences)
    if reference.type == "pods" { noteServices(selecting: last.value, in: reference.name.namespace) }
    for dependent in store.dependents(of: last.value.uid) { agenda.note(dependent) }
    if reference.type == Self.definitions, let type = types[reference.name.name], type.isCustom { unregister(type) }
    if reference.name.namespace != "" {
      agenda.note(ObjectReference(type: "namespaces", name: ObjectName(namespace: "", name: reference.name.namespace)))
    }
  }
}
