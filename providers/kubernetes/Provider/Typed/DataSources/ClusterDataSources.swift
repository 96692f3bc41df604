import Kubernetes
import ProviderKit
import YAML

/// What is known of the whole cluster.

/// `kubernetes_server_version`.
struct ServerVersion: DataSource {
  typealias Owner = KubernetesAPI
  static let description = "The version of the API server."

  @Attribute("The version.", .computed) var id: String
  @Attribute("The whole version: 1.36.0.", .computed) var version: String
  @Attribute("When it was built.", .computed) var buildDate: String
  @Attribute("With what it was compiled.", .computed) var compiler: String
  @Attribute("The commit that it was built from.", .computed) var gitCommit: String
  @Attribute("Whether that commit was all.", .computed) var gitTreeState: String
  @Attribute("The version with the commit.", .computed) var gitVersion: String
  @Attribute("The version of Go.", .computed) var goVersion: String
  @Attribute("The first number of the version.", .computed) var major: String
  @Attribute("The second number of the version.", .computed) var minor: String
  @Attribute("The machine.", .computed) var platform: String

  mutating func read(_ context: Context<KubernetesAPI>) async throws {
    let answer = try await context.provider.asked(context) { try await $0.raw(ClusterRequest("GET", "/version")) }
    let json = try JSONValue(json: String(decoding: answer.body, as: UTF8.self))
    func text(_ name: String) -> String { json[name]?.asString ?? "" }
    gitVersion = text("gitVersion")
    version = String(gitVersion.drop { $0 == "v" })
    id = version
    (buildDate, compiler, gitCommit, gitTreeState) = (text("buildDate"), text("compiler"), text("gitCommit"), text("gitTreeState"))
    (goVersion, major, minor, platform) = (text("goVersion"), text("major"), text("minor"), text("platform"))
  }
}

/// `kubernetes_all_namespaces`.
struct AllNamespaces: DataSource {
  typealias Owner = KubernetesAPI
  static let description = "The names of all namespaces."

  @Attribute("The names, with commas between them.", .computed) var id: String
  @Attribute("The names.", .computed) var namespaces: [String]

  mutating func read(_ context: Context<KubernetesAPI>) async throws {
    let kind = GroupVersionKind(apiVersion: "v1", kind: "Namespace")
    namespaces = try await context.provider.asked(context) { try await $0.list(kind, namespace: nil, labels: nil, fields: nil) }.map(\.name).sorted()
    id = namespaces.joined(separator: ",")
  }
}

/// `kubernetes_nodes`.
struct NodesDataSource: DynamicDataSource {
  typealias Owner = KubernetesAPI
  let name = "kubernetes_nodes"

  private static let fields = NodeFields.all

  func makeDefinition() -> ObjectDefinition {
    ObjectDefinition(
      attributes: [
        AttributeDefinition("id", .string, .computed),
        AttributeDefinition("nodes", .list(.object(Self.fields.readAttributes)), .computed, description: "What is known of each."),
      ],
      blocks: [
        BlockDefinition(
          "metadata", .list, ObjectDefinition(attributes: [AttributeDefinition("labels", .map(.string), description: "Labels that they have.")]),
          maximumCount: 1)
      ],
      description: "The machines of the cluster.")
  }

  func read(_ configuration: DynamicValue, _ context: Context<KubernetesAPI>) async throws -> DynamicValue {
    let labels = (configuration["metadata"][0]["labels"].attributes ?? [:]).sorted { $0.key < $1.key }
    let selector = labels.map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: ",")
    let kind = GroupVersionKind(apiVersion: "v1", kind: "Node")
    let nodes = try await context.provider.asked(context) {
      try await $0.list(kind, namespace: nil, labels: selector.isEmpty ? nil : selector, fields: nil)
    }
    var state = configuration
    state["id"] = .string(nodes.map(\.uid).sorted().joined(separator: ","))
    state["nodes"] = .sequence(
      nodes.map { node in
        // Each has all blocks, be there anything in them or not.
        var json = node.json
        for name in ["spec", "status"] { json[name] = json[name] ?? [:] }
        return Self.fields.state(of: json, in: json)
      })
    return state
  }
}

private enum NodeFields {
  static let all = makeFields {
    one("metadata") {
      textMap("annotations")
      integer("generation")
      textMap("labels")
      text("name")
      text("resource_version")
      text("uid")
    }.readOnly
    one("spec") {
      text("pod_cidr").key("podCIDR")
      texts("pod_cidrs").key("podCIDRs")
      text("provider_id")
      flag("unschedulable")
      many("taints") {
        text("key")
        text("value")
        text("effect")
      }
    }.readOnly
    one("status") {
      many("addresses") {
        text("type")
        text("address")
      }
      textMap("allocatable")
      textMap("capacity")
      one("node_info") {
        text("machine_id").key("machineID")
        text("system_uuid").key("systemUUID")
        text("boot_id").key("bootID")
        text("kernel_version")
        text("os_image")
        text("container_runtime_version")
        text("kubelet_version")
        text("kube_proxy_version")
        text("operating_system")
        text("architecture")
      }
      many("conditions") {
        text("type")
        text("status")
        text("last_heartbeat_time")
        text("last_transition_time")
        text("reason")
        text("message")
      }
    }.readOnly
  }
}
