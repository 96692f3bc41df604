import LabSupport
import ProviderKit
import Testing
import YAML

@testable import HelmProvider

/// Charts that cannot be installed: the plan says so, with what a person needs to mend it, and nothing happens.
@Suite struct BrokenChartTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var files: [String: String]
    var arguments: [String: DynamicValue] = [:]
    /// What the message must say.
    var says: [String]
  }

  private static func pod(_ container: String, metadata: String = "") -> String {
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p\(metadata)}\nspec: {containers: [{name: c, image: i\(container)}]}\n"
  }

  static let charts = [
    Broken(testDescription: "unknown function", files: ["templates/a.yaml": "x: 1\ny: {{ nonsense 1 }}\n"], says: ["web/templates/a.yaml:2", "nonsense"]),
    Broken(testDescription: "missing map on the way", files: ["templates/a.yaml": "x: {{ .Values.a.b }}"], says: ["web/templates/a.yaml:1", ".Values.a.b"]),
    Broken(testDescription: "comparison of kinds", files: ["templates/a.yaml": "{{ if eq .Values.port \"1\" }}{{ end }}", "values.yaml": "port: 1"], says: ["incompatible types"]),
    Broken(testDescription: "output that is no YAML", files: ["templates/a.yaml": "a: b\n  c: d\n"], says: ["web/templates/a.yaml: line 2 of its output", "c: d"]),
    Broken(testDescription: "object without a kind", files: ["templates/a.yaml": "apiVersion: v1\nmetadata: {name: a}\n"], says: ["web/templates/a.yaml", "no kind"]),
    Broken(testDescription: "object without a name", files: ["templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\n"], says: ["web/templates/a.yaml", "metadata.name"]),
    Broken(
      testDescription: "an object twice",
      files: ["templates/a.yaml": TestChart.configMap("a", "1"), "templates/b.yaml": TestChart.configMap("a", "2")],
      says: ["Both web/templates/a.yaml and web/templates/b.yaml make v1/ConfigMap/default/a"]),
    Broken(testDescription: "unknown field", files: ["templates/a.yaml": pod(", imagee: x")], says: ["web/templates/a.yaml makes v1/Pod/default/p", "imagee"]),
    Broken(testDescription: "wrong type", files: ["templates/a.yaml": pod(", tty: \"yes\"")], says: ["v1/Pod/default/p", "tty"]),
    Broken(testDescription: "duplicate list key", files: ["templates/a.yaml": pod(", env: [{name: A, value: \"1\"}, {name: A, value: \"2\"}]")], says: ["v1/Pod/default/p", "duplicate"]),
    Broken(testDescription: "invalid value", files: ["templates/a.yaml": pod(", imagePullPolicy: Sometimes")], says: ["imagePullPolicy", "Always"]),
    Broken(testDescription: "refusal by a webhook", files: ["templates/a.yaml": pod("", metadata: ", annotations: {lab.plumb/refuse: \"not on Fridays\"}")], says: ["not on Fridays"]),
    Broken(testDescription: "values against the schema", files: ["values.schema.json": #"{"required":["host"]}"#], says: ["(values)", "host"]),
    Broken(testDescription: "values that are no mapping", files: [:], arguments: ["values": ["- a\n"]], says: ["values[0]", "mapping"]),
    Broken(testDescription: "a list index that is none", files: [:], arguments: ["set": [["name": "a[x]", "value": "1"]]], says: ["set[0]", "index"]),
    Broken(testDescription: "library chart", files: ["Chart.yaml": TestChart.metadata("web", "1.0.0", "type: library\n")], says: ["library chart"]),
    Broken(testDescription: "other version of Kubernetes", files: ["Chart.yaml": TestChart.metadata("web", "1.0.0", "kubeVersion: \"<1.20\"\n")], says: ["requires kubeVersion <1.20", "1.36"]),
    Broken(
      testDescription: "missing dependency",
      files: ["Chart.yaml": TestChart.metadata("web", "1.0.0", "dependencies: [{name: db, version: 1.x, repository: https://x.test}]\n")],
      says: ["db", "charts/"]),
    Broken(testDescription: "no Chart.yaml", files: ["Chart.yaml": "name: web\n"], says: ["version is required"]),
    Broken(testDescription: "no chart", files: [:], arguments: ["chart": "/nowhere"], says: ["(chart)", "/nowhere"]),
    Broken(testDescription: "no repository", files: [:], arguments: ["chart": "bitnami/redis"], says: ["(repository)", "bitnami"]),
    Broken(testDescription: "a name that is too long", files: [:], arguments: ["name": .string(String(repeating: "x", count: 54))], says: ["name", "between 1 and 53"]),
  ]

  @Test(arguments: charts) func isRefusedInThePlan(_ broken: Broken) async throws {
    let stage = try HelmStage(["Chart.yaml": TestChart.metadata("web"), "templates/ok.yaml": TestChart.configMap("ok", "v")].merging(broken.files) { $1 })
    let text = await problems { _ = try await stage.plan(broken.arguments) }
    for part in broken.says { #expect(text.contains(part), "\(text)") }
    #expect(!stage.lab.log.contains { $0.method != "GET" && $0.query["dryRun"] == nil }, "a plan changes nothing")
  }

  /// One object of several is refused only when it is applied; the others stay, and the next run goes on.
  @Test func whatIsAppliedBeforeAnErrorIsKept() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "templates/a.yaml": TestChart.configMap("a", "v"), "templates/b.yaml": TestChart.configMap("b", "v"),
      "templates/z.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: z}\nspec: {ports: [{port: 80}]}\n",
    ])
    let plan = try await stage.plan()
    stage.lab.script { request, _ in
      request.method == "PATCH" && request.path.hasSuffix("/services/z") ? .answer(WebResponse(status: 403, text: #"{"kind":"Status","code":403,"reason":"Forbidden","message":"services \"z\" is forbidden: no"}"#)) : nil
    }
    let text = await problems { try await stage.stage.apply(plan, "helm_release") }
    #expect(text.contains("web/templates/z.yaml makes v1/Service/default/z") && text.contains("credentials do not allow it"), "\(text)")
    let state = try #require(try await stage.stage.state("helm_release"))
    #expect(state["status"] == "failed" && state["objects"].keys == ["v1/ConfigMap/default/a", "v1/ConfigMap/default/b"])
    stage.lab.script(nil)
    #expect(try await stage.apply()["objects"].keys.count == 3)
  }
}
