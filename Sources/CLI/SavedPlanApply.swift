import Diagnostics
import Engine
import HCL
import Host
import Modules
import Plans
import SQLiteStore
import State
import Values

/// Carries out a plan that was saved before, if the state is still the one it was made from.
struct SavedPlanApply {
  let session: Session
  let view: any RunView
  let path: String
  let arguments: ApplyCommand

  func run() async -> Int32 {
    let file: PlanFile
    do {
      file = try PlanFile(reading: try session.world.files.read(path))
    } catch let error as PlanFileError {
      view.diagnostics([.error("Failed to load \"\(path)\" as a plan file", error.message)], SourceMap())
      return 1
    } catch {
      view.diagnostics([.error("Failed to load \"\(path)\" as a plan file", "\(error)")], SourceMap())
      return 1
    }
    let tree = file.loadModulesWithGenerated()
    var sources = tree.sources
    let input = variables(file, tree, &sources)
    let problems = check(file, tree) + input.diagnostics
    if problems.hasErrors {
      view.diagnostics(problems, sources)
      return 1
    }
    let reading: StateReading?
    do {
      reading = try await OpenedStateFile.open(session, arguments.mode.stateFile)?.reading
    } catch {
      view.diagnostics(Pipeline.diagnostics(of: error), sources)
      return 1
    }
    switch await Pipeline.open(session, tree: tree, reading: reading) {
    case .failed(let diagnostics, let sources):
      view.diagnostics(diagnostics, sources)
      return 1
    case .ready(let pipeline):
      view.diagnostics(pipeline.diagnostics + input.diagnostics, sources)
      let code = await apply(file, pipeline, input.values)
      await pipeline.close()
      return code
    }
  }

  /// What keeps the plan from being carried out at all, whatever the state is.
  private func check(_ file: PlanFile, _ tree: ModuleTree) -> [Diagnostic] {
    var problems = tree.diagnostics.filter { $0.severity == .error }
    if file.plan.isErrored {
      problems.append(
        .error(
          "Cannot apply incomplete plan",
          "There was an error when this plan was made, so it is incomplete. Plan again."))
    }
    if file.workspace != session.workspace {
      problems.append(
        .error(
          "Saved plan is for another workspace",
          "The plan was made in workspace \"\(file.workspace)\", but \"\(session.workspace)\" is selected."))
    }
    let lock = try? session.world.files.read(".terraform.lock.hcl")
    if lock != file.lockFile {
      problems.append(
        .error(
          "Inconsistent dependency lock file",
          "The providers in the lock file are others than when this plan was made.\n\nPlan again with these."))
    }
    return problems
  }

  /// The values of all variables: as planned, but for ephemeral ones, which no plan keeps. Of these exactly those that planning was
  /// given must be given again; a value for another variable must be the one that was planned with.
  private func variables(
    _ file: PlanFile, _ tree: ModuleTree, _ sources: inout SourceMap
  ) -> (values: [String: Value], diagnostics: [Diagnostic]) {
    var input = session.gatheredVariables(arguments.variables, sources)
    let given = input.values
    for (name, value) in file.plan.variables { input.set(name, InputValue(.value(value), source: .plan)) }
    var problems: [Diagnostic] = []
    for (name, variable) in tree.root.variables.sorted(by: { $0.key < $1.key }) where variable.ephemeral {
      let wasGiven = file.plan.ephemeralVariables.contains(name)
      if wasGiven == (given[name] != nil) { continue }
      problems.append(
        wasGiven
          ? .error(
            "No value for required variable",
            "\"\(name)\" is ephemeral and had a value when the plan was made. Set it again for apply.")
          : .error(
            "Ephemeral variable was not set during planning",
            "\"\(name)\" is ephemeral and had no value when the plan was made. Do not set it for apply either."))
    }
    if problems.hasErrors { return ([:], problems) }
    let (values, found, unsuitable) = input.resolve(for: tree.root)
    sources = input.sources
    return (values.mapValues(\.withoutMarks), found + unsuitable.values + changed(given, file, tree, &sources))
  }

  /// Errors for variables that the command line gives another value than the plan has.
  private func changed(
    _ given: [String: InputValue], _ file: PlanFile, _ tree: ModuleTree, _ sources: inout SourceMap
  ) -> [Diagnostic] {
    var input = InputVariables(sources: sources)
    for (name, value) in file.plan.variables { input.set(name, InputValue(.value(value), source: .plan)) }
    let named = given.filter { $0.value.isFromCommandLine && file.plan.variables[$0.key] != nil }
    for (name, value) in named { input.set(name, value) }
    let values = input.resolve(for: tree.root).values
    sources = input.sources
    return named.keys.sorted().compactMap { name in
      guard let planned = file.plan.variables[name], let value = values[name]?.withoutMarks, value != planned else { return nil }
      return .error(
        "Can't change variable when applying a saved plan",
        "A saved plan has its own value of \(name). Leave out -var and -var-file, or plan again with the new value.",
        at: named[name]?.range)
    }
  }

  private func apply(_ file: PlanFile, _ pipeline: Pipeline, _ variables: [String: Value]) async -> Int32 {
    let sources = pipeline.tree.sources
    let plan = file.plan
    let basis = PlanBasis(lineage: pipeline.snapshot.lineage, serial: pipeline.snapshot.serial)
    let isFirst = plan.basis.lineage.isEmpty && pipeline.snapshot.isEmpty
    if !plan.basis.lineage.isEmpty, !basis.lineage.isEmpty, plan.basis.lineage != basis.lineage {
      view.diagnostics(
        [
          .error(
            "Saved plan does not match the given state",
            "The plan was made upon a state of another lineage. If it was made with -state, apply it with the same option.")
        ], sources)
      return 1
    }
    if plan.basis != basis && !isFirst {
      view.diagnostics(
        [
          .error(
            "Saved plan is stale",
            "Something changed the state after this plan was made. Plan again.")
        ], sources)
      return 1
    }
    view.applying(plan)
    do {
      var usable = plan
      if pipeline.isFromTerraform {
        try await session.takeOver(pipeline.snapshot, into: pipeline.store)
        let snapshot = try await pipeline.store.snapshot()
        usable = plan.withRowVersions { snapshot.object(ObjectKey($0, deposedKey: $1))?.version ?? 0 }
      }
      try session.backUp(pipeline.snapshot, arguments.mode.stateFile)
      let interrupt = Interrupt()
      PlanRun.listen(interrupt, pipeline, session)
      let context = session.context(
        planTimestamp: plan.timestamp, parallelism: arguments.mode.width, isPlanning: false,
        leaseTimeout: arguments.mode.locking.timeout, interrupt: interrupt,
        events: { view.event($0) })
      let outcome = await applyPlan(
        usable, pipeline.graph, variables: variables, store: pipeline.store, pool: pipeline.pool, context: context,
        command: plan.mode == .destroy ? "destroy" : "apply")
      view.diagnostics(pipeline.tree.diagnostics + outcome.diagnostics, sources)
      view.applied(outcome, plan: plan, command: "apply", savedTo: arguments.mode.stateFile.stateOut)
      if outcome.diagnostics.hasErrors || outcome.isInterrupted { return 1 }
      if let problem = arguments.approval.problem(of: outcome, plan) {
        view.diagnostics([problem], sources)
        return 1
      }
      return 0
    } catch {
      view.diagnostics(Pipeline.diagnostics(of: error), sources)
      return 1
    }
  }
}

extension InputValue {
  fileprivate var isFromCommandLine: Bool {
    switch source {
    case .commandLine, .namedFile: true
    default: false
    }
  }
}

extension PlanFile {
  /// The configuration with what was generated for imports while the plan was made.
  fileprivate func loadModulesWithGenerated() -> ModuleTree {
    plan.changes.compactMap(\.generatedConfiguration).reduce(loadModules()) { tree, text in
      text.isEmpty ? tree : tree.adding(file: "generated configuration", Array(text.utf8)).0
    }
  }
}
