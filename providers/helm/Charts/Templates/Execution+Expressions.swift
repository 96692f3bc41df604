extension Execution {
  /// The last command's result, which also goes to the variables that are declared or assigned.
  func evaluate(_ index: Int, _ source: TemplateSource, _ dot: Value) throws(TemplateError) -> Value {
    try enter()
    defer { leave() }
    let pipeline = source.pipelines[index]
    var value: Value?
    for command in pipeline.commands {
      value = try evaluate(command, source, dot, final: value)
    }
    let result = value ?? .null
    for variable in pipeline.variables { setVariable(variable, result) }
    if let name = pipeline.undefined { throw undefined(name, source, pipeline.place) }
    return result
  }

  /// - Parameter final: the result of the command before, which becomes the last argument.
  private func evaluate(
    _ command: Command, _ source: TemplateSource, _ dot: Value, final: Value?
  ) throws(TemplateError) -> Value {
    let first = command.words[0]
    let hasArguments = command.words.count > 1 || final != nil
    switch first.kind {
    case .function(let index): return try call(index, command, source, dot, final: final)
    case .field, .chain: break
    case .null: throw placed(TemplateError("nil is not a command"), source, first.place)
    case .variable(_, let names) where !names.isEmpty: break
    default:
      if hasArguments {
        throw placed(
          TemplateError("can't give argument to non-function \(source.excerpt(first.place))"), source, first.place)
      }
      return try evaluate(first, source, dot)
    }
    guard hasArguments else { return try evaluate(first, source, dot) }
    var arguments: [Value] = []
    for word in command.words.dropFirst() { arguments.append(try evaluate(word, source, dot)) }
    if let final { arguments.append(final) }
    return try evaluate(first, source, dot, arguments: arguments)
  }

  /// - Parameter arguments: of the method that the last name behind the operand means; nil without any.
  func evaluate(
    _ operand: Operand, _ source: TemplateSource, _ dot: Value, arguments: [Value]? = nil
  ) throws(TemplateError) -> Value {
    switch operand.kind {
    case .dot: return dot
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .number(let number, _): return number
    case .string(let text): return text
    case .field(let names): return try fields(names, of: dot, arguments, source, operand.place)
    case .variable(let place, let names):
      return try fields(names, of: variable(place), arguments, source, operand.place)
    case .undefinedVariable(let name): throw undefined(name, source, operand.place)
    case .chain(let inner, let names):
      let receiver = try evaluate(source.operands[inner], source, dot)
      return try fields(names, of: receiver, arguments, source, operand.place)
    case .function(let index):
      return try call(index, Command(words: [operand], place: operand.place), source, dot, final: nil)
    case .pipeline(let index): return try evaluate(index, source, dot)
    }
  }

  private func undefined(_ name: String, _ source: TemplateSource, _ place: Range<Int>) -> TemplateError {
    placed(TemplateError("undefined variable: \(name)"), source, place)
  }

  // MARK: Fields and methods

  private func fields(
    _ names: [String], of receiver: Value, _ arguments: [Value]?, _ source: TemplateSource, _ place: Range<Int>
  ) throws(TemplateError) -> Value {
    var value = receiver
    do throws(TemplateError) {
      for (index, name) in names.enumerated() {
        let isLast = index == names.count - 1
        // What was nothing from the start has nothing in it; what turned out to be nothing on the way is a mistake.
        if value.isNull {
          if index == 0 { return .null }
          throw TemplateError("nil pointer evaluating interface {}.\(name): there is no \(names[index - 1])")
        }
        value = try field(name, of: value, isLast ? arguments : nil)
      }
    } catch {
      throw placed(error, source, place)
    }
    return value
  }

  private func field(_ name: String, of value: Value, _ arguments: [Value]?) throws(TemplateError) -> Value {
    switch value {
    case .map(let map):
      if map.kind == .values, let result = try ValuesMethods.call(name, on: map, arguments ?? []) { return result }
      guard arguments == nil else { throw TemplateError("\(name) is not a method but has arguments") }
      return map.value(name)
    case .object(let object):
      if let field = object.field(name) {
        guard arguments == nil else { throw TemplateError("\(name) is not a method but has arguments") }
        return field
      }
      if let result = try object.call(name, arguments ?? []) { return result }
      if let mapping = object.mapping, arguments == nil { return mapping.value(name) }
    default: break
    }
    throw TemplateError("can't evaluate field \(name) in type \(value.typeName)")
  }

  // MARK: Functions

  private func call(
    _ index: Int, _ command: Command, _ source: TemplateSource, _ dot: Value, final: Value?
  ) throws(TemplateError) -> Value {
    let function = FunctionTable.functions[index]
    let words = command.words
    let count = words.count - 1 + (final == nil ? 0 : 1)
    do throws(TemplateError) {
      try function.check(count: count)
      if case .lazy(let stopsAt) = function.body {
        return try choose(stopsAt, words, source, dot, final: final)
      }
      var arguments: [Value] = []
      arguments.reserveCapacity(count)
      for position in 1..<max(1, words.count) {
        let value = try evaluate(words[position], source, dot)
        arguments.append(try function.parameter(position - 1).checked(value, from: words[position].kind))
      }
      if let final { arguments.append(try function.parameter(count - 1).checked(final, from: nil)) }
      guard case .eager(let body) = function.body else { return .null }
      let call = Call(function: function, arguments: arguments, execution: self)
      return function.varies ? try call.keepingResult(body) : try body(call)
    } catch {
      // Where one template is in another, both places matter.
      if function.entersTemplates, !error.places.isEmpty { throw called(error, source, command.place) }
      throw placed(error, source, command.place)
    }
  }

  /// `and` and `or`: the arguments behind the one that decides are not evaluated.
  private func choose(
    _ stopsAt: Bool, _ words: [Operand], _ source: TemplateSource, _ dot: Value, final: Value?
  ) throws(TemplateError) -> Value {
    var value = Value.null
    for position in 1..<max(1, words.count) {
      value = try evaluate(words[position], source, dot)
      if value.isTrue == stopsAt { return value }
    }
    return final ?? value
  }
}
