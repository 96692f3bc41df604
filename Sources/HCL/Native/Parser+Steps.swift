import Diagnostics

extension Parser {
  /// The attribute, index and splat steps behind a term.
  mutating func parseSteps(after term: Expression) -> Expression {
    var chain = Chain(source: term)
    while true {
      switch peek.kind {
      case .dot: parseDot(after: &chain)
      case .openBracket: parseBrackets(after: &chain)
      default: return finish(chain)
      }
    }
  }

  /// A term with the constant steps behind it, which become part of the tree when something else follows them.
  private struct Chain {
    var source: Expression
    var steps: [TraversalStep] = []
  }

  private mutating func finish(_ chain: Chain) -> Expression {
    guard let last = chain.steps.last else { return chain.source }
    let range = chain.source.range.through(last.range)
    switch chain.source.kind {
    case .scopeTraversal(var traversal):
      traversal.steps += chain.steps
      traversal.range = range
      return Expression(.scopeTraversal(traversal), range: range)
    case .relativeTraversal(let origin, let steps):
      return node(.relativeTraversal(source: origin, steps: steps + chain.steps), range)
    default:
      return node(.relativeTraversal(source: chain.source, steps: chain.steps), range)
    }
  }

  // MARK: Dots

  private mutating func parseDot(after chain: inout Chain) {
    let dot = read()
    let token = peek
    switch token.kind {
    case .identifier:
      read()
      chain.steps.append(.attribute(text(token), range(dot, token)))
    case .number:
      read()
      appendLegacyIndex(dot, token, to: &chain)
    case .star:
      read()
      let source = finish(chain)
      chain = Chain(source: parseAttributeSplat(of: source, dot: dot, star: token))
    default:
      report("Invalid attribute name", "Write an attribute's name after the dot.", at: range(token))
      startRecovery()
    }
  }

  /// `.0`, an index as very old configurations write it. Two of them read as a fraction, which is refused.
  private mutating func appendLegacyIndex(_ dot: Token, _ number: Token, to chain: inout Chain) {
    let text = text(number)
    guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else {
      chain.steps.append(.index(.number(numberLiteral(number)), range(dot, number)))
      return
    }
    let second = text.utf8.index(after: point)
    reportAlways(
      "Invalid legacy index syntax",
      "Two numbers behind dots are read as one fraction. Write [\(text[..<point])][\(text[second...])] instead.",
      at: range(number))
    chain = Chain(source: invalid(finish(chain).range.through(range(number))))
  }

  /// `.*` and the attributes behind it, each of them taken from every element.
  private mutating func parseAttributeSplat(of source: Expression, dot: Token, star: Token) -> Expression {
    let marker = range(dot, star)
    var each = Chain(source: Expression(.splatItem, range: marker))
    var end = marker
    while peek.kind == .dot {
      let dot = read()
      let token = peek
      switch token.kind {
      case .number:
        read()
        let text = text(token)
        if let point = text.firstIndex(of: ".") {
          reportAlways(
            "Invalid legacy index syntax",
            "Two numbers behind dots are read as one fraction. Use [*] and then "
              + "[\(text[..<point])][\(text[text.index(after: point)...])] instead.",
            at: range(star))
        }
        each.steps.append(.index(.number(numberLiteral(token)), range(dot, token)))
      case .identifier:
        read()
        each.steps.append(.attribute(text(token), range(dot, token)))
      default:
        if token.kind == .star {
          report(
            "Nested splat expression not allowed",
            "\".*\" cannot stand inside another \".*\"; use [*].", at: range(token))
        } else {
          report("Invalid attribute name", "Write an attribute's name after the dot.", at: range(star))
        }
        startRecovery()
        return invalid(source.range.through(end))
      }
      end = range(dot, token)
    }
    let splat = SplatExpression(source: source, each: finish(each), isFull: false, markerRange: marker)
    return node(.splat(splat), source.range.through(end))
  }

  // MARK: Brackets

  private mutating func parseBrackets(after chain: inout Chain) {
    let open = read()
    if peek.kind == .star {
      let source = finish(chain)
      chain = Chain(source: parseFullSplat(of: source, open: open))
    } else {
      parseIndex(after: &chain, open: open)
    }
  }

  /// `[*]`, with every step behind it taken from every element.
  private mutating func parseFullSplat(of source: Expression, open: Token) -> Expression {
    read()
    let close = closeBracket(
      "Missing close bracket on splat index",
      "Write \"]\" right after \"[*\".")
    let marker = range(open, close)
    let item = Expression(.splatItem, range: marker)
    let each = nested { $0.parseSteps(after: item) } ?? item
    let splat = SplatExpression(source: source, each: each, isFull: true, markerRange: marker)
    return node(.splat(splat), source.range.through(each.range))
  }

  /// Reads a `]`. When something else stands there, everything up to the next `]` is skipped, and the place where that
  /// ended is what the message points at.
  private mutating func closeBracket(_ summary: String, _ detail: String) -> Token {
    let close = read()
    if close.kind == .closeBracket || isRecovering { return close }
    let found = recover(to: .closeBracket)
    reportAlways(summary, detail, at: range(found))
    return found
  }

  private mutating func parseIndex(after chain: inout Chain, open: Token) {
    let (key, close) = withNewlines(false) { parser in
      let errors = parser.mark
      let key = parser.parseExpression()
      if parser.isLost(since: errors) { return (key, parser.recover(to: .closeBracket)) }
      let close = parser.closeBracket(
        "Missing close bracket on index", "Close the index with \"]\".")
      return (key, close)
    }
    let brackets = range(open, close)
    switch key.kind {
    case .number(let literal): chain.steps.append(.index(.number(literal), brackets))
    case .string(let text): chain.steps.append(.index(.string(text), brackets))
    default:
      let source = finish(chain)
      chain = Chain(source: node(.index(collection: source, key: key), source.range.through(brackets)))
    }
  }
}
