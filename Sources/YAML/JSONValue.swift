// YAML: YAML and JSON as one plain value, read and written as the Kubernetes world reads and writes them.
// This room knows no schema, no object kinds and no files: bytes in, values out, and back.

/// What JSON can say, and so what a Kubernetes object or a chart's values are made of.
///
/// Whole numbers that fit stay whole; everything else is a `float`. Members have no order of their own.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case float(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue {
  /// The member of an object. Nil when this is no object or has no such member; setting nil removes it.
  /// Setting a member of what is no object makes an object of it.
  package subscript(_ name: String) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[name]
    }
    set {
      guard case .object(var members) = self else {
        if let newValue { self = .object([name: newValue]) }
        return
      }
      // The only reference must be ours while a member changes, else all members are copied.
      self = .null
      members[name] = newValue
      self = .object(members)
    }
  }

  /// The item of an array; nil when this is no array or has no such item.
  package subscript(_ index: Int) -> JSONValue? {
    guard case .array(let items) = self, items.indices.contains(index) else { return nil }
    return items[index]
  }

  /// What is found when one member after the other is taken.
  package subscript(path names: [String]) -> JSONValue? {
    var value = self
    for name in names {
      guard let member = value[name] else { return nil }
      value = member
    }
    return value
  }

  package var isNull: Bool { self == .null }

  package var asBool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  package var asString: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// Also of a float that is whole.
  package var asInteger: Int64? {
    switch self {
    case .integer(let number): number
    case .float(let number): Int64(exactly: number)
    default: nil
    }
  }

  package var asDouble: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  package var asArray: [JSONValue]? {
    if case .array(let items) = self { items } else { nil }
  }

  package var asObject: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// What JSON Schema calls it: `null`, `boolean`, `integer`, `number`, `string`, `array` or `object`.
  package var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .float(let number): Int64(exactly: number) == nil ? "number" : "integer"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// How deep values may be nested that come from outside.
  package static let deepestNesting = 1000
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .float(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// The last of equal names wins.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
}
