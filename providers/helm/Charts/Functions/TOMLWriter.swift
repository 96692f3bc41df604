import YAML

/// TOML with one table below the other, indented by their depth.
struct TOMLWriter {
  private var output = ""

  /// What is neither a map nor a list of maps is written alone, as if it stood behind a key.
  static func text(_ value: Value) throws(TemplateError) -> String {
    guard case .map(let map) = value else {
      if isTableList(value) { throw TemplateError("toml: top-level values must be Go maps or structs") }
      return try inline(value, depth: 0)
    }
    var writer = TOMLWriter()
    try writer.table(map, path: [])
    return writer.output
  }

  private mutating func table(_ map: MapValue, path: [String]) throws(TemplateError) {
    if path.count > JSONValue.deepestNesting { throw TemplateError("the value is nested too deeply, or in itself") }
    let indent = String(repeating: "  ", count: path.count)
    let keys = map.sortedKeys
    for key in keys {
      let value = map.value(key)
      if Self.isNothing(value) || Self.isTable(value) || Self.isTableList(value) { continue }
      output += "\(indent)\(Self.key(key)) = \(try Self.inline(value, depth: path.count))\n"
    }
    for key in keys {
      let inner = path + [key]
      let name = inner.map(Self.key).joined(separator: ".")
      let headIndent = String(repeating: "  ", count: path.count)
      switch map.value(key) {
      case .map(let map) where !map.isNil:
        separate(inner)
        output += "\(headIndent)[\(name)]\n"
        try table(map, path: inner)
      case .list(let list) where Self.isTableList(.list(list)):
        for case .map(let map) in list.elements {
          separate(inner)
          output += "\(headIndent)[[\(name)]]\n"
          try table(map, path: inner)
        }
      default: break
      }
    }
  }

  private mutating func separate(_ path: [String]) {
    if path.count == 1, !output.isEmpty { output += "\n" }
  }

  private static func isNothing(_ value: Value) -> Bool {
    switch value {
    case .list(let list): list.isNil
    case .map(let map): map.isNil
    default: value.isNull
    }
  }

  private static func isTable(_ value: Value) -> Bool {
    if case .map(let map) = value { !map.isNil } else { false }
  }

  private static func isTableList(_ value: Value) -> Bool {
    guard case .list(let list) = value, !list.elements.isEmpty else { return false }
    return list.elements.allSatisfy(isTable)
  }

  private static func inline(_ value: Value, depth: Int) throws(TemplateError) -> String {
    if depth > JSONValue.deepestNesting { throw TemplateError("the value is nested too deeply, or in itself") }
    switch value {
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number), .int64(let number): return String(number)
    case .float(let number): return float(number)
    case .string, .rawString: return quoted(String(decoding: value.stringBytes ?? [], as: UTF8.self))
    case .list(let list):
      var parts: [String] = []
      for element in list.elements {
        parts.append(try inline(isNothing(element) ? .null : element, depth: depth + 1))
      }
      return "[" + parts.joined(separator: ", ") + "]"
    case .map(let map):
      var parts: [String] = []
      for key in map.sortedKeys where !isNothing(map.value(key)) {
        parts.append("\(self.key(key)) = \(try inline(map.value(key), depth: depth + 1))")
      }
      return "{" + parts.joined(separator: ", ") + "}"
    case .object(let object):
      if let time = object as? TimeObject { return time.time.formatted("2006-01-02T15:04:05.999999999Z07:00") }
      return quoted(object.text)
    case .null: throw TemplateError("toml: cannot encode array with nil element")
    }
  }

  private static func float(_ number: Double) -> String {
    if number.isNaN { return "nan" }
    if number.isInfinite { return number < 0 ? "-inf" : "inf" }
    let text = FloatText.plain(FloatText.shortest(number))
    return text.contains(".") ? text : text + ".0"
  }

  private static func key(_ key: String) -> String {
    let isBare = !key.isEmpty && key.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    return isBare ? key : quoted(key)
  }

  private static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\t": output += "\\t"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\u{08}": output += "\\b"
      case "\u{0C}": output += "\\f"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          let digits = String(scalar.value, radix: 16)
          output += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        } else {
          output.unicodeScalars.append(scalar)
        }
      }
    }
    return output + "\""
  }
}
