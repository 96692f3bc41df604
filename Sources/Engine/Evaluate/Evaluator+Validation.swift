import Addresses
import Diagnostics
import HCL
import Modules
import Plans

extension Evaluator {
  /// What came of each validation rule of a variable, in one instance of its module.
  func outcomesOfValidating(_ variable: InputVariable, in node: ModuleNode) -> [ConditionOutcome] {
    variable.validations.map { rule in
      var outcome = evaluateCondition(rule, in: context(in: node), failure: ("Invalid value for variable", .error))
      if outcome.status == .fail, let index = outcome.diagnostics.indices.last {
        outcome.diagnostics[index].subject = argumentRange(of: variable.name, node) ?? variable.range
        outcome.diagnostics[index].detail +=
          "\n\nThis was checked by the validation rule at \(tree.sources.describe(rule.range))."
      }
      return outcome
    }
  }

  private func argumentRange(of name: String, _ node: ModuleNode) -> SourceRange? {
    guard let parent = node.parent, let call = node.module.path.names.last else { return nil }
    return parent.module.moduleCalls[call]?.arguments[name]?.expression.range
  }
}
