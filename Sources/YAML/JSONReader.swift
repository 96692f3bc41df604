/// Why a text is no JSON, and where: line and column count from 1, columns in bytes.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  package var message: String

  package var description: String { "line \(line), column \(column): \(message)" }
}

extension JSONValue {
  /// Reads one JSON text (RFC 8259, nothing looser). The last of equal names wins; what is no UTF-8 in strings becomes U+FFFD.
  package init(json bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.document()
  }

  /// As `init(json:)`, of a text.
  package init(json text: String) throws(JSONError) {
    try self.init(json: Array(text.utf8))
  }
}

/// Reads with a stack of its own, so that no input can exhaust the thread's.
private struct JSONReader {
  private let bytes: [UInt8]
  private var index = 0

  /// A collection that is not yet closed, which changes in its place: to take it out would copy it at each item.
  private struct Open {
    var isObject: Bool
    var items: [JSONValue] = []
    var members: [String: JSONValue] = [:]
    /// Of the member whose value comes next.
    var name = ""
  }

  private var open: [Open] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    while true {
      skipSpace()
      if var value = try begin() {
        // A value is complete: it goes into the collection around, which it may complete in turn.
        while !open.isEmpty {
          guard let closed = try put(value) else { break }
          value = closed
        }
        if open.isEmpty {
          skipSpace()
          if index < bytes.count { throw failure("unexpected text after the value") }
          return value
        }
      }
    }
  }

  /// Reads a whole scalar or an empty collection; opens any other collection and gives nil.
  private mutating func begin() throws(JSONError) -> JSONValue? {
    guard index < bytes.count else { throw failure("unexpected end of JSON input") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return try beginObject()
    case UInt8(ascii: "["):
      index += 1
      skipSpace()
      if take("]") { return .array([]) }
      try push(Open(isObject: false))
      return nil
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw unexpected("looking for the beginning of a value")
    }
  }

  private mutating func beginObject() throws(JSONError) -> JSONValue? {
    index += 1
    skipSpace()
    if take("}") { return .object([:]) }
    try push(Open(isObject: true, name: try memberName()))
    return nil
  }

  private mutating func push(_ collection: Open) throws(JSONError) {
    if open.count >= JSONValue.deepestNesting { throw failure("the value is nested too deeply") }
    open.append(collection)
  }

  /// Puts a value into the innermost collection; gives that collection when it is thereby closed.
  private mutating func put(_ value: JSONValue) throws(JSONError) -> JSONValue? {
    let last = open.count - 1
    skipSpace()
    if open[last].isObject {
      let name = open[last].name
      open[last].members[name] = value
      if take("}") { return .object(open.removeLast().members) }
      guard take(",") else { throw unexpected("after a member of an object") }
      skipSpace()
      let next = try memberName()
      open[last].name = next
    } else {
      open[last].items.append(value)
      if take("]") { return .array(open.removeLast().items) }
      guard take(",") else { throw unexpected("after an item of an array") }
    }
    return nil
  }

  private mutating func memberName() throws(JSONError) -> String {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
      throw unexpected("looking for the beginning of a member's name")
    }
    let name = try string()
    skipSpace()
    guard take(":") else { throw unexpected("after a member's name") }
    return name
  }

  // MARK: Scalars

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for position in 0..<word.utf8CodeUnitCount {
      guard index < bytes.count, unsafe bytes[index] == word.utf8Start[position] else {
        throw unexpected("in the literal \(word)")
      }
      index += 1
    }
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    _ = take("-")
    if take("0") {
      // No more digits may follow.
    } else if digits() == 0 {
      throw unexpected("in a number")
    }
    var isWhole = true
    if take(".") {
      isWhole = false
      if digits() == 0 { throw unexpected("after the decimal point") }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      if digits() == 0 { throw unexpected("in an exponent") }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole, let number = Int64(text) { return .integer(number) }
    guard let number = Double(text), number.isFinite else { throw failure("the number \(text) is too large") }
    return .float(number)
  }

  private mutating func digits() -> Int {
    let start = index
    while index < bytes.count, bytes[index] &- 48 < 10 { index += 1 }
    return index - start
  }

  private mutating func string() throws(JSONError) -> String {
    index += 1
    let start = index
    // Most strings have no escape: they are taken as they stand.
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        index += 1
        return String(decoding: bytes[start..<(index - 1)], as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      if byte < 0x20 { throw unexpected("in a string") }
      index += 1
    }
    throw failure("unexpected end of JSON input")
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text = Array(bytes[start..<index])
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x20 { throw unexpected("in a string") }
      index += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") { text += try escape() } else { text.append(byte) }
    }
    throw failure("unexpected end of JSON input")
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard index < bytes.count else { throw failure("unexpected end of JSON input") }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try unicodeEscape()).utf8)
    default:
      index -= 1
      throw unexpected("in a string's escape")
    }
  }

  /// Half a surrogate pair alone becomes U+FFFD.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let replacement: Unicode.Scalar = "\u{FFFD}"
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    else { return replacement }
    let mark = index
    index += 2
    let second = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(second) else {
      index = mark
      return replacement
    }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? replacement
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < bytes.count, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else {
        throw unexpected("in a \\u escape")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  // MARK: Places

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: wanted) else { return false }
    index += 1
    return true
  }

  private func unexpected(_ place: String) -> JSONError {
    guard index < bytes.count else { return failure("unexpected end of JSON input") }
    let byte = bytes[index]
    let name = byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    return failure("invalid character \(name) \(place)")
  }

  private func failure(_ message: String) -> JSONError {
    let before = bytes[..<min(index, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return JSONError(line: line, column: column, message: message)
  }
}
