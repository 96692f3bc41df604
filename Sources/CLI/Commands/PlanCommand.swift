import ArgumentParser
import Diagnostics
import Engine
import HCL
import Host
import Modules
import Plans
import Provisioners
import Values

struct PlanCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show changes required by the current configuration.",
    discussion: """
      Reads what exists, compares it with the configuration, and shows what apply would do to make them agree. It changes neither \
      infrastructure nor state. A plan that is saved with -out can be carried out later, exactly as it was shown.
      """)

  static let manual = Manual(
    exitCodes: [
      ("0", "The plan was made. With -detailed-exitcode: there is nothing to do."), ("1", "It could not be made."),
      ("2", "With -detailed-exitcode only: there is something to do."),
    ],
    environment: [.automation] + EnvironmentVariable.evaluating,
    examples: [
      Manual.Example("Save a plan, and carry out exactly this one", "plumb plan -out=tfplan", "plumb apply tfplan"),
      Manual.Example("Plan for one module and what it needs", "plumb plan -target=module.network"),
      Manual.Example("Find out whether anything changed outside", "plumb plan -refresh-only -detailed-exitcode"),
    ],
    additions: """
      -exclude and -exclude-file leave out what depends on an address, which is the opposite of -target. -target-file reads addresses \
      from a file. -minimal-refresh reads only objects that are about to change, which makes large plans fast.

      A plan says why something is replaced or not known yet. What cannot be planned, for example because a count is not known, is \
      deferred, and planned by apply in a later round.
      """)

  @OptionGroup(title: "Plan options") var mode: PlanModeArguments
  @OptionGroup(title: "Variables") var variables: VariableArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  @Option(name: .customLong("out"), help: ArgumentHelp("Save the plan to a file, which plumb apply and plumb show read. It contains sensitive values.", valueName: "file"))
  var out: String?

  @Option(
    name: .customLong("generate-config-out"),
    help: ArgumentHelp(
      "Write configuration for import blocks whose resource has none to a new file, and plan with it.", valueName: "file"))
  var generateConfigurationOut: String?

  @Flag(name: .customLong("detailed-exitcode"), help: "Exit with 2 when there is something to do.")
  var detailedExitCode = false

  @Flag(help: "Write lines of JSON for programs, and ask for nothing.")
  var json = false

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let view = makeView(world, view, isJSON: json)
    view.started()
    defer { view.ended() }
    // Nobody can answer a program's questions.
    var variables = variables
    if json { variables.input = false }
    return await withStateFile(session, mode.stateFile, view) { file in
      let outcome = await PlanRun.make(
        session, mode: mode, variables: variables, view: view, reading: file?.reading, generateInto: generateConfigurationOut)
      guard let run = outcome else { return 1 }
      let code = await show(run, session, view)
      await run.pipeline.close()
      keepUntilProcessEnds(run)
      return code
    }
  }

  private func show(_ run: PlanRun, _ session: Session, _ view: any RunView) async -> Int32 {
    view.planned(run.plan, schemas: run.pipeline.graph.schemas, origins: run.origins)
    var diagnostics = run.diagnostics
    if let out {
      do {
        let file = PlanFile(
          plan: run.plan, configuration: run.configurationFiles, lockFile: try? session.world.files.read(".terraform.lock.hcl"),
          workspace: session.workspace)
        try session.world.files.write(file.encode(), to: out, mode: 0o600)
      } catch {
        diagnostics.append(.error("Failed to write plan file", "The plan file \(out) could not be written: \(error)"))
      }
    }
    view.diagnostics(diagnostics, run.sources)
    if diagnostics.hasErrors { return 1 }
    if run.plan.isApplyable { view.planEnded(savedAs: out) }
    return detailedExitCode && run.plan.isApplyable ? 2 : 0
  }
}

/// The text view, or the one for programs.
func makeView(_ world: World, _ arguments: ViewArguments, isJSON: Bool) -> any RunView {
  isJSON ? JSONRunView(world) : TextRunView(world, Report(world, arguments))
}

/// A plan that was made, with everything that apply needs of the way there.
struct PlanRun {
  var pipeline: Pipeline
  /// What the plan was made with: freed with the rest of the run.
  var preparation: PlanPreparation
  var plan: Plan
  /// What names stood for when planning was done.
  var values: ConfigurationValues?
  var variables: [String: Value]
  var diagnostics: [Diagnostic]
  var interrupt: Interrupt
  /// The text that diagnostics are drawn with: of the configuration and of files with variables.
  var sources: SourceMap

  /// Every file of the configuration, as saved plans carry it.
  var configurationFiles: [(path: String, bytes: [UInt8])] {
    let session = pipeline.session
    return PlanFile.configuration(
      of: pipeline.writtenSources,
      manifest: try? session.world.files.read("\(session.dataDirectory)/modules/modules.json"))
  }

  /// The configuration, by which the plan's changes are explained.
  var origins: ChangeOrigins {
    let graph = pipeline.graph
    return ChangeOrigins(plan, tree: pipeline.tree) { graph.plan(of: $0) }
  }

  /// Loads everything, validates and plans. Shows what is wrong and gives nil if there is no plan to show.
  ///
  /// - Parameters:
  ///   - mode: what kind of plan it is; nil for the usual one.
  ///   - reading: the state to plan upon; nil for that of the workspace.
  static func make(
    _ session: Session, mode: PlanModeArguments?, variables: VariableArguments, view: any RunView, reading: StateReading? = nil,
    generateInto path: String? = nil
  ) async -> PlanRun? {
    let reading = reading ?? StateReading(session)
    let stored = Task { StoredObjects(try await reading.result().0) }
    let tree = session.loadModules(variables)
    var sources = tree.sources
    var (options, problems) = mode?.planOptions(session.world.files, &sources) ?? (PlanOptions(), [])
    let generating = path.map { ConfigurationGenerating(path: $0, session: session) }
    if let generating { problems += generating.problems(mode: options.mode) }
    if !problems.hasErrors, !tree.diagnostics.hasErrors, tree.sources.files.isEmpty, options.mode != .destroy {
      problems = [noConfiguration]
    }
    if problems.hasErrors {
      view.diagnostics(problems, sources)
      await reading.abandon()
      return nil
    }
    // Names and types of variables are checked before anything is started.
    let input = tree.canBeValidated ? session.inputVariables(tree, variables, &sources, style: view.style) : RootVariables()
    if input.diagnostics.hasErrors {
      view.diagnostics(tree.diagnostics.filter { $0.severity == .warning } + input.diagnostics, sources)
      await reading.abandon()
      return nil
    }
    options.variables = input.values
    options.unsuitableVariables = input.unsuitable
    var pipeline: Pipeline
    switch await Pipeline.open(session, tree: tree, tellsEverything: true, reading: reading) {
    case .failed(let diagnostics, let sources):
      view.diagnostics(diagnostics, sources)
      return nil
    case .ready(let ready): pipeline = ready
    }
    problems = pipeline.diagnostics + input.diagnostics
    let interrupt = Interrupt()
    listen(interrupt, pipeline, session)
    let context = session.context(
      planTimestamp: session.world.timestamp(), parallelism: mode?.width ?? 10, isPlanning: true, interrupt: interrupt,
      events: { view.event($0) })
    var preparation = PlanPreparation(
      pipeline.graph, state: pipeline.snapshot, stored: stored, options: options, pool: pipeline.pool, context: context)
    let found = await validate(pipeline.graph, pool: pipeline.pool, context: context)
    problems += found
    if problems.hasErrors {
      view.diagnostics(problems, sources)
      await pipeline.close()
      return nil
    }
    if let generating {
      let (extended, found, writing) = await generating.extend(pipeline, &options, context: context)
      pipeline = extended
      preparation = PlanPreparation(
        pipeline.graph, state: pipeline.snapshot, options: options, pool: pipeline.pool, context: context)
      problems += found + writing
      if found.hasErrors {
        view.diagnostics(problems, pipeline.tree.sources)
        await pipeline.close()
        return nil
      }
    }
    let warnings = Set(found.map { "\($0.summary)\($0.detail)" })
    let outcome = await preparation.makePlan()
    // Validation and planning ask the same provider the same question; one answer is enough.
    problems += outcome.diagnostics.filter { $0.severity == .error || !warnings.contains("\($0.summary)\($0.detail)") }
    guard var plan = outcome.plan else {
      view.diagnostics(problems, sources)
      await pipeline.close()
      return nil
    }
    plan.givenVariables = input.given
    plan.ephemeralVariables = input.ephemeral
    return PlanRun(
      pipeline: pipeline, preparation: preparation, plan: plan, values: outcome.values, variables: input.values, diagnostics: problems, interrupt: interrupt,
      sources: generating == nil ? sources : pipeline.tree.sources)
  }

  static let noConfiguration = Diagnostic.error(
    "No configuration files",
    "There is no configuration here, and to plan without one would be to destroy everything. Write a .tf file, or "
      + "plan with -destroy if that is what you want.")

  static func listen(_ interrupt: Interrupt, _ pipeline: Pipeline, _ session: Session) {
    let (pool, provisioners, errors) = (pipeline.pool, session.provisioners, session.world.errors)
    Interrupts.listen(
      interrupt,
      first: {
        errors.line("\nInterrupt received.\nWaiting for calls in flight to finish; what they did will be saved. Interrupt again to stop now.")
        Task {
          await provisioners.stop()
          await pool.stop()
        }
      },
      second: {
        errors.line("\nStopped. The journal says what was in flight; the next run will name it.")
        exitProcess(1)
      })
  }
}
