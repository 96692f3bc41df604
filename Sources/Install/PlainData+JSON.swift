import Diagnostics

extension PlainData {
  /// Reads one JSON document (RFC 8259) and nothing behind it.
  init(json bytes: [UInt8], file: SourceFileID = SourceFileID(index: .max)) throws(PlainDataError) {
    var reader = JSONDocumentReader(cursor: PlainDataCursor(bytes), file: file)
    self = try reader.document()
  }
}

private struct JSONDocumentReader {
  var cursor: PlainDataCursor
  let file: SourceFileID

  mutating func document() throws(PlainDataError) -> PlainData {
    let value = try value()
    skipSpace()
    guard cursor.peek == nil else { throw cursor.error("unexpected \(cursor.found) after the value") }
    return value
  }

  private mutating func skipSpace() {
    while let byte = cursor.peek, byte == 32 || byte == 10 || byte == 13 || byte == 9 { cursor.position += 1 }
  }

  private mutating func value() throws(PlainDataError) -> PlainData {
    skipSpace()
    guard let byte = cursor.peek else { throw cursor.error("unexpected end of the document") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try cursor.quotedText())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return .number(cursor.numberText())
    default: throw cursor.error("unexpected \(cursor.found) where a value should begin")
    }
  }

  private mutating func word(_ text: String, _ value: PlainData) throws(PlainDataError) -> PlainData {
    guard cursor.bytes[cursor.position...].starts(with: text.utf8) else {
      throw cursor.error("unexpected \(cursor.found) where a value should begin")
    }
    cursor.position += text.utf8.count
    return value
  }

  private mutating func object() throws(PlainDataError) -> [PlainData.Entry] {
    try cursor.enter()
    cursor.position += 1
    var entries: [PlainData.Entry] = []
    skipSpace()
    if cursor.take(UInt8(ascii: "}")) {
      cursor.leave()
      return entries
    }
    while true {
      skipSpace()
      guard cursor.peek == UInt8(ascii: "\"") else {
        throw cursor.error("expected a name in quotes, found \(cursor.found)")
      }
      let start = cursor.position
      let key = try cursor.quotedText()
      let range = SourceRange(file: file, start: UInt32(clamping: start), end: UInt32(clamping: cursor.position))
      skipSpace()
      guard cursor.take(UInt8(ascii: ":")) else { throw cursor.error("expected \":\", found \(cursor.found)") }
      entries.append(PlainData.Entry(keys: [key], value: try value(), range: range))
      skipSpace()
      if cursor.take(UInt8(ascii: ",")) { continue }
      guard cursor.take(UInt8(ascii: "}")) else { throw cursor.error("expected \",\" or \"}\", found \(cursor.found)") }
      cursor.leave()
      return entries
    }
  }

  private mutating func array() throws(PlainDataError) -> [PlainData] {
    try cursor.enter()
    cursor.position += 1
    var elements: [PlainData] = []
    skipSpace()
    if cursor.take(UInt8(ascii: "]")) {
      cursor.leave()
      return elements
    }
    while true {
      elements.append(try value())
      skipSpace()
      if cursor.take(UInt8(ascii: ",")) { continue }
      guard cursor.take(UInt8(ascii: "]")) else { throw cursor.error("expected \",\" or \"]\", found \(cursor.found)") }
      cursor.leave()
      return elements
    }
  }
}
