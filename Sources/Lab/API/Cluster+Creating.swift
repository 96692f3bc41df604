import YAML

extension Cluster {
  func create(_ call: inout Call) throws(Failure) -> Answer {
    let body = try body(of: call.request)
    try checkIdentity(body, call)
    var object = try decoded(body, &call)
    let name = object.name
    if name.isEmpty {
      guard let prefix = object[path: ["metadata", "generateName"]]?.asString, !prefix.isEmpty else {
        throw .invalid(call.type, "", [.required("metadata.name", "name or generateName is required")])
      }
      object[["metadata", "name"]] = .string(String(prefix.prefix(58)) + generator.suffix())
    }
    if !object.resourceVersion.isEmpty { throw .badRequest("resourceVersion should not be set on objects to be created") }
    call.name.name = object.name
    let manager = FieldManager(
      name: call.manager, operation: .update, apiVersion: call.apiVersion, time: timestamp, fields: .empty)
    let created = try insert(object, &call, by: manager)
    return Answer(code: 201, call.complete(created))
  }

  /// Makes an object of what a client sent, as far as its kind goes.
  func decoded(_ body: JSONValue, _ call: inout Call) throws(Failure) -> JSONValue {
    if call.type.isCustom, let schema = call.version.openAPI {
      var structure = StructuralSchema(schema)
      let object = structure.pruned(body)
      try report(unknown: structure.unknown, &call)
      return object
    }
    var decoding = Decoding()
    var object = decoding.decode(body, call.version.schema) ?? .object([:])
    if let first = decoding.mismatches.first {
      throw .badRequest("\(call.type.kind) in version \"\(call.version.name)\" cannot be handled as a \(call.type.kind): \(first)")
    }
    try report(unknown: decoding.unknown, &call)
    object.fill(["metadata"], .object([:]))
    return object
  }

  private func report(unknown fields: [String], _ call: inout Call) throws(Failure) {
    if fields.isEmpty { return }
    switch call.unknownFields {
    case .ignored: break
    case .warned: call.warnings += fields.map { "unknown field \"\($0)\"" }
    case .refused:
      let list = fields.map { "unknown field \"\($0)\"" }.joined(separator: ", ")
      throw .badRequest(
        "\(call.type.kind) in version \"\(call.version.name)\" cannot be handled as a \(call.type.kind): strict decoding error: \(list)")
    }
  }

  /// The body of a request that holds one object.
  func body(of request: Request) throws(Failure) -> JSONValue {
    let value: JSONValue
    switch request.contentType {
    case "application/yaml", "application/apply-patch+yaml":
      do { value = try YAML.value(request.body, duplicateKeys: .refused) } catch {
        throw .badRequest("error decoding YAML: \(error)")
      }
    case "", "application/json":
      do { value = try JSONValue(json: request.body) } catch {
        throw .badRequest("couldn't get version/kind; json parse error: \(error)")
      }
    default: throw .unsupportedMediaType(request.contentType, ["application/json", "application/yaml"])
    }
    guard value.asObject != nil else { throw .badRequest("the object provided is unrecognized: an object is wanted, not \(value.typeName)") }
    return value
  }

  /// Checks that an object is of the kind and in the place that the request names.
  func checkIdentity(_ body: JSONValue, _ call: Call) throws(Failure) {
    if let version = body["apiVersion"]?.asString, version != call.apiVersion {
      throw .badRequest("the API version in the data (\(version)) does not match the expected API version (\(call.apiVersion))")
    }
    if let kind = body["kind"]?.asString, kind != call.type.kind {
      throw .badRequest("the kind in the data (\(kind)) does not match the expected kind (\(call.type.kind))")
    }
    if let metadata = body["metadata"], !metadata.isNull, metadata.asObject == nil {
      throw .badRequest("metadata: expected map, got \(metadata.typeName)")
    }
    let namespace = body.namespace
    if !namespace.isEmpty, namespace != call.name.namespace {
      throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
    }
    if !call.name.name.isEmpty, !body.name.isEmpty, body.name != call.name.name {
      throw .badRequest(
        "the name of the object (\(body.name)) does not match the name on the URL (\(call.name.name))")
    }
  }

  /// Stores a new object: fills it in, asks whether it may be, and records who set what.
  /// - Parameter applied: what was applied when the object comes about that way; its fields alone are owned.
  func insert(
    _ object: JSONValue, _ call: inout Call, by manager: FieldManager, applied: FieldSet? = nil
  ) throws(Failure) -> JSONValue {
    let type = call.type
    try checkNamespace(call)
    var object = object
    object["apiVersion"] = nil
    object["kind"] = nil
    object[["metadata", "namespace"]] = type.isNamespaced ? .string(call.name.namespace) : JSONValue.absent
    object[["metadata", "uid"]] = .string(generator.uuid())
    object[["metadata", "creationTimestamp"]] = .string(timestamp)
    for name in ["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "selfLink", "managedFields", "generation"] {
      object[["metadata", name]] = nil
    }
    if type.countsGenerations { object[["metadata", "generation"]] = 1 }
    if call.version.hasStatus { object["status"] = nil }
    object = filled(object, call.version)
    prepareForCreation(&object, call)
    var managed = ManagedFields()
    if let applied {
      var entry = manager
      entry.fields = applied
      managed = ManagedFields(managers: [entry])
    } else {
      managed.update(from: .object([:]), to: object, call.version.schema, by: manager, ignoring: ignored(call))
    }
    object[["metadata", "managedFields"]] = managed.encoded
    try admitCreation(&object, &call)
    let causes = Validation.creation(of: object, call, self)
    if !causes.isEmpty { throw .invalid(type, call.name.name, causes) }
    if store.object(type.id, call.name) != nil { throw .alreadyExists(type, call.name.name) }
    if call.isDryRun { return object }
    let stored = store.put(type.id, call.name, object)
    didChange(ObjectReference(type: type.id, name: call.name), owners: object.ownerReferences)
    didStore(stored.value, type)
    return stored.value
  }

  /// Fields that a request cannot set: the status unless it is about it, and nothing else if it is.
  func ignored(_ call: Call) -> [[String]] {
    if call.subresource == "status" {
      return [["spec"], ["data"], ["metadata", "labels"], ["metadata", "annotations"], ["metadata", "finalizers"], ["metadata", "ownerReferences"]]
    }
    return call.version.hasStatus ? [["status"]] : []
  }

  func filled(_ object: JSONValue, _ version: ResourceType.Version) -> JSONValue {
    if let schema = version.openAPI { return StructuralSchema.withDefaults(object, schema) }
    return version.schema.withDefaults(object)
  }

  private func checkNamespace(_ call: Call) throws(Failure) {
    if call.type.isCustom, store.value(Self.definitions, ObjectName(namespace: "", name: call.type.id))?.isBeingDeleted ?? false {
      throw .forbidden(call.type, call.name.name, "create not allowed while custom resource definition is terminating")
    }
    guard call.type.isNamespaced else { return }
    let name = call.name.namespace
    guard let namespace = store.value("namespaces", ObjectName(namespace: "", name: name)) else { throw .namespaceNotFound(name) }
    guard namespace.isBeingDeleted else { return }
    throw .forbidden(
      call.type, call.name.name, "unable to create new content in namespace \(name) because it is being terminated",
      causes: [
        [
          "reason": "NamespaceTerminating", "message": .string("namespace \(name) is being terminated"), "field": "metadata.namespace",
        ]
      ])
  }
}
