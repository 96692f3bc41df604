import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// Objects, states and configurations that come from the official provider, and clusters that are not there yet.
@Suite struct MigrationTests {
  let typed: TypedStage
  var world: LabWorld { typed.world }
  var stage: ProviderTest<KubernetesAPI> { typed.stage }
  static let plugin = "terraform-provider-kubernetes_v2.38.0_x5"

  init() throws { typed = try TypedStage() }

  /// As the other plugin makes objects: by POST, so that its manager has what the server filled in, too.
  private func make(_ path: String, _ object: JSONValue) {
    #expect(world.ask("POST", path, object, query: ["fieldManager": Self.plugin]).code == 201)
  }

  @Test func aDeploymentAndItsStateMoveOver() async throws {
    let type = TypedLifeTests.deployment
    let object: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "labels": ["team": "shop", "old": "1"]],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
        "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "main", "image": "nginx:1"]]]],
      ],
    ]
    make("/apis/apps/v1/namespaces/default/deployments", object)
    world.pass(.seconds(10))
    let uid = world.get(TypedLifeTests.web)[path: ["metadata", "uid"]]?.asString ?? ""
    // What it stores has blocks that the server filled in.
    stage.setState(
      type,
      json: """
        {"id": "default/web", "wait_for_rollout": true, "timeouts": null,
         "metadata": [{"name": "web", "namespace": "default", "labels": {"team": "shop", "old": "1"}, "annotations": {}, "generate_name": "",
                       "generation": 1, "resource_version": "7", "uid": "\(uid)"}],
         "spec": [{"replicas": "2", "min_ready_seconds": 0, "paused": false, "progress_deadline_seconds": 600, "revision_history_limit": 10,
                   "selector": [{"match_labels": {"app": "web"}, "match_expressions": []}],
                   "strategy": [{"type": "RollingUpdate", "rolling_update": [{"max_surge": "25%", "max_unavailable": "25%"}]}],
                   "template": [{"metadata": [{"labels": {"app": "web"}, "name": "", "generation": 0}],
                                 "spec": [{"container": [{"name": "main", "image": "nginx:1"}]}]}]}]}
        """, version: 1)
    let configuration: DynamicValue = [
      "metadata": .metadata("web", ["labels": ["team": "shop"]]),
      "spec": [["replicas": "2", "selector": .selector, "template": .template()]],
    ]
    let plan = try await stage.plan(type, configuration)
    #expect(plan.action == .update)
    #expect(plan.prior["spec"][0]["template"][0]["spec"][0]["container"][0]["image"] == "nginx:1")
    try await stage.apply(type, configuration)
    let live = world.get(TypedLifeTests.web)
    #expect(live[path: ["metadata", "uid"]]?.asString == uid, "it is the same object")
    #expect(live[path: ["metadata", "labels"]] == ["team": "shop"], "what is no longer said goes away")
    let managers = (live[path: ["metadata", "managedFields"]]?.asArray ?? []).compactMap { $0["manager"]?.asString }
    #expect(!managers.contains(Self.plugin))
    #expect(try await typed.plan(type, configuration).action == .noChange)
  }

  @Test(arguments: ["plumb.internal/bundled/kubernetes", "registry.terraform.io/hashicorp/kubernetes"])
  func namesOfAKindAreTheSame(provider: String) async throws {
    let map: DynamicValue = ["metadata": .metadata("web", ["labels": ["a": "b"]]), "data": ["a": "1"]]
    let made = try await stage.apply("kubernetes_config_map", map)
    var state = made
    state["of_another_time"] = "x"
    try await stage.move(from: "kubernetes_config_map", of: provider, json: state.json, to: "kubernetes_config_map_v1", name: "moved")
    #expect(try await stage.state("kubernetes_config_map_v1", name: "moved")?["metadata"][0]["uid"] == made["metadata"][0]["uid"])
    #expect(try await stage.plan("kubernetes_config_map_v1", map, name: "moved").action == .noChange)
    await #expect(throws: ProviderProblems.self) {
      try await stage.move(from: "kubernetes_secret", of: provider, json: state.json, to: "kubernetes_config_map_v1", name: "wrong")
    }
  }

  @Test func statesOfOlderVersionsAreReadAnew() async throws {
    let type = "kubernetes_service"
    let service: JSONValue = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web"],
      "spec": ["selector": ["app": "web"], "ports": [["port": 80, "targetPort": 80]]],
    ]
    make("/api/v1/namespaces/default/services", service)
    let uid = world.get("/api/v1/namespaces/default/services/web")[path: ["metadata", "uid"]]?.asString ?? ""
    stage.setState(
      type, json: #"{"id": "default/web", "metadata": [{"name": "web", "namespace": "default", "uid": "\#(uid)"}], "load_balancer_ingress": []}"#)
    let configuration: DynamicValue = [
      "metadata": .metadata("web"), "spec": [["selector": ["app": "web"], "port": [["port": 80, "target_port": "80"]]]],
    ]
    try await stage.apply(type, configuration)
    #expect(world.get("/api/v1/namespaces/default/services/web")[path: ["metadata", "uid"]]?.asString == uid)
  }

  @Test func withoutAClusterPlansAreMadeFromTheConfiguration() async throws {
    let map: DynamicValue = ["metadata": .metadata("web"), "data": ["a": "1"]]
    let unknown = ProviderTest(KubernetesAPI.self, configuration: ["host": .unknown], surroundings: world.surroundings)
    let plan = try await unknown.plan("kubernetes_config_map", map)
    #expect(plan.action == .create)
    #expect(plan.planned["id"] == "default/web")
    let patient = ProviderTest(
      KubernetesAPI.self, configuration: ["host": .unknown], surroundings: world.surroundings, isDeferralAllowed: true)
    await #expect(throws: (any Error).self) {
      let plan = try await patient.plan("kubernetes_config_map", map)
      if case .deferred = plan.action { throw ProviderDeferral(reason: "provider_config_unknown") }
    }
    world.script { _, _ in .unreachable }
    let away = try await stage.plan("kubernetes_config_map", map)
    #expect(away.action == .create)
    #expect(stage.warnings.contains { $0.summary.contains("checked when it is applied") })
    world.script(nil)
    try await stage.apply("kubernetes_config_map", map)
    world.script { _, _ in .unreachable }
    await #expect(throws: ProviderProblems.self, "what cannot be looked at is not gone") { try await stage.plan("kubernetes_config_map", map) }
  }

  @Test func annotationsThatAreIgnored() async throws {
    let careless = ProviderTest(
      KubernetesAPI.self, configuration: ["ignore_annotations": ["^example\\.com/"]], surroundings: world.surroundings)
    let map: DynamicValue = ["metadata": .metadata("web", ["annotations": ["example.com/a": "1", "other": "1"]]), "data": ["a": "1"]]
    try await careless.apply("kubernetes_config_map", map)
    let path = "/api/v1/namespaces/default/configmaps/web"
    try world.edit(path, ["metadata": ["annotations": ["example.com/a": "2"]]])
    #expect(try await careless.plan("kubernetes_config_map", map).action == .noChange)
    try world.edit(path, ["metadata": ["annotations": ["other": "2"]]])
    #expect(try await careless.plan("kubernetes_config_map", map).action == .update)
  }
}
