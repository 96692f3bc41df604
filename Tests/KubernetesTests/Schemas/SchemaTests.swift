import Kubernetes
import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Kubernetes

/// What kinds look like, and what is said of objects that look otherwise.
@Suite struct SchemaTests {
  @Test func serversDescribeTheirKinds() async throws {
    let world = try LabWorld()
    let client = try makeClient(world)
    let schema = try #require(try await client.schema(for: deployment))
    let containers = try #require(schema[path: ["spec", "template", "spec", "containers"]])
    #expect(containers.type == "array" && containers.listType == .map && containers.listMapKeys == ["name"])
    let ports = try #require(containers[path: ["*", "ports"]])
    #expect(ports.listMapKeys == ["containerPort", "protocol"])
    #expect(ports[path: ["*", "protocol"]]?.defaultValue == "TCP")
    #expect(schema[path: ["metadata", "labels", "any"]]?.type == "string")
    #expect(schema[path: ["spec", "strategy", "rollingUpdate", "maxSurge"]]?.isIntOrString == true)
    _ = try await client.schema(for: GroupVersionKind(apiVersion: "apps/v1", kind: "StatefulSet"))
    #expect(world.log.map(\.path) == ["/openapi/v3", "/openapi/v3/apis/apps/v1"], "asked once for a version of a group")
    #expect(world.log.last?.query["hash"]?.isEmpty == false)
    #expect(try await client.schema(for: GroupVersionKind(apiVersion: "v1", kind: "Pod"))?.property("spec") != nil)
    #expect(try await client.schema(for: widget) == nil)
    try world.apply(clusterWidgetDefinition)
    world.pass(.seconds(2))
    #expect(try await client.schema(for: widget)?[path: ["spec", "mode"]]?.enumeration == ["fast", "slow"])
  }

  private func violations(_ yaml: String) throws -> [String] {
    let definition = try YAML.value(clusterWidgetDefinition)
    let schema = try #require(ObjectSchema(definition: definition, version: "v1"))
    return schema.validate(try YAML.value("{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, \(yaml)}")).map(\.description)
  }

  @Test(arguments: [
    ("spec: {size: 1}", nil, ""), ("spec: {size: 1.0, port: http, free: {a: [1]}, mode: slow}", nil, ""), ("status: {any: 1}, spec: {size: 1}", nil, ""),
    ("spec: {size: 1, port: null, nothing: null}", "spec.nothing", "no field"), ("x: 1", "\"spec\" is missing", "missing"),
    ("spec: {}", "spec: \"size\" is missing", ""), ("spec: {size: a}", "spec.size: a whole number is wanted here, not a text", ""),
    ("spec: {size: 1.5}", "spec.size", "not a number"), ("spec: [1]", "spec: an object is wanted", "not a list"),
    ("spec: {size: 1, sise: 2}", "spec.sise", "Did you mean \"size\"?"), ("spec: {size: 1, entirely: 2}", "spec.entirely: there is no field of this name.", ""),
    ("spec: {size: 1, mode: quick}", "spec.mode: \"quick\"", "\"fast\", \"slow\""), ("spec: {size: 1, port: true}", "spec.port", "whole number or a text"),
    ("spec: {size: 1, parts: [{name: x}, {name: x, kind: a}]}", "spec.parts[1]: item 0 has the same name and kind", ""),
    ("spec: {size: 1, parts: [{name: x}, {name: x, kind: b}]}", nil, ""), ("spec: {size: 1, parts: [{kind: b}]}", "spec.parts[0]: \"name\" is missing", ""),
    ("spec: {size: 1, parts: [{name: x, labels: {a: 1}}]}", "spec.parts[0].labels.a: a text is wanted", ""),
    ("spec: {size: 1, tags: [a, b, a]}", "spec.tags[2]: \"a\" is here already, as item 0", ""),
    ("spec: {size: 1, embedded: {apiVersion: v1, kind: X, metadata: {name: a}, spec: {a: b}}}", nil, ""),
    ("spec: {size: 1, embedded: {spec: {b: c}}}", "spec.embedded.spec.b", ""),
  ] as [(String, String?, String)])
  func objectsAreCheckedWithoutAServer(_ yaml: String, _ start: String?, _ part: String) throws {
    let found = try violations(yaml)
    guard let start else {
      #expect(found.isEmpty)
      return
    }
    #expect(found.contains { $0.hasPrefix(start) && $0.contains(part) }, "\(found)")
  }

  @Test func allIsSaidAtOnce() throws {
    #expect(try violations("spec: {size: x, mode: y, z: 1}, extra: 1").count == 4)
  }

  /// What the lab takes, its own schemas allow.
  @Test(arguments: [
    "{apiVersion: v1, kind: Service, metadata: {name: a, labels: {x: 'y'}}, spec: {selector: {a: b}, ports: [{port: 80, targetPort: http}, {port: 80, protocol: UDP, name: u}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}",
    "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {a: b}, type: Opaque}",
  ])
  func whatServersTakeIsGood(_ yaml: String) async throws {
    let world = try LabWorld()
    let object = try YAML.value(yaml)
    let kind = KubernetesObject(object).groupVersionKind
    let schema = try #require(try await makeClient(world).schema(for: kind))
    #expect(schema.validate(object) == [])
    var wrong = object
    wrong["spek"] = [:]
    #expect(schema.validate(wrong).map(\.path) == ["spek"])
  }

  @Test func typesThatContainThemselvesAreFollowed() {
    let definitions = SchemaDefinitions([
      "Node": ["type": "object", "properties": ["next": ["$ref": "#/components/schemas/Node"], "value": ["type": "integer"]]],
      "Loop": ["$ref": "#/components/schemas/Loop"],
    ])
    let schema = ObjectSchema(openAPI: ["allOf": [["$ref": "#/components/schemas/Node"]], "default": [:]], definitions: definitions)
    #expect(schema.defaultValue == [:])
    #expect(schema.validate(["next": ["next": ["value": "x"]]]).map(\.path) == ["next.next.value"])
    #expect(ObjectSchema(openAPI: ["$ref": "#/components/schemas/Loop"], definitions: definitions).type == nil)
  }
}
