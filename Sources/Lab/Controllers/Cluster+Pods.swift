import YAML

extension Cluster {
  /// Brings a pod to life, one step at a time, or says why not.
  func reconcilePod(_ pod: JSONValue, _ reference: ObjectReference) {
    if pod.isBeingDeleted {
      guard pod.finalizers.isEmpty, agenda.isDue(reference, after: pace, now: now) else { return }
      return remove(reference)
    }
    if ["Succeeded", "Failed"].contains(pod.string(at: ["status", "phase"]) ?? "") { return }
    guard let node = pod.string(at: ["spec", "nodeName"]) else { return schedule(pod, reference) }
    guard agenda.isDue(reference, after: pace, now: now) else { return }
    let containers = pod.items(at: ["spec", "containers"])
    if let (reason, message) = waitingReason(pod, reference.name.namespace) { return wait(pod, reference, reason, message) }
    let isRunning = pod.string(at: ["status", "phase"]) == "Running"
    let behaviour = pod.annotations["lab.plumb/behaviour"] ?? ""
    let runsToTheEnd = pod.string(at: ["spec", "restartPolicy"]) != "Always"
    if isRunning {
      guard runsToTheEnd else { return }
      return finish(pod, reference, isFailure: behaviour == "fail")
    }
    let isReady = behaviour != "not-ready"
    change(reference, "kubelet") { object in
      self.run(&object, containers, node: node, isReady: isReady)
    }
    if runsToTheEnd { agenda.note(reference, at: now + pace) }
  }

  private func schedule(_ pod: JSONValue, _ reference: ObjectReference) {
    let wanted = pod.strings(at: ["spec", "nodeSelector"])
    let node = store.values("nodes").first { node in
      wanted.allSatisfy { node.value.labels[$0.key] == $0.value } && node.value[path: ["spec", "unschedulable"]]?.asBool != true
    }
    var problem = node == nil ? "0/\(store.count("nodes")) nodes are available: node(s) didn't match Pod's node affinity/selector." : nil
    for volume in pod.items(at: ["spec", "volumes"]) {
      guard let claim = volume.string(at: ["persistentVolumeClaim", "claimName"]) else { continue }
      let name = ObjectName(namespace: reference.name.namespace, name: claim)
      guard let value = store.value("persistentvolumeclaims", name) else {
        problem = "persistentvolumeclaim \"\(claim)\" not found"
        continue
      }
      if value.string(at: ["status", "phase"]) != "Bound" {
        problem = problem ?? "pod has unbound immediate PersistentVolumeClaims"
        agenda.note(ObjectReference(type: "persistentvolumeclaims", name: name))
      }
    }
    if let problem {
      let isKnown = pod.condition("PodScheduled")?["message"]?.asString == problem
      change(reference, "kube-scheduler") {
        $0.setCondition("PodScheduled", false, reason: "Unschedulable", message: problem, at: self.timestamp)
      }
      if !isKnown { tell(reference, pod, "FailedScheduling", problem) }
      agenda.note(reference, at: now + 5 * pace)
      return
    }
    guard let node else { return }
    change(reference, "kube-scheduler") { object in
      object[["spec", "nodeName"]] = .string(node.name.name)
      object.setCondition("PodScheduled", true, reason: "", at: self.timestamp)
    }
    tell(reference, pod, isWarning: false, "Scheduled", "Successfully assigned \(reference.name.namespace)/\(reference.name.name) to \(node.name.name)")
  }

  /// Why the containers of a pod do not run: the reason that a container waits with, and what there is to say.
  private func waitingReason(_ pod: JSONValue, _ namespace: String) -> (reason: String, message: String)? {
    func isMissing(_ type: String, _ reference: JSONValue?, _ key: String = "name") -> String? {
      guard let name = reference?[key]?.asString, reference?["optional"]?.asBool != true else { return nil }
      return store.object(type, ObjectName(namespace: namespace, name: name)) == nil ? name : nil
    }
    for volume in pod.items(at: ["spec", "volumes"]) {
      if let name = isMissing("secrets", volume["secret"], "secretName") { return ("ContainerCreating", "secret \"\(name)\" not found") }
      if let name = isMissing("configmaps", volume["configMap"]) { return ("ContainerCreating", "configmap \"\(name)\" not found") }
    }
    for container in pod.items(at: ["spec", "initContainers"]) + pod.items(at: ["spec", "containers"]) {
      for variable in container.items(at: ["env"]) {
        if let name = isMissing("secrets", variable[path: ["valueFrom", "secretKeyRef"]]) {
          return ("CreateContainerConfigError", "secret \"\(name)\" not found")
        }
        if let name = isMissing("configmaps", variable[path: ["valueFrom", "configMapKeyRef"]]) {
          return ("CreateContainerConfigError", "configmap \"\(name)\" not found")
        }
      }
      for source in container.items(at: ["envFrom"]) {
        if let name = isMissing("secrets", source["secretRef"]) ?? isMissing("configmaps", source["configMapRef"]) {
          return ("CreateContainerConfigError", "\"\(name)\" not found")
        }
      }
      let image = container["image"]?.asString ?? ""
      if Self.isBroken(image: image) {
        return ("ErrImagePull", "failed to pull and unpack image \"\(image)\": failed to resolve reference \"\(image)\": not found")
      }
    }
    switch pod.annotations["lab.plumb/behaviour"] {
    case "crash-loop": return ("CrashLoopBackOff", "back-off 10s restarting failed container")
    case "pending": return ("ContainerCreating", "")
    default: return nil
    }
  }

  /// Images that nobody can pull are known by their names.
  static func isBroken(image: String) -> Bool {
    let name = image.split(separator: "@").first.map(String.init) ?? image
    let last = name.split(separator: "/").last ?? ""
    return last.split(separator: ":").first == "broken" || image.contains("does-not-exist")
  }

  private func wait(_ pod: JSONValue, _ reference: ObjectReference, _ reason: String, _ message: String) {
    let statuses = pod.items(at: ["status", "containerStatuses"])
    let before = statuses.first?.string(at: ["state", "waiting", "reason"])
    var shown = reason
    if reason == "ErrImagePull", before != nil { shown = "ImagePullBackOff" }
    let restarts = (statuses.first?["restartCount"]?.asInteger ?? 0) + (reason == "CrashLoopBackOff" ? 1 : 0)
    let isCrash = reason == "CrashLoopBackOff"
    change(reference, "kubelet") { object in
      self.begin(&object)
      object[["status", "phase"]] = isCrash ? "Running" : "Pending"
      object[["status", "containerStatuses"]] = .array(
        pod.items(at: ["spec", "containers"]).map { container in
          var status: JSONValue = [
            "name": container["name"] ?? "", "image": container["image"] ?? "", "imageID": "", "ready": false, "started": false,
            "restartCount": .integer(restarts), "state": ["waiting": ["reason": .string(shown), "message": .string(message)]],
          ]
          if isCrash {
            status["lastState"] = [
              "terminated": ["exitCode": 1, "reason": "Error", "startedAt": .string(self.timestamp), "finishedAt": .string(self.timestamp)],
            ]
          }
          return status
        })
      object.setCondition("Ready", false, reason: "ContainersNotReady", message: Self.unready(pod), at: self.timestamp)
      object.setCondition("ContainersReady", false, reason: "ContainersNotReady", message: Self.unready(pod), at: self.timestamp)
    }
    switch reason {
    case "ErrImagePull":
      if before == nil { tell(reference, pod, "Failed", message) } else { tell(reference, pod, "BackOff", "Back-off pulling image") }
    case "CrashLoopBackOff": tell(reference, pod, "BackOff", "Back-off restarting failed container")
    case "ContainerCreating": if !message.isEmpty { tell(reference, pod, "FailedMount", "MountVolume.SetUp failed: \(message)") }
    default: tell(reference, pod, "Failed", "Error: \(message)")
    }
    // What is missing may come; a crash goes on, but ever more slowly.
    let delay = isCrash ? min(300_000_000_000, (Int64(1) << min(restarts, 8)) * 10 * pace) : 10 * pace
    agenda.note(reference, at: now + delay)
  }

  private static func unready(_ pod: JSONValue) -> String {
    let names = pod.items(at: ["spec", "containers"]).compactMap { $0["name"]?.asString }
    return "containers with unready status: [\(names.joined(separator: " "))]"
  }

  /// What all pods have that were placed on a node.
  private func begin(_ object: inout JSONValue) {
    object.fill(["status", "startTime"], .string(timestamp))
    object[["status", "hostIP"]] = "192.0.2.1"
    object[["status", "hostIPs"]] = [["ip": "192.0.2.1"]]
    if object.string(at: ["status", "podIP"]) == nil {
      let number = generator.next() % 65_000 + 2
      let address: JSONValue = .string("10.244.\(number / 256).\(number % 256)")
      object[["status", "podIP"]] = address
      object[["status", "podIPs"]] = [["ip": address]]
    }
    object.setCondition("PodReadyToStartContainers", true, reason: "", at: timestamp)
    object.setCondition("Initialized", true, reason: "", at: timestamp)
  }

  private func run(_ object: inout JSONValue, _ containers: [JSONValue], node: String, isReady: Bool) {
    begin(&object)
    object[["status", "phase"]] = "Running"
    object[["status", "observedGeneration"]] = .integer(object.generation)
    let state: JSONValue = ["running": ["startedAt": .string(timestamp)]]
    object[["status", "containerStatuses"]] = .array(containers.map { status(of: $0, state, isReady: isReady) })
    let message = isReady ? "" : Self.unready(object)
    for type in ["Ready", "ContainersReady"] {
      object.setCondition(type, isReady, reason: isReady ? "" : "ContainersNotReady", message: message, at: timestamp)
    }
  }

  private func status(of container: JSONValue, _ state: JSONValue, isReady: Bool) -> JSONValue {
    [
      "name": container["name"] ?? "", "image": container["image"] ?? "", "imageID": container["image"] ?? "", "ready": .bool(isReady),
      "started": true, "restartCount": 0, "state": state,
    ]
  }

  private func finish(_ pod: JSONValue, _ reference: ObjectReference, isFailure: Bool) {
    change(reference, "kubelet") { object in
      object[["status", "phase"]] = isFailure ? "Failed" : "Succeeded"
      let state: JSONValue = [
        "terminated": [
          "exitCode": isFailure ? 1 : 0, "reason": isFailure ? "Error" : "Completed", "startedAt": .string(self.timestamp),
          "finishedAt": .string(self.timestamp),
        ]
      ]
      object[["status", "containerStatuses"]] = .array(pod.items(at: ["spec", "containers"]).map { self.status(of: $0, state, isReady: false) })
      for type in ["Ready", "ContainersReady"] {
        object.setCondition(type, false, reason: isFailure ? "PodFailed" : "PodCompleted", at: self.timestamp)
      }
    }
  }
}

extension JSONValue {
  var isReadyPod: Bool { condition("Ready")?["status"]?.asString == "True" && !isBeingDeleted }
  /// Whether a pod counts as one that does its work.
  var isActivePod: Bool { !isBeingDeleted && !["Succeeded", "Failed"].contains(string(at: ["status", "phase"]) ?? "") }
}
