import Addresses
package import Diagnostics
import Expressions
import Graphs
import HCL
import Modules
package import Plans
import ProviderInterface
package import State
package import Values

/// What came of applying a plan.
package struct ApplyOutcome: Sendable {
  package var diagnostics: [Diagnostic]
  package var counts: ChangeCounts
  /// The root outputs after the run, marked where sensitive.
  package var outputs: [String: Value]
  package var isInterrupted: Bool
  /// Whether nothing was done since the run that this one waited for has changed what was planned upon.
  package var isOutdated = false
  /// What names stood for in the end; nil if nothing was done.
  package var values: ConfigurationValues?
  package init(diagnostics: [Diagnostic], counts: ChangeCounts, outputs: [String: Value], isInterrupted: Bool) {
    self.diagnostics = diagnostics
    self.counts = counts
    self.outputs = outputs
    self.isInterrupted = isInterrupted
  }
}

/// Carries out a plan. What it does is in the plan; where reality disagrees, it stops with a diagnostic.
///
/// Each effect is written down before its provider call and closed, together with the object's new row, in one
/// transaction after it. Nothing else keeps state.
package func applyPlan(
  _ plan: Plan, _ graph: ConfigurationGraph, variables: [String: Value], store: any StateStore, pool: ProviderPool,
  context: EngineContext, command: String
) async -> ApplyOutcome {
  var outcome = ApplyOutcome(diagnostics: [], counts: ChangeCounts(), outputs: [:], isInterrupted: false)
  let run: Run
  do {
    run = try await store.beginRun(command: command)
  } catch {
    outcome.diagnostics = [error.diagnostic("Error acquiring the state")]
    return outcome
  }
  let applier = Applier(
    plan: plan, graph: graph, variables: variables, store: store, pool: pool, context: context, run: run)
  outcome = await applier.apply()
  let status: Run.Status = outcome.isInterrupted ? .interrupted : outcome.diagnostics.hasErrors ? .failed : .succeeded
  do {
    try await store.finishRun(run.id, status: status)
  } catch {
    outcome.diagnostics.append(error.diagnostic("Error releasing the state"))
  }
  return outcome
}

extension StoreError {
  /// The store's message under a headline.
  func diagnostic(_ summary: String) -> Diagnostic { .error(summary, message) }
}

/// One application of a plan. All evaluation happens on this actor; only provider and store calls leave it.
actor Applier {
  let plan: Plan
  let tree: ModuleTree
  let graph: ConfigurationGraph
  let store: any StateStore
  let pool: ProviderPool
  let schemas: SchemaTable
  let context: EngineContext
  let run: Run
  let evaluator: Evaluator
  let limiter: CallLimiter
  let ephemeralResources: EphemeralResources
  let ephemeralUses: [(ConfigurationResource, [Bool])]
  var openings: [ConfigurationResource: Task<Bool, Never>] = [:]

  var diagnostics: [Diagnostic] = []
  var counts = ChangeCounts()
  /// The objects as they are now, with the versions of their rows: what a later step finds.
  var objects: [ObjectKey: ObjectRecord] = [:]
  /// Resources of which a step failed or was skipped; what depends on them is not evaluated.
  var failedResources: Set<ConfigurationResource> = []
  /// The vertices of outputs whose preconditions do not hold.
  var failedOutputs: Set<Int> = []
  /// The checks whose data sources could not be read, so that their assertions say nothing.
  var unreadableChecks: Set<String> = []
  private var isJournalBroken = false
  private var isOutdated = false
  private var configured: [ProviderConfigurationAddress: Bool] = [:]
  private var configuring: [ProviderConfigurationAddress: Task<[Diagnostic], Never>] = [:]
  /// Providers that the pool gave once they were configured: asking it again for each object would be a detour.
  private var readyProviders: [ProviderConfigurationAddress: any Provider] = [:]

  init(
    plan: Plan, graph: ConfigurationGraph, variables: [String: Value], store: any StateStore, pool: ProviderPool,
    context: EngineContext, run: Run
  ) {
    self.plan = plan
    tree = graph.tree
    self.graph = graph
    self.store = store
    self.pool = pool
    schemas = graph.schemas
    self.context = context
    self.run = run
    evaluator = Evaluator(
      graph: graph, context: context, rootVariables: variables, isApplying: true)
    limiter = CallLimiter(width: context.parallelism)
    ephemeralResources = EphemeralResources(context: context)
    ephemeralUses = Self.ephemeralUses(graph)
    objects.reserveCapacity(plan.priorObjects.count)
    for record in plan.priorObjects { objects[record.key] = record }
    // What is planned but not done yet is unknown where the plan says so; the order of steps keeps anyone from asking too early.
    var planned: [ResourceInstance: Value] = [:]
    for change in plan.changes where change.deposedKey == nil && !change.after.isNull && change.action != .noOp {
      planned[change.address] = change.after
    }
    evaluator.storedObject = { [planned, prior = objects] in planned[$0] ?? prior[ObjectKey($0)]?.value }
  }

  func apply() async -> ApplyOutcome {
    if validatesEphemeralVariables(), await prepare() {
      await walk()
      if plan.mode == .normal { await checkAgain() }
      await finishOutputs()
    } else {
      // Nothing was done, perhaps because another run is at work: what it writes must not be undone.
      currentOutputs = plan.priorOutputs
    }
    diagnostics += evaluator.takeDiagnostics()
    diagnostics += await ephemeralResources.closeAll()
    if plan.isTargeted { diagnostics.append(incomplete) }
    var outcome = ApplyOutcome(
      diagnostics: diagnostics, counts: counts, outputs: currentOutputs, isInterrupted: context.interrupt.isRequested)
    outcome.isOutdated = isOutdated
    outcome.values = ConfigurationValues(evaluator: evaluator)
    return outcome
  }

  private var incomplete: Diagnostic {
    let option = plan.excludes.isEmpty ? "-target" : "-exclude"
    return .warning(
      "Applied changes may be incomplete",
      "This plan was limited by \(option): other changes of the configuration may be left, and outputs may be out of "
        + "date. To see what is left, run:\n    plumb plan\n\nUse \(option) to get out of an exceptional situation, "
        + "not as a habit.")
  }

  var currentOutputs: [String: Value] = [:]
  /// Conditions that were evaluated during this run; what is not among them stays as it was planned.
  var checks = CheckRecorder()

  // MARK: Before the first step

  /// Takes the leases and writes what the refresh found. Gives false if the plan cannot be carried out.
  private func prepare() async -> Bool {
    var keys: Set<ObjectKey> = []
    for change in plan.changes where change.action != .noOp || change.isMove {
      keys.insert(ObjectKey(change.address))
      if change.isMove { keys.insert(ObjectKey(change.previousAddress)) }
    }
    for row in plan.refreshedRows {
      if let object = row.object { keys.insert(ObjectKey(object.address)) }
      if let address = row.previousAddress { keys.insert(ObjectKey(address)) }
    }
    var hasWaited = false
    do {
      hasWaited = try await store.lease(keys.sorted(), for: run, wait: wait)
      guard try await isStillAsPlanned() else { return false }
      let adopted = try await creationsToAdopt()
      try await writeRefreshedRows()
      try await closeSettledOperations(adopted)
      tellOfImports()
      return true
    } catch {
      if hasWaited, case .conflict = error.code { isOutdated = true }
      diagnostics.append(error.diagnostic("Error acquiring the state"))
      return false
    }
  }

  private var wait: LeaseWait {
    LeaseWait(
      limit: context.leaseTimeout, uptime: context.uptimeMilliseconds,
      isOver: { [interrupt = context.interrupt] in interrupt.isRequested },
      onWait: { [events = context.events] in events(.waitingForLeases) })
  }

  /// Whether the rows to be changed are those that the plan saw, and no other run was cut off meanwhile while it was creating what
  /// this one would create. A change that is decided on old knowledge could make an object twice.
  private func isStillAsPlanned() async throws(StoreError) -> Bool {
    var seen: [ObjectKey: Int64] = [:]
    for row in plan.refreshedRows {
      guard let address = row.previousAddress ?? row.object?.address else { continue }
      seen[ObjectKey(address, deposedKey: row.previousDeposedKey ?? row.object?.deposedKey)] = row.previousVersion
    }
    var versions: [ObjectKey: Int64] = [:]
    var created: Set<ObjectKey> = []
    for change in plan.changes where change.action != .noOp {
      let row = ObjectKey(change.previousAddress, deposedKey: change.deposedKey)
      versions[row] = seen[row] ?? change.rowVersion
      if change.action == .create || change.action.isReplacement { created.insert(ObjectKey(change.address)) }
    }
    if versions.isEmpty { return true }
    for key in created where versions[key] == nil { versions[key] = seen[key] ?? 0 }
    let inFlight = try await store.verify(versions)
    let adopted = adoptedKeys
    let doubtful = inFlight.filter {
      $0.action == Action.create.rawValue && created.contains($0.key) && adopted[$0.key] == nil
    }
    diagnostics += doubtful.map {
      Diagnostic(
        .error, "Object may already exist",
        "Run \($0.runID) began to create \($0.key) after this plan was made and was cut off, so the object may exist although "
          + "nothing is known about it. Plan again to see what can be done.", address: $0.key.description)
    }
    return doubtful.isEmpty
  }

  /// The managed objects that come into the state without being created: those that are imported.
  private var adoptedKeys: [ObjectKey: Int64] {
    var keys: [ObjectKey: Int64] = [:]
    for row in plan.refreshedRows where row.previousAddress == nil {
      if let object = row.object, object.address.resource.mode == .managed { keys[object.key] = row.previousVersion }
    }
    return keys
  }

  /// Creations that earlier runs left open, and whose object is imported now.
  private func creationsToAdopt() async throws(StoreError) -> [Int64] {
    let keys = adoptedKeys
    if keys.isEmpty { return [] }
    return try await store.verify(keys).filter { $0.action == Action.create.rawValue && keys[$0.key] != nil }.map(\.id)
  }

  private func tellOfImports() {
    for change in plan.changes {
      guard let id = change.importID else { continue }
      counts.imports += 1
      context.events(.imported(change.address, id: change.importIdentity.map { String(decoding: $0.json, as: UTF8.self) } ?? id))
    }
  }

  /// Closes the journal entries of earlier runs whose effect the refresh has found out.
  private func closeSettledOperations(_ adopted: [Int64]) async throws(StoreError) {
    for operation in adopted {
      try await store.resolveOperation(operation, message: "Run \(run.id) imported the object.")
    }
    for operation in plan.settledOperations {
      do throws(StoreError) {
        try await store.resolveOperation(operation, message: "Run \(run.id) read the object and found out what came of it.")
      } catch {
        // Another run was faster, which is as good.
        if error.code != .invalidRequest && error.code != .notFound { throw error }
      }
    }
  }

  /// Moves come first, in a transaction of their own, since a rewrite must name the version that its row has after the move.
  private func writeRefreshedRows() async throws(StoreError) {
    let moves = plan.refreshedRows.compactMap { row -> (ObjectKey, ObjectKey, Int64)? in
      guard let address = row.previousAddress, let object = row.object, row.previousVersion > 0 else { return nil }
      let before = ObjectKey(address, deposedKey: row.previousDeposedKey)
      return before == object.key ? nil : (before, object.key, row.previousVersion)
    }
    var moved: [ObjectKey: Int64] = [:]
    if !moves.isEmpty {
      let versions = try await store.commit(
        moves.map { .move(from: $0.0, to: $0.1, expectedVersion: $0.2) }, run: run)
      for (move, version) in zip(moves, versions) {
        moved[move.1] = version
        objects[move.1]?.rowVersion = version
      }
    }
    var changes: [ObjectChange] = []
    var keys: [ObjectKey?] = []
    for row in plan.refreshedRows {
      if let object = row.object {
        guard let schema = schemas.schema(of: object.address.resource, from: object.provider.source) else { continue }
        let isNew = row.previousVersion == 0
        changes.append(
          .put(
            object.row(schema: schema, verifiedAt: context.timestamp),
            expectedVersion: isNew ? 0 : moved[object.key] ?? row.previousVersion))
        keys.append(object.key)
      } else if let address = row.previousAddress, row.previousVersion > 0 {
        let key = ObjectKey(address, deposedKey: row.previousDeposedKey)
        changes.append(.remove(key, expectedVersion: row.previousVersion))
        keys.append(nil)
      }
    }
    let versions = try await store.commit(
      changes, outputs: .replaceAll(plan.priorOutputs.mapValues(OutputState.init(_:))), checkResults: nil, run: run)
    for (key, version) in zip(keys, versions) {
      if let key { objects[key]?.rowVersion = version }
    }
  }

  // MARK: The walk

  private func walk() async {
    let steps = plan.execution.steps
    let dependencies = plan.execution.graph.dependencies
    let dependents = plan.execution.graph.dependents
    var missing = steps.indices.map { dependencies[$0].count }
    var failed = [Bool](repeating: false, count: steps.count)
    var ready = steps.indices.filter { missing[$0] == 0 }
    var head = 0
    var running = 0
    var halted = 0
    context.events(.applyPlanned(steps: steps.lazy.filter { $0 != .join }.count))
    let renewal = renewLeases()
    await withTaskGroup(of: (Int, Bool).self) { group in
      func finish(_ step: Int, _ succeeded: Bool) {
        failed[step] = !succeeded
        for dependent in dependents[step] {
          missing[Int(dependent)] -= 1
          if missing[Int(dependent)] == 0 { ready.append(Int(dependent)) }
        }
      }
      while head < ready.count || running > 0 {
        if head < ready.count && (running < context.parallelism || steps[ready[head]] == .join) {
          let step = ready[head]
          head += 1
          let isBlocked = dependencies[step].contains { failed[Int($0)] }
          if steps[step] == .join {
            finish(step, !isBlocked)
          } else if isBlocked || isJournalBroken || context.interrupt.isRequested {
            skip(steps[step])
            finish(step, false)
            if context.interrupt.isRequested { halted += 1 }
          } else {
            running += 1
            group.addTask { (step, await self.perform(steps[step])) }
          }
        } else if let (step, succeeded) = await group.next() {
          running -= 1
          finish(step, succeeded)
        }
      }
    }
    renewal.cancel()
    if halted > 0 {
      diagnostics.append(
        .error(
          "Execution halted",
          "The run was interrupted before \(halted) of its steps \(halted == 1 ? "was" : "were") begun. What is done is saved, and the next "
            + "plan has the rest."))
    }
  }

  /// What cannot be written down is not done, and neither is anything after it.
  func stopBeginning(_ error: StoreError) {
    if !isJournalBroken { diagnostics.append(error.diagnostic("Failed to write the journal")) }
    isJournalBroken = true
  }

  /// Keeps the leases alive while the walk runs.
  private func renewLeases() -> Task<Void, Never> {
    Task { [store, run] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(15))
        if !Task.isCancelled { try? await store.renewLeases(of: run) }
      }
    }
  }

  private func skip(_ step: ExecutionGraph.Step) {
    switch step {
    case .apply(let index), .destroy(let index), .forget(let index), .verify(let index):
      failedResources.insert(plan.changes[index].address.configuration)
    case .join: break
    }
  }

  private func perform(_ step: ExecutionGraph.Step) async -> Bool {
    let succeeded: Bool
    switch step {
    case .apply(let index):
      let change = plan.changes[index]
      let isReady = await openEphemeralResources(neededBy: .resource(change.address.configuration))
      succeeded = isReady ? change.action == .read ? await read(change) : await create(change) : false
    case .destroy(let index): succeeded = await destroy(plan.changes[index])
    case .forget(let index): succeeded = await forget(plan.changes[index])
    case .verify(let index):
      let change = plan.changes[index]
      succeeded = await openEphemeralResources(neededBy: .resource(change.address.configuration)) && verify(change)
    case .join: succeeded = true
    }
    if !succeeded { skip(step) }
    return succeeded
  }

  // MARK: Providers

  /// The provider of a configuration, configured with the values that are known now.
  func provider(for address: ProviderConfigurationAddress) async -> (any Provider)? {
    guard await openEphemeralResources(neededBy: .provider(address.configuration)) else { return nil }
    if let ready = readyProviders[address] { return ready }
    if let usable = configured[address] {
      guard usable else { return nil }
    } else {
      // Several steps may need the provider at once; one configures, the others wait for it.
      let task: Task<[Diagnostic], Never>
      if let existing = configuring[address] {
        task = existing
      } else {
        task = Task { await self.configureNow(address) }
        configuring[address] = task
      }
      let problems = await task.value
      if configured[address] == nil {
        diagnostics += problems
        configured[address] = !problems.hasErrors
      }
      if problems.hasErrors { return nil }
    }
    do {
      let provider = try await pool.provider(for: address)
      readyProviders[address] = provider
      return provider
    } catch {
      diagnostics += error.diagnostics
      return nil
    }
  }

  /// The provider of a configuration, or what stands in for it where that object is concerned.
  func provider(for address: ProviderConfigurationAddress, of object: ResourceInstance) async -> (any Provider)? {
    guard let real = await provider(for: address) else { return nil }
    return context.mocks.provider(real, of: address, for: object, newText: context.newDeposedKey)
  }

  private func configureNow(_ address: ProviderConfigurationAddress) async -> [Diagnostic] {
    await configure(address, evaluator: evaluator, pool: pool, graph: graph)
  }

  func limited<Response: Sendable>(_ call: @Sendable () async -> Response) async -> Response {
    await limiter.enter()
    let response = await call()
    limiter.leave()
    return response
  }
}
