import YAML

/// Kinds that are asked and answered but not kept.
enum ReviewTypes {
  static let all: [ResourceType] = [
    review("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
    review("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews"),
    review("authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews", isNamespaced: true),
    review("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
    review("authentication.k8s.io", "TokenReview", "tokenreviews"),
    review("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews"),
  ]
  static let ids = Set(all.map(\.id))

  private static func review(_ group: String, _ kind: String, _ plural: String, isNamespaced: Bool = false) -> ResourceType {
    ResourceType(
      group: group, versions: [ResourceType.Version(name: "v1", schema: .any)], kind: kind, listKind: kind + "List", plural: plural,
      singular: kind.lowercased(), isNamespaced: isNamespaced)
  }
}

extension Cluster {
  /// Who may do what: everybody everything, but for what the rules forbid.
  func review(_ call: Call) throws(Failure) -> Answer {
    guard call.request.method == "POST" else { throw .methodNotAllowed }
    var review = try body(of: call.request)
    let user: JSONValue = ["username": "plumb-lab", "groups": ["system:masters", "system:authenticated"]]
    switch call.type.kind {
    case "TokenReview": review["status"] = ["authenticated": true, "user": user]
    case "SelfSubjectReview": review["status"] = ["userInfo": user]
    case "SelfSubjectRulesReview":
      review["status"] = [
        "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
        "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]], "incomplete": false,
      ]
    default:
      let asked = review[path: ["spec", "resourceAttributes"]] ?? [:]
      let rule = rules.first {
        $0.isForbidden
          && $0.covers(
            verb: asked["verb"]?.asString ?? "", resource: asked["resource"]?.asString ?? "", namespace: asked["namespace"]?.asString ?? "",
            name: asked["name"]?.asString ?? "")
      }
      var status: JSONValue = ["allowed": .bool(rule == nil)]
      if let rule { status["reason"] = .string(rule.message) }
      review["status"] = status
    }
    return Answer(code: 201, call.complete(review))
  }

  /// What the object `plumb-lab/rules` says is to be refused.
  var rules: [RefusalRule] {
    guard let text = store.value("configmaps", Self.rulesName)?.string(at: ["data", "rules.yaml"]),
      let list = (try? YAML.value(text))?.asArray
    else { return [] }
    return list.map(RefusalRule.init)
  }

  /// Refuses what a rule forbids, before anything else is looked at.
  func checkRules(_ call: Call) throws(Failure) {
    for rule in rules where rule.isForbidden {
      guard rule.covers(verb: call.verb, resource: call.type.plural, namespace: call.name.namespace, name: call.name.name) else { continue }
      let place = call.name.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(call.name.namespace)\""
      let note = rule.message.isEmpty ? "" : ": \(rule.message)"
      throw .forbidden(
        call.type, call.name.name,
        "User \"plumb-lab\" cannot \(call.verb) resource \"\(call.type.plural)\" in API group \"\(call.type.group)\" \(place)\(note)")
    }
  }

  /// Refuses what a rule or the object itself wants refused, as an admission webhook would.
  func refuse(_ object: JSONValue, _ call: Call) throws(Failure) {
    var message = call.request.method == "DELETE" ? nil : object.annotations["lab.plumb/refuse"]
    for rule in rules where !rule.isForbidden {
      if rule.covers(verb: call.verb, resource: call.type.plural, namespace: call.name.namespace, name: call.name.name) {
        message = rule.message
      }
    }
    guard let message else { return }
    throw Failure(
      code: 403, reason: "Forbidden", message: "admission webhook \"rules.lab.plumb\" denied the request: \(message)", details: [:])
  }
}

/// One entry of the rules: what it covers, and what is said then.
struct RefusalRule {
  /// Forbidden to the user, and not refused by a webhook.
  var isForbidden: Bool
  var message: String
  private var verbs: [String]
  private var resources: [String]
  private var namespaces: [String]
  private var names: [String]

  init(_ value: JSONValue) {
    func list(_ name: String) -> [String] { value.items(at: [name]).compactMap(\.asString) }
    isForbidden = value["answer"]?.asString != "webhook"
    message = value["message"]?.asString ?? ""
    verbs = list("verbs")
    resources = list("resources")
    namespaces = list("namespaces")
    names = list("names")
  }

  func covers(verb: String, resource: String, namespace: String, name: String) -> Bool {
    func matches(_ allowed: [String], _ value: String) -> Bool { allowed.isEmpty || allowed.contains("*") || allowed.contains(value) }
    // Whoever could forbid everything about the rules could not take it back.
    if resource == "configmaps", namespace == Cluster.rulesName.namespace { return false }
    return matches(verbs, verb) && matches(resources, resource) && matches(namespaces, namespace) && matches(names, name)
  }
}
