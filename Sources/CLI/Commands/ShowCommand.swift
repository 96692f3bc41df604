import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Expressions
import Host
import Modules
import Plans
import State
import Values

struct ShowCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the state, or a plan that was saved.",
    discussion: """
      Without a path it shows the state of the selected workspace; with one, a plan that plumb plan -out saved, or a state file in \
      Terraform's format. -json gives the documents that other programs read; they contain sensitive values in clear.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("Look at a saved plan again", "plumb show tfplan"),
      Manual.Example("Have a program check a plan", "plumb show -json tfplan | jq '.resource_changes[].change.actions'"),
    ])

  @Argument(help: "A saved plan or a state file in Terraform's format. Without it the state of the workspace is shown.")
  var path: String?

  @Flag(help: "Write one JSON document for programs.")
  var json = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    do {
      if let path {
        let bytes = try world.files.read(path)
        if PlanFile.isPlan(bytes) { return try await showPlan(PlanFile(reading: bytes), session, report) }
        guard let file = try StateFile(reading: bytes) else { return try await showState(StateSnapshot(), session, report) }
        return try await showState(file.snapshot, session, report)
      }
      return try await showState(try await session.readState(session.openStore()).snapshot, session, report)
    } catch let error as FileError where error.code == .notFound {
      report.show([.error("Failed to load \"\(path ?? "")\" as a state or plan file", "No such file or directory.")], SourceMap())
    } catch let error as PlanFileError {
      report.show([.error("Failed to load \"\(path ?? "")\" as a plan file", error.message)], SourceMap())
    } catch let error as DiagnosticsError {
      report.show(error.diagnostics, SourceMap())
    } catch {
      report.show([.error("Failed to read the given file as a state or plan file", "\(error)")], SourceMap())
    }
    return 1
  }

  private func showPlan(_ file: PlanFile, _ session: Session, _ report: Report) async throws -> Int32 {
    let tree = file.loadModules()
    let schemas = try await session.schemas(tree: tree, objects: file.plan.mentionedResources)
    if json {
      report.world.output(bytes: planDocument(file.plan, tree: tree, schemas: schemas))
      report.world.output.line()
    } else {
      let origins = ChangeOrigins(file.plan, tree: tree) { resource in
        guard let block = tree.module(at: resource.module)?.resources[resource.resource],
          let source = tree.providerConfiguration(for: block)?.source,
          let schema = schemas.schema(of: resource.resource, from: source)
        else { return nil }
        return DecodePlan(block.body, schema: schema.block)
      }
      report.world.output(planText(file.plan, schemas: schemas, style: report.style, origins: origins))
    }
    return 0
  }

  private func showState(_ snapshot: StateSnapshot, _ session: Session, _ report: Report) async throws -> Int32 {
    let outputs = try snapshot.outputValues()
    let schemas = try await session.schemas(
      tree: nil, objects: snapshot.objects.map { ($0.provider.source, $0.address.resource) })
    let records = try snapshot.records(schemas: schemas)
    if json {
      let checks = CheckResult.reading(snapshot.checkResults)
      report.world.output(bytes: stateDocument(records, outputs: outputs, checks: checks, schemas: schemas))
      report.world.output.line()
    } else if snapshot.isEmpty {
      report.world.output.line("There is nothing in the state.")
    } else {
      report.world.output(stateText(records, outputs: outputs, schemas: schemas, style: report.style))
    }
    return 0
  }
}

extension Session {
  /// Schemas of what a document mentions. They come from the cache where they can, so that no provider is started.
  func schemas(
    tree: ModuleTree?, objects: [(ProviderSource, Resource)]
  ) async throws -> SchemaTable {
    var wanted: [ProviderSource: Set<Resource>] = [:]
    for (source, resource) in objects {
      wanted[source, default: []].insert(Resource(resource.mode, resource.type, ""))
    }
    for module in tree?.modules ?? [] {
      for block in module.resources.values {
        if let source = tree?.providerConfiguration(for: block)?.source {
          wanted[source, default: []].insert(Resource(block.resource.mode, block.resource.type, ""))
        }
      }
      for key in module.providerConfigurations.keys {
        if let address = tree?.providerConfiguration(named: key, in: module.path) { wanted[address.source, default: []].formUnion([]) }
      }
    }
    let factory = try schemaProviderFactory(Set(wanted.keys))
    let pool = ProviderPool(factory: factory)
    let (schemas, problems) = await loadSchemas(wanted, pool: pool)
    await pool.close()
    if problems.hasErrors { throw DiagnosticsError(problems) }
    return schemas
  }
}

extension Plan {
  /// Everything whose schema is needed to show the plan.
  var mentionedResources: [(ProviderSource, Resource)] {
    changes.map { ($0.provider.source, $0.address.resource) } + drift.map { ($0.provider.source, $0.address.resource) }
      + deferred.map { ($0.change.provider.source, $0.change.address.resource) }
      + priorObjects.map { ($0.provider.source, $0.address.resource) }
  }
}

extension StateSnapshot {
  /// The objects with their values decoded. An object of another schema version than the provider's cannot be shown.
  func records(schemas: SchemaTable) throws -> [ObjectRecord] {
    try objects.map { object in
      guard let schema = schemas.schema(of: object.address.resource, from: object.provider.source) else {
        throw DiagnosticsError(
          .error(
            "Failed to read the state",
            "The provider \(object.provider.source) has no schema for \(object.address.resource.type), which the state holds."))
      }
      if object.schemaVersion != schema.version {
        throw DiagnosticsError(
          .error(
            "Failed to read the state",
            "\(object.address) is stored by version \(object.schemaVersion) of its schema, and the provider has "
              + "version \(schema.version). Run plumb apply to renew it."))
      }
      let value = try JSONValueCodec.decode(object.attributes, type: .object(schema.block.impliedType))
      var record = ObjectRecord(
        address: object.address, deposedKey: object.deposedKey, provider: object.provider,
        schemaVersion: object.schemaVersion, value: value.markedSensitive(at: object.sensitivePaths),
        private: object.private, isTainted: object.isTainted, dependencies: object.dependencies,
        createBeforeDestroy: object.createBeforeDestroy, rowVersion: object.version)
      record.skipDestroy = object.skipDestroy
      record.identity = object.identity
      return record
    }
  }
}
