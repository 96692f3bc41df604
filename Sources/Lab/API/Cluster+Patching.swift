import YAML

extension Cluster {
  func patch(_ call: inout Call) throws(Failure) -> Answer {
    switch call.request.contentType {
    case "application/apply-patch+yaml": return try apply(&call)
    case "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json": break
    default:
      throw .unsupportedMediaType(
        call.request.contentType,
        ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml", "application/strategic-merge-patch+json"])
    }
    guard let live = store.object(call.type.id, call.name) else { throw .notFound(call.type, call.name.name) }
    let patched = try patched(live.value, by: call)
    let object = try decoded(patched, &call)
    if object.name != call.name.name {
      throw .badRequest("the name of the object (\(object.name)) does not match the name on the URL (\(call.name.name))")
    }
    return Answer(call.complete(try update(live, to: object, &call)))
  }

  /// An object with a patch on it.
  func patched(_ live: JSONValue, by call: Call) throws(Failure) -> JSONValue {
    let patch: JSONValue
    do { patch = try JSONValue(json: call.request.body) } catch {
      do { patch = try YAML.value(call.request.body) } catch { throw .badRequest("error decoding patch: \(error)") }
    }
    let complete = call.complete(live)
    switch call.request.contentType {
    case "application/json-patch+json":
      do throws(JSONPatch.Problem) { return try JSONPatch.apply(patch, to: complete) } catch {
        switch error {
        case .malformed(let message): throw .badRequest("error decoding patch: \(message)")
        case .inapplicable(let message):
          throw Failure(code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request: \(message)", details: [:])
        }
      }
    case "application/merge-patch+json":
      guard patch.asObject != nil else { throw .badRequest("a merge patch must be an object, not \(patch.typeName)") }
      return MergePatch.apply(patch, to: complete)
    default:
      guard !call.type.isCustom else {
        throw .unsupportedMediaType(
          call.request.contentType, ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"])
      }
      guard patch.asObject != nil else { throw .badRequest("a strategic merge patch must be an object, not \(patch.typeName)") }
      return StrategicMergePatch.apply(patch, to: complete, call.version.schema) ?? complete
    }
  }

  // MARK: Server-side apply

  private func apply(_ call: inout Call) throws(Failure) -> Answer {
    let name = call.request.query["fieldManager"] ?? ""
    if name.isEmpty { throw call.optionsInvalid([.required("fieldManager", "is required for apply patch")]) }
    var applied = try body(of: call.request)
    try checkApplied(applied, call)
    if call.type.isNamespaced { applied[["metadata", "namespace"]] = .string(call.name.namespace) }
    applied[["metadata", "name"]] = .string(call.name.name)
    let manager = FieldManager(
      name: name, operation: .apply, apiVersion: call.apiVersion, subresource: call.subresource, time: timestamp, fields: .empty)
    guard let live = store.object(call.type.id, call.name) else { return try create(applied, &call, by: manager) }
    let isForced = call.request.isSet("force")
    var managed = ManagedFields(of: live.value)
    if managed.managers.isEmpty { managed = unrecorded(live.value, call) }
    let complete = call.complete(live.value)
    let merged = try attempt(call) { () throws(ManagedFields.Failure) in
      try managed.apply(
        applied.withoutServersFields, to: complete, call.version.schema, by: manager, ignoring: ignored(call), isForced: isForced)
    }
    var object = try merged.map { (object) throws(Failure) in try decoded(object, &call) } ?? live.value
    // A version or an identity that is given must be the present one.
    if let wanted = applied[path: ["metadata", "resourceVersion"]] { object[["metadata", "resourceVersion"]] = wanted }
    if let wanted = applied[path: ["metadata", "uid"]] { object[["metadata", "uid"]] = wanted }
    return Answer(call.complete(try update(live, to: object, &call, managed: managed)))
  }

  private func create(_ applied: JSONValue, _ call: inout Call, by manager: FieldManager) throws(Failure) -> Answer {
    if !call.subresource.isEmpty { throw .notFound(call.type, call.name.name) }
    if !applied.uid.isEmpty {
      throw .conflict(call.type, call.name.name, "Precondition failed: UID in precondition: \(applied.uid), UID in object meta: ")
    }
    if !applied.resourceVersion.isEmpty { throw .changedMeanwhile(call.type, call.name.name) }
    var managed = ManagedFields()
    let ignored = ignored(call)
    let merged = try attempt(call) { () throws(ManagedFields.Failure) in
      try managed.apply(
        applied.withoutServersFields, to: .object([:]), call.version.schema, by: manager, ignoring: ignored, isForced: false)
    }
    let object = try decoded(merged ?? applied, &call)
    let created = try insert(object, &call, by: manager, applied: managed.managers.first?.fields ?? .empty)
    return Answer(code: 201, call.complete(created))
  }

  private func checkApplied(_ applied: JSONValue, _ call: Call) throws(Failure) {
    if applied["kind"]?.asString == nil || applied["apiVersion"]?.asString == nil {
      throw .badRequest("Object 'Kind' or 'apiVersion' is missing in what is applied")
    }
    try checkIdentity(applied, call)
    if applied[path: ["metadata", "managedFields"]] != nil { throw .badRequest("metadata.managedFields must be nil") }
  }

  func attempt(
    _ call: Call, _ body: () throws(ManagedFields.Failure) -> JSONValue?
  ) throws(Failure) -> JSONValue? {
    do throws(ManagedFields.Failure) { return try body() } catch {
      switch error {
      case .conflicts(let conflicts): throw Self.failure(of: conflicts)
      case .mismatch(let mismatch):
        let list = mismatch.problems.count == 1 ? mismatch.problems[0] : "errors:\n" + mismatch.problems.map { "  \($0)" }.joined(separator: "\n")
        throw .unexpected(
          "failed to create typed patch object (\(call.target); \(call.apiVersion), Kind=\(call.type.kind)): \(list)")
      }
    }
  }

  /// An object that nobody's records are kept of belongs to whoever was before the first apply.
  private func unrecorded(_ live: JSONValue, _ call: Call) -> ManagedFields {
    var managed = ManagedFields()
    let manager = FieldManager(
      name: "before-first-apply", operation: .update, apiVersion: call.apiVersion, time: timestamp, fields: .empty)
    managed.update(from: .object([:]), to: live, call.version.schema, by: manager, ignoring: ignored(call))
    return managed
  }

  /// All conflicts at once, each with its manager and its path.
  private static func failure(of conflicts: [ManagedFields.Conflict]) -> Failure {
    let causes = conflicts.map { conflict -> JSONValue in
      [
        "reason": "FieldManagerConflict", "message": .string("conflict with \(conflict.manager.title)"), "field": .string(conflict.path),
      ]
    }
    var message = "Apply failed with 1 conflict: "
    if conflicts.count == 1 {
      message += "conflict with \(conflicts[0].manager.title): \(conflicts[0].path)"
    } else {
      message = "Apply failed with \(conflicts.count) conflicts: "
      var lines: [String] = []
      for title in Set(conflicts.map(\.manager.title)).sorted() {
        lines.append("conflicts with \(title):")
        lines += conflicts.filter { $0.manager.title == title }.map { "- \($0.path)" }
      }
      message += lines.joined(separator: "\n")
    }
    return Failure(code: 409, reason: "Conflict", message: message, details: ["causes": .array(causes)])
  }
}

extension JSONValue {
  /// What was applied, without what is the server's to say.
  fileprivate var withoutServersFields: JSONValue {
    var object = self
    for name in ["resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp"] {
      object[["metadata", name]] = nil
    }
    return object
  }
}
