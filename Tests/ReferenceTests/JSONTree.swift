// ReferenceTests: the same scenarios through `terraform` and through `plumb`, and every difference by name. They know the two
// programs only from outside: files, arguments, environment, exit codes and output.

/// A JSON document as it was written: numbers keep their digits, since both programs must print the same ones.
indirect enum JSONTree: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONTree])
  case object([String: JSONTree])

  subscript(name: String) -> JSONTree? {
    if case .object(let members) = self { return members[name] }
    return nil
  }

  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  var elements: [JSONTree] {
    if case .array(let elements) = self { return elements }
    return []
  }

  var members: [String: JSONTree] {
    if case .object(let members) = self { return members }
    return [:]
  }

  /// The same without the members of that name, however deep they are.
  func without(_ name: String) -> JSONTree {
    switch self {
    case .array(let elements): .array(elements.map { $0.without(name) })
    case .object(let members): .object(members.filter { $0.key != name }.mapValues { $0.without(name) })
    default: self
    }
  }

  /// One line with sorted keys: the form in which documents are compared, sorted and shown.
  var canonical: String {
    var bytes: [UInt8] = []
    write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func write(into bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let digits): bytes += digits.utf8
    case .string(let text): writeQuoted(text, into: &bytes)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        writeQuoted(member.key, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}

extension [JSONTree] {
  /// In the order of their canonical forms, each of which is made once.
  var inCanonicalOrder: [JSONTree] {
    map { ($0.canonical, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

private func writeQuoted(_ text: String, into bytes: inout [UInt8]) {
  bytes.append(UInt8(ascii: "\""))
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
    case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
    default: bytes.append(byte)
    }
  }
  bytes.append(UInt8(ascii: "\""))
}

func quotedJSON(_ text: String) -> String { JSONTree.string(text).canonical }

/// What is wrong with a document, and at which byte.
struct JSONError: Error, CustomStringConvertible {
  var message: String
  var offset: Int
  var description: String { "\(message) at byte \(offset)" }
}

extension JSONTree {
  init(parsing text: String) throws(JSONError) {
    var reader = JSONReader(bytes: Array(text.utf8))
    self = try reader.document()
  }

  /// The documents of a text with one on each line; lines that hold none are left out.
  static func lines(of text: String) -> [JSONTree] {
    text.split(separator: "\n").compactMap { try? JSONTree(parsing: String($0)) }
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var offset = 0

  mutating func document() throws(JSONError) -> JSONTree {
    let tree = try value()
    skipSpace()
    if offset < bytes.count { throw failure("something follows the document") }
    return tree
  }

  private func failure(_ message: String) -> JSONError { JSONError(message: message, offset: offset) }

  private var next: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  private mutating func skipSpace() {
    while offset < bytes.count, bytes[offset] == 0x20 || 0x09...0x0D ~= bytes[offset] { offset += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte, offset < bytes.count else { return false }
    offset += 1
    return true
  }

  private mutating func word(_ word: String, _ tree: JSONTree) throws(JSONError) -> JSONTree {
    guard bytes[offset...].starts(with: word.utf8) else { throw failure("no value") }
    offset += word.utf8.count
    return tree
  }

  private mutating func value() throws(JSONError) -> JSONTree {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default:
      let start = offset
      while offset < bytes.count, "+-.0123456789eE".utf8.contains(bytes[offset]) { offset += 1 }
      if start == offset { throw failure("no value") }
      return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
    }
  }

  private mutating func object() throws(JSONError) -> JSONTree {
    offset += 1
    var members: [String: JSONTree] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("no member name") }
      let name = try string()
      guard take(UInt8(ascii: ":")) else { throw failure("no colon") }
      members[name] = try value()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw failure("an object does not end") }
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONTree {
    offset += 1
    var elements: [JSONTree] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw failure("an array does not end") }
    return .array(elements)
  }

  private mutating func string() throws(JSONError) -> String {
    offset += 1
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
    }
    throw failure("a string does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let byte = next
    offset += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "u"):
      var unit = try hexadecimal()
      if 0xD800..<0xDC00 ~= unit, bytes[offset...].starts(with: #"\u"#.utf8) {
        offset += 2
        let low = try hexadecimal()
        unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
      }
      text += String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8
    default: text.append(byte)
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    let end = offset + 4
    guard end <= bytes.count,
      let unit = UInt32(String(decoding: bytes[offset..<end], as: UTF8.self), radix: 16)
    else { throw failure("an escape needs four digits") }
    offset = end
    return unit
  }
}
