package import Values

/// The schema of one object: the content of a block, or the attributes of a nested attribute type.
package enum ObjectSchema {
  case block(BlockSchema)
  case attributes(NestedAttributeSchema)

  package enum Member {
    case attribute(AttributeSchema)
    case block(NestedBlockSchema)
  }

  package var type: ObjectType {
    switch self {
    case .block(let schema): schema.impliedType
    case .attributes(let schema): schema.objectType
    }
  }

  /// Calls the visitor for every attribute and nested block, with its place among the names of the type.
  package func forEachMember(_ visit: (Int, Member) -> Void) {
    let attributes: [AttributeSchema]
    var blocks: [NestedBlockSchema] = []
    switch self {
    case .block(let schema): (attributes, blocks) = (schema.attributes, schema.blocks)
    case .attributes(let schema): attributes = schema.attributes
    }
    var attributeIndex = 0
    var blockIndex = 0
    // Both lists are sorted as the names are, so that one pass finds every place.
    for (place, name) in type.names.enumerated() {
      if attributeIndex < attributes.count, attributes[attributeIndex].name == name {
        visit(place, .attribute(attributes[attributeIndex]))
        attributeIndex += 1
      } else if blockIndex < blocks.count, blocks[blockIndex].name == name {
        visit(place, .block(blocks[blockIndex]))
        blockIndex += 1
      }
    }
  }

  /// An object of the type, with a value for every member.
  package func object(_ value: (Int, Member) -> Value) -> Value {
    let type = type
    var values = type.types.map(Value.null)
    forEachMember { place, member in values[place] = value(place, member) }
    return .object(type: type, values: values)
  }
}

/// Reads the attributes of an object by their place among the sorted names of its type. Null reads as nulls and unknown as
/// unknown values, so that callers need no case for them.
package struct ObjectReader {
  private enum Content {
    case aligned(ObjectValue)
    case byName(ObjectValue)
    case null
    case unknown
  }

  private let content: Content
  package let type: ObjectType

  package init(_ value: Value, _ type: ObjectType) {
    self.type = type
    switch value.unmarked().0 {
    case .object(let object):
      content = object.attributeNames == type.attributeNames ? .aligned(object) : .byName(object)
    case .unknown: content = .unknown
    default: content = .null
    }
  }

  package subscript(place: Int) -> Value {
    switch content {
    case .aligned(let object): object.values[place]
    case .byName(let object): object[type.names[place]] ?? .null(type.types[place])
    case .null: .null(type.types[place])
    case .unknown: .unknown(type.types[place])
    }
  }
}

extension Value {
  /// The element of a map or the attribute of an object with that name.
  package func element(at key: String) -> Value? {
    switch self {
    case .map(let map): map[key]
    case .object(let object): object[key]
    case .marked(let marked): marked.value.element(at: key)
    default: nil
    }
  }

  var isTuple: Bool {
    if case .tuple = self { true } else { false }
  }

  /// Whether it is a set, or a null or unknown value of such a type.
  var isOfSetType: Bool {
    switch self {
    case .set, .null(.set): true
    case .unknown(let unknown): if case .set = unknown.type { true } else { false }
    case .marked(let marked): marked.value.isOfSetType
    default: false
    }
  }

  /// The same list, tuple, map or object with other elements, in the same order; the element type stays.
  package func withElements(_ parts: [Value]) -> Value {
    switch self {
    case .list(let list): .list(parts, of: list.elementType)
    case .set(let set): .set(parts, of: set.elementType)
    case .map(let map): .map(sortedKeys: map.keys, values: parts, of: map.elementType)
    case .tuple: .tuple(parts)
    case .object(let object): .object(names: object.attributeNames, values: parts)
    case .marked(let marked): marked.value.withElements(parts).marked(with: marked.marks)
    default: self
    }
  }
}
