/// What kind and type a value has.
enum TypeFunctions {
  static let all: [Function] = [
    Function("typeOf", .any) { call in .string(call[0].typeName) },
    Function("typeIs", .string, .any) { call in .bool(call[1].typeName == call.text(0)) },
    Function("typeIsLike", .string, .any, body: typeIsLike),
    Function("kindOf", .any) { call in .string(call[0].kind) },
    Function("kindIs", .string, .any) { call in .bool(call[1].kind == call.text(0)) },
    Function("deepEqual", .any, .any) { call throws(TemplateError) in .bool(try call[0].isDeeplyEqual(call[1])) },
  ]

  private static func typeIsLike(_ call: Call) throws(TemplateError) -> Value {
    let name = call[1].typeName
    return .bool(name == call.text(0) || name == "*" + call.text(0))
  }
}
