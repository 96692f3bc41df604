import Addresses
import ArgumentParser
import Diagnostics
import Engine
import HCL
import Modules
import Plans
import SQLiteStore
import State
import Values

struct ImportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Associate existing infrastructure with a resource.",
    discussion: """
      Finds an object by its id and takes it into the state, as an instance of a resource that the configuration has already. What an id \
      looks like is for the resource type to say. The object itself is not changed. To import many, or to see a plan first, write import \
      blocks instead; plumb plan -generate-config-out then writes the configuration too.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.evaluating,
    examples: [
      Manual.Example("Take over a bucket", "plumb import aws_s3_bucket.logs logs-of-example-org"),
      Manual.Example("Into an instance in a module", "plumb import 'module.web.aws_instance.node[\"a\"]' i-0123456789abcdef0"),
    ])

  @Argument(help: "The address of an instance.")
  var address: String

  @Argument(help: "The id by which the provider finds the object.")
  var id: String

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp("The directory of the configuration.", valueName: "path"))
  var directory = "."

  @Option(help: ArgumentHelp("How many calls of providers run at once.", valueName: "n"))
  var parallelism = 10

  @OptionGroup(title: "Locking") var locking: LockArguments

  @OptionGroup(title: "State") var file: StateFileArguments

  @Flag(name: .customLong("ignore-remote-version"), help: "Has no effect: there are no remote backends.")
  var ignoreRemoteVersion = false

  @OptionGroup(title: "Variables") var variables: VariableArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let view = TextRunView(world, Report(world, view))
    view.started()
    defer { view.ended() }
    let tree = session.loadModules(directory: directory, variables)
    let target: ResourceInstance
    do {
      target = try self.target(in: tree)
    } catch {
      view.diagnostics(error.diagnostics, tree.sources)
      return 1
    }
    var sources = tree.sources
    let input = session.inputVariables(tree, variables, &sources, style: view.style)
    if input.allDiagnostics.hasErrors {
      view.diagnostics(input.allDiagnostics, sources)
      return 1
    }
    do {
      switch await Pipeline.open(session, tree: tree, reading: try await OpenedStateFile.open(session, file)?.reading) {
      case .failed(let diagnostics, let sources):
        view.diagnostics(diagnostics, sources)
        return 1
      case .ready(let pipeline):
        view.diagnostics(input.diagnostics + pipeline.diagnostics, sources)
        try session.backUp(pipeline.snapshot, file)
        let code = await adopt(target, pipeline, variables: input.values, view, world)
        await pipeline.close()
        if code == 0 { tellSuccess(world) }
        return code
      }
    } catch {
      view.diagnostics(Pipeline.diagnostics(of: error), sources)
      return 1
    }
  }

  /// The instance to import to, which the configuration must declare.
  private func target(in tree: ModuleTree) throws(DiagnosticsError) -> ResourceInstance {
    let target = try AddressArgument.instance(address)
    if target.resource.mode != .managed {
      throw DiagnosticsError(
        .error("A managed resource address is required", "Importing into a \(target.resource.mode.rawValue) resource is not allowed."))
    }
    if tree.diagnostics.hasErrors { throw DiagnosticsError(tree.diagnostics) }
    if tree.sources.files.isEmpty {
      throw DiagnosticsError(
        .error(
          "No Terraform configuration files",
          "\(directory) has no configuration: no .tf or .tf.json file is in it. Name another directory by -config."))
    }
    guard let module = tree.module(at: target.module.path) else {
      throw DiagnosticsError(
        .error(
          "Import to non-existent module",
          "The configuration calls no \(target.module). Write its module block before the import."))
    }
    if module.resources[target.resource] == nil {
      let place = target.module.isRoot ? "the root module" : "\(target.module.path)"
      throw DiagnosticsError(
        .error(
          "resource address \"\(target)\" does not exist in the configuration.",
          "Write a block for it in \(place) before the import:\n\nresource \"\(target.resource.type)\" "
            + "\"\(target.resource.name)\" {\n  # its arguments\n}"))
    }
    return target
  }

  private func adopt(
    _ target: ResourceInstance, _ pipeline: Pipeline, variables: [String: Value], _ view: TextRunView, _ world: World
  ) async -> Int32 {
    let session = pipeline.session
    let sources = pipeline.tree.sources
    let interrupt = Interrupt()
    PlanRun.listen(interrupt, pipeline, session)
    // Everything else stays as it is stored; only the object itself is read.
    var options = PlanOptions(mode: .refreshOnly, refresh: .nothing, variables: variables)
    options.imports = [ImportRequest(address: target, id: id)]
    let timestamp = world.timestamp()
    let planning = session.context(
      planTimestamp: timestamp, parallelism: parallelism, isPlanning: true, interrupt: interrupt,
      events: { show($0, view, world) })
    let found = await makePlan(
      pipeline.graph, state: pipeline.snapshot, options: options, pool: pipeline.pool, context: planning)
    view.diagnostics(found.diagnostics, sources)
    guard let plan = found.plan, !found.diagnostics.hasErrors else { return 1 }
    do {
      var usable = plan
      if pipeline.isFromTerraform {
        try await session.takeOver(pipeline.snapshot, into: pipeline.store)
        let snapshot = try await pipeline.store.snapshot()
        usable = plan.withRowVersions { snapshot.object(ObjectKey($0, deposedKey: $1))?.version ?? 0 }
      }
      let applying = session.context(
        planTimestamp: timestamp, parallelism: parallelism, isPlanning: false, leaseTimeout: locking.timeout,
        interrupt: interrupt,
        events: { view.event($0) })
      let outcome = await applyPlan(
        usable, pipeline.graph, variables: variables, store: pipeline.store, pool: pipeline.pool, context: applying,
        command: "import")
      view.diagnostics(outcome.diagnostics, sources)
      if outcome.diagnostics.hasErrors || outcome.isInterrupted { return 1 }
    } catch {
      view.diagnostics(Pipeline.diagnostics(of: error), sources)
      return 1
    }
    return 0
  }

  private func tellSuccess(_ world: World) {
    world.output.line(
      "\nImport successful!\n\nWhat is shown above is in the state now, and Plumb manages it from now on.\n")
  }

  private func show(_ event: EngineEvent, _ view: TextRunView, _ world: World) {
    switch event {
    case .importStarted(let address, let id): world.output.line("\(address): Importing from ID \(quoted(id))...")
    case .importPrepared(let address):
      world.output.line("\(address): Import prepared!\n  Prepared \(address.resource.type) for import")
    default: view.event(event)
    }
  }
}
