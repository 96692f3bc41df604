import Diagnostics

extension Parser {
  /// The text that the literal part of a template stands for: escapes resolved if it was in quotes, and the doubled
  /// signs of `$${` and `%%{` halved everywhere.
  mutating func literalText(_ token: Token) -> String {
    let part = Int(token.start - base)..<Int(token.end - base)
    let isQuoted = token.kind == .quotedLiteral
    var index = part.lowerBound
    while index < part.upperBound {
      let byte = bytes[index]
      if byte == UInt8(ascii: "{") || (isQuoted && byte == UInt8(ascii: "\\")) { break }
      index += 1
    }
    if index == part.upperBound { return text(token) }
    var output: [UInt8] = []
    output.reserveCapacity(part.count)
    index = part.lowerBound
    while index < part.upperBound {
      let byte = bytes[index]
      if isQuoted, byte == UInt8(ascii: "\\") {
        index = resolveEscape(at: index, end: part.upperBound, into: &output)
      } else {
        output.append(byte)
        index += isEscapedSequence(at: index, end: part.upperBound) ? 2 : 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private func isEscapedSequence(at index: Int, end: Int) -> Bool {
    let byte = bytes[index]
    return (byte == UInt8(ascii: "$") || byte == UInt8(ascii: "%")) && index + 2 < end && bytes[index + 1] == byte
      && bytes[index + 2] == UInt8(ascii: "{")
  }

  /// Adds what the escape at an index stands for, and returns the index behind it.
  private mutating func resolveEscape(at index: Int, end: Int, into output: inout [UInt8]) -> Int {
    guard index + 1 < end else { return end }
    let selector = bytes[index + 1]
    switch selector {
    case UInt8(ascii: "n"): output.append(ASCII.newline)
    case UInt8(ascii: "r"): output.append(ASCII.carriageReturn)
    case UInt8(ascii: "t"): output.append(ASCII.tab)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(selector)
    case UInt8(ascii: "u"): return resolveCodePoint(at: index, digits: 4, "four", end: end, into: &output)
    case UInt8(ascii: "U"): return resolveCodePoint(at: index, digits: 8, "eight", end: end, into: &output)
    default:
      let length = decodeScalar(bytes, at: index + 1)?.length ?? 1
      let symbol = bytes[index + 1..<min(index + 1 + length, end)]
      reportEscape(
        "\"\\(String(decoding: symbol, as: UTF8.self))\" means nothing in a string. Known are \\n, \\r, \\t, \\\", "
          + "\\\\, \\uNNNN and \\UNNNNNNNN.",
        index..<index + 1 + length)
      output.append(contentsOf: symbol)
      return min(index + 1 + length, end)
    }
    return index + 2
  }

  private mutating func resolveCodePoint(
    at index: Int, digits: Int, _ count: String, end: Int, into output: inout [UInt8]
  ) -> Int {
    var value: UInt32 = 0
    var position = index + 2
    while position < min(index + 2 + digits, end), let digit = hexDigit(bytes[position]) {
      value = value << 4 | digit
      position += 1
    }
    if position < index + 2 + digits {
      let selector = Character(Unicode.Scalar(bytes[index + 1]))
      reportEscape(
        "Write \(count) hexadecimal digits after \\\(selector).", index..<position)
    } else {
      output.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }
    return position
  }

  private mutating func reportEscape(_ detail: String, _ part: Range<Int>) {
    let start = base &+ UInt32(truncatingIfNeeded: part.lowerBound)
    reportAlways(
      "Invalid escape sequence", detail,
      at: SourceRange(file: file, start: start, end: start &+ UInt32(truncatingIfNeeded: part.count)))
  }

  /// A quoted string that may hold no template sequence, as labels are. Reads both quotes.
  mutating func parseQuotedLiteral() -> Label {
    let open = read()
    var output = ""
    while true {
      let token = read()
      switch token.kind {
      case .closeQuote: return Label(text: output, range: range(open, token))
      case .quotedLiteral: output += literalText(token)
      case .interpolation, .directive:
        let sign = token.kind == .interpolation ? "$" : "%"
        report(
          "Invalid string literal",
          "This string is taken literally. Write \"\(sign)\(sign)\" for \"\(sign)\".",
          at: token, from: open)
        output += sign + "{ ... }"
        recover(to: .sequenceEnd)
      case .endOfFile:
        report(
          "Unterminated string literal", "The file ends before this string is closed; add a '\"'.", at: token,
          from: open)
        return Label(text: output, range: range(open, token))
      default:
        report(
          "Invalid string literal", "This cannot stand in a string that is taken literally.", at: token, from: open)
        let close = recover(to: .closeQuote)
        return Label(text: output, range: range(open, close))
      }
    }
  }
}

/// The value of a hexadecimal digit in either case.
func hexDigit(_ byte: UInt8) -> UInt32? {
  if isDigit(byte) { return UInt32(byte &- 0x30) }
  let letter = (byte | 0x20) &- 0x61
  return letter < 6 ? UInt32(letter) + 10 : nil
}
