import Diagnostics

extension Parser {
  mutating func parseTuple() -> Expression {
    let open = read()
    return withNewlines(false) { parser in
      if parser.isWord(parser.peek, "for") { return parser.parseFor(open) }
      var elements: [Expression] = []
      let close = parser.parseElements(open, into: &elements)
      return parser.node(.tuple(elements), parser.range(open, close))
    }
  }

  private mutating func parseElements(_ open: Token, into elements: inout [Expression]) -> Token {
    while peek.kind != .closeBracket {
      let errors = mark
      elements.append(parseExpression())
      if isLost(since: errors) { return recover(to: .closeBracket) }
      let token = peek
      switch token.kind {
      case .closeBracket: continue
      case .comma: read()
      case .endOfFile:
        report(
          "Unterminated tuple constructor expression",
          "The file ends before this bracket is closed. Look for a missing \"]\" here or further inside.",
          at: range(open))
        return recover(to: .closeBracket)
      default:
        report(
          "Missing item separator", "Separate items with commas.", at: token, from: open)
        return recover(to: .closeBracket)
      }
    }
    return read()
  }

  mutating func parseObject() -> Expression {
    let open = read()
    let isFor = withNewlines(false) { $0.isWord($0.peek, "for") }
    if isFor { return withNewlines(false) { $0.parseFor(open) } }
    return withNewlines(true) { parser in
      var items: [ObjectItem] = []
      let close = parser.parseItems(open, into: &items)
      return parser.node(.object(items), parser.range(open, close))
    }
  }

  private mutating func parseItems(_ open: Token, into items: inout [ObjectItem]) -> Token {
    while true {
      switch peek.kind {
      case .newline: read()
      case .closeBrace: return read()
      default:
        guard let item = parseItem(open) else { return recover(to: .closeBrace) }
        items.append(item)
        let token = peek
        switch token.kind {
        case .closeBrace: return read()
        case .comma, .newline: read()
        case .endOfFile:
          reportUnterminatedObject(open)
          return recover(to: .closeBrace)
        default:
          report(
            "Missing attribute separator", "Separate attributes with commas or new lines.",
            at: token, from: open)
          return recover(to: .closeBrace)
        }
      }
    }
  }

  /// `key = value` or `key : value`; nil when it could not be read.
  private mutating func parseItem(_ open: Token) -> ObjectItem? {
    var errors = mark
    let key = parseExpression()
    guard !isLost(since: errors) else { return nil }
    let separator = peek
    guard separator.kind == .assign || separator.kind == .colon else {
      reportMissingValue(open, separator)
      return nil
    }
    read()
    errors = mark
    let value = parseExpression()
    return isLost(since: errors) ? nil : ObjectItem(key: key, value: value)
  }

  private mutating func reportMissingValue(_ open: Token, _ token: Token) {
    switch token.kind {
    case .newline, .comma:
      report(
        "Missing attribute value", "Write \"=\" and a value after this name.", at: token,
        from: open)
    case .identifier:
      report(
        "Missing key/value separator",
        "Write \"=\" and a value after the name. A name with periods or spaces has to be in double quotes.",
        at: token, from: open)
    case .endOfFile: reportUnterminatedObject(open)
    default:
      report(
        "Missing key/value separator", "Write \"=\" between the name and its value.",
        at: token, from: open)
    }
  }

  private mutating func reportUnterminatedObject(_ open: Token) {
    report(
      "Unterminated object constructor expression",
      "The file ends before this brace is closed. Look for a missing \"}\" here or further inside.",
      at: range(open))
  }

  // MARK: For

  /// `for` and everything behind it up to the closing bracket.
  private mutating func parseFor(_ open: Token) -> Expression {
    read()
    let isObject = open.kind == .openBrace
    let closer: TokenKind = isObject ? .closeBrace : .closeBracket
    guard let (keyName, name) = parseForNames(open), let collection = parseForCollection(open),
      let (key, value) = parseForResult(),
      let (ellipsis, condition) = parseForEnd()
    else {
      let close = recover(to: closer)
      return invalid(range(open, close))
    }
    var close = peek
    if close.kind == closer {
      read()
    } else {
      report(
        Self.invalidFor, "The \"for\" expression is complete here; remove what follows, or close it.", at: close,
        from: open)
      close = recover(to: closer)
    }
    checkForm(isObject: isObject, key: key, value: value, ellipsis: ellipsis, all: range(open, close))
    let loop = ForExpression(
      keyVariable: keyName, valueVariable: name, collection: collection, key: key, value: value, condition: condition,
      groups: ellipsis != nil, openRange: range(open), closeRange: range(close))
    if isObject { return key == nil ? invalid(range(open, close)) : node(.forObject(loop), range(open, close)) }
    return node(.forTuple(loop), range(open, close))
  }

  private static let invalidFor = "Invalid 'for' expression"

  private mutating func parseForNames(_ open: Token) -> (key: String?, value: String)? {
    guard peek.kind == .identifier else {
      report(Self.invalidFor, "Write a variable's name after \"for\".", at: peek, from: open)
      return nil
    }
    let first = text(read())
    var names: (String?, String) = (nil, first)
    if peek.kind == .comma {
      read()
      guard peek.kind == .identifier else {
        report(Self.invalidFor, "Write a second variable's name after the comma.", at: peek, from: open)
        return nil
      }
      names = (first, text(read()))
    }
    guard isWord(peek, "in") else {
      report(Self.invalidFor, "Write \"in\" after the variables, and then the collection.", at: peek, from: open)
      return nil
    }
    read()
    return names
  }

  private mutating func parseForCollection(_ open: Token) -> Expression? {
    let errors = mark
    let collection = parseExpression()
    if isLost(since: errors) { return nil }
    guard peek.kind == .colon else {
      report(Self.invalidFor, "Write \":\" after the collection, and then the result.", at: peek, from: open)
      return nil
    }
    read()
    return collection
  }

  private mutating func parseForResult() -> (key: Expression?, value: Expression)? {
    let errors = mark
    var value = parseExpression()
    var key: Expression?
    if peek.kind == .fatArrow {
      read()
      key = value
      value = parseExpression()
    }
    return isLost(since: errors) ? nil : (key, value)
  }

  private mutating func parseForEnd() -> (ellipsis: Token?, condition: Expression?)? {
    let ellipsis = peek.kind == .ellipsis ? read() : nil
    guard isWord(peek, "if") else { return (ellipsis, nil) }
    read()
    let errors = mark
    let condition = parseExpression()
    return isLost(since: errors) ? nil : (ellipsis, condition)
  }

  private mutating func checkForm(isObject: Bool, key: Expression?, value: Expression, ellipsis: Token?, all: SourceRange) {
    if isObject {
      if key == nil {
        report(
          Self.invalidFor, "A \"for\" in braces makes an object, so it needs a key: write \"key => value\".",
          at: value.range, context: all)
      }
      return
    }
    if let key {
      report(
        Self.invalidFor, "A \"for\" in brackets makes a tuple, which has no keys. Use braces to make an object.",
        at: key.range, context: all)
    }
    if let ellipsis {
      report(
        Self.invalidFor, "\"...\" groups the values of an object by key; a tuple has no keys. Remove it.",
        at: range(ellipsis),
        context: all)
    }
  }
}
