import Kubernetes
import ProviderKit
import YAML

/// `data.kubernetes_resource`: an object of any kind that somebody else keeps.
struct ObjectData: DataSource {
  static let name = "resource"
  static let description = "An object of any kind, as the cluster has it."

  @Attribute("The version of its API: v1, apps/v1.") var apiVersion: String
  @Attribute("Its kind: ConfigMap.") var kind: String
  @Attribute("The object, its status too.", .optional, .computed) var object: DynamicValue
  @Block("Which one.", count: 1...1) var metadata: [Metadata]

  struct Metadata: NestedObject {
    @Attribute("Its name.") var name: String
    @Attribute("Its namespace; default by default, and of no meaning for kinds that are in none.") var namespace: String?
  }

  mutating func read(_ context: Context<KubernetesAPI>) async throws {
    let kind = GroupVersionKind(apiVersion: apiVersion, kind: kind)
    guard let which = metadata.first else { return }
    try await reading(kind, context) { client, resource in
      let namespace = resource.isNamespaced ? which.namespace ?? "default" : nil
      let reference = ObjectReference(kind, namespace: namespace, name: which.name)
      guard let found = try await client.get(reference) else {
        throw AttributeError("The cluster has no \(reference.title).", summary: "No such object", at: $metadata.path)
      }
      object = DynamicValue(found.json.withoutRecords)
    }
  }
}

/// `data.kubernetes_resources`: objects of one kind.
struct ObjectListData: DataSource {
  static let name = "resources"
  static let description = "All objects of a kind, or some of them, as the cluster has them."

  @Attribute("The version of their API: v1, apps/v1.") var apiVersion: String
  @Attribute("Their kind: ConfigMap.") var kind: String
  @Attribute("The objects, their status too.", .optional, .computed) var objects: DynamicValue
  @Attribute("Their namespace; all of them by default.") var namespace: String?
  @Attribute("What their fields must be: metadata.name=web.") var fieldSelector: String?
  @Attribute("What their labels must be: app=web,tier!=cache.") var labelSelector: String?
  @Attribute("How many are given at most.", .range(1...)) var limit: Int?

  mutating func read(_ context: Context<KubernetesAPI>) async throws {
    let kind = GroupVersionKind(apiVersion: apiVersion, kind: kind)
    try await reading(kind, context) { client, _ in
      let found = try await client.list(kind, namespace: namespace, labels: labelSelector, fields: fieldSelector)
      objects = .sequence(found.prefix(limit ?? .max).map { DynamicValue($0.json.withoutRecords) })
    }
  }
}

/// Asks for objects of a kind. What there may be later is put off where the host can do that.
private func reading(
  _ kind: GroupVersionKind, _ context: Context<KubernetesAPI>, _ work: (ClusterClient, APIResource) async throws -> Void
) async throws {
  let client = try context.provider.requiredClient()
  do {
    guard let resource = try await client.resource(for: kind) else {
      throw ClusterFailure(.kindMissing, "", action: "find \(kind)")
    }
    try await work(client, resource)
  } catch let failure as ClusterFailure where failure.kind == .kindMissing && context.isDeferralAllowed {
    throw Deferral(.absentPrerequisite, failure.description)
  }
}

extension JSONValue {
  /// An object without the record of who set which fields.
  fileprivate var withoutRecords: JSONValue {
    var object = self
    object.remove(FieldPath(fields: "metadata", "managedFields"))
    return object
  }
}
