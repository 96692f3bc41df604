import Diagnostics
import Expressions
import HCL
package import Values

/// What a test file adds to the names of a configuration: the results of earlier runs, and variables of its own.
package struct TestNames: Sendable {
  /// Values that the test gives, also those that the module does not declare.
  package var variables: [String: Value]
  /// The outputs of the runs that are done.
  package var runs: [String: Value]
  /// Runs of the file that are not done yet.
  package var pendingRuns: Set<String>

  package init(variables: [String: Value] = [:], runs: [String: Value] = [:], pendingRuns: Set<String> = []) {
    self.variables = variables
    self.runs = runs
    self.pendingRuns = pendingRuns
  }
}

/// The names of a test file on top of those of the configuration under test.
struct TestScope: Scope {
  let base: any Scope
  let names: TestNames
  /// The names of the module's variables, which keep the values that they have there.
  let declared: Set<String>
  /// The outputs of the module; nil where they cannot be named.
  let output: (@Sendable (String) -> Value?)?
  /// In order, for suggestions.
  var outputNames: [String] = []

  func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    guard case .attribute(let name, let nameRange)? = steps.first else {
      return base.resolve(root: root, steps: steps, range: range)
    }
    let place = SourceRange(file: range.file, start: range.start, end: nameRange.end)
    switch root {
    case "run": return run(name, steps, place)
    case "output":
      guard let output else { break }
      if let value = output(name) { return Resolution(value, consumed: 1) }
      return .failure(
        .error(
          "Reference to undeclared output value",
          "There is no output \"\(name)\"."
            + (suggestion(for: name, among: outputNames).map { " Did you mean \"\($0)\"?" } ?? ""), at: place), steps: steps)
    case "var":
      if !declared.contains(name), let value = names.variables[name] { return Resolution(value, consumed: 1) }
    default: break
    }
    return base.resolve(root: root, steps: steps, range: range)
  }

  private func run(_ name: String, _ steps: [ResolvedStep], _ place: SourceRange) -> Resolution {
    if let value = names.runs[name] { return Resolution(value, consumed: 1) }
    let problem: Diagnostic =
      names.pendingRuns.contains(name)
      ? .error(
        "Reference to unevaluated run block",
        "The run \"\(name)\" comes later, so it has no results yet. Move it up, or refer to an earlier run.", at: place)
      : .error(
        "Reference to undeclared run block", "There is no run \"\(name)\" in this file.", at: place)
    return .failure(problem, steps: steps)
  }
}
