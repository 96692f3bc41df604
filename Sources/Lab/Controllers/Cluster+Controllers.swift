import YAML

extension Cluster {
  /// Lets the controllers do what is due by a time.
  package func advance(to time: Int64) {
    now = max(now, time)
    // Controllers set each other off; a ring of them must end somewhere.
    for _ in 0..<1000 {
      let due = agenda.take(until: now)
      if due.isEmpty { return }
      for reference in due { reconcile(reference) }
    }
  }

  /// When the controllers have something to do again.
  package var nextDue: Int64? { agenda.next }

  private func reconcile(_ reference: ObjectReference) {
    guard let object = store.value(reference.type, reference.name) else {
      agenda.forget(reference)
      if reference.type == "persistentvolumeclaims" { noteVolumes(of: reference.name) }
      return
    }
    if collect(object, reference) { return }
    switch reference.type {
    case "namespaces": reconcileNamespace(object, reference)
    case "pods": reconcilePod(object, reference)
    case "deployments.apps": reconcileDeployment(object, reference)
    case "replicasets.apps", "replicationcontrollers": reconcileReplicaSet(object, reference)
    case "statefulsets.apps": reconcileStatefulSet(object, reference)
    case "daemonsets.apps": reconcileDaemonSet(object, reference)
    case "jobs.batch": reconcileJob(object, reference)
    case "services": reconcileService(object, reference)
    case "persistentvolumeclaims": reconcileClaim(object, reference)
    case "persistentvolumes": reconcileVolume(object, reference)
    case "ingresses.networking.k8s.io": reconcileIngress(object, reference)
    case "resourcequotas": reconcileQuota(object, reference)
    case "apiservices.apiregistration.k8s.io": reconcileService(api: object, reference)
    case "certificatesigningrequests.certificates.k8s.io": reconcileSigningRequest(object, reference)
    case Self.definitions: reconcileDefinition(reference.name)
    default: reconcileCustom(object, reference)
    }
  }

  // MARK: Changing objects from within

  /// Changes an object as a controller: the status, unless another subresource is named.
  @discardableResult
  func change(
    _ reference: ObjectReference, _ manager: String = "kube-controller-manager", subresource: String = "status",
    _ body: (inout JSONValue) -> Void
  ) -> JSONValue? {
    guard let type = types[reference.type], let live = store.value(reference.type, reference.name) else { return nil }
    var object = live
    body(&object)
    if object == live { return live }
    let version = type.preferredVersion
    if type.countsGenerations, object["spec"] != live["spec"] { object[["metadata", "generation"]] = .integer(live.generation + 1) }
    var managed = ManagedFields(of: live)
    if !managed.managers.isEmpty {
      let entry = FieldManager(
        name: manager, operation: .update, apiVersion: type.apiVersion(version.name), subresource: subresource, time: timestamp, fields: .empty)
      managed.update(from: live, to: object, version.schema, by: entry, ignoring: [])
      object[["metadata", "managedFields"]] = managed.encoded
    }
    return commit(object, live, reference)
  }

  /// Makes an object as a controller; says why it cannot be made.
  @discardableResult
  func make(
    _ type: String, _ name: ObjectName, _ object: JSONValue, _ manager: String = "kube-controller-manager"
  ) -> Result<JSONValue, Failure> {
    guard let type = types[type] else { return .failure(.notServed) }
    let version = type.preferredVersion
    var call = Call(Request("POST", ""), type, version, name)
    let entry = FieldManager(
      name: manager, operation: .update, apiVersion: type.apiVersion(version.name), time: timestamp, fields: .empty)
    var object = object
    object[["metadata", "name"]] = .string(name.name)
    do throws(Failure) {
      object = try decoded(object, &call)
      return .success(try insert(object, &call, by: entry))
    } catch {
      return .failure(error)
    }
  }

  /// The objects of a type that an object controls, in order.
  func controlled(by uid: String, _ type: String) -> [(reference: ObjectReference, value: JSONValue)] {
    store.dependents(of: uid).filter { $0.type == type }.sorted { $0.name < $1.name }.compactMap { reference in
      guard let value = store.value(type, reference.name), value.controller?["uid"]?.asString == uid else { return nil }
      return (reference, value)
    }
  }

  func ownerReference(_ object: JSONValue, _ type: String) -> JSONValue {
    let kind = types[type]
    return [
      "apiVersion": .string(kind?.apiVersion(kind?.preferredVersion.name ?? "v1") ?? "v1"), "kind": .string(kind?.kind ?? ""),
      "name": .string(object.name), "uid": .string(object.uid), "controller": true, "blockOwnerDeletion": true,
    ]
  }

  /// Tells what happened to an object; the same again is counted.
  func tell(_ reference: ObjectReference, _ object: JSONValue, isWarning: Bool = true, _ reason: String, _ message: String) {
    let namespace = reference.name.namespace.isEmpty ? "default" : reference.name.namespace
    let mark = String(stableHash("\(object.uid)\(reason)\(message)".utf8), radix: 16)
    let name = ObjectName(namespace: namespace, name: "\(reference.name.name.prefix(200)).\(mark)")
    if store.object("events", name) != nil {
      change(ObjectReference(type: "events", name: name), subresource: "") { event in
        event["count"] = .integer((event["count"]?.asInteger ?? 1) &+ 1)
        event["lastTimestamp"] = .string(self.timestamp)
      }
      return
    }
    let kind = types[reference.type]
    make(
      "events", name,
      [
        "involvedObject": [
          "kind": .string(kind?.kind ?? ""), "namespace": .string(reference.name.namespace), "name": .string(reference.name.name),
          "uid": .string(object.uid), "apiVersion": .string(kind?.apiVersion(kind?.preferredVersion.name ?? "v1") ?? "v1"),
        ],
        "reason": .string(reason), "message": .string(message), "type": isWarning ? "Warning" : "Normal", "count": 1,
        "firstTimestamp": .string(timestamp), "lastTimestamp": .string(timestamp), "source": ["component": "plumb-lab"],
        "reportingComponent": "plumb-lab",
      ])
  }

  // MARK: Garbage

  /// Deletes what is left without owners, and carries out what a deletion waits for.
  /// - Returns: whether nothing else is to be done with the object now.
  private func collect(_ object: JSONValue, _ reference: ObjectReference) -> Bool {
    if object.isBeingDeleted {
      if object.finalizers.contains("orphan") {
        for dependent in store.dependents(of: object.uid) {
          change(dependent, subresource: "") { child in
            let kept = child.ownerReferences.filter { $0["uid"]?.asString != object.uid }
            child[["metadata", "ownerReferences"]] = kept.isEmpty ? JSONValue.absent : .array(kept)
          }
        }
        change(reference, subresource: "") { $0.finalizers.removeAll { $0 == "orphan" } }
        return store.object(reference.type, reference.name) == nil
      }
      if object.finalizers.contains("foregroundDeletion") { return collectForeground(object, reference) }
      return false
    }
    let owners = object.ownerReferences
    if owners.isEmpty || owners.contains(where: { exists($0, reference.name.namespace) }) { return false }
    delete(reference, object, Deletion(.background))
    return true
  }

  private func collectForeground(_ object: JSONValue, _ reference: ObjectReference) -> Bool {
    var isBlocked = false
    for dependent in store.dependents(of: object.uid).sorted(by: { ($0.type, $0.name) < ($1.type, $1.name) }) {
      guard let child = store.value(dependent.type, dependent.name) else { continue }
      if !child.isBeingDeleted { delete(dependent, child, Deletion(.foreground)) }
      let reference = child.ownerReferences.first { $0["uid"]?.asString == object.uid }
      isBlocked = isBlocked || store.object(dependent.type, dependent.name) != nil && reference?["blockOwnerDeletion"]?.asBool == true
    }
    // The last dependent's end has this object looked at again.
    if !isBlocked { change(reference, subresource: "") { $0.finalizers.removeAll { $0 == "foregroundDeletion" } } }
    return true
  }

  private func exists(_ owner: JSONValue, _ namespace: String) -> Bool {
    guard let type = self.type(ofOwner: owner) else { return true }
    let name = ObjectName(namespace: type.isNamespaced ? namespace : "", name: owner["name"]?.asString ?? "")
    return store.value(type.id, name)?.uid == owner["uid"]?.asString
  }
}
