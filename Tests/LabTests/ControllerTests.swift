@testable import Lab
import Testing
import YAML

/// What happens by itself.
@Suite struct ControllerTests {
  private let pods = "/api/v1/namespaces/default/pods"

  private func podNames(_ lab: TestCluster) -> [String] { lab.get(pods).items(at: ["items"]).map(\.name) }

  @Test func deploymentsBecomeAvailable() throws {
    let lab = try TestCluster()
    try lab.make(deployment())
    let early = lab.get("\(deployments)/web")
    #expect(early.integer(at: ["status", "readyReplicas"]) == nil)
    lab.pass()
    let ready = lab.get("\(deployments)/web")
    #expect(ready.integer(at: ["status", "observedGeneration"]) == ready.generation)
    for name in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] { #expect(ready.integer(at: ["status", name]) == 2) }
    #expect(ready.condition("Available")?["status"] == "True")
    #expect(ready.condition("Progressing")?["reason"] == "NewReplicaSetAvailable")
    #expect(lab.get(pods).items(at: ["items"]).allSatisfy { $0.isReadyPod })
    // A change rolls out: other pods come, and those from before go.
    let before = podNames(lab)
    lab.apply("\(deployments)/web", by: "A", deployment(image: "nginx:2", replicas: 3), "force")
    lab.pass(milliseconds: 2000)
    let after = lab.get("\(deployments)/web")
    #expect(after.integer(at: ["status", "updatedReplicas"]) == 3 && after.integer(at: ["status", "replicas"]) == 3)
    #expect(Set(podNames(lab)).isDisjoint(with: before))
    #expect(lab.get("/apis/apps/v1/namespaces/default/replicasets").items(at: ["items"]).count == 2)
    // Nothing more happens.
    let revision = lab.get(pods).resourceVersion
    lab.pass(milliseconds: 5000)
    #expect(lab.get(pods).resourceVersion == revision)
    // Its end is that of all it made.
    lab.ask("DELETE", "\(deployments)/web")
    lab.pass()
    #expect(podNames(lab).isEmpty && lab.get("/apis/apps/v1/namespaces/default/replicasets").items(at: ["items"]).isEmpty)
  }

  @Test func brokenImagesHoldARolloutUp() throws {
    let lab = try TestCluster()
    try lab.make(deployment())
    lab.pass()
    let patch: JSONValue = [
      "spec": ["progressDeadlineSeconds": 5, "template": ["spec": ["containers": [["name": "main", "image": "registry.test/does-not-exist:1"]]]]],
    ]
    lab.ask("PATCH", "\(deployments)/web", patch, type: "application/strategic-merge-patch+json")
    lab.pass(milliseconds: 3000)
    let reasons = lab.get(pods).items(at: ["items"]).compactMap { $0.items(at: ["status", "containerStatuses"]).first?.string(at: ["state", "waiting", "reason"]) }
    #expect(reasons == ["ImagePullBackOff", "ImagePullBackOff"])
    #expect(lab.get("\(deployments)/web").condition("Available")?["status"] == "True")
    let events = lab.get("/api/v1/namespaces/default/events?fieldSelector=type=Warning").items(at: ["items"])
    #expect(events.contains { $0["reason"] == "Failed" && $0["message"]?.asString?.contains("does-not-exist") == true })
    lab.pass(milliseconds: 4000)
    #expect(lab.get("\(deployments)/web").condition("Progressing")?["reason"] == "ProgressDeadlineExceeded")
  }

  static let behaviours: [(String, String, String)] = [
    ("crash-loop", "CrashLoopBackOff", "BackOff"), ("pending", "ContainerCreating", ""), ("not-ready", "", ""),
  ]

  @Test(arguments: behaviours) func podsBehaveAsTold(behaviour: String, reason: String, event: String) throws {
    let lab = try TestCluster()
    try lab.make(
      "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {lab.plumb/behaviour: \(behaviour)}}, spec: {containers: [{name: c, image: i}]}}")
    lab.pass(milliseconds: 3000)
    let pod = lab.get("\(pods)/p")
    #expect(!pod.isReadyPod)
    let status = pod.items(at: ["status", "containerStatuses"])[0]
    #expect((status.string(at: ["state", "waiting", "reason"]) ?? "") == reason)
    if behaviour == "crash-loop" { #expect((status["restartCount"]?.asInteger ?? 0) > 1) }
    let reasons = lab.get("/api/v1/namespaces/default/events").items(at: ["items"]).compactMap { $0["reason"]?.asString }
    if !event.isEmpty { #expect(reasons.contains(event)) }
  }

  @Test func missingConfigurationHoldsPodsUp() throws {
    let lab = try TestCluster()
    try lab.make("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i, envFrom: [{configMapRef: {name: later}}]}]}}")
    lab.pass()
    #expect(lab.get("\(pods)/p").items(at: ["status", "containerStatuses"])[0].string(at: ["state", "waiting", "reason"]) == "CreateContainerConfigError")
    try lab.make("{apiVersion: v1, kind: ConfigMap, metadata: {name: later}}")
    lab.pass(milliseconds: 3000)
    #expect(lab.get("\(pods)/p").isReadyPod)
  }

  @Test func jobsFinish() throws {
    let lab = try TestCluster()
    try lab.make(KindTests.job)
    lab.pass(milliseconds: 2000)
    let path = "/apis/batch/v1/namespaces/default/jobs/j"
    let job = lab.get(path)
    #expect(job.condition("Complete")?["status"] == "True" && job.integer(at: ["status", "succeeded"]) == 1)
    #expect(job.string(at: ["status", "completionTime"]) != nil)
    // Its pods stay when nobody says how it is to be deleted.
    let deleted = lab.ask("DELETE", path)
    #expect(deleted.headers.contains { $0.name == "Warning" && $0.value.contains("child pods are preserved by default") })
    lab.pass()
    #expect(lab.ask("GET", path).code == 404)
    #expect(podNames(lab).count == 1)
    let failing = KindTests.job.replacing("template: {spec", with: "backoffLimit: 1, template: {metadata: {annotations: {lab.plumb/behaviour: fail}}, spec")
    try lab.make(failing)
    lab.pass(milliseconds: 3000)
    #expect(lab.get(path).condition("Failed")?["reason"] == "BackoffLimitExceeded")
    #expect(lab.get(path).integer(at: ["status", "failed"]) == 2)
  }

  @Test func statefulSetsGrowInOrder() throws {
    let lab = try TestCluster()
    let claims = "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}], "
    try lab.make(KindTests.statefulSet.replacing("serviceName: s, ", with: "replicas: 3, serviceName: s, \(claims)"))
    lab.pass(milliseconds: 150)
    #expect(podNames(lab) == ["s-0"])
    lab.pass(milliseconds: 4000)
    #expect(podNames(lab) == ["s-0", "s-1", "s-2"])
    let path = "/apis/apps/v1/namespaces/default/statefulsets/s"
    let set = lab.get(path)
    #expect(set.integer(at: ["status", "readyReplicas"]) == 3)
    #expect(set.string(at: ["status", "currentRevision"]) == set.string(at: ["status", "updateRevision"]))
    let names = lab.get("/api/v1/namespaces/default/persistentvolumeclaims").items(at: ["items"])
    #expect(names.map(\.name) == ["data-s-0", "data-s-1", "data-s-2"] && names.allSatisfy { $0.string(at: ["status", "phase"]) == "Bound" })
    lab.ask("PATCH", path, ["spec": ["template": ["spec": ["hostNetwork": true]]]], type: "application/merge-patch+json")
    lab.pass(milliseconds: 6000)
    let updated = lab.get(path)
    #expect(updated.integer(at: ["status", "updatedReplicas"]) == 3)
    #expect(updated.string(at: ["status", "currentRevision"]) == updated.string(at: ["status", "updateRevision"]))
    #expect(updated.string(at: ["status", "updateRevision"]) != set.string(at: ["status", "updateRevision"]))
    // Orphans stay when the set goes.
    lab.ask("DELETE", path, ["propagationPolicy": "Orphan"])
    lab.pass()
    #expect(lab.ask("GET", path).code == 404 && podNames(lab).count == 3)
    #expect(lab.get(pods).items(at: ["items"]).allSatisfy { $0.ownerReferences.isEmpty })
  }

  @Test func daemonSetsAreOnEveryNode() throws {
    let lab = try TestCluster()
    try lab.make(KindTests.statefulSet.replacing("StatefulSet", with: "DaemonSet").replacing("serviceName: s, ", with: ""))
    lab.pass()
    let set = lab.get("/apis/apps/v1/namespaces/default/daemonsets/s")
    #expect(set.integer(at: ["status", "desiredNumberScheduled"]) == 1 && set.integer(at: ["status", "numberAvailable"]) == 1)
  }

  @Test func servicesGetAddresses() throws {
    let lab = try TestCluster()
    try lab.make(deployment())
    try lab.make("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}")
    lab.pass()
    let service = lab.get("/api/v1/namespaces/default/services/s")
    #expect(service.string(at: ["spec", "clusterIP"])?.hasPrefix("10.96.") == true)
    #expect(service.items(at: ["spec", "ports"])[0]["nodePort"]?.asInteger ?? 0 >= 30_000)
    #expect(service.items(at: ["status", "loadBalancer", "ingress"])[0]["ip"] != nil)
    let endpoints = lab.get("/api/v1/namespaces/default/endpoints/s")
    #expect(endpoints.items(at: ["subsets"])[0].items(at: ["addresses"]).count == 2)
    let slices = lab.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=s")
    #expect(slices.items(at: ["items"])[0].items(at: ["endpoints"]).count == 2)
    // Who leaves the address out keeps it.
    let kept = lab.apply(
      "/api/v1/namespaces/default/services/s", by: "A", "{apiVersion: v1, kind: Service, spec: {ports: [{port: 80, targetPort: 9090}]}}", "force")
    #expect(kept.json.string(at: ["spec", "clusterIP"]) == service.string(at: ["spec", "clusterIP"]), "\(kept.text)")
  }

  @Test func claimsAreBound() throws {
    let lab = try TestCluster()
    try lab.make(KindTests.claim)
    try lab.make(KindTests.claim.replacing("name: p", with: "name: w").replacing("spec: {", with: "spec: {storageClassName: standard-wait, "))
    lab.pass()
    let claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    #expect(lab.get("\(claims)/p").string(at: ["status", "phase"]) == "Bound")
    #expect(lab.get("\(claims)/p").string(at: ["spec", "storageClassName"]) == "standard")
    #expect(lab.get("\(claims)/w").string(at: ["status", "phase"]) == "Pending")
    try lab.make(
      "{apiVersion: v1, kind: Pod, metadata: {name: u}, spec: {containers: [{name: c, image: i}], volumes: [{name: v, persistentVolumeClaim: {claimName: w}}]}}")
    lab.pass(milliseconds: 3000)
    #expect(lab.get("\(claims)/w").string(at: ["status", "phase"]) == "Bound" && lab.get("\(pods)/u").isReadyPod)
    lab.ask("DELETE", "\(claims)/p")
    lab.pass()
    #expect(lab.get("/api/v1/persistentvolumes").items(at: ["items"]).count == 1)
  }

  @Test func namespacesEndWhenTheyAreEmpty() throws {
    let lab = try TestCluster()
    try lab.make("{apiVersion: v1, kind: Namespace, metadata: {name: room}}")
    #expect(lab.get("/api/v1/namespaces/room/serviceaccounts").items(at: ["items"]).map(\.name) == ["default"])
    let maps = "/api/v1/namespaces/room/configmaps"
    lab.ask("POST", maps, ["metadata": ["name": "held", "finalizers": ["lab.test/hold"]]])
    #expect(lab.ask("DELETE", "/api/v1/namespaces/room").json.string(at: ["status", "phase"]) == "Terminating")
    lab.pass()
    let refused = lab.ask("POST", maps, ["metadata": ["name": "late"]])
    #expect(refused.code == 403 && refused.causes == ["NamespaceTerminating metadata.namespace"])
    #expect(refused.message == "configmaps \"late\" is forbidden: unable to create new content in namespace room because it is being terminated")
    let namespace = lab.get("/api/v1/namespaces/room")
    #expect(namespace.condition("NamespaceContentRemaining")?["message"] == "Some resources are remaining: configmaps has 1 resource instances")
    #expect(namespace.condition("NamespaceFinalizersRemaining")?["message"]?.asString?.contains("lab.test/hold in 1 resource instances") == true)
    // An object that is going can be applied to, and goes all the same.
    #expect(lab.apply("\(maps)/held", by: "A", "{apiVersion: v1, kind: ConfigMap, data: {a: b}}").code == 200)
    lab.ask("PATCH", "\(maps)/held", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
    lab.pass()
    #expect(lab.ask("GET", "/api/v1/namespaces/room").code == 404)
  }

  @Test func foregroundDeletionWaitsForDependents() throws {
    let lab = try TestCluster()
    try lab.make(deployment())
    lab.pass()
    let answer = lab.ask("DELETE", "\(deployments)/web", ["propagationPolicy": "Foreground"])
    #expect(answer.json.finalizers == ["foregroundDeletion"])
    #expect(lab.ask("GET", "\(deployments)/web").code == 200)
    lab.pass()
    #expect(lab.ask("GET", "\(deployments)/web").code == 404 && podNames(lab).isEmpty)
  }

  @Test func quotasRefuse() throws {
    let lab = try TestCluster()
    try lab.make("{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: '1', requests.cpu: 500m}}}")
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: NAME}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 300m}}}]}}"
    try lab.make(pod.replacing("NAME", with: "a"))
    let refused = lab.ask("POST", pods, try YAML.value(pod.replacing("NAME", with: "b")))
    #expect(refused.code == 403)
    #expect(
      refused.message
        == "pods \"b\" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=300m, used: pods=1,requests.cpu=300m, limited: pods=1,requests.cpu=500m")
    try lab.make(deployment())
    lab.pass()
    let failure = lab.get("\(deployments)/web").condition("ReplicaFailure")
    #expect(failure?["reason"] == "FailedCreate" && failure?["message"]?.asString?.contains("exceeded quota: q") == true)
    #expect(lab.get("/api/v1/namespaces/default/resourcequotas/q")[path: ["status", "used", "pods"]] == "1")
  }

  @Test func certificatesBecomeReady() throws {
    let lab = try TestCluster()
    let definition = KindTests.definition.replacing("toys.lab.test", with: "certificates.cert-manager.io").replacing("lab.test", with: "cert-manager.io")
      .replacing("kind: Toy, plural: toys", with: "kind: Certificate, plural: certificates")
      .replacing("size: {type: integer, minimum: 1, maximum: 10}", with: "secretName: {type: string}").replacing("required: [size]", with: "required: [secretName]")
    try lab.make(definition)
    lab.pass()
    lab.ask("POST", "/apis/cert-manager.io/v1/namespaces/default/certificates", ["metadata": ["name": "c"], "spec": ["secretName": "tls"]])
    lab.pass()
    let certificate = lab.get("/apis/cert-manager.io/v1/namespaces/default/certificates/c")
    #expect(certificate.condition("Ready")?["status"] == "True")
    #expect(lab.get("/api/v1/namespaces/default/secrets/tls")["type"] == "kubernetes.io/tls")
  }

  @Test func servicesOfAPIsNeedTheirServers() throws {
    let lab = try TestCluster()
    let api = """
      {apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.more.test}, spec: {group: more.test, version: v1,
        groupPriorityMinimum: 1, versionPriority: 1, service: {name: s, namespace: default}}}
      """
    try lab.make(api)
    lab.pass()
    let path = "/apis/apiregistration.k8s.io/v1/apiservices/v1.more.test"
    #expect(lab.get(path).condition("Available")?["reason"] == "ServiceNotFound")
    try lab.make("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: web}, ports: [{port: 443}]}}")
    try lab.make(deployment())
    lab.pass(milliseconds: 4000)
    #expect(lab.get(path).condition("Available")?["status"] == "True")
  }

  @Test func ownersThatAreNotThereLeaveGarbage() throws {
    let lab = try TestCluster()
    let owner: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "nobody"]
    lab.ask("POST", configMaps, ["metadata": ["name": "left", "ownerReferences": [owner]]])
    lab.pass()
    #expect(lab.ask("GET", "\(configMaps)/left").code == 404)
  }
}
