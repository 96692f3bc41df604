@testable import Lab
import Testing
import YAML

/// What the kinds refuse, and what custom kinds are.
@Suite struct KindTests {
  struct Change: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var object: String
    var patch: JSONValue
    /// Field and message of the refusal; nil if the change is fine.
    var refusal: (field: String, message: String)?
    var needsTime = false
  }

  static let job = """
    {apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}
    """
  static let claim = """
    {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: p}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
    """
  static let statefulSet = """
    {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {serviceName: s, selector: {matchLabels: {a: b}},
      template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}
    """
  static let binding = """
    {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: r}, roleRef: {kind: Role, name: a}, subjects: []}
    """
  static let storageClass = """
    {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: c}, provisioner: p, parameters: {a: b}}
    """

  static let changes = [
    Change(
      testDescription: "selector of a deployment", object: deployment(),
      patch: ["spec": ["selector": ["matchLabels": ["app": "other"]], "template": ["metadata": ["labels": ["app": "other"]]]]],
      refusal: ("spec.selector", "field is immutable")),
    Change(testDescription: "image of a deployment", object: deployment(), patch: ["spec": ["template": ["spec": ["hostname": "x"]]]]),
    Change(
      testDescription: "service name of a stateful set", object: statefulSet, patch: ["spec": ["serviceName": "t"]],
      refusal: ("spec", "updates to statefulset spec for fields other than")),
    Change(testDescription: "replicas of a stateful set", object: statefulSet, patch: ["spec": ["replicas": 3]]),
    Change(
      testDescription: "template of a job", object: job, patch: ["spec": ["template": ["spec": ["hostname": "x"]]]],
      refusal: ("spec.template", "field is immutable")),
    Change(
      testDescription: "completions of a job", object: job, patch: ["spec": ["completions": 5]],
      refusal: ("spec.completions", "field is immutable")),
    Change(testDescription: "suspending a job", object: job, patch: ["spec": ["suspend": true]]),
    Change(
      testDescription: "access modes of a claim", object: claim, patch: ["spec": ["accessModes": ["ReadOnlyMany"]]],
      refusal: ("spec", "spec is immutable after creation")),
    Change(
      testDescription: "growing a claim that is bound", object: claim, patch: ["spec": ["resources": ["requests": ["storage": "2Gi"]]]], needsTime: true),
    Change(
      testDescription: "shrinking a claim", object: claim, patch: ["spec": ["resources": ["requests": ["storage": "1Mi"]]]],
      refusal: ("spec.resources.requests.storage", "can not be less"), needsTime: true),
    Change(
      testDescription: "address of a service", object: "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}",
      patch: ["spec": ["clusterIP": "10.96.9.9"]], refusal: ("spec.clusterIPs[0]", "may not change once set")),
    Change(
      testDescription: "role of a binding", object: binding, patch: ["roleRef": ["name": "b"]], refusal: ("roleRef", "cannot change roleRef")),
    Change(
      testDescription: "type of a secret", object: "{apiVersion: v1, kind: Secret, metadata: {name: s}, type: a/b}", patch: ["type": "c/d"],
      refusal: ("type", "field is immutable")),
    Change(
      testDescription: "data of an immutable map", object: "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, immutable: true, data: {a: b}}",
      patch: ["data": ["a": "c"]], refusal: ("data", "field is immutable when `immutable` is set")),
    Change(
      testDescription: "parameters of a storage class", object: storageClass, patch: ["parameters": ["a": "c"]],
      refusal: ("parameters", "field is immutable")),
    Change(
      testDescription: "binding mode of a storage class", object: storageClass, patch: ["volumeBindingMode": "WaitForFirstConsumer"],
      refusal: ("volumeBindingMode", "field is immutable")),
  ]

  @Test(arguments: changes) func whatCannotChange(change: Change) throws {
    let lab = try TestCluster()
    try lab.make(change.object)
    if change.needsTime { lab.pass() }
    let object = try YAML.value(change.object)
    let type = try #require(lab.cluster.type(apiVersion: object["apiVersion"]?.asString ?? "", kind: object["kind"]?.asString ?? ""))
    let root = type.group.isEmpty ? "/api/v1" : "/apis/\(type.group)/v1"
    let path = "\(root)/\(type.isNamespaced ? "namespaces/default/" : "")\(type.plural)/\(object.name)"
    for suffix in ["?dryRun=All", ""] {
      let answer = lab.ask("PATCH", path + suffix, change.patch, type: "application/merge-patch+json")
      if let (field, message) = change.refusal {
        #expect(answer.code == 422 && answer.json["reason"] == "Invalid", "\(answer.text)")
        let cause = answer.json.items(at: ["details", "causes"]).first
        #expect(cause?["field"]?.asString == field)
        #expect(cause?["message"]?.asString?.contains(message) == true, "\(answer.message)")
      } else {
        #expect(answer.code == 200, "\(answer.text)")
      }
    }
  }

  static let wrong: [(String, String)] = [
    (deployment().replacing("matchLabels: {app: web}", with: "matchLabels: {app: x}"), "`selector` does not match template `labels`"),
    (deployment().replacing("image: nginx:1", with: "tty: true"), "spec.template.spec.containers[0].image: Required value"),
    (deployment(more: "        volumeMounts: [{name: x, mountPath: /x}]"), "volumeMounts[0].name: Not found: \"x\""),
    (deployment(more: "      restartPolicy: Never"), "Unsupported value: \"Never\": supported values: \"Always\""),
    (deployment(more: "        resources: {requests: {cpu: 2}, limits: {cpu: 1}}"), "must be less than or equal to cpu limit of 1"),
    (job.replacing("restartPolicy: Never, ", with: ""), "valid values: \"OnFailure\", \"Never\""),
    (claim.replacing("accessModes: [ReadWriteOnce], ", with: ""), "at least 1 access mode is required"),
    ("{apiVersion: v1, kind: Service, metadata: {name: 1s}, spec: {ports: [{port: 80}]}}", "a DNS-1035 label"),
    ("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 1}, {port: 2}]}}", "spec.ports[0].name: Required value"),
    ("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {}}", "either `defaultBackend` or `rules`"),
    ("{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: often, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}", "expected exactly 5 fields"),
  ]

  @Test(arguments: wrong) func whatIsWrongIsRefused(yaml: String, message: String) throws {
    let lab = try TestCluster()
    let object = try YAML.value(yaml)
    let type = try #require(lab.cluster.type(apiVersion: object["apiVersion"]?.asString ?? "", kind: object["kind"]?.asString ?? ""))
    let root = type.group.isEmpty ? "/api/v1" : "/apis/\(type.group)/v1"
    let answer = lab.ask("POST", "\(root)/namespaces/default/\(type.plural)", object)
    #expect(answer.code == 422, "\(answer.text)")
    #expect(answer.message.contains(message), "\(answer.message)")
  }

  @Test func claimsOfStatefulSetsAreVolumesOfTheirPods() throws {
    let lab = try TestCluster()
    try lab.make(
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db, image: db, volumeMounts: [{name: data, mountPath: /data}]}]}
        volumeClaimTemplates:
        - metadata: {name: data}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """)
  }

  // MARK: Custom kinds

  static let definition = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: toys.lab.test}
    spec:
      group: lab.test
      scope: Namespaced
      names: {kind: Toy, plural: toys, shortNames: [ty]}
      versions:
      - name: v1
        served: true
        storage: true
        subresources: {status: {}, scale: {specReplicasPath: .spec.count, statusReplicasPath: .status.count}}
        schema:
          openAPIV3Schema:
            type: object
            required: [spec]
            properties:
              spec:
                type: object
                required: [size]
                properties:
                  size: {type: integer, minimum: 1, maximum: 10}
                  colour: {type: string, enum: [red, blue], default: red}
                  code: {type: string, pattern: '^[a-z]+$', maxLength: 4}
                  port: {x-kubernetes-int-or-string: true}
                  count: {type: integer}
                  fixed: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: fixed is fixed}]}
                  free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                  parts:
                    type: array
                    x-kubernetes-list-type: map
                    x-kubernetes-list-map-keys: [name]
                    items: {type: object, required: [name], properties: {name: {type: string}, weight: {type: integer, default: 1}}}
              status: {type: object, x-kubernetes-preserve-unknown-fields: true}
      - name: v1beta1
        served: true
        storage: false
        deprecated: true
        schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    """
  static let toys = "/apis/lab.test/v1/namespaces/default/toys"

  private func labWithToys() throws -> TestCluster {
    let lab = try TestCluster()
    try lab.make(Self.definition)
    lab.pass(milliseconds: 200)
    return lab
  }

  @Test func customKindsComeAfterAMoment() throws {
    let lab = try TestCluster()
    try lab.make(Self.definition)
    let early = lab.apply("\(Self.toys)/t", by: "A", "{apiVersion: lab.test/v1, kind: Toy, spec: {size: 1}}")
    #expect(early.code == 404 && early.text == "404 page not found\n")
    lab.pass(milliseconds: 150)
    let definition = lab.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/toys.lab.test")
    #expect(definition.condition("Established")?["status"] == "True" && definition.condition("NamesAccepted")?["status"] == "True")
    #expect(definition.finalizers == ["customresourcecleanup.apiextensions.k8s.io"])
    #expect(lab.get("/apis/lab.test/v1").items(at: ["resources"]).compactMap { $0["name"]?.asString } == ["toys", "toys/scale", "toys/status"])
    let made = lab.apply("\(Self.toys)/t", by: "A", "{apiVersion: lab.test/v1, kind: Toy, spec: {size: 1, free: {a: [1]}, parts: [{name: x}]}}")
    #expect(made.code == 201, "\(made.text)")
    #expect(made.json["spec"] == ["size": 1, "colour": "red", "free": ["a": [1]], "parts": [["name": "x", "weight": 1]]])
    // Other versions show the same object.
    let beta = lab.ask("GET", "/apis/lab.test/v1beta1/namespaces/default/toys/t")
    #expect(beta.json["apiVersion"] == "lab.test/v1beta1" && beta.json[path: ["spec", "size"]] == 1)
    #expect(beta.headers.contains { $0.name == "Warning" && $0.value.contains("lab.test/v1beta1 Toy is deprecated") })
  }

  static let badToys: [(JSONValue, String)] = [
    (["spec": [:]], "spec.size: Required value"),
    ([:], "spec: Required value"),
    (["spec": ["size": "big"]], "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\""),
    (["spec": ["size": 0]], "spec.size in body should be greater than or equal to 1"),
    (["spec": ["size": 11]], "spec.size in body should be less than or equal to 10"),
    (["spec": ["size": 1, "colour": "green"]], "spec.colour: Unsupported value: \"green\": supported values: \"red\", \"blue\""),
    (["spec": ["size": 1, "code": "A"]], "spec.code in body should match '^[a-z]+$'"),
    (["spec": ["size": 1, "code": "abcde"]], "spec.code: Too long"),
    (["spec": ["size": 1, "port": true]], "must be of type integer,string"),
    (["spec": ["size": 1, "parts": [["name": "x"], ["name": "x"]]]], "spec.parts[1]: Duplicate value"),
  ]

  @Test(arguments: badToys) func customObjectsAreValidated(content: JSONValue, message: String) throws {
    let lab = try labWithToys()
    var object = content
    object["metadata"] = ["name": "t"]
    let answer = lab.ask("POST", Self.toys, object)
    #expect(answer.code == 422, "\(answer.text)")
    #expect(answer.message.contains(message), "\(answer.message)")
  }

  @Test func customObjectsObeyTheirRules() throws {
    let lab = try labWithToys()
    lab.ask("POST", Self.toys, ["metadata": ["name": "t"], "spec": ["size": 1, "fixed": "a", "odd": 1]])
    #expect(lab.get("\(Self.toys)/t")[path: ["spec", "odd"]] == nil)
    let changed = lab.ask("PATCH", "\(Self.toys)/t", ["spec": ["fixed": "b"]], type: "application/merge-patch+json")
    #expect(changed.code == 422 && changed.message.contains("spec.fixed: Invalid value: \"b\": fixed is fixed"), "\(changed.text)")
    #expect(changed.causes == ["FieldValueInvalid spec.fixed"])
    #expect(lab.ask("PATCH", "\(Self.toys)/t", ["spec": [:]], type: "application/strategic-merge-patch+json").code == 415)
    let undeclared = lab.apply("\(Self.toys)/t", by: "A", "{apiVersion: lab.test/v1, kind: Toy, spec: {odd: 1}}")
    #expect(undeclared.code == 500 && undeclared.message.contains(".spec.odd: field not declared in schema"))
    // The status is apart.
    lab.ask("PATCH", "\(Self.toys)/t", ["status": ["a": 1]], type: "application/merge-patch+json")
    #expect(lab.get("\(Self.toys)/t")["status"] == nil)
    lab.ask("PATCH", "\(Self.toys)/t/status", ["status": ["a": 1], "spec": ["size": 9]], type: "application/merge-patch+json")
    let after = lab.get("\(Self.toys)/t")
    #expect(after["status"] == ["a": 1] && after[path: ["spec", "size"]] == 1 && after.generation == 1)
    lab.ask("PATCH", "\(Self.toys)/t/scale", ["spec": ["replicas": 4]], type: "application/merge-patch+json")
    #expect(lab.get("\(Self.toys)/t")[path: ["spec", "count"]] == 4)
  }

  @Test func definitionsTakeTheirObjectsWithThem() throws {
    let lab = try labWithToys()
    lab.ask("POST", Self.toys, ["metadata": ["name": "t", "finalizers": ["lab.test/hold"]], "spec": ["size": 1]])
    lab.ask("POST", Self.toys, ["metadata": ["name": "u"], "spec": ["size": 1]])
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/toys.lab.test"
    lab.ask("DELETE", path)
    lab.pass(milliseconds: 300)
    #expect(lab.get(path).condition("Terminating")?["reason"] == "InstanceDeletionInProgress")
    #expect(lab.get(Self.toys).items(at: ["items"]).map(\.name) == ["t"])
    let refused = lab.ask("POST", Self.toys, ["metadata": ["name": "v"], "spec": ["size": 1]])
    #expect(refused.code == 403, "\(refused.text)")
    lab.ask("PATCH", "\(Self.toys)/t", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
    lab.pass(milliseconds: 300)
    #expect(lab.ask("GET", path).code == 404)
    #expect(lab.ask("GET", Self.toys).text == "404 page not found\n")
  }

  @Test func badDefinitionsAreRefused() throws {
    let lab = try TestCluster()
    var definition = try YAML.value(Self.definition)
    definition[["metadata", "name"]] = "other"
    let named = lab.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    #expect(named.code == 422 && named.message.contains("must be spec.names.plural+\".\"+spec.group"))
    let rules = try YAML.value(Self.definition.replacing("self == oldSelf", with: "self.size() > 3"))
    let warned = lab.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", rules)
    #expect(warned.code == 201)
    #expect(warned.headers.contains { $0.name == "Warning" && $0.value.contains("not evaluated") })
  }
}
