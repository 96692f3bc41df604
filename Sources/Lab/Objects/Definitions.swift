import YAML

/// Custom kinds: what their definitions must say, and when they are served.
extension Cluster {
  static let definitions = "customresourcedefinitions.apiextensions.k8s.io"
  static let definitionFinalizer = "customresourcecleanup.apiextensions.k8s.io"

  func prepareDefinition(_ object: inout JSONValue) {
    let kind = object.string(at: ["spec", "names", "kind"]) ?? ""
    object.fill(["spec", "names", "singular"], .string(kind.lowercased()))
    object.fill(["spec", "names", "listKind"], .string(kind + "List"))
    object.fill(["spec", "conversion"], ["strategy": "None"])
  }

  func admit(definition object: inout JSONValue) throws(Failure) {
    guard store.object(Self.definitions, ObjectName(namespace: "", name: object.name)) == nil else { return }
    object.finalizers.append(Self.definitionFinalizer)
  }

  static func problems(ofDefinition object: JSONValue) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    let plural = object.string(at: ["spec", "names", "plural"]) ?? ""
    let group = object.string(at: ["spec", "group"]) ?? ""
    if object.name != "\(plural).\(group)" {
      causes.append(.invalid("metadata.name", .string(object.name), "must be spec.names.plural+\".\"+spec.group"))
    }
    let scope = object.string(at: ["spec", "scope"]) ?? ""
    if !scope.isEmpty, !["Cluster", "Namespaced"].contains(scope) { causes.append(.notSupported("spec.scope", scope, ["Cluster", "Namespaced"])) }
    let versions = object.items(at: ["spec", "versions"])
    if versions.count(where: { $0["storage"]?.asBool == true }) != 1 {
      causes.append(.invalid("spec.versions", .array(versions.compactMap { $0["name"] }), "must have exactly one version marked as storage version"))
    }
    for (index, version) in versions.enumerated() {
      let path = "spec.versions[\(index)].schema.openAPIV3Schema"
      guard let schema = version[path: ["schema", "openAPIV3Schema"]] else {
        causes.append(.required(path, "schemas are required"))
        continue
      }
      causes += structuralProblems(schema, path, isRoot: true)
    }
    return causes
  }

  private static func structuralProblems(_ schema: JSONValue, _ path: String, isRoot: Bool = false) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    let isFree = schema["x-kubernetes-preserve-unknown-fields"]?.asBool ?? false || schema["x-kubernetes-int-or-string"]?.asBool ?? false
    if schema["type"]?.asString ?? "" == "", !isFree {
      causes.append(.required("\(path).type", isRoot ? "must not be empty at the root" : "must not be empty for specified object fields"))
    }
    for (name, below) in (schema["properties"]?.asObject ?? [:]).sorted(by: { $0.key < $1.key }) {
      if isRoot, ["apiVersion", "kind", "metadata"].contains(name) { continue }
      causes += structuralProblems(below, "\(path).properties[\(name)]")
    }
    if schema["type"]?.asString == "array" {
      if let items = schema["items"] {
        causes += structuralProblems(items, "\(path).items")
      } else {
        causes.append(.required("\(path).items", "must be specified"))
      }
      if schema["x-kubernetes-list-type"]?.asString == "map", schema.items(at: ["x-kubernetes-list-map-keys"]).isEmpty {
        causes.append(.required("\(path).x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"))
      }
    }
    return causes
  }

  // MARK: Serving

  /// Serves what a definition defines, or what it defines now.
  func register(definition: JSONValue) {
    guard definition.condition("Established")?["status"]?.asString == "True" else { return }
    let group = definition.string(at: ["spec", "group"]) ?? ""
    let names = definition[path: ["spec", "names"]] ?? [:]
    let kind = names["kind"]?.asString ?? ""
    func list(_ name: String) -> [String] { names.items(at: [name]).compactMap(\.asString) }
    let versions = definition.items(at: ["spec", "versions"]).filter { $0["served"]?.asBool == true }.map { version(of: $0, kind, group) }
    register(
      ResourceType(
        group: group, versions: versions.sorted { Self.precedes($0.name, $1.name) }, kind: kind,
        listKind: names["listKind"]?.asString ?? kind + "List", plural: names["plural"]?.asString ?? "",
        singular: names["singular"]?.asString ?? "", shortNames: list("shortNames"), categories: list("categories"),
        isNamespaced: definition.string(at: ["spec", "scope"]) != "Cluster", isCustom: true))
  }

  private func version(of version: JSONValue, _ kind: String, _ group: String) -> ResourceType.Version {
    let schema = version[path: ["schema", "openAPIV3Schema"]] ?? [:]
    let name = version["name"]?.asString ?? ""
    func steps(_ path: String?) -> [String]? { path.map { $0.split(separator: ".").map(String.init) } }
    let scale = version[path: ["subresources", "scale"]].map { scale in
      ResourceType.Scale(
        replicas: steps(scale["specReplicasPath"]?.asString) ?? ["spec", "replicas"],
        statusReplicas: steps(scale["statusReplicasPath"]?.asString) ?? ["status", "replicas"],
        selector: steps(scale["labelSelectorPath"]?.asString))
    }
    let isDeprecated = version["deprecated"]?.asBool == true
    return ResourceType.Version(
      name: name, schema: StructuralSchema.schema(schema, isRoot: true), hasStatus: version[path: ["subresources", "status"]] != nil,
      scale: scale, openAPI: schema,
      deprecationWarning: isDeprecated ? version["deprecationWarning"]?.asString ?? "\(group)/\(name) \(kind) is deprecated" : nil)
  }

  /// What must happen at once when an object was stored.
  func didStore(_ object: JSONValue, _ type: ResourceType) {
    guard type.id == Self.definitions, !object.isBeingDeleted else { return }
    register(definition: object)
  }

  /// Accepts the names of a definition, then serves it; or empties a kind whose definition is deleted.
  func reconcileDefinition(_ name: ObjectName) {
    let reference = ObjectReference(type: Self.definitions, name: name)
    guard let definition = store.value(Self.definitions, name) else { return }
    if definition.isBeingDeleted { return removeInstances(of: definition, reference) }
    guard definition.condition("Established") == nil else { return }
    guard agenda.isDue(reference, after: pace, now: now) else { return }
    let rival = types.values.first {
      $0.group == definition.string(at: ["spec", "group"]) && $0.id != name.name && $0.kind == definition.string(at: ["spec", "names", "kind"])
    }
    change(reference, "kube-apiserver") { object in
      object[["status", "acceptedNames"]] = object[path: ["spec", "names"]]
      object[["status", "storedVersions"]] = .array(
        object.items(at: ["spec", "versions"]).filter { $0["storage"]?.asBool == true }.compactMap { $0["name"] })
      if let rival {
        object.setCondition(
          "NamesAccepted", false, reason: "KindConflict", message: "\"\(rival.kind)\" is already in use", at: self.timestamp)
        object.setCondition("Established", false, reason: "NotAccepted", message: "not all names are accepted", at: self.timestamp)
      } else {
        object.setCondition("NamesAccepted", true, reason: "NoConflicts", message: "no conflicts found", at: self.timestamp)
        object.setCondition(
          "Established", true, reason: "InitialNamesAccepted", message: "the initial names have been accepted", at: self.timestamp)
      }
    }
    if let established = store.value(Self.definitions, name) { register(definition: established) }
  }

  private func removeInstances(of definition: JSONValue, _ reference: ObjectReference) {
    guard definition.finalizers.contains(Self.definitionFinalizer) else { return }
    let id = reference.name.name
    if definition.condition("Terminating") == nil {
      change(reference, "kube-apiserver") {
        $0.setCondition(
          "Terminating", true, reason: "InstanceDeletionInProgress", message: "CustomResource deletion is in progress", at: self.timestamp)
      }
    }
    for (name, value) in store.values(id) where !value.isBeingDeleted {
      delete(ObjectReference(type: id, name: name), value, Deletion())
    }
    if store.count(id) > 0 {
      agenda.note(reference, at: now + pace)
      return
    }
    change(reference, "kube-apiserver") { object in
      object.setCondition(
        "Terminating", false, reason: "InstanceDeletionCompleted", message: "removed all instances", at: self.timestamp)
      object.finalizers.removeAll { $0 == Self.definitionFinalizer }
    }
  }
}
