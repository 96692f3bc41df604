import Addresses
import Diagnostics
import Engine
import HCL
import Modules
import Plans
import State
import Values

/// Runs one test file: its run blocks in order, then the destruction of what they made.
final class TestFileRunner {
  let runner: TestRunner
  let file: TestFile
  let globals: InputVariables
  /// A state for each module that runs apply, or for each key that they name.
  var states: [TestState] = []
  /// The outputs of the runs that are done.
  var outputs: [String: Value] = [:]
  var pool: ProviderPool?

  var session: Session { runner.session }
  var view: any TestView { runner.view }

  init(runner: TestRunner, file: TestFile, globals: InputVariables) {
    self.runner = runner
    self.file = file
    self.globals = globals
  }

  func run() async -> TestFileResult {
    var result = TestFileResult(file: file)
    view.file(file, .starting, .pending)
    var isStopped = false
    for run in file.runs {
      var outcome = TestRunResult(run: run, sources: runner.tree.sources)
      if isStopped || runner.interrupt.isRequested {
        outcome.status = .skip
        result.status = max(result.status, runner.interrupt.isRequested ? .error : result.status)
      } else {
        view.run(run, in: file, .starting, .pending)
        outcome.startedAt = session.world.now()
        let start = session.world.uptimeMilliseconds()
        let execution = TestExecution(of: run, in: self)
        await execution.execute()
        outcome.diagnostics = execution.diagnostics
        outcome.sources = execution.sources
        outcome.status = execution.status
        outcome.milliseconds = session.world.uptimeMilliseconds() - start
        result.status = max(result.status, outcome.status)
        if outcome.status == .error { isStopped = true }
        view.run(run, in: file, .complete, outcome.status)
        if let details = execution.details, runner.isVerbose { view.details(details, of: run, in: file) }
        view.diagnostics(outcome.diagnostics, outcome.sources, run: run, file: file)
        result.runs.append(outcome)
        continue
      }
      view.run(run, in: file, .complete, .skip)
      result.runs.append(outcome)
    }
    view.file(file, .teardown, .pending)
    if await !tearDown() { result.status = .error }
    await pool?.close()
    runner.running.set(nil)
    view.file(file, .complete, result.status)
    warnAboutTargets()
    return result
  }

  /// The providers of the file, which serve all its runs.
  func providers(for tree: ModuleTree) async throws(DiagnosticsError) -> (ProviderPool, [Diagnostic]) {
    if let pool { return (pool, []) }
    let trees = [runner.tree] + file.runs.compactMap { run in
      run.module == nil ? nil : TestExecution(of: run, in: self).loadedTree()
    }
    let (factory, problems) = try session.providerFactory(trees.filter { !$0.diagnostics.hasErrors } + [tree], StateSnapshot())
    if problems.hasErrors { throw DiagnosticsError(problems) }
    let made = ProviderPool(factory: factory)
    pool = made
    runner.running.set(made)
    return (made, problems)
  }

  /// Overrides of the file whose target is nowhere.
  private func warnAboutTargets() {
    var trees = [runner.tree]
    for run in file.runs where run.module != nil { trees.append(TestExecution(of: run, in: self).loadedTree()) }
    let mocks = file.mockProviders.values.sorted { $0.key < $1.key }.flatMap(\.overrides)
    let warnings = (file.overrides + mocks).filter { override in
      !trees.contains { $0.has(override.target) }
    }.map(TestExecution.missingTarget)
    view.diagnostics(warnings, runner.tree.sources, run: nil, file: file)
  }
}

/// The state that runs share, with the means to destroy what is in it.
final class TestState {
  let key: String
  let store: MemoryStateStore
  /// The run that changed it last, with what it was run with.
  var last: (run: TestRun, index: Int, graph: ConfigurationGraph, variables: [String: Value], context: EngineContext, sources: SourceMap)?

  init(key: String, environment: StoreEnvironment) {
    self.key = key
    store = MemoryStateStore(environment: environment)
  }
}

extension TestFileRunner {
  func state(_ key: String) -> TestState {
    if let state = states.first(where: { $0.key == key }) { return state }
    let state = TestState(key: key, environment: session.storeEnvironment)
    states.append(state)
    return state
  }

  /// Destroys what the runs made, that of the last run first. Gives false if something is left.
  func tearDown() async -> Bool {
    var isClean = true
    for state in states.sorted(by: { ($0.last?.index ?? 0) > ($1.last?.index ?? 0) }) {
      guard let last = state.last, let pool, let snapshot = try? await state.store.snapshot(),
        snapshot.objects.contains(where: { $0.address.resource.mode == .managed })
      else { continue }
      view.run(last.run, in: file, .teardown, .pending)
      var context = last.context
      context.interrupt = Interrupt()
      var diagnostics: [Diagnostic] = []
      let options = PlanOptions(mode: .destroy, refresh: .everything, variables: last.variables)
      let planned = await makePlan(last.graph, state: snapshot, options: options, pool: pool, context: context)
      diagnostics += planned.diagnostics.filter { $0.severity == .error }
      if let plan = planned.plan, !diagnostics.hasErrors {
        let applied = await applyPlan(
          plan, last.graph, variables: last.variables, store: state.store, pool: pool, context: context, command: "test")
        diagnostics += applied.diagnostics
      }
      let left = (try? await state.store.snapshot().objects.filter { $0.address.resource.mode == .managed }.map(\.key)) ?? []
      if !left.isEmpty || diagnostics.hasErrors {
        isClean = false
        view.cleanupFailed(left, diagnostics, last.sources, run: last.run, file: file)
      } else {
        view.diagnostics(diagnostics, last.sources, run: last.run, file: file)
      }
    }
    return isClean
  }
}

extension ModuleTree {
  /// Whether the configuration has what an override names.
  func has(_ target: TargetAddress) -> Bool {
    switch target {
    case .module(let address): module(at: address.path) != nil
    case .resource(let address): module(at: address.module.path)?.resources[address.resource] != nil
    }
  }
}
