/// `eq` and its kin: basic kinds are compared with their like, and everything else is an error.
enum ComparisonFunctions {
  static let all: [Function] = [
    Function("eq", .any, rest: .any, body: equal),
    Function("ne", .any, .any, body: notEqual),
    Function("lt", .any, .any) { call throws(TemplateError) in .bool(try order(call) < 0) },
    Function("le", .any, .any) { call throws(TemplateError) in .bool(try order(call) <= 0) },
    Function("gt", .any, .any) { call throws(TemplateError) in .bool(try order(call) > 0) },
    Function("ge", .any, .any) { call throws(TemplateError) in .bool(try order(call) >= 0) },
  ]

  private static func equal(_ call: Call) throws(TemplateError) -> Value {
    guard call.count > 1 else { throw TemplateError("missing argument for comparison") }
    for other in call.arguments.dropFirst() where try isEqual(call[0], other) { return .bool(true) }
    return .bool(false)
  }

  private static func notEqual(_ call: Call) throws(TemplateError) -> Value { .bool(!(try isEqual(call[0], call[1]))) }

  private static func isEqual(_ one: Value, _ two: Value) throws(TemplateError) -> Bool {
    switch (one, two) {
    case (.null, .null): return true
    case (.null, _), (_, .null): return false
    case (.bool(let first), .bool(let second)): return first == second
    case (.float(let first), .float(let second)): return first == second
    case (.object(let first), .object(let second)): return first.equals(second)
    default: break
    }
    if let first = whole(one), let second = whole(two) { return first == second }
    if let first = one.stringBytes, let second = two.stringBytes { return first == second }
    if one.kind == two.kind { throw TemplateError("non-comparable type \(GoPrinting.text(one)): \(one.typeName)") }
    throw incompatible(one, two)
  }

  private static func whole(_ value: Value) -> Int? {
    switch value {
    case .int(let number), .int64(let number): number
    default: nil
    }
  }

  private static func incompatible(_ one: Value, _ two: Value) -> TemplateError {
    TemplateError("incompatible types for comparison: \(one.typeNameInMessages) and \(two.typeNameInMessages)")
  }

  /// Negative, zero or positive; not a number is neither, and so compares as larger.
  private static func order(_ call: Call) throws(TemplateError) -> Int {
    let (one, two) = (call[0], call[1])
    for value in [one, two] {
      switch value {
      case .int, .int64, .float, .string, .rawString: break
      default: throw TemplateError("invalid type for comparison: \(value.typeNameInMessages)")
      }
    }
    if let first = whole(one), let second = whole(two) { return first < second ? -1 : first == second ? 0 : 1 }
    if case .float(let first) = one, case .float(let second) = two { return first < second ? -1 : first == second ? 0 : 1 }
    if let first = one.stringBytes, let second = two.stringBytes {
      return first.lexicographicallyPrecedes(second) ? -1 : first == second ? 0 : 1
    }
    throw incompatible(one, two)
  }
}
