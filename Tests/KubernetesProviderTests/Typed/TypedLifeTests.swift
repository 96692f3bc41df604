@testable import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// Typed resources as hosts use them: made, looked at again, changed, mended, replaced, imported and destroyed.
@Suite struct TypedLifeTests {
  let typed: TypedStage
  var world: LabWorld { typed.world }
  var stage: ProviderTest<KubernetesAPI> { typed.stage }

  init() throws { typed = try TypedStage() }

  static let deployment = "kubernetes_deployment_v1"
  static let web = "/apis/apps/v1/namespaces/default/deployments/web"

  @Test func lifeOfADeployment() async throws {
    let plan = try await stage.plan(Self.deployment, .deployment())
    #expect(plan.action == .create)
    #expect(plan.planned["id"] == "default/web")
    let container = plan.planned["spec"][0]["template"][0]["spec"][0]["container"][0]
    #expect(container["image_pull_policy"] == "IfNotPresent", "the dry run tells what the server fills in")
    #expect(plan.planned["metadata"][0]["uid"].isUnknown)
    let made = try await stage.apply(Self.deployment, .deployment())
    #expect(world.get(Self.web)[path: ["status", "readyReplicas"]] == 2, "it is waited for")
    #expect(made["spec"][0]["template"][0]["spec"][0]["container"][0]["resources"][0]["limits"]["cpu"] == "1000m")
    #expect(made["spec"][0]["strategy"].elements?.isEmpty == true)
    #expect(made["metadata"][0]["uid"].string == world.get(Self.web)[path: ["metadata", "uid"]]?.asString)
    #expect(try await typed.plan(Self.deployment, .deployment()).action == .noChange)

    let change = try await typed.plan(Self.deployment, .deployment(image: "nginx:2"))
    #expect(change.action == .update)
    #expect(change.planned["metadata"][0]["uid"] == made["metadata"][0]["uid"])
    #expect(change.planned["metadata"][0]["resource_version"].isUnknown)
    try await stage.apply(Self.deployment, .deployment(image: "nginx:2"))
    #expect(world.get(Self.web)[path: ["spec", "template", "spec", "containers"]]?[0]?["image"] == "nginx:2")

    // Another way to write the same amounts is no change.
    var other: DynamicValue = .deployment(image: "nginx:2")
    other = other.settingContainer("resources", [["limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "500m"]]])
    #expect(try await typed.plan(Self.deployment, other).action == .noChange)

    try await stage.destroy(Self.deployment)
    #expect(world.ask("GET", Self.web).code == 404)
  }

  @Test func driftOfWhatIsOursAndOfNothingElse() async throws {
    try await stage.apply(Self.deployment, .deployment(replicas: nil))
    try world.edit(Self.web, by: "kubectl-label", ["metadata": ["labels": ["team": nil, "theirs": "1"], "annotations": ["x": "y"]]])
    let image: JSONValue = ["spec": ["template": ["spec": ["containers": [["name": "main", "image": "nginx:9"], ["name": "extra", "image": "x"]]]]]]
    #expect(
      world.ask("PATCH", Self.web, image, query: ["fieldManager": "kubectl-set"], type: "application/strategic-merge-patch+json").code == 200)
    let scale: JSONValue = ["spec": ["replicas": 4]]
    #expect(world.ask("PATCH", "\(Self.web)/scale", scale, query: ["fieldManager": "kubectl"], type: "application/merge-patch+json").code == 200)
    let plan = try await typed.plan(Self.deployment, .deployment(replicas: nil))
    #expect(plan.action == .update)
    #expect(plan.prior["metadata"][0]["labels"].attributes?.isEmpty == true)
    let containers = plan.prior["spec"][0]["template"][0]["spec"][0]["container"]
    #expect(containers.elements?.count == 1, "containers that others add are theirs")
    #expect(containers[0]["image"] == "nginx:9")
    #expect(containers[0]["resources"][0]["limits"]["cpu"] == "1000m")
    #expect(plan.prior["spec"][0]["replicas"] == "4")
    #expect(plan.planned["spec"][0]["replicas"] == "4", "it is the cluster's to say")
    let warning = try #require(stage.warnings.last { $0.summary.contains("was changed by others") })
    #expect(warning.detail.contains("image: changed by kubectl-set"))
    try await stage.apply(Self.deployment, .deployment(replicas: nil))
    let live = world.get(Self.web)
    #expect(live[path: ["metadata", "labels"]] == ["team": "shop", "theirs": "1"])
    #expect(live[path: ["spec", "replicas"]] == 4)
    #expect(live[path: ["spec", "template", "spec", "containers"]]?.asArray?.compactMap { $0["image"]?.asString }.sorted() == ["nginx:1", "x"])
  }

  @Test func fieldsAreHandedOver() async throws {
    try await stage.apply(Self.deployment, .deployment(replicas: "2"))
    // Nothing that is shown changes, and yet something is to be done.
    #expect(try await typed.plan(Self.deployment, .deployment(replicas: nil)).action == .update)
    try await stage.apply(Self.deployment, .deployment(replicas: nil))
    let records = world.get(Self.web)[path: ["metadata", "managedFields"]]?.asArray ?? []
    let ours = try #require(records.first { $0["manager"] == "plumb" && $0["operation"] == "Apply" })
    #expect(ours[path: ["fieldsV1", "f:spec", "f:replicas"]] == nil)
    #expect(try await typed.plan(Self.deployment, .deployment(replicas: nil)).action == .noChange)
  }

  @Test func replacements() async throws {
    try await stage.apply(Self.deployment, .deployment())
    let uid = world.get(Self.web)[path: ["metadata", "uid"]]
    var other: DynamicValue = .deployment()
    var spec = other["spec"][0]
    spec["selector"] = [["match_labels": ["app": "web", "tier": "front"]]]
    var template = spec["template"][0]
    template["metadata"] = [["labels": ["app": "web", "tier": "front"]]]
    spec["template"] = [template]
    other["spec"] = [spec]
    let plan = try await typed.plan(Self.deployment, other)
    #expect(plan.action == .replace)
    #expect(plan.replacedFor.map(\.description) == ["spec[0].selector"])
    try await stage.apply(Self.deployment, other)
    #expect(world.get(Self.web)[path: ["metadata", "uid"]] != uid)
    #expect(world.get(Self.web)[path: ["spec", "selector", "matchLabels", "tier"]] == "front")
  }

  @Test func whatTheServerSaysCannotBeChangedIsReplaced() async throws {
    let type = "kubernetes_config_map"
    func map(_ data: DynamicValue) -> DynamicValue { ["metadata": .metadata("fixed"), "data": data, "immutable": true] }
    try await stage.apply(type, map(["a": "1"]))
    let plan = try await typed.plan(type, map(["a": "2"]))
    #expect(plan.action == .replace)
    #expect(plan.replacedFor.map(\.description) == ["data"])
    try await stage.apply(type, map(["a": "2"]))
    #expect(world.get("/api/v1/namespaces/default/configmaps/fixed")["data"] == ["a": "2"])
  }

  @Test func objectsThatAreThereAreNotTakenOver() async throws {
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: theirs}, data: {a: '1'}}")
    let problem = try await #require(throws: ProviderProblems.self) {
      try await stage.plan("kubernetes_config_map", ["metadata": .metadata("theirs"), "data": ["a": "1"]])
    }
    #expect(problem.description.contains("exists already"))
  }

  @Test func importedObjectsNeedNoChange() async throws {
    try world.apply(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, labels: {team: shop}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: main, image: "nginx:1"}]
      """, by: "kubectl-client-side-apply")
    let state = try await stage.importObject(Self.deployment, id: "default/web")
    #expect(state["id"] == "default/web")
    #expect(state["spec"][0]["replicas"] == "2")
    #expect(state["spec"][0]["strategy"].elements?.isEmpty == true)
    let configuration: DynamicValue = [
      "metadata": .metadata("web", ["labels": ["team": "shop"]]),
      "spec": [["replicas": "2", "selector": .selector, "template": .template()]],
    ]
    #expect(try await typed.plan(Self.deployment, configuration).action == .noChange)
    var changed = configuration
    changed["metadata"] = .metadata("web", ["labels": ["team": "blue"]])
    try await stage.apply(Self.deployment, changed)
    #expect(world.get(Self.web)[path: ["metadata", "labels"]] == ["team": "blue"])
    let wrong = try await #require(throws: ProviderProblems.self) { try await stage.importObject(Self.deployment, id: "web", name: "other") }
    #expect(wrong.description.contains("NAMESPACE/NAME"))
  }

  @Test func namesAreMade() async throws {
    let configuration: DynamicValue = ["metadata": [["generate_name": "settings-"]], "data": ["a": "1"]]
    let plan = try await stage.plan("kubernetes_config_map_v1", configuration)
    #expect(plan.planned["metadata"][0]["name"].isUnknown)
    let made = try await stage.apply("kubernetes_config_map_v1", configuration)
    let name = try #require(made["metadata"][0]["name"].string)
    #expect(name.hasPrefix("settings-") && name.count == 14)
    #expect(made["id"].string == "default/\(name)")
    #expect(world.get("/api/v1/namespaces/default/configmaps/\(name)")["data"] == ["a": "1"])
  }

  @Test func namespacesAreWaitedForWithTheirServiceAccount() async throws {
    let type = "kubernetes_namespace_v1"
    try await stage.apply(type, ["metadata": .metadata("shop"), "wait_for_default_service_account": true])
    #expect(world.ask("GET", "/api/v1/namespaces/shop/serviceaccounts/default").code == 200)
    // The label that the server adds is not ours.
    #expect(try await stage.state(type)?["metadata"][0]["labels"].isNull == true)
    try await stage.apply("kubernetes_config_map", ["metadata": .metadata("in", ["namespace": "shop"]), "data": ["a": "1"]])
    #expect(try await stage.state("kubernetes_config_map")?["id"] == "shop/in")
    try await stage.destroy(type)
    #expect(try await stage.plan("kubernetes_config_map", ["metadata": .metadata("in", ["namespace": "shop"])]).action == .create, "it went with it")
  }

  @Test func secretsThatAreNeverStored() async throws {
    let type = "kubernetes_secret_v1"
    func secret(_ password: String, _ revision: DynamicValue) -> DynamicValue {
      ["metadata": .metadata("web"), "data_wo": ["password": .string(password)], "data_wo_revision": revision]
    }
    let path = "/api/v1/namespaces/default/secrets/web"
    let made = try await stage.apply(type, secret("hunter2", 1))
    #expect(world.get(path)["data"] == ["password": "aHVudGVyMg=="])
    #expect(!"\(made)".contains("hunter2"))
    #expect(made["data"].isNull)
    #expect(try await typed.plan(type, secret("other", 1)).action == .noChange, "nobody can tell that it is another one")
    try await stage.apply(type, secret("other", 2))
    #expect(world.get(path)["data"] == ["password": "b3RoZXI="])
    #expect(try await stage.state(type)?["data"].isNull == true)
  }

  @Test func errorsDoNotTellSecrets() async throws {
    world.script { request, _ in
      guard request.method == "PATCH" else { return nil }
      let status: JSONValue = [
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 400, "reason": "BadRequest", "message": "hunter2 or aHVudGVyMg== is wrong",
      ]
      return .answer(WebResponse(status: 400, headers: [WebHeader("Content-Type", "application/json")], body: status.json()))
    }
    let problem = try await #require(throws: ProviderProblems.self) {
      try await stage.plan("kubernetes_secret", ["metadata": .metadata("web"), "data": ["password": "hunter2"]])
    }
    #expect(problem.description.contains("(sensitive) or (sensitive) is wrong"))
  }

  @Test func tokensOfServiceAccountsAreWaitedFor() async throws {
    try await stage.apply("kubernetes_service_account", ["metadata": .metadata("robot")])
    var secret: DynamicValue = [
      "metadata": .metadata("robot", ["annotations": ["kubernetes.io/service-account.name": "robot"]]),
      "type": "kubernetes.io/service-account-token", "wait_for_service_account_token": true,
    ]
    secret["timeouts"] = ["create": "5s"]
    let problem = try await #require(throws: ProviderProblems.self) { try await stage.apply("kubernetes_secret", secret) }
    #expect(problem.description.contains("data.token is not there yet"))
    // A controller of the cluster writes it, and it shows.
    try world.edit("/api/v1/namespaces/default/secrets/robot", by: "kube-controller-manager", ["data": ["token": "dG9rZW4="]])
    #expect(try await stage.plan("kubernetes_secret", secret).action == .update, "the next run looks whether it is ready")
    let made = try await stage.apply("kubernetes_secret", secret)
    #expect(made["data"]["token"] == "token")
  }

  @Test func loadBalancersAreWaitedFor() async throws {
    let service: DynamicValue = [
      "metadata": .metadata("web"), "spec": [["type": "LoadBalancer", "selector": ["app": "web"], "port": [["port": 80]]]],
    ]
    let made = try await stage.apply("kubernetes_service_v1", service)
    #expect(made["status"][0]["load_balancer"][0]["ingress"][0]["ip"].string?.isEmpty == false)
    #expect(made["spec"][0]["port"][0]["node_port"].int ?? 0 > 0)
    #expect(try await typed.plan("kubernetes_service_v1", service).action == .noChange)
  }

  @Test func claimsShrinkOnlyAnew() async throws {
    func claim(_ size: String) -> DynamicValue {
      [
        "metadata": .metadata("data"), "wait_until_bound": false,
        "spec": [["access_modes": ["ReadWriteOnce"], "resources": [["requests": ["storage": .string(size)]]]]],
      ]
    }
    let type = "kubernetes_persistent_volume_claim_v1"
    try await stage.apply(type, claim("2Gi"))
    #expect(try await typed.plan(type, claim("2048Mi")).action == .noChange)
    #expect(try await typed.plan(type, claim("3Gi")).action == .update)
    #expect(try await typed.plan(type, claim("1Gi")).action == .replace)
  }

  @Test func mistakesAreShownWhereTheyAre() async throws {
    var wrong: DynamicValue = .deployment()
    wrong = wrong.settingContainer("image_pull_policy", "Sometimes")
    let problem = try await #require(throws: ProviderProblems.self) { try await stage.plan(Self.deployment, wrong) }
    #expect(problem.problems[0].path.description == "spec[0].template[0].spec[0].container[0].image_pull_policy")
    let namespaces = try await stage.plan("kubernetes_config_map", ["metadata": .metadata("in", ["namespace": "later"]), "data": ["a": "1"]])
    #expect(namespaces.action == .create, "the namespace may be made by another step")
    let amount = try await #require(throws: ProviderProblems.self) {
      try await stage.validate(Self.deployment, DynamicValue.deployment().settingContainer("resources", [["limits": ["cpu": "much"]]]))
    }
    #expect(amount.description.contains("cpu: It must be a quantity"))
  }

  @Test func whatIsUnknownIsLeftOpen() async throws {
    let plan = try await stage.plan(
      "kubernetes_config_map", ["metadata": .metadata("web", ["namespace": .unknown]), "data": ["a": .unknown]])
    #expect(plan.action == .create)
    #expect(plan.planned["id"].isUnknown)
    try await stage.apply(Self.deployment, .deployment())
    let change = try await typed.plan(Self.deployment, .deployment(labels: ["team": .unknown]))
    #expect(change.action == .update, "\(change.replacedFor)")
  }

  @Test func whatIsNotReadyIsKept() async throws {
    var configuration: DynamicValue = .deployment(image: "broken:1")
    configuration["timeouts"] = ["create": "20s"]
    let problem = try await #require(throws: ProviderProblems.self) { try await stage.apply(Self.deployment, configuration) }
    #expect(problem.description.contains("is not ready"))
    #expect(try await stage.state(Self.deployment)?["id"] == "default/web")
    #expect(try await stage.plan(Self.deployment, configuration).action == .update, "the next run goes on waiting")
    try await stage.apply(Self.deployment, .deployment())
    let wrong = try await #require(throws: ProviderProblems.self) {
      var wrong = configuration
      wrong["timeouts"] = ["create": "soon"]
      try await stage.validate(Self.deployment, wrong)
    }
    #expect(wrong.description.contains("duration"))
  }
}

extension DynamicValue {
  /// A workload with another attribute of its only container.
  func settingContainer(_ name: String, _ value: DynamicValue) -> DynamicValue {
    var object = self
    var spec = object["spec"][0]
    var template = spec["template"][0]
    var pod = template["spec"][0]
    var container = pod["container"][0]
    container[name] = value
    pod["container"] = [container]
    template["spec"] = [pod]
    spec["template"] = [template]
    object["spec"] = [spec]
    return object
  }
}
