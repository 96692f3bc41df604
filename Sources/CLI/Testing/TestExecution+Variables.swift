import Diagnostics
import Engine
import Expressions
import HCL
import Modules
import Values

extension TestExecution {
  /// What the variables of a run stand for.
  struct Inputs {
    /// Of the variables that the module declares.
    var values: [String: Value] = [:]
    /// Everything that assertions and provider blocks can name, declared or not.
    var names: [String: Value] = [:]
    var diagnostics: [Diagnostic] = []
  }

  func inputs(of tree: ModuleTree) -> Inputs {
    var result = Inputs()
    var input = parent.globals
    input.sources = tree.sources
    let known = globalValues()
    result.names = known.mapValues(\.value)
    for (names, scope) in [
      (file.variables, TestVariableScope(variables: known, runs: nil, file: file)),
      (run.variables, TestVariableScope(variables: known.merging(fileValues(known)) { $1 }, runs: parent.outputs, file: file)),
    ] {
      for name in names.keys.sorted() {
        guard let attribute = names[name] else { continue }
        // What the run gives in the file's place, the file need not be able to give.
        if scope.runs == nil, run.variables[name] != nil { continue }
        let (value, problems) = evaluate(
          attribute.expression, in: EvaluationContext(scope: scope, functions: session.functions(planTimestamp: nil, isPlanning: true)))
        result.diagnostics += problems
        if problems.hasErrors { continue }
        result.names[name] = value
        input.set(name, InputValue(.value(value), source: .caller, range: attribute.expression.range))
      }
    }
    if result.diagnostics.hasErrors {
      result.diagnostics += undeclared(in: tree.root)
      return result
    }
    let (values, problems, unsuitable) = input.resolve(for: tree.root)
    sources = input.sources
    result.values = values.mapValues(\.withoutMarks)
    result.diagnostics += unsuitable.sorted { $0.key < $1.key }.map(\.value)
    result.diagnostics += problems.filter { $0.summary != "Value for undeclared variable" && $0.summary != "Values for undeclared variables" }
      .map(inRun)
    result.diagnostics += undeclared(in: tree.root)
    return result
  }

  private func inRun(_ diagnostic: Diagnostic) -> Diagnostic {
    guard diagnostic.summary == "No value for required variable" else { return diagnostic }
    var diagnostic = diagnostic
    let name = diagnostic.detail.split(separator: "\"").dropFirst().first ?? ""
    diagnostic.detail =
      "Run \"\(run.name)\" needs a value of \"\(name)\". Set it by -var, by -var-file or in a \"variables\" block of "
        + "the file or of the run."
    return diagnostic
  }

  private func undeclared(in root: Module) -> [Diagnostic] {
    run.variables.keys.sorted().compactMap { name in
      guard root.variables[name] == nil, !isNamedByAssertions(name), let attribute = run.variables[name] else { return nil }
      return .warning(
        "Value for undeclared variable",
        "Run \"\(run.name)\" sets \"\(name)\", which the module under test does not declare.",
        at: attribute.expression.range)
    }
  }

  /// Whether an assertion of the run uses the variable, which then has its use although the module does not declare it.
  private func isNamedByAssertions(_ name: String) -> Bool {
    run.asserts.contains { rule in
      (rule.condition.variables + rule.errorMessage.variables).contains {
        guard $0.root == "var", case .attribute(name, _)? = $0.steps.first else { return false }
        return true
      }
    }
  }

  /// A value, or why there is none.
  typealias Known = (value: Value, problems: [Diagnostic])

  /// The values from outside of the file, as the module in the working directory declares them.
  private func globalValues() -> [String: Known] {
    var input = parent.globals
    let root = parent.runner.tree.root
    let resolved = input.resolve(for: root).values
    var result: [String: Known] = [:]
    for name in input.values.keys {
      if let value = resolved[name] {
        result[name] = (value, [])
      } else if case .value(let value)? = input.values[name]?.content {
        result[name] = (value, [])
      } else if case .text(let text)? = input.values[name]?.content {
        result[name] = (.text(text), [])
      }
    }
    return result
  }

  private func fileValues(_ known: [String: Known]) -> [String: Known] {
    let scope = TestVariableScope(variables: known, runs: nil, file: file)
    let context = EvaluationContext(scope: scope, functions: session.functions(planTimestamp: nil, isPlanning: true))
    return file.variables.mapValues { evaluate($0.expression, in: context) }
  }
}

/// What the `variables` blocks of a test file may name.
struct TestVariableScope: Scope {
  let variables: [String: TestExecution.Known]
  /// The outputs of the runs that are done; nil in the file's own block.
  let runs: [String: Value]?
  let file: TestFile

  func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    guard case .attribute(let name, let nameRange)? = steps.first, ["var", "run"].contains(root) else {
      // The part that names an object, without what is asked of it.
      var place = range
      if let last = steps.prefix(root == "data" ? 2 : 1).last { place.end = last.range.end }
      return .failure(
        .error(
          "Invalid reference",
          runs == nil
            ? "The file's own variables can refer to global ones only."
            : "The variables of a run can refer to earlier runs, the file's variables and global ones.", at: place),
        steps: steps)
    }
    let place = SourceRange(file: range.file, start: range.start, end: nameRange.end)
    if root == "var" {
      if let known = variables[name] { return Resolution(known.value, consumed: 1) }
      return .failure(
        .error(
          "Reference to unavailable variable",
          "\"\(name)\" is not known here. "
            + (runs == nil
              ? "You can only reference global variables."
              : "The variables of a run can refer to those of the file and global ones."),
          at: place), steps: steps)
    }
    guard let runs else {
      return .failure(
        .error(
          "Invalid reference", "The file's own variables are set before any run, so they cannot refer to one.",
          at: place),
        steps: steps)
    }
    if let value = runs[name] {
      if Self.isKnown(value, at: steps.dropFirst()) { return Resolution(value, consumed: 1) }
      return .failure(
        .error(
          "Reference to unknown value",
          "The run block \"\(name)\" only made a plan, in which the value that is named here is not known yet. Let it apply, or name what "
            + "is known.", at: place), steps: steps)
    }
    let isLater = file.runs.contains { $0.name == name }
    return .failure(
      .error(
        isLater ? "Reference to unavailable run block" : "Reference to unknown run block",
        isLater
          ? "Run \"\(name)\" comes later. Refer to an earlier run, or move that one up."
          : "There is no run \"\(name)\" in this file. Refer to an earlier run of it.", at: place), steps: steps)
  }

  /// Whether all is known of what the steps lead to. What leads nowhere is another's to tell.
  private static func isKnown(_ value: Value, at steps: ArraySlice<ResolvedStep>) -> Bool {
    guard let step = steps.first else { return value.isWhollyKnown }
    let next: Value? =
      switch step {
      case .attribute(let name, _): value.attribute(name)
      case .index(let key, _): key.asString.flatMap { value.attribute($0) }
      }
    guard let next else { return value.isKnown }
    return isKnown(next, at: steps.dropFirst())
  }
}
