/// Lays tokens out: first the indentation of each line, then the spaces between tokens, last the columns that
/// neighbouring lines share. Only spaces before tokens change.
struct Layout {
  private var tokens: [FormatToken]
  private var lines: [Line] = []

  /// A line as up to three cells, each a range of token indices: what leads, an assignment, a comment.
  private struct Line {
    var lead: Range<Int>
    var assignment: Range<Int>?
    var comment: Int?
  }

  init(tokens: [FormatToken]) { self.tokens = tokens }

  mutating func run() -> [UInt8] {
    splitLines()
    indent()
    for line in lines {
      space(line.lead)
      if let assignment = line.assignment {
        tokens[assignment.lowerBound].spaces = 1
        space(assignment)
      }
    }
    alignAssignments()
    alignComments()
    var output: [UInt8] = []
    output.reserveCapacity(tokens.reduce(0) { $0 + $1.text.count + $1.spaces })
    for token in tokens {
      output.append(contentsOf: repeatElement(ASCII.space, count: token.spaces))
      output.append(contentsOf: token.text)
    }
    return output
  }

  // MARK: Cells

  private mutating func splitLines() {
    var start = 0
    for index in tokens.indices where tokens[index].endsLine {
      addLine(start..<index + 1)
      start = index + 1
    }
    let isEnded = tokens.last?.kind == .endOfFile
    addLine(start..<(isEnded ? tokens.count - 1 : tokens.count))
  }

  private mutating func addLine(_ range: Range<Int>) {
    var line = Line(lead: range)
    if range.count > 1, tokens[range.upperBound - 1].kind == .comment {
      line.comment = range.upperBound - 1
      line.lead = range.dropLast()
    }
    if let equals = line.lead.dropFirst().first(where: { tokens[$0].kind == .assign }) {
      let value = equals..<line.lead.upperBound
      if value.reduce(0, { $0 + tokens[$1].kind.bracketChange }) == 0 {
        line.assignment = value
        line.lead = line.lead.lowerBound..<equals
      }
    }
    lines.append(line)
  }

  // MARK: Indentation

  /// Two spaces for each line that left brackets open. How many each line opened is remembered, so that lines which open
  /// or close several at once do not drift.
  private mutating func indent() {
    var opened: [Int] = []
    for line in lines {
      guard let first = line.lead.first else { continue }
      if tokens[first].kind == .newline {
        tokens[first].spaces = 0
        continue
      }
      var change = line.lead.reduce(0) { $0 + tokens[$1].kind.bracketChange }
      change += line.assignment?.reduce(0) { $0 + tokens[$1].kind.bracketChange } ?? 0
      if change > 0 {
        tokens[first].spaces = 2 * opened.count
        opened.append(change)
        continue
      }
      var closed = -change
      while closed > 0, let last = opened.popLast() {
        if closed < last { opened.append(last - closed) }
        closed = max(0, closed - last)
      }
      tokens[first].spaces = 2 * opened.count
    }
  }

  // MARK: Spaces

  private mutating func space(_ cell: Range<Int>) {
    for index in cell.dropFirst() {
      let before = index - 2 >= cell.lowerBound ? tokens[index - 2].kind : nil
      tokens[index].spaces = needsSpace(before, tokens[index - 1], tokens[index].kind) ? 1 : 0
    }
  }

  /// Whether a space stands between two tokens; `before` is the kind of the token before both, if the cell has one.
  private func needsSpace(_ before: TokenKind?, _ left: FormatToken, _ right: TokenKind) -> Bool {
    switch (left.kind, right) {
    case (_, .newline), (.identifier, .openParenthesis), (.identifier, .doubleColon), (.doubleColon, .identifier),
      (.dot, _), (_, .dot), (_, .comma), (_, .ellipsis):
      return false
    case (.comma, _): return true
    case (.quotedLiteral, _), (.stringLiteral, _), (.openQuote, _), (.openHeredoc, _), (_, .quotedLiteral),
      (_, .stringLiteral), (_, .closeQuote), (_, .closeHeredoc):
      return false
    case (.identifier, _) where before == .identifier && left.isWord("in"): return true
    case (.identifier, .openBracket), (.number, .openBracket): return false
    case (_, .openBracket) where left.kind.bracketChange < 0: return false
    case (.bang, _): return false
    case (.minus, _): return !isNegation(after: before)
    case (.openBrace, .closeBrace): return false
    case (.openBrace, _), (_, .closeBrace): return true
    case (.interpolation, .openBrace), (.directive, .openBrace), (.closeBrace, .sequenceEnd): return true
    case (.sequenceEnd, .interpolation), (.sequenceEnd, .directive): return false
    default: return left.kind.bracketChange <= 0 && right.bracketChange >= 0
    }
  }

  /// A minus negates where the token before it cannot end an operand.
  private func isNegation(after kind: TokenKind?) -> Bool {
    switch kind {
    case nil, .openParenthesis, .openBrace, .openBracket, .assign, .colon, .comma, .question, .plus, .star, .slash,
      .percent, .minus, .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual, .and, .or, .bang:
      true
    default: false
    }
  }

  // MARK: Columns

  private func columns(_ cell: Range<Int>) -> Int { cell.reduce(0) { $0 + tokens[$1].columns } }

  private mutating func alignAssignments() {
    align { $0.assignment?.lowerBound } width: { layout, line in layout.columns(line.lead) }
  }

  private mutating func alignComments() {
    align { $0.comment } width: { layout, line in
      layout.columns(line.lead) + (line.assignment.map(layout.columns) ?? 0)
    }
  }

  /// Puts the tokens that `target` picks of consecutive lines into one column, one space behind the widest line.
  private mutating func align(_ target: (Line) -> Int?, width: (Layout, Line) -> Int) {
    var chain: [(token: Int, width: Int)] = []
    func close(_ tokens: inout [FormatToken]) {
      let widest = chain.reduce(0) { max($0, $1.width) }
      for (token, width) in chain { tokens[token].spaces = widest - width + 1 }
      chain.removeAll(keepingCapacity: true)
    }
    for line in lines {
      if let token = target(line) {
        chain.append((token, width(self, line)))
      } else {
        close(&tokens)
      }
    }
    close(&tokens)
  }
}
