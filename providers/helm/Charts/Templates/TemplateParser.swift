/// Text to tables. Names of functions and variables are resolved here, so that execution looks nothing up by name but fields.
struct TemplateParser {
  let source: TemplateSource
  private var lexer: TemplateLexer
  var token: Token
  /// The variables in scope of the definition that is being parsed, by their place in its frame.
  var variables = ["$"]
  /// Names of the blocks before `else` that are read: a template may say them behind it, but has no value for them there.
  var undefined: [String] = []
  /// The largest frame of the definition so far.
  var frameSize = 1
  private var loops = 0
  var depth = 0

  static let deepestNesting = 1000

  private init(_ source: TemplateSource) {
    self.source = source
    lexer = TemplateLexer(source: source)
    token = Token(kind: .end, place: 0..<0, isSpaced: false)
  }

  static func parse(name: String, text: [UInt8]) throws(TemplateError) -> TemplateSource {
    let source = TemplateSource(name: name, text: text)
    var parser = TemplateParser(source)
    let root = try parser.block(isTop: true)
    guard case .endOfText = root.ending else {
      throw parser.failure("unexpected {{\(root.ending.word)}}", at: parser.token.place.lowerBound)
    }
    try parser.define(name, root.index, frameSize: parser.frameSize)
    return source
  }

  // MARK: Errors and tokens

  func failure(_ message: String, at offset: Int) -> TemplateError { lexer.failure(message, at: offset) }

  func unexpected(_ context: String) -> TemplateError {
    let text = token.kind == .end ? "end of action" : "\"\(source.excerpt(token.place))\""
    return failure("unexpected \(text) in \(context)", at: token.place.lowerBound)
  }

  mutating func advance() throws(TemplateError) { token = try lexer.next() }

  mutating func nested<Result>(
    _ read: (inout TemplateParser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    depth += 1
    if depth > Self.deepestNesting { throw failure("nested too deeply", at: token.place.lowerBound) }
    let result = try read(&self)
    depth -= 1
    return result
  }

  private mutating func expectEnd(_ context: String) throws(TemplateError) {
    guard token.kind == .end else { throw unexpected(context) }
  }

  /// A pipeline that takes up the rest of the action.
  private mutating func wholePipeline(_ context: String) throws(TemplateError) -> Int {
    let index = try pipeline(context)
    try expectEnd(context)
    return index
  }

  // MARK: Blocks

  /// What ended a block.
  private enum Ending {
    case endOfText
    case end
    /// The action that follows `else` is still to be read: nothing, `if` or `with`.
    case otherwise(String?)

    var word: String {
      switch self {
      case .endOfText: "end of text"
      case .end: "end"
      case .otherwise: "else"
      }
    }
  }

  private mutating func block(isTop: Bool = false) throws(TemplateError) -> (index: Int, ending: Ending, declared: [String]) {
    let index = source.blocks.count
    source.blocks.append([])
    var statements: [Statement] = []
    let scope = variables.count
    while true {
      let (text, isAction) = try lexer.textBeforeAction()
      if !text.isEmpty { statements.append(.text(text)) }
      guard isAction else {
        guard lexer.isAtEnd else { continue }
        if !isTop { throw failure("unexpected end of text: an {{end}} is missing", at: source.text.count) }
        source.blocks[index] = statements
        return (index, .endOfText, [])
      }
      try advance()
      if let ending = try statement(&statements, isTop: isTop) {
        source.blocks[index] = statements
        let declared = Array(variables[scope...])
        variables.removeSubrange(scope...)
        return (index, ending, declared)
      }
    }
  }

  private mutating func statement(_ statements: inout [Statement], isTop: Bool) throws(TemplateError) -> Ending? {
    let place = token.place
    guard case .identifier(let word) = token.kind else {
      statements.append(.output(pipeline: try wholePipeline("command")))
      return nil
    }
    switch word {
    case "if": statements.append(try control("if"))
    case "with": statements.append(try control("with"))
    case "range": statements.append(try control("range"))
    case "template": statements.append(try template(place))
    case "block": statements.append(try blockDefinition(place))
    case "define":
      guard isTop else { throw failure("unexpected {{define}}: definitions stand outside of all blocks", at: place.lowerBound) }
      try definition()
    case "end":
      try advance()
      try expectEnd("end")
      return .end
    case "else":
      try advance()
      if case .identifier(let next) = token.kind, next == "if" || next == "with" { return .otherwise(next) }
      try expectEnd("else")
      return .otherwise(nil)
    case "break", "continue":
      guard loops > 0 else { throw failure("{{\(word)}} outside {{range}}", at: place.lowerBound) }
      try advance()
      try expectEnd(word)
      statements.append(word == "break" ? .breakLoop : .continueLoop)
    default: statements.append(.output(pipeline: try wholePipeline("command")))
    }
    return nil
  }

  /// From the keyword to its `end`.
  private mutating func control(_ word: String) throws(TemplateError) -> Statement {
    try nested { (parser) throws(TemplateError) in try parser.controlBody(word) }
  }

  private mutating func controlBody(_ word: String) throws(TemplateError) -> Statement {
    let scope = variables.count
    try advance()
    let pipeline = try wholePipeline(word)
    if word == "range" { loops += 1 }
    let then = try block()
    if word == "range" { loops -= 1 }
    var otherwise: Int?
    if case .otherwise(let next) = then.ending {
      let known = undefined.count
      undefined += then.declared
      otherwise = try alternative(of: word, next: next)
      undefined.removeSubrange(known...)
    }
    variables.removeSubrange(scope...)
    switch word {
    case "if": return .condition(pipeline: pipeline, then: then.index, otherwise: otherwise)
    case "with": return .with(pipeline: pipeline, then: then.index, otherwise: otherwise)
    default: return .range(pipeline: pipeline, body: then.index, otherwise: otherwise)
    }
  }

  /// `else if` is an `if` alone in the other block, which shares its `end`.
  private mutating func alternative(of word: String, next: String?) throws(TemplateError) -> Int {
    if let next {
      guard next == word else { throw failure("unexpected {{else \(next)}} in {{\(word)}}", at: token.place.lowerBound) }
      let index = source.blocks.count
      source.blocks.append([])
      source.blocks[index] = [try control(next)]
      return index
    }
    let other = try block()
    guard case .end = other.ending else {
      throw failure("unexpected {{else}} behind {{else}}", at: token.place.lowerBound)
    }
    return other.index
  }

  // MARK: Named templates

  private mutating func name(_ context: String) throws(TemplateError) -> String {
    try advance()
    guard case .string(let name) = token.kind else { throw unexpected("\(context) clause") }
    try advance()
    return String(decoding: name, as: UTF8.self)
  }

  private mutating func template(_ place: Range<Int>) throws(TemplateError) -> Statement {
    let name = try name("template")
    let pipeline = token.kind == .end ? nil : try wholePipeline("template clause")
    return .template(name: name, pipeline: pipeline, at: place.lowerBound..<token.place.lowerBound)
  }

  private mutating func definition() throws(TemplateError) {
    let name = try name("define")
    try expectEnd("define clause")
    try body(of: name, "define")
  }

  private mutating func blockDefinition(_ place: Range<Int>) throws(TemplateError) -> Statement {
    let name = try name("block")
    let pipeline = try wholePipeline("block clause")
    let end = token.place.lowerBound
    try body(of: name, "block")
    return .template(name: name, pipeline: pipeline, at: place.lowerBound..<end)
  }

  /// A definition has a frame of its own.
  private mutating func body(of name: String, _ word: String) throws(TemplateError) {
    let outer = (variables, undefined, frameSize, loops)
    (variables, undefined, frameSize, loops) = (["$"], [], 1, 0)
    let content = try nested { (parser) throws(TemplateError) in try parser.block() }
    guard case .end = content.ending else {
      throw failure("unexpected {{\(content.ending.word)}} in {{\(word)}}", at: token.place.lowerBound)
    }
    try define(name, content.index, frameSize: frameSize)
    (variables, undefined, frameSize, loops) = outer
  }

  private mutating func define(_ name: String, _ block: Int, frameSize: Int) throws(TemplateError) {
    let isEmpty = source.blocks[block].allSatisfy { statement in
      if case .text(let range) = statement { source.text[range].allSatisfy(TemplateLexer.isSpace) } else { false }
    }
    if let known = source.definitions.firstIndex(where: { $0.name == name }) {
      if isEmpty { return }
      guard source.definitions[known].isEmpty else {
        throw failure("multiple definition of template \"\(name)\"", at: token.place.lowerBound)
      }
      source.definitions.remove(at: known)
    }
    source.definitions.append(
      Definition(name: name, block: block, frameSize: frameSize, isEmpty: isEmpty))
  }
}
