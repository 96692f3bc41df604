import Diagnostics
import Functions
import HCL
import Values

extension Evaluator {
  mutating func callFunction(_ call: FunctionCallExpression, in expression: Expression) -> Value {
    guard let functions = context.functions else {
      report("Function calls not allowed", "Functions may not be called here.", at: expression.range, in: nil)
      return .dynamicUnknown
    }
    var name = call.name
    if name.utf8.contains(UInt8(ascii: ":")) {
      if name.hasPrefix("provider::") {
        guard let function = providerFunction(call) else { return .dynamicUnknown }
        return self.call(function, call, in: expression)
      }
      guard name.hasPrefix("core::"), isKnown(String(name.dropFirst(6)), functions) else {
        let namespace = String(name.prefix { $0 != ":" })
        report(
          "Unknown provider function",
          "Functions of providers are called by provider::NAME::FUNCTION; \"\(namespace)\" is nothing of that kind.",
          at: call.nameRange, in: nil)
        return .dynamicUnknown
      }
      name.removeFirst("core::".count)
    }
    if let value = callWithUnevaluatedArguments(name, call, in: expression) { return value }
    guard let function = functions.function(named: name) else {
      let known = (functions.names + Self.ownFunctions.map(\.name)).sorted()
      let near = suggestion(for: name, among: known).map { " Did you mean \"\($0)\"?" } ?? ""
      report(
        "Call to unknown function", "No function is called \"\(call.name)\".\(near)", at: call.nameRange,
        context: expression.range, in: nil)
      return .dynamicUnknown
    }
    return self.call(function, call, in: expression)
  }

  private func isKnown(_ name: String, _ functions: FunctionTable) -> Bool {
    functions.function(named: name) != nil || Self.ownFunctions.contains { $0.name == name }
  }

  private mutating func call(
    _ function: Function, _ call: FunctionCallExpression, in expression: Expression
  ) -> Value {
    var expanded: [Value] = []
    if call.expandsLast, let last = call.arguments.last {
      guard let known = expand(last, of: expression) else { return .dynamicUnknown }
      expanded = known
    }
    let written = call.arguments.dropLast(call.expandsLast ? 1 : 0)
    guard checkCount(written.count + expanded.count, function, call, in: expression) else { return .dynamicUnknown }
    var arguments = Arguments()
    let count = diagnostics.count
    for argument in written { arguments.append(value(of: argument), argument, at: argument.startRange) }
    arguments.hasErrors = diagnostics.count > count && diagnostics[count...].hasErrors
    if let last = call.arguments.last {
      for value in expanded { arguments.append(value, last, at: last.range) }
    }
    // Most results are no larger than the arguments together.
    guard arguments.values.reduce(0, { $0 + Int($1.weight) }) <= Value.largestWeight else {
      reportSize(of: expression)
      return .dynamicUnknown
    }
    do throws(FunctionError) {
      if !arguments.hasErrors { return try function.callAsExpression(arguments.values) }
      for error in function.conversionErrors(arguments.values) {
        report(error, of: call, function, arguments, in: expression)
      }
    } catch {
      let all = function.conversionErrors(arguments.values)
      for error in all.isEmpty ? [error] : all { report(error, of: call, function, arguments, in: expression) }
    }
    return .dynamicUnknown
  }

  private struct Arguments {
    var values: [Value] = []
    /// The expression of each value; the expanded ones share that of the last argument.
    var expressions: [Expression] = []
    /// Where messages about each point at.
    var places: [SourceRange] = []
    var hasErrors = false

    mutating func append(_ value: Value, _ expression: Expression, at place: SourceRange) {
      values.append(value)
      expressions.append(expression)
      places.append(place)
    }
  }

  /// What the last argument stands for where `...` follows it; nil when that is unknown, even in number, or after an error.
  private mutating func expand(_ argument: Expression, of expression: Expression) -> [Value]? {
    let count = diagnostics.count
    let (list, marks) = value(of: argument).unmarked()
    if diagnostics.count > count, diagnostics[count...].hasErrors { return nil }
    switch list.type {
    case .dynamic where !list.isNull: return nil
    case .dynamic, .list, .set, .tuple:
      if list.isNull {
        report(
          "Invalid expanding argument value", "The list before \"...\" must not be null.",
          at: argument.range, context: expression.range, in: argument)
      }
      return list.isKnown && !list.isNull ? list.elements.map { $0.marked(with: marks) } : nil
    default:
      report(
        "Invalid expanding argument value",
        "Only a list, a set or a tuple can stand before \"...\".", at: argument.range,
        context: expression.range, in: argument)
      return nil
    }
  }

  private mutating func checkCount(
    _ count: Int, _ function: Function, _ call: FunctionCallExpression, in expression: Expression
  ) -> Bool {
    let signature = function.signature
    let wanted = signature.parameters.count
    if count < wanted {
      let qualifier = signature.variadic == nil ? "" : " at least"
      report(
        "Not enough function arguments",
        "\"\(call.name)\" takes\(qualifier) \(wanted) argument(s); \"\(signature.parameters[count].name)\" is missing.",
        at: call.closeParenthesisRange, context: call.nameRange.through(call.closeParenthesisRange), in: nil,
        call: described(call, function.described))
      return false
    }
    if count > wanted, signature.variadic == nil {
      let isExpanded = call.expandsLast && wanted >= call.arguments.count - 1
      let extra =
        isExpanded ? call.arguments.last?.range : call.arguments.indices.contains(wanted) ? call.arguments[wanted].startRange : nil
      report(
        "Too many function arguments", "\"\(call.name)\" takes only \(wanted) argument(s).",
        at: extra ?? call.closeParenthesisRange, context: call.nameRange.through(call.closeParenthesisRange), in: nil,
        call: described(call, function.described))
      return false
    }
    return true
  }

  /// Turns what a function said into a message at the argument it is about.
  private mutating func report(
    _ error: FunctionError, of call: FunctionCallExpression, _ function: Function, _ arguments: Arguments,
    in expression: Expression
  ) {
    guard let index = error.argumentIndex, arguments.expressions.indices.contains(index) else {
      report(
        "Error in function call", "Call to function \"\(call.name)\" failed: \(error.message).",
        at: call.nameRange.through(call.openParenthesisRange), context: expression.range, in: expression,
        call: described(call, function.described))
      return
    }
    let signature = function.signature
    let parameter = signature.parameters.indices.contains(index) ? signature.parameters[index].name : signature.variadic?.name ?? ""
    let place = error.path.steps.isEmpty ? "" : ": \(error.path.description)"
    report(
      "Invalid function argument", "Invalid value for \"\(parameter)\" parameter\(place): \(error.message).",
      at: arguments.places[index], context: expression.range, in: arguments.expressions[index],
      call: described(call, function.described))
  }

  func described(_ call: FunctionCallExpression, _ signature: Diagnostic.FunctionSignature?) -> Diagnostic.FunctionCall {
    Diagnostic.FunctionCall(calledAs: call.name, signature: signature)
  }

  /// Looks up `provider::LOCAL_NAME::FUNCTION`; says why if there is none.
  private mutating func providerFunction(_ call: FunctionCallExpression) -> Function? {
    let parts = call.name.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
    let provider = parts.count > 1 ? parts[1] : ""
    let name = parts.dropFirst(2).joined(separator: "::")
    let offered = context.providerFunctions[provider]
    if let function = offered?[name] { return function }
    let near = suggestion(for: name, among: offered?.keys.sorted() ?? []).map { " Did you mean \"\($0)\"?" } ?? ""
    report(
      "Unknown provider function",
      offered != nil
        ? "Provider \(provider) has no function \"\(name)\".\(near)"
        : "No function is called \"\(call.name)\". Name \"\(provider)\" in required_providers of this module, if that "
          + "provider offers \"\(name)\".",
      at: call.nameRange, in: nil)
    return nil
  }
}
