import YAML

extension Cluster {
  /// Groups in the order that clients look for kinds in, each with its versions in order of preference.
  var groups: [(name: String, versions: [String])] {
    var versions: [String: Set<String>] = [:]
    for type in types.values { versions[type.group, default: []].formUnion(type.versions.map(\.name)) }
    return versions.map { ($0.key, $0.value.sorted(by: Self.precedes)) }.sorted { Self.rank($0.name) < Self.rank($1.name) }
  }

  private static let groupOrder = [
    "", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
    "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io",
    "certificates.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io", "discovery.k8s.io",
  ]

  private static func rank(_ group: String) -> (Int, String) { (groupOrder.firstIndex(of: group) ?? groupOrder.count, group) }

  /// Stable versions come before beta before alpha, higher numbers before lower.
  static func precedes(_ first: String, _ second: String) -> Bool {
    func weight(_ version: String) -> (Int, Int, Int) {
      let parts = version.dropFirst().split(whereSeparator: \.isLetter).compactMap { Int($0) }
      let level = version.contains("alpha") ? 0 : version.contains("beta") ? 1 : 2
      return (level, parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
    }
    let (one, other) = (weight(first), weight(second))
    return one == other ? first < second : one > other
  }

  func types(in group: String, _ version: String) -> [(type: ResourceType, version: ResourceType.Version)] {
    types.values.filter { $0.group == group }.compactMap { type in type.version(named: version).map { (type, $0) } }
      .sorted { $0.0.plural < $1.0.plural }
  }

  // MARK: The form of one document a version

  private func wantsAggregated(_ request: Request) -> Bool {
    let accept = request.headers["accept"] ?? ""
    return accept.contains("as=APIGroupDiscoveryList") && accept.contains("v=v2")
  }

  func coreDiscovery(_ request: Request) -> JSONValue {
    if wantsAggregated(request) { return aggregated(groups.filter { $0.name.isEmpty }) }
    return [
      "kind": "APIVersions", "versions": ["v1"],
      "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
    ]
  }

  func groupDiscovery(_ request: Request) -> JSONValue {
    let named = groups.filter { !$0.name.isEmpty }
    if wantsAggregated(request) { return aggregated(named) }
    return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(named.map { document(of: $0.name, $0.versions) })]
  }

  func groupDocument(_ name: String) throws(Failure) -> JSONValue {
    guard let group = groups.first(where: { $0.name == name }) else { throw .notServed }
    var document = document(of: group.name, group.versions)
    document["kind"] = "APIGroup"
    document["apiVersion"] = "v1"
    return document
  }

  private func document(of group: String, _ versions: [String]) -> JSONValue {
    let list = versions.map { version -> JSONValue in ["groupVersion": .string("\(group)/\(version)"), "version": .string(version)] }
    return ["name": .string(group), "versions": .array(list), "preferredVersion": list.first ?? .null]
  }

  func versionDocument(_ group: String, _ version: String) throws(Failure) -> JSONValue {
    let types = types(in: group, version)
    if types.isEmpty { throw .notServed }
    let groupVersion = group.isEmpty ? version : "\(group)/\(version)"
    let resources = types.flatMap { type, version -> [JSONValue] in
      var main: JSONValue = [
        "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.isNamespaced),
        "kind": .string(type.kind), "verbs": .array(Self.verbs(of: type).map { .string($0) }),
      ]
      if !type.shortNames.isEmpty { main["shortNames"] = .array(type.shortNames.map { .string($0) }) }
      if !type.categories.isEmpty { main["categories"] = .array(type.categories.map { .string($0) }) }
      return [main] + Self.subresources(of: type, version).map { name, kind in
        var entry: JSONValue = [
          "name": .string("\(type.plural)/\(name)"), "singularName": "", "namespaced": .bool(type.isNamespaced),
          "kind": .string(kind), "verbs": ["get", "patch", "update"],
        ]
        if name == "scale" {
          entry["group"] = "autoscaling"
          entry["version"] = "v1"
        }
        return entry
      }
    }
    return ["kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion), "resources": .array(resources)]
  }

  private static func verbs(of type: ResourceType) -> [String] {
    ReviewTypes.ids.contains(type.id)
      ? ["create"] : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  }

  private static func subresources(of type: ResourceType, _ version: ResourceType.Version) -> [(name: String, kind: String)] {
    (type.hasApproval ? [("approval", type.kind)] : []) + (version.scale == nil ? [] : [("scale", "Scale")])
      + (version.hasStatus ? [("status", type.kind)] : [])
  }

  // MARK: The form of one document for all

  private func aggregated(_ groups: [(name: String, versions: [String])]) -> JSONValue {
    let items = groups.map { group -> JSONValue in
      let versions = group.versions.map { version -> JSONValue in
        let resources = types(in: group.name, version).map { aggregated($0.type, $0.version) }
        return ["version": .string(version), "freshness": "Current", "resources": .array(resources)]
      }
      var item: JSONValue = ["metadata": [:], "versions": .array(versions)]
      if !group.name.isEmpty { item["metadata"] = ["name": .string(group.name)] }
      return item
    }
    return ["kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:], "items": .array(items)]
  }

  private func aggregated(_ type: ResourceType, _ version: ResourceType.Version) -> JSONValue {
    var entry: JSONValue = [
      "resource": .string(type.plural), "singularResource": .string(type.singular),
      "scope": type.isNamespaced ? "Namespaced" : "Cluster",
      "responseKind": ["group": .string(type.group), "version": .string(version.name), "kind": .string(type.kind)],
      "verbs": .array(Self.verbs(of: type).map { .string($0) }),
    ]
    if !type.shortNames.isEmpty { entry["shortNames"] = .array(type.shortNames.map { .string($0) }) }
    if !type.categories.isEmpty { entry["categories"] = .array(type.categories.map { .string($0) }) }
    let subresources = Self.subresources(of: type, version).map { name, kind -> JSONValue in
      let isScale = name == "scale"
      return [
        "subresource": .string(name), "verbs": ["get", "patch", "update"],
        "responseKind": [
          "group": .string(isScale ? "autoscaling" : type.group), "version": .string(isScale ? "v1" : version.name), "kind": .string(kind),
        ],
      ]
    }
    if !subresources.isEmpty { entry["subresources"] = .array(subresources) }
    return entry
  }

  /// The media type of an answer to a question for discovery.
  func discoveryType(_ request: Request) -> String {
    wantsAggregated(request) ? "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" : "application/json"
  }
}
