import YAML

extension Cluster {
  /// Descriptions of the kinds, made from the same schemas that objects are read and merged by.
  func openAPI(_ segments: [String], _ request: Request) throws(Failure) -> Answer {
    guard let version = segments.first else { throw .notServed }
    switch version {
    case "v2": return Answer(openAPIv2)
    case "v3":
      if segments.count == 1 { return Answer(openAPIIndex) }
      let isCore = segments.count == 3 && segments[1] == "api"
      let group = isCore ? "" : segments.count == 4 && segments[1] == "apis" ? segments[2] : nil
      guard let group, let name = segments.last else { throw .notServed }
      let types = types(in: group, name)
      if types.isEmpty { throw .notServed }
      return Answer(openAPIv3(group, name, types))
    default: throw .notServed
    }
  }

  private var openAPIIndex: JSONValue {
    var paths: [String: JSONValue] = [:]
    for group in groups {
      for version in group.versions {
        let path = group.name.isEmpty ? "api/\(version)" : "apis/\(group.name)/\(version)"
        // The hash tells clients when to read anew.
        let seed = types(in: group.name, version).map { $0.type.id + ($0.version.openAPI?.jsonText() ?? "") }.joined()
        let hash = String(stableHash(seed.utf8), radix: 16).uppercased()
        paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]
      }
    }
    return ["paths": .object(paths)]
  }

  private func openAPIv3(_ group: String, _ version: String, _ types: [(type: ResourceType, version: ResourceType.Version)]) -> JSONValue {
    var writer = OpenAPIWriter(prefix: "#/components/schemas/")
    var paths: [String: JSONValue] = [:]
    for (type, version) in types {
      let name = writer.add(type, version)
      paths.merge(Self.paths(of: type, version, writer.reference(name))) { first, _ in first }
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes (emulated by plumb lab)", "version": .string(Self.gitVersion)],
      "paths": .object(paths), "components": ["schemas": .object(writer.schemas)],
    ]
  }

  private var openAPIv2: JSONValue {
    var writer = OpenAPIWriter(prefix: "#/definitions/")
    var paths: [String: JSONValue] = [:]
    for type in types.values.sorted(by: { $0.id < $1.id }) {
      for version in type.versions {
        let name = writer.add(type, version)
        paths.merge(Self.paths(of: type, version, writer.reference(name))) { first, _ in first }
      }
    }
    return [
      "swagger": "2.0", "info": ["title": "Kubernetes (emulated by plumb lab)", "version": .string(Self.gitVersion)],
      "paths": .object(paths), "definitions": .object(writer.schemas),
    ]
  }

  /// What can be done with a kind, as far as clients look.
  private static func paths(of type: ResourceType, _ version: ResourceType.Version, _ reference: JSONValue) -> [String: JSONValue] {
    let root = type.group.isEmpty ? "/api/\(version.name)" : "/apis/\(type.group)/\(version.name)"
    let place = type.isNamespaced ? "\(root)/namespaces/{namespace}/\(type.plural)" : "\(root)/\(type.plural)"
    let kind: JSONValue = ["group": .string(type.group), "version": .string(version.name), "kind": .string(type.kind)]
    let parameters: JSONValue = .array(
      ["dryRun", "fieldManager", "fieldValidation"].map { ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]] })
    func operation(_ action: String, _ parameters: JSONValue = []) -> JSONValue {
      [
        "operationId": .string("\(action)\(type.kind)\(version.name)"), "parameters": parameters, "x-kubernetes-action": .string(action),
        "x-kubernetes-group-version-kind": kind,
        "responses": ["200": ["description": "OK", "content": ["application/json": ["schema": reference]]]],
      ]
    }
    return [
      place: ["get": operation("list"), "post": operation("post", parameters)],
      "\(place)/{name}": [
        "get": operation("get"), "put": operation("put", parameters), "patch": operation("patch", parameters), "delete": operation("delete"),
      ],
    ]
  }
}

/// Collects schemas under names, each with what it refers to.
private struct OpenAPIWriter {
  let prefix: String
  private(set) var schemas: [String: JSONValue] = [:]

  init(prefix: String) { self.prefix = prefix }

  func reference(_ name: String) -> JSONValue { ["$ref": .string(prefix + name)] }

  /// Adds a kind; gives its name.
  mutating func add(_ type: ResourceType, _ version: ResourceType.Version) -> String {
    let group = type.group.isEmpty ? "core" : type.group.split(separator: ".").reversed().joined(separator: ".")
    let name = type.isCustom || type.group.contains(".") && !type.group.hasSuffix("k8s.io")
      ? "\(group).\(version.name).\(type.kind)" : "io.k8s.api.\(type.group.split(separator: ".").first ?? "core").\(version.name).\(type.kind)"
    var schema: JSONValue
    if let own = version.openAPI {
      schema = own
      schema[["properties", "apiVersion"]] = ["type": "string"]
      schema[["properties", "kind"]] = ["type": "string"]
      schema[["properties", "metadata"]] = write(.named("ObjectMeta"))
    } else if case .object(let object) = version.schema.resolved {
      schema = write(object)
    } else {
      schema = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    }
    schema["x-kubernetes-group-version-kind"] = [
      ["group": .string(type.group), "version": .string(version.name), "kind": .string(type.kind)],
    ]
    schemas[name] = schema
    return name
  }

  private mutating func write(_ schema: Schema) -> JSONValue {
    switch schema {
    case .named(let name):
      let full = "io.k8s.types.\(name)"
      if schemas[full] == nil, case .object(let object) = schema.resolved {
        // Something must be there while the type is written, which may refer to itself.
        schemas[full] = [:]
        schemas[full] = write(object)
      }
      return reference(full)
    case .any: return ["x-kubernetes-preserve-unknown-fields": true, "type": "object"]
    case .scalar(let scalar): return write(scalar)
    case .map(let element, let isAtomic):
      var written: JSONValue = ["type": "object", "additionalProperties": write(element)]
      if isAtomic { written["x-kubernetes-map-type"] = "atomic" }
      return written
    case .list(let element, let type):
      var written: JSONValue = ["type": "array", "items": write(element)]
      switch type {
      case .atomic: written["x-kubernetes-list-type"] = "atomic"
      case .set:
        written["x-kubernetes-list-type"] = "set"
        written["x-kubernetes-patch-strategy"] = "merge"
      case .keyed(let keys):
        written["x-kubernetes-list-type"] = "map"
        written["x-kubernetes-list-map-keys"] = .array(keys.map { .string($0) })
        written["x-kubernetes-patch-strategy"] = "merge"
        written["x-kubernetes-patch-merge-key"] = keys.first.map { .string($0) }
      }
      return written
    case .object(let object): return write(object)
    }
  }

  private func write(_ scalar: ScalarType) -> JSONValue {
    switch scalar {
    case .string: ["type": "string"]
    case .int: ["type": "integer", "format": "int64"]
    case .num: ["type": "number"]
    case .bool: ["type": "boolean"]
    case .qty: ["type": "string", "x-kubernetes-quantity": true]
    case .intstr: ["type": "string", "format": "int-or-string", "x-kubernetes-int-or-string": true]
    case .time: ["type": "string", "format": "date-time"]
    case .bytes: ["type": "string", "format": "byte"]
    }
  }

  private mutating func write(_ object: ObjectSchema) -> JSONValue {
    var properties: [String: JSONValue] = [:]
    for (name, field) in object.fields.sorted(by: { $0.key < $1.key }) {
      var schema = write(field.schema)
      if let value = field.defaultValue {
        schema = schema["$ref"] == nil ? schema : ["allOf": [schema]]
        schema["default"] = value
      }
      properties[name] = schema
    }
    var written: JSONValue = ["type": "object", "properties": .object(properties)]
    let required = object.fields.filter(\.value.isRequired).keys.sorted()
    if !required.isEmpty { written["required"] = .array(required.map { .string($0) }) }
    if object.isAtomic { written["x-kubernetes-map-type"] = "atomic" }
    return written
  }
}
