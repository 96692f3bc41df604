package import YAML

/// What a kind's objects, or a part of them, look like: a node of an OpenAPI v3 document or of a CustomResourceDefinition.
///
/// References to other parts of a document are followed when somebody looks at them, since types may contain themselves.
package struct ObjectSchema: Sendable {
  /// What the node says, references followed.
  let node: [String: JSONValue]
  private let definitions: SchemaDefinitions
  /// Whether it describes objects of a kind of their own, which have `apiVersion`, `kind` and `metadata` in any case.
  package let isObject: Bool

  /// - Parameter openAPI: a node of an OpenAPI v3 document.
  package init(openAPI: JSONValue, definitions: SchemaDefinitions = SchemaDefinitions([:]), isObject: Bool = false) {
    node = definitions.resolved(openAPI)
    self.definitions = definitions
    self.isObject = isObject || node["x-kubernetes-embedded-resource"]?.asBool ?? false
  }

  /// The schema that a CustomResourceDefinition has for one of its versions; nil if there is none.
  package init?(definition: JSONValue, version: String) {
    let versions = definition[path: ["spec", "versions"]]?.asArray ?? []
    guard let served = versions.first(where: { $0["name"]?.asString == version }), let schema = served[path: ["schema", "openAPIV3Schema"]]
    else { return nil }
    self.init(openAPI: schema, isObject: true)
  }

  private func below(_ json: JSONValue) -> ObjectSchema { ObjectSchema(openAPI: json, definitions: definitions) }

  /// `object`, `array`, `string`, `integer`, `number`, `boolean`; nil where it may be several.
  package var type: String? { node["type"]?.asString }
  package var format: String? { node["format"]?.asString }
  package var description: String? { node["description"]?.asString }
  package var defaultValue: JSONValue? { node["default"] }
  package var isNullable: Bool { node["nullable"]?.asBool ?? false }
  package var isPreservingUnknown: Bool { node["x-kubernetes-preserve-unknown-fields"]?.asBool ?? false }
  package var isIntOrString: Bool { node["x-kubernetes-int-or-string"]?.asBool ?? false || format == "int-or-string" }
  package var required: [String] { node["required"]?.asArray?.compactMap(\.asString) ?? [] }
  package var enumeration: [JSONValue]? { node["enum"]?.asArray }

  /// How the items of a list are told apart.
  package enum ListType: String, Hashable, Sendable {
    case atomic, set, map
  }
  package var listType: ListType { node["x-kubernetes-list-type"]?.asString.flatMap(ListType.init(rawValue:)) ?? .atomic }
  /// The members that tell the items of a list of type `map` apart.
  package var listMapKeys: [String] { node["x-kubernetes-list-map-keys"]?.asArray?.compactMap(\.asString) ?? [] }
  /// Whether an object belongs to one manager as a whole.
  package var isAtomicMap: Bool { node["x-kubernetes-map-type"]?.asString == "atomic" }

  package var propertyNames: [String] { node["properties"]?.asObject?.keys.sorted() ?? [] }
  package var hasProperties: Bool { !(node["properties"]?.asObject?.isEmpty ?? true) }
  package var properties: [String: ObjectSchema] { node["properties"]?.asObject?.mapValues(below) ?? [:] }
  package func property(_ name: String) -> ObjectSchema? { node["properties"]?[name].map(below) }

  /// The schema of a list's items.
  package var items: ObjectSchema? { node["items"].map(below) }

  /// The schema of what members have that are not named; nil if there may be none, or any.
  package var additionalProperties: ObjectSchema? {
    guard let additional = node["additionalProperties"], additional.asObject != nil else { return nil }
    return below(additional)
  }

  /// Whether nothing is known of an object's members, so that all are good.
  package var isFree: Bool {
    isPreservingUnknown || node["additionalProperties"]?.asBool == true || (!hasProperties && node["additionalProperties"] == nil)
  }

  /// What is found along member names; items of lists are entered with the name `*`.
  package subscript(path names: [String]) -> ObjectSchema? {
    var schema: ObjectSchema? = self
    for name in names { schema = name == "*" ? schema?.items : schema?.property(name) ?? schema?.additionalProperties }
    return schema
  }
}

/// The named parts of an OpenAPI document.
package struct SchemaDefinitions: Sendable {
  private let schemas: [String: JSONValue]
  /// The names of those that describe kinds.
  private let kinds: [GroupVersionKind: String]

  package init(_ schemas: [String: JSONValue]) {
    self.schemas = schemas
    var kinds: [GroupVersionKind: String] = [:]
    for (name, schema) in schemas {
      for entry in schema["x-kubernetes-group-version-kind"]?.asArray ?? [] {
        guard let kind = entry["kind"]?.asString, let version = entry["version"]?.asString else { continue }
        kinds[GroupVersionKind(group: entry["group"]?.asString ?? "", version: version, kind: kind)] = name
      }
    }
    self.kinds = kinds
  }

  /// The schema of a kind, if it is described here.
  package func schema(of kind: GroupVersionKind) -> ObjectSchema? {
    kinds[kind].flatMap { schemas[$0] }.map { ObjectSchema(openAPI: $0, definitions: self, isObject: true) }
  }

  /// What a node says when its references are followed; what it says itself counts more.
  fileprivate func resolved(_ json: JSONValue, depth: Int = 0) -> [String: JSONValue] {
    guard var node = json.asObject, depth < 32 else { return [:] }
    // A reference that is to say more stands alone in an `allOf`.
    var targets = node["allOf"]?.asArray.flatMap { $0.count == 1 ? $0 : nil } ?? []
    if let name = node["$ref"]?.asString, name.hasPrefix("#/components/schemas/") {
      targets = schemas[String(name.dropFirst("#/components/schemas/".count))].map { [$0] } ?? []
    }
    for target in targets { node.merge(resolved(target, depth: depth + 1)) { own, _ in own } }
    return node
  }
}
