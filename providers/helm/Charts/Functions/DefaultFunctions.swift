import YAML

/// What to take when there is nothing.
enum DefaultFunctions {
  static let all: [Function] = [
    Function("default", .any, rest: .any) { call in call.count < 2 || call[1].isEmpty ? call[0] : call[1] },
    Function("empty", .any) { call in .bool(call[0].isEmpty) },
    Function("coalesce", rest: .any) { call in call.arguments.first { !$0.isEmpty } ?? .null },
    Function("all", rest: .any) { call in .bool(call.arguments.allSatisfy { !$0.isEmpty }) },
    Function("any", rest: .any) { call in .bool(call.arguments.contains { !$0.isEmpty }) },
    Function("ternary", .any, .any, .bool) { call in call.bool(2) ? call[0] : call[1] },
    Function("deepCopy", .any) { call throws(TemplateError) in try call[0].deepCopy() },
    Function("mustDeepCopy", .any) { call throws(TemplateError) in try call[0].deepCopy() },
  ]
}
