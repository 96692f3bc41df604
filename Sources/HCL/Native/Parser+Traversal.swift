import Diagnostics

extension Parser {
  /// The reference chain that fills all of the bytes; nil when they are none.
  mutating func parseWholeTraversal(allowsSplat: Bool) -> Traversal? {
    withNewlines(false) { parser in
      let name = parser.read()
      guard name.kind == .identifier else {
        parser.report("Variable name required", "Must begin with a variable name.", at: parser.range(name))
        return nil
      }
      var steps: [TraversalStep] = []
      while parser.peek.kind != .endOfFile {
        guard let step = parser.parseStep(allowsSplat: allowsSplat) else { return nil }
        steps.append(step)
      }
      let start = parser.range(name)
      return Traversal(
        root: parser.text(name), rootRange: start, steps: steps, range: steps.last.map { start.through($0.range) } ?? start)
    }
  }

  private mutating func parseStep(allowsSplat: Bool) -> TraversalStep? {
    let token = read()
    switch token.kind {
    case .dot: return parseDotStep(token, allowsSplat: allowsSplat)
    case .openBracket: return parseBracketStep(token, allowsSplat: allowsSplat)
    default:
      report("Invalid character", "Only \".name\" or \"[key]\" can follow here.", at: range(token))
      return nil
    }
  }

  private mutating func parseDotStep(_ dot: Token, allowsSplat: Bool) -> TraversalStep? {
    let name = read()
    switch name.kind {
    case .identifier: return .attribute(text(name), range(dot, name))
    case .star where allowsSplat: return .splat(range(dot, name))
    case .star: report("Attribute name required", "Name one attribute; \".*\" cannot be used here.", at: range(name))
    default: report("Attribute name required", "Write an attribute's name after the dot.", at: range(name))
    }
    return nil
  }

  private mutating func parseBracketStep(_ open: Token, allowsSplat: Bool) -> TraversalStep? {
    let token = peek
    var key: TraversalKey?
    switch token.kind {
    case .number:
      read()
      key = .number(numberLiteral(token))
    case .openQuote:
      let errors = mark
      key = .string(parseQuotedLiteral().text)
      if mark > errors { return nil }
    case .star where allowsSplat: read()
    case .star:
      report("Attribute name required", "Name one element; \"[*]\" cannot be used here.", at: range(token))
      return nil
    default:
      report(
        "Index value required", "Write a number or a quoted string between the brackets.",
        at: range(token))
      return nil
    }
    let close = read()
    guard close.kind == .closeBracket else {
      report("Unclosed index brackets", "Close the index with \"]\".", at: close, from: open)
      return nil
    }
    return key.map { .index($0, range(open, close)) } ?? .splat(range(open, close))
  }
}
