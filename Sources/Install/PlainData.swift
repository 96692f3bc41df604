import Diagnostics

/// A document of plain data: JSON, or the simple configuration syntax of the CLI configuration file.
enum PlainData: Sendable {
  case null
  case bool(Bool)
  /// As written.
  case number(String)
  case string(String)
  case array([PlainData])
  case object([Entry])

  /// `keys = value`, `keys { }` or `"key": value`. Blocks may have several keys; repeated entries are kept.
  struct Entry: Sendable {
    var keys: [String]
    var value: PlainData
    /// From the first key to the end of the last.
    var range: SourceRange
  }

  /// The first value behind a key of an object.
  subscript(key: String) -> PlainData? {
    guard case .object(let entries) = self else { return nil }
    return entries.first { $0.keys == [key] }?.value
  }

  /// The text of a string.
  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The text of anything that can stand where a string is wanted, as the old configuration syntax converts it.
  var looseText: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let value): value ? "1" : "0"
    default: nil
    }
  }

  /// A truth value, or a text or number that spells one.
  var looseBool: Bool? {
    switch self {
    case .bool(let value): value
    case .string("true"), .string("1"), .number("1"): true
    case .string("false"), .string("0"), .number("0"): false
    default: nil
    }
  }

  var elements: [PlainData]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  var entries: [Entry]? {
    if case .object(let entries) = self { entries } else { nil }
  }
}

/// Why a document could not be read.
struct PlainDataError: Error {
  /// A clause without a full stop.
  var message: String
  /// Where reading stopped, in bytes.
  var offset: Int
}

/// Reads bytes one after the other; what both syntaxes share.
struct PlainDataCursor {
  let bytes: [UInt8]
  var position = 0
  /// Nesting is bounded, so that no document exhausts the stack.
  var depthLeft = 200

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  func peek(_ distance: Int) -> UInt8? {
    position + distance < bytes.count ? bytes[position + distance] : nil
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  func error(_ message: String) -> PlainDataError { PlainDataError(message: message, offset: position) }

  /// What stands at the position, for messages.
  var found: String {
    guard let byte = peek else { return "end of file" }
    return byte < 0x80 ? "\"\(Character(Unicode.Scalar(byte)))\"" : "a character that is not ASCII"
  }

  mutating func enter() throws(PlainDataError) {
    depthLeft -= 1
    if depthLeft < 0 { throw error("the nesting is too deep") }
  }

  mutating func leave() { depthLeft += 1 }

  /// The digits, sign, dot and exponent of a number, as far as they go.
  mutating func numberText() -> String {
    let start = position
    while let byte = peek, Self.isNumberByte(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      return true
    default: return false
    }
  }

  /// A quoted string with backslash escapes, at its opening quote.
  mutating func quotedText() throws(PlainDataError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case UInt8(ascii: "\n"):
        position = start
        throw error("the string is not closed before the end of the line")
      default: text.append(byte)
      }
    }
    position = start
    throw error("the string is not closed")
  }

  private mutating func escape(into text: inout [UInt8]) throws(PlainDataError) {
    guard let byte = peek else { throw error("the string is not closed") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"): text += try unicodeEscape()
    default: throw error("the escape sequence is not known")
    }
  }

  private mutating func unicodeEscape() throws(PlainDataError) -> [UInt8] {
    var code = try hexadecimalUnit()
    if (0xD800..<0xDC00).contains(code), peek == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
      let saved = position
      position += 2
      let low = try hexadecimalUnit()
      if (0xDC00..<0xE000).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      } else {
        position = saved
      }
    }
    return [UInt8](String(Unicode.Scalar(code).map(Character.init) ?? "\u{FFFD}").utf8)
  }

  private mutating func hexadecimalUnit() throws(PlainDataError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw error("a \\u needs four hexadecimal digits") }
    position += 4
    return code
  }
}
