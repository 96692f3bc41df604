/// Lists: each function gives a new one.
enum ListFunctions {
  static let all: [Function] = [
    Function("list", rest: .any) { call in .list(call.arguments) },
    Function("tuple", rest: .any) { call in .list(call.arguments) },
    Function("until", .int) { call throws(TemplateError) in try steps(0, call.int(0), call.int(0) < 0 ? -1 : 1) },
    Function("untilStep", .int, .int, .int) { call throws(TemplateError) in
      try steps(call.int(0), call.int(1), call.int(2))
    },
    Function("concat", rest: .any, body: concatenate),
    Function("sortAlpha", .any, body: sort),
  ]
    + both("append", append, .any, .any) + both("push", append, .any, .any) + both("prepend", prepend, .any, .any)
    + both("first", first, .any) + both("last", last, .any) + both("rest", rest, .any) + both("initial", initial, .any)
    + both("reverse", reverse, .any) + both("uniq", unique, .any) + both("compact", compact, .any)
    + both("has", has, .any, .any) + both("chunk", chunk, .int, .any)
    + [
      Function("without", .any, rest: .any, body: without), Function("mustWithout", .any, rest: .any, body: without),
      Function("slice", .any, rest: .any, body: slice), Function("mustSlice", .any, rest: .any, body: slice),
    ]

  /// A function, and the same by its name with `must`: both fail alike.
  private static func both(
    _ name: String, _ body: @escaping @Sendable (Call) throws(TemplateError) -> Value, _ parameters: Parameter...
  ) -> [Function] {
    let capital = name.prefix(1).uppercased() + name.dropFirst()
    return [name, "must" + capital].map { name in
      parameters.count == 1 ? Function(name, parameters[0], body: body) : Function(name, parameters[0], parameters[1], body: body)
    }
  }

  private static let longest = 10_000_000

  static func steps(_ start: Int, _ stop: Int, _ step: Int) throws(TemplateError) -> Value {
    guard stop < start ? step < 0 : step > 0 else { return .list(ListValue([], of: .int)) }
    var numbers: [Value] = []
    var next = start
    while stop < start ? next > stop : next < stop {
      if numbers.count == longest { throw TemplateError("a list of more than \(longest) numbers") }
      numbers.append(.int(next))
      let (sum, overflows) = next.addingReportingOverflow(step)
      if overflows { break }
      next = sum
    }
    return .list(ListValue(numbers, of: .int))
  }

  private static func append(_ call: Call) throws(TemplateError) -> Value { .list(try call.elements(0, "push") + [call[1]]) }
  private static func prepend(_ call: Call) throws(TemplateError) -> Value { .list([call[1]] + (try call.elements(0, "prepend"))) }
  private static func first(_ call: Call) throws(TemplateError) -> Value { try call.elements(0, "find first").first ?? .null }
  private static func last(_ call: Call) throws(TemplateError) -> Value { try call.elements(0, "find last").last ?? .null }

  private static func rest(_ call: Call) throws(TemplateError) -> Value {
    let elements = try call.elements(0, "find rest")
    return .list(elements.isEmpty ? .appended([]) : ListValue(Array(elements.dropFirst())))
  }

  private static func initial(_ call: Call) throws(TemplateError) -> Value {
    let elements = try call.elements(0, "find initial")
    return .list(elements.isEmpty ? .appended([]) : ListValue(elements.dropLast()))
  }

  private static func reverse(_ call: Call) throws(TemplateError) -> Value { .list(try call.elements(0, "find reverse").reversed()) }

  private static func compact(_ call: Call) throws(TemplateError) -> Value {
    .list(try call.elements(0, "compact").filter { !$0.isEmpty })
  }

  private static func contains(_ elements: [Value], _ wanted: Value) throws(TemplateError) -> Bool {
    for element in elements where try element.isDeeplyEqual(wanted) { return true }
    return false
  }

  private static func unique(_ call: Call) throws(TemplateError) -> Value {
    var result: [Value] = []
    // Strings, which most are, are found by their hash.
    var strings: Set<String> = []
    for element in try call.elements(0, "find uniq") {
      if case .string(let text) = element {
        if strings.insert(text).inserted { result.append(element) }
      } else if try !contains(result, element) {
        result.append(element)
      }
    }
    return .list(result)
  }

  private static func without(_ call: Call) throws(TemplateError) -> Value {
    let omitted = Array(call.arguments.dropFirst())
    var result: [Value] = []
    for element in try call.elements(0, "find without") where try !contains(omitted, element) { result.append(element) }
    return .list(result)
  }

  private static func has(_ call: Call) throws(TemplateError) -> Value {
    if call[1].isNull { return .bool(false) }
    return .bool(try contains(try call.elements(1, "find has"), call[0]))
  }

  private static func slice(_ call: Call) throws(TemplateError) -> Value {
    guard case .list(let list) = call[0] else {
      throw TemplateError("list should be type of slice or array but \(call[0].kind)")
    }
    if list.elements.isEmpty { return .null }
    let start = call.count > 1 ? Casting.int(call[1]) : 0
    let end = call.count > 2 ? Casting.int(call[2]) : list.elements.count
    guard start >= 0, start <= end, end <= list.elements.count else {
      throw TemplateError("slice \(start) \(end) lies outside a list of \(list.elements.count)")
    }
    return .list(ListValue(Array(list.elements[start..<end]), of: list.element))
  }

  private static func chunk(_ call: Call) throws(TemplateError) -> Value {
    let elements = try call.elements(1, "chunk")
    let size = call.int(0)
    guard size > 0 else { throw TemplateError("chunk size must be positive, got \(size)") }
    if size >= elements.count { return .list(ListValue(elements.isEmpty ? [] : [.list(elements)], of: .list)) }
    let chunks = stride(from: 0, to: elements.count, by: size).map { start in
      Value.list(Array(elements[start..<min(start + size, elements.count)]))
    }
    return .list(ListValue(chunks, of: .list))
  }

  private static func concatenate(_ call: Call) throws(TemplateError) -> Value {
    var result: [Value] = []
    for index in call.arguments.indices { result += try call.elements(index, "concat") }
    return .list(.appended(result))
  }

  private static func sort(_ call: Call) throws(TemplateError) -> Value {
    guard case .list = call[0] else { return .list(ListValue([.text(GoPrinting.string(call[0]))], of: .string)) }
    let sorted = StringFunctions.strings(call[0]).sorted { $0.lexicographicallyPrecedes($1) }
    return .list(ListValue(sorted.map { .text($0) }, of: .string))
  }
}
