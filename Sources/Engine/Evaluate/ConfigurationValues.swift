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
          "An ephemeral resource is closed at the end of its run, so assertions cannot use it.",
          at: Reference.parse(traversal).0?.range ?? traversal.range))
    }
    if outcome.status == .pass {
      // A message that could not be shown is a mistake in the test, whether it is needed or not.
      problems += evaluate(assertion.errorMessage, as: .string, in: context).1.filter { $0.severity == .error }
    }
    if outcome.status == .unknown {
      var unknown = Diagnostic.error(
        "Unknown condition value",
        "This condition depends on a value that is known only after apply, and the run only plans. Use command = "
          + "apply, test something else, or give the value in an override block with override_during = plan.",
        at: assertion.condition.range)
      unknown.values = describedValues(of: assertion.condition, in: context)
      problems.append(unknown)
    }
    return problems
  }

  /// The summary of an assertion that does not hold.
  package static let failure = "Test assertion failed"
}
