import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// Fields of objects that others made.
@Suite struct PartialTests {
  let typed: TypedStage
  var world: LabWorld { typed.world }
  var stage: ProviderTest<KubernetesAPI> { typed.stage }

  init() throws { typed = try TypedStage() }

  static let settings = "/api/v1/namespaces/default/configmaps/settings"

  private func labels(_ labels: DynamicValue, force: Bool = false) -> DynamicValue {
    ["api_version": "v1", "kind": "ConfigMap", "metadata": .metadata("settings"), "labels": labels, "force": .bool(force)]
  }

  @Test func labelsComeAndGo() async throws {
    let type = "kubernetes_labels"
    let made = try await stage.apply(type, labels(["team": "shop", "tier": "front"]))
    #expect(made["id"] == "apiVersion=v1,kind=ConfigMap,name=settings")
    #expect(world.get(Self.settings)[path: ["metadata", "labels"]] == ["team": "shop", "tier": "front"])
    try world.edit(Self.settings, ["metadata": ["labels": ["team": nil, "theirs": "1"]]])
    #expect(try await typed.plan(type, labels(["team": "shop", "tier": "front"])).action == .update)
    try await stage.apply(type, labels(["team": "shop"]))
    #expect(world.get(Self.settings)[path: ["metadata", "labels"]] == ["team": "shop", "theirs": "1"])
    try await stage.destroy(type)
    let rest = world.get(Self.settings)
    #expect(rest[path: ["metadata", "labels"]] == ["theirs": "1"])
    #expect(rest["data"] == ["a": "1"], "the object itself stays")
  }

  @Test func othersLabelsAreTakenByForceAlone() async throws {
    let type = "kubernetes_labels"
    try world.edit(Self.settings, by: "somebody", ["metadata": ["labels": ["team": "blue"]]])
    let problem = try await #require(throws: ProviderProblems.self) { try await stage.plan(type, labels(["team": "shop"])) }
    #expect(problem.description.contains("somebody"))
    try await stage.apply(type, labels(["team": "shop"], force: true))
    #expect(world.get(Self.settings)[path: ["metadata", "labels"]] == ["team": "shop"])
  }

  @Test func dataOfConfigMapsAndSecrets() async throws {
    let made = try await stage.apply("kubernetes_config_map_v1_data", ["metadata": .metadata("settings"), "data": ["b": "2"]])
    #expect(made["id"] == "default/settings")
    #expect(world.get(Self.settings)["data"] == ["a": "1", "b": "2"])
    try await stage.destroy("kubernetes_config_map_v1_data")
    #expect(world.get(Self.settings)["data"] == ["a": "1"])
    let keys = "/api/v1/namespaces/default/secrets/keys"
    try await stage.apply("kubernetes_secret_v1_data", ["metadata": .metadata("keys"), "data": ["b": "2"]])
    #expect(world.get(keys)["data"] == ["a": "MQ==", "b": "Mg=="])
    let missing = try await #require(throws: ProviderProblems.self) {
      try await stage.apply("kubernetes_config_map_v1_data", ["metadata": .metadata("none"), "data": ["b": "2"]], name: "none")
    }
    #expect(missing.description.contains("does not exist"))
    #expect(world.ask("GET", "/api/v1/namespaces/default/configmaps/none").code == 404)
  }

  @Test func nodesGetTaints() async throws {
    let type = "kubernetes_node_taint"
    func taints(_ effect: DynamicValue) -> DynamicValue {
      ["metadata": [["name": .string(node)]], "taint": [["key": "example.org/gpu", "value": "yes", "effect": effect]]]
    }
    let node = try #require(world.get("/api/v1/nodes")["items"]?[0]?[path: ["metadata", "name"]]?.asString)
    let path = "/api/v1/nodes/\(node)"
    let made = try await stage.apply(type, taints("NoSchedule"))
    #expect(made["id"] == .string(node))
    #expect(world.get(path)[path: ["spec", "taints"]] == [["key": "example.org/gpu", "value": "yes", "effect": "NoSchedule"]])
    #expect(try await stage.plan(type, taints("NoSchedule")).action == .noChange)
    try await stage.apply(type, taints("NoExecute"))
    #expect(world.get(path)[path: ["spec", "taints"]]?[0]?["effect"] == "NoExecute")
    try await stage.destroy(type)
    #expect(world.get(path)[path: ["spec", "taints"]] == nil)
  }

  @Test func annotationsAndVariablesOfPods() async throws {
    let type = TypedLifeTests.deployment
    try await stage.apply(type, .deployment())
    let web: [String: DynamicValue] = ["api_version": "apps/v1", "kind": "Deployment", "metadata": .metadata("web", ["namespace": "default"])]
    try await stage.apply("kubernetes_annotations", .object(web.merging(["annotations": ["a": "1"], "template_annotations": ["b": "2"]]) { $1 }))
    try await stage.apply(
      "kubernetes_env", .object(web.merging(["container": "main", "env": [["name": "EXTRA", "value": "x"]]]) { $1 }))
    let live = world.get(TypedLifeTests.web)
    #expect(live[path: ["metadata", "annotations", "a"]] == "1")
    #expect(live[path: ["spec", "template", "metadata", "annotations"]] == ["b": "2"])
    let variables = live[path: ["spec", "template", "spec", "containers"]]?[0]?["env"]?.asArray ?? []
    #expect(variables.compactMap { $0["name"]?.asString }.sorted() == ["EXTRA", "KEY", "MODE"])
    #expect(try await typed.plan(type, .deployment()).action == .noChange, "what belongs to others does not show")
    try await stage.destroy("kubernetes_env")
    let rest = world.get(TypedLifeTests.web)[path: ["spec", "template", "spec", "containers"]]?[0]?["env"]?.asArray ?? []
    #expect(rest.compactMap { $0["name"]?.asString }.sorted() == ["KEY", "MODE"])
  }
}
