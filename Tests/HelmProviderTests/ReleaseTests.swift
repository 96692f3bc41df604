import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// Releases in a cluster, from the first revision to the end.
@Suite struct ReleaseTests {
  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: {{ .Values.replicas }}
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - {name: web, image: "nginx:{{ .Values.tag }}", resources: {limits: {cpu: 1000m}}}

    """
  private static let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"
  private static let chart = [
    "Chart.yaml": TestChart.metadata("web"), "values.yaml": "replicas: 1\ntag: \"1\"\nextra: true\n", "templates/deployment.yaml": deployment,
    "templates/service.yaml": service,
    "templates/config.yaml": "{{ if .Values.extra }}" + TestChart.configMap("extra", "v") + "{{ end }}", "templates/NOTES.txt": "Tag {{ .Values.tag }}",
  ]

  @Test func releasesAreInstalledUpgradedAndRemovedObjectByObject() async throws {
    let stage = try HelmStage(Self.chart)
    let plan = try await stage.plan()
    let planned = plan.planned["objects"]
    #expect(planned.keys == ["apps/v1/Deployment/default/web", "v1/ConfigMap/default/extra", "v1/Service/default/web"])
    #expect(planned["apps/v1/Deployment/default/web"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] == "1", "as the server stores it")
    #expect(planned["v1/Service/default/web"]["spec"]["clusterIP"].isUnknown)
    #expect(planned["v1/Service/default/web"]["spec"]["type"] == "ClusterIP")
    let state = try await stage.apply()
    #expect(state["status"] == "deployed" && state["version"] == "1.0.0" && state["metadata"]["revision"] == 1)
    #expect(state["metadata"]["notes"] == "Tag 1" && state["metadata"]["app_version"] == "2.0")
    #expect(state["objects"]["v1/Service/default/web"]["spec"]["clusterIP"].string?.isEmpty == false)
    #expect(stage.lab.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["status", "availableReplicas"]] == 1, "it was waited for")
    let labels = stage.lab.get(configMaps + "/extra")
    #expect(labels[path: ["metadata", "labels", "app.kubernetes.io/managed-by"]] == "Helm")
    #expect(labels[path: ["metadata", "annotations", "meta.helm.sh/release-name"]] == "rel")
    // One object changes, one goes, one comes.
    try stage.rewrite("templates/new.yaml", TestChart.configMap("new", "v"))
    let values: [String: DynamicValue] = ["set": [["name": "tag", "value": "2", "type": "string"], ["name": "extra", "value": "false"]]]
    let second = try await stage.plan(values)
    #expect(second.action == .update)
    let (before, after) = (second.prior["objects"], second.planned["objects"])
    #expect(after.keys == ["apps/v1/Deployment/default/web", "v1/ConfigMap/default/new", "v1/Service/default/web"])
    #expect(before["v1/Service/default/web"] == after["v1/Service/default/web"], "what does not change does not show")
    #expect(after["apps/v1/Deployment/default/web"]["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:2")
    let upgraded = try await stage.apply(values)
    #expect(upgraded["metadata"]["revision"] == 2 && upgraded["description"] == "Upgrade complete")
    #expect(!stage.exists(configMaps + "/extra") && stage.exists(configMaps + "/new"))
    #expect(stage.records().map(\.status) == ["superseded", "deployed"])
    try await stage.stage.destroy("helm_release")
    #expect(stage.records().isEmpty && !stage.exists(configMaps + "/new") && !stage.exists("/apis/apps/v1/namespaces/default/deployments/web"))
  }

  @Test func driftOfOneObjectShowsAndIsTakenBack() async throws {
    let stage = try HelmStage(Self.chart)
    try await stage.apply()
    try stage.lab.edit("/apis/apps/v1/namespaces/default/deployments/web", ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "evil"]]]]]])
    let plan = try await stage.plan()
    #expect(plan.action == .update)
    let path = "apps/v1/Deployment/default/web"
    #expect(plan.prior["objects"][path]["spec"]["template"]["spec"]["containers"][0]["image"] == "evil")
    #expect(plan.planned["objects"][path]["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1")
    for key in ["v1/Service/default/web", "v1/ConfigMap/default/extra"] { #expect(plan.prior["objects"][key] == plan.planned["objects"][key]) }
    try await stage.apply()
    // What others add of their own is not ours.
    try stage.lab.edit(configMaps + "/extra", ["data": ["theirs": "1"], "metadata": ["labels": ["theirs": "1"]]])
    #expect(try await stage.plan().action == .noChange)
    _ = stage.lab.ask("DELETE", configMaps + "/extra")
    let again = try await stage.plan()
    #expect(again.action == .update && again.prior["objects"]["v1/ConfigMap/default/extra"].isNull)
    try await stage.apply()
    #expect(stage.exists(configMaps + "/extra"))
  }

  @Test func recordsAreThoseOfHelmAndAreKeptInNumber() async throws {
    let stage = try HelmStage(Self.chart)
    for tag in ["1", "2", "3", "4"] {
      try await stage.apply(["max_history": 2, "values": ["tag: \"\(tag)\"\n"]])
    }
    #expect(try await stage.plan(["max_history": 2, "values": ["tag: \"4\"\n"], "timeout": 600]).action == .update)
    try await stage.apply(["max_history": 2, "values": ["tag: \"4\"\n"], "timeout": 600])
    let records = stage.records()
    #expect(records.map(\.record.revision) == [3, 4] && records.map(\.status) == ["superseded", "deployed"])
    let last = try #require(records.last?.record)
    #expect(last.values == ["tag": "4"] && last.manifest.contains("image: \"nginx:4\"") && last.notes == "Tag 4" && last.json["apply_method"] == "csa")
    #expect(last.manifest.hasPrefix("---\n# Source: web/templates/config.yaml\n"))
    let secret = stage.lab.get("/api/v1/namespaces/default/secrets/sh.helm.release.v1.rel.v4")
    #expect(secret["type"] == "helm.sh/release.v1")
    let labels = secret[path: ["metadata", "labels"]]
    #expect(labels?["owner"] == "helm" && labels?["name"] == "rel" && labels?["version"] == "4" && labels?["modifiedAt"] != nil)
  }

  @Test func recordsMayLieElsewhereOrNowhere() async throws {
    let chart = ["Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v")]
    let maps = try HelmStage(chart, configuration: ["helm_driver": "configmap"])
    try await maps.apply()
    let record = maps.lab.get(configMaps + "/sh.helm.release.v1.rel.v1")[path: ["data", "release"]]?.asString
    #expect(record.flatMap(ReleaseRecord.init(encoded:))?.status == .deployed && maps.records().isEmpty)
    try await maps.stage.destroy("helm_release")
    #expect(!maps.exists(configMaps + "/sh.helm.release.v1.rel.v1"))
    let nowhere = try HelmStage(chart, configuration: ["helm_driver": "memory"])
    #expect(try await nowhere.apply()["status"] == "deployed")
    #expect(nowhere.records().isEmpty && nowhere.exists(configMaps + "/c"))
    try await nowhere.stage.destroy("helm_release")
    #expect(!nowhere.exists(configMaps + "/c"))
  }

  @Test func randomValuesAreMadeOnce() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "values.yaml": "x: 1\n",
      "templates/s.yaml":
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: {{ randAlphaNum 20 }}, x: \"{{ .Values.x }}\"}\n",
      "templates/c.yaml": TestChart.configMap("c", "\"{{ now | unixEpoch }} {{ .Release.Revision }}\""),
    ])
    let plan = try await stage.plan()
    #expect(plan.planned["objects"]["v1/Secret/default/s"]["data"]["password"].isUnknown)
    #expect(plan.planned["objects"]["v1/ConfigMap/default/c"]["data"]["key"].isUnknown, "it is not the same in each plan of a new release")
    #expect(plan.planned["objects"]["v1/ConfigMap/default/c"]["kind"] == "ConfigMap")
    let state = try await stage.apply()
    let path = "/api/v1/namespaces/default/secrets/s"
    let password = try #require(stage.lab.get(path)[path: ["data", "password"]]?.asString)
    let text = try #require(ProviderKit.Base64.decode(password).map { String(decoding: $0, as: UTF8.self) })
    for shown in [plan.planned, state] { #expect(!shown.description.contains(text) && !shown.description.contains(password)) }
    stage.lab.pass(.seconds(3600))
    #expect(try await stage.plan().action == .noChange)
    let change = try await stage.plan(["set": [["name": "x", "value": "2"]]])
    let data = { (value: DynamicValue, name: String) in value["objects"]["v1/Secret/default/s"]["data"][name] }
    #expect(data(change.prior, "password") == data(change.planned, "password") && data(change.prior, "x") != data(change.planned, "x"))
    try await stage.apply(["set": [["name": "x", "value": "2"]]])
    #expect(stage.lab.get(path)[path: ["data", "password"]]?.asString == password)
  }

  @Test func chartsFindOthersAsTheyAreAndThemselvesAsTheyWere() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"),
      "templates/s.yaml": "{{ if not (lookup \"v1\" \"Secret\" .Release.Namespace \"s\") }}apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n{{ end }}",
      "templates/c.yaml": TestChart.configMap("c", "\"{{ (lookup \"v1\" \"ConfigMap\" \"default\" \"theirs\").data.x }}{{ len (lookup \"v1\" \"ConfigMap\" \"default\" \"\").items }}\""),
    ])
    try stage.lab.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs, namespace: default}\ndata: {x: one}\n")
    let plan = try await stage.plan()
    try await stage.stage.apply(plan, "helm_release")
    #expect(stage.lab.get(configMaps + "/c")[path: ["data", "key"]] == "one2")
    // Its own map is there now, so that the list is longer; its own secret was not there when it was made.
    let second = try await stage.plan()
    #expect(second.planned["objects"]["v1/ConfigMap/default/c"]["data"]["key"] == "one3" && second.planned["objects"].keys.count == 2)
    try await stage.apply()
    try stage.lab.edit(configMaps + "/theirs", ["data": ["x": "two"]])
    try await stage.apply()
    #expect(stage.lab.get(configMaps + "/c")[path: ["data", "key"]] == "two3" && stage.exists("/api/v1/namespaces/default/secrets/s"))
  }

  @Test func secretsAreNotShown() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "values.yaml": "a: none\nb: none\n",
      "templates/c.yaml": TestChart.configMap("c", "\"https://me:{{ .Values.a }}@host/{{ .Values.b }}\"", key: "url"), "templates/NOTES.txt": "{{ .Values.a }}",
    ], configuration: ["experiments": ["manifest": true]])
    let arguments: [String: DynamicValue] = [
      "set_sensitive": [["name": "a", "value": "hunter22"]], "set_wo": [["name": "b", "value": "hunter33"]], "set_wo_revision": 1,
    ]
    let plan = try await stage.plan(arguments)
    let state = try await stage.apply(arguments)
    #expect(stage.lab.get(configMaps + "/c")[path: ["data", "url"]] == "https://me:hunter22@host/hunter33")
    for shown in [plan.planned, state] {
      let text = shown.removing("set_sensitive").description
      #expect(!text.contains("hunter22") && !text.contains("hunter33"), "\(text)")
    }
    try stage.rewrite("templates/f.yaml", "{{ if .Values.oops }}{{ fail (print \"no \" .Values.a) }}{{ end }}")
    let failed = await problems { _ = try await stage.plan(arguments.merging(["set": [["name": "oops", "value": "true"]]]) { $1 }) }
    #expect(failed.contains("no (sensitive)"), "\(failed)")
    // Nobody said that what is write-only changed.
    var other = arguments
    other["set_wo"] = [["name": "b", "value": "hunter44"]]
    #expect(try await stage.plan(other).action == .noChange)
    other["set_wo_revision"] = 2
    try await stage.apply(other)
    #expect(stage.lab.get(configMaps + "/c")[path: ["data", "url"]] == "https://me:hunter22@host/hunter44")
  }

  @Test func definitionsAndTheirObjectsComeTogether() async throws {
    let definition = """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
        versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}SIZE}}}}

      """
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "crds/widgets.yaml": definition.replacing("SIZE", with: ""), "values.yaml": "size: 1\n",
      "templates/w.yaml":
        "{{ if .Capabilities.APIVersions.Has \"example.com/v1/Widget\" }}apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: {{ .Values.size }}}\n{{ end }}",
    ])
    let wrong = await problems { _ = try await stage.plan(["set": [["name": "size", "value": "big"]]]) }
    #expect(wrong.contains("web/templates/w.yaml makes example.com/v1/Widget/default/w") && wrong.contains("size"), "\(wrong)")
    let state = try await stage.apply()
    #expect(state["objects"].keys == ["apiextensions.k8s.io/v1/CustomResourceDefinition/widgets.example.com", "example.com/v1/Widget/default/w"])
    #expect(stage.exists("/apis/example.com/v1/namespaces/default/widgets/w"))
    try stage.rewrite("crds/widgets.yaml", definition.replacing("SIZE", with: ", color: {type: string}"))
    #expect(try await stage.plan().action == .update, "definitions are upgraded, too")
    try await stage.apply()
    try await stage.stage.destroy("helm_release")
    #expect(stage.exists("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com"), "and stay")
    #expect(!stage.exists("/apis/example.com/v1/namespaces/default/widgets/w"))
  }

  @Test func namespacesAreMadeWhenThatIsWanted() async throws {
    let chart = ["Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v")]
    let arguments: [String: DynamicValue] = ["namespace": "shop", "create_namespace": true, "max_history": 3]
    let plain = try await HelmStage(chart).plan(arguments)
    #expect(plain.planned["objects"]["v1/ConfigMap/shop/c"].isUnknown, "a host that plans twice may find the namespace the second time")
    let stage = try HelmStage(chart, isDeferralAllowed: true)
    let plan = try await stage.plan(arguments)
    #expect(plan.planned["objects"]["v1/ConfigMap/shop/c"]["data"]["key"] == "v", "shown as it is written, checked when it is applied")
    try await stage.apply(arguments)
    #expect(stage.exists("/api/v1/namespaces/shop/configmaps/c") && stage.records(namespace: "shop").count == 1)
    try await stage.stage.destroy("helm_release")
    #expect(stage.exists("/api/v1/namespaces/shop"))
  }

  @Test func fieldsThatCannotChangeNeedForce() async throws {
    let stage = try HelmStage(["Chart.yaml": TestChart.metadata("web"), "values.yaml": "app: one\n", "templates/d.yaml": Self.deployment.replacing("app: web", with: "app: {{ .Values.app }}").replacing(".Values.replicas", with: "1").replacing("{{ .Values.tag }}", with: "1")])
    try await stage.apply()
    let values: DynamicValue = [["name": "app", "value": "two"]]
    let text = await problems { _ = try await stage.plan(["set": values]) }
    #expect(text.contains("can only be replaced") && text.contains("spec.selector") && text.contains("force_update"), "\(text)")
    let uid = stage.lab.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["metadata", "uid"]]
    try await stage.apply(["set": values, "force_update": true])
    #expect(stage.lab.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["metadata", "uid"]] != uid)
  }

  @Test func valuesOfTheRevisionBeforeAndPodsAreRenewedWhenThatIsWanted() async throws {
    let stage = try HelmStage(Self.chart)
    try await stage.apply(["values": ["tag: \"7\"\n"]])
    let pods = { stage.lab.get("/api/v1/namespaces/default/pods")["items"]?.asArray?.compactMap { $0[path: ["metadata", "uid"]]?.asString } ?? [] }
    let before = pods()
    try await stage.apply(["reuse_values": true, "recreate_pods": true, "set": [["name": "extra", "value": "false"]]])
    #expect(stage.lab.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["spec", "template", "spec", "containers"]]?[0]?["image"] == "nginx:7")
    #expect(stage.records().last?.record.values.keys.sorted() == ["extra", "tag"])
    stage.lab.pass(.seconds(60))
    #expect(before.count == 1 && pods().count == 1 && pods() != before)
  }

  @Test func objectsOfOthersAreNotTaken() async throws {
    let stage = try HelmStage(["Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v")])
    try stage.lab.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: default}\ndata: {key: theirs}\n")
    let text = await problems { _ = try await stage.plan() }
    #expect(text.contains("exists already") && text.contains("take_ownership"), "\(text)")
    try await stage.apply(["take_ownership": true])
    #expect(stage.lab.get(configMaps + "/c")[path: ["data", "key"]] == "v")
  }

  @Test func whatIsToBeKeptStays() async throws {
    let keep = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: k, annotations: {helm.sh/resource-policy: keep}}\n"
    let stage = try HelmStage(["Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v"), "templates/k.yaml": keep])
    try await stage.apply()
    try stage.rewrite("templates/k.yaml", nil)
    let plan = try await stage.plan()
    #expect(plan.planned["objects"].keys == ["v1/ConfigMap/default/c"])
    try await stage.apply()
    #expect(stage.exists(configMaps + "/k"))
    #expect(stage.stage.warnings.contains { $0.summary.contains("v1/ConfigMap/default/k stays") })
  }

  /// As hosts do with what is tainted, or is to be replaced by the word of a person.
  @Test func releasesAreMadeAnew() async throws {
    let stage = try HelmStage(Self.chart)
    try await stage.apply()
    let uid = stage.lab.get(configMaps + "/extra")[path: ["metadata", "uid"]]
    let plan = try await stage.stage.plan("helm_release", stage.release(), name: "again")
    #expect(plan.action == .create && plan.planned["metadata"]["notes"] == "Tag 1")
    try await stage.stage.destroy("helm_release")
    try await stage.stage.apply(plan, "helm_release", name: "again")
    #expect(stage.lab.get(configMaps + "/extra")[path: ["metadata", "uid"]] != uid)
    #expect(stage.records().map(\.record.revision) == [1])
  }

  @Test func withoutAClusterOnlyTemplatesWork() async throws {
    let stage = try HelmStage(Self.chart, environment: ["HOME": "/root"])
    let text = await problems { _ = try await stage.plan() }
    #expect(text.contains("config_path") && text.contains("KUBE_"), "\(text)")
    #expect(try await stage.stage.read("helm_template", stage.release())["notes"] == "Tag 1")
    let later: DynamicValue = ["kubernetes": ["config_path": "/later"]]
    #expect(try await HelmStage(Self.chart, configuration: later, isDeferralAllowed: true).plan().action == .deferred("absent_prereq"))
    let plan = try await HelmStage(Self.chart, configuration: later).plan()
    #expect(plan.action == .create && plan.planned["version"] == "1.0.0" && plan.planned["objects"].isUnknown)
  }

  @Test func whatIsNotKnownIsPlannedLater() async throws {
    let stage = try HelmStage(Self.chart)
    let plan = try await stage.plan(["values": [.unknown]])
    #expect(plan.action == .create && plan.planned["objects"].isUnknown && plan.planned["metadata"].isUnknown)
    let unreachable = try HelmStage(Self.chart, isDeferralAllowed: true)
    unreachable.lab.script { _, _ in .unreachable }
    #expect(try await unreachable.plan().action == .deferred("absent_prereq"))
  }
}
