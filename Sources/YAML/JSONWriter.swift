extension JSONValue {
  /// The value as JSON, names in the order of their bytes.
  /// - Parameters:
  ///   - pretty: one member or item a line, indented by two spaces.
  ///   - escapesHTML: `<`, `>` and `&` as `\u003c` and so on, as Go's encoder has it unless told otherwise.
  package func json(pretty: Bool = false, escapesHTML: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty: pretty, escapesHTML: escapesHTML)
    writer.write(self, indent: 0)
    return writer.output
  }

  /// As `json(pretty:escapesHTML:)`, as a text.
  package func jsonText(pretty: Bool = false, escapesHTML: Bool = false) -> String {
    String(decoding: json(pretty: pretty, escapesHTML: escapesHTML), as: UTF8.self)
  }
}

/// Writes JSON as Go's encoder lays it out, which is what checksums over rendered objects are made from.
private struct JSONWriter {
  var output: [UInt8] = []
  let isPretty: Bool
  let escapesHTML: Bool

  init(isPretty: Bool, escapesHTML: Bool) {
    self.isPretty = isPretty
    self.escapesHTML = escapesHTML
  }

  mutating func write(_ value: JSONValue, indent: Int) {
    switch value {
    case .null: output += "null".utf8
    case .bool(let flag): output += (flag ? "true" : "false").utf8
    case .integer(let number): output += String(number).utf8
    case .float(let number): output += number.isFinite ? FloatText.json(number).utf8 : "null".utf8
    case .string(let text): string(text)
    case .array(let items):
      if items.isEmpty { return output += "[]".utf8 }
      output.append(UInt8(ascii: "["))
      for (position, item) in items.enumerated() {
        separate(isFirst: position == 0, indent: indent + 1)
        write(item, indent: indent + 1)
      }
      close("]", indent: indent)
    case .object(let members):
      if members.isEmpty { return output += "{}".utf8 }
      output.append(UInt8(ascii: "{"))
      var isFirst = true
      for name in members.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
        separate(isFirst: isFirst, indent: indent + 1)
        isFirst = false
        string(name)
        output.append(UInt8(ascii: ":"))
        if isPretty { output.append(UInt8(ascii: " ")) }
        write(members[name] ?? .null, indent: indent + 1)
      }
      close("}", indent: indent)
    }
  }

  private mutating func separate(isFirst: Bool, indent: Int) {
    if !isFirst { output.append(UInt8(ascii: ",")) }
    breakLine(indent)
  }

  private mutating func close(_ bracket: Unicode.Scalar, indent: Int) {
    breakLine(indent)
    output.append(UInt8(ascii: bracket))
  }

  private mutating func breakLine(_ indent: Int) {
    guard isPretty else { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: 2 * indent))
  }

  private mutating func string(_ text: String) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += "\\\"".utf8
      case UInt8(ascii: "\\"): output += "\\\\".utf8
      case 0x0A: output += "\\n".utf8
      case 0x0D: output += "\\r".utf8
      case 0x09: output += "\\t".utf8
      case 0x08: output += "\\b".utf8
      case 0x0C: output += "\\f".utf8
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): if escapesHTML { escape(UInt32(byte)) } else { output.append(byte) }
      // U+2028 and U+2029: legal in JSON, but not in JavaScript.
      case 0xA8, 0xA9:
        if output.suffix(2).elementsEqual([0xE2, 0x80]) {
          output.removeLast(2)
          escape(0x2028 + UInt32(byte - 0xA8))
        } else {
          output.append(byte)
        }
      default: if byte < 0x20 { escape(UInt32(byte)) } else { output.append(byte) }
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ code: UInt32) {
    let digits = String(code, radix: 16)
    output += "\\u".utf8
    output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
    output += digits.utf8
  }
}
