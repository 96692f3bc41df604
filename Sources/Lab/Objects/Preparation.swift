import YAML

extension Cluster {
  /// Fills in what a kind has besides the defaults of its fields, when an object is made.
  func prepareForCreation(_ object: inout JSONValue, _ call: Call) {
    switch call.type.id {
    case "namespaces":
      object[["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(call.name.name)
      object.fill(["spec", "finalizers"], ["kubernetes"])
      object[["status"]] = ["phase": "Active"]
    case "pods":
      object.fill(["spec", "enableServiceLinks"], true)
      object.fill(["spec", "serviceAccountName"], "default")
      object[["status"]] = ["phase": "Pending", "qosClass": "BestEffort"]
    case "services": object[["status"]] = ["loadBalancer": [:]]
    case "persistentvolumeclaims":
      object[["status"]] = ["phase": "Pending"]
      if object[path: ["spec", "storageClassName"]] == nil, let name = defaultStorageClass {
        object[["spec", "storageClassName"]] = .string(name)
      }
    case "persistentvolumes": object[["status"]] = ["phase": "Pending"]
    case "jobs.batch": prepareJob(&object, name: call.name.name)
    default: break
    }
    prepare(&object, call)
  }

  func prepareForUpdate(_ object: inout JSONValue, from live: JSONValue, _ call: Call) {
    switch call.type.id {
    case "services":
      // Who leaves an address out means to keep it.
      let type = object.string(at: ["spec", "type"]) ?? "ClusterIP"
      if type != "ExternalName", object.string(at: ["spec", "clusterIP"]) ?? "" == "" {
        for name in ["clusterIP", "clusterIPs"] { object[["spec", name]] = live[path: ["spec", name]] }
      }
      keepNodePorts(&object, live)
    case "secrets": object.fill(["type"], live["type"] ?? "Opaque")
    case "persistentvolumeclaims":
      for name in ["volumeName", "storageClassName"] where object[path: ["spec", name]] == nil {
        object[["spec", name]] = live[path: ["spec", name]]
      }
    case "jobs.batch":
      if object[path: ["spec", "selector"]] == nil { object[["spec", "selector"]] = live[path: ["spec", "selector"]] }
      for (name, value) in live.strings(at: ["spec", "template", "metadata", "labels"]) where Self.jobLabels.contains(name) {
        object[["spec", "template", "metadata", "labels", name]] = .string(value)
      }
    case "pods":
      for name in ["nodeName", "serviceAccountName", "serviceAccount", "enableServiceLinks", "tolerations"]
      where object[path: ["spec", name]] == nil {
        object[["spec", name]] = live[path: ["spec", name]]
      }
    case "namespaces":
      object[["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(call.name.name)
      if call.subresource != "finalize" { object[["spec"]] = live["spec"] }
      object[["status"]] = object["status"] ?? live["status"]
    default: break
    }
    prepare(&object, call)
  }

  /// What holds for new and for changed objects.
  private func prepare(_ object: inout JSONValue, _ call: Call) {
    switch call.type.id {
    case "pods": preparePod(&object, ["spec"])
    case "deployments.apps":
      if object.string(at: ["spec", "strategy", "type"]) == "RollingUpdate" {
        object.fill(["spec", "strategy", "rollingUpdate"], ["maxSurge": "25%", "maxUnavailable": "25%"])
      }
      preparePod(&object, ["spec", "template", "spec"])
    case "statefulsets.apps":
      if object.string(at: ["spec", "updateStrategy", "type"]) == "RollingUpdate" {
        object.fill(["spec", "updateStrategy", "rollingUpdate"], ["partition": 0])
      }
      prepareClaimTemplates(&object)
      preparePod(&object, ["spec", "template", "spec"])
    case "daemonsets.apps":
      if object.string(at: ["spec", "updateStrategy", "type"]) == "RollingUpdate" {
        object.fill(["spec", "updateStrategy", "rollingUpdate"], ["maxSurge": 0, "maxUnavailable": 1])
      }
      preparePod(&object, ["spec", "template", "spec"])
    case "replicasets.apps", "replicationcontrollers": preparePod(&object, ["spec", "template", "spec"])
    case "jobs.batch":
      object.fill(["spec", "podReplacementPolicy"], "TerminatingOrFailed")
      preparePod(&object, ["spec", "template", "spec"])
    case "cronjobs.batch": preparePod(&object, ["spec", "jobTemplate", "spec", "template", "spec"])
    case "services": prepareService(&object)
    case "secrets": prepareSecret(&object)
    case "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io": prepareBinding(&object)
    case "networkpolicies.networking.k8s.io":
      let hasEgress = object[path: ["spec", "egress"]] != nil
      object.fill(["spec", "policyTypes"], hasEgress ? ["Ingress", "Egress"] : ["Ingress"])
    case "horizontalpodautoscalers.autoscaling":
      object.fill(
        ["spec", "metrics"],
        [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]]]])
    case Self.definitions: prepareDefinition(&object)
    default: break
    }
  }

  // MARK: Pods

  private func preparePod(_ object: inout JSONValue, _ path: [String]) {
    guard var spec = object[path: path], spec.asObject != nil else { return }
    if let account = spec["serviceAccountName"] { spec["serviceAccount"] = account }
    for name in ["containers", "initContainers", "ephemeralContainers"] {
      guard let containers = spec[name]?.asArray else { continue }
      spec[name] = .array(containers.map(prepared))
    }
    for (index, volume) in spec.items(at: ["volumes"]).enumerated() {
      var volume = volume
      // A volume that says nothing else is an empty directory.
      if volume.asObject?.count == 1 { volume["emptyDir"] = [:] }
      var volumes = spec.items(at: ["volumes"])
      volumes[index] = volume
      spec["volumes"] = .array(volumes)
    }
    object[path] = spec
  }

  private func prepared(_ container: JSONValue) -> JSONValue {
    var container = container
    if let image = container["image"]?.asString {
      let name = image.split(separator: "/").last ?? ""
      let isLatest = !image.contains("@") && (!name.contains(":") || name.hasSuffix(":latest"))
      container.fill(["imagePullPolicy"], isLatest ? "Always" : "IfNotPresent")
    }
    if let limits = container[path: ["resources", "limits"]]?.asObject {
      for (name, amount) in limits { container.fill(["resources", "requests", name], amount) }
    }
    return container
  }

  private func prepareClaimTemplates(_ object: inout JSONValue) {
    let templates = object.items(at: ["spec", "volumeClaimTemplates"])
    if templates.isEmpty { return }
    object[["spec", "volumeClaimTemplates"]] = .array(
      templates.map { template in
        var template = template
        template.fill(["apiVersion"], "v1")
        template.fill(["kind"], "PersistentVolumeClaim")
        template.fill(["status"], ["phase": "Pending"])
        return template
      })
  }

  static let jobLabels: Set<String> = [
    "controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name",
  ]

  private func prepareJob(_ object: inout JSONValue, name: String) {
    let spec = object["spec"] ?? [:]
    if spec["completions"] == nil, spec["parallelism"] == .integer(1) { object[["spec", "completions"]] = 1 }
    if spec["manualSelector"]?.asBool == true || spec["selector"] != nil { return }
    let uid = object.uid
    object[["spec", "selector"]] = ["matchLabels": ["batch.kubernetes.io/controller-uid": .string(uid)]]
    for label in Self.jobLabels {
      object[["spec", "template", "metadata", "labels", label]] = .string(label.hasSuffix("uid") ? uid : name)
    }
  }

  // MARK: Others

  private func prepareSecret(_ object: inout JSONValue) {
    for (name, text) in object.strings(at: ["stringData"]) {
      object[["data", name]] = .string(Base64.encode(Array(text.utf8)))
    }
    object["stringData"] = nil
  }

  private func prepareBinding(_ object: inout JSONValue) {
    let group = "rbac.authorization.k8s.io"
    if object["roleRef"] != nil { object.fill(["roleRef", "apiGroup"], .string(group)) }
    guard let subjects = object["subjects"]?.asArray else { return }
    object["subjects"] = .array(
      subjects.map { subject in
        var subject = subject
        if ["User", "Group"].contains(subject["kind"]?.asString ?? "") { subject.fill(["apiGroup"], .string(group)) }
        return subject
      })
  }

  private func prepareService(_ object: inout JSONValue) {
    let type = object.string(at: ["spec", "type"]) ?? "ClusterIP"
    object[["spec", "ports"]] = object[path: ["spec", "ports"]]?.asArray.map { ports in
      .array(
        ports.map { port in
          var port = port
          if type != "ExternalName", let number = port["port"] { port.fill(["targetPort"], number) }
          return port
        })
    }
    if type == "ExternalName" { return }
    object.fill(["spec", "internalTrafficPolicy"], "Cluster")
    object.fill(["spec", "ipFamilies"], ["IPv4"])
    object.fill(["spec", "ipFamilyPolicy"], "SingleStack")
    if object.string(at: ["spec", "sessionAffinity"]) == "ClientIP" {
      object.fill(["spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds"], 10800)
    }
    if type != "ClusterIP" { object.fill(["spec", "externalTrafficPolicy"], "Cluster") }
    if type == "LoadBalancer" { object.fill(["spec", "allocateLoadBalancerNodePorts"], true) }
    if type == "ClusterIP" {
      object[["spec", "externalTrafficPolicy"]] = nil
      object[["spec", "allocateLoadBalancerNodePorts"]] = nil
    }
    assignAddress(&object)
    assignNodePorts(&object, type)
  }

  private func assignAddress(_ object: inout JSONValue) {
    if object.string(at: ["spec", "clusterIP"]) ?? "" == "" {
      let taken = Set(store.values("services").compactMap { $0.value.string(at: ["spec", "clusterIP"]) })
      var number = generator.next() % 65_000 + 256
      while taken.contains("10.96.\(number / 256).\(number % 256)") { number = (number + 1) % 65_000 + 256 }
      object[["spec", "clusterIP"]] = .string("10.96.\(number / 256).\(number % 256)")
    }
    if let address = object[path: ["spec", "clusterIP"]] { object[["spec", "clusterIPs"]] = [address] }
  }

  private func assignNodePorts(_ object: inout JSONValue, _ type: String) {
    var ports = object.items(at: ["spec", "ports"])
    if type == "ClusterIP" {
      for index in ports.indices { ports[index]["nodePort"] = nil }
    } else if object[path: ["spec", "allocateLoadBalancerNodePorts"]]?.asBool ?? true {
      var taken = Set(
        store.values("services").flatMap { $0.value.items(at: ["spec", "ports"]).compactMap { $0["nodePort"]?.asInteger } })
      for index in ports.indices where ports[index]["nodePort"]?.asInteger ?? 0 == 0 {
        var number = Int64(generator.next() % 2768)
        while taken.contains(30_000 + number) { number = (number + 1) % 2768 }
        taken.insert(30_000 + number)
        ports[index]["nodePort"] = .integer(30_000 + number)
      }
    }
    if !ports.isEmpty { object[["spec", "ports"]] = .array(ports) }
  }

  private func keepNodePorts(_ object: inout JSONValue, _ live: JSONValue) {
    guard object.string(at: ["spec", "type"]) ?? "ClusterIP" != "ClusterIP" else { return }
    let before = live.items(at: ["spec", "ports"])
    var ports = object.items(at: ["spec", "ports"])
    for index in ports.indices where ports[index]["nodePort"]?.asInteger ?? 0 == 0 {
      let same = before.first { $0["port"] == ports[index]["port"] && $0["protocol"] == ports[index]["protocol"] }
      ports[index]["nodePort"] = same?["nodePort"]
    }
    if !ports.isEmpty { object[["spec", "ports"]] = .array(ports) }
  }

  private var defaultStorageClass: String? {
    store.values("storageclasses.storage.k8s.io").first {
      $0.value.annotations["storageclass.kubernetes.io/is-default-class"] == "true"
    }?.name.name
  }
}
