extension Execution {
  func run(_ block: Int, _ source: TemplateSource, _ dot: Value) throws(TemplateError) -> Flow {
    try enter()
    defer { leave() }
    if output.count > Self.largestOutput { throw TemplateError("the output is larger than \(Self.largestOutput >> 20) MiB") }
    for statement in source.blocks[block] {
      switch statement {
      case .text(let range): output += source.text[range]
      case .output(let pipeline):
        let value = try evaluate(pipeline, source, dot)
        // What only declares prints nothing.
        if source.pipelines[pipeline].variables.isEmpty { printed(value) }
      case .condition(let pipeline, let then, let otherwise):
        let flow = try branch(try evaluate(pipeline, source, dot).isTrue ? then : otherwise, source, dot)
        if flow != .normal { return flow }
      case .with(let pipeline, let then, let otherwise):
        let value = try evaluate(pipeline, source, dot)
        let flow = value.isTrue ? try branch(then, source, value) : try branch(otherwise, source, dot)
        if flow != .normal { return flow }
      case .range(let pipeline, let body, let otherwise):
        let flow = try loop(pipeline, body, otherwise, source, dot)
        if flow != .normal { return flow }
      case .template(let name, let pipeline, let place): try call(template: name, pipeline, place, source, dot)
      case .breakLoop: return .breakLoop
      case .continueLoop: return .continueLoop
      }
    }
    return .normal
  }

  private func branch(_ block: Int?, _ source: TemplateSource, _ dot: Value) throws(TemplateError) -> Flow {
    guard let block else { return .normal }
    return try run(block, source, dot)
  }

  private func call(
    template name: String, _ pipeline: Int?, _ place: Range<Int>, _ source: TemplateSource, _ dot: Value
  ) throws(TemplateError) {
    let context: Value = if let pipeline { try evaluate(pipeline, source, dot) } else { .null }
    do throws(TemplateError) {
      try execute(named: name, context: context)
    } catch {
      throw called(error, source, place)
    }
  }

  private func printed(_ value: Value) {
    switch value {
    case .string(let text): output += text.utf8
    case .rawString(let bytes): output += bytes
    case .null: output += "<no value>".utf8
    default: GoPrinting.append(value, to: &output)
    }
  }

  // MARK: Ranges

  private func loop(
    _ pipeline: Int, _ body: Int, _ otherwise: Int?, _ source: TemplateSource, _ dot: Value
  ) throws(TemplateError) -> Flow {
    let value = try evaluate(pipeline, source, dot)
    let variables = source.pipelines[pipeline].variables
    /// One round; false when the loop ends with it.
    func round(_ key: Value, _ element: Value) throws(TemplateError) -> Bool {
      if let last = variables.last { setVariable(last, element) }
      if variables.count > 1 { setVariable(variables[0], key) }
      return try run(body, source, element) != .breakLoop
    }
    var count = 0
    switch value {
    case .list(let list):
      count = list.elements.count
      for (index, element) in list.elements.enumerated() where try !round(.int(index), element) { break }
    case .map(let map): count = try loop(over: map, round)
    case .int(let number), .int64(let number):
      count = max(0, number)
      guard variables.count < 2 else {
        throw placed(
          TemplateError("can't use \(number) to iterate over more than one variable"), source,
          source.pipelines[pipeline].place)
      }
      var index = 0
      while index < number, try round(.int(index), .int(index)) { index += 1 }
    case .object(let object) where object.mapping != nil: count = try loop(over: object.mapping ?? MapValue(), round)
    case .object(let object) where object.list != nil:
      let elements = object.list?.elements ?? []
      count = elements.count
      for (index, element) in elements.enumerated() where try !round(.int(index), element) { break }
    case .null: break
    default:
      var shown: [UInt8] = []
      GoPrinting.append(value, to: &shown)
      throw placed(
        TemplateError("range can't iterate over \(String(decoding: shown.prefix(60), as: UTF8.self))"), source,
        source.pipelines[pipeline].place)
    }
    return count == 0 ? try branch(otherwise, source, dot) : .normal
  }

  private func loop(
    over map: MapValue, _ round: (Value, Value) throws(TemplateError) -> Bool
  ) throws(TemplateError) -> Int {
    let entries = map.entries
    for key in map.sortedKeys {
      guard let value = entries[key] else { continue }
      if try !round(.string(key), value) { break }
    }
    return entries.count
  }
}
