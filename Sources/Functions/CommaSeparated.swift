import Values

/// `csvdecode`: a list of objects, one for each record after the header line (RFC 4180).
func csvDecode(_ arguments: [Value]) throws(FunctionError) -> Value {
  var reader = CommaSeparatedReader(Array(arguments.text(0).utf8))
  guard let header = try reader.next() else { throw FunctionError("missing header line") }
  var seen: Set<String> = []
  for name in header.fields where !seen.insert(name).inserted {
    throw FunctionError("duplicate column name \(JSONWriter.quoted(name, escapesHTML: false))")
  }
  let type = ObjectType(header.fields.map { ($0.normalizedForValues, .string) })
  var rows: [Value] = []
  while let record = try reader.next() {
    guard record.fields.count == header.fields.count else {
      throw FunctionError("CSV parse error on line \(record.line): wrong number of fields")
    }
    rows.append(
      .object(Array(Swift.zip(header.fields.map(\.normalizedForValues), record.fields.map { Value.text($0) }))))
  }
  return .list(rows, of: .object(type))
}

private struct CommaSeparatedReader {
  struct Record {
    var fields: [String]
    var line: Int
  }

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Whether a line end, alone or behind a carriage return, comes next; goes past it.
  private mutating func takeLineEnd() -> Bool {
    if current == UInt8(ascii: "\r"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") {
      position += 2
    } else if current == UInt8(ascii: "\n") {
      position += 1
    } else {
      return false
    }
    line += 1
    return true
  }

  /// The next record that is no empty line.
  mutating func next() throws(FunctionError) -> Record? {
    while takeLineEnd() {}
    guard position < bytes.count else { return nil }
    var record = Record(fields: [], line: line)
    while true {
      record.fields.append(try field())
      if current == UInt8(ascii: ",") {
        position += 1
        continue
      }
      if current == nil || takeLineEnd() { return record }
      // A carriage return at the very end belongs to the line end that is missing.
      position += 1
    }
  }

  private mutating func field() throws(FunctionError) -> String {
    current == UInt8(ascii: "\"") ? try quotedField() : try plainField()
  }

  private mutating func plainField() throws(FunctionError) -> String {
    let start = position
    while let byte = current, byte != UInt8(ascii: ","), byte != UInt8(ascii: "\n") {
      if byte == UInt8(ascii: "\"") { throw failure("bare \" in non-quoted-field") }
      let isLast = position + 1 == bytes.count || bytes[position + 1] == UInt8(ascii: "\n")
      if byte == UInt8(ascii: "\r") && isLast { break }
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func quotedField() throws(FunctionError) -> String {
    var text: [UInt8] = []
    position += 1
    while let byte = current {
      position += 1
      if byte == UInt8(ascii: "\"") {
        if current == UInt8(ascii: "\"") {
          text.append(byte)
          position += 1
          continue
        }
        switch current {
        case nil, UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
          return String(decoding: text, as: UTF8.self)
        default: throw failure("extraneous or missing \" in quoted-field")
        }
      }
      if byte == UInt8(ascii: "\n") {
        line += 1
        // Line ends inside are kept as line feeds.
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
      }
      text.append(byte)
    }
    // A line end at the very end begins no line.
    if bytes.last == UInt8(ascii: "\n") { line -= 1 }
    throw failure("extraneous or missing \" in quoted-field")
  }

  private func failure(_ reason: String) -> FunctionError {
    FunctionError("CSV parse error on line \(line): \(reason)")
  }
}
