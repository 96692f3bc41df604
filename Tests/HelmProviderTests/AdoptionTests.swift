import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// Releases that Helm made.
@Suite struct AdoptionTests {
  private static let chart = [
    "Chart.yaml": TestChart.metadata("web"), "values.yaml": "x: 1\n", "templates/c.yaml": TestChart.configMap("c", "\"{{ .Values.x }}\""),
  ]

  /// Puts into the cluster what Helm would have left there.
  /// - Parameter isOlder: whether by Helm 3, which does not apply on the server.
  private func install(
    _ stage: HelmStage, status: ReleaseRecord.Status = .deployed, revision: Int = 3, isOlder: Bool = false
  ) throws {
    let manifest = TestChart.configMap("c", "\"1\"") + "  old: gone\n"
    let object = """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: c
        namespace: default
        labels: {app.kubernetes.io/managed-by: Helm}
        annotations: {meta.helm.sh/release-name: rel, meta.helm.sh/release-namespace: default}
      data: {key: "1", old: gone}
      """
    if isOlder {
      #expect(stage.lab.ask("POST", configMaps, try YAML.value(object), query: ["fieldManager": "helm"]).code == 201)
    } else {
      try stage.lab.apply(object, by: "helm")
    }
    let chart = try Chart(directory: Self.chart.map { ChartFile(path: $0.key, text: $0.value) })
    var record = ReleaseRecord(name: "rel", namespace: "default", revision: revision, chart: chart.record, values: [:])
    record.manifest = "---\n# Source: web/templates/c.yaml\n" + manifest
    record.status = status
    record.setDeployed(first: "2024-01-01T00:00:00Z", last: "2024-01-02T00:00:00Z")
    let data = ProviderKit.Base64.encode(Array((record.encoded ?? "").utf8))
    let secret: JSONValue = [
      "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
      "metadata": [
        "name": .string("sh.helm.release.v1.rel.v\(revision)"), "namespace": "default",
        "labels": ["name": "rel", "owner": "helm", "status": .string(status.rawValue), "version": .string("\(revision)"), "team": "a"],
      ],
      "data": ["release": .string(data)],
    ]
    #expect(stage.lab.ask("POST", "/api/v1/namespaces/default/secrets", secret).code == 201)
  }

  @Test(arguments: [false, true]) func releasesOfHelmAreTakenOverWhenThatIsWanted(isOlder: Bool) async throws {
    let stage = try HelmStage(Self.chart)
    try install(stage, isOlder: isOlder)
    let text = await problems { _ = try await stage.plan() }
    #expect(text.contains("There is a release of this name already") && text.contains("upgrade_install"), "\(text)")
    let state = try await stage.apply(["upgrade_install": true])
    #expect(state["metadata"]["revision"] == 4 && state["metadata"]["first_deployed"] == 1_704_067_200)
    #expect(stage.records().map(\.status) == ["superseded", "deployed"])
    let map = stage.lab.get(configMaps + "/c")
    #expect(map["data"] == ["key": "1"], "what the manifest no longer has goes")
    #expect(map[path: ["metadata", "managedFields"]]?.asArray?.compactMap { $0["manager"]?.asString } == ["plumb"])
    let labels = stage.lab.get("/api/v1/namespaces/default/secrets/sh.helm.release.v1.rel.v4")[path: ["metadata", "labels"]]
    #expect(labels?["team"] == "a", "labels of people stay")
  }

  @Test(arguments: [ReleaseRecord.Status.pendingInstall, .pendingUpgrade, .failed])
  func whatIsNotDoneIsContinued(_ status: ReleaseRecord.Status) async throws {
    let stage = try HelmStage(Self.chart)
    try install(stage, status: status, revision: 1)
    #expect(try await stage.apply()["metadata"]["revision"] == 2)
    #expect(stage.records().map(\.status) == ["failed", "deployed"])
  }

  /// States of the other provider go on here, those of its older versions too.
  @Test(arguments: [1, 2]) func statesOfTheOtherProviderAreTakenOver(_ version: Int) async throws {
    let stage = try HelmStage(Self.chart)
    try install(stage)
    let metadata = #"{"name":"rel","namespace":"default","chart":"web","revision":3,"version":"1.0.0","values":"{}"}"#
    stage.stage.setState(
      "helm_release",
      json: """
        {"id":"rel","name":"rel","namespace":"default","chart":"/chart","version":"1.0.0","status":"deployed","wait":true,"timeout":300,
        "metadata":\(version == 1 ? "[\(metadata)]" : metadata),"values":null,"set":\(version == 1 ? "[]" : "null"),"set_list":null,"postrender":\(version == 1 ? "[]" : "null"),"atomic":false}
        """, version: version)
    let plan = try await stage.plan()
    #expect(plan.action == .update && plan.replacedFor.isEmpty)
    #expect(plan.prior["metadata"]["revision"] == 3 && plan.prior["objects"].keys == ["v1/ConfigMap/default/c"])
    #expect(try await stage.apply()["metadata"]["revision"] == 4)
  }

  /// Helm may have gone back to an older revision, or forward to a newer one.
  @Test func whatHelmDidMeanwhileIsPutRight() async throws {
    let stage = try HelmStage(Self.chart)
    try await stage.apply(["version": "1.0.0"])
    var record = try #require(stage.records().last?.record)
    record.json["version"] = 2
    record.json["config"] = ["unused": true]
    var metadata = try #require(record.json[path: ["chart", "metadata"]])
    metadata["version"] = "0.9.0"
    record.json["chart"] = ["metadata": metadata]
    let encoded = try #require(record.encoded)
    let labels: JSONValue = ["name": "rel", "owner": "helm", "status": "deployed", "version": "2"]
    let secret: JSONValue = [
      "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
      "metadata": ["name": "sh.helm.release.v1.rel.v2", "namespace": "default", "labels": labels],
      "data": ["release": .string(ProviderKit.Base64.encode(Array(encoded.utf8)))],
    ]
    #expect(stage.lab.ask("POST", "/api/v1/namespaces/default/secrets", secret).code == 201)
    let plan = try await stage.plan(["version": "1.0.0"])
    #expect(plan.action == .update && plan.prior["version"] == "0.9.0" && plan.prior["metadata"]["revision"] == 2)
    #expect(try await stage.apply(["version": "1.0.0"])["metadata"]["revision"] == 3)
    #expect(stage.records().map(\.status) == ["superseded", "superseded", "deployed"])
  }

  @Test func releasesAreImported() async throws {
    let stage = try HelmStage(Self.chart)
    try install(stage)
    let state = try await stage.stage.importObject("helm_release", id: "default/rel")
    #expect(state["chart"] == "web" && state["version"] == "1.0.0" && state["status"] == "deployed" && state["metadata"]["revision"] == 3)
    #expect(state["objects"]["v1/ConfigMap/default/c"]["data"]["old"] == "gone")
    let plan = try await stage.plan()
    #expect(plan.action == .update)
    #expect(plan.planned["objects"]["v1/ConfigMap/default/c"]["data"] == ["key": "1"])
    #expect(try await stage.apply()["metadata"]["revision"] == 4)
    #expect(await problems { try await stage.stage.importObject("helm_release", id: "default/none", name: "none") }.contains("no release none"))
  }
}
