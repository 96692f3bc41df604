import YAML

/// What a value may look like, and how two of them are merged: the part of an API schema that the server works with.
indirect enum Schema: Sendable {
  case scalar(ScalarType)
  /// Anything: objects are merged member by member, lists are taken whole.
  case any
  case object(ObjectSchema)
  case map(Schema, isAtomic: Bool)
  case list(Schema, ListType)
  /// A type of the built-in table; this is how types are recursive.
  case named(String)

  /// The schema itself behind a name.
  var resolved: Schema {
    guard case .named(let name) = self else { return self }
    return BuiltinSchemas.types[name].map { .object($0) } ?? .any
  }

  /// Whether a value has one owner, whatever is in it.
  var isLeaf: Bool {
    switch resolved {
    case .scalar: true
    case .any, .named: false
    case .object(let object): object.isAtomic
    case .map(_, let isAtomic): isAtomic
    case .list(_, let type): type == .atomic
    }
  }

  /// What a member of an object or a map may look like; nil if there must be none of that name.
  func member(_ name: String) -> Schema? {
    switch resolved {
    case .object(let object): object.fields[name]?.schema ?? (object.preservesUnknown ? .any : nil)
    case .map(let element, _): element
    case .any: .any
    default: nil
    }
  }

  /// Whether a member is one that the schema names, unlike the keys of a map.
  func names(_ member: String) -> Bool {
    if case .object(let object) = resolved { return object.fields[member] != nil }
    return false
  }
}

enum ScalarType: String, Sendable {
  case string, int, bool, num
  /// An amount like `500m` or `1Gi`, which has one spelling that it is stored in.
  case qty
  case intstr
  case time
  /// Base64.
  case bytes
}

enum ListType: Hashable, Sendable {
  /// Replaced whole.
  case atomic
  /// Values, each once.
  case set
  /// Objects, each known by these members.
  case keyed([String])
}

/// A type with named fields.
final class ObjectSchema: Sendable {
  struct Field: Sendable {
    var schema: Schema
    var isRequired = false
    var defaultValue: JSONValue?
  }

  let name: String
  let fields: [String: Field]
  let isAtomic: Bool
  let preservesUnknown: Bool

  init(name: String, fields: [String: Field], isAtomic: Bool = false, preservesUnknown: Bool = false) {
    self.name = name
    self.fields = fields
    self.isAtomic = isAtomic
    self.preservesUnknown = preservesUnknown
  }
}

/// The types of the built-in kinds.
enum BuiltinSchemas {
  /// By name. The text is read once, when the first of them is wanted.
  static let types: [String: ObjectSchema] = {
    let texts = [
      metaTypes, podTypes, volumeTypes, coreTypes, workloadTypes, networkTypes, policyTypes, extensionTypes,
    ]
    var types: [String: ObjectSchema] = [:]
    for text in texts { SchemaText.read(text, into: &types) }
    return types
  }()

  /// The schema of a kind: its own fields, and those that all have.
  static func root(_ kind: String) -> Schema { .named(kind) }
}
