import Addresses
package import Diagnostics
import Expressions
import HCL
import Modules
package import State
package import Values

/// Evaluates single expressions with the values of a configuration and the objects of its state.
package final class ExpressionConsole {
  private let evaluator: Evaluator
  private let sources: SourceMap
  private var schemas: SchemaTable

  package init(
    _ graph: ConfigurationGraph, state: StateSnapshot, variables: [String: Value], context: EngineContext
  ) {
    evaluator = Evaluator(graph: graph, context: context, rootVariables: variables, isApplying: false)
    sources = graph.tree.sources
    schemas = graph.schemas
    evaluator.storedObject = { [schemas] address in
      guard let object = state.object(at: address),
        let schema = schemas.schema(of: address.resource, from: object.provider.source),
        let value = try? JSONValueCodec.decode(object.attributes, type: .object(schema.block.impliedType))
      else { return nil }
      return Engine.marked(
        value, schema: schema.block, with: object.sensitivePaths.map { PathMarks(path: $0, marks: .sensitive) })
    }
  }

  /// With what names stood for when a plan was done.
  package init(_ values: ConfigurationValues) {
    evaluator = values.evaluator
    sources = evaluator.tree.sources
    schemas = evaluator.schemas
  }

  /// Whether more lines are needed: brackets or a heredoc are still open.
  package static func isIncomplete(_ text: String) -> Bool {
    var depth = 0
    var isInString = false
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped {
        isEscaped = false
      } else if isInString {
        if byte == UInt8(ascii: "\\") { isEscaped = true }
        if byte == UInt8(ascii: "\"") { isInString = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
      }
    }
    return depth > 0
  }

  /// Readies the functions of providers that an expression calls.
  package func prepare(_ text: String, pool: ProviderPool) async -> [Diagnostic] {
    let module = evaluator.tree.root
    let names = providerNamesOfFunctions(in: Array(text.utf8))
    let sources = Set(names.compactMap { module.requiredProviders[$0]?.source }).filter { schemas.functions(of: $0) == nil }
    if sources.isEmpty { return [] }
    let problems = await loadFunctions(of: sources, pool: pool, into: &schemas)
    evaluator.providerFunctions[module.path] = module.providerFunctions(schemas)
    return problems
  }

  /// The value of an expression in the root module; nil with errors.
  package func evaluate(_ text: String) -> (value: Value?, diagnostics: [Diagnostic], sources: SourceMap) {
    var sources = sources
    let bytes = Array(text.utf8)
    let file = sources.add(path: "<console-input>", bytes: bytes)
    let (expression, problems) = parseExpression(bytes, file: file)
    if problems.hasErrors { return (nil, problems, sources) }
    var context = evaluator.context(in: evaluator.root)
    context.sources = sources
    context.describesTypes = true
    var (value, found) = Expressions.evaluate(expression, in: context)
    found += evaluator.takeDiagnostics()
    if value.allMarks.contains(.typeValue), !value.marks.contains(.typeValue) {
      found.append(
        .error(
          "Invalid use of type function",
          "\"type\" shows a type in the console and cannot be part of a larger expression."))
    }
    return (found.hasErrors ? nil : value, found, sources)
  }
}
