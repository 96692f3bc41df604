/// Writes JSON as Go's encoder does: the escapes of `encoding/json`, keys in the order given, compact or indented.
///
///     var writer = JSONWriter(style: .indented("  "))
///     writer.beginObject()
///     writer.key("version"); writer.integer(4)
///     writer.endObject()
///     let bytes = writer.bytes
///
/// Empty objects and arrays stay on one line (`{}`, `[]`). No line break follows the document; `newline()` adds one.
package struct JSONWriter: Sendable {
  package enum Style: Hashable, Sendable {
    case compact
    /// One member a line, with this text for each level (`json.MarshalIndent` with no prefix).
    case indented(String)
  }

  /// What is written so far.
  package private(set) var bytes: [UInt8] = []
  private let style: Style
  /// Whether `<`, `>` and `&` are escaped, which is what Go's encoder does unless told otherwise.
  private let escapesHTML: Bool
  private var depth = 0
  private var needsComma = false
  private var isAfterKey = false

  package init(style: Style = .compact, escapesHTML: Bool = true) {
    self.style = style
    self.escapesHTML = escapesHTML
  }

  package var string: String { String(decoding: bytes, as: UTF8.self) }

  package mutating func beginObject() { begin(UInt8(ascii: "{")) }
  package mutating func endObject() { end(UInt8(ascii: "}")) }
  package mutating func beginArray() { begin(UInt8(ascii: "[")) }
  package mutating func endArray() { end(UInt8(ascii: "]")) }

  /// The name of the next member.
  package mutating func key(_ name: String) {
    separate()
    JSONWriter.appendQuoted(name, escapesHTML: escapesHTML, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    if style != .compact { bytes.append(UInt8(ascii: " ")) }
    isAfterKey = true
  }

  package mutating func text(_ value: String) {
    separate()
    JSONWriter.appendQuoted(value, escapesHTML: escapesHTML, to: &bytes)
    needsComma = true
  }

  package mutating func integer(_ value: Int64) { verbatim(String(value).utf8) }
  package mutating func integer(_ value: Int) { verbatim(String(value).utf8) }
  package mutating func bool(_ value: Bool) { verbatim((value ? "true" : "false").utf8) }
  package mutating func null() { verbatim("null".utf8) }
  package mutating func number(_ value: Number) { verbatim(value.text.utf8) }

  package mutating func member(_ name: String, _ value: String) {
    key(name)
    text(value)
  }

  package mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  package mutating func member(_ name: String, _ value: Int) {
    key(name)
    integer(value)
  }

  /// A complete JSON value as bytes. It is laid out anew in this writer's style; its key order and number texts stay.
  /// Bytes that are no JSON are written as they are.
  package mutating func raw(_ json: [UInt8]) {
    if let node = try? JSONNode(parsing: json) { self.node(node) } else { verbatim(json) }
  }

  /// Bytes that are already one JSON value in the wanted layout.
  package mutating func verbatim(_ json: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  /// A parsed value, members in their order.
  package mutating func node(_ node: JSONNode) {
    switch node {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .number(let text): verbatim(text.utf8)
    case .string(let text): self.text(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.node(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.key)
        self.node(member.value)
      }
      endObject()
    }
  }

  package mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    depth += 1
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    depth -= 1
    if needsComma { breakLine() }
    bytes.append(bracket)
    needsComma = true
    isAfterKey = false
  }

  private mutating func separate() {
    if isAfterKey {
      isAfterKey = false
      return
    }
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    if depth > 0 { breakLine() }
    needsComma = false
  }

  private mutating func breakLine() {
    guard case .indented(let unit) = style else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<max(0, depth) { bytes.append(contentsOf: unit.utf8) }
  }
}

extension JSONWriter {
  /// A JSON string with its quotes, escaped as Go's encoder does.
  package static func quoted(_ text: String, escapesHTML: Bool = true) -> String {
    var bytes: [UInt8] = []
    appendQuoted(text, escapesHTML: escapesHTML, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Control characters get short escapes where JSON has them for `\b \f \n \r \t`, else `\u00xx`; U+2028 and U+2029 are always escaped.
  package static func appendQuoted(_ text: String, escapesHTML: Bool = true, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    // Nearly all strings need no escape at all.
    if text.utf8.allSatisfy({ isPlain($0, escapesHTML) }) {
      bytes.append(contentsOf: text.utf8)
    } else {
      appendEscaped(Array(text.utf8), escapesHTML, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isPlain(_ byte: UInt8, _ escapesHTML: Bool) -> Bool {
    switch byte {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0xE2: false
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): !escapesHTML
    default: true
    }
  }

  private static func appendEscaped(_ source: [UInt8], _ escapesHTML: Bool, to bytes: inout [UInt8]) {
    var index = 0
    while index < source.count {
      let byte = source[index]
      index += 1
      if isPlain(byte, escapesHTML) {
        bytes.append(byte)
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
      case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
      case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
      case 0x08: bytes += #"\b"#.utf8
      case 0x0C: bytes += #"\f"#.utf8
      case 0xE2:
        // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
        if index + 1 < source.count, source[index] == 0x80, source[index + 1] & 0xFE == 0xA8 {
          bytes += unicodeEscape(0x2000 + UInt32(source[index + 1] & 0x3F)).utf8
          index += 2
        } else {
          bytes.append(byte)
        }
      default: bytes += unicodeEscape(UInt32(byte)).utf8
      }
    }
  }

  private static func unicodeEscape(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return #"\u"# + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }
}
