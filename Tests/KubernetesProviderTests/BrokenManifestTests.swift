import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// What people get wrong, and what clusters refuse: each is named beside its place, in words that one can act on, and nothing is lost.
@Suite struct BrokenManifestTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    var manifest: String
    /// Applied first, when the failure is of a change.
    var before: String?
    /// Of others' objects that are there.
    var world = ""
    /// Where in the manifest it shows.
    var path: [String] = []
    var texts: [String]
    /// Whether plans cannot know it.
    var showsAtApply = false
    var arguments: [String: DynamicValue] = [:]
    var testDescription: String { what }
  }

  private static func deployment(_ spec: String = "", container: String = "", metadata: String = "") -> String {
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default\(metadata)}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: nginx\(container)}]}}\(spec)}}"
  }

  private static func configMap(_ rest: String, namespace: String = "default") -> String {
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: \(namespace)}\(rest)}"
  }

  private static let wait: [String: DynamicValue] = ["wait": [["rollout": true]], "timeouts": [["create": "40s", "update": "40s"]]]

  static let cases: [Case] = [
    Case(what: "unknown field", manifest: deployment(", replica: 3"), path: ["spec", "replica"], texts: ["replica"]),
    Case(what: "unknown field inside", manifest: deployment(container: ", imag: x"), path: ["spec", "template", "spec"], texts: ["imag"]),
    Case(what: "wrong type", manifest: deployment(", replicas: many"), path: ["spec", "replicas"], texts: ["replicas"]),
    Case(
      what: "duplicate name", manifest: deployment(container: ", env: [{name: A, value: '1'}, {name: A, value: '2'}]"),
      path: ["spec", "template", "spec"], texts: ["name", "A"]),
    Case(
      what: "selector that does not match",
      manifest: deployment().replacing("matchLabels: {app: web}", with: "matchLabels: {app: other}"), path: ["spec", "template", "metadata", "labels"],
      texts: ["selector"]),
    Case(what: "missing part", manifest: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default}, spec: {replicas: 1}}", texts: ["selector"]),
    Case(what: "no name", manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {namespace: default}}", texts: ["metadata.name"]),
    Case(what: "no kind", manifest: "{apiVersion: v1, metadata: {name: a}}", texts: ["kind"]),
    Case(what: "generated name", manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a-}}", path: ["metadata", "generateName"], texts: ["generateName"]),
    Case(what: "name that cannot be", manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: Big_Name, namespace: default}}", path: ["metadata", "name"], texts: ["Big_Name"]),
    Case(
      what: "namespace of what is in none", manifest: "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r, namespace: default}}",
      path: ["metadata", "namespace"], texts: ["not in a namespace", "remove"]),
    Case(
      what: "unknown kind", manifest: "{apiVersion: example.org/v1, kind: Widget, metadata: {name: w, namespace: default}}",
      texts: ["does not know this kind", "CustomResourceDefinition"], showsAtApply: true),
    Case(what: "missing namespace", manifest: configMap("", namespace: "nowhere"), texts: ["nowhere", "does not exist"], showsAtApply: true),
    Case(
      what: "conflict", manifest: configMap(", data: {a: ours}"), before: configMap(", data: {b: '1'}"),
      world: configMap(", data: {a: theirs}"), path: ["data", "a"], texts: [".data.a", "\"other\"", "forced"]),
    Case(
      what: "object that exists", manifest: configMap(", data: {a: ours}"), world: configMap(", data: {a: theirs}"),
      texts: ["exists already", "Import"]),
    Case(
      what: "forbidden", manifest: "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: default}}",
      world: rules("{answer: forbidden, verbs: [patch, create], resources: [secrets], message: no secrets here}"), texts: ["do not allow", "no secrets here"]),
    Case(
      what: "webhook", manifest: "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: default}, spec: {ports: [{port: 80}]}}",
      world: rules("{answer: webhook, resources: [services], message: services are closed}"), texts: ["rules.lab.plumb", "services are closed"]),
    Case(
      what: "quota", manifest: configMap(", data: {a: '1'}"),
      world: "{apiVersion: v1, kind: ResourceQuota, metadata: {name: small, namespace: default}, spec: {hard: {configmaps: '0'}}}",
      texts: ["quota", "small", "Raise"]),
    Case(
      what: "image that cannot be pulled", manifest: deployment().replacing("image: nginx", with: "image: 'broken:1'"),
      texts: ["is not ready", "ImagePull", "broken:1", "goes on waiting"], showsAtApply: true, arguments: wait),
    Case(
      what: "crash loop", manifest: deployment().replacing("metadata: {labels: {app: web}}", with: "metadata: {labels: {app: web}, annotations: {lab.plumb/behaviour: crash-loop}}"),
      texts: ["CrashLoopBackOff", "exit code 1"], showsAtApply: true, arguments: wait),
    Case(
      what: "deadline of its own", manifest: deployment(", progressDeadlineSeconds: 5").replacing("image: nginx", with: "image: 'broken:1'"),
      texts: ["will not become ready", "ProgressDeadlineExceeded"], showsAtApply: true, arguments: wait),
    Case(
      what: "job that fails",
      manifest: "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: default}, spec: {backoffLimit: 0, template: {metadata: {annotations: {lab.plumb/behaviour: fail}}, spec: {restartPolicy: Never, containers: [{name: a, image: busybox}]}}}}",
      texts: ["Job default/j failed", "Failed=True"], showsAtApply: true, arguments: wait),
    Case(
      what: "field that never comes", manifest: configMap(", data: {a: '1'}"), texts: ["status.ready is not there yet", "30s"], showsAtApply: true,
      arguments: ["wait": [["fields": ["status.ready": "*"]]], "timeouts": [["create": "30s"]]]),
    Case(what: "duration", manifest: configMap(""), texts: ["no duration"], arguments: ["timeouts": [["create": "soon"]]]),
    Case(what: "pattern", manifest: configMap(""), texts: ["no regular expression"], arguments: ["wait": [["fields": ["status": "("]]]]),
  ]

  private static func rules(_ rule: String) -> String {
    "{apiVersion: v1, kind: Namespace, metadata: {name: plumb-lab}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: rules, namespace: plumb-lab}, data: {rules.yaml: '[\(rule)]'}}"
  }

  @Test(arguments: cases) func isNamed(_ example: Case) async throws {
    let world = try LabWorld()
    let stage = ProviderTest(KubernetesAPI.self, surroundings: world.surroundings)
    func configuration(_ yaml: String) throws -> DynamicValue {
      .object(example.arguments.merging(["manifest": DynamicValue(try YAML.value(yaml))]) { $1 })
    }
    let type = "kubernetes_manifest"
    if let before = example.before { try await stage.apply(type, try configuration(before)) }
    if !example.world.isEmpty { try world.apply(example.world, by: "other") }
    let kept = try await stage.state(type)
    var found: ProviderProblems?
    if example.showsAtApply {
      let plan = try await stage.plan(type, try configuration(example.manifest))
      found = await #expect(throws: ProviderProblems.self) { try await stage.apply(plan, type) }
    } else {
      found = await #expect(throws: ProviderProblems.self) { try await stage.plan(type, try configuration(example.manifest)) }
      #expect(try await stage.state(type) == kept)
    }
    let problem = try #require(found?.problems.first)
    for text in example.texts { #expect("\(problem.summary) \(problem.detail)".contains(text), "\(problem)") }
    if !example.path.isEmpty {
      let path = example.path.reduce(AttributePath("manifest")) { $0.attribute($1) }
      #expect(problem.path == path, "\(problem)")
    }
  }
}
