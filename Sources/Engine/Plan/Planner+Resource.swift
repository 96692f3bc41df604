import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

/// One resource block in one instance of its module: what all its instances share. A class, since it is handed on a lot.
final class ResourcePlanning: Sendable {
  let block: ResourceBlock
  let node: NodeReference
  let providerAddress: ProviderConfigurationAddress
  let provider: any Provider
  let schema: Schema
  let body: DecodePlan
  let vertex: Int
  let createBeforeDestroy: Bool
  /// What is to be adopted as an instance of it.
  let imports: [ResourceInstance: ImportTarget]
  /// What is stored of it, in all instances of its module.
  let stored: StoredObjects.Entries?

  init(
    block: ResourceBlock, node: NodeReference, providerAddress: ProviderConfigurationAddress, provider: any Provider, schema: Schema,
    body: DecodePlan, vertex: Int, createBeforeDestroy: Bool, imports: [ResourceInstance: ImportTarget],
    stored: StoredObjects.Entries?
  ) {
    self.block = block
    self.node = node
    self.providerAddress = providerAddress
    self.provider = provider
    self.schema = schema
    self.body = body
    self.vertex = vertex
    self.createBeforeDestroy = createBeforeDestroy
    self.imports = imports
    self.stored = stored
  }

  /// The same for an instance that another provider serves.
  func served(by provider: any Provider, at address: ProviderConfigurationAddress) -> ResourcePlanning {
    ResourcePlanning(
      block: block, node: node, providerAddress: address, provider: provider, schema: schema, body: body, vertex: vertex,
      createBeforeDestroy: createBeforeDestroy, imports: imports, stored: stored)
  }

  /// `@unchecked Sendable`: the nodes stay on the actor; tasks only carry the references back to it.
  struct NodeReference: @unchecked Sendable {
    let node: ModuleNode
    let resource: ResourceNode
  }
}

/// One instance that the configuration asks for.
private typealias WantedInstance = (ResourcePlanning, InstanceKey?, RepetitionData)

/// Instances that are to be planned. `@unchecked Sendable`: it is touched on the planner's actor only.
private final class InstanceQueue: @unchecked Sendable {
  private let wanted: [WantedInstance]
  private var next = 0

  init(_ wanted: [WantedInstance]) { self.wanted = wanted }

  func take() -> WantedInstance? {
    guard next < wanted.count else { return nil }
    next += 1
    return wanted[next - 1]
  }
}

extension Planner {
  /// Plans every instance of a resource, and the removal of those that are no longer wanted.
  func planResource(_ address: ConfigurationResource, vertex: Int) async -> Bool {
    guard let resource = graph.resource(at: vertex), let providerAddress = resource.provider else { return false }
    let block = resource.block
    guard let schema = resource.schema, let body = resource.plan else {
      diagnostics.append(unknownType(address.resource, providerAddress.source, graph.schemas, at: block.typeRange))
      return false
    }
    let selfReferences = graph.selfReferences(of: block, at: vertex)
    if !selfReferences.isEmpty {
      diagnostics += selfReferences.map {
        .error(
          "Self-referential block",
          "\(address) cannot depend on its own attributes. Use \"self\" in provisioners and postconditions, or a "
            + "local value.", at: $0)
      }
      return false
    }
    if evaluator.hasUnknownInstances(address.module) || deferredVertices.contains(vertex) {
      deferResource(block, providerAddress, schema, vertex: vertex)
      // Destroying and refreshing need no configuration, only what is there.
      return options.mode == .normal ? true : await refreshStored(address, block: block, in: nil)
    }
    let nodes = evaluator.instances(of: address.module)
    let entries = storedOfVertex[vertex]
    if nodes.isEmpty && entries == nil {
      resourcesWithoutInstances.insert(address)
      return true
    }
    guard let imports = importTargets(of: block) else { return false }
    let isChosen = hasInstances(providerAddress)
    var ready = isChosen ? nil : readyProvider(for: providerAddress)
    if ready == nil { ready = isChosen ? await anyProvider(of: providerAddress.source) : await provider(for: providerAddress) }
    guard let provider = ready else { return false }
    var succeeded = true
    var isComplete = true
    var isPopulated = false
    var wanted: [WantedInstance] = []
    var repetitions: [Repetition] = []
    for node in nodes {
      let resourceNode = node.resourceNode(block.resource)
      let repetition = evaluator.repetition(of: block, at: resourceNode, in: node)
      repetitions.append(repetition)
      let problems = evaluator.takeDiagnostics()
      diagnostics += problems
      if problems.hasErrors {
        succeeded = false
        continue
      }
      let planning = ResourcePlanning(
        block: block, node: .init(node: node, resource: resourceNode), providerAddress: providerAddress, provider: provider, schema: schema,
        body: body, vertex: vertex,
        createBeforeDestroy: block.createBeforeDestroy ?? false || forcedCreateBeforeDestroy.contains(address),
        imports: imports, stored: entries)
      if repetition.isUnknown {
        isComplete = false
        isPopulated = true
        deferInstances(of: planning)
        if options.mode != .normal, await !refreshStored(address, block: block, in: node.address) { succeeded = false }
        continue
      }
      if !repetition.keys.isEmpty { isPopulated = true }
      for (position, key) in repetition.keys.enumerated() {
        let instance = ResourceInstance(module: node.address, block.resource, key: key)
        if let targeting, !targeting.includes(instance) {
          keepUntouched(instance)
        } else {
          wanted.append((planning, key, repetition.data(at: position)))
        }
      }
    }
    if !isPopulated { resourcesWithoutInstances.insert(address) }
    if !imports.isEmpty {
      let addresses = Set(wanted.map { ResourceInstance(module: $0.0.node.node.address, block.resource, key: $0.1) })
      if !areConfigured(imports, wanted: addresses, isComplete: isComplete && succeeded) { return false }
    }
    if await !planInstances(wanted) { succeeded = false }
    for (entry, reason) in entries.map({ unwanted($0, nodes, repetitions) }) ?? [] {
      if await !planRemoval(entry, reason: reason, block: block) { succeeded = false }
    }
    return succeeded
  }

  /// Plans instances side by side; provider calls are bounded elsewhere, so this bounds only the number of tasks.
  private func planInstances(_ wanted: [WantedInstance]) async -> Bool {
    if wanted.isEmpty { return true }
    if wanted.count == 1 { return await plan(wanted[0].0, wanted[0].1, wanted[0].2) }
    let queue = InstanceQueue(wanted)
    return await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<min(context.parallelism * 2, wanted.count) { group.addTask { await self.planInTurn(queue) } }
      var succeeded = true
      for await result in group where !result { succeeded = false }
      return succeeded
    }
  }

  /// Plans one instance after the other until none is left, beside others that do the same.
  private func planInTurn(_ queue: InstanceQueue) async -> Bool {
    var succeeded = true
    while let (planning, key, data) = queue.take() {
      if context.interrupt.isRequested { return false }
      if await !plan(planning, key, data) { succeeded = false }
    }
    return succeeded
  }

  /// Whether a provider configuration has instances, of which each instance of the resource has one.
  private func hasInstances(_ address: ProviderConfigurationAddress) -> Bool {
    hasRepeatedProviders && tree.providerBlock(at: address)?.forEach != nil
  }

  private func plan(_ planning: ResourcePlanning, _ key: InstanceKey?, _ data: RepetitionData) async -> Bool {
    var planning = planning
    if hasInstances(planning.providerAddress) {
      let address = evaluator.providerConfiguration(of: planning.block, in: planning.node.node, data)
      let problems = evaluator.takeDiagnostics()
      diagnostics += problems
      guard let address, !problems.hasErrors, let provider = await provider(for: address) else { return false }
      planning = planning.served(by: provider, at: address)
    }
    if !context.mocks.isEmpty {
      let address = ResourceInstance(module: planning.node.node.address, planning.block.resource, key: key)
      planning = planning.served(
        by: provider(planning.provider, of: planning.providerAddress, for: address), at: planning.providerAddress)
    }
    switch planning.block.resource.mode {
    case .managed: return await planManaged(planning, key, data)
    case .data: return await planData(planning, key, data)
    case .ephemeral: return await planEphemeral(planning, key, data)
    }
  }

  /// Reads the existing objects of a resource whose instances are not known, in one module instance or in all.
  private func refreshStored(_ address: ConfigurationResource, block: ResourceBlock, in module: ModuleInstance?) async -> Bool {
    var succeeded = true
    for entry in stored.entries(of: address)?.sorted ?? [] where module == nil || entry.object.address.module == module {
      if let targeting, !targeting.includes(entry.object.address) { continue }
      if await !planRemoval(entry, reason: nil, block: block) { succeeded = false }
    }
    return succeeded
  }

  /// An object outside the targets stays as it is, and expressions see it as it is stored.
  private func keepUntouched(_ address: ResourceInstance) {
    guard let entry = stored.entry(ObjectKey(address)), let value = decodeWithoutProvider(entry.object),
      let schema = schemas.schema(of: address.resource, from: entry.object.provider.source)
    else { return }
    evaluator.setValue(value, of: address)
    // Apply evaluates upon the same objects as planning does.
    current[entry.object.key, entry] = ObjectRecord(of: entry.object, value: value.withoutMarks, schema: schema)
  }

  /// Instances in the state that the configuration does not ask for any more, with the reason, and objects deposed by earlier runs.
  ///
  /// - Parameter repetitions: how the resource repeats in each of the module's instances.
  private func unwanted(
    _ entries: StoredObjects.Entries, _ nodes: [ModuleNode], _ repetitions: [Repetition]
  ) -> [(StoredObjects.Entry, ActionReason?)] {
    // The only object of most resources is the one that is asked for.
    if case .one(let entry) = entries, entry.object.key.deposedKey == nil, entry.object.key.address.key == nil, nodes.count == 1,
      nodes[0].address == entry.object.key.address.module, case .single = repetitions[0]
    {
      return []
    }
    return entries.sorted.compactMap { entry in
      let instance = entry.object.address
      if let targeting, !targeting.includes(instance) { return nil }
      if entry.object.deposedKey != nil { return (entry, nil) }
      guard let position = nodes.firstIndex(where: { $0.address == instance.module }) else { return (entry, .deleteBecauseNoModule) }
      let repetition = repetitions[position]
      if repetition.isUnknown || repetition.contains(instance.key) { return nil }
      switch (repetition, instance.key) {
      case (.disabled, nil): return (entry, .deleteBecauseDisabled)
      case (.count, .integer): return (entry, .deleteBecauseCountIndex)
      case (.forEach, .string): return (entry, .deleteBecauseEachKey)
      default: return (entry, .deleteBecauseWrongRepetition)
      }
    }
  }

  // MARK: One managed instance

  private func planManaged(_ planning: ResourcePlanning, _ key: InstanceKey?, _ data: RepetitionData) async -> Bool {
    let block = planning.block
    let node = planning.node.node
    let address = ResourceInstance(module: node.address, block.resource, key: key)
    let objectKey = ObjectKey(address)
    var prior: ObjectRecord?
    // What is planned from before it was read, to see whether it has to be.
    var unread: StoredObjects.Entry?
    if let entry = planning.stored?[objectKey] {
      let known =
        entry.isConverted(for: planning.providerAddress)
        ? await converted(
          entry, provider: planning.provider, address: planning.providerAddress, schema: planning.schema)
        : await upgraded(entry, provider: planning.provider, schema: planning.schema, block: block)
      guard let record = known else { return false }
      if options.imports.contains(where: { $0.address == address }) {
        diagnostics.append(alreadyManaged(address))
        return false
      }
      if options.refresh == .changes, options.mode == .normal, interruptedChanges[entry.row] == nil {
        note(record, entry: entry)
        (prior, unread) = (record, entry)
      } else {
        guard let refreshed = await refreshedRecord(record, entry: entry, planning: planning) else { return false }
        prior = refreshed.record
      }
    } else if let target = planning.imports[address] {
      guard let imported = await importedRecord(target, planning: planning) else { return false }
      prior = imported
    }
    if prior == nil && options.mode == .normal && refusesCreation(of: address, at: block.range) { return false }
    let dependencies = recordedDependencies(of: block.address)
    if options.mode != .normal {
      // What is not there has no value. Where nobody is about to make it anew, it is not among its resource's instances either, and
      // stays unknown only to those who refer to itself. What is to be destroyed may be half made: the rest is as if it were to come.
      evaluator.setValue(prior?.value ?? .unknown(.object(planning.schema.block.impliedType)), of: address)
      if prior == nil, options.mode == .refreshOnly { evaluator.setGone(address) }
      if options.mode == .destroy { foundInstances[block.address, default: []].append(FoundInstance(planning, address, data, prior)) }
      return true
    }
    if checkFails(block.preconditions, of: block, address: address, in: node, data: data, selfValue: nil) { return false }
    let context = evaluator.context(in: node, repetition: data)
    var (configuration, problems) = planning.body.decode(in: context)
    problems += evaluator.takeDiagnostics()
    if !problems.hasErrors { problems += ephemeralProblems(configuration, planning.body) }
    let (ignored, ignoreProblems) = ignoredChanges(block, schema: planning.schema)
    problems += ignoreProblems
    diagnostics += problems
    if problems.hasErrors { return false }

    var request = ChangeRequest(
      address: address, provider: planning.provider, source: planning.providerAddress.source,
      schema: planning.schema, prior: prior, configuration: configuration, ignoredChanges: ignored,
      forcedReplacement: forcedReplacement(of: address, block: block, node: node, data: data),
      createBeforeDestroy: planning.createBeforeDestroy, capabilities: ClientCapabilities())
    var (result, found) = await limitedPlan(request)
    if let unread, let stored = prior, !result.isNoOp {
      guard let refreshed = await refreshedRecord(stored, entry: unread, planning: planning) else { return false }
      prior = refreshed.record
      if prior == nil && refusesCreation(of: address, at: block.range) { return false }
      request.prior = prior
      (result, found) = await limitedPlan(request)
    }
    diagnostics += located(
      found, address: address, body: planning.body, block: block.range)
    switch result {
    case .failed: return false
    case .deferred(let deferral, let planned):
      evaluator.setValue(planned, of: address)
      var change = self.change(address, planning, prior: prior, dependencies: dependencies)
      change.action = prior == nil ? .create : .update
      change.after = planned
      deferChange(change, deferral.reason, explanation: deferral.explanation, vertex: planning.vertex)
      return true
    case .planned(let planned):
      let isKnown = configuration.isWhollyKnown && !unknownProviders.contains(planning.providerAddress)
      return recordPlanned(
        planned, address: address, planning, prior: prior, dependencies: dependencies, data: data,
        isConfigurationKnown: isKnown)
    }
  }

  func limitedPlan(_ request: ChangeRequest) async -> (ChangePlanningResult, [Diagnostic]) {
    await limited { await planChange(request) }
  }

  private func recordPlanned(
    _ planned: PlannedChange, address: ResourceInstance, _ planning: ResourcePlanning, prior: ObjectRecord?,
    dependencies: [ConfigurationResource], data: RepetitionData, isConfigurationKnown: Bool
  ) -> Bool {
    var change = self.change(address, planning, prior: prior, dependencies: dependencies)
    change.action = planned.action.isReplacement && change.skipDestroy ? .forgetThenCreate : planned.action
    change.reason = planned.reason
    change.before = planned.before
    change.after = planned.after
    change.plannedPrivate = planned.plannedPrivate
    change.plannedIdentity = planned.plannedIdentity
    change.replacePaths = planned.replacePaths
    change.isConfigurationKnown = isConfigurationKnown
    if change.action == .createThenDelete { change.newDeposedKey = context.newDeposedKey() }
    record(change)
    planning.node.resource.setValue(planned.after, of: address.key)
    if change.action == .noOp, var record = prior,
      record.dependencies != dependencies || record.createBeforeDestroy != planning.createBeforeDestroy
        || record.skipDestroy != change.skipDestroy || record.provider != change.provider
    {
      record.dependencies = dependencies
      record.provider = change.provider
      record.skipDestroy = change.skipDestroy
      record.createBeforeDestroy = planning.createBeforeDestroy
      noteRefreshed(record)
    }
    // The object that an interrupted replacement was creating may exist beside the one that is still in state.
    if change.action.isReplacement && refusesCreation(of: address, at: planning.block.range) { return false }
    if change.action.isReplacement, !change.skipDestroy, preventsDestroy(planning.block, address) { return false }
    return !checkFails(
      planning.block.postconditions, of: planning.block, address: address, in: planning.node.node, data: data,
      selfValue: planned.after)
  }

  /// The parts of a change that do not depend on what the provider answers.
  private func change(
    _ address: ResourceInstance, _ planning: ResourcePlanning, prior: ObjectRecord?,
    dependencies: [ConfigurationResource]
  ) -> ResourceChange {
    let entry = planning.stored?[ObjectKey(address)]
    let null = Value.null(.object(planning.schema.block.impliedType))
    let target = entry == nil && prior != nil ? planning.imports[address] : nil
    var change = ResourceChange(
      address: address, previousAddress: entry?.row.address, provider: planning.providerAddress,
      schemaVersion: planning.schema.version, action: .noOp, before: prior?.value ?? null, after: null,
      importID: target?.id, importIdentity: target?.identity,
      generatedConfiguration: target.flatMap { options.generatedConfigurations[$0.address] }, dependencies: dependencies,
      createBeforeDestroy: planning.createBeforeDestroy,
      rowVersion: prior?.rowVersion ?? 0)
    change.skipDestroy = planning.block.destroys == false
    return change
  }

  /// Adds an error if the object is protected and would be destroyed; gives true then.
  func preventsDestroy(_ block: ResourceBlock, _ address: ResourceInstance) -> Bool {
    guard let expression = block.preventDestroy else { return false }
    if let node = evaluator.node(at: address.module) {
      let (value, found) = evaluate(expression, as: .bool, in: evaluator.context(in: node))
      let problems = found + evaluator.takeDiagnostics()
      diagnostics += problems
      if problems.hasErrors { return true }
      if value.isNull || value.withoutMarks.asBool == false { return false }
      if !value.isKnown {
        diagnostics.append(
          .error(
            "Invalid prevent_destroy argument",
            "This plan destroys \(address), and its prevent_destroy is known only after apply. Use a value that is "
              + "known.", at: expression.range))
        return true
      }
    } else if case .bool(false) = expression.kind {
      return false
    }
    diagnostics.append(
      .error(
        "Instance cannot be destroyed",
        "This plan destroys \(address), which prevent_destroy forbids. Remove prevent_destroy if you mean it, or "
          + "leave the object out of the plan by -target or -exclude.", at: block.range))
    return true
  }

  // MARK: Replacement on demand

  private func forcedReplacement(
    of address: ResourceInstance, block: ResourceBlock, node: ModuleNode, data: RepetitionData
  ) -> ActionReason? {
    if isTriggered(block, node: node, data: data) { return .replaceByTriggers }
    return options.replace.contains(address) ? .replaceByRequest : nil
  }

  /// Whether something that `replace_triggered_by` names is about to be updated or replaced.
  private func isTriggered(_ block: ResourceBlock, node: ModuleNode, data: RepetitionData) -> Bool {
    block.replaceTriggeredBy.contains { expression in
      guard let trigger = trigger(expression, node: node, data: data) else { return false }
      let resource = ConfigurationResource(module: node.module.path, trigger.resource)
      let indices = pendingChanges[resource]?[node.address] ?? []
      return indices.contains { index in
        let change = changes[index]
        guard change.action == .update || change.action.isReplacement,
          trigger.key.map({ $0 == change.address.key }) ?? true
        else { return false }
        if trigger.path.isEmpty { return true }
        guard let before = change.before.get(at: trigger.path), let after = change.after.get(at: trigger.path) else {
          return true
        }
        return !isKnownEqual(before, after)
      }
    }
  }

  private struct Trigger {
    var resource: Resource
    var key: InstanceKey??
    var path: Path
  }

  private func trigger(_ expression: HCL.Expression, node: ModuleNode, data: RepetitionData) -> Trigger? {
    let (chain, problems) = resolvedChain(expression, in: evaluator.context(in: node, repetition: data))
    diagnostics += problems + evaluator.takeDiagnostics()
    guard let chain else { return nil }
    var names = [chain.root]
    var rest = chain.steps[...]
    func nextName() -> String? {
      guard case .attribute(let name, _)? = rest.first else { return nil }
      rest = rest.dropFirst()
      return name
    }
    guard let second = nextName() else { return nil }
    names.append(second)
    if chain.root == "data" || chain.root == "resource" {
      guard let third = nextName() else { return nil }
      names = chain.root == "resource" ? [second, third] : ["data", second, third]
    }
    let resource = names.count == 3 ? Resource(.data, names[1], names[2]) : Resource(.managed, names[0], names[1])
    var trigger = Trigger(resource: resource, key: nil, path: .root)
    if case .index(let key, _)? = rest.first, let instanceKey = key.instanceKey {
      trigger.key = InstanceKey??.some(instanceKey)
      rest = rest.dropFirst()
    }
    for step in rest {
      switch step {
      case .attribute(let name, _): trigger.path = trigger.path.attribute(name)
      case .index(let key, _): trigger.path = trigger.path.index(key.withoutMarks)
      }
    }
    return trigger
  }
}
