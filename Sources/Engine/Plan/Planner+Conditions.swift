import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import Values

/// Collects the outcome of conditions by the object they belong to.
struct CheckRecorder {
  private struct Key: Hashable {
    var kind: CheckableKind
    var address: String
  }
  private var instances: [Key: [CheckResult.Instance]] = [:]

  mutating func record(_ kind: CheckableKind, _ address: String, _ instance: CheckResult.Instance) {
    let key = Key(kind: kind, address: address)
    var list = instances[key] ?? []
    // Pre- and postconditions of one object are one result.
    if let index = list.lastIndex(where: { $0.address == instance.address }) {
      list[index].status = list[index].status.combined(with: instance.status)
      list[index].failures += instance.failures
    } else {
      list.append(instance)
    }
    instances[key] = list
  }

  var results: [CheckResult] {
    instances.map { key, list in
      CheckResult(
        kind: key.kind, address: key.address,
        status: list.reduce(CheckStatus.pass) { $0.combined(with: $1.status) },
        instances: list.sorted { $0.address < $1.address })
    }.sorted { ($0.address, $0.kind.rawValue) < ($1.address, $1.kind.rawValue) }
  }
}

/// What came of evaluating one condition.
struct ConditionOutcome {
  var status: CheckStatus
  /// The message of a failed condition.
  var message: String?
  var diagnostics: [Diagnostic]

  /// Says of a condition that does not hold whose it is.
  mutating func name(_ object: String) {
    if status == .fail, let last = diagnostics.indices.last { diagnostics[last].checkedObject = object }
  }
}

/// Evaluates a condition and, if it fails, its message.
///
/// - Parameter failure: summary and severity of the diagnostic for a condition that is false.
func evaluateCondition(
  _ rule: CheckRule, in context: EvaluationContext, failure: (summary: String, severity: Severity)
) -> ConditionOutcome {
  let (value, problems) = evaluate(rule.condition, as: .bool, in: context)
  if problems.hasErrors { return ConditionOutcome(status: .error, message: nil, diagnostics: problems) }
  let (plain, _) = value.unmarked()
  guard plain.isKnown else { return ConditionOutcome(status: .unknown, message: nil, diagnostics: problems) }
  guard let holds = plain.asBool else {
    let diagnostic = Diagnostic.error(
      "Invalid condition result", "A condition must be true or false, but this is null.",
      at: rule.condition.range)
    return ConditionOutcome(status: .error, message: nil, diagnostics: problems + [diagnostic])
  }
  if holds { return ConditionOutcome(status: .pass, message: nil, diagnostics: problems) }
  let (message, messageProblems) = errorMessage(rule, in: context)
  var diagnostic = Diagnostic(
    failure.severity, failure.summary, message, subject: rule.condition.range)
  diagnostic.values = describedValues(of: rule.condition, in: context)
  return ConditionOutcome(status: .fail, message: message, diagnostics: problems + messageProblems + [diagnostic])
}

private func errorMessage(_ rule: CheckRule, in context: EvaluationContext) -> (String, [Diagnostic]) {
  let (value, problems) = evaluate(rule.errorMessage, as: .string, in: context)
  let fallback = "Failed to evaluate condition error message."
  if problems.hasErrors { return (fallback, problems) }
  if value.containsMark(.concealed) || value.containsMark(.ephemeral) {
    let kind = value.containsMark(.concealed) ? "sensitive" : "ephemeral"
    return (
      "The error message is not shown, because it has a \(kind) value in it.",
      [
        .warning(
          "Error message refers to \(kind) values",
          "The error message uses \(kind) values, so it is not shown. Leave them out of it.",
          at: rule.errorMessage.range)
      ]
    )
  }
  guard let text = value.asString else { return (fallback, problems) }
  return (text.trimmingTrailingNewlines, problems)
}

extension String {
  fileprivate var trimmingTrailingNewlines: String {
    var text = self[...]
    while text.hasSuffix("\n") { text = text.dropLast() }
    return String(text)
  }
}

extension Planner {
  /// Evaluates the conditions of a resource instance; gives true if one fails and stops what depends on it.
  func checkFails(
    _ rules: [CheckRule], of block: ResourceBlock, address: ResourceInstance, in node: ModuleNode, data: RepetitionData,
    selfValue: Value?
  ) -> Bool {
    if rules.isEmpty { return false }
    let kind = selfValue == nil ? "precondition" : "postcondition"
    let severity: Severity = options.mode == .normal ? .error : .warning
    let context = evaluator.context(in: node, repetition: data, selfValue: selfValue)
    let status = evaluate(
      rules, in: context, summary: "Resource \(kind) failed", severity: severity, kind: .resource,
      configuration: block.address.description,
      instance: CheckResult.Instance(
        address: address.description, module: node.address.isRoot ? nil : node.address.description, key: address.key,
        status: .pass, failures: []))
    return options.mode == .normal && (status == .fail || status == .error)
  }

  /// Evaluates all rules of one object and records the result.
  private func evaluate(
    _ rules: [CheckRule], in context: EvaluationContext, summary: String, severity: Severity, kind: CheckableKind,
    configuration: String, instance: CheckResult.Instance
  ) -> CheckStatus {
    var instance = instance
    for rule in rules {
      var outcome = evaluateCondition(rule, in: context, failure: (summary, severity))
      outcome.name(instance.address)
      outcome.diagnostics += evaluator.takeDiagnostics()
      diagnostics += outcome.diagnostics
      instance.status = instance.status.combined(with: outcome.status)
      if let message = outcome.message { instance.failures.append(message) }
    }
    checks.record(kind, configuration, instance)
    return instance.status
  }

  func qualified(_ node: ModuleNode, _ rest: String) -> (configuration: String, instance: CheckResult.Instance) {
    let path = node.module.path
    return (
      path.isRoot ? rest : "\(path).\(rest)",
      CheckResult.Instance(
        address: node.address.isRoot ? rest : "\(node.address).\(rest)",
        module: node.address.isRoot ? nil : node.address.description, status: .pass, failures: [])
    )
  }

  func checkVariable(_ name: String, in node: ModuleNode) -> [Diagnostic] {
    guard let variable = node.module.variables[name], !variable.validations.isEmpty else { return [] }
    let (configuration, instance) = qualified(node, "var.\(name)")
    var result = instance
    var problems: [Diagnostic] = []
    for var outcome in evaluator.outcomesOfValidating(variable, in: node) {
      outcome.name(instance.address)
      problems += outcome.diagnostics
      result.status = result.status.combined(with: outcome.status)
      if let message = outcome.message { result.failures.append(message) }
    }
    checks.record(.variable, configuration, result)
    return problems
  }

  /// Preconditions of an output; an error keeps its value from being used.
  func checkOutput(_ name: String, in node: ModuleNode) -> [Diagnostic] {
    guard let output = node.module.outputs[name], !output.preconditions.isEmpty, options.mode != .destroy else { return [] }
    let (configuration, instance) = qualified(node, "output.\(name)")
    let before = diagnostics.count
    _ = evaluate(
      output.preconditions, in: evaluator.context(in: node), summary: "Module output value precondition failed",
      severity: options.mode == .normal ? .error : .warning, kind: .output, configuration: configuration,
      instance: instance)
    let found = Array(diagnostics[before...])
    diagnostics.removeSubrange(before...)
    return found
  }

  /// Assertions of a check block: they warn, and never stop anything.
  func checkBlock(_ name: String, in node: ModuleNode) -> [Diagnostic] {
    guard let check = node.module.checks[name] else { return [] }
    let (configuration, instance) = qualified(node, "check.\(name)")
    if unreadableChecks.contains(instance.address) { return [] }
    let context = evaluator.context(in: node)
    var result = instance
    var found: [Diagnostic] = []
    for rule in check.asserts {
      var outcome = evaluateCondition(rule, in: context, failure: ("Check block assertion failed", .warning))
      outcome.name(instance.address)
      if outcome.status == .unknown {
        var warning = Diagnostic.warning(
          "Check block assertion known after apply",
          "This condition depends on values that are known only after apply, and will be checked then.",
          at: rule.condition.range)
        warning.checkedObject = instance.address
        warning.values = describedValues(of: rule.condition, in: context)
        outcome.diagnostics.append(warning)
      }
      found += outcome.diagnostics + evaluator.takeDiagnostics()
      result.add(outcome)
    }
    checks.record(.check, configuration, result)
    return found
  }
}

extension Diagnostic {
  /// Whether it is about a check block, which applying a plan evaluates again.
  package var isOfCheckBlock: Bool {
    checkedObject.map { $0.hasPrefix("check.") || $0.contains(".check.") } ?? false
  }
}

extension ModuleTree {
  /// Everything that has conditions: once all is destroyed, nothing is known of them.
  var undecidedChecks: [CheckResult] {
    var results: [CheckResult] = []
    for module in modules {
      let prefix = module.path.isRoot ? "" : "\(module.path)."
      func add(_ kind: CheckableKind, _ name: String, _ instances: [CheckResult.Instance] = []) {
        results.append(CheckResult(kind: kind, address: prefix + name, status: .unknown, instances: instances))
      }
      for (name, variable) in module.variables where !variable.validations.isEmpty { add(.variable, "var.\(name)") }
      for name in module.checks.keys { add(.check, "check.\(name)") }
      for (resource, block) in module.resources where !block.preconditions.isEmpty || !block.postconditions.isEmpty {
        add(.resource, resource.description)
      }
      for (name, output) in module.outputs where !output.preconditions.isEmpty {
        let address = "output.\(name)"
        // Outputs of the root module are always there.
        add(
          .output, address,
          module.path.isRoot ? [CheckResult.Instance(address: address, status: .unknown, failures: [])] : [])
      }
    }
    return results
  }
}

extension CheckResult.Instance {
  /// The result of a check whose data source could not be read.
  func unreadable(_ problems: [Diagnostic]) -> CheckResult.Instance {
    var result = self
    result.status = .fail
    result.failures = problems.filter { $0.severity == .error }.map { "\($0.summary): \($0.detail)" }
    return result
  }
}

extension [Diagnostic] {
  /// The same as warnings about a check.
  func asWarnings(of check: String) -> [Diagnostic] {
    map { diagnostic in
      var warning = diagnostic
      warning.severity = .warning
      warning.checkedObject = check
      return warning
    }
  }
}

extension Value {
  /// The value with null for all that is not known.
  var withoutUnknowns: Value {
    transform { _, part in
      if case .unknown(let unknown) = part { return .null(unknown.type) }
      return part
    }
  }
}
