import Diagnostics

/// Builds the tree from tokens. Where a rule fails it says so once, skips to a place where parsing can go on, and from
/// then on keeps quiet about what may only follow from the first mistake.
struct Parser {
  let bytes: [UInt8]
  let tokens: [Token]
  let file: SourceFileID
  /// What offsets in tokens are ahead of indices in `bytes`.
  let base: UInt32
  /// As messages name the file; nil when they name only line and column.
  let path: String?
  private var next = 0
  /// The last token that was read.
  private(set) var previous: Token
  /// Whether newlines are tokens (in bodies and objects) or spaces (in brackets); the innermost last.
  private var newlineRules: [Bool] = [true]
  private var depth = 0
  private(set) var diagnostics: [Diagnostic] = []
  private var errorCount = 0
  private(set) var isRecovering = false

  /// How deep source may nest before it is refused. The parser uses the stack once per level.
  static let maximumDepth = 256
  /// How many errors of one file are told. Nobody reads more.
  static let maximumDiagnostics = 100

  init(_ bytes: [UInt8], from start: Scanner.Start, file: SourceFileID, base: UInt32 = 0, path: String? = nil) {
    self.bytes = bytes
    self.file = file
    self.base = base
    self.path = path
    tokens = Scanner.scan(bytes, from: start, base: base)
    previous = tokens[0]
    diagnostics = Array(invalidTokenDiagnostics().prefix(Self.maximumDiagnostics))
  }

  // MARK: Tokens

  /// Where the next token is that the newline rule lets through, and what it is. A comment to the end of the line
  /// counts as its newline.
  private func find() -> (index: Int, token: Token) {
    var index = next
    let newlines = newlineRules[newlineRules.count - 1]
    while index < tokens.count - 1 {
      var token = tokens[index]
      switch token.kind {
      case .newline where !newlines: break
      case .comment:
        if newlines, bytes[Int(token.end - base) - 1] == ASCII.newline {
          token.kind = .newline
          return (index, token)
        }
      default: return (index, token)
      }
      index += 1
    }
    return (index, tokens[index])
  }

  var peek: Token { find().token }

  @discardableResult
  mutating func read() -> Token {
    let (index, token) = find()
    next = min(index + 1, tokens.count - 1)
    previous = token
    return token
  }

  mutating func withNewlines<Result>(_ rule: Bool, _ parse: (inout Parser) -> Result) -> Result {
    newlineRules.append(rule)
    defer { newlineRules.removeLast() }
    return parse(&self)
  }

  func text(_ token: Token) -> String {
    String(decoding: bytes[Int(token.start - base)..<Int(token.end - base)], as: UTF8.self)
  }

  func byte(_ token: Token, _ offset: Int) -> UInt8? {
    let index = Int(token.start - base) + offset
    return index < Int(token.end - base) ? bytes[index] : nil
  }

  /// Whether a token is this bare word.
  func isWord(_ token: Token, _ word: String) -> Bool {
    token.kind == .identifier && Int(token.end - token.start) == word.utf8.count
      && bytes[Int(token.start - base)..<Int(token.end - base)].elementsEqual(word.utf8)
  }

  func range(_ token: Token) -> SourceRange { SourceRange(file: file, start: token.start, end: token.end) }

  func range(_ first: Token, _ last: Token) -> SourceRange {
    SourceRange(file: file, start: first.start, end: max(first.end, last.end))
  }

  func range(_ first: SourceRange, _ last: Token) -> SourceRange { first.through(range(last)) }

  // MARK: Messages

  /// Reports an error that stands for itself.
  mutating func reportAlways(
    _ summary: String, _ detail: String, at subject: SourceRange, context: SourceRange? = nil
  ) {
    errorCount += 1
    if diagnostics.count < Self.maximumDiagnostics {
      diagnostics.append(.error(summary, detail, at: subject, context: context))
    }
  }

  /// Reports an error, unless it may only follow from an earlier one.
  mutating func report(_ summary: String, _ detail: String, at subject: SourceRange, context: SourceRange? = nil) {
    if !isRecovering { reportAlways(summary, detail, at: subject, context: context) }
  }

  mutating func report(_ summary: String, _ detail: String, at token: Token, from start: Token) {
    report(summary, detail, at: range(token), context: range(start, token))
  }

  /// A mark to ask later whether something has failed since. Parsers report errors only.
  var mark: Int { errorCount }

  /// Whether errors came up since a mark, so that the place we are at is not what the caller expects.
  func isLost(since mark: Int) -> Bool { isRecovering && errorCount > mark }

  /// `line 3, column 5`, with the file where its name is known.
  func position(_ range: SourceRange) -> String {
    // Looked up by counting, which is not worth it for what is not told.
    guard diagnostics.count < Self.maximumDiagnostics else { return "" }
    var line = 1
    var lineStart = 0
    let end = min(Int(range.start - base), bytes.count)
    for index in 0..<end where bytes[index] == ASCII.newline {
      line += 1
      lineStart = index + 1
    }
    func columns(to end: Int) -> Int { String(decoding: bytes[lineStart..<max(lineStart, end)], as: UTF8.self).count + 1 }
    guard let path else { return "line \(line), column \(columns(to: end))" }
    return "\(path):\(line),\(columns(to: end))-\(columns(to: min(Int(range.end - base), bytes.count)))"
  }

  // MARK: Recovery

  mutating func startRecovery() { isRecovering = true }

  /// Reads to the token behind the bracket of this kind that closes the current level.
  @discardableResult
  mutating func recover(to end: TokenKind) -> Token {
    isRecovering = true
    var nesting = 0
    while true {
      let token = read()
      if token.kind == .endOfFile { return token }
      if token.kind == end {
        if nesting == 0 { return token }
        nesting -= 1
      } else if token.kind.closer == end {
        nesting += 1
      }
    }
  }

  /// Reads over the next bracket of a kind and what is in it.
  mutating func recover(over start: TokenKind, to end: TokenKind) {
    isRecovering = true
    while true {
      let token = read()
      if token.kind == start { break }
      if token.kind == .endOfFile { return }
    }
    recover(to: end)
  }

  /// Reads to the newline that ends the current argument or block, over whatever brackets are opened on the way.
  mutating func recoverAfterItem() {
    isRecovering = true
    var open: [TokenKind] = []
    while true {
      let token = read()
      switch token.kind {
      case .endOfFile: return
      case .newline: if open.isEmpty { return }
      case .closeBrace, .closeBracket, .closeParenthesis, .closeQuote, .closeHeredoc, .sequenceEnd:
        while let last = open.popLast(), last.closer != token.kind {}
      default: if token.kind.closer != nil { open.append(token.kind) }
      }
    }
  }

  // MARK: Depth

  /// Runs a rule one level deeper; nil, with everything that is left skipped, when that is too deep.
  mutating func nested<Result>(_ parse: (inout Parser) -> Result) -> Result? {
    guard depth < Self.maximumDepth else {
      refuseDepth(at: range(peek))
      return nil
    }
    depth += 1
    defer { depth -= 1 }
    return parse(&self)
  }

  private mutating func refuseDepth(at range: SourceRange) {
    report(
      "Nesting too deep", "This is nested deeper than any configuration can need, and can't be read. Split it into named parts.",
      at: range)
    isRecovering = true
    next = tokens.count - 1
  }

  /// A node of the tree, unless the tree gets too high with it.
  mutating func node(_ kind: ExpressionKind, _ range: SourceRange) -> Expression {
    let expression = Expression(kind, range: range)
    guard expression.height > Expression.maximumHeight else { return expression }
    refuseDepth(at: SourceRange(file: file, start: range.start, end: min(range.end, range.start &+ 1)))
    return invalid(range)
  }

  func invalid(_ range: SourceRange) -> Expression { Expression(.invalid, range: range) }
}
