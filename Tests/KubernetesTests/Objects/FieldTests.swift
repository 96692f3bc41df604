@testable import Kubernetes
import Testing
import YAML

@Suite struct FieldTests {
  private func yaml(_ text: String) throws -> JSONValue { try YAML.value(text) }

  @Test func pathsAreReadAndWritten() throws {
    let path = FieldPath([
      .field("spec"), .field("ports"), .key(["containerPort": 80, "protocol": "TCP"]), .field("a/b"), .value("x"), .index(2),
    ])
    #expect(path.description == #"spec.ports[containerPort=80,protocol="TCP"]["a/b"][="x"][2]"#)
    #expect(FieldPath(encoded: path.encoded) == path)
    #expect(FieldPath(encoded: "[\"x:1\"]") == nil)
    #expect(FieldPath(expression: #"status.conditions[0].type"#) == FieldPath([.field("status"), .field("conditions"), .index(0), .field("type")]))
    #expect(FieldPath(expression: #"data["a.b"]"#) == FieldPath(fields: "data", "a.b"))
    for wrong in ["", "a..b", "a[", "a[x]", "a]b", ".a", #"a["b]"#, "a[-1]"] { #expect(FieldPath(expression: wrong) == nil, "\(wrong)") }
  }

  @Test func recordsBecomeLeaves() throws {
    let set = FieldSet(
      fieldsV1: try yaml(
        """
        f:metadata: {f:labels: {.: {}, "f:app": {}}}
        f:spec:
          f:containers:
            'k:{"name":"main"}': {.: {}, f:image: {}, f:name: {}}
          f:finalizers: {'v:"a"': {}}
        """))
    #expect(
      set.leaves.map(\.description) == [
        "metadata.labels.app", #"spec.containers[name="main"].image"#, #"spec.containers[name="main"].name"#, #"spec.finalizers[="a"]"#,
      ])
    #expect(FieldSet(fieldsV1: set.fieldsV1) == set)
  }

  @Test func valuesAreFoundSetAndRemoved() throws {
    var object = try yaml(
      """
      spec:
        ports: [{containerPort: 80, name: web}, {containerPort: 80, protocol: UDP}]
        args: [a, b]
      """)
    let tcp = FieldPath([.field("spec"), .field("ports"), .key(["containerPort": 80, "protocol": "TCP"])])
    // An item that does not say the key has the default.
    #expect(object.value(at: tcp.appending(.field("name"))) == "web")
    let udp = FieldPath([.field("spec"), .field("ports"), .key(["containerPort": 80, "protocol": "UDP"])])
    object.set(udp.appending(.field("name")), to: "dns")
    object.remove(tcp)
    #expect(object[path: ["spec", "ports"]] == [["containerPort": 80, "protocol": "UDP", "name": "dns"]])
    object.set(FieldPath([.field("spec"), .field("args"), .value("c")]), to: "c")
    #expect(object[path: ["spec", "args"]] == ["a", "b", "c"])
  }

  @Test func changesAreFoundByName() throws {
    let before = try yaml("{a: 1, list: [{name: x, v: 1}, {name: z}], map: {}, text: t}")
    let after = try yaml("{a: 1.0, list: [{name: z}, {name: x, v: 2}], map: {k: v}, other: {deep: [1]}}")
    let changes = FieldChange.all(from: before, to: after)
    #expect(changes.map(\.path.description) == [#"list[name="x"].v"#, "map.k", "other.deep", "text"])
    #expect(changes.first?.before == 1 && changes.first?.after == 2)
    #expect(changes.last?.after == nil)
    #expect(FieldChange.all(from: after, to: after).isEmpty)
  }

  @Test func manifestsAreMadeReady() throws {
    let wanted = try WantedObject(
      try yaml(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: s, labels: {a: null}, managedFields: [], resourceVersion: "1", uid: x, creationTimestamp: null}
        stringData: {password: hunter2}
        data: {other: eA==}
        status: {x: 1}
        """))
    #expect(
      wanted.sent == [
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s", "labels": [:]], "data": ["password": "aHVudGVyMg==", "other": "eA=="],
      ])
    // Of an object with nothing but a name there would be no record.
    let namespace = try WantedObject(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "n"]])
    #expect(namespace.sent[path: ["metadata", "labels"]] == ["plumb.dev/managed": "true"])
    for (wrong, field) in [
      ("{kind: A, metadata: {name: g}}", "apiVersion"), ("{apiVersion: v1, kind: A, metadata: {generateName: g}}", "metadata.generateName"),
      ("{apiVersion: v1, kind: 3, metadata: {name: g}}", "kind"), ("{apiVersion: v1, kind: A}", "metadata.name"),
    ] {
      let error = #expect(throws: ObjectError.self) { try WantedObject(try yaml(wrong)) }
      #expect(error?.field == field)
    }
  }

  /// What others set goes, items of lists as a whole; defaults that nobody owns stay.
  @Test func objectsAreCleaned() throws {
    let object = try yaml(
      """
      metadata:
        name: web
        uid: u
        resourceVersion: "5"
        labels: {app: web, theirs: "1"}
        annotations: {revision: "2"}
        managedFields:
        - {manager: plumb, operation: Apply, fieldsV1: {f:metadata: {f:labels: {f:app: {}}}, f:spec: {f:containers: {'k:{"name":"a"}': {.: {}, f:name: {}}}}}}
        - {manager: other, operation: Update, fieldsV1: {f:metadata: {f:labels: {f:theirs: {}}, f:annotations: {.: {}, f:revision: {}}}, f:spec: {f:containers: {'k:{"name":"b"}': {.: {}, f:name: {}}}}}}
      spec: {containers: [{name: a, policy: Always}, {name: b, policy: Always}]}
      status: {ready: true}
      """)
    #expect(
      object.cleaned(for: "plumb")
        == (try yaml("{metadata: {name: web, labels: {app: web}}, spec: {containers: [{name: a, policy: Always}]}}")))
    // Nothing is ours: then all of it is of interest.
    #expect(object.cleaned(for: "nobody")[path: ["metadata", "labels", "theirs"]] == "1")
  }

  @Test func driftIsShownInManifests() throws {
    var manifest = try yaml(
      """
      kind: Secret
      metadata: {labels: {app: web}}
      stringData: {password: old}
      spec: {containers: [{name: a, image: one}, {name: b, image: one}], cpu: 1000m}
      """)
    func field(_ path: FieldPath, _ found: JSONValue?) -> DriftedField { DriftedField(path: path, expected: "x", found: found) }
    let containers = FieldPath(fields: "spec", "containers")
    manifest.show(field(FieldPath(fields: "metadata", "labels", "app"), nil))
    manifest.show(field(FieldPath(fields: "data", "password"), "bmV3"))
    manifest.show(field(containers.appending(.key(["name": "a"])).appending(.field("image")), "two"))
    for name in ["image", "name"] { manifest.show(field(containers.appending(.key(["name": "b"])).appending(.field(name)), nil)) }
    #expect(
      manifest
        == (try yaml(
          "{kind: Secret, metadata: {labels: {}}, stringData: {password: new}, spec: {containers: [{name: a, image: two}], cpu: 1000m}}")))
  }

  @Test func whatIsKeptOfObjectsIsJSON() throws {
    let applied = AppliedObject(
      reference: ObjectReference(GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"), namespace: "shop", name: "web"), uid: "u",
      manifest: ["a": 1], stored: [FieldPath([.field("x"), .key(["name": "y"])]): [1, "2"]])
    #expect(AppliedObject(json: try JSONValue(json: applied.json.jsonText())) == applied)
    #expect(AppliedObject(json: ["kind": "x"]) == nil)
  }
}
