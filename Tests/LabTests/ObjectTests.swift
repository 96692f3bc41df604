@testable import Lab
import Testing
import YAML

/// What is asked, and what is answered: a line each.
@Suite struct ObjectTests {
  struct Exchange: CustomTestStringConvertible, Sendable {
    var method: String
    var path: String
    var body: JSONValue?
    var code: Int
    var reason: String
    var message: String
    var testDescription: String { "\(method) \(path) \(code)" }

    init(_ method: String, _ path: String, _ body: JSONValue, _ code: Int, _ reason: String = "", _ message: String = "") {
      (self.method, self.path, self.body, self.code, self.reason, self.message) = (method, path, body, code, reason, message)
    }

    init(_ method: String, _ path: String, _ code: Int, _ reason: String = "", _ message: String = "") {
      (self.method, self.path, self.code, self.reason, self.message) = (method, path, code, reason, message)
    }
  }

  static let exchanges = [
    Exchange("GET", "\(configMaps)/none", 404, "NotFound", "configmaps \"none\" not found"),
    Exchange("GET", "\(deployments)/none", 404, "NotFound", "deployments.apps \"none\" not found"),
    Exchange("GET", "/apis/no.such/v1/things", 404, "", "404 page not found\n"),
    Exchange("GET", "/nothing", 404, "", "404 page not found\n"),
    Exchange("POST", configMaps, ["metadata": ["name": "a"], "data": ["k": "v"]], 201),
    Exchange("POST", configMaps, ["metadata": ["name": "kube-root-ca.crt"]], 409, "AlreadyExists", "configmaps \"kube-root-ca.crt\" already exists"),
    Exchange("POST", configMaps, ["metadata": ["name": "A_b"]], 422, "Invalid", "ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123"),
    Exchange("POST", configMaps, ["metadata": [:]], 422, "Invalid", "metadata.name: Required value: name or generateName is required"),
    Exchange("POST", configMaps, ["metadata": ["generateName": "a-"]], 201),
    Exchange("POST", configMaps, ["kind": "Secret", "metadata": ["name": "a"]], 400, "BadRequest", "the kind in the data (Secret)"),
    Exchange("POST", configMaps, ["apiVersion": "v2", "metadata": ["name": "a"]], 400, "BadRequest", "the API version in the data (v2)"),
    Exchange("POST", configMaps, ["metadata": ["name": "a", "namespace": "b"]], 400, "BadRequest", "the namespace of the provided object does not match"),
    Exchange("POST", "/api/v1/namespaces/no/configmaps", ["metadata": ["name": "a"]], 404, "NotFound", "namespaces \"no\" not found"),
    Exchange("POST", "/api/v1/namespaces/no/configmaps?dryRun=All", ["metadata": ["name": "a"]], 404, "NotFound", "namespaces \"no\" not found"),
    Exchange("POST", "/api/v1/configmaps", ["metadata": ["name": "a"]], 405, "MethodNotAllowed"),
    Exchange("POST", "\(configMaps)?dryRun=Some", ["metadata": ["name": "a"]], 422, "Invalid", "dryRun: Unsupported value: \"Some\""),
    Exchange("POST", configMaps, ["metadata": ["name": "a"], "data": ["k": 1]], 400, "BadRequest", "cannot be handled as a ConfigMap: data.k: expected string, got integer"),
    Exchange("POST", "\(configMaps)?fieldValidation=Strict", ["metadata": ["name": "a"], "dat": [:]], 400, "BadRequest", "strict decoding error: unknown field \"dat\""),
    Exchange("POST", configMaps, ["metadata": ["name": "a", "labels": ["a b": "c"]]], 422, "Invalid", "metadata.labels: Invalid value: \"a b\": name part"),
    Exchange("POST", configMaps, ["metadata": ["name": "a"], "data": ["a/b": "c"]], 422, "Invalid", "data[a/b]: Invalid value: \"a/b\": a valid config key"),
    Exchange("PUT", "\(configMaps)/none", ["metadata": ["name": "none"]], 404, "NotFound", "configmaps \"none\" not found"),
    Exchange("PUT", "\(configMaps)/kube-root-ca.crt", ["metadata": ["name": "other"]], 400, "BadRequest", "does not match the name on the URL"),
    Exchange("PUT", "\(configMaps)/kube-root-ca.crt", ["metadata": ["name": "kube-root-ca.crt", "resourceVersion": "1"]], 409, "Conflict", "the object has been modified"),
    Exchange("DELETE", "\(configMaps)/none", 404, "NotFound", "configmaps \"none\" not found"),
    Exchange("DELETE", "\(configMaps)/kube-root-ca.crt", ["preconditions": ["uid": "x"]], 409, "Conflict", "the UID in the precondition (x) does not match the UID in record"),
    Exchange("DELETE", "\(configMaps)/kube-root-ca.crt", ["propagationPolicy": "Never"], 422, "Invalid", "propagationPolicy: Unsupported value: \"Never\""),
    Exchange("GET", "\(configMaps)?labelSelector=a=b,(", 400, "BadRequest", "unable to parse requirement"),
    Exchange("GET", "\(configMaps)?fieldSelector=data.k=v", 400, "BadRequest", "field label not supported: data.k"),
    Exchange("GET", "\(configMaps)?resourceVersion=999999", 504, "Timeout", "Too large resource version"),
    Exchange("POST", "/api/v1/namespaces/default/services", ["metadata": ["name": "s"], "spec": ["type": "Odd"]], 422, "Invalid", "[spec.type: Unsupported value: \"Odd\""),
    Exchange("POST", "/api/v1/namespaces/default/pods", ["metadata": ["name": "p"], "spec": ["containers": []]], 422, "Invalid", "spec.containers: Required value"),
    Exchange("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", ["spec": [:]], 201),
    Exchange("GET", "/healthz", 200),
  ]

  @Test(arguments: exchanges) func answers(exchange: Exchange) throws {
    let lab = try TestCluster()
    let answer = lab.ask(exchange.method, exchange.path, exchange.body)
    #expect(answer.code == exchange.code, "\(answer.text)")
    if exchange.code >= 400 {
      #expect((answer.json["reason"]?.asString ?? "") == exchange.reason)
      #expect(answer.message.contains(exchange.message), "\(answer.message)")
      if !exchange.reason.isEmpty { #expect(answer.json["kind"] == "Status") }
    }
  }

  @Test func objectsAreMadeChangedAndDeleted() throws {
    let lab = try TestCluster()
    let made = lab.ask("POST", configMaps, ["metadata": ["name": "a"], "data": ["k": "v"]]).json
    #expect(made["apiVersion"] == "v1")
    #expect(!made.uid.isEmpty && !made.resourceVersion.isEmpty)
    #expect(made[path: ["metadata", "managedFields"]]?[0]?["manager"] == "test")
    var changed = made
    changed["data"] = ["k": "w"]
    let put = lab.ask("PUT", "\(configMaps)/a", changed).json
    #expect(put[path: ["data", "k"]] == "w")
    #expect(put.resourceVersion != made.resourceVersion)
    // The same again changes nothing, and what is stale is refused.
    #expect(lab.ask("PUT", "\(configMaps)/a", put).json.resourceVersion == put.resourceVersion)
    #expect(lab.ask("PUT", "\(configMaps)/a", changed).code == 409)
    let deleted = lab.ask("DELETE", "\(configMaps)/a").json
    #expect(deleted["status"] == "Success")
    #expect(lab.ask("GET", "\(configMaps)/a").code == 404)
  }

  @Test func dryRunsChangeNothing() throws {
    let lab = try TestCluster()
    let before = lab.get(configMaps).resourceVersion
    let made = lab.ask("POST", "\(configMaps)?dryRun=All", ["metadata": ["name": "a"]])
    #expect(made.code == 201 && !made.json.uid.isEmpty && made.json.resourceVersion.isEmpty)
    #expect(lab.apply("\(configMaps)/b", by: "m", "{apiVersion: v1, kind: ConfigMap, data: {a: b}}", "dryRun").code == 201)
    #expect(lab.ask("DELETE", "\(configMaps)/kube-root-ca.crt?dryRun=All").code == 200)
    #expect(lab.get(configMaps).resourceVersion == before)
  }

  @Test func unknownFieldsAreToldAndDropped() throws {
    let lab = try TestCluster()
    let answer = lab.ask("POST", configMaps, ["metadata": ["name": "a"], "dat": [:]])
    #expect(answer.code == 201 && answer.json["dat"] == nil)
    #expect(answer.headers.contains { $0.name == "Warning" && $0.value == "299 - \"unknown field \\\"dat\\\"\"" })
  }

  static let amounts: [(String, String)] = [
    ("1000m", "1"), ("1024Mi", "1Gi"), ("0.5", "500m"), ("1.5Gi", "1536Mi"), ("2000000", "2M"), ("100m", "100m"), ("0", "0"), ("1e3", "1k"),
    ("1024", "1024"), ("0.1", "100m"), ("123456789", "123456789"), ("x", "x"),
  ]

  @Test(arguments: amounts) func amountsHaveOneSpelling(text: String, canonical: String) {
    #expect(Quantity.canonical(.string(text)) == canonical)
  }

  @Test func valuesAreNormalised() throws {
    let lab = try TestCluster()
    let secret = lab.ask("POST", "/api/v1/namespaces/default/secrets", ["metadata": ["name": "s"], "stringData": ["a": "b"]]).json
    #expect(secret[path: ["data", "a"]] == "Yg==" && secret["stringData"] == nil && secret["type"] == "Opaque")
    try lab.make(deployment(more: "        resources: {requests: {cpu: 1000m, memory: 1024Mi}}"))
    let made = lab.get("\(deployments)/web")
    let container = made[path: ["spec", "template", "spec", "containers"]]?[0]
    #expect(container?[path: ["resources", "requests"]] == ["cpu": "1", "memory": "1Gi"])
    #expect(container?["imagePullPolicy"] == "IfNotPresent")
    #expect(made[path: ["spec", "strategy", "rollingUpdate", "maxSurge"]] == "25%")
    #expect(made.generation == 1)
  }

  @Test func listsAreNarrowedAndPaged() throws {
    let lab = try TestCluster()
    for index in 0..<7 {
      lab.ask("POST", configMaps, ["metadata": ["name": .string("m\(index)"), "labels": ["odd": .string(index % 2 == 1 ? "yes" : "no"), "all": "x"]]])
    }
    func names(_ query: String) -> [String] { lab.get("\(configMaps)?\(query)").items(at: ["items"]).map(\.name) }
    #expect(names("labelSelector=odd=yes") == ["m1", "m3", "m5"])
    #expect(names("labelSelector=odd!=yes,all") == ["m0", "m2", "m4", "m6"])
    #expect(names("labelSelector=odd in (yes,maybe)") == ["m1", "m3", "m5"])
    #expect(names("labelSelector=!all") == ["kube-root-ca.crt"])
    #expect(names("fieldSelector=metadata.name=m3") == ["m3"])
    let first = lab.get("\(configMaps)?limit=3")
    #expect(first.items(at: ["items"]).map(\.name) == ["kube-root-ca.crt", "m0", "m1"])
    #expect(first.integer(at: ["metadata", "remainingItemCount"]) == 5)
    let token = try #require(first.string(at: ["metadata", "continue"]))
    let second = lab.cluster.handle(Request("GET", configMaps, query: ["limit": "10", "continue": token]), at: lab.time).json
    #expect(second.items(at: ["items"]).map(\.name) == ["m2", "m3", "m4", "m5", "m6"])
    #expect(second.string(at: ["metadata", "continue"]) == nil)
  }

  @Test func watchesTellWhatHappens() throws {
    let lab = try TestCluster()
    let start = lab.get(configMaps).resourceVersion
    lab.ask("POST", configMaps, ["metadata": ["name": "a", "labels": ["k": "v"]]])
    lab.ask("PATCH", "\(configMaps)/a", ["metadata": ["labels": ["k": .null]]], type: "application/merge-patch+json")
    lab.ask("DELETE", "\(configMaps)/a")
    #expect(lab.events(lab.ask("GET", "\(configMaps)?watch=1&resourceVersion=\(start)")) == ["ADDED a", "MODIFIED a", "DELETED a"])
    #expect(lab.events(lab.ask("GET", "\(configMaps)?watch=1&resourceVersion=\(start)&labelSelector=k=v")) == ["ADDED a", "DELETED a"])
    #expect(lab.events(lab.ask("GET", "\(configMaps)?watch=1")) == ["ADDED kube-root-ca.crt"])
    #expect(
      lab.events(
        lab.ask("GET", "\(configMaps)?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"))
        == ["ADDED kube-root-ca.crt", "BOOKMARK "])
  }

  /// What is no longer remembered must be listed anew.
  @Test func oldWatchesAreGone() throws {
    let lab = try TestCluster(eventsKept: 10)
    lab.ask("POST", configMaps, ["metadata": ["name": "a"]])
    let start = lab.get(configMaps).resourceVersion
    for index in 0..<30 {
      lab.ask("PATCH", "\(configMaps)/a", ["data": ["n": .string(String(index))]], type: "application/merge-patch+json")
    }
    let answer = lab.ask("GET", "\(configMaps)?watch=1&resourceVersion=\(start)")
    guard case .watch(let watch) = answer.body else {
      Issue.record("no watch")
      return
    }
    let event = try JSONValue(json: Array(watch.head.dropLast()))
    #expect(event["type"] == "ERROR" && event[path: ["object", "code"]] == 410 && event[path: ["object", "reason"]] == "Expired")
  }

  @Test func discoveryIsTheSameInBothForms() throws {
    let lab = try TestCluster()
    let old = lab.get("/apis/apps/v1")
    let deployment = old.items(at: ["resources"]).first { $0["name"] == "deployments" }
    #expect(deployment?["shortNames"] == ["deploy"] && deployment?["namespaced"] == true && deployment?["kind"] == "Deployment")
    let names = old.items(at: ["resources"]).compactMap { $0["name"]?.asString }
    #expect(names.contains("deployments/scale") && names.contains("deployments/status"))
    let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    let answer = lab.cluster.handle(Request("GET", "/apis", headers: ["accept": accept]), at: lab.time)
    #expect(answer.headers.contains { $0.name == "Content-Type" && $0.value == accept })
    let apps = answer.json.items(at: ["items"]).first { $0.name == "apps" }
    #expect(apps?.items(at: ["versions"])[0].items(at: ["resources"]).count == 5)
    #expect(lab.get("/version")["gitVersion"]?.asString?.hasSuffix("+plumb-lab") == true)
    let groups = lab.get("/apis").items(at: ["groups"]).compactMap { $0["name"]?.asString }
    #expect(groups.first == "apiregistration.k8s.io" && groups.contains("discovery.k8s.io"))
  }

  @Test func kindsAreDescribed() throws {
    let lab = try TestCluster()
    #expect(lab.get("/openapi/v3").strings(at: ["paths", "apis/apps/v1"])["serverRelativeURL"]?.hasPrefix("/openapi/v3/apis/apps/v1?hash=") == true)
    let document = lab.get("/openapi/v3/apis/apps/v1")
    let schemas = document[path: ["components", "schemas"]]?.asObject ?? [:]
    #expect(schemas["io.k8s.api.apps.v1.Deployment"]?.items(at: ["x-kubernetes-group-version-kind"])[0]["kind"] == "Deployment")
    let containers = schemas["io.k8s.types.PodSpec"]?[path: ["properties", "containers"]]
    #expect(containers?["x-kubernetes-list-map-keys"] == ["name"])
    // Every reference has its definition.
    for reference in document.jsonText().matches(of: /#\/components\/schemas\/([A-Za-z0-9.]+)/) {
      #expect(schemas[String(reference.output.1)] != nil, "\(reference.output.1)")
    }
  }

  /// All types that fields name are in the table.
  @Test func tableOfTypesIsClosed() {
    func names(_ schema: Schema) -> [String] {
      switch schema {
      case .named(let name): [name]
      case .map(let below, _), .list(let below, _): names(below)
      default: []
      }
    }
    for (type, object) in BuiltinSchemas.types {
      for (field, description) in object.fields {
        for name in names(description.schema) { #expect(BuiltinSchemas.types[name] != nil, "\(type).\(field): \(name)") }
      }
    }
    for type in BuiltinTypes.all { #expect(BuiltinSchemas.types[type.kind] != nil, "\(type.kind)") }
  }

  @Test func patchesOfAllKinds() throws {
    let lab = try TestCluster()
    try lab.make(deployment())
    let path = "\(deployments)/web"
    let strategic = lab.ask(
      "PATCH", path, ["spec": ["template": ["spec": ["containers": [["name": "side", "image": "b:1"], ["name": "main", "env": [["name": "A", "value": "1"]]]]]]]],
      type: "application/strategic-merge-patch+json").json
    let containers = strategic.items(at: ["spec", "template", "spec", "containers"])
    #expect(containers.map { $0["name"] } == ["main", "side"])
    #expect(containers[0]["image"] == "nginx:1" && containers[0]["env"] == [["name": "A", "value": "1"]])
    let removed = lab.ask(
      "PATCH", path, ["spec": ["template": ["spec": ["containers": [["name": "side", "$patch": "delete"]]]]]],
      type: "application/strategic-merge-patch+json").json
    #expect(removed.items(at: ["spec", "template", "spec", "containers"]).count == 1)
    let json = lab.ask(
      "PATCH", path, [["op": "test", "path": "/spec/replicas", "value": 2], ["op": "replace", "path": "/spec/replicas", "value": 3]],
      type: "application/json-patch+json").json
    #expect(json[path: ["spec", "replicas"]] == 3)
    let failed = lab.ask("PATCH", path, [["op": "test", "path": "/spec/replicas", "value": 2]], type: "application/json-patch+json")
    #expect(failed.code == 422)
    #expect(lab.ask("PATCH", path, [:], type: "text/plain").code == 415)
    let merged = lab.ask("PATCH", path, ["spec": ["replicas": 1]], type: "application/merge-patch+json").json
    #expect(merged[path: ["spec", "replicas"]] == 1 && merged.generation == 5)
  }

  @Test func scaleIsASubresource() throws {
    let lab = try TestCluster()
    try lab.make(deployment())
    let scale = lab.get("\(deployments)/web/scale")
    #expect(scale["kind"] == "Scale" && scale[path: ["spec", "replicas"]] == 2 && scale.string(at: ["status", "selector"]) == "app=web")
    lab.ask("PATCH", "\(deployments)/web/scale", ["spec": ["replicas": 5]], type: "application/merge-patch+json", agent: "autoscaler")
    let after = lab.get("\(deployments)/web")
    #expect(after[path: ["spec", "replicas"]] == 5)
    let entry = after.items(at: ["metadata", "managedFields"]).first { $0["manager"] == "autoscaler" }
    #expect(entry?["subresource"] == "scale" && entry?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
  }

  @Test func refusalsAreScripted() throws {
    let lab = try TestCluster()
    try lab.make("{apiVersion: v1, kind: Namespace, metadata: {name: plumb-lab}}")
    let rules = """
      - {answer: forbidden, verbs: [create], resources: [secrets], message: no secrets here}
      - {answer: webhook, resources: [services], message: services are closed}
      """
    lab.ask("POST", "/api/v1/namespaces/plumb-lab/configmaps", ["metadata": ["name": "rules"], "data": ["rules.yaml": .string(rules)]])
    let secret = lab.ask("POST", "/api/v1/namespaces/default/secrets", ["metadata": ["name": "s"]])
    #expect(secret.code == 403 && secret.message.contains("cannot create resource \"secrets\""))
    let service = lab.ask("POST", "/api/v1/namespaces/default/services", ["metadata": ["name": "s"], "spec": ["ports": [["port": 1]]]])
    #expect(service.code == 403 && service.message == "admission webhook \"rules.lab.plumb\" denied the request: services are closed")
    let marked = lab.ask("POST", configMaps, ["metadata": ["name": "a", "annotations": ["lab.plumb/refuse": "not this one"]]])
    #expect(marked.code == 403 && marked.message.hasSuffix("not this one"))
    let review = lab.ask(
      "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      ["spec": ["resourceAttributes": ["verb": "create", "resource": "secrets", "namespace": "default"]]])
    #expect(review.json[path: ["status", "allowed"]] == false)
  }
}
