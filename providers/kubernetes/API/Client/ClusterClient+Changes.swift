import ProviderKit
package import YAML

extension ClusterClient {
  /// Server-side apply: makes the object, or sets what it says of it.
  /// - Parameters:
  ///   - manager: who is to own the fields.
  ///   - force: whether to take over what others own.
  package func apply(_ object: KubernetesObject, manager: String, force: Bool = false, dryRun: Bool = false) async throws -> ServerAnswer {
    let reference = try Self.reference(of: object, to: "apply")
    var query = Self.query(manager, dryRun)
    if force { query.append(("force", "true")) }
    let call = Call(
      method: "PATCH", path: try await path(of: reference), query: query, body: object.json.json(), contentType: "application/apply-patch+yaml",
      action: "apply \(reference)")
    return try answer(await asked(call, of: reference), reference)
  }

  /// Makes an object. One without a name is given one that begins with its `generateName`.
  package func create(_ object: KubernetesObject, manager: String, dryRun: Bool = false) async throws -> ServerAnswer {
    let kind = object.groupVersionKind
    let name = object.name.isEmpty ? object.metadata["generateName"]?.asString ?? "" : object.name
    let reference = ObjectReference(kind, namespace: object.namespace, name: name)
    let path = try await path(of: kind, namespace: object.namespace ?? "default")
    let call = Call(
      method: "POST", path: path, query: Self.query(manager, dryRun), body: object.json.json(), action: "create \(reference)",
      // Each repetition would make an object with another name.
      repetition: object.name.isEmpty && !dryRun ? .untouched : .harmless)
    do {
      return try answer(await asked(call, of: reference), reference)
    } catch let failure as ClusterFailure where failure.kind == .alreadyExists && failure.isAmbiguous {
      // An attempt whose answer was lost may have made it.
      guard let found = try await ours(reference, object, manager) else { throw failure }
      return ServerAnswer(object: found, wasCreated: true, warnings: [])
    }
  }

  /// Puts an object, or a subresource of it, in the place of the one of its name, which must be in the version that it names.
  package func replace(
    _ object: KubernetesObject, subresource: String? = nil, manager: String, dryRun: Bool = false
  ) async throws -> ServerAnswer {
    let reference = try Self.reference(of: object, to: "replace")
    let call = Call(
      method: "PUT", path: try await path(of: reference, subresource: subresource), query: Self.query(manager, dryRun), body: object.json.json(),
      action: "replace \(reference)")
    do {
      return try answer(await asked(call, of: reference), reference)
    } catch let failure as ClusterFailure where failure.kind == .staleObject && failure.isAmbiguous {
      guard let found = try await ours(reference, object, manager) else { throw failure }
      return ServerAnswer(object: found, wasCreated: false, warnings: [])
    }
  }

  /// Patches an object, or a subresource of it.
  package func patch(
    _ reference: ObjectReference, kind: PatchKind, _ body: JSONValue, subresource: String? = nil, manager: String, dryRun: Bool = false
  ) async throws -> ServerAnswer {
    let call = Call(
      method: "PATCH", path: try await path(of: reference, subresource: subresource), query: Self.query(manager, dryRun), body: body.json(),
      contentType: kind.rawValue, action: "patch \(reference)",
      // A JSON patch may add an item a second time.
      repetition: kind == .json && !dryRun ? .untouched : .harmless)
    return try answer(await asked(call, of: reference), reference)
  }

  /// Deletes an object. It may still be there for a while afterwards.
  /// - Parameter uid: deletes no other object of the name; then `.staleObject` is thrown.
  /// - Returns: false if it was not there.
  package func delete(
    _ reference: ObjectReference, propagation: Propagation = .background, uid: String? = nil, dryRun: Bool = false
  ) async throws -> Bool {
    var options: JSONValue = ["kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": .string(propagation.rawValue)]
    if let uid { options["preconditions"] = ["uid": .string(uid)] }
    if dryRun { options["dryRun"] = ["All"] }
    let call = Call(
      method: "DELETE", path: try await path(of: reference), body: options.json(), action: "delete \(reference)",
      // Without a uid a repetition might meet an object that somebody made meanwhile.
      repetition: uid != nil || dryRun ? .harmless : .untouched)
    do {
      _ = try await asked(call, of: reference)
      return true
    } catch let failure as ClusterFailure {
      if failure.isAbsence { return failure.isAmbiguous }
      // A namespace that is emptied already.
      if failure.kind == .staleObject, failure.message.contains("ensuring all content is removed") { return true }
      // The one that was meant went with an attempt whose answer was lost.
      if failure.kind == .staleObject, failure.isAmbiguous, uid != nil { return true }
      throw failure
    }
  }

  // MARK: Parts

  private static func query(_ manager: String, _ dryRun: Bool) -> [(name: String, value: String)] {
    var query: [(name: String, value: String)] = [("fieldManager", manager)]
    if dryRun { query.append(("dryRun", "All")) }
    return query
  }

  private static func reference(of object: KubernetesObject, to action: String) throws(ClusterFailure) -> ObjectReference {
    if let reference = object.reference { return reference }
    throw ClusterFailure(.badRequest, "the object must say its apiVersion, its kind and its metadata.name", action: "\(action) an object")
  }

  private func answer(_ reply: Reply, _ reference: ObjectReference) throws -> ServerAnswer {
    ServerAnswer(object: try object(reply, reference), wasCreated: reply.response.status == 201, warnings: reply.warnings)
  }

  /// What is there, if it is what was sent and this manager set it.
  private func ours(_ reference: ObjectReference, _ sent: KubernetesObject, _ manager: String) async throws -> KubernetesObject? {
    guard let found = try await get(reference), found.managedFields.contains(where: { $0.manager == manager }) else { return nil }
    var sent = sent.json
    // What servers say anew each time.
    for name in ["resourceVersion", "generation", "managedFields"] { sent["metadata"]?[name] = nil }
    sent["status"] = nil
    return found.json.contains(sent) ? found : nil
  }
}

extension JSONValue {
  /// Whether all that another value says is said here, too. Servers add to what they are given.
  fileprivate func contains(_ other: JSONValue) -> Bool {
    switch (self, other) {
    case (.object(let members), .object(let others)):
      others.allSatisfy { name, value in value.isNull || members[name].map { $0.contains(value) } ?? false }
    case (.array(let items), .array(let others)): items.count == others.count && zip(items, others).allSatisfy { $0.contains($1) }
    default: self == other
    }
  }
}
