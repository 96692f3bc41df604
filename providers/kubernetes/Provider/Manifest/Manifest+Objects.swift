import Kubernetes
import ProviderKit
import YAML

extension Manifest {
  mutating func create(_ context: Context<KubernetesAPI>) async throws {
    try await apply(nil, owner, timeout: owner.timeouts.create, context)
  }

  mutating func update(from prior: Manifest, _ context: Context<KubernetesAPI>) async throws {
    let applied = Self.applied(context.privateState)
    try await apply(applied ?? prior.unread, owner(after: prior), timeout: owner.timeouts.update, context)
  }

  private mutating func apply(
    _ prior: AppliedObject?, _ owner: ObjectOwner, timeout: Duration, _ context: Context<KubernetesAPI>
  ) async throws {
    let manager = ObjectManager(try context.provider.requiredClient(), owner: owner)
    let progress: @Sendable (String) -> Void = { [log = context.log] in log.info($0) }
    let result: ApplyResult
    do {
      result = try await manager.apply(JSONValue(manifest), prior: prior, progress: progress)
    } catch {
      throw shown(error)
    }
    for warning in result.warnings { context.warn("The cluster has something to say about \(title)", masked(warning), at: $manifest.path) }
    Self.keep(result.applied, context.privateState)
    let present = Self.shownObject(result.object.json.cleaned(for: owner.manager))
    object = $object.isUnknown || object.isUnknown ? DynamicValue(present) : object.filled(from: present)
    let condition = try readiness()
    if condition.isEmpty { return Self.setWaiting(false, context.privateState) }
    // What was applied is there, whatever comes of it.
    Self.setWaiting(true, context.privateState)
    context.save(self)
    do {
      try await manager.awaitReady(result.applied.reference, since: result.object, condition, timeout: timeout, progress: progress)
    } catch var error as ObjectError {
      // Hosts do not trust what failed while it was created.
      error.message +=
        prior == nil
        ? "\nWhat was applied is kept. The next run replaces it, as hosts do with what failed while it was created, unless it is untainted first; then that run goes on waiting."
        : "\nWhat was applied is kept, and the next run goes on waiting."
      throw shown(error)
    } catch {
      throw shown(error)
    }
    Self.setWaiting(false, context.privateState)
  }

  mutating func read(_ context: Context<KubernetesAPI>) async throws -> Existence {
    guard let client = context.provider.client else {
      context.warn("\(title) was not looked at", "\(context.provider.unavailability ?? "") What the state says of it may be old.")
      return .exists
    }
    guard let applied = Self.applied(context.privateState) ?? unread else { return .gone }
    let manager = ObjectManager(client, owner: owner)
    let observation: Observation
    do {
      guard let found = try await manager.observe(applied, ignoring: { isIgnored($0, context.provider) }) else { return .gone }
      observation = found
    } catch {
      throw shown(error)
    }
    if !observation.drift.isEmpty {
      let lines = observation.drift.map { "\($0)" }.joined(separator: "\n")
      context.warn("\(title) was changed by others", lines, at: $manifest.path)
    }
    Self.keep(observation.applied, context.privateState)
    manifest = manifest.updated(to: observation.manifest)
    object = DynamicValue(Self.shownObject(observation.object))
    return .exists
  }

  func delete(_ context: Context<KubernetesAPI>) async throws {
    guard let applied = Self.applied(context.privateState) ?? unread else { return }
    let manager = ObjectManager(try context.provider.requiredClient(), owner: owner)
    do {
      try await manager.delete(applied) { [log = context.log] in log.info($0) }
    } catch {
      throw shown(error)
    }
  }

  func planDeletion(_ context: Context<KubernetesAPI>) async throws {
    guard let wanted = try? WantedObject(JSONValue(manifest)), let loss = wanted.kind.loss(spec: wanted.manifest["spec"]) else { return }
    context.warn("\(title) is deleted", "With it more goes: \(loss)")
  }

  // MARK: Import

  mutating func importObject(id: String, _ context: Context<KubernetesAPI>) async throws {
    var parts: [String: String] = [:]
    for part in id.split(separator: ",") {
      let halves = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard halves.count == 2, ["apiVersion", "kind", "namespace", "name"].contains(halves[0]), parts[halves[0]] == nil else {
        throw Self.wrongID(id)
      }
      parts[halves[0]] = halves[1]
    }
    guard let apiVersion = parts["apiVersion"], let kind = parts["kind"], let name = parts["name"] else { throw Self.wrongID(id) }
    var wanted: JSONValue = ["apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": ["name": .string(name)]]
    if let namespace = parts["namespace"] { wanted.set(FieldPath(fields: "metadata", "namespace"), to: .string(namespace)) }
    manifest = DynamicValue(wanted)
    object = .null
  }

  static var identity: ObjectIdentity? {
    func text(_ name: String, _ presence: AttributePresence = .required) -> AttributeDefinition { AttributeDefinition(name, .string, presence) }
    return ObjectIdentity([text("api_version"), text("kind"), text("name"), text("namespace", .optional)]) { object in
      let manifest = object["manifest"]
      guard !manifest.isUnknown, !manifest["metadata"].isUnknown else { return nil }
      return [
        "api_version": manifest["apiVersion"], "kind": manifest["kind"], "name": manifest["metadata"]["name"],
        "namespace": manifest["metadata"]["namespace"],
      ]
    } object: { identity in
      var metadata: [String: DynamicValue] = ["name": identity["name"]]
      if let namespace = identity["namespace"].string { metadata["namespace"] = .string(namespace) }
      return ["manifest": ["apiVersion": identity["api_version"], "kind": identity["kind"], "metadata": .object(metadata)]]
    }
  }

  private static func wrongID(_ id: String) -> AttributeError {
    AttributeError(
      "\"\(id)\" does not name an object. Write apiVersion=v1,kind=ConfigMap,namespace=default,name=settings; leave out the namespace of what is in none.",
      summary: "Wrong id")
  }

  /// The object that the manifest is of, of which nothing is kept: as another provider leaves it.
  private var unread: AppliedObject? {
    guard let wanted = try? WantedObject(JSONValue(manifest)) else { return nil }
    return AppliedObject(reference: ObjectReference(wanted.kind, namespace: wanted.namespace, name: wanted.name))
  }

  // MARK: Errors

  /// An error beside the place in the manifest that is to blame.
  func shown(_ error: any Error) -> any Error {
    switch error {
    case let error as ObjectErrors: AttributeErrors(error.errors.map(shown))
    case let error as ObjectError: shown(error)
    case let failure as ClusterFailure:
      AttributeError(masked(failure.description), summary: "The cluster refused \(title)", at: place(of: failure.field ?? ""))
    default: error
    }
  }

  private func shown(_ error: ObjectError) -> AttributeError {
    AttributeError(masked(error.message), summary: error.summary, at: place(of: error.field ?? ""))
  }

  /// The place in the manifest of a field that a server names, as far as there is one.
  private func place(of field: String) -> AttributePath {
    var path = $manifest.path
    var value = manifest
    for name in field.split(separator: ".").map(String.init) {
      guard let inner = value.attributes?[name] else { break }
      path = path.attribute(name)
      value = inner
    }
    return path
  }

  /// A text in which the values of a secret are not to be read.
  func masked(_ text: String) -> String {
    guard manifest["kind"] == "Secret" else { return text }
    var text = text
    for name in ["data", "stringData"] {
      for value in (manifest[name].attributes ?? [:]).values {
        let value = value.string ?? value.json
        if value.utf8.count > 1 { text = text.replacing(value, with: "(sensitive)") }
      }
    }
    return text
  }
}

extension ClusterFailure {
  /// The first field that it is about.
  package var field: String? {
    switch kind {
    case .conflict(let conflicts): conflicts.first?.field
    case .invalid(let causes), .typed(let causes): causes.first?.field
    default: nil
    }
  }
}
