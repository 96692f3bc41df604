import Values

/// A Swift type that can be the type of an attribute.
///
/// Of the library's types: `String`, `Bool`, `Int`, `Double`, `ExactNumber` and `DynamicValue`; arrays, sets, dictionaries with
/// string keys, and optionals of all these; structs that are `NestedObject`s; enums with string values.
public protocol AttributeValue: Sendable {
  /// The type without the possibility of null.
  associatedtype Base: AttributeValue = Self
  /// The type in the schema.
  static var attributeType: AttributeType { get }
  /// Whether null is one of its values.
  static var isNullable: Bool { get }
  /// A value that stands where none can be given, for example when an unknown one was read.
  static var emptyValue: Self { get }
  /// Reads a value, which is known, and null only if the type is nullable.
  init(from attribute: AttributeReader) throws
  var dynamicValue: DynamicValue { get }
  /// The value if it is not null.
  var baseValue: Base? { get }
}

extension AttributeValue {
  public static var isNullable: Bool { false }
}

extension AttributeValue where Base == Self {
  public var baseValue: Self? { self }
}

/// A value from the host on its way to a Swift type.
public struct AttributeReader: Sendable {
  public let value: DynamicValue
  /// Where the value stands.
  public let path: AttributePath
  let reading: ModelReading

  init(_ value: DynamicValue, at path: AttributePath, _ reading: ModelReading) {
    self.value = value
    self.path = path
    self.reading = reading
  }

  /// Reads the value as another type: how a type of one's own builds on those of the library.
  public func read<Target: AttributeValue>(as type: Target.Type) throws -> Target {
    try read(value.value, path.path, as: type)
  }

  func element<Target: AttributeValue>(_ value: Value, _ step: Path.Step, as type: Target.Type) throws -> Target {
    try read(value, path.path.appending(step), as: type)
  }

  private func read<Target: AttributeValue>(_ value: Value, _ path: Path, as type: Target.Type) throws -> Target {
    let inner = AttributeReader(DynamicValue(value), at: AttributePath(path), reading)
    if !value.isKnown, !(Target.self is DynamicValue.Type) { throw UnknownValueError() }
    if value.isNull, !Target.isNullable { throw inner.mismatch("a value is needed here, not null") }
    return try Target(from: inner)
  }

  func mismatch(_ message: String) -> AttributeError { AttributeError(message, at: path) }
}

/// The value, or a part of it that must be known, is not known yet.
struct UnknownValueError: Error {}

extension String: AttributeValue {
  public static var attributeType: AttributeType { .string }
  public static var emptyValue: String { "" }
  public init(from attribute: AttributeReader) throws {
    guard let text = attribute.value.string else { throw attribute.mismatch("a string is needed here") }
    self = text
  }
  public var dynamicValue: DynamicValue { .string(self) }
}

extension Bool: AttributeValue {
  public static var attributeType: AttributeType { .bool }
  public static var emptyValue: Bool { false }
  public init(from attribute: AttributeReader) throws {
    guard let flag = attribute.value.bool else { throw attribute.mismatch("true or false is needed here") }
    self = flag
  }
  public var dynamicValue: DynamicValue { .bool(self) }
}

extension Int: AttributeValue {
  public static var attributeType: AttributeType { .integer }
  public static var emptyValue: Int { 0 }
  public init(from attribute: AttributeReader) throws {
    guard let number = attribute.value.int else { throw attribute.mismatch("a whole number of 64 bits is needed here") }
    self = number
  }
  public var dynamicValue: DynamicValue { .int(self) }
}

extension Double: AttributeValue {
  public static var attributeType: AttributeType { .number }
  public static var emptyValue: Double { 0 }
  public init(from attribute: AttributeReader) throws {
    guard let number = attribute.value.double else { throw attribute.mismatch("a number is needed here") }
    self = number
  }
  public var dynamicValue: DynamicValue { .double(self) }
}

extension ExactNumber: AttributeValue {
  public static var attributeType: AttributeType { .number }
  public static var emptyValue: ExactNumber { 0 }
  public init(from attribute: AttributeReader) throws {
    guard let number = attribute.value.number else { throw attribute.mismatch("a number is needed here") }
    self = number
  }
  public var dynamicValue: DynamicValue { .number(self) }
}

extension DynamicValue: AttributeValue {
  public static var attributeType: AttributeType { .dynamic }
  public static var isNullable: Bool { true }
  public static var emptyValue: DynamicValue { .null }
  public init(from attribute: AttributeReader) throws { self = attribute.value }
  public var dynamicValue: DynamicValue { self }
}

extension Optional: AttributeValue where Wrapped: AttributeValue {
  public typealias Base = Wrapped
  public static var attributeType: AttributeType { Wrapped.attributeType }
  public static var isNullable: Bool { true }
  public static var emptyValue: Wrapped? { nil }
  public var baseValue: Wrapped? { self }
  public init(from attribute: AttributeReader) throws {
    self = attribute.value.isNull ? nil : try attribute.read(as: Wrapped.self)
  }
  public var dynamicValue: DynamicValue { self?.dynamicValue ?? DynamicValue(.null(Wrapped.attributeType.valueType)) }
}

extension Array: AttributeValue where Element: AttributeValue {
  public static var attributeType: AttributeType { .list(Element.attributeType) }
  public static var emptyValue: [Element] { [] }
  public init(from attribute: AttributeReader) throws {
    guard let elements = attribute.value.elements else { throw attribute.mismatch("a list is needed here") }
    let isSet = if case .set = attribute.value.value { true } else { false }
    self = try elements.enumerated().map { index, element in
      try attribute.element(element.value, .index(isSet ? element.value : .int(index)), as: Element.self)
    }
  }
  public var dynamicValue: DynamicValue {
    DynamicValue(.list(map(\.dynamicValue.value), of: Element.attributeType.valueType))
  }
}

extension Set: AttributeValue where Element: AttributeValue {
  public static var attributeType: AttributeType { .set(Element.attributeType) }
  public static var emptyValue: Set<Element> { [] }
  public init(from attribute: AttributeReader) throws {
    guard let elements = attribute.value.elements else { throw attribute.mismatch("a set is needed here") }
    self = try Set(elements.map { try attribute.element($0.value, .index($0.value), as: Element.self) })
  }
  public var dynamicValue: DynamicValue {
    DynamicValue(.set(map(\.dynamicValue.value), of: Element.attributeType.valueType))
  }
}

extension Dictionary: AttributeValue where Key == String, Value: AttributeValue {
  public static var attributeType: AttributeType { .map(Value.attributeType) }
  public static var emptyValue: [String: Value] { [:] }
  public init(from attribute: AttributeReader) throws {
    guard let elements = attribute.value.attributes else { throw attribute.mismatch("a map is needed here") }
    var result: [String: Value] = [:]
    for (key, element) in elements {
      result[key] = try attribute.element(element.value, .index(.string(key)), as: Value.self)
    }
    self = result
  }
  public var dynamicValue: DynamicValue {
    mapped(map { ($0.key, $0.value.dynamicValue) }, of: Value.attributeType)
  }
}

/// Outside of `Dictionary`, whose own `Value` and `Values` hide those of the language.
private func mapped(_ elements: [(String, DynamicValue)], of type: AttributeType) -> DynamicValue {
  let values = elements.map { ($0.0.normalizedForValues, $0.1.value) }
  return DynamicValue(.map(Dictionary(values, uniquingKeysWith: { _, last in last }), of: type.valueType))
}

/// Enums with string values: `enum Tier: String, CaseIterable, AttributeValue { case free, paid }`. Configurations that say something
/// else are refused with the list of what may be said.
extension AttributeValue where Self: RawRepresentable, Self: CaseIterable, Self.RawValue == String {
  public static var attributeType: AttributeType { .choice(allCases.map(\.rawValue)) }
  /// The first case. No value of an enum without cases can exist, so that none is asked for.
  public static var emptyValue: Self { allCases[allCases.startIndex] }
  public init(from attribute: AttributeReader) throws {
    guard let text = attribute.value.string, let choice = Self(rawValue: text) else {
      throw attribute.mismatch("one of \(Self.allCases.map(\.rawValue).joined(separator: ", ")) is needed here")
    }
    self = choice
  }
  public var dynamicValue: DynamicValue { .string(rawValue) }
}
