@testable import Lab
import Testing
import YAML

/// A cluster in memory, and a clock that tests turn.
final class TestCluster {
  let cluster: Cluster
  private(set) var time: Int64 = 1_790_000_000_000_000_000

  init(eventsKept: Int = 4096) throws {
    cluster = Cluster(now: time, eventsKept: eventsKept)
    try cluster.start()
  }

  /// Lets time pass in small steps, so that what waits for each other comes about.
  func pass(milliseconds: Int64 = 1000) {
    for _ in 0..<max(1, milliseconds / 50) {
      time += 50_000_000
      cluster.advance(to: time)
    }
  }

  @discardableResult
  func ask(
    _ method: String, _ path: String, _ body: JSONValue? = nil, type: String = "application/json", agent: String = "test/1"
  ) -> Answer {
    let halves = path.split(separator: "?", maxSplits: 1)
    var query: [String: String] = [:]
    for pair in halves.count > 1 ? halves[1].split(separator: "&") : [] {
      let parts = pair.split(separator: "=", maxSplits: 1)
      query[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    let headers = ["content-type": type, "user-agent": agent]
    let answer = cluster.handle(
      Request(method, String(halves[0]), query: query, headers: headers, body: body?.json() ?? []), at: time)
    cluster.advance(to: time)
    return answer
  }

  func get(_ path: String) -> JSONValue { ask("GET", path).json }

  /// Server-side apply of YAML by a manager.
  @discardableResult
  func apply(_ path: String, by manager: String, _ yaml: String, _ more: String = "") -> Answer {
    let request = Request(
      "PATCH", path, query: ["fieldManager": manager].merging(more.isEmpty ? [:] : [more: more == "dryRun" ? "All" : "true"]) { $1 },
      headers: ["content-type": "application/apply-patch+yaml"], body: Array(yaml.utf8))
    let answer = cluster.handle(request, at: time)
    cluster.advance(to: time)
    return answer
  }

  /// Makes objects of YAML documents where they belong.
  func make(_ yaml: String) throws {
    for object in try YAML.documents(Array(yaml.utf8)) {
      let type = try #require(cluster.type(apiVersion: object["apiVersion"]?.asString ?? "", kind: object["kind"]?.asString ?? ""))
      let version = type.preferredVersion.name
      let root = type.group.isEmpty ? "/api/\(version)" : "/apis/\(type.group)/\(version)"
      let namespace = object.namespace.isEmpty ? "default" : object.namespace
      let answer = ask("POST", type.isNamespaced ? "\(root)/namespaces/\(namespace)/\(type.plural)" : "\(root)/\(type.plural)", object)
      try #require(answer.code == 201, "\(answer.text)")
    }
  }

  /// The events that a watch has to tell, each as its type and the object's name.
  func events(_ answer: Answer) -> [String] {
    guard case .watch(var watch) = answer.body else { return ["no watch: \(answer.text)"] }
    let lines = watch.head + cluster.news(&watch)
    return lines.split(separator: 0x0A).map { line in
      guard let event = try? JSONValue(json: Array(line)) else { return "no JSON" }
      return "\(event["type"]?.asString ?? "") \(event["object"]?.name ?? "")"
    }
  }
}

let configMaps = "/api/v1/namespaces/default/configmaps"
let deployments = "/apis/apps/v1/namespaces/default/deployments"

extension Answer {
  var message: String { json["message"]?.asString ?? text }
  var causes: [String] {
    json.items(at: ["details", "causes"]).map { "\($0["reason"]?.asString ?? "") \($0["field"]?.asString ?? "")" }
  }
}

func deployment(_ name: String = "web", image: String = "nginx:1", replicas: Int? = 2, more: String = "") -> String {
  """
  apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: \(name)
  spec:
  \(replicas.map { "  replicas: \($0)" } ?? "  paused: false")
    selector:
      matchLabels: {app: \(name)}
    template:
      metadata:
        labels: {app: \(name)}
      spec:
        containers:
        - name: main
          image: \(image)
  \(more)
  """
}
