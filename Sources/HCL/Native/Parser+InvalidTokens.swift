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
    "\"Curly quotes\" are not valid here. These can sometimes be inadvertently introduced when sharing code via documents or discussion forums. It might help to replace the character with a \"straight quote\"."
  )

  private static func advice(for kind: TokenKind) -> (String, String)? {
    switch kind {
    case .bitwiseAnd:
      ("Unsupported operator", "Bitwise operators are not supported. Did you mean boolean AND (\"&&\")?")
    case .bitwiseOr:
      ("Unsupported operator", "Bitwise operators are not supported. Did you mean boolean OR (\"||\")?")
    case .bitwiseNot:
      ("Unsupported operator", "Bitwise operators are not supported. Did you mean boolean NOT (\"!\")?")
    case .bitwiseXor:
      ("Unsupported operator", "Bitwise operators are not supported.")
    case .apostrophe:
      ("Invalid character", "Single quotes are not valid. Use double quotes (\") to enclose strings.")
    case .backtick:
      (
        "Invalid character",
        "The \"`\" character is not valid. To create a multi-line string, use the \"heredoc\" syntax, like \"<<EOT\"."
      )
    case .semicolon:
      (
        "Invalid character",
        "The \";\" character is not valid. Use newlines to separate arguments and blocks, and commas to separate items in collection values."
      )
    case .quotedNewline:
      (
        "Invalid multi-line string",
        "Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n escape to represent a newline character or use the \"heredoc\" multi-line template syntax."
      )
    case .badUTF8:
      (
        "Invalid character encoding",
        "All input files must be UTF-8 encoded. Ensure that UTF-8 encoding is selected in your editor."
      )
    case .invalid: ("Invalid character", "This character is not used within the language.")
    default: nil
    }
  }
}
