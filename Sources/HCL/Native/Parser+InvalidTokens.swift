import Diagnostics

extension Parser {
  /// What the language has no use for, with advice. Most are told once, since a text that has one often has many.
  func invalidTokenDiagnostics() -> [Diagnostic] {
    var found: [Diagnostic] = []
    var told: Set<TokenKind> = []
    for token in tokens where token.kind.rawValue >= TokenKind.bitwiseAnd.rawValue {
      let isCurly = token.kind == .invalid && isCurlyQuote(token)
      guard let (summary, detail) = isCurly ? Self.curlyQuotes : Self.advice(for: token.kind) else { continue }
      let isRepeated = !told.insert(token.kind).inserted
      if isRepeated, token.kind != .invalid, token.kind != .quotedNewline { continue }
      found.append(.error(summary, detail, at: range(token)))
    }
    return found
  }

  private func isCurlyQuote(_ token: Token) -> Bool {
    ["\u{201C}", "\u{201D}"].contains(text(token))
  }

  private static let curlyQuotes = (
    "Invalid character",
    "“Curly quotes” do not enclose strings; they often come from text that was copied. Use straight ones (\")."
  )

  private static func advice(for kind: TokenKind) -> (String, String)? {
    switch kind {
    case .bitwiseAnd:
      ("Unsupported operator", "There are no operators on bits. For a logical and, write \"&&\".")
    case .bitwiseOr:
      ("Unsupported operator", "There are no operators on bits. For a logical or, write \"||\".")
    case .bitwiseNot:
      ("Unsupported operator", "There are no operators on bits. For a logical not, write \"!\".")
    case .bitwiseXor:
      ("Unsupported operator", "Bitwise operators are not supported.")
    case .apostrophe:
      ("Invalid character", "Strings stand in double quotes (\").")
    case .backtick:
      (
        "Invalid character",
        "\"`\" has no meaning here. For text of several lines, use \"<<EOT\"."
      )
    case .semicolon:
      (
        "Invalid character",
        "\";\" has no meaning here. Begin a new line after an argument or block; separate items with commas."
      )
    case .quotedNewline:
      (
        "Invalid multi-line string",
        "A quoted string ends on its own line. Write \\n for a line break, or use \"<<EOT\" for text of several lines."
      )
    case .badUTF8:
      (
        "Invalid character encoding",
        "This is not UTF-8. Save the file in that encoding."
      )
    case .invalid: ("Invalid character", "This character has no meaning here; remove it.")
    default: nil
    }
  }
}
