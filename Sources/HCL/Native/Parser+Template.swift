import Diagnostics

/// One piece of a template in source order, before directives are paired.
enum TemplatePiece {
  case literal(String, SourceRange)
  case interpolation(Expression)
  case ifStart(Expression, SourceRange)
  case elseMark(SourceRange)
  case endIf(SourceRange)
  case forStart(key: String?, value: String, collection: Expression, SourceRange)
  case endFor(SourceRange)
  case end(SourceRange)

  var range: SourceRange {
    switch self {
    case .literal(_, let range), .ifStart(_, let range), .elseMark(let range), .endIf(let range),
      .forStart(_, _, _, let range), .endFor(let range), .end(let range):
      range
    case .interpolation(let expression): expression.range
    }
  }
}

extension Parser {
  /// The template that fills all of the bytes.
  mutating func parseWholeTemplate() -> Expression {
    let start = peek
    return parseTemplate(until: .endOfFile, start: range(start), isFlush: false)
  }

  /// A quoted string or a heredoc, whose opening token has been read.
  mutating func parseQuotedTemplate(_ open: Token) -> Expression {
    let isFlush = open.kind == .openHeredoc && byte(open, 2) == UInt8(ascii: "-")
    let end: TokenKind = open.kind == .openQuote ? .closeQuote : .closeHeredoc
    return parseTemplate(until: end, start: range(open), isFlush: isFlush)
  }

  private mutating func parseTemplate(until end: TokenKind, start: SourceRange, isFlush: Bool) -> Expression {
    var pieces = withNewlines(true) { $0.parsePieces(until: end) }
    let all = start.through(range(previous))
    if isFlush { removeIndentation(&pieces) }
    if pieces.count == 2, case .interpolation(let inner) = pieces[0] { return node(.templateWrap(inner), all) }
    var assembly = TemplateAssembly(pieces: pieces)
    let parts = assembly.root(position: position)
    for diagnostic in assembly.diagnostics {
      reportAlways(diagnostic.summary, diagnostic.detail, at: diagnostic.subject ?? all)
    }
    if parts.isEmpty { return Expression(.string(""), range: all) }
    if parts.count == 1, case .string(let text) = parts[0].kind { return Expression(literal: text, at: parts[0].range, range: all) }
    return node(.template(parts), all)
  }

  // MARK: Pieces

  /// The pieces up to the closing token, which is read, and an `end` behind them.
  private mutating func parsePieces(until end: TokenKind) -> [TemplatePiece] {
    let start = range(peek)
    var pieces: [TemplatePiece] = []
    var trimsNext = false
    var literalIsLast = false
    while true {
      let token = read()
      if token.kind == end {
        pieces.append(.end(range(token)))
        return pieces
      }
      let trims = trimsNext
      let followsLiteral = literalIsLast
      trimsNext = false
      literalIsLast = false
      switch token.kind {
      case .stringLiteral, .quotedLiteral:
        let text = literalText(token)
        pieces.append(.literal(trims ? trimmedStart(text) : text, range(token)))
        literalIsLast = true
      case .interpolation, .directive:
        if followsLiteral, byte(token, 2) == UInt8(ascii: "~"), case .literal(let text, let range)? = pieces.last {
          pieces[pieces.count - 1] = .literal(trimmedEnd(text), range)
        }
        withNewlines(false) { parser in
          let piece =
            token.kind == .interpolation
            ? parser.parseInterpolation(token, start, end) : parser.parseDirective(token)
          if let (piece, trim) = piece {
            pieces.append(piece)
            trimsNext = trim
          }
        }
      default:
        report(
          "Unterminated template string", "This string is never closed; add a '\"'.", at: range(token),
          context: range(start, token))
        pieces.append(.end(range(recover(to: end))))
        return pieces
      }
    }
  }

  private mutating func parseInterpolation(
    _ open: Token, _ start: SourceRange, _ end: TokenKind
  ) -> (TemplatePiece, trimsNext: Bool) {
    let expression = parseExpression()
    let close = peek
    if close.kind == .sequenceEnd {
      read()
      return (.interpolation(expression), byte(close, 0) == UInt8(ascii: "~"))
    }
    reportUnclosed(close, start, end)
    recover(to: .sequenceEnd)
    return (.interpolation(expression), false)
  }

  private mutating func reportUnclosed(_ close: Token, _ start: SourceRange, _ end: TokenKind) {
    let escape = "write \"$${\" for it."
    let isQuote = close.kind == .closeQuote || close.kind == .openQuote
    if close.kind == .endOfFile || (isQuote && end == .closeQuote) {
      let place = close.kind == .endOfFile ? "file" : "quoted template"
      report(
        "Unclosed template interpolation sequence",
        "\"${\" is not closed in this \(place). Look for a missing \"}\" here or further inside.",
        at: start)
    } else if close.kind == .colon {
      report(
        "Extra characters after interpolation expression",
        "An expression in \"${ }\" has no colon here. If \"${\" is meant for another language, \(escape)",
        at: range(close), context: range(start, close))
    } else {
      report(
        "Extra characters after interpolation expression",
        "The expression ends before this; close it with \"}\".\n\nIf \"${\" is meant for another language, such as a "
          + "shell's, write \"$${\" for it.",
        at: range(close), context: range(start, close))
    }
  }

  // MARK: Directives

  /// What follows `%{`; nil when it could not be read.
  private mutating func parseDirective(_ open: Token) -> (TemplatePiece, trimsNext: Bool)? {
    let keyword = peek
    guard keyword.kind == .identifier else {
      report(
        "Invalid template directive",
        "After \"%{\", write if, else, endif, for or endfor.", at: keyword,
        from: open)
      recover(to: .sequenceEnd)
      return nil
    }
    read()
    let name = text(keyword)
    guard let piece = parseDirective(name, keyword, open) else {
      recover(to: .sequenceEnd)
      return nil
    }
    let close = peek
    if close.kind == .sequenceEnd {
      read()
      return (piece, byte(close, 0) == UInt8(ascii: "~"))
    }
    report(
      "Extra characters in \(name) marker", "The directive is complete here; close it with \"}\".",
      at: close, from: open)
    recover(to: .sequenceEnd)
    return (piece, false)
  }

  private mutating func parseDirective(_ name: String, _ keyword: Token, _ open: Token) -> TemplatePiece? {
    switch name {
    case "if":
      let condition = parseExpression()
      return .ifStart(condition, range(open, peek))
    case "else": return .elseMark(range(open, peek))
    case "endif": return .endIf(range(open, peek))
    case "for": return parseForDirective(open)
    case "endfor": return .endFor(range(open, peek))
    default:
      let hint = suggestion(for: name, among: ["if", "for", "else", "endif", "endfor"]).map { " Did you mean \"\($0)\"?" }
      report(
        "Invalid template control keyword", "\"\(name)\" is no directive of a template.\(hint ?? "")",
        at: keyword, from: open)
      return nil
    }
  }

  private mutating func parseForDirective(_ open: Token) -> TemplatePiece? {
    let summary = "Invalid 'for' directive"
    guard peek.kind == .identifier else {
      report(summary, "Write a variable's name after \"for\".", at: range(peek))
      return nil
    }
    var key: String?
    var value = text(read())
    if peek.kind == .comma {
      read()
      guard peek.kind == .identifier else {
        report(summary, "Write a second variable's name after the comma.", at: range(peek))
        return nil
      }
      key = value
      value = text(read())
    }
    guard isWord(peek, "in") else {
      report(summary, "Write \"in\" after the variables, and then the collection.", at: range(peek))
      return nil
    }
    read()
    let collection = parseExpression()
    return .forStart(key: key, value: value, collection: collection, range(open, peek))
  }

  // MARK: White space

  private func trimmedStart(_ text: String) -> String {
    String(text.unicodeScalars.drop { $0.properties.isWhitespace })
  }

  private func trimmedEnd(_ text: String) -> String {
    var scalars = text.unicodeScalars
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }

  /// Takes the indentation that all lines of a `<<-` heredoc have in common from each of them. Blank lines do not count
  /// and stay as they are.
  private func removeIndentation(_ pieces: inout [TemplatePiece]) {
    var smallest = Int.max
    var lines: [Int] = []
    var startsLine = true
    for (index, piece) in pieces.enumerated() {
      if case .end = piece { break }
      guard case .literal(let text, _) = piece else {
        if startsLine { smallest = 0 }
        startsLine = false
        continue
      }
      if startsLine {
        let spaces = text.prefix { $0.unicodeScalars.allSatisfy(\.properties.isWhitespace) }
        if spaces.endIndex < text.endIndex || !text.utf8.reversed().starts(with: [ASCII.newline]) {
          smallest = min(smallest, spaces.count)
          lines.append(index)
        }
      }
      startsLine = text.utf8.last == ASCII.newline
    }
    for index in lines {
      if case .literal(let text, let range) = pieces[index] {
        pieces[index] = .literal(String(text.dropFirst(smallest)), range)
      }
    }
  }
}
