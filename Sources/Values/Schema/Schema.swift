/// The schema of a provider, resource type, data source or block of the language itself, with the version of its stored form.
package struct Schema: Sendable {
  package var version: Int64
  package var block: BlockSchema

  package init(version: Int64 = 0, block: BlockSchema) {
    self.version = version
    self.block = block
  }
}

package enum NestingMode: Hashable, Sendable {
  case single
  /// At most one; never null: what is absent has all attributes null. Blocks only.
  case group
  case list
  case set
  case map
}

/// How a description is to be shown.
package enum DescriptionKind: Hashable, Sendable {
  case plain
  case markdown
}

/// The content of a block: attributes and nested blocks, each sorted by name. Copies share storage.
package struct BlockSchema: Sendable {
  private final class Storage: Sendable {
    let attributes: [AttributeSchema]
    let blocks: [NestedBlockSchema]
    let attributeIndex: [String: Int]
    let blockIndex: [String: Int]
    let description: String
    let descriptionKind: DescriptionKind
    let deprecated: Bool
    let impliedType: ObjectType
    let configurationType: ObjectType
    let containsSensitive: Bool
    let containsWriteOnly: Bool
    let emptyValue: Value

    init(
      attributes: [AttributeSchema], blocks: [NestedBlockSchema], description: String,
      descriptionKind: DescriptionKind, deprecated: Bool
    ) {
      self.attributes = attributes.sorted { $0.name < $1.name }
      self.blocks = blocks.sorted { $0.name < $1.name }
      self.description = description
      self.descriptionKind = descriptionKind
      self.deprecated = deprecated
      attributeIndex = Dictionary(
        self.attributes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
      blockIndex = Dictionary(self.blocks.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
      let members = BlockSchema.members(self.attributes, self.blocks)
      impliedType = ObjectType(members.map { ($0.name, $0.type) })
      let configuration = ObjectType(members.map { ($0.name, $0.configurationType) })
      configurationType = configuration == impliedType ? impliedType : configuration
      containsSensitive =
        self.attributes.contains(where: \.containsSensitive) || self.blocks.contains { $0.block.containsSensitive }
      containsWriteOnly =
        self.attributes.contains(where: \.containsWriteOnly) || self.blocks.contains { $0.block.containsWriteOnly }
      let empty = Dictionary(members.map { ($0.name, $0.emptyValue) }, uniquingKeysWith: { _, last in last })
      emptyValue = .object(type: impliedType, values: impliedType.names.map { empty[$0] ?? .dynamicNull })
    }
  }

  private let storage: Storage

  package init(
    attributes: [AttributeSchema] = [], blocks: [NestedBlockSchema] = [], description: String = "",
    descriptionKind: DescriptionKind = .plain, deprecated: Bool = false
  ) {
    storage = Storage(
      attributes: attributes, blocks: blocks, description: description, descriptionKind: descriptionKind,
      deprecated: deprecated)
  }

  /// In ascending order of names.
  package var attributes: [AttributeSchema] { storage.attributes }
  /// In ascending order of names.
  package var blocks: [NestedBlockSchema] { storage.blocks }
  package var description: String { storage.description }
  package var descriptionKind: DescriptionKind { storage.descriptionKind }
  package var deprecated: Bool { storage.deprecated }

  package func attribute(_ name: String) -> AttributeSchema? {
    storage.attributeIndex[name].map { storage.attributes[$0] }
  }

  package func block(_ name: String) -> NestedBlockSchema? {
    storage.blockIndex[name].map { storage.blocks[$0] }
  }

  /// The type of values of this block: an attribute for each attribute and nested block. A list or map of blocks whose type contains
  /// `dynamic` has no element type and is `dynamic` itself: its values are tuples or objects.
  package var impliedType: ObjectType { storage.impliedType }

  /// The implied type in which the optional and computed attributes of nested attribute types may be left out:
  /// what configuration is converted to.
  package var configurationType: ObjectType { storage.configurationType }

  /// Whether an attribute in it, at any depth, is sensitive: O(1).
  package var containsSensitive: Bool { storage.containsSensitive }

  /// Whether an attribute in it, at any depth, is write-only: O(1).
  package var containsWriteOnly: Bool { storage.containsWriteOnly }

  /// The value of a block in which nothing is written: attributes and single blocks null, groups empty, collections empty.
  package var emptyValue: Value { storage.emptyValue }
}

extension BlockSchema {
  private struct Member {
    var name: String
    var type: ValueType
    var configurationType: ValueType
    var emptyValue: Value
  }

  private static func members(_ attributes: [AttributeSchema], _ blocks: [NestedBlockSchema]) -> [Member] {
    attributes.map {
      Member(
        name: $0.name, type: $0.type, configurationType: $0.configurationType, emptyValue: .null($0.type))
    }
      + blocks.map {
        Member(
          name: $0.name, type: $0.impliedType, configurationType: $0.configurationType, emptyValue: $0.emptyValue)
      }
  }
}
