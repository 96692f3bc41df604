/// One attribute of a block or of a nested attribute type.
package struct AttributeSchema: Sendable {
  package var name: String
  /// Without optional attributes. For a nested attribute type, the type that it implies.
  package let type: ValueType
  /// The attributes of the objects that the value is made of, where the provider describes them one by one.
  package let nestedType: NestedAttributeSchema?
  package var required: Bool
  package var optional: Bool
  package var computed: Bool
  package var sensitive: Bool
  package var writeOnly: Bool
  package var deprecated: Bool
  /// What the provider says about the deprecation; may be empty.
  package var deprecationMessage: String
  package var description: String
  package var descriptionKind: DescriptionKind

  package init(
    name: String, type: ValueType, required: Bool = false, optional: Bool = false, computed: Bool = false,
    sensitive: Bool = false, writeOnly: Bool = false, deprecated: Bool = false, deprecationMessage: String = "",
    description: String = "", descriptionKind: DescriptionKind = .plain
  ) {
    self.init(
      name: name, type: type, nestedType: nil, required: required, optional: optional, computed: computed,
      sensitive: sensitive, writeOnly: writeOnly, deprecated: deprecated, deprecationMessage: deprecationMessage,
      description: description, descriptionKind: descriptionKind)
  }

  package init(
    name: String, nestedType: NestedAttributeSchema, required: Bool = false, optional: Bool = false,
    computed: Bool = false, sensitive: Bool = false, writeOnly: Bool = false, deprecated: Bool = false,
    deprecationMessage: String = "", description: String = "", descriptionKind: DescriptionKind = .plain
  ) {
    self.init(
      name: name, type: nestedType.impliedType, nestedType: nestedType, required: required, optional: optional,
      computed: computed, sensitive: sensitive, writeOnly: writeOnly, deprecated: deprecated,
      deprecationMessage: deprecationMessage, description: description, descriptionKind: descriptionKind)
  }

  private init(
    name: String, type: ValueType, nestedType: NestedAttributeSchema?, required: Bool, optional: Bool, computed: Bool,
    sensitive: Bool, writeOnly: Bool, deprecated: Bool, deprecationMessage: String, description: String,
    descriptionKind: DescriptionKind
  ) {
    self.name = name
    self.type = type
    self.nestedType = nestedType
    self.required = required
    self.optional = optional
    self.computed = computed
    self.sensitive = sensitive
    self.writeOnly = writeOnly
    self.deprecated = deprecated
    self.deprecationMessage = deprecationMessage
    self.description = description
    self.descriptionKind = descriptionKind
  }

  /// The type that configuration is converted to: nested attributes that may be left out are optional.
  package var configurationType: ValueType { nestedType?.configurationType ?? type }
  package var containsSensitive: Bool { sensitive || nestedType?.containsSensitive == true }
  package var containsWriteOnly: Bool { writeOnly || nestedType?.containsWriteOnly == true }
}

/// An attribute's value as objects whose attributes are described one by one (protocol 6).
package struct NestedAttributeSchema: Sendable {
  private final class Storage: Sendable {
    let attributes: [AttributeSchema]
    let index: [String: Int]
    let objectType: ObjectType
    let configurationObjectType: ObjectType
    let containsSensitive: Bool
    let containsWriteOnly: Bool

    init(_ attributes: [AttributeSchema]) {
      self.attributes = attributes.sorted { $0.name < $1.name }
      index = Dictionary(self.attributes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
      objectType = ObjectType(self.attributes.map { ($0.name, $0.type) })
      configurationObjectType = ObjectType(
        self.attributes.map { ($0.name, $0.configurationType) },
        optional: Set(self.attributes.filter { $0.optional || $0.computed }.map(\.name)))
      containsSensitive = self.attributes.contains(where: \.containsSensitive)
      containsWriteOnly = self.attributes.contains(where: \.containsWriteOnly)
    }
  }

  package let nesting: NestingMode
  private let storage: Storage

  package init(nesting: NestingMode, attributes: [AttributeSchema]) {
    self.nesting = nesting
    storage = Storage(attributes)
  }

  /// In ascending order of names.
  package var attributes: [AttributeSchema] { storage.attributes }

  package func attribute(_ name: String) -> AttributeSchema? { storage.index[name].map { storage.attributes[$0] } }

  /// The type of one object.
  package var objectType: ObjectType { storage.objectType }
  /// The type of the whole attribute.
  package var impliedType: ValueType { nested(.object(storage.objectType)) }
  package var configurationType: ValueType { nested(.object(storage.configurationObjectType)) }
  package var containsSensitive: Bool { storage.containsSensitive }
  package var containsWriteOnly: Bool { storage.containsWriteOnly }

  private func nested(_ type: ValueType) -> ValueType {
    switch nesting {
    case .single, .group: type
    case .list: .list(type)
    case .set: .set(type)
    case .map: .map(type)
    }
  }
}

/// Blocks of one type inside another block.
package struct NestedBlockSchema: Sendable {
  package var name: String
  package let nesting: NestingMode
  package let block: BlockSchema
  package var minItems: Int
  /// 0 means no limit.
  package var maxItems: Int

  package init(name: String, nesting: NestingMode, block: BlockSchema, minItems: Int = 0, maxItems: Int = 0) {
    self.name = name
    self.nesting = nesting
    self.block = block
    self.minItems = minItems
    self.maxItems = maxItems
  }

  package var impliedType: ValueType { nested(block.impliedType) }
  package var configurationType: ValueType { nested(block.configurationType) }

  private func nested(_ type: ObjectType) -> ValueType {
    switch nesting {
    case .single, .group: .object(type)
    case .list: type.containsDynamic ? .dynamic : .list(.object(type))
    case .set: .set(.object(type))
    case .map: type.containsDynamic ? .dynamic : .map(.object(type))
    }
  }

  /// The value when no such block is written.
  package var emptyValue: Value {
    let type = block.impliedType
    switch nesting {
    case .single: return .null(.object(type))
    case .group: return block.emptyValue
    case .list: return type.containsDynamic ? .emptyTuple : .list([], of: .object(type))
    case .set: return .set([], of: .object(type))
    case .map: return type.containsDynamic ? .emptyObject : .map([:], of: .object(type))
    }
  }
}
