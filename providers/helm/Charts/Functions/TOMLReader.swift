import YAML

/// TOML 1.0. Dates stay as they are written.
struct TOMLReader {
  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0
  private let root = MapValue()

  static func read(_ bytes: [UInt8]) throws(TemplateError) -> Value {
    var reader = TOMLReader(bytes: bytes)
    try reader.document()
    return .map(reader.root)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func failure(_ message: String) -> TemplateError {
    let line = bytes[..<min(index, bytes.count)].count { $0 == 0x0A } + 1
    return TemplateError("toml: line \(line): \(message)")
  }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: wanted) else { return false }
    index += 1
    return true
  }

  private mutating func skipBlanks(lines: Bool = false) {
    while let byte = current {
      if byte == UInt8(ascii: "#") {
        while let byte = current, byte != 0x0A { index += 1 }
      } else if byte == 0x20 || byte == 0x09 || lines && (byte == 0x0A || byte == 0x0D) {
        index += 1
      } else {
        return
      }
    }
  }

  private mutating func document() throws(TemplateError) {
    var table = root
    while true {
      skipBlanks(lines: true)
      guard current != nil else { return }
      if take("[") {
        table = try header()
      } else {
        try pair(into: table)
      }
      skipBlanks()
      guard current == nil || current == 0x0A || current == 0x0D else { throw failure("expected the end of the line") }
    }
  }

  private mutating func header() throws(TemplateError) -> MapValue {
    let isList = take("[")
    let path = try key()
    guard take("]"), !isList || take("]") else { throw failure("expected ] behind the name of a table") }
    let parent = try table(path.dropLast(), from: root)
    let name = path[path.count - 1]
    guard isList else { return try table([name], from: parent) }
    let table = MapValue()
    switch parent.entries[name] {
    case nil: parent.entries[name] = .list([.map(table)])
    case .list(let list)?: parent.entries[name] = .list(list.elements + [.map(table)])
    default: throw failure("\(name) is no array of tables")
    }
    return table
  }

  /// The table at a path, made where it is missing; of an array of tables the last one.
  private func table(_ path: ArraySlice<String>, from start: MapValue) throws(TemplateError) -> MapValue {
    var table = start
    for name in path {
      switch table.entries[name] {
      case nil:
        let inner = MapValue()
        table.entries[name] = .map(inner)
        table = inner
      case .map(let inner)?: table = inner
      case .list(let list)?:
        guard case .map(let inner)? = list.elements.last else { throw failure("\(name) is no table") }
        table = inner
      default: throw failure("\(name) is no table")
      }
    }
    return table
  }

  private mutating func pair(into table: MapValue) throws(TemplateError) {
    let path = try key()
    guard take("=") else { throw failure("expected = behind a key") }
    skipBlanks()
    let value = try value()
    let target = try self.table(path.dropLast(), from: table)
    let name = path[path.count - 1]
    guard target.entries[name] == nil else { throw failure("key \(name) is already defined") }
    target.entries[name] = value
  }

  private mutating func key() throws(TemplateError) -> [String] {
    var path: [String] = []
    repeat {
      skipBlanks()
      if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
        path.append(try string())
      } else {
        let start = index
        while let byte = current, (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") { index += 1 }
        guard index > start else { throw failure("expected a key") }
        path.append(String(decoding: bytes[start..<index], as: UTF8.self))
      }
      skipBlanks()
    } while take(".")
    if path.count > JSONValue.deepestNesting { throw failure("the table is nested too deeply") }
    return path
  }

  // MARK: Values

  private mutating func value() throws(TemplateError) -> Value {
    switch current {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      depth += 1
      if depth > JSONValue.deepestNesting { throw failure("the value is nested too deeply") }
      defer { depth -= 1 }
      return take("[") ? try array() : try inlineTable()
    default: return try word()
    }
  }

  private mutating func array() throws(TemplateError) -> Value {
    var elements: [Value] = []
    while true {
      skipBlanks(lines: true)
      if take("]") { return .list(elements) }
      elements.append(try value())
      skipBlanks(lines: true)
      if take(",") { continue }
      guard take("]") else { throw failure("expected , or ] in an array") }
      return .list(elements)
    }
  }

  private mutating func inlineTable() throws(TemplateError) -> Value {
    index += 1
    let table = MapValue()
    skipBlanks()
    if take("}") { return .map(table) }
    while true {
      try pair(into: table)
      skipBlanks()
      if take(",") { continue }
      guard take("}") else { throw failure("expected , or } in an inline table") }
      return .map(table)
    }
  }

  private mutating func word() throws(TemplateError) -> Value {
    let start = index
    while let byte = current, byte > 0x20, ![",", "]", "}", "#"].contains(where: { byte == UInt8(ascii: $0) }) { index += 1 }
    // A date and a time may have a blank between them.
    if index - start == 10, bytes[start + 4] == UInt8(ascii: "-"), current == 0x20, index + 1 < bytes.count, bytes[index + 1] &- 48 < 10 {
      index += 1
      while let byte = current, byte > 0x20, byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") { index += 1 }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "inf", "+inf": return .float(.infinity)
    case "-inf": return .float(-.infinity)
    case "nan", "+nan", "-nan": return .float(.nan)
    default: break
    }
    switch NumberText.parse(text) {
    case .whole(let number)?: return .int64(number)
    case .float(let number)?: return .float(number)
    default: break
    }
    guard let first = text.utf8.first, first &- 48 < 10, text.contains("-") || text.contains(":") else {
      throw failure("expected a value, got \"\(text)\"")
    }
    return .string(text)
  }

  // MARK: Strings

  private mutating func string() throws(TemplateError) -> String {
    let quote = bytes[index]
    let isLong = bytes[index...].prefix(3).elementsEqual([quote, quote, quote])
    index += isLong ? 3 : 1
    if isLong {
      _ = take("\r")
      _ = take("\n")
    }
    var text: [UInt8] = []
    while let byte = current {
      if byte == quote {
        if !isLong {
          index += 1
          return String(decoding: text, as: UTF8.self)
        }
        if bytes[index...].prefix(3).elementsEqual([quote, quote, quote]) {
          index += 3
          // Up to two quotes may stand right before the end.
          while current == quote, text.count < bytes.count {
            text.append(quote)
            index += 1
          }
          return String(decoding: text, as: UTF8.self)
        }
      }
      if byte == 0x0A, !isLong { break }
      index += 1
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") { text += try escape(isLong) } else { text.append(byte) }
    }
    throw failure("unterminated string")
  }

  private mutating func escape(_ isLong: Bool) throws(TemplateError) -> [UInt8] {
    guard let byte = current else { throw failure("unterminated string") }
    index += 1
    switch byte {
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [byte]
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = byte == UInt8(ascii: "u") ? 4 : 8
      guard index + count <= bytes.count,
        let value = UInt32(String(decoding: bytes[index..<(index + count)], as: UTF8.self), radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw failure("invalid escape in a string") }
      index += count
      return Array(String(Character(scalar)).utf8)
    case 0x0A, 0x20, 0x09, 0x0D:
      // A backslash at the end of a line takes the break and the blanks of the next line away.
      guard isLong else { throw failure("invalid escape in a string") }
      while let byte = current, byte == 0x0A || byte == 0x0D || byte == 0x20 || byte == 0x09 { index += 1 }
      return []
    default: throw failure("invalid escape in a string")
    }
  }
}
