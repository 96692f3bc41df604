package import Addresses
package import Diagnostics
package import Expressions
import HCL
import Values

/// What is known before anything is planned, for the arguments that are needed as early as that: where modules come from, and the
/// settings of backends.
package struct EarlyValues: Sendable {
  /// The functions that may be called; what names stand for is put in where they are evaluated.
  package var context: EvaluationContext
  package var workspace: String
  package var workingDirectory: String
  /// What the user gave for the variables of the root module. Asked for only when one of them is needed.
  package var variables: @Sendable () -> InputVariables

  package init(
    context: EvaluationContext = EvaluationContext(scope: EmptyScope(), functions: nil), workspace: String = "default",
    workingDirectory: String = "/",
    variables: @escaping @Sendable () -> InputVariables = { InputVariables(sources: SourceMap()) }
  ) {
    self.context = context
    self.workspace = workspace
    self.workingDirectory = workingDirectory
    self.variables = variables
  }
}

/// The names of one module as far as they are constants: variables, locals, and what the surroundings tell.
package final class EarlyScope: Scope {
  private let values: EarlyValues
  private let content: ModuleContent
  private let directory: String
  private let path: ModulePath
  private let rootDirectory: String
  /// The module above, and how it calls this one; nil for the root.
  private let caller: Caller?
  private let sources: SourceMap
  /// What is being evaluated, so that a cycle comes to an end.
  private let pending: Set<String>

  /// How a module is called.
  package struct Caller: Sendable {
    package var scope: EarlyScope
    package var call: ModuleCall
    package init(scope: EarlyScope, call: ModuleCall) {
      self.scope = scope
      self.call = call
    }
  }

  package init(
    _ content: ModuleContent, directory: String, path: ModulePath, caller: Caller?, values: EarlyValues, sources: SourceMap
  ) {
    self.content = content
    self.sources = sources
    self.directory = directory
    self.path = path
    self.caller = caller
    self.values = values
    rootDirectory = caller?.scope.rootDirectory ?? directory
    pending = []
  }

  private init(_ base: EarlyScope, evaluating name: String) {
    content = base.content
    directory = base.directory
    path = base.path
    caller = base.caller
    values = base.values
    sources = base.sources
    rootDirectory = base.rootDirectory
    pending = base.pending.union([name])
  }

  package var context: EvaluationContext {
    EvaluationContext(scope: self, functions: values.context.functions)
  }

  /// The text of an argument that must be known now; nil, with a diagnostic, if it cannot be.
  ///
  /// - Parameter argument: how messages call it, such as `module source`.
  func text(_ expression: Expression, _ argument: String) -> (String?, [Diagnostic]) {
    let (value, found) = evaluate(expression, as: .string, in: context)
    if found.hasErrors { return (nil, found) }
    func invalid(_ reason: String) -> (String?, [Diagnostic]) {
      (nil, found + [.error("Invalid \(argument)", "The \(argument) must be known before anything is planned, but \(reason).", at: expression.range)])
    }
    if value.containsMark(.sensitive) { return invalid("this value is sensitive, so that it must not be shown") }
    if value.containsMark(.ephemeral) { return invalid("this value is ephemeral") }
    if value.isNull { return invalid("this value is null") }
    guard let text = value.asString else { return invalid("this value is not known yet") }
    return (text, found)
  }

  // MARK: Names

  package func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    guard case .attribute(let name, _)? = steps.first else { return dynamic(root, steps, range) }
    switch root {
    case "var": return variable(name, steps, range)
    case "local": return local(name, steps, range)
    case "path":
      switch name {
      case "module": return Resolution(.text(directory), consumed: 1)
      case "root": return Resolution(.text(rootDirectory), consumed: 1)
      case "cwd": return Resolution(.text(values.workingDirectory), consumed: 1)
      default: return dynamic("path.\(name)", steps, range)
      }
    case "terraform" where name == "workspace", "tofu" where name == "workspace":
      return Resolution(.text(values.workspace), consumed: 1)
    default: return dynamic("\(root).\(name)", steps, range)
    }
  }

  private func dynamic(_ name: String, _ steps: [ResolvedStep], _ range: SourceRange) -> Resolution {
    .failure(
      .error(
        "Dynamic value in static context",
        "\(name) cannot be used here: what it stands for is known only when the configuration is planned. Only variables, locals, "
          + "path and terraform.workspace can be used.", at: range), steps: steps)
  }

  private func local(_ name: String, _ steps: [ResolvedStep], _ range: SourceRange) -> Resolution {
    guard let local = content.locals[name] else {
      return .failure(
        .error(
          "Reference to undeclared local value", "There is no local value \"\(name)\" in this module.", at: range),
        steps: steps)
    }
    if pending.contains(name) {
      return .failure(
        .error("Circular reference", "local.\(name) is made of itself, so that it has no value.", at: range), steps: steps)
    }
    let (value, found) = evaluate(local.expression, in: EarlyScope(self, evaluating: name).context)
    return Resolution(value, consumed: 1, diagnostics: found)
  }

  private func variable(_ name: String, _ steps: [ResolvedStep], _ range: SourceRange) -> Resolution {
    guard let variable = content.variables[name] else {
      return .failure(
        .error(
          "Reference to undeclared input variable", "There is no variable \"\(name)\" in this module.", at: range),
        steps: steps)
    }
    if variable.constant == false {
      return .failure(
        .error(
          "Variable is not constant",
          "The variable \"\(name)\" is declared with const = false, so that it cannot be used where a value must be known before "
            + "anything is planned.", at: range), steps: steps)
    }
    if let caller {
      guard let argument = caller.call.arguments[name] else {
        guard let standard = variable.defaultValue else { return unset(name, steps, range) }
        return Resolution(variable.marking(standard), consumed: 1)
      }
      let (given, found) = evaluate(argument.expression, in: caller.scope.context)
      if found.hasErrors { return Resolution(.dynamicUnknown, consumed: steps.count, diagnostics: found) }
      let origin = InputOrigin(variable, in: path, sources: sources, range: argument.expression.range)
      let (value, problem) = variable.finalValue(given, from: origin)
      return Resolution(value, consumed: 1, diagnostics: found + (problem.map { [$0] } ?? []))
    }
    var input = values.variables()
    if variable.isRequired, input.values[name] == nil { return unset(name, steps, range) }
    let module = Module(path: path, directory: directory, children: [:], content: content)
    // What is wrong with the given values is told when all of them are read.
    let value = input.resolve(for: module).values[name] ?? .dynamicUnknown
    return Resolution(value, consumed: 1)
  }

  private func unset(_ name: String, _ steps: [ResolvedStep], _ range: SourceRange) -> Resolution {
    .failure(
      .error(
        "No value for required variable",
        "\"\(name)\" has no value, which is needed before planning. Set it by -var, by -var-file, in a variable file "
          + "or as TF_VAR_\(name).", at: range),
      steps: steps)
  }
}
