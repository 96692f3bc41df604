extension TemplateParser {
  /// A pipeline up to the end of the action or the parenthesis that closes it, which stays the current token.
  mutating func pipeline(_ context: String) throws(TemplateError) -> Int {
    var pipeline = Pipeline(place: token.place)
    let start = token.place.lowerBound
    let declared = try declarations(&pipeline, context)
    if declared.isEmpty || token.kind != .end { try commands(&pipeline, context) }
    pipeline.place = start..<token.place.lowerBound
    if pipeline.commands.isEmpty { throw failure("missing value for \(context)", at: start) }
    if !pipeline.isAssignment {
      // What is declared is not yet in scope where it is computed.
      for name in declared {
        pipeline.variables.append(variables.count)
        variables.append(name)
      }
      frameSize = max(frameSize, variables.count)
    }
    source.pipelines.append(pipeline)
    return source.pipelines.count - 1
  }

  /// `$x :=`, `$x =`, and in a range `$k, $v :=`.
  private mutating func declarations(_ pipeline: inout Pipeline, _ context: String) throws(TemplateError) -> [String] {
    guard case .variable(let first) = token.kind else { return [] }
    let mark = self
    var names = [first]
    try advance()
    if token.kind == .comma {
      guard context == "range" else { throw failure("too many declarations in \(context)", at: token.place.lowerBound) }
      try advance()
      guard case .variable(let second) = token.kind else {
        throw failure("range can only initialize variables", at: token.place.lowerBound)
      }
      names.append(second)
      try advance()
      if token.kind == .comma { throw failure("too many declarations in range", at: token.place.lowerBound) }
    }
    switch token.kind {
    case .declare: break
    case .assign:
      pipeline.isAssignment = true
      for name in names {
        if let place = try place(of: name, at: token.place.lowerBound) {
          pipeline.variables.append(place)
        } else {
          pipeline.undefined = name
        }
      }
    default:
      guard names.count == 1 else { throw unexpected("range") }
      self = mark
      return []
    }
    try advance()
    return names
  }

  /// Nil for a variable that only execution may miss.
  private func place(of name: String, at offset: Int) throws(TemplateError) -> Int? {
    if let place = variables.lastIndex(of: name) { return place }
    if undefined.contains(name) { return nil }
    throw failure("undefined variable \"\(name)\"", at: offset)
  }

  private mutating func commands(_ pipeline: inout Pipeline, _ context: String) throws(TemplateError) {
    while true {
      let command = try command(context)
      if !pipeline.commands.isEmpty, let first = command.words.first, !isCallable(first) {
        throw failure(
          "non executable command in pipeline stage \(pipeline.commands.count + 1)", at: first.place.lowerBound)
      }
      pipeline.commands.append(command)
      guard token.kind == .pipe else { break }
      try advance()
      // A bar may be the last.
      if token.kind == .end || token.kind == .rightParenthesis { break }
    }
    guard token.kind == .end || token.kind == .rightParenthesis else { throw unexpected(context) }
  }

  private func isCallable(_ operand: Operand) -> Bool {
    switch operand.kind {
    case .bool, .dot, .null, .number, .string: false
    default: true
    }
  }

  private mutating func command(_ context: String) throws(TemplateError) -> Command {
    var words: [Operand] = []
    let start = token.place.lowerBound
    while let word = try operand(context) {
      words.append(word)
      switch token.kind {
      case .end, .pipe, .rightParenthesis: continue
      default: if !token.isSpaced { throw unexpected("operand") }
      }
    }
    guard let last = words.last else {
      throw token.kind == .end || token.kind == .pipe || token.kind == .rightParenthesis
        ? failure("missing value for \(context)", at: start) : unexpected(context)
    }
    return Command(words: words, place: start..<last.place.upperBound)
  }

  /// One word of a command, with the names behind it; nil when the command ends here.
  private mutating func operand(_ context: String) throws(TemplateError) -> Operand? {
    guard var operand = try term() else { return nil }
    var names: [String] = []
    while case .field(let name) = token.kind, !token.isSpaced {
      names.append(name)
      operand.place = operand.place.lowerBound..<token.place.upperBound
      try advance()
    }
    if names.isEmpty { return operand }
    switch operand.kind {
    case .field(let before): operand.kind = .field(before + names)
    case .variable(let place, let before): operand.kind = .variable(place, before + names)
    case .bool, .string, .number, .null, .dot:
      throw failure("unexpected .\(names[0]) behind \(source.excerpt(operand.place))", at: operand.place.lowerBound)
    default:
      source.operands.append(operand)
      operand.kind = .chain(operand: source.operands.count - 1, names)
    }
    return operand
  }

  private mutating func term() throws(TemplateError) -> Operand? {
    let place = token.place
    let kind: Operand.Kind
    switch token.kind {
    case .identifier(let name): kind = try named(name, place)
    case .field(let name): kind = .field([name])
    case .variable(let name):
      kind = try self.place(of: name, at: place.lowerBound).map { .variable($0, []) } ?? .undefinedVariable(name)
    case .dot: kind = .dot
    case .string(let bytes): kind = .string(.text(bytes))
    case .character(let value): kind = .number(.int(value), isWhole: true)
    case .number(let text): kind = try number(text, place)
    case .leftParenthesis: return try parenthesised()
    case .end, .pipe, .rightParenthesis, .comma, .declare, .assign: return nil
    }
    try advance()
    return Operand(kind: kind, place: place)
  }

  private mutating func parenthesised() throws(TemplateError) -> Operand {
    let start = token.place.lowerBound
    try advance()
    let inner = try nested { (parser) throws(TemplateError) in try parser.pipeline("parenthesized pipeline") }
    guard token.kind == .rightParenthesis else { throw failure("unclosed left paren", at: start) }
    let end = token.place.upperBound
    try advance()
    return Operand(kind: .pipeline(inner), place: start..<end)
  }

  private func named(_ name: String, _ place: Range<Int>) throws(TemplateError) -> Operand.Kind {
    switch name {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "nil": return .null
    case "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue": throw unexpected("command")
    default:
      guard let function = FunctionTable.index[name] else {
        throw failure("function \"\(name)\" not defined", at: place.lowerBound)
      }
      return .function(function)
    }
  }

  // MARK: Numbers

  /// Whole numbers of every base, floats also in hexadecimal, and underscores between digits.
  private func number(_ text: String, _ place: Range<Int>) throws(TemplateError) -> Operand.Kind {
    guard let number = NumberText.parse(text) else {
      throw failure("bad number syntax: \"\(text)\"", at: place.lowerBound)
    }
    switch number {
    case .whole(let value): return .number(.int(value), isWhole: true)
    case .tooLarge: throw failure("integer overflow: \(text)", at: place.lowerBound)
    case .float(let value): return .number(.float(value), isWhole: value == value.rounded() && value.magnitude < 9e18)
    }
  }
}
