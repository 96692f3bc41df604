import YAML

extension Cluster {
  // MARK: Stateful sets

  func reconcileStatefulSet(_ set: JSONValue, _ reference: ObjectReference) {
    if set.isBeingDeleted { return }
    let wanted = min(set.integer(at: ["spec", "replicas"]) ?? 1, 1000)
    let start = min(max(0, set.integer(at: ["spec", "ordinals", "start"]) ?? 0), 1_000_000)
    let revision = "\(reference.name.name)-\(Self.revision(of: set[path: ["spec", "template"]] ?? [:]))"
    let isParallel = set.string(at: ["spec", "podManagementPolicy"]) == "Parallel"
    let namespace = reference.name.namespace
    var failure: Failure?
    for ordinal in start..<(start + wanted) {
      let name = ObjectName(namespace: namespace, name: "\(reference.name.name)-\(ordinal)")
      if let pod = store.value("pods", name) {
        if pod.isReadyPod || isParallel { continue }
        break
      }
      makeClaims(of: set, pod: name)
      let made = makePod(of: set, reference, named: name.name) { self.adapt(&$0, set, name, revision, ordinal) }
      if case .failure(let problem) = made { failure = problem }
      if !isParallel || failure != nil { break }
    }
    if let failure {
      tell(reference, set, "FailedCreate", "create Pod in StatefulSet \(reference.name.name) failed error: \(failure.message)")
      agenda.note(reference, at: now + 10 * pace)
    }
    let pods = controlled(by: set.uid, "pods").filter { $0.value.isActivePod }.sorted { Self.ordinal($0.value) < Self.ordinal($1.value) }
    if let last = pods.last(where: { Self.ordinal($0.value) >= start + wanted }) { delete(last.reference, last.value, Deletion()) }
    replaceOutdated(set, pods, revision, wanted: wanted)
    report(set, reference, revision, wanted: wanted)
  }

  private static func ordinal(_ pod: JSONValue) -> Int64 { pod.name.split(separator: "-").last.flatMap { Int64($0) } ?? 0 }

  private func adapt(_ pod: inout JSONValue, _ set: JSONValue, _ name: ObjectName, _ revision: String, _ ordinal: Int64) {
    pod[["metadata", "labels", "controller-revision-hash"]] = .string(revision)
    pod[["metadata", "labels", "statefulset.kubernetes.io/pod-name"]] = .string(name.name)
    pod[["metadata", "labels", "apps.kubernetes.io/pod-index"]] = .string(String(ordinal))
    pod[["spec", "hostname"]] = .string(name.name)
    if let service = set[path: ["spec", "serviceName"]] { pod[["spec", "subdomain"]] = service }
    let claims = set.items(at: ["spec", "volumeClaimTemplates"]).map(\.name)
    let kept = pod.items(at: ["spec", "volumes"]).filter { !claims.contains($0["name"]?.asString ?? "") }
    let added = claims.map { claim -> JSONValue in
      ["name": .string(claim), "persistentVolumeClaim": ["claimName": .string("\(claim)-\(name.name)")]]
    }
    if !claims.isEmpty { pod[["spec", "volumes"]] = .array(kept + added) }
  }

  private func makeClaims(of set: JSONValue, pod: ObjectName) {
    for template in set.items(at: ["spec", "volumeClaimTemplates"]) {
      let name = ObjectName(namespace: pod.namespace, name: "\(template.name)-\(pod.name)")
      guard store.object("persistentvolumeclaims", name) == nil else { continue }
      var labels = set[path: ["spec", "selector", "matchLabels"]]?.asObject ?? [:]
      labels.merge(template[path: ["metadata", "labels"]]?.asObject ?? [:]) { $1 }
      make(
        "persistentvolumeclaims", name,
        ["metadata": ["labels": .object(labels), "annotations": template[path: ["metadata", "annotations"]] ?? [:]], "spec": template["spec"] ?? [:]])
    }
  }

  /// From the last to the first, one at a time.
  private func replaceOutdated(_ set: JSONValue, _ pods: [(reference: ObjectReference, value: JSONValue)], _ revision: String, wanted: Int64) {
    guard set.string(at: ["spec", "updateStrategy", "type"]) != "OnDelete" else { return }
    let partition = set.integer(at: ["spec", "updateStrategy", "rollingUpdate", "partition"]) ?? 0
    let outdated = pods.filter {
      $0.value.labels["controller-revision-hash"] != revision && Self.ordinal($0.value) >= partition
    }
    guard let last = outdated.last else { return }
    let isBroken = !last.value.isReadyPod
    guard isBroken || pods.allSatisfy(\.value.isReadyPod) && pods.count == Int(wanted) else { return }
    delete(last.reference, last.value, Deletion())
  }

  private func report(_ set: JSONValue, _ reference: ObjectReference, _ revision: String, wanted: Int64) {
    let pods = controlled(by: set.uid, "pods").filter { !["Succeeded", "Failed"].contains($0.value.string(at: ["status", "phase"]) ?? "") }
    let updated = Int64(pods.count { $0.value.labels["controller-revision-hash"] == revision && !$0.value.isBeingDeleted })
    let ready = Int64(pods.count { $0.value.isReadyPod })
    change(reference) { object in
      let before = object.string(at: ["status", "currentRevision"]) ?? revision
      let isComplete = updated == wanted && ready == wanted && Int64(pods.count) == wanted
      let current = isComplete ? revision : before
      object[["status", "observedGeneration"]] = .integer(set.generation)
      object[["status", "replicas"]] = .integer(Int64(pods.count))
      object[["status", "readyReplicas"]] = ready == 0 ? JSONValue.absent : .integer(ready)
      object[["status", "availableReplicas"]] = .integer(ready)
      object[["status", "updatedReplicas"]] = updated == 0 ? JSONValue.absent : .integer(updated)
      let old = Int64(pods.count { $0.value.labels["controller-revision-hash"] == current })
      object[["status", "currentReplicas"]] = old == 0 ? JSONValue.absent : .integer(old)
      object[["status", "currentRevision"]] = .string(current)
      object[["status", "updateRevision"]] = .string(revision)
      object[["status", "collisionCount"]] = 0
    }
  }

  // MARK: Daemon sets

  func reconcileDaemonSet(_ set: JSONValue, _ reference: ObjectReference) {
    if set.isBeingDeleted { return }
    let template = set[path: ["spec", "template"]] ?? [:]
    let revision = Self.revision(of: template)
    let selector = template.strings(at: ["spec", "nodeSelector"])
    let nodes = store.values("nodes").filter { node in selector.allSatisfy { node.value.labels[$0.key] == $0.value } }.map(\.name.name)
    let pods = controlled(by: set.uid, "pods")
    for node in nodes where !pods.contains(where: { $0.value.isActivePod && $0.value.string(at: ["spec", "nodeName"]) == node }) {
      let made = makePod(of: set, reference, named: "\(reference.name.name)-\(generator.suffix())") { pod in
        pod[["metadata", "labels", "controller-revision-hash"]] = .string(revision)
        pod[["spec", "nodeName"]] = .string(node)
      }
      if case .failure(let problem) = made {
        tell(reference, set, "FailedCreate", "Error creating: \(problem.message)")
        agenda.note(reference, at: now + 10 * pace)
      }
    }
    let isRolling = set.string(at: ["spec", "updateStrategy", "type"]) != "OnDelete"
    for pod in pods where pod.value.isActivePod {
      let node = pod.value.string(at: ["spec", "nodeName"]) ?? ""
      if !nodes.contains(node) || isRolling && pod.value.labels["controller-revision-hash"] != revision {
        delete(pod.reference, pod.value, Deletion())
      }
    }
    let left = controlled(by: set.uid, "pods").filter { $0.value.isActivePod }
    let ready = Int64(left.count { $0.value.isReadyPod })
    let updated = Int64(left.count { $0.value.labels["controller-revision-hash"] == revision })
    change(reference) { object in
      object["status"] = [
        "observedGeneration": .integer(set.generation), "desiredNumberScheduled": .integer(Int64(nodes.count)),
        "currentNumberScheduled": .integer(Int64(left.count)), "numberMisscheduled": 0, "numberReady": .integer(ready),
        "updatedNumberScheduled": .integer(updated), "numberAvailable": .integer(ready),
      ]
      if ready < nodes.count { object[["status", "numberUnavailable"]] = .integer(Int64(nodes.count) - ready) }
    }
  }

  // MARK: Jobs

  func reconcileJob(_ job: JSONValue, _ reference: ObjectReference) {
    if job.isBeingDeleted { return }
    if job.condition("Complete") != nil || job.condition("Failed") != nil { return expire(job, reference) }
    if job[path: ["spec", "suspend"]]?.asBool == true {
      change(reference) { $0.setCondition("Suspended", true, reason: "JobSuspended", message: "Job suspended", at: self.timestamp) }
      return
    }
    let pods = controlled(by: job.uid, "pods")
    let succeeded = Int64(pods.count { $0.value.string(at: ["status", "phase"]) == "Succeeded" })
    let failed = Int64(pods.count { $0.value.string(at: ["status", "phase"]) == "Failed" })
    let completions = job.integer(at: ["spec", "completions"])
    let parallelism = job.integer(at: ["spec", "parallelism"]) ?? 1
    let isDone = completions.map { succeeded >= $0 } ?? (succeeded > 0)
    let isLost = failed > job.integer(at: ["spec", "backoffLimit"]) ?? 6
    var active = pods.filter { $0.value.isActivePod }
    if !isDone, !isLost {
      let missing = min(parallelism, max(0, completions ?? parallelism) - succeeded) - Int64(active.count)
      for _ in 0..<max(0, min(50, missing)) {
        if case .failure(let problem) = makePod(of: job, reference, named: "\(reference.name.name)-\(generator.suffix())") {
          tell(reference, job, "FailedCreate", "Error creating: \(problem.message)")
          agenda.note(reference, at: now + 10 * pace)
          break
        }
      }
      active = controlled(by: job.uid, "pods").filter { $0.value.isActivePod }
    }
    let at = timestamp
    change(reference) { object in
      object.fill(["status", "startTime"], .string(at))
      for (name, number) in [
        ("active", Int64(active.count)), ("ready", Int64(active.count { $0.value.isReadyPod })), ("succeeded", succeeded), ("failed", failed),
      ] {
        object[["status", name]] = number == 0 ? JSONValue.absent : .integer(number)
      }
      if isDone {
        object.setCondition("SuccessCriteriaMet", true, reason: "CompletionsReached", message: "Reached expected number of succeeded pods", at: at)
        object.setCondition("Complete", true, reason: "CompletionsReached", message: "Reached expected number of succeeded pods", at: at)
        object[["status", "completionTime"]] = .string(at)
      } else if isLost {
        for type in ["FailureTarget", "Failed"] {
          object.setCondition(type, true, reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit", at: at)
        }
      }
    }
    if isLost {
      tell(reference, job, "BackoffLimitExceeded", "Job has reached the specified backoff limit")
      for pod in active { delete(pod.reference, pod.value, Deletion()) }
    }
  }

  /// Jobs that are over go by themselves if they say so.
  private func expire(_ job: JSONValue, _ reference: ObjectReference) {
    guard let seconds = job.integer(at: ["spec", "ttlSecondsAfterFinished"]) else { return }
    let over = job.string(at: ["status", "completionTime"]) ?? job.condition("Failed")?["lastTransitionTime"]?.asString ?? ""
    let due = ((Timestamp.seconds(over) ?? 0) + min(seconds, 1_000_000_000)) * 1_000_000_000
    if due > now { return agenda.note(reference, at: due) }
    delete(reference, job, Deletion(.foreground))
  }
}
