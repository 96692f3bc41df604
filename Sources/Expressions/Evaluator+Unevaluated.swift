import Diagnostics
import Functions
import HCL
import Values

/// The functions that need their arguments before evaluation, or a scope of their own.
extension Evaluator {
  static let ownFunctions: [DescribedFunction] = [
    DescribedFunction(name: "can", signature: FunctionSignature([FunctionParameter("expression", .dynamic)]), returnType: .bool),
    DescribedFunction(
      name: "templatefile",
      signature: FunctionSignature([FunctionParameter("path", .string), FunctionParameter("vars", .dynamic)]), returnType: .dynamic),
    DescribedFunction(
      name: "templatestring",
      signature: FunctionSignature([FunctionParameter("template", .dynamic), FunctionParameter("vars", .dynamic)]),
      returnType: .dynamic),
    DescribedFunction(
      name: "try", signature: FunctionSignature([], variadic: FunctionParameter("expressions", .dynamic)), returnType: .dynamic),
  ]

  private func signature(of call: FunctionCallExpression) -> Diagnostic.FunctionSignature? {
    let name = call.name.split(separator: ":").last.map(String.init) ?? ""
    return Self.ownFunctions.first { $0.name == name }?.described
  }

  mutating func callWithUnevaluatedArguments(
    _ name: String, _ call: FunctionCallExpression, in expression: Expression
  ) -> Value? {
    switch name {
    case "try": tryFunction(call, in: expression)
    case "can": canFunction(call, in: expression)
    case "type" where context.describesTypes: typeFunction(call, in: expression)
    case "templatefile": templateFile(call, in: expression)
    case "templatestring": templateString(call, in: expression)
    default: nil
    }
  }

  /// Evaluates aside: what goes wrong is handed out instead of being reported.
  private mutating func attempt(_ expression: Expression) -> (Value, [Diagnostic]) {
    let base = diagnostics.count
    let wasQuiet = isQuiet
    isQuiet = true
    let value = value(of: expression)
    isQuiet = wasQuiet
    let found = Array(diagnostics[base...])
    diagnostics.removeSubrange(base...)
    return (value, found)
  }

  /// The first argument without errors. While that is not wholly known it may still fail, so the result stays open.
  private mutating func tryFunction(_ call: FunctionCallExpression, in expression: Expression) -> Value {
    if call.arguments.isEmpty {
      fail(call, "at least one argument is required", in: expression)
      return .dynamicUnknown
    }
    var failures: [Diagnostic] = []
    for argument in call.arguments {
      let (value, found) = attempt(argument)
      if found.hasErrors {
        failures += found
        continue
      }
      return value.isWhollyKnown ? value : .dynamicUnknown
    }
    var message = "no expression succeeded:"
    for failure in failures {
      let place = failure.subject.flatMap { context.sources?.place(of: $0) }.map { " (at \($0))" } ?? ""
      message += "\n- \(failure.summary)\(place)\n  \(failure.detail)"
    }
    if message.last == "." { message.removeLast() }
    fail(call, message, in: expression)
    return .dynamicUnknown
  }

  private mutating func canFunction(_ call: FunctionCallExpression, in expression: Expression) -> Value {
    guard exactly(1, of: ["expression"], call, in: expression) else { return .unknown(.bool) }
    let (value, found) = attempt(call.arguments[0])
    if found.hasErrors { return .false }
    return value.isWhollyKnown ? .true : .unknown(.bool)
  }

  /// A description of the type of a value, marked so that consoles print it bare.
  private mutating func typeFunction(_ call: FunctionCallExpression, in expression: Expression) -> Value {
    guard exactly(1, of: ["value"], call, in: expression) else { return .dynamicUnknown }
    return Value.string(value(of: call.arguments[0]).type.layout(indent: 0)).marked(with: .typeValue)
  }

  private mutating func templateFile(_ call: FunctionCallExpression, in expression: Expression) -> Value {
    guard exactly(2, of: ["path", "vars"], call, in: expression) else { return .dynamicUnknown }
    let count = diagnostics.count
    let (path, pathMarks) = value(of: call.arguments[0]).unmarked()
    let (variables, marks) = value(of: call.arguments[1]).unmarked()
    if diagnostics.count > count, diagnostics[count...].hasErrors { return .dynamicUnknown }
    guard path.isKnown, variables.isKnown else { return .dynamicUnknown.marked(with: pathMarks.union(marks)) }
    for (index, (name, value)) in [("path", path), ("vars", variables)].enumerated() where value.isNull {
      invalid(call, argument: index, name, "argument must not be null", in: expression)
      return .dynamicUnknown
    }
    let source: String
    do {
      guard let text = try context.functions?.call("file", [path]).unmarked().0.asString else { return .dynamicUnknown }
      source = text
    } catch {
      invalid(call, argument: 0, "path", error.message, in: expression)
      return .dynamicUnknown
    }
    let name = path.converted(to: .string)?.asString ?? ""
    return render(source, named: name, variables, isFile: true, call, in: expression)
      .marked(with: pathMarks.union(marks))
  }

  private mutating func templateString(_ call: FunctionCallExpression, in expression: Expression) -> Value {
    guard exactly(2, of: ["template", "vars"], call, in: expression) else { return .dynamicUnknown }
    let count = diagnostics.count
    let (variables, marks) = value(of: call.arguments[1]).unmarked()
    if diagnostics.count > count, diagnostics[count...].hasErrors { return .dynamicUnknown }
    if variables.isNull {
      invalid(call, argument: 1, "vars", "argument must not be null", in: expression)
      return .dynamicUnknown
    }
    guard isReference(call.arguments[0]) else {
      let reason =
        switch call.arguments[0].kind {
        case .template, .templateWrap:
          "templatestring renders text that comes from elsewhere; write the template here as a string instead"
        case .string:
          "templatestring renders text that comes from elsewhere; write this template as a string instead"
        default:
          "must be a plain reference to a string that has a template in it"
        }
      invalid(call, argument: 0, "template", "invalid template expression: \(reason)", in: expression)
      return .dynamicUnknown
    }
    let (template, templateMarks) = value(of: call.arguments[0]).unmarked()
    if diagnostics.count > count, diagnostics[count...].hasErrors { return .dynamicUnknown }
    let all = marks.union(templateMarks)
    guard template.isKnown, variables.isKnown else { return Value.unknown(.string).marked(with: all) }
    guard template.type == .string else {
      invalid(call, argument: 0, "template", "invalid template value: a string is required", in: expression)
      return .dynamicUnknown
    }
    guard let source = template.asString else {
      invalid(call, argument: 0, "template", "template is null", in: expression)
      return .dynamicUnknown
    }
    return render(source, named: "<templatestring argument>", variables, isFile: false, call, in: expression)
      .marked(with: all)
  }

  private func isReference(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .scopeTraversal: true
    case .relativeTraversal(let source, _): isReference(source)
    case .index(let collection, _): isReference(collection)
    case .parentheses(let inner): isReference(inner)
    default: false
    }
  }

  /// Renders template text with the variables as its only names.
  private mutating func render(
    _ source: String, named name: String, _ variables: Value, isFile: Bool, _ call: FunctionCallExpression,
    in expression: Expression
  ) -> Value {
    guard let names = templateVariables(variables, call, in: expression) else { return .dynamicUnknown }
    if isInTemplate {
      fail(call, "cannot recursively call \(call.name) from inside another template function", in: expression)
      return .dynamicUnknown
    }
    let bytes = Array(source.utf8)
    let place = TemplatePlace(name: name, bytes: bytes)
    let (template, parsing) = parseTemplate(bytes, file: SourceFileID(index: .max))
    if let message = place.describe(parsing) {
      if isFile {
        fail(call, message, in: expression)
      } else {
        invalid(call, argument: 0, "template", "invalid template: \(message)", in: expression)
      }
      return .dynamicUnknown
    }
    for traversal in template.variables where names[traversal.root] == nil {
      let message =
        "vars map does not contain key \"\(traversal.root)\", referenced at \(place.text(of: traversal.rootRange))"
      invalid(call, argument: 1, "vars", message, in: expression)
      return .dynamicUnknown
    }
    let inner = EvaluationContext(
      scope: ValuesScope(names), functions: context.functions, providerFunctions: context.providerFunctions)
    var evaluator = Evaluator(inner)
    evaluator.isInTemplate = true
    let value = evaluator.value(of: template)
    if let message = place.describe(evaluator.diagnostics) {
      fail(call, message, in: expression)
      return .dynamicUnknown
    }
    return value
  }

  private mutating func templateVariables(
    _ variables: Value, _ call: FunctionCallExpression, in expression: Expression
  ) -> [String: Value]? {
    switch variables {
    case .map, .object: break
    default:
      invalid(call, argument: 1, "vars", "invalid vars value: must be a map", in: expression)
      return nil
    }
    var names: [String: Value] = [:]
    for (name, value) in zip(variables.keys, variables.elements) {
      guard isValidIdentifier(name) else {
        let message =
          "\"\(name)\" cannot be the name of a variable in a template: begin with a letter; letters, digits and "
            + "underscores can follow"
        invalid(call, argument: 1, "vars", message, in: expression)
        return nil
      }
      names[name] = value
    }
    return names
  }

  private mutating func exactly(
    _ count: Int, of names: [String], _ call: FunctionCallExpression, in expression: Expression
  ) -> Bool {
    if call.arguments.count == count { return true }
    if call.arguments.count < count {
      report(
        "Not enough function arguments",
        "Function \"\(call.name)\" expects \(count) argument(s). Missing value for \"\(names[call.arguments.count])\".",
        at: call.closeParenthesisRange, context: expression.range, in: nil, call: described(call, signature(of: call)))
    } else {
      report(
        "Too many function arguments", "Function \"\(call.name)\" expects only \(count) argument(s).",
        at: call.arguments[count].startRange, context: expression.range, in: nil, call: described(call, signature(of: call)))
    }
    return false
  }

  private mutating func fail(_ call: FunctionCallExpression, _ message: String, in expression: Expression) {
    report(
      "Error in function call", "Call to function \"\(call.name)\" failed: \(message).",
      at: call.nameRange.through(call.openParenthesisRange), context: expression.range, in: expression,
      call: described(call, signature(of: call)))
  }

  private mutating func invalid(
    _ call: FunctionCallExpression, argument: Int, _ parameter: String, _ message: String, in expression: Expression
  ) {
    let place = call.arguments[argument]
    report(
      "Invalid function argument", "Invalid value for \"\(parameter)\" parameter: \(message).", at: place.startRange,
      context: expression.range, in: place, call: described(call, signature(of: call)))
  }
}

/// The text of a template that is in no source map, for saying where in it something is wrong.
private struct TemplatePlace {
  var file: SourceFile

  init(name: String, bytes: [UInt8]) { file = SourceFile(path: name, bytes: bytes) }

  /// The first error and how many messages there are besides; nil without an error.
  func describe(_ diagnostics: [Diagnostic]) -> String? {
    guard let error = diagnostics.first(where: { $0.severity == .error }) else { return nil }
    let place = error.subject.map { "\(text(of: $0)): " } ?? ""
    let rest = diagnostics.count > 1 ? ", and \(diagnostics.count - 1) other diagnostic(s)" : ""
    return "\(place)\(error.summary); \(error.detail)\(rest)"
  }

  func text(of range: SourceRange) -> String { file.place(of: range) }
}

/// Whether text is a name of the native syntax: a letter or underscore, then letters, digits, underscores and dashes.
package func isValidIdentifier(_ text: String) -> Bool {
  if let isValid = text.utf8.isASCIIIdentifier { return isValid }
  guard let first = text.unicodeScalars.first, first.properties.isXIDStart || first == "_" else { return false }
  return text.unicodeScalars.dropFirst().allSatisfy { $0.properties.isXIDContinue || $0 == "-" }
}

extension String.UTF8View {
  /// The same for names of ASCII alone, as most are; nil for others.
  fileprivate var isASCIIIdentifier: Bool? {
    var isValid = true
    var isFirst = true
    for byte in self {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): if isFirst { isValid = false }
      case 0x80...: return nil
      default: isValid = false
      }
      isFirst = false
    }
    return isValid && !isFirst
  }
}

extension ValueType {
  /// As `type()` shows it: nested types on lines of their own.
  package func layout(indent: Int) -> String {
    let inner = String(repeating: " ", count: indent + 4)
    let outer = String(repeating: " ", count: indent)
    switch self {
    case .dynamic: return "dynamic"
    case .bool: return "bool"
    case .number: return "number"
    case .string: return "string"
    case .capsule(let name): return name
    case .list(let element): return "list(\(element.layout(indent: indent)))"
    case .set(let element): return "set(\(element.layout(indent: indent)))"
    case .map(let element): return "map(\(element.layout(indent: indent)))"
    case .tuple(let types):
      if types.isEmpty { return "tuple([])" }
      return "tuple([\n" + types.map { "\(inner)\($0.layout(indent: indent + 4)),\n" }.joined() + "\(outer)])"
    case .object(let type):
      if type.count == 0 { return "object({})" }
      let lines = zip(type.names, type.types).map { "\(inner)\($0): \($1.layout(indent: indent + 4)),\n" }
      return "object({\n" + lines.joined() + "\(outer)})"
    }
  }
}
