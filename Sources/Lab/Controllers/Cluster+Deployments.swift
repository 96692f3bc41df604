import YAML

extension Cluster {
  /// A name for a template: the same for the same pods.
  static func revision(of template: JSONValue) -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    var hash = stableHash(template.json())
    var text = ""
    for _ in 0..<10 {
      text.append(letters[Int(hash % UInt64(letters.count))])
      hash /= UInt64(letters.count)
    }
    return text
  }

  func reconcileDeployment(_ deployment: JSONValue, _ reference: ObjectReference) {
    if deployment.isBeingDeleted { return }
    let wanted = deployment.integer(at: ["spec", "replicas"]) ?? 1
    let template = deployment[path: ["spec", "template"]] ?? [:]
    let hash = Self.revision(of: template)
    adoptReplicaSets(for: deployment, reference)
    var sets = controlled(by: deployment.uid, "replicasets.apps")
    let isPaused = deployment[path: ["spec", "paused"]]?.asBool ?? false
    if !isPaused, !sets.contains(where: { $0.value.labels["pod-template-hash"] == hash }) {
      makeReplicaSet(of: deployment, reference, hash, replicas: wanted, revision: Int64(sets.count + 1))
      sets = controlled(by: deployment.uid, "replicasets.apps")
    }
    let current = sets.first { $0.value.labels["pod-template-hash"] == hash }
    let others = sets.filter { $0.value.labels["pod-template-hash"] != hash }
    let isRecreated = deployment.string(at: ["spec", "strategy", "type"]) == "Recreate"
    let isOthersGone = others.allSatisfy { $0.value.integer(at: ["status", "replicas"]) ?? 0 == 0 }
    if let current {
      let ready = current.value.integer(at: ["status", "readyReplicas"]) ?? 0
      scale(current.reference, to: isRecreated && !isOthersGone ? 0 : wanted)
      // Those before stay until the new ones can do the work.
      if isRecreated || ready >= wanted { for other in others { scale(other.reference, to: 0) } }
    } else {
      for other in others.suffix(1) { scale(other.reference, to: wanted) }
    }
    report(deployment, reference, current: current?.value, sets: sets.map(\.value), wanted: wanted)
  }

  /// Takes what a deployment left behind that was there before.
  private func adoptReplicaSets(for deployment: JSONValue, _ reference: ObjectReference) {
    let selector = deployment.strings(at: ["spec", "selector", "matchLabels"])
    for (name, set) in store.values("replicasets.apps", namespace: reference.name.namespace) {
      guard set.controller == nil, !set.isBeingDeleted, selector.allSatisfy({ set.labels[$0.key] == $0.value }) else { continue }
      change(ObjectReference(type: "replicasets.apps", name: name), subresource: "") {
        $0[["metadata", "ownerReferences"]] = .array($0.ownerReferences + [self.ownerReference(deployment, reference.type)])
      }
    }
  }

  private func makeReplicaSet(of deployment: JSONValue, _ reference: ObjectReference, _ hash: String, replicas: Int64, revision: Int64) {
    var template = deployment[path: ["spec", "template"]] ?? [:]
    template[["metadata", "labels", "pod-template-hash"]] = .string(hash)
    var selector = deployment[path: ["spec", "selector"]] ?? [:]
    selector[["matchLabels", "pod-template-hash"]] = .string(hash)
    let name = ObjectName(namespace: reference.name.namespace, name: "\(reference.name.name)-\(hash)")
    make(
      "replicasets.apps", name,
      [
        "metadata": [
          "labels": template[path: ["metadata", "labels"]] ?? [:], "ownerReferences": [ownerReference(deployment, reference.type)],
          "annotations": ["deployment.kubernetes.io/revision": .string(String(revision))],
        ],
        "spec": ["replicas": .integer(replicas), "selector": selector, "template": template],
      ])
    change(reference, subresource: "") {
      $0[["metadata", "annotations", "deployment.kubernetes.io/revision"]] = .string(String(revision))
    }
  }

  private func scale(_ reference: ObjectReference, to replicas: Int64) {
    change(reference, subresource: "") { $0[["spec", "replicas"]] = .integer(replicas) }
  }

  private func report(
    _ deployment: JSONValue, _ reference: ObjectReference, current: JSONValue?, sets: [JSONValue], wanted: Int64
  ) {
    func sum(_ name: String) -> Int64 { sets.reduce(0) { $0 + ($1.integer(at: ["status", name]) ?? 0) } }
    let updated = current?.integer(at: ["status", "replicas"]) ?? 0
    let available = sum("availableReplicas")
    let total = sum("replicas")
    let at = timestamp
    let name = current?.name ?? ""
    let isComplete = updated == wanted && total == wanted && (current?.integer(at: ["status", "availableReplicas"]) ?? 0) == wanted
    let failure = sets.compactMap { $0.condition("ReplicaFailure") }.first { $0["status"]?.asString == "True" }
    let before = deployment["status"] ?? [:]
    let progressed = before["updatedReplicas"]?.asInteger ?? 0 < updated || before["availableReplicas"]?.asInteger ?? 0 < available
    let deadline = min(deployment.integer(at: ["spec", "progressDeadlineSeconds"]) ?? 600, 1_000_000)
    let last = deployment.condition("Progressing")?["lastUpdateTime"]?.asString.flatMap(Timestamp.seconds) ?? now / 1_000_000_000
    let isObserved = before["observedGeneration"]?.asInteger == deployment.generation
    let wasLate = deployment.condition("Progressing")?["reason"]?.asString == "ProgressDeadlineExceeded"
    let isLate = !isComplete && isObserved && !progressed && (wasLate || now / 1_000_000_000 >= last + deadline)
    change(reference) { object in
      object[["status", "observedGeneration"]] = .integer(deployment.generation)
      for (name, number) in [
        ("replicas", total), ("updatedReplicas", updated), ("readyReplicas", sum("readyReplicas")), ("availableReplicas", available),
        ("unavailableReplicas", max(0, max(total, wanted) - available)),
      ] {
        object[["status", name]] = number == 0 ? JSONValue.absent : .integer(number)
      }
      let isAvailable = available >= wanted - wanted / 4
      object.setCondition(
        "Available", isAvailable, reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        message: isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", at: at,
        updated: true)
      if isComplete {
        object.setCondition(
          "Progressing", true, reason: "NewReplicaSetAvailable", message: "ReplicaSet \"\(name)\" has successfully progressed.", at: at,
          updated: true)
      } else if isLate {
        object.setCondition(
          "Progressing", false, reason: "ProgressDeadlineExceeded", message: "ReplicaSet \"\(name)\" has timed out progressing.", at: at,
          updated: true)
      } else {
        let isNew = !isObserved || deployment.condition("Progressing")?["reason"]?.asString == "NewReplicaSetAvailable"
        let reason = updated == 0 ? "NewReplicaSetCreated" : "ReplicaSetUpdated"
        object.setCondition(
          "Progressing", true, reason: reason,
          message: updated == 0 ? "Created new replica set \"\(name)\"" : "ReplicaSet \"\(name)\" is progressing.", at: at, updated: true)
        if isNew || progressed { Self.touch(&object, "Progressing", at) }
      }
      if let failure {
        object.setCondition(
          "ReplicaFailure", true, reason: failure["reason"]?.asString ?? "", message: failure["message"]?.asString ?? "", at: at, updated: true)
      } else if object.condition("ReplicaFailure") != nil {
        object[["status", "conditions"]] = .array(
          object.items(at: ["status", "conditions"]).filter { $0["type"]?.asString != "ReplicaFailure" })
      }
    }
    if !isComplete, !isLate { agenda.note(reference, at: max(now + pace, (last + deadline) * 1_000_000_000)) }
  }

  /// Marks progress that says nothing new.
  private static func touch(_ object: inout JSONValue, _ type: String, _ time: String) {
    object[["status", "conditions"]] = .array(
      object.items(at: ["status", "conditions"]).map { condition in
        var condition = condition
        if condition["type"]?.asString == type { condition["lastUpdateTime"] = .string(time) }
        return condition
      })
  }

  // MARK: Sets of pods

  func reconcileReplicaSet(_ set: JSONValue, _ reference: ObjectReference) {
    if set.isBeingDeleted { return }
    let wanted = max(0, set.integer(at: ["spec", "replicas"]) ?? 1)
    var pods = controlled(by: set.uid, "pods").filter { $0.value.isActivePod }
    var failure: Failure?
    // A few at a time, so that a large number keeps nobody waiting.
    for _ in 0..<max(0, min(50, wanted - Int64(pods.count))) {
      if case .failure(let problem) = makePod(of: set, reference, named: "\(reference.name.name)-\(generator.suffix())") {
        failure = problem
        break
      }
    }
    pods = controlled(by: set.uid, "pods").filter { $0.value.isActivePod }
    if failure == nil, pods.count < wanted { agenda.note(reference, at: now + pace) }
    // Those that are not ready go first.
    let surplus = pods.sorted { !$0.value.isReadyPod && $1.value.isReadyPod }.prefix(Int(max(0, Int64(pods.count) - wanted)))
    for pod in surplus { delete(pod.reference, pod.value, Deletion()) }
    pods = controlled(by: set.uid, "pods").filter { $0.value.isActivePod }
    let ready = Int64(pods.count { $0.value.isReadyPod })
    // The messages name pods that never were; the first one is enough.
    let isKnown = set.condition("ReplicaFailure")?["status"]?.asString == "True"
    change(reference) { object in
      object[["status", "observedGeneration"]] = .integer(set.generation)
      object[["status", "replicas"]] = .integer(Int64(pods.count))
      for name in ["readyReplicas", "availableReplicas"] { object[["status", name]] = ready == 0 ? JSONValue.absent : .integer(ready) }
      object[["status", "fullyLabeledReplicas"]] = pods.isEmpty ? JSONValue.absent : .integer(Int64(pods.count))
      if let failure {
        if isKnown { return }
        object.setCondition("ReplicaFailure", true, reason: "FailedCreate", message: failure.message, at: self.timestamp)
      } else if object.condition("ReplicaFailure") != nil {
        object[["status", "conditions"]] = nil
      }
    }
    if let failure {
      if !isKnown { tell(reference, set, "FailedCreate", "Error creating: \(failure.message)") }
      agenda.note(reference, at: now + 10 * pace)
    }
  }

  /// Makes a pod from the template of what controls it.
  func makePod(
    of owner: JSONValue, _ reference: ObjectReference, named name: String, _ adapt: (inout JSONValue) -> Void = { _ in }
  ) -> Result<JSONValue, Failure> {
    let template = owner[path: ["spec", "template"]] ?? [:]
    var metadata: JSONValue = ["ownerReferences": [ownerReference(owner, reference.type)]]
    for part in ["labels", "annotations", "finalizers"] { metadata[part] = template[path: ["metadata", part]] }
    var pod: JSONValue = ["metadata": metadata, "spec": template["spec"] ?? [:]]
    adapt(&pod)
    return make("pods", ObjectName(namespace: reference.name.namespace, name: name), pod)
  }
}
