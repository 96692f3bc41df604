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
    let problems = check(file, tree, &sources)
    if problems.hasErrors {
      view.diagnostics(problems, sources)
      return 1
    }
    switch await Pipeline.open(session, tree: tree) {
    case .failed(let diagnostics, let sources):
      view.diagnostics(diagnostics, sources)
      return 1
    case .ready(let pipeline):
      let code = await apply(file, pipeline)
      await pipeline.close()
      return code
    }
  }

  /// What keeps the plan from being carried out at all, whatever the state is.
  private func check(_ file: PlanFile, _ tree: ModuleTree, _ sources: inout SourceMap) -> [Diagnostic] {
    var problems = tree.diagnostics.filter { $0.severity == .error }
    if file.plan.isErrored {
      problems.append(
        .error(
          "Cannot apply incomplete plan",
          "Plumb encountered an error when generating this plan, so it cannot be applied."))
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
          "The given plan file was created with a different set of external dependency selections than the current configuration. "
            + "A saved plan can be applied only to the same configuration it was created from.\n\nCreate a new plan from the "
            + "updated configuration."))
    }
    if !arguments.variables.assignments.isEmpty || !arguments.variables.files.isEmpty {
      problems += changedVariables(file, tree, &sources)
    }
    return problems
  }

  /// A variable given again must have the value that was planned with.
  private func changedVariables(_ file: PlanFile, _ tree: ModuleTree, _ sources: inout SourceMap) -> [Diagnostic] {
    var input = InputVariables(sources: sources)
    for assignment in arguments.variables.assignments { input.addOption(assignment) }
    for path in arguments.variables.files { input.addFile(path, files: session.world.files) }
    let named = input.values.keys
    for (name, value) in file.plan.variables where input.values[name] == nil {
      input.set(name, InputValue(.value(value), source: .plan))
    }
    let (values, problems) = input.resolve(for: tree.root)
    sources = input.sources
    return problems
      + named.sorted().compactMap { name in
        guard let planned = file.plan.variables[name], let given = values[name]?.withoutMarks, given != planned else { return nil }
        return .error(
          "Can't change variable when applying a saved plan",
          "The variable \(name) cannot be set using the -var and -var-file options when applying a saved plan file, because a "
            + "saved plan includes the variable values that were set when it was created.")
      }
  }

  private func apply(_ file: PlanFile, _ pipeline: Pipeline) async -> Int32 {
    let sources = pipeline.tree.sources
    let plan = file.plan
    let basis = PlanBasis(lineage: pipeline.snapshot.lineage, serial: pipeline.snapshot.serial)
    let isFirst = plan.basis.lineage.isEmpty && pipeline.snapshot.isEmpty
    if plan.basis != basis && !isFirst {
      view.diagnostics(
        [
          .error(
            "Saved plan is stale",
            "The given plan file can no longer be applied because the state was changed by another operation after the plan was "
              + "created.")
        ], sources)
      return 1
    }
    if !plan.isApplyable && plan.changes.allSatisfy({ $0.action == .noOp }) {
      view.planned(plan, schemas: pipeline.graph.schemas)
    }
    do {
      var usable = plan
      if pipeline.isFromTerraform {
        try await session.takeOver(pipeline.snapshot, into: pipeline.store)
        let snapshot = try await pipeline.store.snapshot()
        usable = plan.withRowVersions { snapshot.object(ObjectKey($0, deposedKey: $1))?.version ?? 0 }
      }
      let interrupt = Interrupt()
      PlanRun.listen(interrupt, pipeline, session)
      let context = session.context(
        planTimestamp: plan.timestamp, parallelism: arguments.mode.parallelism, isPlanning: false, interrupt: interrupt,
        events: { view.event($0) })
      var variables = plan.variables
      for variable in pipeline.tree.root.variables.values where variables[variable.name] == nil {
        if let value = variable.defaultValue { variables[variable.name] = value }
      }
      let outcome = await applyPlan(
        usable, pipeline.graph, variables: variables, store: pipeline.store, pool: pipeline.pool, context: context,
        command: plan.mode == .destroy ? "destroy" : "apply")
      view.applied(outcome, plan: plan, command: "apply")
      view.diagnostics(outcome.diagnostics, sources)
      return outcome.diagnostics.hasErrors || outcome.isInterrupted ? 1 : 0
    } catch {
      view.diagnostics(Pipeline.diagnostics(of: error), sources)
      return 1
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
