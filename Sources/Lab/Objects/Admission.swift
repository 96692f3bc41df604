import YAML

extension Cluster {
  /// Asks those who may refuse a new object.
  func admitCreation(_ object: inout JSONValue, _ call: inout Call) throws(Failure) {
    try refuse(object, call)
    warnOfWhatIsNotDone(object, &call)
    try checkQuota(object, call)
    if call.type.id == "pods" {
      let account = object.string(at: ["spec", "serviceAccountName"]) ?? "default"
      if store.object("serviceaccounts", ObjectName(namespace: call.name.namespace, name: account)) == nil {
        throw .forbidden(
          call.type, call.name.name,
          "error looking up service account \(call.name.namespace)/\(account): serviceaccount \"\(account)\" not found")
      }
    }
    if call.type.id == Self.definitions { try admit(definition: &object) }
  }

  func admitUpdate(_ object: inout JSONValue, from live: JSONValue, _ call: inout Call) throws(Failure) {
    if call.subresource.isEmpty { try refuse(object, call) }
    warnOfWhatIsNotDone(object, &call)
  }

  private func warnOfWhatIsNotDone(_ object: JSONValue, _ call: inout Call) {
    switch call.type.id {
    case Self.definitions:
      let rules = object.items(at: ["spec", "versions"]).flatMap {
        StructuralSchema.unknownRules($0[path: ["schema", "openAPIV3Schema"]] ?? [:])
      }
      if !rules.isEmpty {
        call.warnings.append("plumb lab evaluates only validation rules of the form \"self == oldSelf\"; \(rules.count) others are not evaluated")
      }
      if object.string(at: ["spec", "conversion", "strategy"]) == "Webhook" {
        call.warnings.append("plumb lab converts between versions by changing apiVersion alone; the conversion webhook is not called")
      }
    case "validatingwebhookconfigurations.admissionregistration.k8s.io", "mutatingwebhookconfigurations.admissionregistration.k8s.io":
      call.warnings.append("plumb lab keeps webhook configurations but calls no webhook")
    case "validatingadmissionpolicies.admissionregistration.k8s.io", "mutatingadmissionpolicies.admissionregistration.k8s.io":
      call.warnings.append("plumb lab keeps admission policies but does not evaluate them")
    case "certificatesigningrequests.certificates.k8s.io":
      call.warnings.append("plumb lab has no key to sign with: its certificates are not valid")
    default: break
    }
  }

  // MARK: Quotas

  private func checkQuota(_ object: JSONValue, _ call: Call) throws(Failure) {
    let demand = Self.demand(of: object, call.type)
    for (name, quota) in store.values("resourcequotas", namespace: call.name.namespace) where call.type.isNamespaced {
      let hard = quota.strings(at: ["spec", "hard"])
      let concerned = hard.filter { demand[$0.key] != nil }
      if concerned.isEmpty { continue }
      let used = usage(in: call.name.namespace, of: Set(concerned.keys))
      let exceeded = concerned.keys.sorted().filter { key in
        (used[key] ?? 0) + (demand[key] ?? 0) > (Quantity.amount(concerned[key] ?? "0") ?? 0)
      }
      if exceeded.isEmpty { continue }
      func list(_ amounts: [String: Double]) -> String {
        exceeded.map { "\($0)=\(Self.text(amounts[$0] ?? 0, $0))" }.joined(separator: ",")
      }
      throw .forbidden(
        call.type, call.name.name,
        "exceeded quota: \(name.name), requested: \(list(demand)), used: \(list(used)), limited: "
          + exceeded.map { "\($0)=\(concerned[$0] ?? "")" }.joined(separator: ","))
    }
  }

  static func text(_ amount: Double, _ key: String) -> String {
    if amount.rounded() == amount, amount < 1e15 {
      let whole = Int64(amount)
      return key.hasSuffix("memory") || key.hasSuffix("storage") ? Quantity.canonical(.string("\(whole / 1024)Ki")) : String(whole)
    }
    return abs(amount) < 1e15 ? Quantity.canonical(.string("\(Int64((amount * 1000).rounded()))m")) : String(amount)
  }

  /// What an object takes of a quota.
  private static func demand(of object: JSONValue, _ type: ResourceType) -> [String: Double] {
    var demand: [String: Double] = ["count/\(type.id)": 1]
    if type.group.isEmpty { demand[type.plural] = 1 }
    switch type.id {
    case "pods":
      for container in object.items(at: ["spec", "containers"]) {
        for side in ["requests", "limits"] {
          for (name, text) in container.strings(at: ["resources", side]) {
            let amount = Quantity.amount(text) ?? 0
            demand["\(side).\(name)", default: 0] += amount
            if side == "requests" { demand[name, default: 0] += amount }
          }
        }
      }
    case "services":
      let kind = object.string(at: ["spec", "type"]) ?? ""
      if kind == "LoadBalancer" { demand["services.loadbalancers"] = 1 }
      if kind != "ClusterIP" { demand["services.nodeports"] = 1 }
    case "persistentvolumeclaims":
      demand["requests.storage"] = Quantity.amount(object.string(at: ["spec", "resources", "requests", "storage"]) ?? "0") ?? 0
    default: break
    }
    return demand
  }

  /// What the objects of a namespace take now.
  func usage(in namespace: String, of keys: Set<String>) -> [String: Double] {
    var used: [String: Double] = [:]
    for type in types.values where type.isNamespaced {
      let own = ["count/\(type.id)", type.group.isEmpty ? type.plural : ""]
      let isMeasured = ["pods", "services", "persistentvolumeclaims"].contains(type.id)
      guard isMeasured || own.contains(where: keys.contains) else { continue }
      for (_, value) in store.values(type.id, namespace: namespace) {
        if type.id == "pods", ["Succeeded", "Failed"].contains(value.string(at: ["status", "phase"]) ?? "") { continue }
        for (key, amount) in Self.demand(of: value, type) where keys.contains(key) { used[key, default: 0] += amount }
      }
    }
    return used
  }
}
