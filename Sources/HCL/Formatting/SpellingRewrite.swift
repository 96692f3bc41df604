import Diagnostics

/// Brings outdated spellings up to date, token by token: labels get quotes, an interpolation that is a whole value loses
/// its quotes, and the type names of old variable blocks become type expressions.
struct SpellingRewrite {
  let bytes: [UInt8]
  let tokens: [Token]
  /// What stands in place of tokens, by the index of the first; the ranges do not overlap.
  private var edits: [(range: Range<Int>, tokens: [FormatToken])] = []

  init(bytes: [UInt8], tokens: [Token]) {
    self.bytes = bytes
    self.tokens = tokens
  }

  mutating func visit(_ body: Body, enclosing types: [String]) {
    guard case .native(let native) = body.storage else { return }
    for attribute in native.attributes {
      let range = tokenRange(attribute.expression.range)
      let old = range.map { formatToken(tokens[$0]) }
      let isType = types == ["variable"] && attribute.name == "type"
      if let new = isType ? modernType(old) : unwrapped(old) { edits.append((range, new)) }
    }
    for block in native.blocks {
      if !block.labels.isEmpty { quoteLabels(of: block) }
      visit(block.body, enclosing: types + [block.type])
    }
  }

  /// All tokens with the edits in place.
  func rewritten() -> [FormatToken] {
    var output: [FormatToken] = []
    output.reserveCapacity(tokens.count)
    var index = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where edit.range.lowerBound >= index {
      while index < edit.range.lowerBound {
        output.append(formatToken(tokens[index]))
        index += 1
      }
      output += edit.tokens
      index = edit.range.upperBound
    }
    while index < tokens.count {
      output.append(formatToken(tokens[index]))
      index += 1
    }
    // Spaces behind the last line are no line of their own, and stay.
    if let end = tokens.last {
      let last = tokens.count > 1 ? tokens[tokens.count - 2].end : 0
      output[output.count - 1].spaces = Int(end.start - last)
    }
    return output
  }

  private func formatToken(_ token: Token) -> FormatToken {
    FormatToken(token.kind, bytes[Int(token.start)..<Int(token.end)])
  }

  /// The index of the first token at or behind an offset.
  private func tokenIndex(_ offset: UInt32) -> Int {
    var low = 0
    var high = tokens.count
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].start < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func tokenRange(_ range: SourceRange) -> Range<Int> {
    let start = tokenIndex(range.start)
    return start..<max(start, tokenIndex(range.end))
  }

  // MARK: Labels

  private mutating func quoteLabels(of block: Block) {
    let quoted = block.labels.flatMap { label in
      [
        FormatToken(.openQuote, "\""), FormatToken(.quotedLiteral, escaped(label.text)[...]),
        FormatToken(.closeQuote, "\""),
      ]
    }
    edits.append((tokenIndex(block.typeRange.end)..<tokenIndex(block.openBraceRange.start), quoted))
  }

  /// A text as it is written between quotes.
  private func escaped(_ text: String) -> [UInt8] {
    var output: [UInt8] = []
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "\n": output += Array("\\n".utf8)
      case "\r": output += Array("\\r".utf8)
      case "\t": output += Array("\\t".utf8)
      case "\"": output += Array("\\\"".utf8)
      case "\\": output += Array("\\\\".utf8)
      case "$", "%":
        let sign = UInt8(ascii: scalar)
        output.append(sign)
        if index + 1 < scalars.count, scalars[index + 1] == "{" { output.append(sign) }
      default:
        if isPrintable(scalar) {
          output += Array(String(scalar).utf8)
        } else {
          let digits = String(scalar.value, radix: 16)
          let width = scalar.value < 0x10000 ? 4 : 8
          output += Array(
            ((width == 4 ? "\\u" : "\\U") + String(repeating: "0", count: width - digits.utf8.count) + digits).utf8)
        }
      }
    }
    return output
  }

  /// Letters, marks, numbers, punctuation, symbols and the plain space.
  private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == " " { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  // MARK: Values

  /// What is inside of `"${…}"` when that is all of a value; nil when the value stays.
  private func unwrapped(_ old: [FormatToken]) -> [FormatToken]? {
    guard old.count >= 5, old[0].kind == .openQuote, old[1].kind == .interpolation,
      old[old.count - 2].kind == .sequenceEnd, old[old.count - 1].kind == .closeQuote
    else { return nil }
    var inside = old[2..<old.count - 2]
    var quotes = 0
    for token in inside {
      switch token.kind {
      case .openQuote: quotes += 1
      case .closeQuote: quotes -= 1
      case .interpolation, .sequenceEnd, .quotedLiteral: if quotes <= 0 { return nil }
      default: break
      }
    }
    while inside.first?.kind == .newline { inside.removeFirst() }
    while inside.last?.kind == .newline { inside.removeLast() }
    let isParenthesised = inside.first?.kind == .openParenthesis && inside.last?.kind == .closeParenthesis
    if inside.contains(where: { $0.kind == .newline }), !isParenthesised {
      return [FormatToken(.openParenthesis, "(")] + inside + [FormatToken(.closeParenthesis, ")")]
    }
    return Array(inside)
  }

  /// The type expression for a type name of an old release: `list` has any elements, the older `"list"` strings.
  private func modernType(_ old: [FormatToken]) -> [FormatToken]? {
    if old.count == 1, ["list", "map", "set"].contains(where: old[0].isWord) { return collection(old[0], of: "any") }
    guard old.count == 3, old[0].kind == .openQuote, old[1].kind == .quotedLiteral, old[2].kind == .closeQuote else {
      return nil
    }
    let name = FormatToken(.identifier, old[1].text)
    if name.isWord("string") { return [name] }
    return name.isWord("list") || name.isWord("map") ? collection(name, of: "string") : nil
  }

  private func collection(_ name: FormatToken, of element: String) -> [FormatToken] {
    [
      name, FormatToken(.openParenthesis, "("), FormatToken(.identifier, element),
      FormatToken(.closeParenthesis, ")"),
    ]
  }
}
