import ArgumentParser
import Diagnostics
import Engine
import HCL
import Host
import Modules
import Plans
import ProviderInterface
import SQLiteStore
import State
import Values

struct ApplyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Create or update infrastructure.",
    discussion: """
      Makes a plan, shows it, asks for approval, and carries it out; or carries out a plan that was saved with plumb plan -out, without \
      asking. Each change is written down before and after the provider is called, so that nothing is lost when a run is cut off.
      """)

  static let manual = Manual(
    exitCodes: [("0", "Everything was done."), ("1", "Something failed, or was not approved. What was done is in the state.")],
    environment: [.automation] + EnvironmentVariable.evaluating,
    examples: [
      Manual.Example("Plan, look, and apply", "plumb apply"),
      Manual.Example("Carry out a plan that somebody has seen", "plumb apply tfplan"),
      Manual.Example("Replace one instance without questions", "plumb apply -auto-approve -replace='aws_instance.web[0]'"),
    ],
    additions: """
      Changes that could not be planned at first, because something they need was not known, are planned and applied in further rounds; \
      -no-rounds stops after the first one. Several runs may work on one state at once, as long as they change different objects.

      -exclude, -exclude-file, -target-file and -minimal-refresh are as in plumb plan. What happens to an object is kept: see plumb \
      state history and plumb state journal.
      """)

  @OptionGroup(title: "Plan options") var mode: PlanModeArguments
  @OptionGroup(title: "Variables") var variables: VariableArguments
  @OptionGroup(title: "Output") var view: ViewArguments
  @OptionGroup(title: "Approval") var approval: ApprovalArguments

  @Argument(help: ArgumentHelp("A plan that was saved with plumb plan -out. Options for planning have no effect on it.", valueName: "plan"))
  var planFile: String?

  func run(in world: World) async -> Int32 {
    if let planFile {
      return await applySaved(planFile, in: world)
    }
    return await ApplyRounds(
      world: world, mode: mode, variables: variables, view: view, approval: approval, command: "apply").run()
  }

  private func applySaved(_ path: String, in world: World) async -> Int32 {
    let session = Session(world)
    let view = makeView(world, self.view, isJSON: approval.json)
    view.started()
    defer { view.ended() }
    var sources = SourceMap()
    var problems = mode.planOptions(world.files, &sources).1
    if problems.hasErrors {
      view.diagnostics(problems, sources)
      return 1
    }
    if mode.mode != .normal || mode.targeting.isGiven || !mode.replacements.isEmpty || !mode.refresh
      || mode.hasMinimalRefresh
    {
      problems.append(
        .warning(
          "Planning options have no effect on a saved plan",
          "The plan \(path) says already what is planned; options like -target or -destroy belong to plumb plan."))
    }
    view.diagnostics(problems, sources)
    return await SavedPlanApply(session: session, view: view, path: path, arguments: self).run()
  }
}

struct DestroyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "destroy", abstract: "Destroy previously-created infrastructure.",
    discussion: """
      Plans the destruction of everything that the state has, or of what -target names, shows it, asks for approval, and carries it out. \
      The same as plumb apply -destroy; plumb plan -destroy shows what it would do.
      """)

  static let manual = Manual(
    exitCodes: [("0", "Everything was destroyed."), ("1", "Something failed, was not approved, or was left behind on request.")],
    environment: [.automation] + EnvironmentVariable.evaluating,
    examples: [
      Manual.Example("Destroy everything that is managed here", "plumb destroy"),
      Manual.Example("Destroy all but the database", "plumb destroy -exclude=module.database"),
    ],
    additions: """
      -exclude, -exclude-file, -target-file and -minimal-refresh are as in plumb plan. Objects whose configuration says destroy = false \
      are forgotten and left behind, which is an error unless -suppress-forget-errors is given.
      """)

  @OptionGroup(title: "Plan options") var mode: PlanModeArguments
  @OptionGroup(title: "Variables") var variables: VariableArguments
  @OptionGroup(title: "Output") var view: ViewArguments
  @OptionGroup(title: "Approval") var approval: ApprovalArguments

  func run(in world: World) async -> Int32 {
    var mode = mode
    mode.isDestroy = true
    return await ApplyRounds(
      world: world, mode: mode, variables: variables, view: view, approval: approval, command: "destroy").run()
  }
}

struct RefreshCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "refresh", abstract: "Update the state to match remote systems.",
    discussion: """
      Reads all objects and writes what they are now into the state, without asking. The same as plumb apply -refresh-only -auto-approve; \
      without -auto-approve that command shows the differences first, which is safer.
      """)

  static let manual = Manual(
    environment: [.automation] + EnvironmentVariable.evaluating,
    examples: [
      Manual.Example("Bring the state up to date", "plumb refresh"),
      Manual.Example("The same, with a look at the differences", "plumb apply -refresh-only"),
    ])

  @OptionGroup(title: "Plan options") var mode: PlanModeArguments
  @OptionGroup(title: "Variables") var variables: VariableArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  @Flag(help: "Write lines of JSON for programs.")
  var json = false

  func run(in world: World) async -> Int32 {
    var mode = mode
    mode.isRefreshOnly = true
    var approval = ApprovalArguments()
    approval.autoApprove = true
    approval.json = json
    return await ApplyRounds(
      world: world, mode: mode, variables: variables, view: view, approval: approval, command: "refresh").run()
  }
}

/// Whether somebody must agree, and how often the work goes round.
struct ApprovalArguments: ParsableArguments {
  @Flag(name: .customLong("auto-approve"), help: "Carry the plan out without asking.")
  var autoApprove = false

  @Flag(name: .customLong("no-rounds"), help: "Stop after the first round, even if something was deferred.")
  var noRounds = false

  @Flag(
    name: .customLong("suppress-forget-errors"),
    help: "Do not take it for an error when destroying leaves objects behind whose configuration says destroy = false.")
  var suppressesForgetErrors = false

  @Flag(help: "Write lines of JSON for programs, and ask for nothing, so that it needs -auto-approve or a saved plan.")
  var json = false

  init() {}

  /// A destruction that was asked for and leaves something behind; nil if it does not.
  func problem(of outcome: ApplyOutcome, _ plan: Plan) -> Diagnostic? {
    guard plan.mode == .destroy, outcome.counts.forgets > 0, !suppressesForgetErrors else { return nil }
    return .error(
      "Destroy was successful but left behind forgotten instances",
      "Some objects are managed no longer and were not destroyed, as the configuration says; they may still cost "
        + "money. The plan lists them.\n\nWith -suppress-forget-errors this is no error.")
  }
}

/// Plan and apply, again and again until nothing is deferred.
struct ApplyRounds {
  let world: World
  let mode: PlanModeArguments
  let variables: VariableArguments
  let view: ViewArguments
  let approval: ApprovalArguments
  let command: String

  func run() async -> Int32 {
    let session = Session(world)
    let view = makeView(world, self.view, isJSON: approval.json)
    view.started()
    defer { view.ended() }
    if approval.json && !approval.autoApprove {
      view.diagnostics(
        [
          .error(
            "Plan file or auto-approve required",
            "With -json nobody can be asked. Add -auto-approve, or apply a saved plan.")
        ],
        SourceMap())
      return 1
    }
    var variables = variables
    if approval.json { variables.input = false }
    return await withStateFile(session, mode.stateFile, view) { file in
      while true {
        let made = await PlanRun.make(session, mode: mode, variables: variables, view: view, reading: file?.reading)
        guard let run = made else { return 1 }
        let (code, mayGoOn) = await round(run, session, view)
        await run.pipeline.close()
        guard let next = mayGoOn, next else {
          keepUntilProcessEnds(run)
          return code
        }
      }
    }
  }

  /// One plan and its apply. The second part says whether another round follows.
  private func round(_ run: PlanRun, _ session: Session, _ view: any RunView) async -> (Int32, Bool?) {
    let sources = run.sources
    let isRefresh = command == "refresh"
    if isRefresh && run.pipeline.snapshot.isEmpty { view.diagnostics([Self.emptyState], sources) }
    // A plan that failed before it came to anything has nothing to show.
    let isWorthShowing = !run.plan.isErrored || !run.plan.changes.isEmpty || !run.plan.outputChanges.isEmpty
    if !isRefresh, isWorthShowing { view.planned(run.plan, schemas: run.pipeline.graph.schemas, origins: run.origins) }
    // Whoever is asked is told first what is doubtful; else it is told with what apply finds, which knows the checks better.
    var pending = run.diagnostics
    if run.plan.isApplyable && !approval.autoApprove || pending.hasErrors {
      view.diagnostics(pending, sources)
      if pending.hasErrors { return (1, nil) }
      pending = []
    }
    if run.plan.isApplyable && !approve(run.plan, view.style) {
      world.output.line("\(run.plan.mode == .destroy ? "Destroy" : "Apply") cancelled.")
      return (1, nil)
    }
    // What is applied evaluates its checks itself.
    if run.plan.mode == .normal { pending.removeAll(where: \.isOfCheckBlock) }
    do {
      if run.pipeline.isFromTerraform {
        try await session.takeOver(run.pipeline.snapshot, into: run.pipeline.store)
      }
      try session.backUp(run.pipeline.snapshot, mode.stateFile)
      let plan = run.pipeline.isFromTerraform ? try await rebased(run) : run.plan
      let context = session.context(
        planTimestamp: run.plan.timestamp, parallelism: mode.width, isPlanning: false, leaseTimeout: mode.locking.timeout,
        interrupt: run.interrupt,
        events: { view.event($0) })
      let outcome = await applyPlan(
        plan, run.pipeline.graph, variables: run.variables, store: run.pipeline.store, pool: run.pipeline.pool,
        context: context, command: command)
      if outcome.isOutdated && !run.interrupt.isRequested {
        view.diagnostics([Self.outdated], sources)
        return (0, true)
      }
      view.diagnostics(pending + outcome.diagnostics, sources)
      view.applied(outcome, plan: run.plan, command: command, savedTo: mode.stateFile.stateOut)
      if outcome.diagnostics.hasErrors || outcome.isInterrupted { return (1, nil) }
      if let problem = approval.problem(of: outcome, plan) {
        view.diagnostics([problem], sources)
        return (1, nil)
      }
      return conclude(run.plan, view, sources)
    } catch {
      view.diagnostics(Pipeline.diagnostics(of: error), sources)
      return (1, nil)
    }
  }

  private static let outdated = Diagnostic.warning(
    "Planning again",
    "The run that this one waited for has changed what was planned upon, so that nothing was done yet and a new plan follows.")

  private static let emptyState = Diagnostic.warning(
    "Empty or non-existent state",
    "The state has no objects, so there is nothing to refresh.")

  /// Rows get their versions when Terraform's state is taken over; the plan was made before.
  private func rebased(_ run: PlanRun) async throws(StoreError) -> Plan {
    let snapshot = try await run.pipeline.store.snapshot()
    return run.plan.withRowVersions { snapshot.object(ObjectKey($0, deposedKey: $1))?.version ?? 0 }
  }

  private func conclude(_ plan: Plan, _ view: any RunView, _ sources: SourceMap) -> (Int32, Bool?) {
    if plan.deferred.isEmpty || approval.noRounds || plan.mode != .normal { return (0, nil) }
    if !plan.changes.contains(where: { $0.action != .noOp }) {
      let waiting = plan.deferred.map { deferred in
        "\n  - \(deferred.change.address), \(deferred.reason.words)\(deferred.explanation.isEmpty ? "" : ": \(deferred.explanation)")"
      }.joined()
      view.diagnostics(
        [
          .error(
            "Changes are still deferred",
            "The last round changed nothing, and these cannot be planned yet:\(waiting)\n\nNothing else is left to be applied that they "
              + "could wait for.")
        ], sources)
      return (1, nil)
    }
    return (0, true)
  }

  private func approve(_ plan: Plan, _ style: TextStyle) -> Bool {
    if approval.autoApprove { return true }
    if !world.isInputTerminal && !variables.input { return false }
    let (question, explanation) =
      switch plan.mode {
      case .destroy:
        (
          "Do you really want to destroy all resources?",
          "Everything that is listed above will be destroyed, and cannot be brought back.\n\(confirmationHint)"
        )
      case .refreshOnly:
        (
          "Would you like to write these changes to the state?",
          "Nothing outside of the state is touched.\n\(confirmationHint)"
        )
      case .normal: ("Do you want to perform these actions?", confirmationHint)
      }
    world.output.line()
    return world.confirm(question, explanation, style: style)
  }
}

extension String {
  var trimmedSpaces: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
