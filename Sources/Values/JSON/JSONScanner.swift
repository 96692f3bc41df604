/// Reads JSON in one pass over its bytes, value by value, as the caller asks.
///
/// Strict RFC 8259 with white space between tokens. Errors name the byte. Nesting deeper than 1000 is an error, so that no document can exhaust the stack.
package struct JSONScanner: ~Copyable {
  package enum Kind: Hashable, Sendable { case null, bool, number, string, array, object }

  private let bytes: [UInt8]
  /// The byte that is read next.
  package private(set) var offset: Int
  private var depth = 0

  package init(_ bytes: [UInt8], from offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  private func failure(_ message: String) -> JSONError { JSONError(message: message, offset: offset) }

  private mutating func skipSpace() {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  /// The kind of the value that comes next, without reading it.
  package mutating func peek() throws(JSONError) -> Kind {
    skipSpace()
    guard offset < bytes.count else { throw failure("unexpected end of JSON input") }
    switch bytes[offset] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw unexpected("looking for beginning of value")
    }
  }

  private func unexpected(_ place: String) -> JSONError {
    guard offset < bytes.count else { return failure("unexpected end of JSON input") }
    // One byte is shown as one character, as Go's decoder does.
    let byte = bytes[offset]
    let shown =
      switch byte {
      case UInt8(ascii: "'"): "\\'"
      case UInt8(ascii: "\n"): "\\n"
      case UInt8(ascii: "\r"): "\\r"
      case UInt8(ascii: "\t"): "\\t"
      case UInt8(ascii: "\\"): "\\\\"
      case ..<0x20, 0x7F: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      default: String(Unicode.Scalar(byte))
      }
    return failure("invalid character '\(shown)' \(place)")
  }

  package mutating func expectEnd() throws(JSONError) {
    skipSpace()
    if offset < bytes.count { throw unexpected("after top-level value") }
  }

  /// Reads `null` if it comes next.
  package mutating func readNull() throws(JSONError) -> Bool {
    guard try peek() == .null else { return false }
    try literal("null")
    return true
  }

  package mutating func readBool() throws(JSONError) -> Bool {
    guard try peek() == .bool else { throw failure("a bool is required") }
    if bytes[offset] == UInt8(ascii: "t") {
      try literal("true")
      return true
    }
    try literal("false")
    return false
  }

  private mutating func literal(_ word: String) throws(JSONError) {
    let length = word.utf8.count
    guard offset + length <= bytes.count, word.utf8.elementsEqual(bytes[offset..<offset + length]) else {
      throw failure("invalid literal")
    }
    offset += length
  }

  /// The bytes of a number as written.
  package mutating func readNumberRange() throws(JSONError) -> Range<Int> {
    guard try peek() == .number else { throw failure("a number is required") }
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "0") { offset += 1 } else { try digits() }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try digits()
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") { offset += 1 }
      try digits()
    }
    return start..<offset
  }

  private mutating func digits() throws(JSONError) {
    let start = offset
    while offset < bytes.count, bytes[offset] &- 48 < 10 { offset += 1 }
    if offset == start { throw unexpected("in numeric literal") }
  }

  package mutating func readNumberText() throws(JSONError) -> String {
    let range = try readNumberRange()
    return String(decoding: bytes[range], as: UTF8.self)
  }

  package mutating func readNumber() throws(JSONError) -> Number {
    let range = try readNumberRange()
    guard let number = Number(parsing: bytes[range]) else {
      throw JSONError(message: "a number is required", offset: range.lowerBound)
    }
    return number
  }

  /// A string with its escapes resolved. Lone surrogates become U+FFFD.
  package mutating func readString() throws(JSONError) -> String {
    guard try peek() == .string else { throw failure("a string is required") }
    offset += 1
    let start = offset
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        offset += 1
        return text
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw unexpected("in string literal")
      default: offset += 1
      }
    }
    throw failure("unexpected end of JSON input")
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text = Array(bytes[start..<offset])
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20:
        offset -= 1
        throw unexpected("in string literal")
      default: text.append(byte)
      }
    }
    throw failure("unexpected end of JSON input")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard offset < bytes.count else { throw failure("unexpected end of JSON input") }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text += UTF8.encode(try escapedScalar()).map(Array.init) ?? []
    default:
      offset -= 1
      throw unexpected("in string escape code")
    }
  }

  private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let replacement: Unicode.Scalar = "\u{FFFD}"
    guard first < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
      bytes[offset + 1] == UInt8(ascii: "u")
    else { return replacement }
    let mark = offset
    offset += 2
    let second = try codeUnit()
    guard (0xDC00..<0xE000).contains(second) else {
      offset = mark
      return replacement
    }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? replacement
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    guard offset + 4 <= bytes.count else { throw failure("unexpected end of JSON input") }
    var value: UInt32 = 0
    for byte in bytes[offset..<offset + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("in \\u hexadecimal character escape")
      }
      value = value << 4 | UInt32(digit)
    }
    offset += 4
    return value
  }

  /// Reads the start of an array. Then call `nextElement()` before each element, until it answers `false`.
  package mutating func beginArray() throws(JSONError) {
    guard try peek() == .array else { throw failure("an array is required") }
    try descend()
  }

  /// Reads the start of an object. Then call `nextKey()` before each value, until it answers `nil`.
  package mutating func beginObject() throws(JSONError) {
    guard try peek() == .object else { throw failure("an object is required") }
    try descend()
  }

  private var isFirst = false

  private mutating func descend() throws(JSONError) {
    offset += 1
    depth += 1
    if depth > 1000 { throw failure("exceeded max depth") }
    isFirst = true
  }

  /// Whether another element comes; reads the comma before it or the closing bracket.
  package mutating func nextElement() throws(JSONError) -> Bool {
    try next(closing: UInt8(ascii: "]"), "after array element")
  }

  /// The next member's name with its colon; `nil` at the end of the object.
  package mutating func nextKey() throws(JSONError) -> String? {
    guard try next(closing: UInt8(ascii: "}"), "after object key:value pair") else { return nil }
    skipSpace()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
      throw unexpected("looking for beginning of object key string")
    }
    let key = try readString()
    skipSpace()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: ":") else { throw unexpected("after object key") }
    offset += 1
    return key
  }

  private mutating func next(closing: UInt8, _ place: String) throws(JSONError) -> Bool {
    skipSpace()
    let wasFirst = isFirst
    isFirst = false
    guard offset < bytes.count else { throw failure("unexpected end of JSON input") }
    if bytes[offset] == closing {
      offset += 1
      depth -= 1
      return false
    }
    if wasFirst { return true }
    guard bytes[offset] == UInt8(ascii: ",") else { throw unexpected(place) }
    offset += 1
    skipSpace()
    if offset < bytes.count, bytes[offset] == closing {
      throw unexpected("looking for beginning of \(closing == UInt8(ascii: "}") ? "object key string" : "value")")
    }
    return true
  }

  /// Reads past one value and gives its bytes.
  package mutating func skipValue() throws(JSONError) -> Range<Int> {
    _ = try peek()
    let start = offset
    switch try peek() {
    case .null: try literal("null")
    case .bool: _ = try readBool()
    case .number: _ = try readNumberRange()
    case .string: _ = try readString()
    case .array:
      try beginArray()
      while try nextElement() { _ = try skipValue() }
    case .object:
      try beginObject()
      while try nextKey() != nil { _ = try skipValue() }
    }
    return start..<offset
  }

  /// Goes back to the start of a value that was read past, or on behind it.
  package mutating func move(to offset: Int) { self.offset = offset }

  /// Reads one value as a tree.
  package mutating func node() throws(JSONError) -> JSONNode {
    switch try peek() {
    case .null:
      try literal("null")
      return .null
    case .bool: return .bool(try readBool())
    case .number: return .number(try readNumberText())
    case .string: return .string(try readString())
    case .array:
      try beginArray()
      var elements: [JSONNode] = []
      while try nextElement() { elements.append(try node()) }
      return .array(elements)
    case .object:
      try beginObject()
      var members: [JSONNode.Member] = []
      while let key = try nextKey() { members.append(JSONNode.Member(key: key, value: try node())) }
      return .object(members)
    }
  }
}
