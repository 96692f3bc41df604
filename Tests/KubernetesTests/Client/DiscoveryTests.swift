import Kubernetes
import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Kubernetes

let clusterWidgetDefinition = widgetDefinition(
  group: "example.com", scope: "Cluster",
  schema: """
    type: object
    required: [spec]
    properties:
      spec:
        type: object
        required: [size]
        properties:
          size: {type: integer}
          mode: {type: string, enum: [fast, slow], default: fast}
          port: {x-kubernetes-int-or-string: true}
          free: {type: object, x-kubernetes-preserve-unknown-fields: true}
          parts:
            type: array
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [name, kind]
            items:
              type: object
              required: [name]
              properties: {name: {type: string}, kind: {type: string, default: a}, labels: {type: object, additionalProperties: {type: string}}}
          tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
          embedded: {type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object, properties: {a: {type: string}}}}}
    """)

let widget = GroupVersionKind(apiVersion: "example.com/v1", kind: "Widget")

/// Which kinds a server has.
@Suite struct DiscoveryTests {
  private let world: LabWorld
  private let client: ClusterClient

  init() throws {
    world = try LabWorld()
    client = try makeClient(world)
  }

  private func expectWhatIsKnown() async throws {
    let resource = try #require(try await client.resource(for: deployment))
    #expect(resource.plural == "deployments" && resource.isNamespaced)
    #expect(resource.subresources == ["status", "scale"])
    #expect(resource.verbs.isSuperset(of: ["get", "list", "patch", "watch"]))
    #expect(try await client.resource(for: namespace)?.isNamespaced == false)
    #expect(try await client.resource(for: GroupVersionKind(apiVersion: "apps/v2", kind: "Deployment")) == nil)
    let versions = try await client.apiVersions()
    #expect(Set(versions).isSuperset(of: ["v1", "v1/ConfigMap", "apps/v1", "apps/v1/Deployment", "batch/v1/CronJob"]))
  }

  @Test func oneDocumentSaysAll() async throws {
    try await expectWhatIsKnown()
    // One look at each root, and one more for the version that there is not.
    #expect(world.log.map(\.path).sorted() == ["/api", "/api", "/apis", "/apis"])
  }

  /// Servers that do not know the form of one document answer in the other.
  @Test func olderServersAreAskedVersionByVersion() async throws {
    let lab = world
    world.script { request, _ in
      guard let accept = request.headers["accept"], accept.contains("APIGroupDiscoveryList") else { return nil }
      return .answer(WebResponse(text: lab.get(request.path).jsonText()))
    }
    try await expectWhatIsKnown()
    #expect(world.log.contains { $0.path == "/apis/apps/v1" })
  }

  @Test func aBrokenGroupBreaksNoOther() async throws {
    let lab = world
    world.script { request, _ in
      if request.path == "/apis/batch/v1" { return .answer(WebResponse(status: 503, text: "service unavailable")) }
      return request.path.split(separator: "/").count == 1 ? .answer(WebResponse(text: lab.get(request.path).jsonText())) : nil
    }
    #expect(try await client.resource(for: deployment) != nil)
    let failure = await #expect(throws: ClusterFailure.self) {
      try await client.resource(for: GroupVersionKind(apiVersion: "batch/v1", kind: "Job"))
    }
    #expect(failure?.kind == .server(503))
    #expect(failure?.description.contains("batch/v1") == true)
    #expect(world.log.count { $0.path == "/apis/batch/v1" } == 2, "once each time")
  }

  @Test func aBrokenGroupInOneDocument() async throws {
    let stale: JSONValue = [
      "kind": "APIGroupDiscoveryList",
      "items": [
        ["metadata": ["name": "metrics.k8s.io"], "versions": [["version": "v1beta1", "freshness": "Stale"]]],
        [
          "metadata": ["name": "apps"],
          "versions": [["version": "v1", "resources": [["resource": "deployments", "scope": "Namespaced", "responseKind": ["kind": "Deployment"]]]]],
        ],
      ],
    ]
    world.script { request, _ in request.path == "/apis" ? .answer(WebResponse(text: stale.jsonText())) : nil }
    #expect(try await client.resource(for: deployment)?.plural == "deployments")
    await #expect(throws: ClusterFailure.self) {
      try await client.resource(for: GroupVersionKind(apiVersion: "metrics.k8s.io/v1beta1", kind: "NodeMetrics"))
    }
  }

  @Test func kindsThatCameMeanwhileAreFound() async throws {
    #expect(try await client.resource(for: widget) == nil)
    let asked = world.log.count
    #expect(try await client.resource(for: widget) == nil)
    #expect(world.log.count == asked, "it was just looked for")
    try world.apply(clusterWidgetDefinition)
    world.pass(.seconds(2))
    #expect(try await client.resource(for: widget)?.plural == "widgets")
    #expect(try await client.list(widget).isEmpty)
    // And those that went are missed.
    world.ask("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com")
    world.pass(.seconds(2))
    let failure = await #expect(throws: ClusterFailure.self) { try await client.list(widget) }
    #expect(failure?.kind == .kindMissing)
    #expect(try await client.resource(for: widget) == nil)
  }

  @Test func thoseWhoAskTogetherShareTheAnswer() async throws {
    let client = client
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { _ = try await client.resource(for: deployment) } }
      try await group.waitForAll()
    }
    #expect(world.log.count == 2)
  }

  @Test func whatIsNoClusterIsNotTakenForOneWithoutKinds() async throws {
    world.script { _, _ in .answer(WebResponse(status: 404, text: "<html>not here</html>")) }
    let failure = await #expect(throws: ClusterFailure.self) { try await client.resource(for: deployment) }
    #expect(failure?.kind == .server(404))
    #expect(failure?.description.contains("no Kubernetes API at \(LabWorld.server)") == true)
  }

  @Test func answersThatAreNoneAreSaid() async throws {
    world.script { _, _ in .answer(WebResponse(text: "<html>log in here</html>")) }
    let failure = await #expect(throws: ClusterFailure.self) { try await client.resource(for: deployment) }
    #expect(failure?.description.contains("no JSON") == true)
  }
}
