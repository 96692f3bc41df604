/// Something that is only read. The struct holds its arguments, and `read` sets the computed attributes.
public protocol DataSource<Owner>: ProvidedType {
  associatedtype Owner: Provider
  mutating func read(_ context: Context<Owner>) async throws
}

/// Something that exists while a run does, and of which nothing is stored: a token, a tunnel, a temporary file.
public protocol EphemeralResource<Owner>: ProvidedType {
  associatedtype Owner: Provider
  /// Opens it and sets the computed attributes.
  mutating func open(_ context: Context<Owner>) async throws -> EphemeralLifetime
  /// Makes it last longer. The struct holds what `open` left in it.
  mutating func renew(_ context: Context<Owner>) async throws -> EphemeralLifetime
  func close(_ context: Context<Owner>) async throws
}

extension EphemeralResource {
  public mutating func renew(_ context: Context<Owner>) async throws -> EphemeralLifetime { .untilClosed }
  public func close(_ context: Context<Owner>) async throws {}
}

/// How long something that was opened lasts.
public enum EphemeralLifetime: Hashable, Sendable {
  case untilClosed
  /// Must be renewed when this much time has passed.
  case renewed(after: Duration)
}

/// A function that configurations call as `provider::files::join(…)`. The struct holds the arguments, in the order in which they are
/// declared.
///
/// The same arguments must always give the same result.
public protocol Function: Sendable {
  associatedtype Result: AttributeValue
  /// By default the Swift name in the schema's letters.
  static var name: String { get }
  /// One line.
  static var summary: String { get }
  static var description: String { get }
  init()
  /// Throw `$name.error("…")` to blame an argument.
  func call() throws -> Result
}

extension Function {
  public static var name: String { attributeName(ofProperty: "\(Self.self)") }
  public static var summary: String { "" }
  public static var description: String { "" }
}

/// An argument of a function. An optional type takes null; a variadic one, which must be an array and the last, takes all that is left.
@propertyWrapper
public struct Parameter<Value: AttributeValue>: Sendable {
  private var cell = Cell<Value>()
  let description: String
  let explicitName: String?
  let isVariadic: Bool

  /// For `@Parameter` alone.
  public init() { self.init("") }

  public init(_ description: String = "", name: String? = nil, variadic isVariadic: Bool = false) {
    self.description = description
    explicitName = name
    self.isVariadic = isVariadic
  }

  public var wrappedValue: Value {
    get { cell.read(default: nil) }
    set {
      if !isKnownUniquelyReferenced(&cell) { cell = cell.copy() }
      cell.set(.value(newValue))
    }
  }

  public var projectedValue: Self { self }

  /// An error about the argument.
  public func error(_ message: String) -> AttributeError { AttributeError(message, at: AttributePath(cell.path)) }
}

/// What the function's reflection needs of a parameter.
protocol FunctionParameter {
  var description: String { get }
  var explicitName: String? { get }
  var isVariadic: Bool { get }
  var type: AttributeType { get }
  var isNullable: Bool { get }
  func load(_ value: DynamicValue, named name: String, _ reading: ModelReading)
}

extension Parameter: FunctionParameter {
  var type: AttributeType { Value.attributeType }
  var isNullable: Bool { Value.isNullable }
  func load(_ value: DynamicValue, named name: String, _ reading: ModelReading) {
    cell.load(value.value, at: AttributePath(name).path, reading)
  }
}
