package import Diagnostics
import Expressions
import HCL
package import Modules
import Plans
package import Values

/// What the names of a configuration stood for when a plan or an apply was done.
package struct ConfigurationValues: Sendable {
  let evaluator: Evaluator

  /// The outputs of the root module, marked where they are sensitive.
  package var outputs: Value {
    .object(evaluator.tree.root.outputs.keys.sorted().map { ($0, evaluator.output($0, in: evaluator.root) ?? .dynamicNull) })
  }

  /// Evaluates an assertion about the configuration; gives what is wrong, which is nothing if it holds.
  package func check(_ assertion: CheckRule, names: TestNames) -> [Diagnostic] {
    let evaluator = evaluator
    var context = evaluator.context(in: evaluator.root)
    context.scope = TestScope(
      base: context.scope, names: names, declared: Set(evaluator.tree.root.variables.keys),
      output: { evaluator.output($0, in: evaluator.root) }, outputNames: evaluator.tree.root.outputs.keys.sorted())
    let outcome = evaluateCondition(assertion, in: context, failure: (Self.failure, .error))
    var problems = evaluator.takeDiagnostics() + outcome.diagnostics.map { diagnostic in
      var diagnostic = diagnostic
      if ["Invalid condition result", "Incorrect value type"].contains(diagnostic.summary) {
        diagnostic.summary = "Invalid condition run"
        diagnostic.values = describedValues(of: assertion.condition, in: context)
      }
      return diagnostic
    }
    for traversal in assertion.condition.variables + assertion.errorMessage.variables where traversal.root == "ephemeral" {
      problems.append(
        .error(
          "Ephemeral resources cannot be asserted",
          "Ephemeral resources are closed when the test is finished, and are not available within the test context for assertions.",
          at: Reference.parse(traversal).0?.range ?? traversal.range))
    }
    if outcome.status == .pass {
      // A message that could not be shown is a mistake in the test, whether it is needed or not.
      problems += evaluate(assertion.errorMessage, as: .string, in: context).1.filter { $0.severity == .error }
    }
    if outcome.status == .unknown {
      var unknown = Diagnostic.error(
        "Unknown condition value",
        "Condition expression could not be evaluated at this time. This means you have executed a `run` block with `command = plan` "
          + "and one of the values your condition depended on is not known until after the plan has been applied. Either remove "
          + "this value from your condition, or execute an `apply` command from this `run` block. Alternatively, if there is an "
          + "override for this value, you can make it available during the plan phase by setting `override_during = plan` in the "
          + "`override_` block.", at: assertion.condition.range)
      unknown.values = describedValues(of: assertion.condition, in: context)
      problems.append(unknown)
    }
    return problems
  }

  /// The summary of an assertion that does not hold.
  package static let failure = "Test assertion failed"
}
