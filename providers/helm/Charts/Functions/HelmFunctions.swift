import YAML

/// Helm's own functions.
enum HelmFunctions {
  static let all: [Function] = [
    Function("include", .string, .any, body: include).enteringTemplates,
    Function("tpl", .string, .any, body: evaluate).enteringTemplates,
    Function("required", .string, .any, body: require),
    Function("fail", .string) { call throws(TemplateError) in throw TemplateError(call.text(0), isAuthors: true) },
    Function("lookup", .string, .string, .string, .string, body: lookUp),
  ]

  private static func include(_ call: Call) throws(TemplateError) -> Value {
    .text(try call.execution.include(call.text(0), context: call[1]))
  }

  private static func evaluate(_ call: Call) throws(TemplateError) -> Value {
    .text(try call.execution.evaluate(template: call.text(0), context: call[1]))
  }

  private static func require(_ call: Call) throws(TemplateError) -> Value {
    let isMissing = call[1].isNull || call[1].stringBytes?.isEmpty ?? false
    if isMissing { throw TemplateError(call.text(0), isAuthors: true) }
    return call[1]
  }

  private static func lookUp(_ call: Call) throws(TemplateError) -> Value {
    call.execution.noteVarying("lookup")
    let world = call.execution.world
    do {
      let found = try world.lookUp(
        ObjectReference(apiVersion: call.text(0), kind: call.text(1), namespace: call.text(2), name: call.text(3)))
      return found.map { Value(clusterJSON: $0) } ?? .map([:])
    } catch {
      throw TemplateError("\(error)")
    }
  }
}
