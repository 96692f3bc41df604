/// A struct whose properties with `@Attribute` and `@Block` are the schema of something: a resource, a data source, the provider's own
/// configuration. Other properties are its own affair.
///
/// Names follow from those of the properties: `httpPort` is `http_port`.
public protocol Model: Sendable {
  init()
  /// Looks at a configuration as a whole, after its attributes were looked at one by one. Throw what is wrong: `throw
  /// $port.error("…")`. What is unknown yet must be asked first: `$port.known` is nil then.
  func validate() throws
}

extension Model {
  public func validate() throws {}
}

/// A struct inside of a model: an attribute that is an object, or a block. Equality is that of the attributes.
public protocol NestedObject: Model, AttributeValue, Hashable {}

extension NestedObject {
  public static var attributeType: AttributeType {
    let members = Self().members
    let blocks = members.blocks.map { block in
      AttributeDefinition(block.name, .dynamic) {
        $0.definitionProblem = "is a block inside of an attribute, where only attributes can be"
      }
    }
    return .object(members.attributes + blocks)
  }

  public static var emptyValue: Self { Self() }

  public init(from attribute: AttributeReader) throws {
    guard !attribute.value.keys.isEmpty || attribute.value.attributes != nil else { throw attribute.mismatch("an object is needed here") }
    self.init()
    load(attribute.value.value, at: attribute.path.path, attribute.reading)
  }

  public var dynamicValue: DynamicValue { DynamicValue(stored) }

  public static func == (left: Self, right: Self) -> Bool { left.stored == right.stored }
  public func hash(into hasher: inout Hasher) { hasher.combine(stored) }
}
