import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

extension Planner {
  /// Reads a data source now, or plans to read it at apply when something it needs is not known or not done yet
  /// (planning semantics, section 18).
  func planData(_ planning: ResourcePlanning, _ key: InstanceKey?, _ data: RepetitionData) async -> Bool {
    let block = planning.block
    let node = planning.node.node
    let address = ResourceInstance(module: node.address, block.resource, key: key)
    if options.mode == .destroy && options.refresh == .nothing {
      evaluator.setValue(lastRead(address) ?? .unknown(.object(planning.schema.block.impliedType)), of: address)
      return true
    }
    if checkFails(block.preconditions, of: block, address: address, in: node, data: data, selfValue: nil) { return false }
    var (configuration, problems) = planning.body.decode(in: evaluator.context(in: node, repetition: data))
    problems += evaluator.takeDiagnostics()
    if !problems.hasErrors { problems += ephemeralProblems(configuration, planning.body) }
    diagnostics += problems
    if problems.hasErrors { return false }

    let reason: ActionReason?
    if !configuration.isWhollyKnown {
      reason = .readBecauseConfigUnknown
    } else if isPending(block, in: node) {
      reason = .readBecauseDependencyPending
    } else {
      reason = nil
    }
    if let reason {
      let (plain, marks) = configuration.unmarkedDeep()
      let planned = Engine.marked(
        plannedDataObject(schema: planning.schema.block, configuration: plain), schema: planning.schema.block, with: marks)
      evaluator.setValue(planned, of: address)
      recordRead(address, planning, planned: planned, reason: reason)
      // What a move left behind cannot stay: the reading goes into a row of its own.
      if let entry = stored.entry(ObjectKey(address)), entry.isMoved {
        refreshedRows[ObjectKey(address)] = refreshedRow(entry, nil)
      }
      return true
    }
    if let check = block.check {
      await readForCheck(check, configuration, address: address, planning: planning)
      return true
    }
    guard let value = await read(configuration, address: address, planning: planning) else { return false }
    evaluator.setValue(value, of: address)
    return !checkFails(
      block.postconditions, of: block, address: address, in: node, data: data, selfValue: value)
  }

  /// What a data source gave to an earlier run.
  private func lastRead(_ address: ResourceInstance) -> Value? {
    stored.entry(ObjectKey(address)).flatMap { decodeWithoutProvider($0.object) }
  }

  private func recordRead(_ address: ResourceInstance, _ planning: ResourcePlanning, planned: Value, reason: ActionReason) {
    if options.mode != .normal { return }
    record(
      ResourceChange(
        address: address, provider: planning.providerAddress, schemaVersion: planning.schema.version, action: .read,
        reason: reason, before: .null(.object(planning.schema.block.impliedType)), after: planned,
        dependencies: recordedDependencies(of: planning.block.address),
        rowVersion: stored.entry(ObjectKey(address)).flatMap { $0.isMoved ? nil : $0.object.version } ?? 0))
  }

  /// Reads a data source that belongs to a check. That it cannot be read fails the check and stops nothing; applying the plan reads
  /// it again, since the check is about how things are then.
  private func readForCheck(
    _ check: String, _ configuration: Value, address: ResourceInstance, planning: ResourcePlanning
  ) async {
    if let value = await read(configuration, address: address, planning: planning) {
      evaluator.setValue(value, of: address)
      recordRead(address, planning, planned: value, reason: .readBecauseCheckNested)
      return
    }
    let (plain, marks) = configuration.unmarkedDeep()
    let schema = planning.schema.block
    let planned = Engine.marked(plannedDataObject(schema: schema, configuration: plain), schema: schema, with: marks)
    evaluator.setValue(planned, of: address)
    remember(planned.withoutUnknowns, of: address, planning)
    recordRead(address, planning, planned: planned, reason: .readBecauseCheckNested)
  }

  private func read(_ configuration: Value, address: ResourceInstance, planning: ResourcePlanning) async -> Value? {
    context.events(.readStarted(address))
    let start = context.uptimeMilliseconds()
    let (value, problems, deferral) = await limited {
      await readDataSource(
        provider: planning.provider, providerName: planning.providerAddress.source.description, address: address,
        schema: planning.schema, configuration: configuration)
    }
    let elapsed = context.uptimeMilliseconds() - start
    if options.mode == .destroy, problems.hasErrors, await isUnfinished(behind: planning.block.address) {
      context.events(.readFailed(address, milliseconds: elapsed))
      let (plain, marks) = configuration.unmarkedDeep()
      let schema = planning.schema.block
      return Engine.marked(plannedDataObject(schema: schema, configuration: plain), schema: schema, with: marks)
    }
    let found = located(problems, address: address, body: planning.body, block: planning.block.range)
    if let check = planning.block.check, problems.hasErrors {
      noteUnreadable(check, in: planning.node.node, found)
    } else {
      diagnostics += found
    }
    if let deferral {
      let null = Value.null(.object(planning.schema.block.impliedType))
      let change = ResourceChange(
        address: address, provider: planning.providerAddress, schemaVersion: planning.schema.version, action: .read,
        reason: .readBecauseConfigUnknown, before: null, after: value ?? null)
      deferChange(change, deferral.reason, explanation: deferral.explanation, vertex: planning.vertex)
      return plannedDataObject(schema: planning.schema.block, configuration: configuration.withoutMarks)
    }
    guard let value, !problems.hasErrors else {
      context.events(.readFailed(address, milliseconds: elapsed))
      return nil
    }
    context.events(.readFinished(address, ObjectRecord.identity(of: value), milliseconds: elapsed))
    remember(value, of: address, planning)
    return value
  }

  private func noteUnreadable(_ check: String, in node: ModuleNode, _ problems: [Diagnostic]) {
    unreadableChecks.insert(node.address.isRoot ? "check.\(check)" : "\(node.address).check.\(check)")
    // What is to be destroyed is not checked.
    if options.mode == .destroy { return }
    let (configuration, instance) = qualified(node, "check.\(check)")
    let result = instance.unreadable(problems)
    diagnostics += problems.asWarnings(of: instance.address)
    checks.record(.check, configuration, result)
  }

  /// What was read becomes a row; the one of the last run is only looked at to see whether it must be rewritten.
  private func remember(_ value: Value, of address: ResourceInstance, _ planning: ResourcePlanning) {
    let key = ObjectKey(address)
    let entry = stored.entry(key)
    let record = ObjectRecord(
      address: address, provider: planning.providerAddress, schemaVersion: planning.schema.version, value: value,
      dependencies: recordedDependencies(of: planning.block.address), rowVersion: entry?.object.version ?? 0)
    current[key, entry] = record
    let row = record.row(schema: planning.schema)
    if let entry, !entry.isMoved, entry.object.hasSameContent(as: row) { return }
    refreshedRows[key] = RefreshedRow(
      previousAddress: entry?.row.address, previousDeposedKey: nil, previousVersion: entry?.object.version ?? 0,
      object: record)
  }

  /// Whether a managed resource that the data source depends on is about to change.
  private func isPending(_ block: ResourceBlock, in node: ModuleNode) -> Bool {
    var resources = dependsOnResources(of: block)
    if block.preconditions.isEmpty && block.postconditions.isEmpty {
      resources.formUnion(directManagedReferences(of: block))
    } else {
      resources.formUnion(transitiveDependencies(of: block.address))
    }
    return resources.contains { resource in
      guard resource.resource.mode == .managed, let byModule = pendingChanges[resource] else { return false }
      return resource.module == node.module.path ? byModule[node.address] != nil : !byModule.isEmpty
    }
  }

  /// What `depends_on` names, of the data source and of the module calls around it, with all resources behind other objects.
  private func dependsOnResources(of block: ResourceBlock) -> Set<ConfigurationResource> {
    var result: Set<ConfigurationResource> = []
    func add(_ traversals: [Traversal], in path: ModulePath) {
      for traversal in traversals { result.formUnion(graph.resources(behind: traversal, in: path)) }
    }
    add(block.dependsOn, in: block.address.module)
    var path = block.address.module
    while let parent = path.parent, let name = path.names.last {
      add(tree.module(at: parent)?.moduleCalls[name]?.dependsOn ?? [], in: parent)
      path = parent
    }
    return result
  }

  private func directManagedReferences(of block: ResourceBlock) -> Set<ConfigurationResource> {
    var result: Set<ConfigurationResource> = []
    for traversal in graph.plan(of: block.address)?.references ?? [] {
      guard let resource = Reference.parse(traversal).0?.resource, resource.mode == .managed
      else { continue }
      result.insert(ConfigurationResource(module: block.address.module, resource))
    }
    return result
  }

  private func transitiveDependencies(of resource: ConfigurationResource) -> Set<ConfigurationResource> {
    var seen: Set<ConfigurationResource> = []
    var pending = [resource]
    while let next = pending.popLast() {
      for dependency in directDependencies[next] ?? [] where seen.insert(dependency).inserted { pending.append(dependency) }
    }
    return seen
  }
}

/// Validates and reads a data source, and checks what comes back. The value is marked as the configuration and the schema say.
func readDataSource(
  provider: any Provider, providerName: String, address: ResourceInstance, schema: Schema, configuration: Value
) async -> (Value?, [Diagnostic], Deferral?) {
  let (plain, marks) = configuration.unmarkedDeep()
  let type = address.resource.type
  var problems = await provider.validateConfiguration(of: .dataSource, named: type, plain)
  if problems.hasErrors { return (nil, problems, nil) }
  let response = await provider.readDataSource(ReadDataSourceRequest(typeName: type, configuration: plain))
  if let deferral = Deferral(response.deferred, response.diagnostics) { return (response.state, problems, deferral) }
  problems += response.diagnostics
  guard let state = response.state, !problems.hasErrors else { return (nil, problems, nil) }
  let conformance = conformanceProblems(schema: schema.block, state)
  if !conformance.isEmpty || state.isNull || !state.isWhollyKnown {
    let what = conformance.first?.text ?? (state.isNull ? "the object is null" : "the object is not wholly known")
    problems.append(
      .error(
        state.isNull && conformance.isEmpty ? "Provider produced null object" : "Provider produced invalid object",
        "Provider \"\(providerName)\" returned an impossible object for \(address): \(what).\n\n\(providerMistake)"))
    return (nil, problems, nil)
  }
  return (Engine.marked(state, schema: schema.block, with: marks), problems, nil)
}
