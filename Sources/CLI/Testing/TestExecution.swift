import Addresses
import Diagnostics
import Engine
import Expressions
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

/// One run block while it is executed.
final class TestExecution {
  let run: TestRun
  let parent: TestFileRunner
  private(set) var status = TestStatus.pass
  private(set) var diagnostics: [Diagnostic] = []
  var sources: SourceMap
  private(set) var details: TestDetails?

  init(of run: TestRun, in parent: TestFileRunner) {
    self.run = run
    self.parent = parent
    sources = parent.runner.tree.sources
  }

  var file: TestFile { parent.file }
  var session: Session { parent.session }

  /// Adds what is wrong: an assertion that does not hold is a failure, all else an error.
  private func add(_ found: [Diagnostic]) {
    diagnostics += found
    for diagnostic in found where diagnostic.severity == .error {
      status = max(status, diagnostic.summary == ConfigurationValues.failure ? .fail : .error)
    }
  }

  func execute() async {
    let loaded = loadedTree()
    let warnings = loaded.diagnostics.filter { run.module != nil || $0.severity == .error }
    add(warnings)
    if warnings.hasErrors { return }
    let (expected, problems) = ExpectedFailures.read(run.expectedFailures)
    add(problems)
    if problems.hasErrors { return }
    let input = inputs(of: loaded)
    let missing = missingProviders
    add(missing)
    if missing.hasErrors { return }
    let tree = configured(loaded)
    let unserved = tree.missingProviders
    add(unserved)
    if unserved.hasErrors { return }
    do throws(DiagnosticsError) {
      let (pool, found) = try await parent.providers(for: tree)
      add(found)
      await execute(tree, input, expected, pool)
    } catch {
      add(error.diagnostics)
    }
    add(run.overrides.filter { !loaded.has($0.target) }.map(Self.missingTarget))
  }

  static func missingTarget(_ override: OverrideBlock) -> Diagnostic {
    .warning(
      "Invalid override target",
      "Nothing in the configuration under test is called \(override.target), so this override has no effect. Check "
        + "the address or remove the block.", at: override.targetRange)
  }

  private func execute(
    _ tree: ModuleTree, _ input: Inputs, _ expected: ExpectedFailures, _ pool: ProviderPool
  ) async {
    let (schemas, problems) = await loadSchemas(tree: tree, state: nil, pool: pool)
    let graph = ConfigurationGraph(tree: tree, schemas: schemas)
    let found = problems + (problems.hasErrors ? [] : graph.diagnostics())
    add(found)
    if found.hasErrors { return }
    let names = TestNames(variables: input.names, runs: parent.outputs, pendingRuns: pendingRuns)
    var context = session.context(
      planTimestamp: session.world.timestamp(), parallelism: 10, isPlanning: true, interrupt: parent.runner.interrupt)
    context.mocks = mocks(of: tree)
    context.testNames = names
    let validation = await validate(graph, pool: pool, context: context)
    // What is wrong whatever the values are comes before what is wrong with the values.
    if validation.hasErrors {
      add(validation)
      return
    }
    add(input.diagnostics)
    if input.diagnostics.hasErrors { return }
    let state = parent.state(run.stateKey ?? run.module?.source ?? "")
    guard let snapshot = try? await state.store.snapshot() else { return }
    let options = PlanOptions(
      mode: run.isRefreshOnly ? .refreshOnly : .normal, refresh: run.refresh ? .everything : .nothing, targets: run.targets, replace: run.replacements,
      variables: input.values)
    let planned = await makePlan(graph, state: snapshot, options: options, pool: pool, context: context)
    guard let plan = planned.plan else {
      add(planned.diagnostics.map { diagnostic in diagnostic.checkedObject.map { placed(diagnostic, $0) } ?? diagnostic })
      return
    }
    if run.command == .plan {
      await describe(.plan(plan, tree, schemas), tree, pool)
      conclude(planned.diagnostics, expected, planned.values, names)
      return
    }
    if planned.diagnostics.hasErrors {
      addFailedPlan(planned.diagnostics, expected)
      return
    }
    context.functions = session.functions(planTimestamp: plan.timestamp, isPlanning: false)
    // What is checked while planning is checked again.
    let kept = planned.diagnostics.filter { plan.mode == .normal ? !$0.isOfCheckBlock : $0.summary != Self.undecided }
    let applied = await applyPlan(
      plan, graph, variables: input.values, store: state.store, pool: pool, context: context, command: "test")
    let index = file.runs.firstIndex { $0.name == run.name } ?? 0
    state.last = (run, index, graph, input.values, context, sources)
    if let after = try? await state.store.snapshot(), let records = try? after.records(schemas: schemas) {
      await describe(.state(records, outputs: applied.outputs, schemas), tree, pool)
    }
    conclude(kept + applied.diagnostics, expected, applied.values, names)
    if applied.isInterrupted { status = .error }
  }

  /// Keeps what the run made, if somebody wants to see it.
  private func describe(_ content: TestDetails.Content, _ tree: ModuleTree, _ pool: ProviderPool) async {
    guard parent.runner.isVerbose else { return }
    var details = TestDetails(content: content)
    if parent.view.wantsProviders {
      var sources = Set(tree.providerRequirements().keys)
      for module in tree.modules {
        for block in module.resources.values {
          if let address = tree.providerConfiguration(for: block) { sources.insert(address.source) }
        }
      }
      for source in sources.sorted() {
        if let provider = try? await pool.anyProvider(of: source),
          let description = try? await ProviderDescription.load(source, from: provider)
        {
          details.providers.append(description)
        }
      }
    }
    self.details = details
  }

  private static let undecided = "Check block assertion known after apply"

  /// A plan that an expected failure keeps from being applied is a failure all the same.
  private func addFailedPlan(_ found: [Diagnostic], _ expected: ExpectedFailures) {
    for diagnostic in found {
      guard let object = diagnostic.checkedObject else {
        add([diagnostic])
        continue
      }
      if diagnostic.severity == .error, let range = expected.range(of: object) {
        add([
          .warning(
            "Expected failure while planning",
            "\(object) failed while planning, as was expected, so that nothing could be applied. Set command = plan "
              + "for this run.",
            at: object.hasPrefix("var.") ? nil : range)
        ])
      }
      add([placed(diagnostic, object)])
    }
  }

  /// A variable's value is at fault where the test gives it.
  private func placed(_ diagnostic: Diagnostic, _ object: String) -> Diagnostic {
    guard object.hasPrefix("var."), let range = givenRange(of: String(object.dropFirst(4))) else { return diagnostic }
    var placed = diagnostic
    placed.subject = range
    return placed
  }

  /// Takes away what was expected, makes the rest of what conditions say count, and evaluates the assertions.
  private func conclude(
    _ found: [Diagnostic], _ expected: ExpectedFailures, _ values: ConfigurationValues?, _ names: TestNames
  ) {
    var expected = expected
    var rest: [Diagnostic] = []
    for diagnostic in found {
      guard let object = diagnostic.checkedObject else {
        rest.append(diagnostic)
        continue
      }
      if expected.meet(object) { continue }
      var counted = placed(diagnostic, object)
      counted.severity = .error
      rest.append(counted)
    }
    add(rest)
    if let values, !rest.hasErrors {
      for assertion in run.asserts { add(values.check(assertion, names: names)) }
      parent.outputs[run.name] = values.outputs
    }
    add(expected.missing)
  }

  private func givenRange(of variable: String) -> SourceRange? {
    (run.variables[variable] ?? file.variables[variable])?.expression.range
  }

  private var pendingRuns: Set<String> { Set(file.runs.map(\.name)).subtracting(parent.outputs.keys) }
}
