import YAML

/// Values as Go prints them with `%v`.
enum GoPrinting {
  static func text(_ value: Value) -> String {
    var output: [UInt8] = []
    append(value, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  static func append(_ value: Value, to output: inout [UInt8], depth: Int = 0) {
    switch value {
    case .null: output += "<nil>".utf8
    case .bool(let flag): output += (flag ? "true" : "false").utf8
    case .int(let number), .int64(let number): output += String(number).utf8
    case .float(let number): output += FloatText.general(number).utf8
    case .string(let text): output += text.utf8
    case .rawString(let bytes): output += bytes
    case .object(let object):
      if let mapping = object.mapping { return append(.map(mapping), to: &output, depth: depth) }
      output += object.text.utf8
    case .list(let list):
      // Only a value that holds itself is as deep as that.
      if depth > JSONValue.deepestNesting { return output += "...".utf8 }
      output.append(UInt8(ascii: "["))
      for (index, element) in list.elements.enumerated() {
        if index > 0 { output.append(0x20) }
        append(element, to: &output, depth: depth + 1)
      }
      output.append(UInt8(ascii: "]"))
    case .map(let map):
      if depth > JSONValue.deepestNesting { return output += "...".utf8 }
      output += "map[".utf8
      for (index, key) in map.sortedKeys.enumerated() {
        if index > 0 { output.append(0x20) }
        output += key.utf8
        output.append(UInt8(ascii: ":"))
        append(map.entries[key] ?? .null, to: &output, depth: depth + 1)
      }
      output.append(UInt8(ascii: "]"))
    }
  }

  /// As `print` and `println` put their operands together. Without line: a blank between two that are both no strings.
  static func printed(_ values: [Value], isLine: Bool) -> [UInt8] {
    var output: [UInt8] = []
    var wasString = true
    for (index, value) in values.enumerated() {
      let isString = value.stringBytes != nil
      if index > 0, isLine || !isString && !wasString { output.append(0x20) }
      append(value, to: &output)
      wasString = isString
    }
    if isLine { output.append(0x0A) }
    return output
  }

  /// What `toString`, `quote` and `join` make of a value.
  static func string(_ value: Value) -> [UInt8] {
    if let bytes = value.stringBytes { return bytes }
    if case .list(let list) = value, let bytes = list.bytes { return bytes }
    var output: [UInt8] = []
    append(value, to: &output)
    return output
  }
}
