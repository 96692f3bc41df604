@testable import Lab
import Testing
import YAML

/// Server-side apply: who applies what after whom, and what comes of it.
@Suite struct ApplyTests {
  struct Step: Sendable {
    enum Action: Sendable {
      /// Server-side apply of the data of a ConfigMap.
      case apply(String, String)
      case force(String, String)
      /// A merge patch of the data by another client.
      case patch(String, String)
    }

    var action: Action
    /// Data afterwards, or the message of the refusal.
    var result: String

    static func apply(_ manager: String, _ data: String, _ result: String) -> Step { Step(action: .apply(manager, data), result: result) }
    static func force(_ manager: String, _ data: String, _ result: String) -> Step { Step(action: .force(manager, data), result: result) }
    static func patch(_ manager: String, _ data: String, _ result: String) -> Step { Step(action: .patch(manager, data), result: result) }
  }

  struct Story: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var steps: [Step]
    /// In the end: who owns which data.
    var owners: String
  }

  static let stories = [
    Story(
      testDescription: "what is dropped is removed",
      steps: [.apply("A", "{a: '1', b: '2'}", "{a: '1', b: '2'}"), .apply("A", "{a: '1'}", "{a: '1'}")],
      owners: "A apply .data.a"),
    Story(
      testDescription: "what others own stays",
      steps: [
        .apply("A", "{a: '1', b: '2'}", "{a: '1', b: '2'}"), .apply("B", "{b: '2'}", "{a: '1', b: '2'}"), .apply("A", "{a: '1'}", "{a: '1', b: '2'}"),
      ],
      owners: "A apply .data.a; B apply .data.b"),
    Story(
      testDescription: "another value is a conflict",
      steps: [
        .apply("A", "{a: '1'}", "{a: '1'}"), .apply("B", "{a: '2'}", "Apply failed with 1 conflict: conflict with \"A\": .data.a"),
      ],
      owners: "A apply .data.a"),
    Story(
      testDescription: "all conflicts are told at once",
      steps: [
        .apply("A", "{a: '1', c: '3'}", "{a: '1', c: '3'}"), .patch("edit", "{b: '2'}", "{a: '1', b: '2', c: '3'}"),
        .apply(
          "B", "{a: x, b: x, c: x}",
          "Apply failed with 3 conflicts: conflicts with \"A\":\n- .data.a\n- .data.c\nconflicts with \"edit\" using v1:\n- .data.b"),
      ],
      owners: "A apply .data.a .data.c; edit update .data.b"),
    Story(
      testDescription: "force takes over",
      steps: [.apply("A", "{a: '1', b: '2'}", "{a: '1', b: '2'}"), .force("B", "{a: '2'}", "{a: '2', b: '2'}"), .apply("A", "{b: '2'}", "{a: '2', b: '2'}")],
      owners: "A apply .data.b; B apply .data.a"),
    Story(
      testDescription: "equal values are shared",
      steps: [.apply("A", "{a: '1'}", "{a: '1'}"), .apply("B", "{a: '1'}", "{a: '1'}"), .apply("A", "{z: '0'}", "{a: '1', z: '0'}")],
      owners: "A apply .data.z; B apply .data.a"),
    Story(
      testDescription: "an edit takes its field away",
      steps: [
        .apply("A", "{a: '1', b: '2'}", "{a: '1', b: '2'}"), .patch("edit", "{a: '9'}", "{a: '9', b: '2'}"),
        .apply("A", "{a: '1', b: '2'}", "Apply failed with 1 conflict: conflict with \"edit\" using v1: .data.a"),
        .force("A", "{a: '1', b: '2'}", "{a: '1', b: '2'}"),
      ],
      owners: "A apply .data.a .data.b"),
    Story(
      testDescription: "what an edit removed comes back without a conflict",
      steps: [
        .apply("A", "{a: '1', b: '2'}", "{a: '1', b: '2'}"), .patch("edit", "{a: null}", "{b: '2'}"), .apply("A", "{a: '1', b: '2'}", "{a: '1', b: '2'}"),
      ],
      owners: "A apply .data.a .data.b"),
    Story(
      testDescription: "null is kept as an empty text",
      steps: [.apply("A", "{a: null, b: '1'}", "{a: '', b: '1'}")], owners: "A apply .data.a .data.b"),
    Story(
      testDescription: "an empty map is owned as a whole",
      steps: [.apply("A", "{}", "{}")], owners: "A apply .data"),
  ]

  @Test(arguments: stories) func whatComesOfApplying(story: Story) throws {
    let lab = try TestCluster()
    let path = "\(configMaps)/c"
    for step in story.steps {
      lab.pass(milliseconds: 1000)
      let answer: Answer
      switch step.action {
      case .apply(let manager, let data): answer = lab.apply(path, by: manager, "{apiVersion: v1, kind: ConfigMap, data: \(data)}")
      case .force(let manager, let data):
        answer = lab.apply(path, by: manager, "{apiVersion: v1, kind: ConfigMap, data: \(data)}", "force")
      case .patch(let manager, let data):
        answer = lab.ask("PATCH", path, ["data": try YAML.value(data)], type: "application/merge-patch+json", agent: manager)
      }
      if step.result.hasPrefix("{") {
        #expect(answer.json["data"] ?? [:] == (try YAML.value(step.result)), "\(answer.text)")
      } else {
        #expect(answer.code == 409 && answer.json["reason"] == "Conflict")
        #expect(answer.message == step.result)
      }
    }
    #expect(owners(lab.get(path)) == story.owners)
  }

  /// Who owns which data, as one line.
  private func owners(_ object: JSONValue) -> String {
    ManagedFields(of: object).managers.sorted { $0.name < $1.name }.map { manager in
      let paths = manager.fields.paths.filter { $0.hasPrefix(".data.") || manager.fields.paths == [$0] }
      return "\(manager.name) \(manager.operation.rawValue.lowercased()) \(paths.joined(separator: " "))"
    }.joined(separator: "; ")
  }

  @Test func equalApplyChangesNothing() throws {
    let lab = try TestCluster()
    let text = deployment()
    let first = lab.apply("\(deployments)/web", by: "A", text)
    #expect(first.code == 201)
    lab.pass(milliseconds: 3000)
    let before = lab.get("\(deployments)/web")
    let second = lab.apply("\(deployments)/web", by: "A", text)
    #expect(second.code == 200 && second.json.resourceVersion == before.resourceVersion)
    #expect(second.json == before)
  }

  struct Refusal: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var path = "\(deployments)/web"
    var manager = "A"
    var yaml: String
    var code: Int
    var message: String
  }

  static let refusals = [
    Refusal(testDescription: "no manager", manager: "", yaml: deployment(), code: 422, message: "fieldManager: Required value: is required for apply patch"),
    Refusal(
      testDescription: "undeclared field", yaml: deployment(more: "        imag: x"), code: 500,
      message: "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.template.spec.containers[name=\"main\"].imag: field not declared in schema"),
    Refusal(
      testDescription: "wrong type", yaml: deployment().replacing("replicas: 2", with: "replicas: two"), code: 500,
      message: ".spec.replicas: expected numeric (int or float), got string"),
    Refusal(
      testDescription: "duplicate environment", yaml: deployment(more: "        env: [{name: X, value: a}, {name: X, value: b}]"), code: 500,
      message: ".spec.template.spec.containers[name=\"main\"].env: duplicate entries for key [name=\"X\"]"),
    Refusal(
      testDescription: "duplicate port", yaml: deployment(more: "        ports: [{containerPort: 80}, {containerPort: 80, protocol: TCP}]"), code: 500,
      message: "duplicate entries for key [containerPort=80,protocol=\"TCP\"]"),
    Refusal(
      testDescription: "records in the body", yaml: deployment().replacing("name: web\n", with: "name: web\n  managedFields: []\n"), code: 400,
      message: "metadata.managedFields must be nil"),
    Refusal(testDescription: "at the collection", path: deployments, yaml: deployment(), code: 405, message: "the server does not allow this method"),
    Refusal(
      testDescription: "no namespace", path: "/apis/apps/v1/namespaces/no/deployments/web", yaml: deployment(), code: 404,
      message: "namespaces \"no\" not found"),
    Refusal(testDescription: "other name", path: "\(deployments)/other", yaml: deployment(), code: 400, message: "does not match the name on the URL"),
    Refusal(testDescription: "no kind", yaml: "metadata: {name: web}", code: 400, message: "'Kind' or 'apiVersion' is missing"),
    Refusal(testDescription: "not valid", yaml: deployment(replicas: -1), code: 422, message: "spec.replicas: Invalid value: -1"),
    Refusal(testDescription: "no YAML", yaml: "a: [", code: 400, message: "error decoding YAML"),
  ]

  @Test(arguments: refusals) func whatIsWrongIsRefused(refusal: Refusal) throws {
    let lab = try TestCluster()
    let answer = lab.apply(refusal.path, by: refusal.manager, refusal.yaml)
    #expect(answer.code == refusal.code, "\(answer.text)")
    #expect(answer.message.contains(refusal.message), "\(answer.message)")
    #expect(lab.ask("GET", "\(deployments)/web").code == 404)
  }

  @Test func guardsAgainstReplacedObjects() throws {
    let lab = try TestCluster()
    let made = lab.apply("\(configMaps)/c", by: "A", "{apiVersion: v1, kind: ConfigMap, data: {a: b}}").json
    let stale = lab.apply("\(configMaps)/c", by: "A", "{apiVersion: v1, kind: ConfigMap, metadata: {resourceVersion: '1'}, data: {a: c}}")
    #expect(stale.code == 409 && stale.causes.isEmpty && stale.message.contains("the object has been modified"))
    let other = lab.apply("\(configMaps)/c", by: "A", "{apiVersion: v1, kind: ConfigMap, metadata: {uid: other}, data: {a: c}}")
    #expect(other.code == 422 && other.message.contains("metadata.uid"))
    let right = lab.apply(
      "\(configMaps)/c", by: "A", "{apiVersion: v1, kind: ConfigMap, metadata: {resourceVersion: '\(made.resourceVersion)', uid: \(made.uid)}, data: {a: c}}")
    #expect(right.code == 200 && right.json[path: ["data", "a"]] == "c")
  }

  @Test func causesNameManagersAndFields() throws {
    let lab = try TestCluster()
    lab.apply("\(deployments)/web", by: "A", deployment())
    lab.ask("PATCH", "\(deployments)/web/scale", ["spec": ["replicas": 4]], type: "application/merge-patch+json", agent: "hpa")
    let conflict = lab.apply("\(deployments)/web", by: "A", deployment(replicas: 3))
    #expect(conflict.causes == ["FieldManagerConflict .spec.replicas"])
    #expect(conflict.json.items(at: ["details", "causes"])[0]["message"] == "conflict with \"hpa\" with subresource \"scale\" using apps/v1")
    // Leaving the number out hands it over.
    let handed = lab.apply("\(deployments)/web", by: "A", deployment(replicas: nil))
    #expect(handed.code == 200 && handed.json[path: ["spec", "replicas"]] == 4)
  }

  @Test func whatNobodyRecordedWasThereBefore() throws {
    let lab = try TestCluster()
    lab.apply("/api/v1/namespaces/n", by: "A", "{apiVersion: v1, kind: Namespace, metadata: {name: n}}")
    #expect(lab.get("/api/v1/namespaces/n")[path: ["metadata", "managedFields"]] == nil)
    lab.apply("/api/v1/namespaces/n", by: "A", "{apiVersion: v1, kind: Namespace, metadata: {name: n, labels: {a: b}}}")
    let managers = ManagedFields(of: lab.get("/api/v1/namespaces/n")).managers.map(\.name)
    #expect(managers == ["A", "before-first-apply"])
  }

  /// Records can be handed from one manager to another, with the version as a guard.
  @Test func recordsCanBeRewritten() throws {
    let lab = try TestCluster()
    let made = lab.ask("POST", configMaps, ["metadata": ["name": "c"], "data": ["a": "1", "b": "2"]], agent: "kubectl-client-side-apply").json
    var entry = made.items(at: ["metadata", "managedFields"])[0]
    entry["manager"] = "A"
    entry["operation"] = "Apply"
    let patch: JSONValue = [
      ["op": "replace", "path": "/metadata/managedFields", "value": [entry]],
      ["op": "replace", "path": "/metadata/resourceVersion", "value": .string(made.resourceVersion)],
    ]
    #expect(lab.ask("PATCH", "\(configMaps)/c", patch, type: "application/json-patch+json").code == 200)
    let applied = lab.apply("\(configMaps)/c", by: "A", "{apiVersion: v1, kind: ConfigMap, data: {a: '1'}}")
    #expect(applied.code == 200 && applied.json["data"] == ["a": "1"])
    #expect(lab.ask("PATCH", "\(configMaps)/c", patch, type: "application/json-patch+json").code == 409)
  }

  @Test func listsAreMergedByTheirKeys() throws {
    let lab = try TestCluster()
    lab.apply("\(deployments)/web", by: "A", deployment())
    let side = """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec: {template: {spec: {containers: [{name: side, image: "b:1"}]}}}
      """
    let both = lab.apply("\(deployments)/web", by: "B", side)
    #expect(both.code == 200, "\(both.text)")
    #expect(both.json.items(at: ["spec", "template", "spec", "containers"]).map { $0["name"] } == ["main", "side"])
    // B lets go of its container, defaults and all.
    let one = lab.apply("\(deployments)/web", by: "B", "{apiVersion: apps/v1, kind: Deployment, metadata: {labels: {b: c}}}")
    #expect(one.json.items(at: ["spec", "template", "spec", "containers"]).map { $0["name"] } == ["main"], "\(one.text)")
  }

  @Test func atomicListsConflict() throws {
    let lab = try TestCluster()
    let args = "        args: [a, b]"
    lab.apply("\(deployments)/web", by: "A", deployment(more: args))
    let other = lab.apply("\(deployments)/web", by: "B", deployment(more: "        args: [a, c]"))
    #expect(other.code == 409 && other.causes == ["FieldManagerConflict .spec.template.spec.containers[name=\"main\"].args"])
  }

  @Test func statusInTheBodyIsIgnored() throws {
    let lab = try TestCluster()
    let answer = lab.apply("\(deployments)/web", by: "A", deployment() + "\nstatus: {replicas: 7}")
    #expect(answer.code == 201 && answer.json[path: ["status", "replicas"]] == nil)
    let fields = ManagedFields(of: answer.json).managers[0].fields.paths
    #expect(!fields.contains { $0.hasPrefix(".status") })
  }

  @Test func recordsReadAndWriteTheSame() throws {
    let text = #"{"f:data":{".":{},"f:a":{}},"f:list":{"k:{\"name\":\"x\",\"port\":80}":{".":{},"f:b":{}},"v:\"s\"":{},"i:2":{}}}"#
    let value = try JSONValue(json: text)
    #expect(FieldSet(encoded: value)?.encoded == value)
    #expect(
      FieldSet(encoded: value)?.paths
        == [".data", ".data.a", ".list[name=\"x\",port=80]", ".list[name=\"x\",port=80].b", ".list[=\"s\"]", ".list[2]"])
  }
}
