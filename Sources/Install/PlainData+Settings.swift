import Diagnostics

extension PlainData {
  /// Reads the first generation of HCL, in which the CLI configuration file is still written: quoted argument names,
  /// several items on one line, and no expressions.
  init(settings bytes: [UInt8], file: SourceFileID) throws(PlainDataError) {
    var reader = SettingsReader(cursor: PlainDataCursor(bytes), file: file)
    self = .object(try reader.items(until: nil))
  }
}

private struct SettingsReader {
  var cursor: PlainDataCursor
  let file: SourceFileID

  /// Skips blanks, line ends and the three kinds of comments.
  private mutating func skipSpace() throws(PlainDataError) {
    while let byte = cursor.peek {
      switch byte {
      case 32, 10, 13, 9: cursor.position += 1
      case UInt8(ascii: "#"): skipLine()
      case UInt8(ascii: "/") where cursor.peek(1) == UInt8(ascii: "/"): skipLine()
      case UInt8(ascii: "/") where cursor.peek(1) == UInt8(ascii: "*"): try skipBlockComment()
      default: return
      }
    }
  }

  private mutating func skipLine() {
    while let byte = cursor.peek, byte != 10 { cursor.position += 1 }
  }

  private mutating func skipBlockComment() throws(PlainDataError) {
    let start = cursor.position
    cursor.position += 2
    while cursor.peek != nil {
      if cursor.peek == UInt8(ascii: "*"), cursor.peek(1) == UInt8(ascii: "/") {
        cursor.position += 2
        return
      }
      cursor.position += 1
    }
    cursor.position = start
    throw cursor.error("the comment is not closed")
  }

  /// Items up to a closing brace, or up to the end of the file.
  mutating func items(until end: UInt8?) throws(PlainDataError) -> [PlainData.Entry] {
    try cursor.enter()
    var entries: [PlainData.Entry] = []
    while true {
      try skipSpace()
      // Items of an object value may be separated by commas.
      if !entries.isEmpty, end != nil, cursor.take(UInt8(ascii: ",")) { continue }
      guard let byte = cursor.peek else {
        if end != nil { throw cursor.error("expected \"}\", found end of file") }
        break
      }
      if byte == end {
        cursor.position += 1
        break
      }
      entries.append(try item())
    }
    cursor.leave()
    return entries
  }

  private mutating func item() throws(PlainDataError) -> PlainData.Entry {
    let start = cursor.position
    var end = start
    var keys: [String] = []
    while true {
      try skipSpace()
      switch cursor.peek {
      case UInt8(ascii: "\""):
        keys.append(try cursor.quotedText())
        end = cursor.position
      case UInt8(ascii: "{") where !keys.isEmpty:
        cursor.position += 1
        return entry(keys, .object(try items(until: UInt8(ascii: "}"))), start, end)
      case UInt8(ascii: "=") where keys.count == 1, UInt8(ascii: ":") where keys.count == 1:
        cursor.position += 1
        return entry(keys, try value(), start, end)
      default:
        guard let name = identifier() else {
          throw cursor.error(
            keys.isEmpty ? "expected a name, found \(cursor.found)" : "expected \"=\" or \"{\", found \(cursor.found)")
        }
        keys.append(name)
        end = cursor.position
      }
    }
  }

  private func entry(_ keys: [String], _ value: PlainData, _ start: Int, _ end: Int) -> PlainData.Entry {
    let range = SourceRange(file: file, start: UInt32(clamping: start), end: UInt32(clamping: end))
    return PlainData.Entry(keys: keys, value: value, range: range)
  }

  private mutating func identifier() -> String? {
    let start = cursor.position
    while let byte = cursor.peek, Self.isNameByte(byte) { cursor.position += 1 }
    return cursor.position > start ? String(decoding: cursor.bytes[start..<cursor.position], as: UTF8.self) : nil
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return true
    default: return byte >= 0x80
    }
  }

  private mutating func value() throws(PlainDataError) -> PlainData {
    try skipSpace()
    switch cursor.peek {
    case UInt8(ascii: "\""): return .string(try cursor.quotedText())
    case UInt8(ascii: "{"):
      cursor.position += 1
      return .object(try items(until: UInt8(ascii: "}")))
    case UInt8(ascii: "["): return .array(try list())
    case UInt8(ascii: "<") where cursor.peek(1) == UInt8(ascii: "<"): return .string(try heredoc())
    case .some(let byte)
    where PlainDataCursor.isNumberByte(byte) && byte != UInt8(ascii: "e") && byte != UInt8(ascii: "E"):
      return .number(cursor.numberText())
    default:
      let start = cursor.position
      switch identifier() {
      case "true": return .bool(true)
      case "false": return .bool(false)
      default:
        cursor.position = start
        throw cursor.error("expected a value, found \(cursor.found)")
      }
    }
  }

  private mutating func list() throws(PlainDataError) -> [PlainData] {
    try cursor.enter()
    cursor.position += 1
    var elements: [PlainData] = []
    while true {
      try skipSpace()
      if cursor.take(UInt8(ascii: "]")) { break }
      elements.append(try value())
      try skipSpace()
      if !cursor.take(UInt8(ascii: ",")), cursor.peek != UInt8(ascii: "]") {
        throw cursor.error("expected \",\" or \"]\", found \(cursor.found)")
      }
    }
    cursor.leave()
    return elements
  }

  /// `<<END` or `<<-END`, the lines, and the word again on a line of its own.
  private mutating func heredoc() throws(PlainDataError) -> String {
    let start = cursor.position
    cursor.position += 2
    let isIndented = cursor.take(UInt8(ascii: "-"))
    guard let marker = identifier() else { throw cursor.error("expected a word after \"<<\", found \(cursor.found)") }
    skipLine()
    cursor.position += 1
    var lines: [[UInt8]] = []
    while cursor.peek != nil {
      let lineStart = cursor.position
      skipLine()
      let line = [UInt8](cursor.bytes[lineStart..<cursor.position])
      if line.drop(while: { $0 == 32 || $0 == 9 }).prefix(while: { $0 != 13 }).elementsEqual(marker.utf8) {
        return String(decoding: join(lines, withoutIndent: isIndented), as: UTF8.self)
      }
      cursor.position += 1
      lines.append(line)
    }
    cursor.position = start
    throw cursor.error("the heredoc is not closed")
  }

  private func join(_ lines: [[UInt8]], withoutIndent: Bool) -> [UInt8] {
    let indent = withoutIndent ? lines.map { $0.prefix { $0 == 32 || $0 == 9 }.count }.min() ?? 0 : 0
    return lines.flatMap { $0.dropFirst(indent) + [10] }
  }
}
