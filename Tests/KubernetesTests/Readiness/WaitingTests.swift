@testable import Kubernetes
import LabSupport
import ProviderKit
import Synchronization
import Testing
import YAML

/// Waiting for objects of an emulated cluster.
@Suite struct WaitingTests {
  let world: LabWorld
  let client: ClusterClient
  var manager: ObjectManager { ObjectManager(client) }

  init() throws {
    world = try LabWorld()
    client = try ClusterClient(ClusterSettings(), world.surroundings)
  }

  @Test func deploymentsBecomeReady() async throws {
    let applied = try await manager.apply(ObjectManagerTests.deployment(replicas: 2), prior: nil).applied
    let lines = Mutex<[String]>([])
    try await manager.awaitReady(applied.reference, .ofKind, timeout: .seconds(60)) { line in lines.withLock { $0.append(line) } }
    #expect(world.get("\(ObjectManagerTests.deployments)/web")[path: ["status", "readyReplicas"]] == 2)
    #expect(lines.withLock { $0 }.first?.contains("Deployment default/web") == true)
  }

  @Test(arguments: [("broken:1", "", "ImagePull"), ("nginx", "lab.plumb/behaviour: crash-loop", "CrashLoopBackOff")])
  func rolloutsThatFailSayWhy(_ image: String, _ annotation: String, _ reason: String) async throws {
    var manifest = ObjectManagerTests.deployment(image: image, replicas: 1)
    manifest.set(FieldPath(fields: "spec", "progressDeadlineSeconds"), to: 3000)
    if !annotation.isEmpty {
      let halves = annotation.split(separator: ":")
      manifest.set(
        FieldPath(fields: "spec", "template", "metadata", "annotations", String(halves[0])), to: .string(String(halves[1].dropFirst())))
    }
    let applied = try await manager.apply(manifest, prior: nil).applied
    let lines = Mutex<[String]>([])
    let error = await #expect(throws: ObjectError.self) {
      try await manager.awaitReady(applied.reference, .ofKind, timeout: .seconds(90)) { line in lines.withLock { $0.append(line) } }
    }
    let message = error?.message ?? ""
    #expect(message.contains("1m30s"))
    #expect(message.contains(reason), "\(message)")
    #expect(message.contains("Pods that are not ready:") && message.contains("Warnings:") && message.contains("Conditions:"), "\(message)")
    #expect(lines.withLock { $0 }.contains { $0.contains(reason) }, "it is said while waiting")
  }

  /// A final failure is not waited out.
  @Test func finalFailuresEndEarly() async throws {
    var manifest = ObjectManagerTests.deployment(image: "broken:1", replicas: 1)
    manifest.set(FieldPath(fields: "spec", "progressDeadlineSeconds"), to: 20)
    let applied = try await manager.apply(manifest, prior: nil).applied
    let start = world.clock.now
    let error = await #expect(throws: ObjectError.self) {
      try await manager.awaitReady(applied.reference, .ofKind, timeout: .seconds(3600))
    }
    #expect(error?.message.contains("ProgressDeadlineExceeded") == true)
    #expect(start.duration(to: world.clock.now) < .seconds(120))
  }

  @Test func whatIsChangedEndsTheWaiting() async throws {
    let applied = try await manager.apply(ObjectManagerTests.configMap(), prior: nil).applied
    let condition = ReadinessCondition(fields: [try FieldExpectation("data.a", matches: "2")])
    async let waiting = manager.awaitReady(applied.reference, condition, timeout: .seconds(600))
    try await world.clock.sleep(for: .seconds(30))
    try world.edit("/api/v1/namespaces/default/configmaps/settings", ["data": ["a": "2"]])
    _ = try await waiting
    #expect(world.log.contains { $0.query["watch"] == "true" })
  }

  @Test func whatIsDeletedIsNotWaitedFor() async throws {
    let applied = try await manager.apply(ObjectManagerTests.configMap(), prior: nil).applied
    let condition = ReadinessCondition(fields: [try FieldExpectation("data.a", matches: "2")])
    let waiting = Task { try await manager.awaitReady(applied.reference, condition, timeout: .seconds(600)) }
    try await world.clock.sleep(for: .seconds(5))
    #expect(world.ask("DELETE", "/api/v1/namespaces/default/configmaps/settings").code == 200)
    let error = await #expect(throws: ObjectError.self) { try await waiting.value }
    #expect(error?.summary.contains("is gone") == true)
  }

  /// A server that has forgotten where a watch begins is looked at again.
  @Test func forgottenWatchesAreBegunAnew() async throws {
    let applied = try await manager.apply(ObjectManagerTests.configMap(), prior: nil).applied
    world.script { request, _ in
      guard request.query["watch"] == "true" else { return nil }
      let status = #"{"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"too old resource version"}"#
      return .answer(WebResponse(status: 410, headers: [WebHeader("Content-Type", "application/json")], body: Array(status.utf8)))
    }
    let condition = ReadinessCondition(fields: [try FieldExpectation("data.a", matches: "2")])
    async let waiting = manager.awaitReady(applied.reference, condition, timeout: .seconds(600))
    for _ in 0..<100 where world.log.count(where: { $0.query["watch"] == "true" }) < 3 { try await world.clock.sleep(for: .seconds(1)) }
    #expect(world.log.count { $0.query["watch"] == "true" } >= 3)
    try world.edit("/api/v1/namespaces/default/configmaps/settings", ["data": ["a": "2"]])
    _ = try await waiting
  }

  /// A job may be done and gone before anybody looks at it.
  @Test func jobsThatDeleteThemselvesAreDone() async throws {
    let job = try YAML.value(
      "{apiVersion: batch/v1, kind: Job, metadata: {name: once, namespace: default}, spec: {ttlSecondsAfterFinished: 0, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}")
    let result = try await manager.apply(job, prior: nil)
    try await world.clock.sleep(for: .seconds(60))
    #expect(world.get("/apis/batch/v1/namespaces/default/jobs/once")["code"] == 404)
    let last = try await manager.awaitReady(result.applied.reference, since: result.object, .ofKind, timeout: .seconds(60))
    #expect(last?.condition("Complete")?["status"] == "True")
    await #expect(throws: ObjectError.self) {
      try await manager.awaitReady(result.applied.reference, .ofKind, timeout: .seconds(60))
    }
  }

  /// A claim that is bound when a pod needs it is waited for only if one does.
  @Test func claimsThatWaitForPods() async throws {
    try world.apply(
      "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: late}, provisioner: nobody, volumeBindingMode: WaitForFirstConsumer}")
    let claim = try YAML.value(
      "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: late, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}")
    let applied = try await manager.apply(claim, prior: nil).applied
    try await manager.awaitReady(applied.reference, .ofKind, timeout: .seconds(5))
    try world.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: user, namespace: default}, spec: {containers: [{name: a, image: nginx}], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}}")
    try await manager.awaitReady(applied.reference, .ofKind, timeout: .seconds(20))
    #expect(world.get("/api/v1/namespaces/default/persistentvolumeclaims/data")[path: ["status", "phase"]] == "Bound")
  }
}
