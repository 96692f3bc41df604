import YAML

extension Cluster {
  /// The scale of a workload: a number that others than its owner may change.
  func performScale(_ call: inout Call, _ scale: ResourceType.Scale) throws(Failure) -> Answer {
    guard let live = store.object(call.type.id, call.name) else { throw .notFound(call.type, call.name.name) }
    let current = self.scale(of: live.value, scale)
    let wanted: JSONValue
    switch call.request.method {
    case "GET": return Answer(current)
    case "PUT": wanted = try body(of: call.request)
    case "PATCH" where call.request.contentType == "application/apply-patch+yaml": return try applyScale(&call, live, scale)
    case "PATCH":
      let patch: JSONValue
      do { patch = try JSONValue(json: call.request.body) } catch { throw .badRequest("error decoding patch: \(error)") }
      if call.request.contentType == "application/json-patch+json" {
        do { wanted = try JSONPatch.apply(patch, to: current) } catch { throw .badRequest("error decoding patch: \(error)") }
      } else {
        wanted = MergePatch.apply(patch, to: current)
      }
    default: throw .methodNotAllowed
    }
    let revision = wanted.resourceVersion
    if !revision.isEmpty, revision != live.value.resourceVersion { throw .changedMeanwhile(call.type, call.name.name) }
    let replicas = wanted.integer(at: ["spec", "replicas"]) ?? 0
    guard replicas >= 0 else {
      throw .invalid(
        kind: "Scale", group: "autoscaling", call.name.name,
        [.invalid("spec.replicas", .integer(replicas), "must be greater than or equal to 0")])
    }
    var object = live.value
    object[scale.replicas] = .integer(replicas)
    object[["metadata", "resourceVersion"]] = nil
    let manager = FieldManager(
      name: call.manager, operation: .update, apiVersion: call.apiVersion, subresource: "scale", time: timestamp, fields: .empty)
    var plain = call
    plain.subresource = ""
    let stored = try update(live, to: object, &plain, manager: manager)
    return Answer(self.scale(of: stored, scale))
  }

  private func applyScale(_ call: inout Call, _ live: StoredObject, _ scale: ResourceType.Scale) throws(Failure) -> Answer {
    let name = call.request.query["fieldManager"] ?? ""
    if name.isEmpty { throw call.optionsInvalid([.required("fieldManager", "is required for apply patch")]) }
    let body = try body(of: call.request)
    var applied: JSONValue = [:]
    if let replicas = body[path: ["spec", "replicas"]] { applied[scale.replicas] = replicas }
    var managed = ManagedFields(of: live.value)
    let manager = FieldManager(
      name: name, operation: .apply, apiVersion: call.apiVersion, subresource: "scale", time: timestamp, fields: .empty)
    let merged = try attempt(call) { () throws(ManagedFields.Failure) in
      try managed.apply(applied, to: live.value, call.version.schema, by: manager, ignoring: [], isForced: call.request.isSet("force"))
    }
    var plain = call
    plain.subresource = ""
    let stored = try update(live, to: merged ?? live.value, &plain, managed: managed)
    return Answer(self.scale(of: stored, scale))
  }

  private func scale(of object: JSONValue, _ scale: ResourceType.Scale) -> JSONValue {
    var metadata: JSONValue = [:]
    for name in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] { metadata[name] = object[path: ["metadata", name]] }
    var status: JSONValue = ["replicas": .integer(object.integer(at: scale.statusReplicas) ?? 0)]
    if let path = scale.selector, let selector = object[path: path] {
      status["selector"] = selector.asString.map { .string($0) } ?? .string(Self.selectorText(selector))
    }
    var spec: JSONValue = [:]
    if let replicas = object.integer(at: scale.replicas) { spec["replicas"] = .integer(replicas) }
    return ["kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status]
  }

  private static func selectorText(_ selector: JSONValue) -> String {
    let labels = selector["matchLabels"] == nil && selector["matchExpressions"] == nil ? selector : selector["matchLabels"] ?? [:]
    return (labels.asObject ?? [:]).compactMap { name, value in value.asString.map { "\(name)=\($0)" } }.sorted().joined(separator: ",")
  }
}
