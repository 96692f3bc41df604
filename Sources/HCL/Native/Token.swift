import Diagnostics

/// A token as the scanner found it: a kind and byte offsets. Text becomes a String only when a parser asks.
struct Token: Sendable {
  var kind: TokenKind
  var start: UInt32
  var end: UInt32
}

enum TokenKind: UInt8, Sendable {
  case openBrace, closeBrace, openBracket, closeBracket, openParenthesis, closeParenthesis
  case openQuote, closeQuote, openHeredoc, closeHeredoc
  /// `${` and `%{`, with `~` if it is there; the closing `}` or `~}` of both.
  case interpolation, directive, sequenceEnd
  case quotedLiteral, stringLiteral
  case number, identifier
  case star, slash, plus, minus, percent
  case assign, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case and, or, bang
  case dot, comma, ellipsis, fatArrow, question, colon, doubleColon
  /// A comment to the end of the line holds its newline; `/* */` does not.
  case comment, newline, endOfFile
  // What the language does not have, kept apart for good messages.
  case bitwiseAnd, bitwiseOr, bitwiseNot, bitwiseXor, apostrophe, backtick, semicolon
  case quotedNewline, badUTF8, invalid

  /// What closes a bracket of this kind; nil for what opens nothing.
  var closer: TokenKind? {
    switch self {
    case .openBrace: .closeBrace
    case .openBracket: .closeBracket
    case .openParenthesis: .closeParenthesis
    case .openQuote: .closeQuote
    case .openHeredoc: .closeHeredoc
    case .interpolation, .directive: .sequenceEnd
    default: nil
    }
  }

  /// +1 for an opening bracket or template sequence, -1 for a closing one. Quotes are no brackets.
  var bracketChange: Int {
    switch self {
    case .openBrace, .openBracket, .openParenthesis, .interpolation, .directive: 1
    case .closeBrace, .closeBracket, .closeParenthesis, .sequenceEnd: -1
    default: 0
    }
  }
}
