import ProviderKit
import YAML

/// How the value of an attribute stands in a Kubernetes object.
enum ValueCoding: Sendable {
  case text
  case flag
  case integer
  case digits
  case numberOrText
  case fileMode
  case quantity
  case texts
  case textSet
  case integers
  case integerSet
  case textMap
  case quantityMap
  case encodedMap
  case encodedText

  var type: AttributeType {
    switch self {
    case .text, .digits, .numberOrText, .fileMode, .quantity, .encodedText: .string
    case .flag: .bool
    case .integer: .integer
    case .texts: .list(.string)
    case .textSet: .set(.string)
    case .integers: .list(.integer)
    case .integerSet: .set(.integer)
    case .textMap, .quantityMap, .encodedMap: .map(.string)
    }
  }

  /// Whether each key of it may have an owner of its own.
  var isMap: Bool {
    switch self {
    case .textMap, .quantityMap, .encodedMap: true
    default: false
    }
  }

  /// Nil for what says nothing: null, and an empty text where a number is meant.
  func encode(_ value: DynamicValue) -> JSONValue? {
    if value.isNull || value.isUnknown { return nil }
    switch self {
    case .text, .quantity: return value.string.map(JSONValue.string)
    case .flag: return value.bool.map(JSONValue.bool)
    case .integer: return value.int.map { .integer(Int64($0)) }
    case .digits: return value.string.flatMap { Int64($0) }.map(JSONValue.integer)
    case .numberOrText:
      guard let text = value.string, !text.isEmpty else { return nil }
      return Int64(text).map(JSONValue.integer) ?? .string(text)
    case .fileMode: return value.string.flatMap { Int64($0, radix: 8) }.map(JSONValue.integer)
    case .texts, .textSet: return value.elements.map { .array($0.map { .string($0.string ?? "") }) }
    case .integers, .integerSet: return value.elements.map { .array($0.compactMap { $0.int.map { .integer(Int64($0)) } }) }
    case .textMap, .quantityMap: return value.attributes.map { .object($0.mapValues { .string($0.string ?? "") }) }
    case .encodedMap: return value.attributes.map { .object($0.mapValues { .string(Base64.encode(Array(($0.string ?? "").utf8))) }) }
    case .encodedText: return value.string.map { .string(Base64.encode(Array($0.utf8))) }
    }
  }

  /// Null for what is not there and for what such an attribute cannot hold.
  func decode(_ json: JSONValue?) -> DynamicValue {
    guard let json, !json.isNull else { return .null }
    switch self {
    case .text, .quantity, .digits, .numberOrText: return json.plainText.map(DynamicValue.string) ?? .null
    case .flag: return json.asBool.map(DynamicValue.bool) ?? .null
    case .integer: return json.asInteger.map { .int(Int($0)) } ?? .null
    case .fileMode:
      guard let bits = json.asInteger, bits >= 0 else { return .null }
      let octal = String(bits, radix: 8)
      return .string(String(repeating: "0", count: max(1, 4 - octal.count)) + octal)
    case .texts, .textSet: return json.asArray.map { .sequence($0.compactMap { $0.plainText.map(DynamicValue.string) }) } ?? .null
    case .integers, .integerSet: return json.asArray.map { .sequence($0.compactMap { $0.asInteger.map { .int(Int($0)) } }) } ?? .null
    case .textMap, .quantityMap:
      return json.asObject.map { .object($0.compactMapValues { $0.plainText.map(DynamicValue.string) }) } ?? .null
    case .encodedMap:
      return json.asObject.map { .object($0.compactMapValues { $0.asString.flatMap(Base64.decodeText).map(DynamicValue.string) }) } ?? .null
    case .encodedText: return json.asString.flatMap(Base64.decodeText).map(DynamicValue.string) ?? .null
    }
  }

  /// Whether two values mean the same to the server. Nil where only equal ones do.
  var equivalence: (@Sendable (DynamicValue, DynamicValue) -> Bool)? {
    switch self {
    case .quantity: return { Quantity.areEqual($0.string, $1.string) }
    case .quantityMap:
      return { one, other in
        guard let left = one.attributes, let right = other.attributes, left.count == right.count else { return false }
        return left.allSatisfy { key, value in Quantity.areEqual(value.string, right[key]?.string) }
      }
    default: return nil
    }
  }
}

extension JSONValue {
  /// A text, or a number as a text.
  var plainText: String? {
    switch self {
    case .string(let text): text
    case .integer(let number): String(number)
    case .float(let number): String(number)
    case .bool(let flag): String(flag)
    default: nil
    }
  }

  /// What servers leave out of what they store: nothing, false, zero, and what is empty.
  var isZero: Bool {
    switch self {
    case .null, .bool(false), .integer(0), .string(""): true
    case .float(let number): number == 0
    case .array(let items): items.isEmpty
    case .object(let members): members.values.allSatisfy(\.isZero)
    default: false
    }
  }
}

// MARK: What is wrong with a value

@Sendable func wholeNumberProblem(_ value: DynamicValue) -> String? {
  guard let text = value.string, !text.isEmpty, Int64(text) == nil else { return nil }
  return "It must be a whole number, not \"\(text)\"."
}

@Sendable func fileModeProblem(_ value: DynamicValue) -> String? {
  guard let text = value.string else { return nil }
  if text.hasPrefix("0"), let bits = Int64(text, radix: 8), (0...0o777).contains(bits) { return nil }
  return "It must be permissions in octal digits with a zero in front, such as \"0644\", and not \"\(text)\"."
}

@Sendable func quantityProblem(_ value: DynamicValue) -> String? {
  guard let text = value.string, Quantity(text) == nil else { return nil }
  return "It must be a quantity such as \"500m\", \"2\" or \"64Mi\", not \"\(text)\"."
}

@Sendable func quantitiesProblem(_ value: DynamicValue) -> String? {
  for (name, element) in (value.attributes ?? [:]).sorted(by: { $0.key < $1.key }) {
    if let problem = quantityProblem(element) { return "\(name): \(problem)" }
  }
  return nil
}

extension Base64 {
  /// Nil also for bytes that are no text.
  static func decodeText(_ text: String) -> String? { decode(text).flatMap { String(validating: $0, as: UTF8.self) } }
}
