import Diagnostics

extension Parser {
  /// A whole file.
  mutating func parseFileBody() -> Body { parseBody(until: .endOfFile) }

  /// Arguments and blocks up to and including the closing token.
  private mutating func parseBody(until end: TokenKind) -> Body {
    let open = range(end == .endOfFile ? peek : previous)
    var items = BodyItems()
    while true {
      let token = peek
      if token.kind == end {
        read()
        return items.body(open, range(token), file)
      }
      switch token.kind {
      case .newline: read()
      case .identifier: parseItem(into: &items)
      default:
        reportStrayToken(read(), open: open, end: end)
        let last = range(previous)
        recover(to: end)
        return items.body(open, last, file)
      }
    }
  }

  /// Collects the items of one body.
  struct BodyItems {
    var attributes: [Attribute] = []
    var firstIndex: [String: Int] = [:]
    var blocks: [Block] = []

    func body(_ start: SourceRange, _ end: SourceRange, _ file: SourceFileID) -> Body {
      Body(
        .native(
          NativeBody(
            attributes: attributes, blocks: blocks, range: start.through(end),
            endRange: SourceRange(file: file, start: end.end, end: end.end))))
    }
  }

  private mutating func reportStrayToken(_ token: Token, open: SourceRange, end: TokenKind) {
    switch token.kind {
    case .openQuote: report("Invalid argument name", "Argument names must not be quoted.", at: range(token))
    case .endOfFile where end == .closeBrace:
      report(
        "Unclosed configuration block",
        "The file ends before this block is closed. Look for a missing \"}\" here or in a block inside.",
        at: open)
    default:
      report(
        "Argument or block definition required", "Only arguments and blocks can stand here.", at: range(token))
    }
  }

  private mutating func parseItem(into items: inout BodyItems) {
    let name = read()
    switch peek.kind {
    case .assign: add(parseAttribute(name, onOneLine: false), to: &items)
    case .openQuote, .openBrace, .identifier:
      if let block = nested({ $0.parseBlock(name) }) { items.blocks.append(block) }
    default:
      recoverAfter(name)
    }
  }

  private mutating func add(_ attribute: Attribute, to items: inout BodyItems) {
    if let first = items.firstIndex[attribute.name] {
      reportAlways(
        "Attribute redefined",
        "\"\(attribute.name)\" is already set at \(position(items.attributes[first].nameRange)). Keep one of the two.",
        at: attribute.nameRange)
    } else {
      items.firstIndex[attribute.name] = items.attributes.count
      items.attributes.append(attribute)
    }
  }

  /// A name followed by neither an argument's nor a block's syntax.
  private mutating func recoverAfter(_ name: Token) {
    reportAlways(
      "Argument or block definition required",
      "A name alone says nothing here. Write \"=\" and a value after it for an argument, or \"{\" for a block.",
      at: range(name))
    recoverAfterItem()
  }

  private mutating func parseAttribute(_ name: Token, onOneLine: Bool) -> Attribute {
    read()
    let start = mark
    let expression = parseExpression()
    let end = previous
    if isLost(since: start) {
      recoverAfterItem()
    } else if !onOneLine {
      endLine(after: name)
    }
    return Attribute(
      name: text(name), nameRange: range(name), expression: expression, range: range(name, end))
  }

  private mutating func endLine(after name: Token) {
    let token = peek
    if token.kind == .newline || token.kind == .endOfFile {
      read()
      return
    }
    let rule = "Begin a new line after an argument."
    if token.kind == .comma {
      report(
        "Unexpected comma after argument", "Commas do not separate arguments. \(rule)",
        at: token, from: name)
    } else {
      report("Missing newline after argument", rule, at: token, from: name)
    }
    recoverAfterItem()
  }

  // MARK: Blocks

  private mutating func parseBlock(_ type: Token) -> Block {
    var labels: [Label] = []
    while true {
      let token = peek
      switch token.kind {
      case .openBrace:
        read()
        return finishBlock(type, labels, openBrace: token)
      case .openQuote:
        labels.append(parseQuotedLiteral())
      case .identifier:
        read()
        labels.append(Label(text: text(token), range: range(token)))
      default:
        reportHeader(type, token)
        recoverAfterItem()
        let here = range(type)
        let body = Body(attributes: [], blocks: [], range: here)
        return Block(type: text(type), typeRange: here, labels: labels, body: body, definitionRange: here, range: here)
      }
    }
  }

  private mutating func reportHeader(_ type: Token, _ token: Token) {
    let summary = "Invalid block definition"
    switch token.kind {
    case .assign:
      reportAlways(
        summary, "Remove the \"=\": a block's braces follow its type and labels directly.",
        at: range(token), context: range(type, token))
    case .newline:
      reportAlways(
        summary,
        "Open the block with \"{\" on the line of its type and labels, and close it with \"}\".",
        at: range(token), context: range(type, token))
    default:
      report(
        summary, "Write a label in double quotes, or \"{\" to open the block.", at: token, from: type)
    }
  }

  private mutating func finishBlock(_ type: Token, _ labels: [Label], openBrace: Token) -> Block {
    let body: Body
    switch peek.kind {
    case .newline, .endOfFile, .closeBrace: body = parseBody(until: .closeBrace)
    default:
      body = parseOneLineBody(openBrace)
      closeOneLineBody(type, openBrace)
    }
    let close = previous
    let end = peek
    if end.kind == .newline || end.kind == .endOfFile {
      read()
    } else {
      report("Missing newline after block definition", "Begin a new line after a block.", at: end, from: type)
      recoverAfterItem()
    }
    let header = range(type)
    return Block(
      type: text(type), typeRange: header, labels: labels, body: body,
      definitionRange: labels.last.map { header.through($0.range) } ?? header, range: range(type, close),
      openBraceRange: range(openBrace))
  }

  /// `{ name = value }`, without its closing brace.
  private mutating func parseOneLineBody(_ openBrace: Token) -> Body {
    let name = read()
    guard name.kind == .identifier else {
      report(
        "Argument or block definition required", "Only arguments and blocks can stand here.", at: range(name))
      recoverAfterItem()
      return Body(attributes: [], blocks: [], range: range(openBrace))
    }
    switch peek.kind {
    case .assign:
      var items = BodyItems()
      let attribute = parseAttribute(name, onOneLine: true)
      add(attribute, to: &items)
      return items.body(attribute.range, attribute.range, file)
    case .openQuote, .openBrace, .identifier:
      reportAlways(
        "Argument definition required",
        "A block on one line holds at most one argument. To set \"\(text(name))\", write \"=\" after it; to nest a "
          + "block, begin a new line.",
        at: range(name, peek))
      recoverAfterItem()
    default:
      recoverAfter(name)
    }
    return Body(attributes: [], blocks: [], range: range(openBrace))
  }

  private mutating func closeOneLineBody(_ type: Token, _ openBrace: Token) {
    let summary = "Invalid single-argument block definition"
    let token = peek
    switch token.kind {
    case .closeBrace:
      read()
      return
    case .comma:
      reportAlways(
        summary,
        "A block on one line holds at most one argument. Write this one with each argument on a line of its own.",
        at: range(token))
    case .newline:
      reportAlways(
        summary,
        "Since this argument stands on the block's first line, the block has to end on that line too: write \"}\" "
          + "after the value.",
        at: range(token))
    case .endOfFile:
      report(
        "Unclosed configuration block",
        "The file ends before this block is closed. Look for a missing \"}\" here or in a block inside.",
        at: range(openBrace), context: range(type, openBrace))
    default:
      report(
        summary,
        "Write \"}\" after the only argument of a block on one line.",
        at: range(token))
    }
    recover(to: .closeBrace)
  }
}
