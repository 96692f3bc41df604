package import Addresses
package import Diagnostics
import Expressions
import HCL
package import Values

extension InputVariables {
  /// The variables that have no value yet and no default, by name: what to ask the user for.
  package func missing(in module: Module) -> [InputVariable] {
    module.variables.values.filter { $0.isRequired && values[$0.name] == nil }.sorted { $0.name < $1.name }
  }

  /// Final values for all variables of a root module: converted, defaults applied, marked as declared.
  ///
  /// With errors, the variables at fault are unknown. Validation rules are not checked here: they may need other values.
  ///
  /// - Returns: the values; what keeps values from being had; and what is wrong with values that do not suit their variable, by
  ///   its name, with which a plan can still go on for all that does not need the variable.
  package mutating func resolve(
    for module: Module
  ) -> (values: [String: Value], diagnostics: [Diagnostic], unsuitable: [String: Diagnostic]) {
    var result: [String: Value] = [:]
    var found = diagnostics
    var unsuitable: [String: Diagnostic] = [:]
    found += undeclared(in: module)
    func missing(_ variable: InputVariable) -> Diagnostic {
      .error(
        "No value for required variable",
        "Variable \"\(variable.name)\" has no default and no value. Set it by -var, by -var-file or in a variable "
          + "file.", at: variable.range)
    }
    for name in module.variables.keys.sorted() {
      guard let variable = module.variables[name] else { continue }
      guard let given = values[name] else {
        if let standard = variable.defaultValue {
          result[name] = variable.marking(standard)
        } else {
          found.append(missing(variable))
          result[name] = variable.marking(.unknown(variable.type.withoutOptionals))
        }
        continue
      }
      if case .plan = given.source {} else if let warning = variable.deprecationWarning(at: given.range) { found.append(warning) }
      let (raw, problems) = value(of: given, for: variable)
      found += problems
      guard !problems.hasErrors else {
        if variable.isRequired { found.append(missing(variable)) }
        result[name] = variable.marking(.unknown(variable.type.withoutOptionals))
        continue
      }
      let origin = InputOrigin(
        variable, in: module.path, sources: sources, source: given.source, range: given.range)
      let (value, diagnostic) = variable.finalValue(raw, from: origin)
      if let diagnostic { unsuitable[name] = diagnostic }
      result[name] = value
    }
    return (result, found, unsuitable)
  }

  /// The values as they were given, and the defaults of the other variables. Ephemeral variables have nothing but their default.
  package mutating func given(for module: Module) -> [String: Value] {
    var result: [String: Value] = [:]
    for (name, variable) in module.variables {
      guard let given = values[name], !variable.ephemeral else {
        result[name] = variable.defaultValue
        continue
      }
      let (raw, problems) = value(of: given, for: variable)
      if !problems.hasErrors { result[name] = raw }
    }
    return result
  }

  /// Text is taken literally for primitive types, and as an expression for all others.
  private mutating func value(of given: InputValue, for variable: InputVariable) -> (Value, [Diagnostic]) {
    switch given.content {
    case .value(let value): return (value, [])
    case .text(let text):
      if variable.parsesTextLiterally { return (.text(text), []) }
      let bytes = Array(text.utf8)
      let id = sources.add(path: "<value for var.\(variable.name)>", bytes: bytes)
      let (expression, found) = parseExpression(bytes, file: id)
      if found.hasErrors { return (.dynamicUnknown, found) }
      let (value, more) = evaluate(expression, in: EvaluationContext(scope: EmptyScope(), functions: nil))
      return (value, found + more)
    }
  }

  /// An error for each one on the command line; of files the first two get a warning, the rest are counted.
  private func undeclared(in module: Module) -> [Diagnostic] {
    var found: [Diagnostic] = []
    var fromFiles = 0
    for name in values.keys.sorted() where module.variables[name] == nil {
      guard let value = values[name] else { continue }
      switch value.source {
      case .commandLine:
        found.append(
          .error(
            "Value for undeclared variable",
            "-var sets \"\(name)\", which this configuration does not declare. Declare it in a \"variable\" block, or "
              + "remove the option."))
      case .autoFile(let file), .namedFile(let file):
        fromFiles += 1
        guard fromFiles <= 2 else { continue }
        found.append(
          .warning(
            "Value for undeclared variable",
            "\(file) sets \"\(name)\", which this configuration does not declare. Declare it in a \"variable\" block, "
              + "or remove the value.\n\nFor values shared by many configurations, use TF_VAR_ environment variables: "
              + "there no declaration is demanded. -compact-warnings shortens this."))
      case .environment, .interactive, .plan, .caller: break
      }
    }
    if fromFiles > 2 {
      found.append(
        .warning(
          "Values for undeclared variables",
          "Besides, \(fromFiles - 2) other variable(s) have values but no declaration."))
    }
    return found
  }
}

extension InputVariable {
  /// What whoever gives the variable a value is told; nil if it is not deprecated.
  func deprecationWarning(at range: SourceRange?) -> Diagnostic? {
    deprecated.map {
      .warning(
        "Variable marked as deprecated by the module author",
        "The module says of its variable \"\(name)\":\n\n\($0)", at: range)
    }
  }

  /// A value for the variable, brought to its type: defaults of optional attributes filled in, null replaced by the
  /// default where null is not allowed, and marked as the variable is declared.
  ///
  /// - Parameters:
  ///   - raw: the value as given; nil when none is.
  ///   - origin: where it comes from, for messages.
  /// - Returns: the value, unknown after an error, and that error.
  package func finalValue(_ raw: Value?, from origin: InputOrigin) -> (Value, Diagnostic?) {
    let unknown = marking(.unknown(type.withoutOptionals))
    guard let raw else { return (defaultValue.map(marking) ?? unknown, nil) }
    if raw.isNull, !nullable, let defaultValue { return (marking(defaultValue.marked(with: raw.marks)), nil) }
    let filled = typeDefaults?.apply(to: raw) ?? raw
    let converted: Value
    do {
      converted = try convert(filled, to: type)
    } catch {
      return (unknown, unsuitable(error.description, origin))
    }
    if converted.isNull, !nullable { return (unknown, notSet(origin)) }
    return (marking(converted), nil)
  }

  /// The value with the marks that the declaration asks for.
  package func marking(_ value: Value) -> Value {
    var marks: Marks = []
    if sensitive { marks.insert(.sensitive) }
    if ephemeral { marks.insert(.ephemeral) }
    return value.marked(with: marks)
  }

  private func unsuitable(_ reason: String, _ origin: InputOrigin) -> Diagnostic {
    let summary = "Invalid value for input variable"
    if let range = origin.range {
      return .error(
        summary, "This value does not fit \(origin.name) (\(origin.declaration)): \(reason).",
        at: range)
    }
    let way =
      switch origin.source {
      case .commandLine: "set using -var=\"\(name)=...\""
      case .environment: "set using the TF_VAR_\(name) environment variable"
      case .interactive: "set using an interactive prompt"
      default: "set from outside of the configuration"
      }
    return .error(summary, "Unsuitable value for \(origin.name) \(way): \(reason).", at: range)
  }

  private func notSet(_ origin: InputOrigin) -> Diagnostic {
    let summary = "Required variable not set"
    if let range = origin.range {
      return .error(
        summary,
        "\(origin.name) (\(origin.declaration)) cannot be null. Give it a value.", at: range)
    }
    return .error(
      summary,
      "\(origin.name) cannot be null, but was set so from outside of the configuration. Give it a value.",
      at: range)
  }
}

/// Where the value of an input variable comes from, as messages say it.
package struct InputOrigin: Sendable {
  /// `var.x`, or `module.a.var.x`.
  package var name: String
  /// Where the variable is declared: `main.tf:3,1-13`.
  package var declaration: String
  /// Nil for an argument of a module call.
  package var source: InputValue.Source?
  /// The argument or the line of a file that gives the value.
  package var range: SourceRange?

  package init(
    _ variable: InputVariable, in module: ModulePath, sources: SourceMap, source: InputValue.Source? = nil,
    range: SourceRange?
  ) {
    name = module.isRoot ? "var.\(variable.name)" : "\(module).var.\(variable.name)"
    declaration = sources.place(of: variable.range)
    self.source = source
    self.range = range
  }
}
