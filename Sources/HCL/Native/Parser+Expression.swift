import Diagnostics

extension Parser {
  /// The expression that fills all of the bytes.
  mutating func parseWholeExpression() -> Expression {
    withNewlines(false) { parser in
      let expression = parser.parseExpression()
      let token = parser.peek
      if token.kind != .endOfFile {
        parser.report(
          "Extra characters after expression",
          "The expression ends before this; remove what follows, or join it by an operator.", at: parser.range(token))
      }
      return expression
    }
  }

  /// A condition, or what stands without one.
  mutating func parseExpression() -> Expression {
    let start = range(peek)
    return nested { $0.parseConditional() } ?? invalid(start)
  }

  private mutating func parseConditional() -> Expression {
    let start = peek
    var errors = mark
    let condition = parseOperation(minimum: 1)
    guard !isLost(since: errors), peek.kind == .question else { return condition }
    read()
    errors = mark
    let then = parseExpression()
    guard !isLost(since: errors) else { return condition }
    let colon = peek
    guard colon.kind == .colon else {
      report(
        "Missing false expression in conditional",
        "Write \":\" and the value for a false condition.", at: colon,
        from: start)
      return condition
    }
    read()
    errors = mark
    let otherwise = parseExpression()
    guard !isLost(since: errors) else { return condition }
    return node(
      .conditional(condition: condition, then: then, otherwise: otherwise),
      condition.range.through(otherwise.range))
  }

  /// How tightly each operator binds; all associate to the left.
  private static func binaryOperator(_ kind: TokenKind) -> (BinaryOperator, precedence: Int)? {
    switch kind {
    case .or: (.or, 1)
    case .and: (.and, 2)
    case .equal: (.equal, 3)
    case .notEqual: (.notEqual, 3)
    case .greater: (.greaterThan, 4)
    case .greaterOrEqual: (.greaterThanOrEqual, 4)
    case .less: (.lessThan, 4)
    case .lessOrEqual: (.lessThanOrEqual, 4)
    case .plus: (.add, 5)
    case .minus: (.subtract, 5)
    case .star: (.multiply, 6)
    case .slash: (.divide, 6)
    case .percent: (.modulo, 6)
    default: nil
    }
  }

  private mutating func parseOperation(minimum: Int) -> Expression {
    var errors = mark
    var left = parseTermWithSteps()
    guard !isLost(since: errors) else { return left }
    while let (symbol, precedence) = Self.binaryOperator(peek.kind), precedence >= minimum {
      read()
      errors = mark
      let right = parseOperation(minimum: precedence + 1)
      guard !isLost(since: errors) else { return left }
      left = node(.binary(symbol, left, right), left.range.through(right.range))
    }
    return left
  }

  private mutating func parseTermWithSteps() -> Expression {
    let term = parseTerm()
    return parseSteps(after: term)
  }

  private mutating func parseTerm() -> Expression {
    let token = peek
    switch token.kind {
    case .number:
      read()
      if !isNumber(text(token)) {
        reportAlways(
          "Invalid number literal", "This is no number that can be read.", at: range(token))
        return invalid(range(token))
      }
      return Expression(.number(numberLiteral(token)), range: range(token))
    case .identifier:
      read()
      return parseName(token)
    case .openQuote, .openHeredoc:
      read()
      return parseQuotedTemplate(token)
    case .openParenthesis: return parseParentheses()
    case .openBracket: return parseTuple()
    case .openBrace: return parseObject()
    case .minus: return parseUnary(.negate)
    case .bang: return parseUnary(.not)
    case .endOfFile:
      report(
        "Missing expression", "The file ends where a value is missing.", at: range(token))
      startRecovery()
      return invalid(range(token))
    default:
      report(
        "Invalid expression", "No value begins like this.",
        at: range(token))
      startRecovery()
      return invalid(range(token))
    }
  }

  private mutating func parseUnary(_ symbol: UnaryOperator) -> Expression {
    let token = read()
    let operand = nested { $0.parseTermWithSteps() } ?? invalid(range(token))
    return node(.unary(symbol, operand), range(token).through(operand.range))
  }

  private mutating func parseName(_ token: Token) -> Expression {
    switch peek.kind {
    case .openParenthesis, .doubleColon: return parseCall(token)
    default: break
    }
    let here = range(token)
    let name = text(token)
    switch name {
    case "true": return Expression(.bool(true), range: here)
    case "false": return Expression(.bool(false), range: here)
    case "null": return Expression(.null, range: here)
    default: return Expression(.scopeTraversal(Traversal(root: name, rootRange: here, range: here)), range: here)
    }
  }

  private mutating func parseParentheses() -> Expression {
    let open = read()
    return withNewlines(false) { parser in
      let errors = parser.mark
      let inner = parser.parseExpression()
      if parser.mark > errors {
        parser.recover(to: .closeParenthesis)
        return inner
      }
      let close = parser.peek
      if close.kind != .closeParenthesis {
        parser.report(
          "Unbalanced parentheses", "Close the parenthesis with \")\".", at: close, from: open)
        parser.startRecovery()
      }
      parser.read()
      return parser.node(.parentheses(inner), parser.range(open, close))
    }
  }

  /// A literal as a number or, when 64 bits do not hold it, as its text.
  /// Whether there is at most one point, and one exponent behind it.
  private func isNumber(_ text: String) -> Bool {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    return parts.count <= 2 && parts[0].split(separator: ".", omittingEmptySubsequences: false).count <= 2
      && !parts.dropFirst().contains { $0.contains(".") }
  }

  func numberLiteral(_ token: Token) -> NumberLiteral {
    let text = text(token)
    return Int64(text).map(NumberLiteral.integer) ?? .decimal(text)
  }

  // MARK: Function calls

  private mutating func parseCall(_ first: Token) -> Expression {
    var name = text(first)
    var last = first
    var open = read()
    while open.kind == .doubleColon {
      let segment = read()
      guard segment.kind == .identifier else {
        report(
          "Missing function name",
          "Write a function's name after \"::\".", at: segment,
          from: first)
        recover(over: .openParenthesis, to: .closeParenthesis)
        return invalid(range(first, segment))
      }
      name += "::" + text(segment)
      last = segment
      open = read()
    }
    guard open.kind == .openParenthesis else {
      report(
        "Missing open parenthesis",
        "Call the function: write \"(\" and its arguments after the name.", at: open, from: first)
      recover(over: .openParenthesis, to: .closeParenthesis)
      return invalid(range(first, open))
    }
    let (arguments, expandsLast, close) = withNewlines(false) { $0.parseArguments(first, open) }
    let call = FunctionCallExpression(
      name: name, nameRange: range(first, last), arguments: arguments, expandsLast: expandsLast,
      openParenthesisRange: range(open), closeParenthesisRange: range(close))
    return node(.functionCall(call), range(first, close))
  }

  private mutating func parseArguments(_ name: Token, _ open: Token) -> ([Expression], expandsLast: Bool, close: Token) {
    var arguments: [Expression] = []
    while peek.kind != .closeParenthesis {
      let errors = mark
      arguments.append(parseExpression())
      if isLost(since: errors) { return (arguments, false, recover(to: .closeParenthesis)) }
      let separator = read()
      switch separator.kind {
      case .closeParenthesis: return (arguments, false, separator)
      case .comma: continue
      case .ellipsis:
        if peek.kind == .closeParenthesis { return (arguments, true, read()) }
        report(
          "Missing closing parenthesis",
          "\"...\" hands on the rest of the arguments, so it has to come last: write \")\" after it.",
          at: separator, from: name)
        return (arguments, true, recover(to: .closeParenthesis))
      case .endOfFile:
        report(
          "Unterminated function call",
          "The file ends before this call is closed. Look for a missing \")\" here or further inside.",
          at: range(name, open))
      default:
        report(
          "Missing argument separator", "Separate arguments with commas.",
          at: separator, from: name)
      }
      return (arguments, false, recover(to: .closeParenthesis))
    }
    return (arguments, false, read())
  }
}
