@testable import Kubernetes
import LabSupport
import ProviderKit
import Testing
import YAML

/// Planning, applying, observing and deleting against an emulated cluster.
@Suite struct ObjectManagerTests {
  let world: LabWorld
  let client: ClusterClient
  var manager: ObjectManager { ObjectManager(client) }

  init() throws {
    world = try LabWorld()
    client = try ClusterClient(ClusterSettings(), world.surroundings)
  }

  static let deployments = "/apis/apps/v1/namespaces/default/deployments"

  static func deployment(image: String = "nginx:1", replicas: Int? = nil, label: String? = "shop", selector: String = "web", more: String = "") -> JSONValue {
    let text = """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        \(label.map { "labels: {team: \($0)}" } ?? "annotations: {}")
      spec:
        \(replicas.map { "replicas: \($0)" } ?? "paused: false")
        selector: {matchLabels: {app: \(selector)}}
        template:
          metadata: {labels: {app: \(selector)}}
          spec:
            containers:
            - name: main
              image: \(image)
              resources: {limits: {cpu: 1000m, memory: 1024Mi}}
        \(more)
      """
    return (try? YAML.value(text)) ?? .null
  }

  static func configMap(_ name: String = "settings", _ data: JSONValue = ["a": "1"], namespace: String? = nil) -> JSONValue {
    var object: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data]
    if let namespace { object.set(FieldPath(fields: "metadata", "namespace"), to: .string(namespace)) }
    return object
  }

  @Test func whatWasAppliedNeedsNothingMore() async throws {
    let manifest = Self.deployment()
    let plan = try await manager.plan(manifest, prior: nil)
    #expect(!plan.exists && !plan.isEmpty)
    // The server's defaults and its own forms of quantities show.
    let container = plan.object?.value(at: FieldPath([.field("spec"), .field("template"), .field("spec"), .field("containers"), .index(0)]))
    #expect(container?["terminationMessagePath"] == "/dev/termination-log")
    #expect(container?[path: ["resources", "limits"]] == ["cpu": "1", "memory": "1Gi"])
    #expect(world.get("\(Self.deployments)/web")["reason"] == "NotFound", "planning makes nothing")
    let result = try await manager.apply(manifest, prior: nil)
    #expect(result.wasCreated && result.warnings.isEmpty)
    world.pass(.seconds(5))
    #expect(try await manager.plan(manifest, prior: result.applied).isEmpty)
    let observation = try #require(try await manager.observe(result.applied))
    #expect(observation.drift.isEmpty)
    #expect(observation.manifest == manifest, "1000m stays 1000m")
    #expect(observation.object["status"] == nil)
    #expect(observation.object[path: ["metadata", "annotations"]] == nil, "the revision is its controller's")
  }

  @Test func onlyWhatIsOursDrifts() async throws {
    let applied = try await manager.apply(Self.deployment(), prior: nil).applied
    let path = "\(Self.deployments)/web"
    try world.edit(path, by: "kubectl-edit", ["metadata": ["labels": ["team": nil, "theirs": "1"]]])
    try world.edit(path, by: "kubectl-set", ["spec": ["template": ["spec": ["containers": [["name": "main", "image": "nginx:2"]]]]]])
    #expect(world.ask("PATCH", "\(path)/scale", ["spec": ["replicas": 5]], query: ["fieldManager": "scaler"], type: "application/merge-patch+json").code == 200)
    let observation = try #require(try await manager.observe(applied))
    let drift = observation.drift.filter { !$0.path.description.contains("resources") }
    #expect(drift.map(\.path.description) == ["metadata.labels.team", #"spec.template.spec.containers[name="main"].image"#])
    #expect(drift.map(\.manager) == [nil, "kubectl-set"])
    #expect(drift.last?.found == "nginx:2" && drift.last?.operation == "Update" && drift.last?.time?.isEmpty == false)
    #expect(observation.manifest[path: ["metadata", "labels"]] == [:])
    #expect(observation.manifest[path: ["spec", "replicas"]] == nil)
    // Ours is taken back, which needs no force.
    let plan = try await manager.plan(Self.deployment(), prior: applied)
    #expect(plan.changes.contains { $0.path.description.hasSuffix("image") && $0.before == "nginx:2" && $0.after == "nginx:1" })
    #expect(plan.changes.contains { $0.path.description == "metadata.labels.team" && $0.before == nil && $0.after == "shop" })
    _ = try await manager.apply(Self.deployment(), prior: applied)
    #expect(world.get(path)[path: ["spec", "replicas"]] == 5)
    #expect(world.get(path)[path: ["metadata", "labels"]] == ["team": "shop", "theirs": "1"])
  }

  @Test func conflictsAreNamedAndForced() async throws {
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {a: theirs, c: x}}", by: "other")
    let taking = ObjectManager(client, owner: ObjectOwner(adopts: true))
    let failure = await #expect(throws: ClusterFailure.self) { try await taking.plan(Self.configMap("settings", ["a": "1", "b": "2"]), prior: nil) }
    guard case .conflict(let conflicts) = failure?.kind else { return #expect(Bool(false), "\(String(describing: failure))") }
    #expect(conflicts.map(\.field) == [".data.a"] && conflicts.map(\.manager) == ["other"])
    #expect(world.get("/api/v1/namespaces/default/configmaps/settings")["data"] == ["a": "theirs", "c": "x"])
    let forced = ObjectManager(client, owner: ObjectOwner(force: true))
    let applied = try await forced.apply(Self.configMap("settings", ["a": "1"]), prior: nil).applied
    #expect(try await forced.plan(Self.configMap("settings", ["a": "1"]), prior: applied).isEmpty)
    #expect(world.get("/api/v1/namespaces/default/configmaps/settings")["data"] == ["a": "1", "c": "x"])
  }

  /// What an autoscaler set is not taken from it, though the manifest had it once.
  @Test func autoscalersKeepWhatTheyScale() async throws {
    let applied = try await manager.apply(Self.deployment(replicas: 2), prior: nil).applied
    let scale = "\(Self.deployments)/web/scale"
    #expect(world.ask("PATCH", scale, ["spec": ["replicas": 5]], query: ["fieldManager": "autoscaler"], type: "application/merge-patch+json").code == 200)
    let failure = await #expect(throws: ClusterFailure.self) { try await manager.plan(Self.deployment(replicas: 2), prior: applied) }
    #expect(failure?.description.contains("autoscaler") == true)
    #expect(failure?.description.contains("scale") == true)
    #expect(try await manager.observe(applied)?.drift.map(\.manager) == ["autoscaler (scale)"])
  }

  @Test func nobodysObjectIsTakenByChance() async throws {
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {a: '1'}}", by: "other")
    for work in [{ _ = try await manager.plan(Self.configMap(), prior: nil) }, { _ = try await manager.apply(Self.configMap(), prior: nil) }] {
      let error = await #expect(throws: ObjectError.self) { try await work() }
      #expect(error?.message.contains("other") == true)
    }
  }

  @Test(arguments: [
    ("selector", "spec.selector"),
  ])
  func immutableFieldsNeedAReplacement(_ what: String, _ field: String) async throws {
    let applied = try await manager.apply(Self.deployment(), prior: nil).applied
    let changed = Self.deployment(selector: "other")
    let plan = try await manager.plan(changed, prior: applied)
    #expect(plan.replacement.map(\.field) == [field])
    #expect(plan.replacement.first?.message.contains("immutable") == true)
    #expect(!plan.isEmpty && plan.object == nil)
    let result = try await manager.replace(changed, prior: applied)
    #expect(result.applied.uid != applied.uid)
    #expect(try await manager.observe(applied) == nil, "another object of the name is not that one")
  }

  /// A rule of a custom kind is recognised by what holds for a new object.
  @Test func rulesOfCustomKindsNeedAReplacement() async throws {
    try world.apply(Self.definition)
    world.pass(.seconds(2))
    func widget(_ size: Int, colour: String) -> JSONValue {
      [
        "apiVersion": "example.org/v1", "kind": "Widget", "metadata": ["name": "w", "namespace": "default"],
        "spec": ["size": .integer(Int64(size)), "colour": .string(colour)],
      ]
    }
    let applied = try await manager.apply(widget(1, colour: "red"), prior: nil).applied
    let plan = try await manager.plan(widget(1, colour: "blue"), prior: applied)
    #expect(plan.replacement.map(\.message).contains { $0.contains("is painted once") }, "\(plan.replacement)")
    // What would not do for a new one either is simply wrong.
    let failure = await #expect(throws: ClusterFailure.self) { try await manager.plan(widget(500, colour: "red"), prior: applied) }
    #expect(failure?.description.contains("spec.size") == true)
  }

  static let definition = widgetDefinition(
    schema: """
      type: object
      properties:
        spec:
          type: object
          required: [size]
          properties:
            size: {type: integer, maximum: 100}
            colour:
              type: string
              x-kubernetes-validations:
              - {rule: self == oldSelf, message: a widget is painted once}
      """)

  @Test func whatIsNotThereYet() async throws {
    let plan = try await manager.plan(Self.configMap("settings", namespace: "later"), prior: nil)
    #expect(plan.object == nil && plan.checkedAtApply?.contains("later") == true && !plan.isEmpty)
    let wrong = await #expect(throws: (any Error).self) {
      try await manager.plan(Self.configMap("settings", ["a": 1], namespace: "later"), prior: nil)
    }
    #expect("\(wrong.map { "\($0)" } ?? "")".contains("data.a"))
    let widget: JSONValue = ["apiVersion": "example.org/v1", "kind": "Widget", "metadata": ["name": "w"], "spec": ["size": 1]]
    let missing = await #expect(throws: ClusterFailure.self) { try await manager.plan(widget, prior: nil) }
    #expect(missing?.kind == .kindMissing)
    // Others make both while these wait.
    async let map = manager.apply(Self.configMap("settings", namespace: "later"), prior: nil)
    async let custom = manager.apply(widget, prior: nil)
    try await world.clock.sleep(for: .seconds(3))
    try world.apply("{apiVersion: v1, kind: Namespace, metadata: {name: later}}")
    try world.apply(Self.definition)
    _ = try await (map, custom)
    // What nobody makes is not waited for forever.
    let never = await #expect(throws: ClusterFailure.self) { try await manager.apply(Self.configMap("settings", namespace: "never"), prior: nil) }
    #expect(never?.kind == .namespaceMissing("never"))
  }

  /// What kubectl applied by itself is taken over, and what the manifest no longer has goes away.
  @Test func clientSideApplyIsMigrated() async throws {
    let path = "/api/v1/namespaces/default/configmaps"
    let created = world.ask(
      "POST", path, ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings"], "data": ["a": "1", "b": "2"]],
      query: ["fieldManager": "kubectl-client-side-apply"])
    #expect(created.code == 201)
    try world.edit("\(path)/settings", by: "someone", ["data": ["c": "3"]])
    let kind = GroupVersionKind(group: "", version: "v1", kind: "ConfigMap")
    let imported = AppliedObject(reference: ObjectReference(kind, namespace: "default", name: "settings"))
    let observation = try #require(try await manager.observe(imported))
    #expect(observation.manifest["data"] == ["a": "1", "b": "2"], "what others set is no part of it")
    let plan = try await manager.plan(Self.configMap("settings", ["a": "0"]), prior: observation.applied)
    #expect(plan.object?["data"] == ["a": "0"], "\(String(describing: plan.object))")
    let applied = try await manager.apply(Self.configMap("settings", ["a": "0"]), prior: observation.applied).applied
    #expect(world.get("\(path)/settings")["data"] == ["a": "0", "c": "3"])
    #expect(try await manager.plan(Self.configMap("settings", ["a": "0"]), prior: applied).isEmpty)
    // Dropped later, too.
    _ = try await manager.apply(Self.configMap("settings", ["d": "4"]), prior: applied)
    #expect(world.get("\(path)/settings")["data"] == ["c": "3", "d": "4"])
  }

  @Test func deletionWaitsAndSaysWhatHolds() async throws {
    var manifest = Self.configMap()
    manifest.set(FieldPath(fields: "metadata", "finalizers"), to: ["example.org/hold"])
    let applied = try await manager.apply(manifest, prior: nil).applied
    let error = await #expect(throws: ObjectError.self) {
      try await manager.delete(applied, options: DeletionOptions(timeout: .seconds(30)))
    }
    #expect(error?.message.contains("example.org/hold") == true)
    // One of the same name is made anew when that one is gone.
    async let again = manager.apply(Self.configMap(), prior: nil)
    try await world.clock.sleep(for: .seconds(5))
    let path = "/api/v1/namespaces/default/configmaps/settings"
    try world.edit(path, ["metadata": ["finalizers": nil]])
    let second = try await again
    #expect(second.applied.uid != applied.uid && second.wasCreated)
    // What is gone, or has another uid, is deleted already.
    try await manager.delete(applied)
    #expect(world.ask("GET", path).code == 200)
    try await manager.delete(second.applied)
    #expect(world.ask("GET", path).code == 404)
    try await manager.delete(second.applied)
  }

  @Test func namespacesSayWhatIsLeft() async throws {
    let applied = try await manager.apply(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]], prior: nil).applied
    var held = Self.configMap("held", namespace: "shop")
    held.set(FieldPath(fields: "metadata", "finalizers"), to: ["example.org/hold"])
    _ = try await manager.apply(held, prior: nil)
    let error = await #expect(throws: ObjectError.self) { try await manager.delete(applied, options: DeletionOptions(timeout: .seconds(60))) }
    #expect(error?.message.contains("NamespaceFinalizersRemaining") == true && error?.message.contains("example.org/hold") == true, "\(String(describing: error))")
  }

  /// Of a job its pods go as well.
  @Test func jobsTakeTheirPodsWithThem() async throws {
    let job = try YAML.value(
      "{apiVersion: batch/v1, kind: Job, metadata: {name: once}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}}}}")
    let plan = try await manager.plan(job, prior: nil)
    #expect(plan.volatile.contains { $0.description.contains("controller-uid") }, "\(plan.volatile)")
    let applied = try await manager.apply(job, prior: nil).applied
    try await manager.awaitReady(applied.reference, .ofKind, timeout: .seconds(60))
    #expect(try await client.list(ObjectManager.pods, namespace: "default").count == 1)
    try await manager.delete(applied)
    world.pass(.seconds(60))
    #expect(try await client.list(ObjectManager.pods, namespace: "default").isEmpty)
  }

  @Test func addressesAreMadeUpAnew() async throws {
    let service = try YAML.value("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}}")
    let plan = try await manager.plan(service, prior: nil)
    #expect(plan.volatile.map(\.description).sorted() == ["spec.clusterIP", "spec.clusterIPs", "spec.ports[0].nodePort"])
    let applied = try await manager.apply(service, prior: nil).applied
    let second = try await manager.plan(service, prior: applied)
    #expect(second.isEmpty && second.volatile.isEmpty)
  }

  /// Somebody deleted the object and made one of the same name between the plan and the apply.
  @Test func anotherObjectIsLeftAlone() async throws {
    let applied = try await manager.apply(Self.configMap(), prior: nil).applied
    let path = "/api/v1/namespaces/default/configmaps/settings"
    #expect(world.ask("DELETE", path).code == 200)
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {x: theirs}}", by: "other")
    let error = await #expect(throws: ObjectError.self) { try await manager.apply(Self.configMap(), prior: applied) }
    #expect(error?.message.contains("plan again") == true)
    #expect(world.get(path)["data"] == ["x": "theirs"])
  }

  @Test func answersThatAreLostDoNoHarm() async throws {
    world.script(LabFault.first("PATCH", [.droppedAfter, .failure(503)]))
    let applied = try await manager.apply(Self.configMap(), prior: nil).applied
    world.script(LabFault.first("DELETE", [.droppedAfter]))
    try await manager.delete(applied)
    #expect(world.ask("GET", "/api/v1/namespaces/default/configmaps/settings").code == 404)
  }

  /// Somebody who must be asked cannot answer without doing it.
  @Test func webhooksWithSideEffectsAreAskedLater() async throws {
    world.script { request, _ in
      guard request.method == "PATCH", request.query["dryRun"] == "All" else { return nil }
      let status = #"{"kind":"Status","status":"Failure","reason":"BadRequest","code":400,"message":"admission webhook \"tickets.example.org\" does not support dry run"}"#
      return .answer(WebResponse(status: 400, headers: [WebHeader("Content-Type", "application/json")], body: Array(status.utf8)))
    }
    let plan = try await manager.plan(Self.configMap(), prior: nil)
    #expect(plan.object == nil && !plan.isEmpty && plan.checkedAtApply?.contains("tickets.example.org") == true)
    #expect(plan.warnings.contains { $0.contains("tickets.example.org") })
    var wrong = Self.configMap()
    wrong["dta"] = [:]
    let error = await #expect(throws: ObjectErrors.self) { try await manager.plan(wrong, prior: nil) }
    #expect(error?.errors.first?.message.contains("dta") == true)
    #expect(try await manager.apply(Self.configMap(), prior: nil).wasCreated)
  }

  /// What belongs to an object can be left for the one that takes its place.
  @Test func dependentsMayStay() async throws {
    let applied = try await manager.apply(Self.deployment(replicas: 2), prior: nil).applied
    try await manager.awaitReady(applied.reference, .ofKind, timeout: .seconds(60))
    let pods = Set(try await client.list(ObjectManager.pods, namespace: "default").map(\.uid))
    let replaced = try await manager.replace(Self.deployment(replicas: 2), prior: applied, keepsDependents: true)
    #expect(replaced.applied.uid != applied.uid && replaced.wasCreated)
    try await manager.awaitReady(replaced.applied.reference, .ofKind, timeout: .seconds(60))
    #expect(Set(try await client.list(ObjectManager.pods, namespace: "default").map(\.uid)) == pods)
  }

  /// The records of an object are told by what they cover, however many have a part in it.
  @Test func fieldsThatAreSharedStay() async throws {
    let applied = try await manager.apply(Self.configMap("settings", ["a": "1", "b": "2"]), prior: nil).applied
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: default}, data: {b: '2'}}", by: "other", force: false)
    let second = try await manager.apply(Self.configMap("settings", ["a": "1"]), prior: applied).applied
    #expect(world.get("/api/v1/namespaces/default/configmaps/settings")["data"] == ["a": "1", "b": "2"])
    #expect(second.stored.keys.map(\.description) == ["data.a"])
    try world.edit("/api/v1/namespaces/default/configmaps/settings", ["data": ["b": "3"]])
    #expect(try await manager.observe(second)?.drift.isEmpty == true)
  }
}
