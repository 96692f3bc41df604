import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import Values

extension Evaluator {
  /// What came of each validation rule of a variable, in one instance of its module.
  func outcomesOfValidating(_ variable: InputVariable, in node: ModuleNode) -> [ConditionOutcome] {
    var context = context(in: node)
    context.scope = ValidatedVariableScope(base: context.scope, name: variable.name, value: plainValue(of: variable, in: node))
    return variable.validations.map { rule in
      var outcome = evaluateCondition(rule, in: context, failure: ("Invalid value for variable", .error))
      if outcome.status == .error {
        // A condition that cannot be evaluated has not been decided; one with a result of another kind is wrong.
        let isWrong = outcome.diagnostics.last.map { Self.wrongResults.contains($0.summary) } ?? false
        if isWrong, let index = outcome.diagnostics.indices.last {
          outcome.diagnostics[index].summary = "Invalid variable validation result"
        } else {
          outcome.status = .unknown
        }
      }
      if outcome.status == .fail, let index = outcome.diagnostics.indices.last {
        outcome.diagnostics[index].subject = argumentRange(of: variable.name, node) ?? variable.range
        outcome.diagnostics[index].detail +=
          "\n\nThe rule is at \(tree.sources.describe(rule.range))."
      }
      return outcome
    }
  }

  private static let wrongResults: Set<String> = ["Invalid condition result", "Incorrect value type"]

  /// The value of a variable as its own rules see it: with the marks that it was given with, without those of its declaration.
  private func plainValue(of variable: InputVariable, in node: ModuleNode) -> Value {
    let value = self.variable(variable.name, in: node) ?? .dynamicUnknown
    guard variable.sensitive || variable.ephemeral else { return value }
    let plain = value.unmarked().0
    guard let parent = node.parent, let call = node.module.path.names.last,
      let argument = parent.module.moduleCalls[call]?.arguments[variable.name]
    else { return plain }
    let (given, _) = evaluate(argument.expression, in: context(in: parent, repetition: node.repetition))
    return plain.marked(with: given.marks)
  }

  private func argumentRange(of name: String, _ node: ModuleNode) -> SourceRange? {
    guard let parent = node.parent, let call = node.module.path.names.last else { return nil }
    return parent.module.moduleCalls[call]?.arguments[name]?.expression.range
  }
}

/// The names of a module, one of whose variables has another value.
private struct ValidatedVariableScope: Scope {
  let base: any Scope
  let name: String
  let value: Value

  func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    if root == "var", case .attribute(name, _)? = steps.first { return Resolution(value, consumed: 1) }
    return base.resolve(root: root, steps: steps, range: range)
  }
}
