import Diagnostics

/// A value of a JSON document with its place.
indirect enum JSONValue: Sendable {
  case null(SourceRange)
  case bool(Bool, SourceRange)
  case number(NumberLiteral, isNegative: Bool, SourceRange)
  case string(String, SourceRange)
  case array([JSONValue], SourceRange, open: SourceRange)
  case object([JSONMember], SourceRange, open: SourceRange, close: SourceRange)
  /// Could not be read; a diagnostic says why.
  case invalid(SourceRange)

  var range: SourceRange {
    switch self {
    case .null(let range), .bool(_, let range), .number(_, _, let range), .string(_, let range), .array(_, let range, _),
      .object(_, let range, _, _), .invalid(let range):
      range
    }
  }

  /// The opening bracket of what has one, else the whole.
  var startRange: SourceRange {
    switch self {
    case .array(_, _, let open), .object(_, _, let open, _): open
    default: range
    }
  }
}

struct JSONMember: Sendable {
  var name: String
  var nameRange: SourceRange
  var value: JSONValue
}

/// Reads a JSON document, up to the first mistake in its structure. Mistakes in a word, a number or a string do
/// not stop it.
struct JSONParser {
  let bytes: [UInt8]
  let file: SourceFileID
  private var position = 0
  private var diagnostics: [Diagnostic] = []

  static func parse(_ bytes: [UInt8], file: SourceFileID) -> (JSONValue, [Diagnostic]) {
    var parser = JSONParser(bytes: bytes, file: file)
    let value = parser.parseDocument()
    return (value, parser.diagnostics)
  }

  private init(bytes: [UInt8], file: SourceFileID) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// Thrown to leave the document; the diagnostic is already noted.
  private struct Stop: Error {}

  private mutating func parseDocument() -> JSONValue {
    do {
      let value = try parseValue(depth: 0)
      skipSpaces()
      if position < bytes.count, diagnostics.isEmpty {
        try fail("Extraneous data after value", "The value ends here; remove what follows it.", position..<position + 1)
      }
      switch value {
      case .object, .array: break
      default:
        diagnostics.append(
          .error(
            "Root value must be object",
            "A JSON configuration file holds one object, or an array of objects.",
            at: value.range))
        return .invalid(value.range)
      }
      return value
    } catch {
      return .invalid(range(0..<0))
    }
  }

  private func range(_ part: Range<Int>) -> SourceRange {
    SourceRange(
      file: file, start: UInt32(truncatingIfNeeded: part.lowerBound), end: UInt32(truncatingIfNeeded: part.upperBound))
  }

  private mutating func fail(_ summary: String, _ detail: String, _ part: Range<Int>) throws(Stop) -> Never {
    diagnostics.append(.error(summary, detail, at: range(part)))
    throw Stop()
  }

  private mutating func skipSpaces() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private var here: Range<Int> { position..<min(position + 1, bytes.count) }

  // MARK: Values

  private mutating func parseValue(depth: Int) throws(Stop) -> JSONValue {
    skipSpaces()
    guard depth < Parser.maximumDepth else {
      try fail("Nesting too deep", "This is nested deeper than any configuration can need, and can't be read.", here)
    }
    guard position < bytes.count else {
      try fail("Missing value", "The JSON data ends prematurely.", here)
    }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""):
      return try parseString().map { .string($0.text, $0.range) } ?? .invalid(range(position..<position))
    case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return parseNumber()
    case let byte where isLetter(byte): return parseKeyword()
    default:
      try fail(
        "Invalid start of value",
        "Write a JSON value here: an object, an array, a number, a string, true, false or null.", here)
    }
  }

  /// Notes a mistake in a word, a number or a string, which does not keep the rest from being read.
  private mutating func note(_ summary: String, _ detail: String, _ part: Range<Int>) -> JSONValue {
    if diagnostics.count < Parser.maximumDiagnostics { diagnostics.append(.error(summary, detail, at: range(part))) }
    return .invalid(range(part))
  }

  private mutating func parseKeyword() -> JSONValue {
    let start = position
    while position < bytes.count, isLetter(bytes[position]) || isDigit(bytes[position]) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "true": return .bool(true, range(start..<position))
    case "false": return .bool(false, range(start..<position))
    case "null": return .null(range(start..<position))
    default:
      let hint = suggestion(for: word.lowercased(), among: ["true", "false", "null"]).map { " Did you mean \"\($0)\"?" }
      return note("Invalid JSON keyword", "JSON knows no word \"\(word)\".\(hint ?? "")", start..<position)
    }
  }

  private mutating func parseNumber() -> JSONValue {
    let start = position
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let digits = position
    while position < bytes.count,
      isDigit(bytes[position]) || isLetter(bytes[position]) || [0x2E, 0x2B, 0x2D].contains(bytes[position])
    { position += 1 }
    let text = String(decoding: bytes[digits..<position], as: UTF8.self)
    guard isNumber(bytes[digits..<position]) else {
      return note(
        "Invalid JSON number", "This is no JSON number. Write digits, as in 12, -3.5 or 1e6.", start..<position)
    }
    let literal = Int64(text).map(NumberLiteral.integer) ?? .decimal(text)
    return .number(literal, isNegative: isNegative, range(start..<position))
  }

  /// JSON's grammar: no leading zeros, digits on both sides of a point.
  private func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func digits() -> Int { rest.prefix(while: isDigit).count }
    let whole = digits()
    guard whole > 0, whole == 1 || rest.first != UInt8(ascii: "0") else { return false }
    rest = rest.dropFirst(whole)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let fraction = digits()
      guard fraction > 0 else { return false }
      rest = rest.dropFirst(fraction)
    }
    if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      let exponent = digits()
      guard exponent > 0 else { return false }
      rest = rest.dropFirst(exponent)
    }
    return rest.isEmpty
  }

  // MARK: Strings

  /// Nil when the text can't be told; then the position is behind the string.
  private mutating func parseString() throws(Stop) -> (text: String, range: SourceRange)? {
    let start = position
    let errors = diagnostics.count
    position += 1
    var output: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard diagnostics.count == errors else { return nil }
        guard let text = String(validating: output, as: UTF8.self) else {
          noteString(start..<position)
          return nil
        }
        return (text, range(start..<position))
      case UInt8(ascii: "\\"): parseEscape(into: &output)
      case 0..<0x20:
        noteString(here)
        position += 1
      default:
        output.append(byte)
        position += 1
      }
    }
    try fail(
      "Invalid JSON string", "This JSON string has a character or an escape that is not allowed in one.",
      start..<start + 1)
  }

  private mutating func noteString(_ part: Range<Int>) {
    _ = note("Invalid JSON string", "This JSON string has a character or an escape that is not allowed in one.", part)
  }

  private mutating func parseEscape(into output: inout [UInt8]) {
    let start = position
    position += 2
    switch start + 1 < bytes.count ? bytes[start + 1] : 0 {
    case UInt8(ascii: "\""): output.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): output.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): output.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): if let scalar = parseCodePoint(start) { output.append(contentsOf: String(scalar).utf8) }
    default: noteString(start..<min(start + 2, bytes.count))
    }
  }

  private mutating func hexadecimal(_ start: Int) -> UInt32? {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = hexDigit(bytes[position]) else {
        noteString(start..<position)
        return nil
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  /// A code point, of two escapes if they are a surrogate pair; a lone surrogate becomes the replacement character.
  private mutating func parseCodePoint(_ start: Int) -> Unicode.Scalar? {
    guard let first = hexadecimal(start) else { return nil }
    if (0xD800..<0xDC00).contains(first), bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
      let restart = position
      position += 2
      guard let second = hexadecimal(start) else { return nil }
      if (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
      position = restart
    }
    return Unicode.Scalar(first) ?? "\u{FFFD}"
  }

  // MARK: Containers

  private mutating func parseArray(depth: Int) throws(Stop) -> JSONValue {
    let start = position
    position += 1
    var elements: [JSONValue] = []
    while true {
      skipSpaces()
      if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
        position += 1
        return .array(elements, range(start..<position), open: range(start..<start + 1))
      }
      elements.append(try parseValue(depth: depth + 1))
      skipSpaces()
      guard position < bytes.count else {
        try fail("Unclosed object", "This array is never closed; add a \"]\".", start..<start + 1)
      }
      if bytes[position] == UInt8(ascii: "]") { continue }
      try parseComma(closer: UInt8(ascii: "]"), "array", "value")
    }
  }

  private mutating func parseObject(depth: Int) throws(Stop) -> JSONValue {
    let start = position
    position += 1
    var members: [JSONMember] = []
    while true {
      skipSpaces()
      guard position < bytes.count else {
        try fail("Unclosed object", "This object is never closed; add a \"}\".", start..<start + 1)
      }
      if bytes[position] == UInt8(ascii: "}") {
        let close = range(here)
        position += 1
        return .object(members, range(start..<position), open: range(start..<start + 1), close: close)
      }
      if let member = try parseMember(depth: depth) { members.append(member) }
      skipSpaces()
      guard position < bytes.count, bytes[position] != UInt8(ascii: "}") else { continue }
      try parseComma(closer: UInt8(ascii: "}"), "object", "property")
    }
  }

  /// Nil when its name could not be read.
  private mutating func parseMember(depth: Int) throws(Stop) -> JSONMember? {
    guard bytes[position] == UInt8(ascii: "\"") else {
      let key = try parseValue(depth: depth + 1)
      diagnostics.append(
        .error("Invalid object property name", "Put the property's name in double quotes", at: key.startRange))
      throw Stop()
    }
    let name = try parseString()
    skipSpaces()
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
      if position < bytes.count, bytes[position] == UInt8(ascii: "=") {
        try fail(
          "Missing property value colon",
          "Use \":\" instead of \"=\" between a name and its value.", here)
      }
      if position < bytes.count, bytes[position] == UInt8(ascii: "}") || bytes[position] == UInt8(ascii: ",") {
        try fail(
          "Missing object value", "Write \":\" and a value after this name.", here)
      }
      try fail(
        "Missing property value colon", "Write \":\" between the name and its value.", here)
    }
    position += 1
    let value = try parseValue(depth: depth + 1)
    return name.map { JSONMember(name: $0.text, nameRange: $0.range, value: value) }
  }

  private mutating func parseComma(closer: UInt8, _ container: String, _ item: String) throws(Stop) {
    if container == "object", bytes[position] == UInt8(ascii: "]") {
      try fail("Mismatched braces", "Close this object with \"}\" instead of \"]\".", here)
    }
    guard bytes[position] == UInt8(ascii: ",") else {
      // The summary is spelled as users know it.
      try fail(
        "Missing attribute seperator comma",
        "Put a comma before the next \(item == "value" ? "value" : "property definition") of this \(container).", here)
    }
    let comma = here
    position += 1
    skipSpaces()
    if position < bytes.count, bytes[position] == closer {
      try fail(
        "Trailing comma in \(container)",
        "Remove the comma after the last \(item) of this \(container); JSON does not allow it.", comma)
    }
  }
}
