import YAML

/// Reads what a client sent by the schema of its kind, as a server does that knows only what it declares.
struct Decoding {
  /// Fields that the schema does not have, which are dropped.
  private(set) var unknown: [String] = []
  private(set) var mismatches: [String] = []

  /// The value with amounts in their one spelling; nil for null.
  mutating func decode(_ value: JSONValue, _ schema: Schema, path: String = "") -> JSONValue? {
    switch schema.resolved {
    case .any, .named: return value
    case .scalar(let scalar):
      if value.isNull { return nil }
      guard scalar.allows(value) else { return mismatch(path, scalar.expectation, value) }
      return scalar == .qty ? .string(Quantity.canonical(value)) : value
    case .object(let object):
      if value.isNull { return nil }
      guard let members = value.asObject else { return mismatch(path, "map", value) }
      return .object(decode(members, of: object, path))
    case .map(let element, _):
      if value.isNull { return nil }
      guard let members = value.asObject else { return mismatch(path, "map", value) }
      var decoded: [String: JSONValue] = [:]
      for (name, member) in members {
        // A key stays, also when nothing is behind it.
        decoded[name] = decode(member, element, path: join(path, name)) ?? Self.zero(element)
      }
      return .object(decoded)
    case .list(let element, _):
      if value.isNull { return nil }
      guard let items = value.asArray else { return mismatch(path, "list", value) }
      var decoded: [JSONValue] = []
      for (index, item) in items.enumerated() {
        if let item = decode(item, element, path: "\(path)[\(index)]") { decoded.append(item) }
      }
      return .array(decoded)
    }
  }

  private mutating func decode(_ members: [String: JSONValue], of object: ObjectSchema, _ path: String) -> [String: JSONValue] {
    var decoded: [String: JSONValue] = [:]
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      guard let field = object.fields[name] else {
        if object.preservesUnknown { decoded[name] = member } else { unknown.append(join(path, name)) }
        continue
      }
      decoded[name] = decode(member, field.schema, path: join(path, name))
    }
    return decoded
  }

  private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  private mutating func mismatch(_ path: String, _ expected: String, _ value: JSONValue) -> JSONValue? {
    mismatches.append("\(path): expected \(expected), got \(value.typeName)")
    return nil
  }

  private static func zero(_ schema: Schema) -> JSONValue? {
    guard case .scalar(let scalar) = schema else { return nil }
    switch scalar {
    case .string, .bytes: return ""
    case .qty: return "0"
    default: return nil
    }
  }
}

extension Schema {
  /// The value with what the schema fills in where nothing is said.
  func withDefaults(_ value: JSONValue) -> JSONValue {
    switch (value, resolved) {
    case (.object(var members), .object(let object)):
      for (name, field) in object.fields {
        if let member = members[name] {
          members[name] = field.schema.withDefaults(member)
        } else if let defaultValue = field.defaultValue {
          members[name] = field.schema.withDefaults(defaultValue)
        }
      }
      return .object(members)
    case (.object(let members), .map(let element, _)): return .object(members.mapValues { element.withDefaults($0) })
    case (.array(let items), .list(let element, _)): return .array(items.map { element.withDefaults($0) })
    default: return value
    }
  }

  /// Fields that must be there and are not.
  func missing(in value: JSONValue, path: String = "") -> [Failure.Cause] {
    switch (value, resolved) {
    case (.object(let members), .object(let object)):
      var causes: [Failure.Cause] = []
      for (name, field) in object.fields.sorted(by: { $0.key < $1.key }) {
        let place = path.isEmpty ? name : "\(path).\(name)"
        if let member = members[name] {
          causes += field.schema.missing(in: member, path: place)
          if field.isRequired, member == .string("") || member == .array([]), object.name != "PolicyRule", object.name != "NodeSelector" {
            causes.append(.required(place))
          }
        } else if field.isRequired {
          causes.append(.required(place))
        }
      }
      return causes
    case (.object(let members), .map(let element, _)):
      return members.sorted { $0.key < $1.key }.flatMap { element.missing(in: $0.value, path: "\(path)[\($0.key)]") }
    case (.array(let items), .list(let element, _)):
      return items.enumerated().flatMap { element.missing(in: $0.element, path: "\(path)[\($0.offset)]") }
    default: return []
    }
  }
}

/// Amounts as Kubernetes writes them: a number, and a suffix of powers of ten or two.
enum Quantity {
  private static let decimal: [(suffix: String, power: Int)] = [
    ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18),
  ]
  private static let binary: [(suffix: String, shift: Int)] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)]

  /// The spelling that is stored: `1000m` is `1`, `1024Mi` is `1Gi`. What is no amount stays as it is, for validation to say so.
  static func canonical(_ value: JSONValue) -> String {
    let text = value.asString ?? value.jsonText()
    if let (suffix, shift) = binary.first(where: { text.hasSuffix($0.suffix) }) {
      let number = text.dropLast(suffix.count)
      guard let whole = Int64(number) else {
        guard let amount = Double(number) else { return text }
        let bytes = (amount * Double(sign: .plus, exponent: shift, significand: 1)).rounded(.up)
        return abs(bytes) < 9e18 ? canonicalBinary(Int64(bytes)) : text
      }
      let (bytes, overflow) = whole.multipliedReportingOverflow(by: Int64(1) << Int64(shift))
      return overflow ? text : canonicalBinary(bytes)
    }
    // What is too large to be counted keeps its spelling.
    guard let nano = nanos(text), (-999_999_999_999_999...999_999_999_999_999).contains(nano.mantissa) else { return text }
    return canonicalDecimal(nano)
  }

  private static func canonicalBinary(_ bytes: Int64) -> String {
    if bytes == 0 { return "0" }
    let fitting = binary.last { bytes % (Int64(1) << Int64($0.shift)) == 0 }
    return fitting.map { "\(bytes >> Int64($0.shift))\($0.suffix)" } ?? String(bytes)
  }

  private static func canonicalDecimal(_ nano: Nanos) -> String {
    if nano.mantissa == 0 { return "0" }
    var mantissa = nano.mantissa
    var power = nano.power
    while mantissa % 10 == 0 {
      mantissa /= 10
      power += 1
    }
    // Suffixes go in steps of a thousand.
    while (power % 3 + 3) % 3 != 0 {
      mantissa *= 10
      power -= 1
    }
    return decimal.first { $0.power == power }.map { "\(mantissa)\($0.suffix)" } ?? "\(mantissa)e\(power)"
  }

  private struct Nanos {
    var mantissa: Int64
    var power: Int
  }

  private static func nanos(_ text: String) -> Nanos? {
    var number = text[...]
    var power = 0
    if let entry = decimal.first(where: { !$0.suffix.isEmpty && text.hasSuffix($0.suffix) }), !isExponent(text) {
      number = number.dropLast(entry.suffix.count)
      power = entry.power
    } else if let mark = number.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      guard let exponent = Int(number[number.index(after: mark)...]), (-100...100).contains(exponent) else { return nil }
      power = exponent
      number = number[..<mark]
    }
    let halves = number.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, !number.isEmpty else { return nil }
    var fraction = halves.count == 2 ? halves[1] : ""
    while fraction.last == "0" { fraction = fraction.dropLast() }
    guard fraction.count <= 9, fraction.allSatisfy(\.isNumber), let mantissa = Int64(halves[0] + fraction) else { return nil }
    return Nanos(mantissa: mantissa, power: power - fraction.count)
  }

  /// Whether an `E` begins an exponent and is no suffix.
  private static func isExponent(_ text: String) -> Bool {
    guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return false }
    return text.index(after: mark) != text.endIndex
  }

  static func isValid(_ text: String) -> Bool {
    if let (suffix, _) = binary.first(where: { text.hasSuffix($0.suffix) }) { return Double(text.dropLast(suffix.count)) != nil }
    return nanos(text) != nil
  }

  /// The amount as a number; nil when it is none.
  static func amount(_ text: String) -> Double? {
    if let (suffix, shift) = binary.first(where: { text.hasSuffix($0.suffix) }) {
      return Double(text.dropLast(suffix.count)).map { $0 * Double(sign: .plus, exponent: shift, significand: 1) }
    }
    guard let nano = nanos(text) else { return nil }
    var amount = Double(nano.mantissa)
    for _ in 0..<min(40, abs(nano.power)) { amount = nano.power > 0 ? amount * 10 : amount / 10 }
    return amount
  }
}
