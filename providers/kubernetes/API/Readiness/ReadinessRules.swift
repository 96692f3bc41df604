import YAML

/// When objects of each kind are ready.
extension KubernetesObject {
  package var readinessOfKind: Readiness {
    if let generation, let observedGeneration, observedGeneration < generation {
      return .waiting("its controller has not looked at the last change yet")
    }
    switch (groupVersionKind.group, kind) {
    case ("apps", "Deployment"): return deployment
    case ("apps", "StatefulSet"): return statefulSet
    case ("apps", "DaemonSet"): return daemonSet
    case ("apps", "ReplicaSet"), ("", "ReplicationController"):
      return enough("readyReplicas", number(["spec", "replicas"]) ?? 1, "replicas are ready") ?? .ready
    case ("batch", "Job"): return job
    case ("", "Pod"): return pod
    case ("", "PersistentVolumeClaim"): return claim
    case ("", "Service"): return service
    case ("", "Namespace"):
      let phase = text(["status", "phase"])
      return phase == "Active" ? .ready : .waiting("its phase is \(phase.isEmpty ? "not known yet" : phase)")
    case ("gateway.networking.k8s.io", "Gateway"):
      return failure("Accepted", is: "False") ?? awaited("Programmed")
    case ("apiextensions.k8s.io", "CustomResourceDefinition"):
      return failure("NamesAccepted", is: "False") ?? awaited("Established")
    case ("apiregistration.k8s.io", "APIService"): return awaited("Available")
    default: return other
    }
  }

  private var deployment: Readiness {
    if json[path: ["spec", "paused"]]?.asBool == true { return .ready }
    if observedGeneration == nil { return .waiting("its controller has not looked at it yet") }
    if let progress = condition("Progressing"), progress["reason"]?.asString == "ProgressDeadlineExceeded" {
      return .failed(progress.conditionText)
    }
    let desired = number(["spec", "replicas"]) ?? 1
    let updated = number(["status", "updatedReplicas"]) ?? 0
    if let waiting = enough("updatedReplicas", desired, "replicas are updated") { return waiting }
    let surplus = (number(["status", "replicas"]) ?? 0) - updated
    if surplus > 0 { return .waiting("\(surplus) old replicas are still there") }
    if let waiting = enough("availableReplicas", desired, "replicas are available") { return waiting }
    if let waiting = enough("readyReplicas", desired, "replicas are ready") { return waiting }
    if condition("Available")?["status"]?.asString != "True" { return awaited("Available") }
    if let progress = condition("Progressing"), progress["reason"]?.asString != "NewReplicaSetAvailable" {
      return .waiting(progress.conditionText)
    }
    return .ready
  }

  private var statefulSet: Readiness {
    if text(["spec", "updateStrategy", "type"]) == "OnDelete" { return .ready }
    if observedGeneration == nil { return .waiting("its controller has not looked at it yet") }
    let desired = number(["spec", "replicas"]) ?? 1
    let partition = number(["spec", "updateStrategy", "rollingUpdate", "partition"]) ?? 0
    if let waiting = enough("readyReplicas", desired, "replicas are ready") { return waiting }
    let surplus = (number(["status", "readyReplicas"]) ?? 0) - desired
    if surplus > 0 { return .waiting("\(surplus) replicas too many are still there") }
    if let waiting = enough("updatedReplicas", max(0, desired - partition), "replicas are updated") { return waiting }
    if partition == 0, desired > 0, text(["status", "currentRevision"]) != text(["status", "updateRevision"]) {
      return .waiting("its revision is still \(text(["status", "currentRevision"])), not \(text(["status", "updateRevision"]))")
    }
    return .ready
  }

  private var daemonSet: Readiness {
    if observedGeneration == nil { return .waiting("its controller has not looked at it yet") }
    let desired = number(["status", "desiredNumberScheduled"]) ?? 0
    if text(["spec", "updateStrategy", "type"]) != "OnDelete",
      let waiting = enough("updatedNumberScheduled", desired, "pods are updated")
    {
      return waiting
    }
    return enough("numberAvailable", desired, "pods are available") ?? enough("numberReady", desired, "pods are ready") ?? .ready
  }

  private var job: Readiness {
    if json[path: ["spec", "suspend"]]?.asBool == true { return .ready }
    if let failed = failure("Failed", is: "True") ?? failure("FailureTarget", is: "True") { return failed }
    if condition("Complete")?["status"]?.asString == "True" { return .ready }
    let done = number(["status", "succeeded"]) ?? 0
    let failures = number(["status", "failed"]) ?? 0
    return .waiting("\(done) of \(number(["spec", "completions"]) ?? 1) pods have finished\(failures > 0 ? ", \(failures) failed" : "")")
  }

  private var pod: Readiness {
    switch text(["status", "phase"]) {
    case "Succeeded": return .ready
    case "Failed":
      let why = [text(["status", "reason"]), text(["status", "message"])].filter { !$0.isEmpty }.joined(separator: ": ")
      let trouble = podTrouble
      return .failed("it failed\(why.isEmpty ? "" : " (\(why))")\(trouble.isEmpty ? "" : ": \(trouble)")")
    default:
      if condition("Ready")?["status"]?.asString == "True" { return .ready }
      let trouble = podTrouble
      if !trouble.isEmpty { return .waiting(trouble) }
      return awaited("Ready")
    }
  }

  private var claim: Readiness {
    switch text(["status", "phase"]) {
    case "Bound": .ready
    case "Lost": .failed("its volume is lost")
    default: .waiting("it is not bound to a volume yet")
    }
  }

  private var service: Readiness {
    guard text(["spec", "type"]) == "LoadBalancer" else { return .ready }
    let isReachable =
      !(json[path: ["status", "loadBalancer", "ingress"]]?.asArray ?? []).isEmpty || !(json[path: ["spec", "externalIPs"]]?.asArray ?? []).isEmpty
    return isReachable ? .ready : .waiting("its load balancer has no address yet")
  }

  /// What conditions mean by convention.
  private var other: Readiness {
    if let failed = failure("Stalled", is: "True") { return failed }
    if let reconciling = condition("Reconciling"), reconciling["status"]?.asString == "True" { return .waiting(reconciling.conditionText) }
    return condition("Ready") == nil ? .ready : awaited("Ready")
  }

  // MARK: Parts

  private func number(_ path: [String]) -> Int64? { json[path: path]?.asInteger }
  private func text(_ path: [String]) -> String { json[path: path]?.asString ?? "" }

  /// Nil if there are as many as there must be.
  private func enough(_ count: String, _ desired: Int64, _ what: String) -> Readiness? {
    let present = number(["status", count]) ?? 0
    return present >= desired ? nil : .waiting("\(present) of \(desired) \(what)")
  }

  private func awaited(_ type: String) -> Readiness {
    guard let condition = condition(type) else { return .waiting("it has no condition \(type) yet") }
    return condition["status"]?.asString == "True" ? .ready : .waiting(condition.conditionText)
  }

  private func failure(_ type: String, is status: String) -> Readiness? {
    guard let condition = condition(type), condition["status"]?.asString == status else { return nil }
    return .failed(condition.conditionText)
  }

  // MARK: Pods

  /// Why the containers of a pod do not run; empty if nothing is known.
  package var podTrouble: String {
    var parts: [String] = []
    for status in statuses("initContainerStatuses") + statuses("containerStatuses") {
      let name = status["name"]?.asString ?? ""
      let restarts = status["restartCount"]?.asInteger ?? 0
      if let waiting = status[path: ["state", "waiting"]], let reason = waiting["reason"]?.asString, !Self.passing.contains(reason) || waiting["message"] != nil {
        var text = "container \(name) waits: \(reason)"
        if let message = waiting["message"]?.asString, !message.isEmpty { text += " (\(message))" }
        if let last = status[path: ["lastState", "terminated"]] { text += "; it last ended with \(Self.ending(last))" }
        if restarts > 0 { text += ", after \(restarts) restarts" }
        parts.append(text)
      } else if let ended = status[path: ["state", "terminated"]], ended["exitCode"]?.asInteger ?? 0 != 0 {
        parts.append("container \(name) ended with \(Self.ending(ended))")
      }
    }
    if let scheduled = condition("PodScheduled"), scheduled["status"]?.asString == "False" { parts.append(scheduled.conditionText) }
    return parts.joined(separator: "; ")
  }

  /// What every container waits for at first.
  private static let passing: Set<String> = ["ContainerCreating", "PodInitializing"]

  private func statuses(_ name: String) -> [JSONValue] { json[path: ["status", name]]?.asArray ?? [] }

  private static func ending(_ ended: JSONValue) -> String {
    var text = "exit code \(ended["exitCode"]?.asInteger ?? 0)"
    if let reason = ended["reason"]?.asString, !reason.isEmpty { text += " (\(reason))" }
    if let message = ended["message"]?.asString, !message.isEmpty { text += ": \(message)" }
    return text
  }
}
