import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// What runs before and after, and what happens when something fails.
@Suite struct HookTests {
  private func job(_ name: String, _ event: String, weight: Int = 0, policy: String = "before-hook-creation", fails: Bool = false) -> String {
    """
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: \(name)
      annotations: {helm.sh/hook: "\(event)", helm.sh/hook-weight: "\(weight)", helm.sh/hook-delete-policy: "\(policy)"}
    spec:
      backoffLimit: 0
      template:
        metadata:
          annotations: {lab.plumb/behaviour: "\(fails ? "fail" : "")"}
        spec:
          restartPolicy: Never
          containers: [{name: c, image: busybox}]

    """
  }

  /// The names of the objects that were made, in their order.
  private func made(_ stage: HelmStage) -> [String] {
    stage.lab.log.filter { $0.method == "PATCH" && $0.query["dryRun"] == nil }.compactMap { $0.path.split(separator: "/").last.map(String.init) }
  }

  @Test func hooksRunInOrderAndGoAsTheirPoliciesSay() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "values.yaml": "x: 1\n", "templates/c.yaml": TestChart.configMap("c", "\"{{ .Values.x }}\""),
      "templates/1.yaml": job("late", "pre-install,pre-upgrade", weight: 5), "templates/2.yaml": job("early", "pre-install", weight: -5, policy: "hook-succeeded"),
      "templates/3.yaml": job("after", "post-install"), "templates/4.yaml": job("bye", "pre-delete", policy: "hook-succeeded"),
    ])
    let state = try await stage.apply()
    #expect(made(stage) == ["early", "late", "c", "after"])
    #expect(!stage.exists(jobs + "/early") && stage.exists(jobs + "/late") && stage.exists(jobs + "/after"))
    #expect(state["hooks"]["batch/v1/Job/default/early"]["events"] == ["pre-install"])
    #expect(state["objects"].keys == ["v1/ConfigMap/default/c"], "hooks are no objects of the release")
    let recorded = try #require(stage.records().last?.record.hooks.first { $0["name"]?.asString == "early" })
    #expect(recorded[path: ["last_run", "phase"]] == "Succeeded" && recorded["weight"] == -5)
    try stage.lab.edit(configMaps + "/c", ["data": ["key": "theirs"]])
    stage.lab.forgetLog()
    #expect(try await stage.apply()["description"] == "Upgrade complete")
    #expect(made(stage) == ["late", "c"], "to put something right is no installation")
    let uid = stage.lab.get(jobs + "/late")[path: ["metadata", "uid"]]
    stage.lab.forgetLog()
    try await stage.apply(["set": [["name": "x", "value": "2"]]])
    #expect(made(stage) == ["late", "c"])
    #expect(stage.lab.get(jobs + "/late")[path: ["metadata", "uid"]] != uid, "made anew")
    try stage.lab.edit(configMaps + "/c", ["data": ["key": "theirs"]])
    stage.lab.forgetLog()
    try await stage.apply(["set": [["name": "x", "value": "2"]]])
    #expect(made(stage) == ["late", "c"], "to put something right is an upgrade")
    stage.lab.forgetLog()
    try await stage.stage.destroy("helm_release")
    #expect(made(stage) == ["bye"] && !stage.exists(jobs + "/bye") && stage.exists(jobs + "/late"))
  }

  @Test(arguments: [false, true]) func jobsMayDeleteThemselves(fails: Bool) async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v"),
      "templates/h.yaml": job("h", "pre-install", fails: fails).replacing("backoffLimit: 0", with: "backoffLimit: 0\n  ttlSecondsAfterFinished: 0"),
    ])
    let text = await problems { try await stage.apply() }
    #expect(text.contains("The pre-install hook Job h") == fails && stage.exists(configMaps + "/c") != fails, "\(text)")
    #expect(!stage.exists(jobs + "/h") || fails)
  }

  @Test func podsAreAwaitedUntilTheyAreDone() async throws {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {helm.sh/hook: pre-install, lab.plumb/behaviour: BEHAVIOUR}}\nspec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}\n"
    let chart = ["Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v")]
    let good = try HelmStage(chart.merging(["templates/p.yaml": pod.replacing("BEHAVIOUR", with: "\"\"")]) { $1 })
    try await good.apply()
    #expect(good.lab.get("/api/v1/namespaces/default/pods/p")[path: ["status", "phase"]] == "Succeeded")
    let bad = try HelmStage(chart.merging(["templates/p.yaml": pod.replacing("BEHAVIOUR", with: "fail")]) { $1 })
    let text = await problems { try await bad.apply() }
    #expect(text.contains("pre-install hook Pod p") && !bad.exists(configMaps + "/c"), "\(text)")
  }

  @Test func aFailedHookFailsTheReleaseAndTheNextRunGoesOn() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v"),
      "templates/h.yaml": job("h", "post-install,post-upgrade", policy: "before-hook-creation,hook-failed", fails: true),
    ])
    let text = await problems { try await stage.apply() }
    #expect(text.contains("post-install hook Job h (web/templates/h.yaml) failed"), "\(text)")
    #expect(stage.exists(configMaps + "/c") && !stage.exists(jobs + "/h"))
    #expect(stage.records().map(\.status) == ["failed"])
    let state = try #require(try await stage.stage.state("helm_release"))
    #expect(state["status"] == "failed" && state["objects"].keys == ["v1/ConfigMap/default/c"])
    let uid = stage.lab.get(configMaps + "/c")[path: ["metadata", "uid"]]
    try stage.rewrite("templates/h.yaml", job("h", "post-install,post-upgrade"))
    let healed = try await stage.apply()
    #expect(healed["status"] == "deployed" && stage.records().map(\.status) == ["failed", "deployed"])
    #expect(stage.lab.get(configMaps + "/c")[path: ["metadata", "uid"]] == uid, "nothing is made anew")
  }

  /// Hosts remove what they call tainted, and make it anew.
  @Test func taintedInstallationsAreGoneOnWith() async throws {
    let stage = try HelmStage(
      [
        "Chart.yaml": TestChart.metadata("web"), "templates/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: {{ randAlphaNum 20 }}}\n",
        "templates/h.yaml": job("h", "post-install", fails: true),
      ], isDeferralAllowed: true)
    _ = await problems { try await stage.apply() }
    let before = stage.lab.get("/api/v1/namespaces/default/secrets/s")
    try stage.rewrite("templates/h.yaml", job("h", "post-install"))
    try await stage.stage.refresh("helm_release")
    let plan = try await stage.stage.plan("helm_release", stage.release(), name: "again")
    try await stage.stage.destroy("helm_release")
    try await stage.stage.apply(plan, "helm_release", name: "again")
    let after = stage.lab.get("/api/v1/namespaces/default/secrets/s")
    #expect(after[path: ["metadata", "uid"]] == before[path: ["metadata", "uid"]] && after["data"] == before["data"])
    #expect(stage.records().map(\.status) == ["failed", "deployed"])
    #expect(try await stage.stage.plan("helm_release", stage.release(), name: "again").action == .noChange)
    try await stage.stage.destroy("helm_release", name: "again")
    #expect(!stage.exists("/api/v1/namespaces/default/secrets/s") && stage.records().isEmpty)
  }

  @Test func whoComesSecondWaits() async throws {
    let stage = try HelmStage(["Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v")])
    let plan = try await stage.plan()
    // Between the look at the history and the first record somebody else is faster.
    stage.lab.script { [lab = stage.lab] request, _ in
      if request.method == "POST", request.path.hasSuffix("/secrets"), request.headers["user-agent"]?.contains("plumb") ?? false {
        _ = lab.ask(
          "POST", "/api/v1/namespaces/default/secrets",
          ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "sh.helm.release.v1.rel.v1", "namespace": "default"]])
      }
      return nil
    }
    let text = await problems { try await stage.stage.apply(plan, "helm_release") }
    #expect(text.contains("being changed by somebody else") && !stage.exists(configMaps + "/c"), "\(text)")
  }

  @Test func nothingIsLostWhenTheFirstStepFails() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v"), "templates/h.yaml": job("h", "pre-install", fails: true),
    ])
    _ = await problems { try await stage.apply() }
    #expect(try await stage.stage.state("helm_release") == nil && stage.records().isEmpty && !stage.exists(configMaps + "/c"))
    try stage.rewrite("templates/h.yaml", job("h", "pre-install"))
    #expect(try await stage.apply()["metadata"]["revision"] == 1)
  }

  @Test func atomicReleasesAreUndone() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "values.yaml": "x: 1\nbad: false\n", "templates/c.yaml": TestChart.configMap("c", "\"{{ .Values.x }}\""),
      "templates/d.yaml": "{{ if .Values.bad }}" + TestChart.configMap("d", "v") + "{{ end }}",
      "templates/h.yaml": "{{ if .Values.bad }}" + job("h", "post-install,post-upgrade", fails: true) + "{{ end }}",
    ])
    let bad: DynamicValue = [["name": "x", "value": "2"], ["name": "bad", "value": "true"]]
    _ = await problems { try await stage.apply(["atomic": true, "set": bad]) }
    #expect(try await stage.stage.state("helm_release") == nil && !stage.exists(configMaps + "/c") && stage.records().isEmpty)
    try await stage.apply(["atomic": true])
    _ = await problems { try await stage.apply(["atomic": true, "set": bad]) }
    #expect(stage.lab.get(configMaps + "/c")[path: ["data", "key"]] == "1" && !stage.exists(configMaps + "/d"))
    #expect(stage.records().map(\.status) == ["superseded", "failed", "deployed"])
    #expect(stage.records().last?.record.description == "Rollback to 1")
    #expect(try await stage.plan(["atomic": true]).planned["status"] == "deployed")
  }

  @Test func theWholeMayHaveALimit() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"), "templates/c.yaml": TestChart.configMap("c", "v"), "templates/h.yaml": job("h", "pre-install"),
    ])
    #expect(await problems { _ = try await stage.plan(["timeouts": ["create": "soon"]]) }.contains("such as \"30s\""))
    let text = await problems { try await stage.apply(["timeouts": ["create": "500ms"]]) }
    #expect(text.contains("The time is over") && text.contains("timeouts"), "\(text)")
    #expect(!stage.exists(configMaps + "/c"))
    #expect(TimeoutArguments.duration("1h30m") == .seconds(5400) && TimeoutArguments.duration("1.5s") == .milliseconds(1500))
    try await stage.apply(["timeouts": ["create": "10m"]])
  }

  @Test func whatIsNotReadyInTimeIsAwaitedByTheNextRun() async throws {
    let deployment = """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "{{ .Values.image }}"}]}

      """
    let stage = try HelmStage(["Chart.yaml": TestChart.metadata("web"), "values.yaml": "image: nginx\n", "templates/d.yaml": deployment])
    let text = await problems { try await stage.apply(["timeout": 20, "set": [["name": "image", "value": "broken:1"]]]) }
    #expect(text.contains("web/templates/d.yaml makes apps/v1/Deployment/default/web") && text.contains("ImagePullBackOff"), "\(text)")
    let uid = stage.lab.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["metadata", "uid"]]
    #expect(try await stage.apply()["status"] == "deployed")
    #expect(stage.lab.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["metadata", "uid"]] == uid)
  }
}
