import ProviderInterface
package import Values

/// A value as hosts exchange it. `DynamicValue` has a `Value` of its own, by being written as a literal.
package typealias HostValue = Value

/// A value of the language whose type is not fixed in Swift: a whole object of a type whose schema is data, a free-form manifest, or
/// a part of either.
///
/// It is the host's own value in a thin wrapper: what goes in comes out again with the very types it had. Literals make one:
/// `["name": "web", "ports": [80, 443], "owner": .null]`. A list in a literal is a sequence and a dictionary an object; where a schema
/// says set or map, they become that.
public struct DynamicValue: Hashable, Sendable {
  package let value: HostValue

  package init(_ value: HostValue) { self.value = value }

  /// A null of no particular type.
  public static let null = DynamicValue(.dynamicNull)
  /// A value that will be known only later.
  public static let unknown = DynamicValue(.dynamicUnknown)

  public static func string(_ text: String) -> DynamicValue { DynamicValue(.text(text)) }
  public static func bool(_ flag: Bool) -> DynamicValue { DynamicValue(.bool(flag)) }
  public static func number(_ number: ExactNumber) -> DynamicValue { DynamicValue(.number(number.number)) }
  public static func int(_ number: Int) -> DynamicValue { DynamicValue(.int(number)) }

  /// A number; null for what is no number.
  public static func double(_ number: Double) -> DynamicValue {
    DynamicValue(Number(number).map(HostValue.number) ?? .null(.number))
  }

  /// Elements in their order, of any types.
  public static func sequence(_ elements: [DynamicValue]) -> DynamicValue { DynamicValue(.tuple(elements.map(\.value))) }

  /// Attributes by name, of any types.
  public static func object(_ attributes: [String: DynamicValue]) -> DynamicValue {
    DynamicValue(.object(Dictionary(attributes.map { ($0.normalizedForValues, $1.value) }, uniquingKeysWith: { _, last in last })))
  }
}

extension DynamicValue {
  /// What a value is. A list, a set and a tuple are all sequences; a map and an object are both objects.
  public enum Content: Hashable, Sendable {
    case null
    case unknown
    case bool(Bool)
    case number(ExactNumber)
    case string(String)
    case sequence([DynamicValue])
    case object([String: DynamicValue])
  }

  public var content: Content {
    switch value {
    case .null: .null
    case .unknown: .unknown
    case .bool(let flag): .bool(flag)
    case .number(let number): .number(ExactNumber(number))
    case .string(let text): .string(text)
    case .list, .set, .tuple: .sequence(value.elements.map(DynamicValue.init))
    case .map, .object: .object(attributesByName)
    case .marked(let marked): DynamicValue(marked.value).content
    }
  }

  private var attributesByName: [String: DynamicValue] {
    Dictionary(zip(value.keys, value.elements.map(DynamicValue.init)), uniquingKeysWith: { _, last in last })
  }

  public var isNull: Bool { value.isNull }
  /// Whether nothing is known of it. What is inside a known value may still be unknown.
  public var isUnknown: Bool { !value.isKnown }
  /// Whether everything in it is known.
  public var isWhollyKnown: Bool { value.isWhollyKnown }

  public var string: String? { value.asString }
  public var bool: Bool? { value.asBool }
  public var number: ExactNumber? { value.asNumber.map(ExactNumber.init) }
  /// A whole number that fits.
  public var int: Int? { value.asInt }
  /// The nearest one.
  public var double: Double? { value.asNumber?.double }

  /// The elements of a list, set or tuple; nil for all else.
  public var elements: [DynamicValue]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }

  /// The attributes of an object or the elements of a map; nil for all else.
  public var attributes: [String: DynamicValue]? {
    if case .object(let attributes) = content { attributes } else { nil }
  }

  /// The names of an object's attributes or a map's keys, in ascending order; empty for all else.
  public var keys: [String] { value.keys }

  /// The attribute of an object or the element of a map; null where there is none, unknown inside of what is unknown.
  ///
  /// Setting an attribute of what is no object makes it one. Setting null leaves the attribute there, as null.
  public subscript(name: String) -> DynamicValue {
    get {
      if isUnknown { return .unknown }
      return value.element(at: name).map(DynamicValue.init) ?? .null
    }
    set {
      if case .map(let map) = value {
        var elements = Dictionary(uniqueKeysWithValues: zip(map.keys, map.values))
        elements[name] = newValue.value
        if newValue.value.conforms(to: map.elementType) {
          self = DynamicValue(.map(elements, of: map.elementType))
          return
        }
      }
      var all = attributes ?? [:]
      all[name] = newValue
      self = .object(all)
    }
  }

  /// The element of a sequence; null where there is none, unknown inside of what is unknown.
  public subscript(index: Int) -> DynamicValue {
    if isUnknown { return .unknown }
    let elements = value.keys.isEmpty ? value.elements : []
    return elements.indices.contains(index) ? DynamicValue(elements[index]) : .null
  }

  /// The same object or map without an attribute.
  public func removing(_ name: String) -> DynamicValue {
    guard var all = attributes else { return self }
    all[name] = nil
    if case .map(let map) = value { return DynamicValue(.map(all.mapValues(\.value), of: map.elementType)) }
    return .object(all)
  }

  /// The same value with nulls for all that is unknown.
  public var withUnknownsAsNull: DynamicValue { DynamicValue(value.withUnknownsAsNull) }
}

extension DynamicValue {
  /// Compact JSON. What is unknown is written as null.
  public var json: String { String(decoding: JSONValueCodec.encode(value), as: UTF8.self) }

  /// Reads a JSON document: arrays become sequences, objects objects. Numbers keep all their digits.
  public init(json: String) throws(AttributeError) {
    do throws(CodecError) {
      value = try JSONValueCodec.decode(Array(json.utf8))
    } catch {
      throw AttributeError("This is no JSON: \(error.message).")
    }
  }
}

extension DynamicValue: CustomStringConvertible {
  /// For messages and test failures: JSON, in which what is unknown reads `(unknown)`.
  public var description: String {
    switch content {
    case .unknown: "(unknown)"
    case .sequence(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
    case .object(let attributes):
      "{\(attributes.sorted { $0.key < $1.key }.map { "\(JSONWriter.quoted($0, escapesHTML: false)): \($1)" }.joined(separator: ", "))}"
    default: json
    }
  }
}

extension DynamicValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByStringInterpolation
{
  public init(stringLiteral text: String) { self = .string(text) }
  public init(booleanLiteral flag: Bool) { self = .bool(flag) }
  public init(integerLiteral number: Int) { self = .int(number) }
  public init(floatLiteral number: Double) { self = .number(ExactNumber(floatLiteral: number)) }
  public init(arrayLiteral elements: DynamicValue...) { self = .sequence(elements) }
  public init(dictionaryLiteral attributes: (String, DynamicValue)...) {
    self = .object(Dictionary(attributes, uniquingKeysWith: { _, last in last }))
  }
}
