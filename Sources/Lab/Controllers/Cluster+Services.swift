import YAML

extension Cluster {
  /// Gives a service its endpoints, and a load balancer its address.
  func reconcileService(_ service: JSONValue, _ reference: ObjectReference) {
    if service.isBeingDeleted { return }
    publish(service, reference)
    let isBalancer = service.string(at: ["spec", "type"]) == "LoadBalancer"
    let hasAddress = !service.items(at: ["status", "loadBalancer", "ingress"]).isEmpty
    if isBalancer, !hasAddress, service.annotations["lab.plumb/behaviour"] != "pending" {
      guard agenda.isDue(reference, after: pace, now: now) else { return }
      let address = service.string(at: ["spec", "loadBalancerIP"]).flatMap { $0.isEmpty ? nil : $0 } ?? balancerAddress(service)
      change(reference, "plumb-lab") { $0[["status", "loadBalancer", "ingress"]] = [["ip": .string(address), "ipMode": "VIP"]] }
    } else if !isBalancer, hasAddress {
      change(reference, "plumb-lab") { $0[["status", "loadBalancer"]] = [:] }
    }
  }

  /// An address out of those that belong to nobody, for documentation.
  private func balancerAddress(_ object: JSONValue) -> String { "198.51.100.\(stableHash(object.uid.utf8) % 253 + 1)" }

  private func publish(_ service: JSONValue, _ reference: ObjectReference) {
    let selector = service.strings(at: ["spec", "selector"])
    if selector.isEmpty { return }
    let namespace = reference.name.namespace
    let pods = store.values("pods", namespace: namespace).filter { pod in
      pod.value.string(at: ["status", "podIP"]) != nil && pod.value.isActivePod && selector.allSatisfy { pod.value.labels[$0.key] == $0.value }
    }
    let publishesUnready = service[path: ["spec", "publishNotReadyAddresses"]]?.asBool ?? false
    func address(_ pod: JSONValue) -> JSONValue {
      [
        "ip": .string(pod.string(at: ["status", "podIP"]) ?? ""), "nodeName": .string(pod.string(at: ["spec", "nodeName"]) ?? ""),
        "targetRef": ["kind": "Pod", "namespace": .string(namespace), "name": .string(pod.name), "uid": .string(pod.uid)],
      ]
    }
    let ready = pods.filter { $0.value.isReadyPod || publishesUnready }
    let unready = pods.filter { !($0.value.isReadyPod || publishesUnready) }
    let ports = service.items(at: ["spec", "ports"]).map { port -> JSONValue in
      var entry: JSONValue = ["port": port["targetPort"]?.asInteger.map { .integer($0) } ?? port["port"] ?? 0, "protocol": port["protocol"] ?? "TCP"]
      entry["name"] = port["name"]
      return entry
    }
    var subset: JSONValue = ["ports": .array(ports)]
    if !ready.isEmpty { subset["addresses"] = .array(ready.map { address($0.value) }) }
    if !unready.isEmpty { subset["notReadyAddresses"] = .array(unready.map { address($0.value) }) }
    let subsets: JSONValue = pods.isEmpty ? [] : [subset]
    put("endpoints", reference.name, labels: [:], owner: nil, ["subsets": subsets])
    let endpoints = pods.map { pod -> JSONValue in
      [
        "addresses": [.string(pod.value.string(at: ["status", "podIP"]) ?? "")], "nodeName": .string(pod.value.string(at: ["spec", "nodeName"]) ?? ""),
        "conditions": ["ready": .bool(pod.value.isReadyPod), "serving": .bool(pod.value.isReadyPod), "terminating": false],
        "targetRef": ["kind": "Pod", "namespace": .string(namespace), "name": .string(pod.value.name), "uid": .string(pod.value.uid)],
      ]
    }
    put(
      "endpointslices.discovery.k8s.io", ObjectName(namespace: namespace, name: "\(reference.name.name)-slice"),
      labels: ["kubernetes.io/service-name": .string(reference.name.name), "endpointslice.kubernetes.io/managed-by": "plumb-lab"],
      owner: ownerReference(service, "services"), ["addressType": "IPv4", "endpoints": .array(endpoints), "ports": .array(ports)])
  }

  private func put(_ type: String, _ name: ObjectName, labels: JSONValue, owner: JSONValue?, _ content: JSONValue) {
    if store.object(type, name) == nil {
      var object = content
      object["metadata"] = ["labels": labels]
      if let owner { object[["metadata", "ownerReferences"]] = [owner] }
      make(type, name, object)
      return
    }
    change(ObjectReference(type: type, name: name), subresource: "") { object in
      for (part, value) in content.asObject ?? [:] { object[part] = value }
    }
  }

  /// Has the services looked at that select a pod.
  func noteServices(selecting pod: JSONValue, in namespace: String) {
    let labels = pod.labels
    for (name, service) in store.values("services", namespace: namespace) {
      let selector = service.strings(at: ["spec", "selector"])
      if !selector.isEmpty, selector.allSatisfy({ labels[$0.key] == $0.value }) {
        agenda.note(ObjectReference(type: "services", name: name))
      }
    }
  }

  func reconcileIngress(_ ingress: JSONValue, _ reference: ObjectReference) {
    guard ingress.items(at: ["status", "loadBalancer", "ingress"]).isEmpty, agenda.isDue(reference, after: pace, now: now) else { return }
    change(reference, "plumb-lab") {
      $0[["status", "loadBalancer", "ingress"]] = [["ip": .string(self.balancerAddress(ingress))]]
    }
  }

  /// An API that another server serves is available when its service has somebody behind it.
  func reconcileService(api: JSONValue, _ reference: ObjectReference) {
    guard agenda.isDue(reference, after: pace, now: now) else { return }
    var reason = "Local"
    var message = "Local APIServices are always available"
    var isAvailable = true
    if let service = api[path: ["spec", "service"]] {
      let name = ObjectName(namespace: service["namespace"]?.asString ?? "", name: service["name"]?.asString ?? "")
      let endpoints = store.value("endpoints", name)?.items(at: ["subsets"]).first
      if store.object("services", name) == nil {
        (isAvailable, reason, message) = (false, "ServiceNotFound", "service/\(name.name) in \"\(name.namespace)\" is not present")
      } else if endpoints?["addresses"] == nil {
        (isAvailable, reason) = (false, "MissingEndpoints")
        message = "endpoints for service/\(name.name) in \"\(name.namespace)\" have no addresses"
      } else {
        (reason, message) = ("Passed", "all checks passed")
      }
    }
    change(reference, "kube-apiserver") {
      $0.setCondition("Available", isAvailable, reason: reason, message: message, at: self.timestamp)
    }
    if !isAvailable { agenda.note(reference, at: now + 10 * pace) }
  }

  // MARK: Custom kinds whose controllers charts count on

  /// Certificates and their issuers become ready, and gateways are programmed, as if their controllers ran.
  func reconcileCustom(_ object: JSONValue, _ reference: ObjectReference) {
    guard let type = types[reference.type], type.isCustom, !object.isBeingDeleted else { return }
    let conditions: [(type: String, reason: String)]
    switch type.id {
    case "certificates.cert-manager.io", "issuers.cert-manager.io", "clusterissuers.cert-manager.io": conditions = [("Ready", "Ready")]
    case "gateways.gateway.networking.k8s.io": conditions = [("Accepted", "Accepted"), ("Programmed", "Programmed")]
    case "gatewayclasses.gateway.networking.k8s.io": conditions = [("Accepted", "Accepted")]
    default: return
    }
    if object.annotations["lab.plumb/behaviour"] == "pending" { return }
    let isDone = conditions.allSatisfy { object.condition($0.type)?["observedGeneration"]?.asInteger == object.generation }
    guard !isDone, agenda.isDue(reference, after: pace, now: now) else { return }
    if type.kind == "Certificate", let secret = object.string(at: ["spec", "secretName"]) {
      let name = ObjectName(namespace: reference.name.namespace, name: secret)
      if store.object("secrets", name) == nil {
        make("secrets", name, ["type": "kubernetes.io/tls", "stringData": ["tls.crt": "emulated\n", "tls.key": "emulated\n"]], "plumb-lab")
      }
    }
    change(reference, "plumb-lab") { object in
      for condition in conditions {
        object.setCondition(condition.type, true, reason: condition.reason, message: "emulated by plumb lab", at: self.timestamp)
      }
      object[["status", "conditions"]] = .array(
        object.items(at: ["status", "conditions"]).map { condition in
          var condition = condition
          condition["observedGeneration"] = .integer(object.generation)
          return condition
        })
      if type.kind == "Gateway" {
        object[["status", "addresses"]] = [["type": "IPAddress", "value": .string(self.balancerAddress(object))]]
      }
    }
  }
}
