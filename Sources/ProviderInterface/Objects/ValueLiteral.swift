import Values

// Values in the notation that Terraform's messages about providers use: the Go code that would make them. It is made for bug
// reports to provider developers, who search for these very texts.

extension Value {
  /// `cty.StringVal("a")`, `cty.ListVal([]cty.Value{…})` and so on. Marks show as calls of `Mark`.
  var literal: String {
    switch self {
    case .null(let type): return "cty.NullVal(\(type.literal))"
    case .unknown(let unknown): return unknown.literal
    case .bool(let flag): return flag ? "cty.True" : "cty.False"
    case .number(let number): return number.literal
    case .string(let text): return "cty.StringVal(\(goQuoted(text)))"
    case .list(let list):
      return Value.collection("List", list.elements, empty: list.elementType)
    case .set(let set):
      return Value.collection("Set", set.elements, empty: set.elementType)
    case .map(let map):
      if map.keys.isEmpty { return "cty.MapValEmpty(\(map.elementType.literal))" }
      return "cty.MapVal(\(Value.keyed(map.keys, map.values)))"
    case .tuple(let tuple):
      if tuple.elements.isEmpty { return "cty.EmptyTupleVal" }
      return "cty.TupleVal([]cty.Value{\(tuple.elements.map(\.literal).joined(separator: ", "))})"
    case .object(let object):
      if object.names.isEmpty { return "cty.EmptyObjectVal" }
      return "cty.ObjectVal(\(Value.keyed(object.names, object.values)))"
    case .marked(let marked):
      return "\(marked.value.literal).Mark(marks.Sensitive)"
    }
  }

  private static func collection(_ kind: String, _ elements: [Value], empty: ValueType) -> String {
    if elements.isEmpty { return "cty.\(kind)ValEmpty(\(empty.literal))" }
    return "cty.\(kind)Val([]cty.Value{\(elements.map(\.literal).joined(separator: ", "))})"
  }

  private static func keyed(_ keys: [String], _ values: [Value]) -> String {
    let entries = zip(keys, values).map { "\(goQuoted($0)):\($1.literal)" }
    return "map[string]cty.Value{\(entries.joined(separator: ", "))}"
  }
}

extension ValueType {
  var literal: String {
    switch self {
    case .dynamic: return "cty.DynamicPseudoType"
    case .bool: return "cty.Bool"
    case .number: return "cty.Number"
    case .string: return "cty.String"
    case .list(let element): return "cty.List(\(element.literal))"
    case .set(let element): return "cty.Set(\(element.literal))"
    case .map(let element): return "cty.Map(\(element.literal))"
    case .tuple(let types):
      if types.isEmpty { return "cty.EmptyTuple" }
      return "cty.Tuple([]cty.Type{\(types.map(\.literal).joined(separator: ", "))})"
    case .object(let type):
      if type.count == 0 { return "cty.EmptyObject" }
      let entries = zip(type.names, type.types).map { "\(goQuoted($0)):\($1.literal)" }
      return "cty.Object(map[string]cty.Type{\(entries.joined(separator: ", "))})"
    case .capsule(let name): return "cty.Capsule(\(goQuoted(name)))"
    }
  }
}

extension Path {
  /// `cty.Path{cty.GetAttrStep{Name:"a"}}`.
  var literal: String {
    let parts = steps.map { step in
      switch step {
      case .attribute(let name): "cty.GetAttrStep{Name:\(goQuoted(name))}"
      case .index(let key): "cty.IndexStep{Key:\(key.literal)}"
      }
    }
    return "cty.Path{\(parts.joined(separator: ", "))}"
  }
}

extension Unknown {
  fileprivate var literal: String {
    if type == .dynamic { return "cty.DynamicVal" }
    let base = "cty.UnknownVal(\(type.literal))"
    guard isRefined else { return base }
    let refinements = refinements
    if refinements == .notNull { return "\(base).RefineNotNull()" }
    var calls = refinements.isNotNull ? ".NotNull()" : ""
    if !refinements.stringPrefix.isEmpty { calls += ".StringPrefixFull(\(goQuoted(refinements.stringPrefix)))" }
    if let bound = refinements.lowerBound { calls += ".NumberLowerBound(\(bound.value.literal), \(bound.isInclusive))" }
    if let bound = refinements.upperBound { calls += ".NumberUpperBound(\(bound.value.literal), \(bound.isInclusive))" }
    if refinements.minimumLength > 0 {
      calls += ".CollectionLengthLowerBound(\(Value.int(refinements.minimumLength).literal), true)"
    }
    if let most = refinements.maximumLength {
      calls += ".CollectionLengthUpperBound(\(Value.int(most).literal), true)"
    }
    return "\(base).Refine()\(calls).NewValue()"
  }
}

extension Number {
  /// Which constructor depends on what can hold the number exactly.
  fileprivate var literal: String {
    if isWhole { return "cty.NumberIntVal(\(Number.withExponent(text)))" }
    if exactDouble != nil { return "cty.NumberFloatVal(\(Number.withExponent(text)))" }
    return "cty.MustParseNumberVal(\(goQuoted(text)))"
  }

  /// Plain decimal digits as Go's `%g` writes them: in scientific form when the exponent is below -4 or from 6 on.
  private static func withExponent(_ text: String) -> String {
    var digits = Array(text.utf8)
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    let point = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.count
    let all = digits.filter { $0 != UInt8(ascii: ".") }
    guard all.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let first = all.firstIndex(where: { $0 != UInt8(ascii: "0") })
    else { return text }
    let exponent = point - 1 - first
    guard exponent < -4 || exponent >= 6 else { return text }
    var significand = Array(all[first...])
    while significand.count > 1, significand.last == UInt8(ascii: "0") { significand.removeLast() }
    var result = isNegative ? "-" : ""
    result += String(decoding: significand.prefix(1), as: UTF8.self)
    if significand.count > 1 { result += "." + String(decoding: significand.dropFirst(), as: UTF8.self) }
    let magnitude = abs(exponent)
    return result + (exponent < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") + "\(magnitude)"
  }
}

/// A string as Go's `%q` writes it: in double quotes, with escapes for what is not printable.
package func goQuoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\u{07}": result += "\\a"
    case "\u{08}": result += "\\b"
    case "\u{0C}": result += "\\f"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{0B}": result += "\\v"
    default:
      if isPrintable(scalar) {
        result.unicodeScalars.append(scalar)
      } else if scalar.value < 0x80 {
        result += "\\x" + hexadecimal(scalar.value, digits: 2)
      } else if scalar.value < 0x10000 {
        result += "\\u" + hexadecimal(scalar.value, digits: 4)
      } else {
        result += "\\U" + hexadecimal(scalar.value, digits: 8)
      }
    }
  }
  return result + "\""
}

private func hexadecimal(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

package func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.value < 0x7F { return scalar.value >= 0x20 }
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
    return false
  default: return true
  }
}
