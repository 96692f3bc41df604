import YAML

/// The schema of a custom kind, as its author wrote it: what is dropped, filled in and refused by it.
struct StructuralSchema {
  private let root: JSONValue
  private(set) var unknown: [String] = []

  init(_ root: JSONValue) { self.root = root }

  // MARK: Pruning

  /// An object without the fields that the schema does not have.
  mutating func pruned(_ object: JSONValue) -> JSONValue {
    guard case .object(let members) = object else { return object }
    var result: [String: JSONValue] = [:]
    for name in ["apiVersion", "kind", "metadata"] { result[name] = members[name] }
    if let metadata = members["metadata"] {
      var decoding = Decoding()
      result["metadata"] = decoding.decode(metadata, .named("ObjectMeta"), path: "metadata")
      unknown += decoding.unknown
    }
    let rest = members.filter { result[$0.key] == nil }
    if case .object(let kept) = pruned(.object(rest), root, "") { result.merge(kept) { first, _ in first } }
    return .object(result)
  }

  private mutating func pruned(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> JSONValue {
    switch value {
    case .object(let members):
      let keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"]?.asBool ?? false
      let properties = schema["properties"]?.asObject ?? [:]
      var result: [String: JSONValue] = [:]
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        let place = path.isEmpty ? name : "\(path).\(name)"
        if let below = properties[name] ?? Self.additional(schema) {
          result[name] = pruned(member, below, place)
        } else if keepsUnknown || Self.allowsAnyMember(schema)
          || schema["x-kubernetes-embedded-resource"]?.asBool ?? false && ["apiVersion", "kind", "metadata"].contains(name) {
          result[name] = member
        } else {
          unknown.append(place)
        }
      }
      return .object(result)
    case .array(let items):
      let below = schema["items"] ?? [:]
      return .array(items.enumerated().map { pruned($0.element, below, "\(path)[\($0.offset)]") })
    default: return value
    }
  }

  private static func additional(_ schema: JSONValue) -> JSONValue? {
    guard let additional = schema["additionalProperties"], additional.asObject != nil else { return nil }
    return additional
  }

  private static func allowsAnyMember(_ schema: JSONValue) -> Bool { schema["additionalProperties"]?.asBool ?? false }

  // MARK: Defaults

  static func withDefaults(_ value: JSONValue, _ schema: JSONValue) -> JSONValue {
    switch value {
    case .object(var members):
      for (name, below) in schema["properties"]?.asObject ?? [:] {
        if let member = members[name], !(member.isNull && below["default"] != nil && below["nullable"]?.asBool != true) {
          members[name] = withDefaults(member, below)
        } else if let fallback = below["default"] {
          members[name] = withDefaults(fallback, below)
        }
      }
      if let below = additional(schema) {
        for (name, member) in members where schema[path: ["properties", name]] == nil { members[name] = withDefaults(member, below) }
      }
      return .object(members)
    case .array(let items):
      guard let below = schema["items"] else { return value }
      return .array(items.map { withDefaults($0, below) })
    default: return value
    }
  }

  // MARK: The server's own form

  /// What the server merges by.
  static func schema(_ schema: JSONValue, isRoot: Bool = false) -> Schema {
    if schema["x-kubernetes-int-or-string"]?.asBool ?? false { return .scalar(.intstr) }
    let keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"]?.asBool ?? false
    let isAtomicMap = schema["x-kubernetes-map-type"]?.asString == "atomic"
    switch schema["type"]?.asString {
    case "string": return .scalar(.string)
    case "integer": return .scalar(.int)
    case "number": return .scalar(.num)
    case "boolean": return .scalar(.bool)
    case "array":
      let element = self.schema(schema["items"] ?? [:])
      switch schema["x-kubernetes-list-type"]?.asString {
      case "set": return .list(element, .set)
      case "map": return .list(element, .keyed(schema.items(at: ["x-kubernetes-list-map-keys"]).compactMap(\.asString)))
      default: return .list(element, .atomic)
      }
    case "object", nil:
      let properties = schema["properties"]?.asObject ?? [:]
      if properties.isEmpty, !isRoot {
        if let below = additional(schema) { return .map(self.schema(below), isAtomic: isAtomicMap) }
        if keepsUnknown || allowsAnyMember(schema) || schema["type"] == nil { return isAtomicMap ? .map(.any, isAtomic: true) : .any }
      }
      var fields: [String: ObjectSchema.Field] = [:]
      for (name, below) in properties {
        fields[name] = ObjectSchema.Field(schema: self.schema(below), defaultValue: below["default"])
      }
      if isRoot || schema["x-kubernetes-embedded-resource"]?.asBool ?? false {
        fields["apiVersion"] = ObjectSchema.Field(schema: .scalar(.string))
        fields["kind"] = ObjectSchema.Field(schema: .scalar(.string))
        fields["metadata"] = ObjectSchema.Field(schema: .named("ObjectMeta"))
      }
      return .object(ObjectSchema(name: "", fields: fields, isAtomic: isAtomicMap, preservesUnknown: keepsUnknown))
    default: return .any
    }
  }
}
