import Values

/// A property of a model that is an attribute of its schema.
///
/// Its type is that of the attribute: an optional type is an optional attribute, any other a required one, and the value that a property
/// is given in the model is the attribute's default. Traits say the rest:
///
///     @Attribute("Where it stands.", .requiresReplacement) var path: String
///     @Attribute("Its permissions.") var mode = "0644"
///     @Attribute("Its checksum.", .computed) var checksum: String
///
/// `$path` tells what the plain value cannot: whether it is known yet, and where it stands, for errors.
@propertyWrapper
public struct Attribute<Value: AttributeValue>: Sendable {
  private var cell = Cell<Value>()
  private let definition: Definition

  private final class Definition: Sendable {
    let description: String
    let name: String?
    let traits: [AttributeTrait<Value.Base>]
    let defaultValue: Value?

    init(_ description: String, _ name: String?, _ traits: [AttributeTrait<Value.Base>], _ defaultValue: Value?) {
      self.description = description
      self.name = name
      self.traits = traits
      self.defaultValue = defaultValue
    }
  }

  /// - Parameter name: in the schema, where the property's own does not do.
  public init(_ description: String, name: String? = nil, _ traits: AttributeTrait<Value.Base>...) {
    definition = Definition(description, name, traits, nil)
  }

  /// For `@Attribute` alone.
  public init() { definition = Definition("", nil, [], nil) }

  public init(name: String? = nil, _ traits: AttributeTrait<Value.Base>...) {
    definition = Definition("", name, traits, nil)
  }

  /// - Parameter wrappedValue: used where the configuration says nothing.
  public init(wrappedValue: Value, _ description: String, name: String? = nil, _ traits: AttributeTrait<Value.Base>...) {
    definition = Definition(description, name, traits, wrappedValue)
  }

  public init(wrappedValue: Value, name: String? = nil, _ traits: AttributeTrait<Value.Base>...) {
    definition = Definition("", name, traits, wrappedValue)
  }

  public var wrappedValue: Value {
    get { cell.read(default: definition.defaultValue) }
    set { set(newValue.dynamicValue.isNull ? .null : .value(newValue)) }
  }

  public var projectedValue: Self {
    get { self }
    set { self = newValue }
  }

  private mutating func set(_ content: Cell<Value>.Content) {
    if !isKnownUniquelyReferenced(&cell) { cell = cell.copy() }
    cell.set(content)
  }
}

/// What `$name` tells of the attribute `name`.
extension Attribute {
  /// Whether the value, or a part of it that the Swift type needs, will be known only later.
  public var isUnknown: Bool { cell.isUnknown || cell.known.map { !$0.dynamicValue.isWhollyKnown } ?? false }
  public var isKnown: Bool { !isUnknown }
  /// Whether it is known, and null.
  public var isNull: Bool { if case .null = cell.content { true } else { cell.isUnset && Value.isNullable } }
  /// The value, if it is known and not null.
  public var known: Value.Base? { cell.known?.baseValue }
  /// Where it stands in its object.
  public var path: AttributePath { AttributePath(cell.path) }

  /// An error about the attribute: `throw $path.error("It must be absolute.")`.
  public func error(_ message: String, summary: String? = nil) -> AttributeError {
    AttributeError(message, summary: summary, at: path)
  }

  /// While a change is planned: says that the value will be known only when the change was made.
  public mutating func makeUnknown() { set(.unknown) }
}

extension Attribute: ModelField {
  var explicitName: String? { definition.name }

  func load(_ value: Values.Value, at path: Path, _ reading: ModelReading) { cell.load(value, at: path, reading) }

  var stored: Values.Value {
    if let raw = cell.raw { return raw }
    let type = Value.attributeType.valueType
    switch cell.content {
    case .value(let value): return value.dynamicValue.value
    case .null: return .null(type)
    case .unknown: return .unknown(type)
    case .unset:
      if let value = definition.defaultValue { return value.dynamicValue.value }
      return Value.isNullable && !isComputed ? .null(type) : .unknown(type)
    }
  }

  private var isComputed: Bool {
    var probe = AttributeDefinition("", .dynamic)
    for trait in definition.traits { trait.apply(&probe) }
    return probe.isPresenceStated && probe.isComputed
  }

  func member(named name: String) -> ModelMember {
    var result = AttributeDefinition(name, Value.attributeType, .required, description: definition.description)
    for trait in definition.traits { trait.apply(&result) }
    let isOptionalType = Value.Base.self != Value.self
    if let value = definition.defaultValue?.dynamicValue, !value.isNull {
      result.defaultValue = value
      if result.presence == .computed { result.definitionProblem = "is computed and has a default" }
      if !result.isPresenceStated { result.presence = .optional }
    } else if !result.isPresenceStated {
      result.presence = isOptionalType ? .optional : .required
    } else if result.isOptional, !Value.isNullable {
      result.definitionProblem = "may be left out of configurations, so that its Swift type must be optional or it needs a default"
    }
    if result.presence == .required, isOptionalType {
      result.definitionProblem = "is required, so that its Swift type must not be optional"
    }
    result.isNullable = Value.isNullable
    return .attribute(result)
  }
}
