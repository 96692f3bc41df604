import Kubernetes
import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Kubernetes

let configMap = GroupVersionKind(apiVersion: "v1", kind: "ConfigMap")
let deployment = GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment")
let namespace = GroupVersionKind(apiVersion: "v1", kind: "Namespace")

func named(_ name: String, data: [String: JSONValue] = ["a": "1"], labels: [String: JSONValue] = [:]) -> KubernetesObject {
  KubernetesObject([
    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": "default", "labels": .object(labels)],
    "data": .object(data),
  ])
}

func reference(_ name: String) -> ObjectReference { ObjectReference(configMap, namespace: "default", name: name) }

func makeClient(_ world: LabWorld) throws -> ClusterClient { try ClusterClient(ClusterSettings(), world.surroundings) }

/// Objects are read and changed as they are asked for.
@Suite struct ObjectTests {
  @Test func objectsLiveAndDie() async throws {
    let client = try makeClient(try LabWorld())
    #expect(try await client.get(reference("a")) == nil)
    let dry = try await client.apply(named("a"), manager: "plumb", dryRun: true)
    #expect(dry.wasCreated && dry.object.resourceVersion.isEmpty)
    #expect(try await client.get(reference("a")) == nil, "a dry run changes nothing")
    let made = try await client.apply(named("a"), manager: "plumb")
    #expect(made.wasCreated && !made.object.uid.isEmpty)
    #expect(made.object.managedFields.map(\.manager) == ["plumb"] && made.object.managedFields[0].operation == "Apply")
    let same = try await client.apply(named("a"), manager: "plumb")
    #expect(!same.wasCreated && same.object.resourceVersion == made.object.resourceVersion)
    let found = try #require(try await client.get(reference("a")))
    #expect(found.reference == reference("a") && found.json[path: ["data", "a"]] == "1")
    let patched = try await client.patch(reference("a"), kind: .merge, ["data": ["b": "2"]], manager: "other")
    #expect(patched.object.json["data"] == ["a": "1", "b": "2"])
    let replaced = try await client.replace(patched.object, manager: "other")
    #expect(replaced.object.uid == made.object.uid)
    #expect(try await client.delete(reference("a"), uid: made.object.uid, dryRun: true))
    #expect(try await client.get(reference("a")) != nil)
    let other = await #expect(throws: ClusterFailure.self) { try await client.delete(reference("a"), uid: "another") }
    #expect(other?.kind == .staleObject)
    #expect(try await client.delete(reference("a"), uid: made.object.uid))
    #expect(try await client.delete(reference("a")) == false)
  }

  @Test func conflictsAreWhatTheyAre() async throws {
    let client = try makeClient(try LabWorld())
    _ = try await client.apply(named("a"), manager: "plumb")
    _ = try await client.patch(reference("a"), kind: .merge, ["data": ["a": "2"]], manager: "kubectl-edit")
    let failure = await #expect(throws: ClusterFailure.self) { try await client.apply(named("a"), manager: "plumb") }
    guard case .conflict(let conflicts)? = failure?.kind else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(conflicts.map(\.manager) == ["kubectl-edit"] && conflicts.map(\.field) == [".data.a"])
    #expect(conflicts.map(\.operation) == ["Update"] && conflicts.map(\.apiVersion) == ["v1"])
    let forced = try await client.apply(named("a"), manager: "plumb", force: true)
    #expect(forced.object.json["data"] == ["a": "1"])
  }

  @Test func creationsAreNotOverwritten() async throws {
    let client = try makeClient(try LabWorld())
    #expect(try await client.create(named("a"), manager: "plumb").wasCreated)
    let failure = await #expect(throws: ClusterFailure.self) { try await client.create(named("a"), manager: "plumb") }
    #expect(failure?.kind == .alreadyExists)
    var generated = named("")
    generated.json["metadata"] = ["generateName": "job-", "namespace": "default"]
    let made = try await client.create(generated, manager: "plumb")
    #expect(made.object.name.hasPrefix("job-") && made.object.name != "job-")
  }

  @Test func absencesOfAllSorts() async throws {
    let client = try makeClient(try LabWorld())
    #expect(try await client.get(ObjectReference(configMap, namespace: "none", name: "a")) == nil)
    #expect(try await client.get(ObjectReference(namespace, name: "none")) == nil)
    let kind = GroupVersionKind(apiVersion: "example.com/v1", kind: "Thing")
    let missing = await #expect(throws: ClusterFailure.self) { try await client.get(ObjectReference(kind, namespace: "default", name: "a")) }
    #expect(missing?.kind == .kindMissing)
    var elsewhere = named("a")
    elsewhere.json["metadata"] = ["name": "a", "namespace": "none"]
    let homeless = elsewhere
    let failure = await #expect(throws: ClusterFailure.self) { try await client.apply(homeless, manager: "plumb", dryRun: true) }
    #expect(failure?.kind == .namespaceMissing("none"))
    #expect(try await client.delete(ObjectReference(configMap, namespace: "none", name: "a")) == false)
  }

  @Test(arguments: ["", ".", "..", "a/b", "a%2Fb"]) func namesThatLeadElsewhere(_ name: String) async throws {
    let world = try LabWorld()
    let client = try makeClient(world)
    let failure = await #expect(throws: ClusterFailure.self) { try await client.get(reference(name)) }
    #expect(failure?.kind == .badRequest)
    #expect(world.log.isEmpty, "nobody is asked")
  }

  @Test func namesMayHaveSignsThatURLsKnow() async throws {
    let client = try makeClient(try LabWorld())
    let role = GroupVersionKind(apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole")
    let object = KubernetesObject([
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": "system:my+role?x=1"],
      "rules": [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]],
    ])
    _ = try await client.apply(object, manager: "plumb")
    #expect(try await client.get(ObjectReference(role, name: "system:my+role?x=1"))?.name == "system:my+role?x=1")
  }

  @Test func warningsReachTheUser() async throws {
    let client = try makeClient(try LabWorld())
    var odd = named("a")
    odd.json["immutabel"] = true
    let answer = try await client.create(odd, manager: "plumb")
    #expect(answer.warnings == ["unknown field \"immutabel\""])
  }

  // MARK: Lists

  @Test func longListsComeInPages() async throws {
    let world = try LabWorld()
    for number in 1000..<2203 {
      #expect(world.ask("POST", "/api/v1/namespaces/default/configmaps", named("c\(number)", labels: ["odd": .string("\(number % 2)")]).json).code == 201)
    }
    let client = try makeClient(world)
    let list = try await client.listing(configMap, namespace: "default", labels: "odd in (0, 1)")
    #expect(list.objects.count == 1203)
    #expect(Set(list.objects.map(\.name)).count == 1203)
    #expect(list.objects.allSatisfy { $0.kind == "ConfigMap" && $0.apiVersion == "v1" })
    #expect(world.log.count { $0.path.hasSuffix("/configmaps") } == 3)
    #expect(try await client.list(configMap, labels: "odd=1").count == 601)
    #expect(try await client.list(configMap, fields: "metadata.name=c1000").map(\.name) == ["c1000"])
    // What is left of a list is forgotten in the middle of it, time and again.
    world.forgetLog()
    world.script { request, _ in
      request.query["continue"] == nil
        ? nil : .answer(WebResponse(status: 410, text: #"{"kind":"Status","reason":"Expired","message":"too old","code":410}"#))
    }
    #expect(try await client.list(configMap, namespace: "default", labels: "odd").count == 1203)
    #expect(world.log.map { $0.query["limit"] } == ["500", "500", "500", "500", nil])
  }

  @Test func atMostSixteenAskAtOnce() async throws {
    let world = try LabWorld()
    let client = try makeClient(world)
    _ = try await client.get(reference("a"))
    world.script { _, _ in .slow(.milliseconds(100)) }
    let start = world.clock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<64 { group.addTask { _ = try await client.get(reference("a\(number)")) } }
      try await group.waitForAll()
    }
    // Four rounds of sixteen; a few more when some are late, but far from one after the other.
    let duration = start.duration(to: world.clock.now)
    #expect((.milliseconds(400)...(.milliseconds(1600))).contains(duration), "\(duration)")
  }

  @Test func whatIsNoObjectIsAskedFor() async throws {
    let world = try LabWorld()
    let client = try makeClient(world)
    let version = try await client.version()
    #expect(version.major == "1" && version.gitVersion.hasPrefix("v1."))
    let review = try await client.raw(
      ClusterRequest(
        "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        body: ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"]))
    #expect(review.status == 201 && review.json[path: ["status", "userInfo", "username"]] == "plumb-lab")
    try world.apply("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}")
    let scaled = try await client.patch(
      ObjectReference(deployment, namespace: "default", name: "web"), kind: .merge, ["spec": ["replicas": 3]], subresource: "scale", manager: "hpa")
    #expect(scaled.object.kind == "Scale")
    #expect(world.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["spec", "replicas"]] == 3)
  }
}
