/// A piece of an action.
struct Token {
  enum Kind: Equatable {
    case identifier(String)
    /// `.name`, without the dot.
    case field(String)
    /// `$name`, with the dollar sign.
    case variable(String)
    case dot
    /// Of any bytes.
    case string([UInt8])
    case character(Int)
    case number(String)
    case leftParenthesis, rightParenthesis
    case pipe, comma, declare, assign
    /// The end of the action.
    case end
  }

  var kind: Kind
  var place: Range<Int>
  /// Whether a blank stands before it.
  var isSpaced: Bool
}

/// Splits a text into what stands between actions and the pieces of actions, both without the blanks that markers trim.
struct TemplateLexer {
  let source: TemplateSource
  private(set) var index = 0
  /// Whether the last action ended with a marker that trims what follows it.
  private var trimsNext = false

  private var text: [UInt8] { source.text }

  init(source: TemplateSource) { self.source = source }

  /// The text up to the next action, which is then entered; comments are passed over. Nil for the action at the end of the text.
  mutating func textBeforeAction() throws(TemplateError) -> (text: Range<Int>, isAction: Bool) {
    if trimsNext {
      while index < text.count, Self.isSpace(text[index]) { index += 1 }
      trimsNext = false
    }
    let start = index
    while index + 1 < text.count {
      if text[index] == UInt8(ascii: "{"), text[index + 1] == UInt8(ascii: "{") {
        var end = index
        index += 2
        if at(0) == UInt8(ascii: "-"), at(1).map(Self.isSpace) ?? false {
          while end > start, Self.isSpace(text[end - 1]) { end -= 1 }
          index += 1
        }
        if try skipComment() { return (start..<end, false) }
        return (start..<end, true)
      }
      index += 1
    }
    index = text.count
    return (start..<text.count, false)
  }

  var isAtEnd: Bool { index >= text.count }

  private mutating func skipComment() throws(TemplateError) -> Bool {
    var begin = index
    while begin < text.count, Self.isSpace(text[begin]), begin == index { begin += 1 }
    guard begin + 1 < text.count, text[begin] == UInt8(ascii: "/"), text[begin + 1] == UInt8(ascii: "*") else { return false }
    var end = begin + 2
    while end + 1 < text.count, !(text[end] == UInt8(ascii: "*") && text[end + 1] == UInt8(ascii: "/")) { end += 1 }
    guard end + 1 < text.count else { throw failure("unclosed comment", at: begin) }
    index = end + 2
    guard closeAction() else { throw failure("comment ends before closing delimiter", at: index) }
    return true
  }

  /// Whether the action ends here, which is then left.
  private mutating func closeAction() -> Bool {
    if at(0).map(Self.isSpace) ?? false, at(1) == UInt8(ascii: "-"), at(2) == UInt8(ascii: "}"), at(3) == UInt8(ascii: "}") {
      index += 4
      trimsNext = true
      return true
    }
    guard at(0) == UInt8(ascii: "}"), at(1) == UInt8(ascii: "}") else { return false }
    index += 2
    return true
  }

  private func at(_ offset: Int) -> UInt8? { index + offset < text.count ? text[index + offset] : nil }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  func failure(_ message: String, at offset: Int) -> TemplateError {
    var error = TemplateError(message)
    let position = source.position(of: offset)
    error.places = [.init(file: source.name, line: position.line, column: position.column, template: "", expression: "")]
    return error
  }

  // MARK: Inside actions

  mutating func next() throws(TemplateError) -> Token {
    var isSpaced = false
    while true {
      let start = index
      if closeAction() { return Token(kind: .end, place: start..<start, isSpaced: isSpaced) }
      guard let byte = at(0) else { throw failure("unclosed action", at: start) }
      guard Self.isSpace(byte) else { break }
      index += 1
      isSpaced = true
    }
    let start = index
    let kind = try kind(text[index])
    return Token(kind: kind, place: start..<index, isSpaced: isSpaced)
  }

  private mutating func kind(_ byte: UInt8) throws(TemplateError) -> Token.Kind {
    switch byte {
    case UInt8(ascii: "("): return single(.leftParenthesis)
    case UInt8(ascii: ")"): return single(.rightParenthesis)
    case UInt8(ascii: "|"): return single(.pipe)
    case UInt8(ascii: ","): return single(.comma)
    case UInt8(ascii: "="): return single(.assign)
    case UInt8(ascii: ":"):
      guard at(1) == UInt8(ascii: "=") else { throw failure("expected :=", at: index) }
      index += 2
      return .declare
    case UInt8(ascii: "\""): return .string(try interpreted())
    case UInt8(ascii: "`"): return .string(try raw())
    case UInt8(ascii: "'"): return .character(try character())
    case UInt8(ascii: "$"):
      index += 1
      return .variable("$" + (try word()))
    case UInt8(ascii: "."):
      if let next = at(1), next &- 48 < 10 { return .number(try number()) }
      index += 1
      let name = try word()
      return name.isEmpty ? .dot : .field(name)
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default:
      let start = index
      let name = try word()
      guard !name.isEmpty else { throw failure("unexpected \(Self.shown(byte)) in command", at: start) }
      return .identifier(name)
    }
  }

  private mutating func single(_ kind: Token.Kind) -> Token.Kind {
    index += 1
    return kind
  }

  private static func shown(_ byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7F ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte \(byte)"
  }

  /// Letters, digits and underscores, behind which a name may end.
  private mutating func word() throws(TemplateError) -> String {
    let start = index
    while let byte = at(0), Self.isWord(byte) { index += 1 }
    guard let byte = at(0) else { throw failure("unclosed action", at: start) }
    let isEnd = Self.isSpace(byte) || [".", ",", "|", ":", ")", "(", "=", "}"].contains { byte == UInt8(ascii: $0) }
    guard isEnd || index == start else { throw failure("bad character \(Self.shown(byte))", at: index) }
    return String(decoding: text[start..<index], as: UTF8.self)
  }

  /// All beyond ASCII counts as letters.
  private static func isWord(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private mutating func number() throws(TemplateError) -> String {
    let start = index
    if at(0) == UInt8(ascii: "+") || at(0) == UInt8(ascii: "-") { index += 1 }
    while let byte = at(0) {
      let previous = text[index - 1] | 0x20
      let isExponentSign = (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")) && index > start
        && (previous == UInt8(ascii: "e") || previous == UInt8(ascii: "p"))
      guard Self.isWord(byte) || byte == UInt8(ascii: ".") || isExponentSign else { break }
      index += 1
    }
    return String(decoding: text[start..<index], as: UTF8.self)
  }

  private mutating func raw() throws(TemplateError) -> [UInt8] {
    let start = index
    index += 1
    while let byte = at(0) {
      index += 1
      if byte == UInt8(ascii: "`") {
        return text[(start + 1)..<(index - 1)].filter { $0 != 0x0D }
      }
    }
    throw failure("unterminated raw quoted string", at: start)
  }

  private mutating func interpreted() throws(TemplateError) -> [UInt8] {
    let start = index
    index += 1
    while let byte = at(0), byte != 0x0A {
      index += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") {
        guard let bytes = GoQuoting.unquoted(text[(start + 1)..<(index - 1)], quote: UInt8(ascii: "\"")) else {
          throw failure("invalid syntax in a quoted string", at: start)
        }
        return bytes
      }
    }
    throw failure("unterminated quoted string", at: start)
  }

  private mutating func character() throws(TemplateError) -> Int {
    let start = index
    index += 1
    while let byte = at(0), byte != 0x0A {
      index += byte == UInt8(ascii: "\\") ? 2 : 1
      guard byte == UInt8(ascii: "'") else { continue }
      let bytes = GoQuoting.unquoted(text[(start + 1)..<(index - 1)], quote: byte) ?? []
      let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
      guard scalars.count == 1 else { throw failure("malformed character constant", at: start) }
      return Int(scalars[0].value)
    }
    throw failure("unterminated character constant", at: start)
  }
}
