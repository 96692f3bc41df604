import Kubernetes
import ProviderKit
import YAML

/// An object of a kind that is only looked at.
struct KindDataSource: DynamicDataSource {
  typealias Owner = KubernetesAPI
  let kind: Kind
  let name: String
  /// What is only shown here.
  var more: [Field] = []

  static let all: [KindDataSource] = [
    sources(.configMap), sources(.secret), sources(.service), sources(.serviceAccount), sources(.ingress),
    sources(.storageClass), sources(.claim), sources(.volume, names: ["persistent_volume_v1"]), sources(.pod),
    sources(.mutatingWebhooks, names: ["mutating_webhook_configuration_v1"]),
    sources(.namespace, more: [one("spec") { texts("finalizers").readOnly }.readOnly]),
    sources(.endpoints, names: ["endpoints_v1"]), sources(.endpointSlice),
  ].flatMap { $0 }

  private static func sources(_ kind: Kind, names: [String]? = nil, more: [Field] = []) -> [KindDataSource] {
    (names ?? kind.names).map { KindDataSource(kind: kind, name: "\(KubernetesAPI.name)_\($0)", more: more) }
  }

  /// The fields that objects have, without those of a resource alone.
  private var fields: [Field] { kind.fields.filter { $0.key != nil && !$0.isWriteOnly } + more }

  func makeDefinition() -> ObjectDefinition {
    var definition = ObjectDefinition(description: kind.description)
    for field in fields {
      if field.name == "metadata", case .block(let block) = field.shape {
        definition.blocks.append(
          BlockDefinition("metadata", .list, ObjectDefinition(attributes: metadata(block.fields)), minimumCount: 1, maximumCount: 1))
      } else {
        definition.attributes += [field].readAttributes
      }
    }
    definition.attributes.append(AttributeDefinition("id", .string, .computed))
    return definition
  }

  private func metadata(_ fields: [Field]) -> [AttributeDefinition] {
    fields.filter { $0.key != nil }.map { field in
      switch field.name {
      case "name": AttributeDefinition("name", .string, .required)
      case "namespace": AttributeDefinition("namespace", .string, .optional) { $0.defaultValue = "default" }
      default: AttributeDefinition(field.name, field.attribute.type, .computed)
      }
    }
  }

  func read(_ configuration: DynamicValue, _ context: Context<KubernetesAPI>) async throws -> DynamicValue {
    guard let reference = kind.reference(of: configuration) else {
      throw AttributeError("The name may not be empty.", at: AttributePath("metadata").element(0).attribute("name"))
    }
    guard let object = try await context.provider.found(reference, for: context) else {
      throw AttributeError(
        "There is no \(reference.title) in the cluster.", summary: "The object does not exist",
        at: AttributePath("metadata").element(0).attribute("name"))
    }
    let live = kind.prepare(object.json, configuration)
    var state: [String: DynamicValue] = ["id": .string(kind.id(namespace: object.namespace, name: object.name))]
    for field in fields { state[field.name] = field.decode(live) }
    if case .some(let metadata) = state["metadata"]?[0] { state["metadata"] = [metadata.removing("generate_name")] }
    return .object(state)
  }
}

extension KubernetesAPI {
  /// An object that is asked for by its name.
  func found(_ reference: ObjectReference, for context: Context<KubernetesAPI>) async throws -> KubernetesObject? {
    try await asked(context) { try await $0.get(reference) }
  }

  /// Asks the cluster something. Where there is none yet, it is left for later if that is possible.
  func asked<Result>(_ context: Context<KubernetesAPI>, _ question: (ClusterClient) async throws -> Result) async throws -> Result {
    if client == nil, context.isDeferralAllowed { throw Deferral(.absentPrerequisite, unavailability ?? "") }
    let client = try requiredClient()
    do {
      return try await question(client)
    } catch let failure as ClusterFailure {
      if case .unreachable = failure.kind, context.isDeferralAllowed { throw Deferral(.absentPrerequisite, failure.description) }
      throw AttributeError(failure.description, summary: "The cluster did not answer")
    }
  }
}
