import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// `kubernetes_manifest` as hosts use it.
@Suite struct ManifestTests {
  let world: LabWorld
  let stage: ProviderTest<KubernetesAPI>

  init() throws {
    world = try LabWorld()
    stage = ProviderTest(KubernetesAPI.self, surroundings: world.surroundings)
  }

  static let type = "kubernetes_manifest"
  static let maps = "/api/v1/namespaces/default/configmaps"
  static let deployments = "/apis/apps/v1/namespaces/default/deployments"

  private func manifest(_ yaml: String) throws -> DynamicValue { DynamicValue(try YAML.value(yaml)) }

  private func configMap(_ data: String = "{a: '1'}", more: String = "") throws -> DynamicValue {
    ["manifest": try manifest("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default\(more)}, data: \(data)}")]
  }

  private func deployment(_ image: String = "nginx:1", more: String = "", _ arguments: [String: DynamicValue] = [:]) throws -> DynamicValue {
    let text = """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: default, labels: {team: shop}}
      spec:
        \(more.isEmpty ? "paused: false" : more)
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - {name: main, image: "\(image)", resources: {limits: {cpu: 1000m}}}
      """
    return .object(arguments.merging(["manifest": try manifest(text)]) { $1 })
  }

  @Test func lifeOfAnObject() async throws {
    let plan = try await stage.plan(Self.type, try deployment())
    #expect(plan.action == .create)
    #expect(plan.planned["object"]["spec"]["strategy"]["type"] == "RollingUpdate", "defaults show")
    let made = try await stage.apply(Self.type, try deployment())
    #expect(made["object"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "1")
    #expect(made["manifest"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "1000m")
    world.pass(.seconds(10))
    #expect(try await stage.plan(Self.type, try deployment()).action == .noChange)
    let change = try await stage.plan(Self.type, try deployment("nginx:2"))
    #expect(change.action == .update)
    #expect(change.planned["object"]["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:2")
    try await stage.apply(Self.type, try deployment("nginx:2"))
    try await stage.destroy(Self.type)
    #expect(world.ask("GET", "\(Self.deployments)/web").code == 404)
  }

  @Test func driftShowsInTheManifest() async throws {
    try await stage.apply(Self.type, try deployment())
    let path = "\(Self.deployments)/web"
    try world.edit(path, by: "kubectl-label", ["metadata": ["labels": ["team": nil, "theirs": "1"]]])
    #expect(
      world.ask(
        "PATCH", path, ["spec": ["template": ["spec": ["containers": [["name": "main", "image": "nginx:9"]]]]]],
        query: ["fieldManager": "kubectl-set"], type: "application/strategic-merge-patch+json"
      ).code == 200)
    #expect(world.ask("PATCH", "\(path)/scale", ["spec": ["replicas": 4]], query: ["fieldManager": "kubectl"], type: "application/merge-patch+json").code == 200)
    let plan = try await stage.plan(Self.type, try deployment())
    #expect(plan.action == .update)
    // The image and the label are ours; the number of replicas is not.
    #expect(plan.prior["manifest"]["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:9")
    #expect(plan.prior["manifest"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "1000m")
    #expect(plan.prior["manifest"]["metadata"]["labels"] == [:])
    #expect(plan.prior["manifest"]["spec"].keys == ["paused", "selector", "template"])
    let warning = try #require(stage.warnings.last { $0.summary.contains("changed by others") })
    #expect(warning.detail.contains(#"spec.template.spec.containers[name="main"].image: changed by kubectl-set, Update"#))
    #expect(warning.detail.contains("metadata.labels.team: removed"))
    #expect(!warning.detail.contains("replicas"))
    try await stage.apply(Self.type, try deployment())
    #expect(world.get(path)[path: ["spec", "replicas"]] == 4)
    #expect(world.get(path)[path: ["metadata", "labels"]] == ["team": "shop", "theirs": "1"])
  }

  @Test func otherObjectsAndImmutableFieldsReplace() async throws {
    try await stage.apply(Self.type, try configMap())
    let renamed: DynamicValue = ["manifest": try manifest("{apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: default}, data: {a: '1'}}")]
    #expect(try await stage.plan(Self.type, renamed).action == .replace)
    try await stage.apply(Self.type, renamed)
    #expect(world.ask("GET", "\(Self.maps)/settings").code == 404)

    func binding(_ role: String) throws -> DynamicValue {
      [
        "manifest": try manifest(
          "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: default}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \(role)}, subjects: [{kind: ServiceAccount, name: default, namespace: default}]}"
        )
      ]
    }
    try await stage.apply(Self.type, try binding("view"), name: "binding")
    let plan = try await stage.plan(Self.type, try binding("edit"), name: "binding")
    #expect(plan.action == .replace)
    #expect(plan.replacedFor == [AttributePath("manifest").attribute("roleRef")])
    #expect(stage.warnings.contains { $0.detail.contains("cannot change roleRef") })
    try await stage.apply(Self.type, try binding("edit"), name: "binding")
  }

  @Test func conflictsAreErrorsUnlessForced() async throws {
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {b: theirs}}", by: "other")
    let taken = await #expect(throws: ProviderProblems.self) { try await stage.plan(Self.type, try configMap()) }
    #expect(taken?.description.contains("exists already") == true)
    try await stage.importObject(Self.type, id: "apiVersion=v1,kind=ConfigMap,namespace=default,name=settings")
    let conflict = await #expect(throws: ProviderProblems.self) { try await stage.plan(Self.type, try configMap("{b: ours}")) }
    #expect(conflict?.problems.first?.path == AttributePath("manifest").attribute("data").attribute("b"))
    #expect(conflict?.description.contains("\"other\"") == true)
    var forced = try configMap("{b: ours}")
    forced["field_manager"] = [["force_conflicts": true]]
    try await stage.apply(Self.type, forced)
    #expect(world.get("\(Self.maps)/settings")["data"] == ["b": "ours"])
  }

  @Test func whatIsMissingIsCheckedLater() async throws {
    let custom: DynamicValue = ["manifest": try manifest("{apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: default}, spec: {size: 1}}")]
    let plan = try await stage.plan(Self.type, custom, name: "widget")
    #expect(plan.action == .create && plan.planned["object"].isUnknown)
    let later: DynamicValue = ["manifest": try manifest("{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: later}, data: {a: b}}")]
    #expect(try await stage.plan(Self.type, later, name: "later").planned["object"].isUnknown)
    // A definition of the same run says what is wrong with an object of its kind.
    let definition: DynamicValue = ["manifest": try manifest(Self.definition)]
    #expect(try await stage.plan(Self.type, definition, name: "definition").action == .create)
    let wrong: DynamicValue = ["manifest": try manifest("{apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: default}, spec: {size: big}}")]
    let error = await #expect(throws: ProviderProblems.self) { try await stage.plan(Self.type, wrong, name: "wrong") }
    #expect(error?.problems.first?.path == AttributePath("manifest").attribute("spec").attribute("size"))
    try await stage.apply(Self.type, definition, name: "definition")
    try await stage.apply(Self.type, custom, name: "widget")
    try await stage.destroy(Self.type, name: "widget")
    try await stage.destroy(Self.type, name: "definition")
    #expect(stage.warnings.contains { $0.detail.contains("all objects of the kind Widget") })
  }

  @Test func hostsThatCanDefer() async throws {
    let deferring = ProviderTest(KubernetesAPI.self, surroundings: world.surroundings, isDeferralAllowed: true)
    let custom: DynamicValue = ["manifest": try manifest("{apiVersion: example.org/v1, kind: Widget, metadata: {name: w}, spec: {size: 1}}")]
    #expect(try await deferring.plan(Self.type, custom).action == .deferred("absent_prereq"))
    world.script { _, _ in .unreachable }
    #expect(try await deferring.plan(Self.type, try configMap(), name: "map").action == .deferred("absent_prereq"))
    let plain = try await stage.plan(Self.type, try configMap())
    #expect(plain.action == .create && plain.planned["object"].isUnknown)
    world.script(nil)
    try await stage.apply(Self.type, try configMap())
    // What is in the state is never taken for gone because nobody answers.
    world.script { _, _ in .unreachable }
    await #expect(throws: ProviderProblems.self) { try await stage.plan(Self.type, try configMap()) }
  }

  @Test func clustersThatAreNotKnownYet() async throws {
    let later = ProviderTest(KubernetesAPI.self, configuration: ["host": .unknown], surroundings: world.surroundings, isDeferralAllowed: true)
    #expect(try await later.plan(Self.type, try configMap()).action == .deferred("provider_config_unknown"))
    let elsewhere = ProviderTest(KubernetesAPI.self, configuration: ["host": .unknown], surroundings: world.surroundings)
    #expect(try await elsewhere.plan(Self.type, try configMap()).planned["object"].isUnknown)
    // There is no cluster by default.
    let none = ProviderTest(KubernetesAPI.self, surroundings: world.surroundings(environment: [:]))
    let error = await #expect(throws: ProviderProblems.self) { try await none.plan(Self.type, try configMap()) }
    #expect(error?.description.contains("config_path") == true, "\(String(describing: error))")
    let missing = ProviderTest(
      KubernetesAPI.self, configuration: ["config_path": "/nowhere"], surroundings: world.surroundings(environment: [:]), isDeferralAllowed: true)
    #expect(try await missing.plan(Self.type, try configMap()).action == .deferred("absent_prereq"))
  }

  @Test func partsMayBeUnknown() async throws {
    var configuration = try configMap()
    var manifest = configuration["manifest"]
    manifest["data"] = .unknown
    configuration["manifest"] = manifest
    #expect(try await stage.plan(Self.type, configuration).planned["object"].isUnknown)
    for name in ["computed_fields", "skip_validation", "field_manager", "wait", "timeouts"] {
      var other = try configMap()
      other[name] = name == "field_manager" ? [["name": .unknown]] : .unknown
      #expect(try await stage.plan(Self.type, other).action == .create, "\(name)")
    }
    try await stage.apply(Self.type, try configMap())
    #expect(try await stage.plan(Self.type, configuration).action == .update)
    var metadata = manifest["metadata"]
    metadata["name"] = .unknown
    manifest["metadata"] = metadata
    configuration["manifest"] = manifest
    #expect(try await stage.plan(Self.type, configuration).action == .replace)
  }

  /// What was applied is kept when it does not become ready, and the next run waits for it.
  @Test func waitingGoesOn() async throws {
    let wait: [String: DynamicValue] = ["wait": [["rollout": true]], "timeouts": [["create": "30s", "update": "30s"]]]
    let broken = try deployment("broken:1", more: "progressDeadlineSeconds: 3000", wait)
    let plan = try await stage.plan(Self.type, broken)
    let error = await #expect(throws: ProviderProblems.self) { try await stage.apply(plan, Self.type) }
    #expect(error?.description.contains("ImagePull") == true, "\(String(describing: error))")
    let uid = world.get("\(Self.deployments)/web")[path: ["metadata", "uid"]]
    #expect(try await stage.state(Self.type)?["object"]["kind"] == "Deployment")
    let second = try await stage.plan(Self.type, broken)
    #expect(second.action == .update, "it is still waited for")
    try await stage.apply(Self.type, try deployment("nginx:1", more: "progressDeadlineSeconds: 3000", wait))
    #expect(world.get("\(Self.deployments)/web")[path: ["metadata", "uid"]] == uid)
    #expect(world.get("\(Self.deployments)/web")[path: ["status", "readyReplicas"]] == 1)
  }

  @Test func conditionsAndFieldsAreWaitedFor() async throws {
    var service: DynamicValue = [
      "manifest": try manifest("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}}"),
      "wait": [["fields": ["status.loadBalancer.ingress[0].ip": #"^(\d+(\.|$)){4}"#]]],
    ]
    let made = try await stage.apply(Self.type, service)
    #expect(made["object"]["spec"]["clusterIP"].string?.isEmpty == false)
    service["wait"] = [["fields": ["a[": "*"]]]
    let error = await #expect(throws: ProviderProblems.self) { try await stage.validate(Self.type, service) }
    #expect(error?.problems.first?.path == AttributePath("wait"))
    let wrong: DynamicValue = ["manifest": try manifest("{apiVersion: v1, metadata: {name: a}}")]
    await #expect(throws: ProviderProblems.self) { try await stage.validate(Self.type, wrong) }
  }

  @Test func importedObjectsNeedNoChange() async throws {
    let created = world.ask(
      "POST", Self.maps, ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings"], "data": ["a": "1", "b": "2"]],
      query: ["fieldManager": "kubectl-client-side-apply"])
    #expect(created.code == 201)
    let imported = try await stage.importObject(Self.type, id: "apiVersion=v1,kind=ConfigMap,namespace=default,name=settings")
    #expect(imported["manifest"]["data"] == ["a": "1", "b": "2"])
    #expect(try await stage.plan(Self.type, try configMap("{a: '1', b: '2'}")).action == .noChange)
    // What is dropped goes away, although kubectl had set it.
    try await stage.apply(Self.type, try configMap("{a: '1'}"))
    #expect(world.get("\(Self.maps)/settings")["data"] == ["a": "1"])
    #expect(
      try stage.identity(Self.type) == ["api_version": "v1", "kind": "ConfigMap", "name": "settings", "namespace": "default"])
    let known = try await stage.importObject(
      Self.type, identity: ["api_version": "v1", "kind": "ConfigMap", "name": "settings", "namespace": "default"], name: "known")
    #expect(known["manifest"]["data"] == ["a": "1"])
    for wrong in ["settings", "apiVersion=v1,kind=ConfigMap", "apiVersion=v1,kind=ConfigMap,name=a,name=b"] {
      await #expect(throws: ProviderProblems.self) { try await stage.importObject(Self.type, id: wrong, name: "wrong") }
    }
    await #expect(throws: ProviderProblems.self) {
      try await stage.importObject(Self.type, id: "apiVersion=v1,kind=ConfigMap,namespace=default,name=none", name: "none")
    }
  }

  @Test func secretsAreNotShown() async throws {
    let secret: DynamicValue = [
      "manifest": try manifest("{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: default}, stringData: {password: correct-horse}}")
    ]
    let made = try await stage.apply(Self.type, secret)
    #expect(made["object"]["data"] == ["password": "(sensitive)"])
    #expect(world.get("/api/v1/namespaces/default/secrets/s")["data"] == ["password": "Y29ycmVjdC1ob3JzZQ=="])
    try world.edit("/api/v1/namespaces/default/secrets/s", ["data": ["password": "b3RoZXI="]])
    let plan = try await stage.plan(Self.type, secret)
    #expect(plan.prior["manifest"]["stringData"] == ["password": "other"])
    #expect(!stage.warnings.contains { $0.detail.contains("b3RoZXI") || $0.detail.contains("correct") })
    let wrong: DynamicValue = [
      "manifest": try manifest("{apiVersion: v1, kind: Secret, metadata: {name: t, namespace: default}, data: {password: 47110815}}")
    ]
    let error = await #expect(throws: ProviderProblems.self) { try await stage.plan(Self.type, wrong, name: "wrong") }
    #expect(error?.description.contains("47110815") == false, "\(String(describing: error))")
  }

  @Test func whatOthersMayChange() async throws {
    var configuration = try configMap("{a: '1', b: '2'}", more: ", annotations: {mine: x, noted: before}")
    configuration["computed_fields"] = ["data.b"]
    let stage = ProviderTest(
      KubernetesAPI.self, configuration: ["ignore_annotations": ["^not"]], surroundings: world.surroundings)
    try await stage.apply(Self.type, configuration)
    try world.edit("\(Self.maps)/settings", ["data": ["b": "9"], "metadata": ["annotations": ["noted": "z"]]])
    #expect(try await stage.plan(Self.type, configuration).action == .noChange)
    try world.edit("\(Self.maps)/settings", ["data": ["a": "9"]])
    #expect(try await stage.plan(Self.type, configuration).action == .update)
  }

  /// The same fields under another manager's name are still ours.
  @Test func managersMayBeRenamed() async throws {
    try await stage.apply(Self.type, try configMap("{a: '1', b: '2'}"))
    var renamed = try configMap("{a: '3'}")
    renamed["field_manager"] = [["name": "team"]]
    try await stage.apply(Self.type, renamed)
    #expect(world.get("\(Self.maps)/settings")["data"] == ["a": "3"])
  }

  @Test func fewRequestsAreMade() async throws {
    try await stage.apply(Self.type, try configMap())
    world.forgetLog()
    _ = try await stage.plan(Self.type, try configMap())
    #expect(world.log.map(\.line) == ["GET \(Self.maps)/settings"])
  }

  @Test func objectsOfOthersAreRead() async throws {
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default, labels: {x: '1'}}, data: {k: v}}")
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: default, labels: {x: '2'}}}")
    let one = try await stage.read("kubernetes_resource", ["api_version": "v1", "kind": "ConfigMap", "metadata": [["name": "a"]]])
    #expect(one["object"]["data"] == ["k": "v"])
    #expect(one["object"]["metadata"]["managedFields"].isNull)
    let some = try await stage.read(
      "kubernetes_resources", ["api_version": "v1", "kind": "ConfigMap", "namespace": "default", "label_selector": "x in (1,2)", "limit": 1])
    #expect(some["objects"].elements?.map { $0["metadata"]["name"] } == ["a"])
    let missing = await #expect(throws: ProviderProblems.self) {
      try await stage.read("kubernetes_resource", ["api_version": "v1", "kind": "ConfigMap", "metadata": [["name": "none"]]])
    }
    #expect(missing?.description.contains("ConfigMap default/none") == true)
    await #expect(throws: ProviderProblems.self) {
      try await stage.read("kubernetes_resources", ["api_version": "example.org/v1", "kind": "Widget"])
    }
  }

  static let definition = widgetDefinition(schema: "{type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}")
}
