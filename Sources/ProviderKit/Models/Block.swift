import Values

/// What a property with `@Block` can be: an object for at most one block (optional, unless the block is required), an array, a set, or
/// a dictionary by the blocks' labels.
public protocol BlockValue: AttributeValue {
  static var blockNesting: BlockDefinition.Nesting { get }
  static var blockElement: any NestedObject.Type { get }
}

extension Optional: BlockValue where Wrapped: NestedObject {
  public static var blockNesting: BlockDefinition.Nesting { .single }
  public static var blockElement: any NestedObject.Type { Wrapped.self }
}

extension Array: BlockValue where Element: NestedObject {
  public static var blockNesting: BlockDefinition.Nesting { .list }
  public static var blockElement: any NestedObject.Type { Element.self }
}

extension Set: BlockValue where Element: NestedObject {
  public static var blockNesting: BlockDefinition.Nesting { .set }
  public static var blockElement: any NestedObject.Type { Element.self }
}

extension Dictionary: BlockValue where Key == String, Value: NestedObject {
  public static var blockNesting: BlockDefinition.Nesting { .map }
  public static var blockElement: any NestedObject.Type { Value.self }
}

/// A property of a model that is made of nested blocks: `@Block("What may pass.") var rule: [Rule]`.
///
/// Prefer attributes that are objects; blocks are for types that have them elsewhere.
@propertyWrapper
public struct Block<Value: BlockValue>: Sendable {
  private var cell = Cell<Value>()
  private let description: String
  private let name: String?
  private let count: ClosedRange<Int>
  private let requiresReplacement: Bool

  /// For `@Block` alone.
  public init() { self.init("") }

  /// - Parameters:
  ///   - name: in the schema, where the property's own does not do.
  ///   - count: how many there must be at least and may be at most.
  ///   - requiresReplacement: whether a change of the blocks can only be had by a new object.
  public init(
    _ description: String = "", name: String? = nil, count: ClosedRange<Int> = 0...Int.max, requiresReplacement: Bool = false
  ) {
    self.description = description
    self.name = name
    self.count = count
    self.requiresReplacement = requiresReplacement
  }

  public var wrappedValue: Value {
    get { cell.read(default: nil) }
    set {
      if !isKnownUniquelyReferenced(&cell) { cell = cell.copy() }
      cell.set(newValue.dynamicValue.isNull ? .null : .value(newValue))
    }
  }

  public var projectedValue: Self {
    get { self }
    set { self = newValue }
  }

  /// Whether it is not known yet which blocks there will be.
  public var isUnknown: Bool { cell.isUnknown }
  public var known: Value? { cell.known }
  public var path: AttributePath { AttributePath(cell.path) }

  public func error(_ message: String, summary: String? = nil) -> AttributeError {
    AttributeError(message, summary: summary, at: path)
  }
}

extension Block: ModelField {
  var explicitName: String? { name }

  func load(_ value: Values.Value, at path: Path, _ reading: ModelReading) { cell.load(value, at: path, reading) }

  var stored: Values.Value {
    if let raw = cell.raw { return raw }
    if case .value(let value) = cell.content { return value.dynamicValue.value }
    return Value.emptyValue.dynamicValue.value
  }

  func member(named name: String) -> ModelMember {
    let content = Value.blockElement.init().definition(description: description)
    var block = BlockDefinition(name, Value.blockNesting, content, minimumCount: count.lowerBound)
    block.maximumCount = count.upperBound == .max ? nil : count.upperBound
    block.requiresReplacement = requiresReplacement
    return .block(block)
  }
}
