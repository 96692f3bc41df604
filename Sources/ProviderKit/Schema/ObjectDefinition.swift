import Values

/// What an object is made of: the content of a resource, a data source, a provider's configuration or a nested block.
public struct ObjectDefinition: Sendable {
  public var attributes: [AttributeDefinition]
  public var blocks: [BlockDefinition]
  public var description: String
  /// What to use instead; nil if the type is not deprecated.
  public var deprecation: String?
  /// What objects are known by, where that is not some of their attributes.
  public var ownIdentity: ObjectIdentity?

  public init(
    attributes: [AttributeDefinition] = [], blocks: [BlockDefinition] = [], description: String = "", deprecation: String? = nil
  ) {
    self.attributes = attributes
    self.blocks = blocks
    self.description = description
    self.deprecation = deprecation
  }
}

/// What objects are known by, where that is not some of their attributes, but is found somewhere in them.
public struct ObjectIdentity: Sendable {
  /// What it is made of.
  public var attributes: [AttributeDefinition]
  /// Finds it in an object, as an object with these attributes; nil where it is not known yet.
  public var found: @Sendable (_ object: DynamicValue) -> DynamicValue?
  /// Makes an object of it, with as many attributes as `read` needs to find the rest.
  public var object: @Sendable (_ identity: DynamicValue) throws -> DynamicValue

  public init(
    _ attributes: [AttributeDefinition], found: @escaping @Sendable (_ object: DynamicValue) -> DynamicValue?,
    object: @escaping @Sendable (_ identity: DynamicValue) throws -> DynamicValue
  ) {
    self.attributes = attributes
    self.found = found
    self.object = object
  }
}

/// Blocks of one kind inside another: what configurations write as `rule { … }`.
public struct BlockDefinition: Sendable {
  public enum Nesting: Hashable, Sendable {
    /// At most one.
    case single
    case list
    case set
    /// By a label.
    case map
  }

  public var name: String
  public var nesting: Nesting
  public var content: ObjectDefinition
  public var minimumCount: Int
  /// Nil for as many as one likes.
  public var maximumCount: Int?
  /// Whether any change of the blocks can only be had by a new object.
  public var requiresReplacement = false

  public init(
    _ name: String, _ nesting: Nesting, _ content: ObjectDefinition, minimumCount: Int = 0, maximumCount: Int? = nil
  ) {
    self.name = name
    self.nesting = nesting
    self.content = content
    self.minimumCount = minimumCount
    self.maximumCount = maximumCount
  }

  var mode: NestingMode {
    switch nesting {
    case .single: .single
    case .list: .list
    case .set: .set
    case .map: .map
    }
  }
}

/// The schema of a resource type, with the version of its stored form.
public struct ResourceDefinition: Sendable {
  public var content: ObjectDefinition
  /// Goes up when states of older versions have to be upgraded.
  public var version: Int
  /// Whether objects can be changed in place. If not, every change replaces them.
  public var isUpdatable: Bool

  public init(_ content: ObjectDefinition, version: Int = 0, isUpdatable: Bool = true) {
    self.content = content
    self.version = version
    self.isUpdatable = isUpdatable
  }
}

extension ObjectDefinition {
  var block: BlockSchema {
    BlockSchema(
      attributes: attributes.map(\.schema),
      blocks: blocks.map {
        NestedBlockSchema(
          name: $0.name, nesting: $0.mode, block: $0.content.block,
          // Of a single block hosts want both numbers to be the same.
          minItems: $0.minimumCount, maxItems: $0.nesting == .single ? $0.minimumCount : $0.maximumCount ?? 0)
      },
      description: description, deprecated: deprecation != nil)
  }

  /// The first thing in it that no host could work with; nil if all is well.
  var problem: String? {
    var names = Set<String>()
    for name in attributes.map(\.name) + blocks.map(\.name) where !names.insert(name).inserted {
      return "the name \(name) stands for two attributes or blocks"
    }
    for attribute in attributes {
      if let problem = attribute.problem { return problem }
      for other in attribute.relations.flatMap(\.names) where !names.contains(other) {
        return "attribute \(attribute.name) speaks of an attribute \(other), which does not exist"
      }
    }
    for block in blocks {
      if !isValidName(block.name) { return "block \(block.name) needs a name of lower-case letters, digits and underscores" }
      if block.nesting != .single, block.content.block.impliedType.containsDynamic {
        return "block \(block.name) has dynamic values inside of a list, set or map of blocks"
      }
      if let problem = block.content.problem { return "\(problem) (in \(block.name))" }
    }
    return nil
  }

  /// What objects of the type are known by; nil if the type says nothing of it.
  var identity: Schema? {
    let members = ownIdentity?.attributes ?? attributes.filter(\.isIdentity)
    if members.isEmpty { return nil }
    return Schema(
      block: BlockSchema(
        attributes: members.map {
          AttributeSchema(
            name: $0.name, type: $0.type.valueType, required: $0.presence == .required, optional: $0.presence != .required,
            description: $0.description)
        }))
  }
}

extension AttributeRelation {
  var names: [String] {
    switch self {
    case .conflicts(let names), .requires(let names), .exactlyOne(let names), .atLeastOne(let names): names
    }
  }
}
