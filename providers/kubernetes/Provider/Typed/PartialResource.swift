import Kubernetes
import ProviderKit
import YAML

/// Fields of an object that somebody else made, as a resource of their own: applied under a name of their own, so that they are watched
/// and taken away without touching the rest.
struct PartialResource: DynamicResource {
  typealias Owner = KubernetesAPI

  /// Some of the fields, and where they stand.
  struct Part: Sendable {
    var field: Field
    var place: @Sendable (_ configuration: DynamicValue) -> FieldPath
  }

  let name: String
  let description: String
  /// Nil if the configuration says it.
  var kind: GroupVersionKind?
  var isNamespaced = true
  var parts: [Part]
  /// What only helps to find the place.
  var arguments: [Field] = []

  static let all = [
    PartialResource(
      name: "kubernetes_labels", description: "Labels of an object that is made elsewhere.",
      parts: [Part(field: textMap("labels").required) { _ in FieldPath(fields: "metadata") }]),
    PartialResource(
      name: "kubernetes_annotations", description: "Annotations of an object that is made elsewhere.",
      parts: [
        Part(field: textMap("annotations").atLeastOne(with: "template_annotations")) { _ in FieldPath(fields: "metadata") },
        Part(field: textMap("template_annotations").key("annotations")) { template(of: $0).appending(.field("metadata")) },
      ]),
    PartialResource(
      name: "kubernetes_config_map_v1_data", description: "Data of a config map that is made elsewhere.",
      kind: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"), parts: [Part(field: textMap("data").required) { _ in FieldPath([]) }]),
    PartialResource(
      name: "kubernetes_secret_v1_data", description: "Data of a secret that is made elsewhere.",
      kind: GroupVersionKind(apiVersion: "v1", kind: "Secret"),
      parts: [Part(field: encodedMap("data").required.sensitive) { _ in FieldPath([]) }]),
    PartialResource(
      name: "kubernetes_node_taint", description: "Taints of a node: which pods it repels. They are all that it then has.",
      kind: GroupVersionKind(apiVersion: "v1", kind: "Node"), isNamespaced: false,
      parts: [Part(field: many("taint", "taints", of: taint).required) { _ in FieldPath(fields: "spec") }]),
    PartialResource(
      name: "kubernetes_env", description: "Environment variables of a container of an object that is made elsewhere.",
      parts: [Part(field: many("env", by: "name", of: Container.environment).required, place: container)],
      arguments: [text("container").exactlyOne(with: "init_container").replaces, text("init_container").replaces]),
  ]

  @FieldList private static func taint() -> [Field] {
    text("key").required
    text("value").required
    text("effect").required.among("NoExecute", "NoSchedule", "PreferNoSchedule")
  }

  @Sendable private static func template(of configuration: DynamicValue) -> FieldPath {
    switch configuration["kind"].string {
    case "CronJob": FieldPath(fields: "spec", "jobTemplate", "spec", "template")
    case "Pod": FieldPath([])
    default: FieldPath(fields: "spec", "template")
    }
  }

  @Sendable private static func container(of configuration: DynamicValue) -> FieldPath {
    let isInitial = configuration["container"].isNull
    let name = configuration[isInitial ? "init_container" : "container"].string ?? ""
    return template(of: configuration).appending(.field("spec")).appending(.field(isInitial ? "initContainers" : "containers"))
      .appending(.key(["name": .string(name)]))
  }

  // MARK: Schema

  func makeDefinition() -> ResourceDefinition {
    var fields = [
      one("metadata") {
        text("name").required.replaces
        if isNamespaced { kind == nil ? text("namespace").replaces : text("namespace").defaults(to: "default").replaces }
      }.required
    ]
    if kind == nil { fields += [text("api_version").required.replaces, text("kind").required.replaces] }
    fields += arguments + parts.map(\.field)
    fields += [flag("force"), text("field_manager").replaces]
    var content = fields.definition(description: description)
    content.attributes.append(AttributeDefinition("id", .string, .computed) { $0.keepsPriorState = true })
    return ResourceDefinition(content)
  }

  private func kind(_ state: DynamicValue) -> GroupVersionKind {
    kind ?? GroupVersionKind(apiVersion: state["api_version"].string ?? "", kind: state["kind"].string ?? "")
  }

  private func id(_ state: DynamicValue) -> DynamicValue {
    let metadata = state["metadata"][0]
    let (name, namespace) = (metadata["name"].string ?? "", metadata["namespace"].string)
    if kind != nil { return .string(isNamespaced ? "\(namespace ?? "default")/\(name)" : name) }
    let kind = kind(state)
    return .string("apiVersion=\(kind.apiVersion),kind=\(kind.kind),\(namespace.map { "namespace=\($0)," } ?? "")name=\(name)")
  }

  /// What is applied. Without the parts it says which object, and that nothing of it is ours any more.
  private func manifest(_ state: DynamicValue, isEmpty: Bool = false) -> JSONValue {
    let kind = kind(state)
    let metadata = state["metadata"][0]
    var manifest: JSONValue = [
      "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "metadata": ["name": .string(metadata["name"].string ?? "")],
    ]
    if let namespace = metadata["namespace"].string { manifest.set(FieldPath(fields: "metadata", "namespace"), to: .string(namespace)) }
    if isEmpty { return manifest }
    for part in parts {
      for (name, value) in [part.field].manifest(of: state) { manifest.set(part.place(state).appending(.field(name)), to: value) }
    }
    return manifest
  }

  /// One for each, unless somebody says so: what one manager applies last is all that it has of an object.
  private func managerName(_ state: DynamicValue) -> String {
    let places = arguments.compactMap { state[$0.name].string }
    return state["field_manager"].string ?? (["plumb", String(name.dropFirst("kubernetes_".count))] + places).joined(separator: "-")
  }

  private func manager(_ state: DynamicValue, _ client: ClusterClient) -> ObjectManager {
    ObjectManager(
      client,
      owner: ObjectOwner(manager: managerName(state), force: state["force"].bool ?? false, adopts: true, predecessors: []))
  }

  // MARK: Objects

  func plan(_ change: inout DynamicChange, _ context: Context<KubernetesAPI>) async throws {
    let isUnchanged = change.planned == change.prior
    guard change.configuration.isWhollyKnown, !isUnchanged else { return }
    change.planned["id"] = id(change.configuration)
    guard let client = context.provider.client else { return }
    let manager = manager(change.configuration, client)
    do {
      // An object that is not there yet may be made by another step.
      let applied = change.isCreation ? nil : KindNotes(context).applied
      guard try await find(change.configuration, manager) != nil else { return }
      _ = try await manager.plan(manifest(change.configuration), prior: applied)
    } catch let failure as ClusterFailure {
      switch failure.kind {
      case .kindMissing, .unreachable: return
      default: throw shown(failure)
      }
    } catch {
      throw shown(error)
    }
  }

  private func find(_ state: DynamicValue, _ manager: ObjectManager) async throws -> KubernetesObject? {
    try await manager.client.get(manager.reference(try WantedObject(manifest(state, isEmpty: true))))
  }

  func create(_ change: DynamicChange, _ context: Context<KubernetesAPI>) async throws -> DynamicValue {
    try await apply(change, prior: nil, context)
  }

  func update(_ change: DynamicChange, _ context: Context<KubernetesAPI>) async throws -> DynamicValue {
    try await apply(change, prior: KindNotes(context).applied, context)
  }

  private func apply(
    _ change: DynamicChange, prior: AppliedObject?, _ context: Context<KubernetesAPI>
  ) async throws -> DynamicValue {
    let manager = manager(change.configuration, try context.provider.requiredClient())
    do {
      guard let live = try await find(change.configuration, manager) else { throw missing(change.configuration) }
      // Only what is there gets the fields: an object that is deleted meanwhile must not come back by them.
      let manifest = manifest(change.configuration)
      var known = AppliedObject(reference: try await manager.reference(try WantedObject(manifest)), uid: live.uid)
      if let prior { known = prior }
      let result = try await manager.apply(manifest, prior: known)
      KindNotes(context).keep(result.applied)
    } catch {
      throw shown(error)
    }
    return change.planned.setting("id", to: id(change.configuration))
  }

  private func missing(_ state: DynamicValue) -> AttributeError {
    AttributeError(
      "There is no \(kind(state).kind) \(state["metadata"][0]["name"].string ?? ""): it must be made before it gets the fields that this resource says.",
      summary: "The object does not exist", at: AttributePath("metadata").element(0).attribute("name"))
  }

  func read(_ current: DynamicValue, _ context: Context<KubernetesAPI>) async throws -> DynamicValue? {
    guard let client = context.provider.client, let applied = KindNotes(context).applied else { return current }
    do {
      guard let found = try await manager(current, client).observe(applied) else { return nil }
      var state = current
      for part in parts {
        let path = part.place(current)
        func there(_ object: JSONValue) -> JSONValue? { object.value(at: path) }
        state = state.merging(
          [part.field].observed(current, there(applied.manifest), there(found.manifest) ?? [:], there(found.live.json)), part.field.name)
      }
      return state
    } catch {
      throw shown(error)
    }
  }

  func delete(_ current: DynamicValue, _ context: Context<KubernetesAPI>) async throws {
    let manager = manager(current, try context.provider.requiredClient())
    do {
      guard let live = try await find(current, manager) else { return }
      var rest = manifest(current, isEmpty: true)
      // Another object of the same name is not touched.
      let uid = KindNotes(context).applied?.uid ?? live.uid
      if uid != live.uid { return }
      rest.set(FieldPath(fields: "metadata", "uid"), to: .string(uid))
      if let namespace = live.namespace { rest.set(FieldPath(fields: "metadata", "namespace"), to: .string(namespace)) }
      _ = try await manager.client.apply(KubernetesObject(rest), manager: manager.owner.manager, force: false, dryRun: false)
    } catch {
      throw shown(error)
    }
  }

  private func shown(_ error: any Error) -> any Error {
    switch error {
    case let error as ObjectError: AttributeError(error.message, summary: error.summary)
    case let failure as ClusterFailure: AttributeError(failure.description, summary: "The cluster refused the fields")
    default: error
    }
  }
}

extension DynamicValue {
  fileprivate func setting(_ name: String, to value: DynamicValue) -> DynamicValue {
    var object = self
    object[name] = value
    return object
  }

  /// With an attribute of another object.
  fileprivate func merging(_ other: DynamicValue, _ name: String) -> DynamicValue { setting(name, to: other[name]) }
}
