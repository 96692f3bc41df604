import Addresses
package import Diagnostics
import Expressions
import Graphs
import HCL
import Modules
package import Plans
import ProviderInterface
package import State
import Values

/// What planning gives: the plan, as far as it got, and all diagnostics.
package struct PlanOutcome: Sendable {
  package var plan: Plan?
  package var diagnostics: [Diagnostic]
  /// What names stood for in the end, as far as it is known.
  package var values: ConfigurationValues?
  package init(plan: Plan?, diagnostics: [Diagnostic], values: ConfigurationValues? = nil) {
    self.plan = plan
    self.diagnostics = diagnostics
    self.values = values
  }
}

/// Plans a configuration against a state: reads what exists, asks the providers what would change, and writes down what
/// apply shall do and in which order. Writes nothing itself.
package func makePlan(
  _ graph: ConfigurationGraph, state: StateSnapshot, options: PlanOptions, pool: ProviderPool, context: EngineContext
) async -> PlanOutcome {
  await PlanPreparation(graph, state: state, options: options, pool: pool, context: context).makePlan()
}

/// What planning needs no provider for: it is made ready beside what comes before, validation as a rule.
package struct PlanPreparation: Sendable {
  private let planner: Task<Planner, Never>

  /// - Parameter stored: the objects of the state, if somebody is at that already.
  package init(
    _ graph: ConfigurationGraph, state: StateSnapshot, stored: Task<StoredObjects, any Error>? = nil, options: PlanOptions,
    pool: ProviderPool, context: EngineContext
  ) {
    planner = Task {
      let stored = try? await stored?.value
      return Planner(
        graph: graph, state: state, stored: stored ?? StoredObjects(state), options: options, pool: pool, context: context)
    }
  }

  package func makePlan() async -> PlanOutcome { await planner.value.run() }
}

/// One planning walk. All evaluation happens on this actor; only provider calls leave it.
actor Planner {
  let tree: ModuleTree
  let graph: ConfigurationGraph
  let snapshot: StateSnapshot
  let options: PlanOptions
  let pool: ProviderPool
  let schemas: SchemaTable
  let context: EngineContext
  let evaluator: Evaluator
  let limiter: CallLimiter
  let ephemeralResources: EphemeralResources
  /// What the plan is limited to; nil when it is about everything.
  let targeting: Targeting?
  let directDependencies: [ConfigurationResource: [ConfigurationResource]]
  /// What `recordedDependencies` found out so far.
  var recordedDependencies: [ConfigurationResource: [ConfigurationResource]] = [:]
  /// The resources that have no instances.
  var resourcesWithoutInstances: Set<ConfigurationResource> = []
  let forcedCreateBeforeDestroy: Set<ConfigurationResource>
  /// Whether any provider configuration has instances.
  let hasRepeatedProviders: Bool

  private var walk: GraphWalk
  var diagnostics: [Diagnostic] = []
  /// The stored objects under the addresses that they have after moves.
  var stored: StoredObjects
  /// What is stored of each vertex that is a resource.
  let storedOfVertex: [StoredObjects.Entries?]
  /// What is stored of providers that answer at once.
  var ahead: ObjectsAhead
  private let blockedMoves: [BlockedMove]
  /// Objects as they were at the end of the last run, in the form of the present schemas.
  var previous: PreviousObjects
  /// Objects as they are now.
  var current: CurrentObjects
  /// Rows that the refresh found to be out of date, by the name that their object has now.
  var refreshedRows: [ObjectKey: RefreshedRow] = [:]
  var changes: [ResourceChange] = []
  /// How many of the first are in the order of their addresses: as a rule most, as the configuration has them, before what was waited for.
  private(set) var inOrderCount = 0
  var deferred: [DeferredChange] = []
  /// Vertices whose objects are wholly or partly left for a later round.
  var deferredVertices: Set<Int> = []
  /// When destroying: what there is of each resource so far.
  var foundInstances: [ConfigurationResource: [FoundInstance]] = [:]
  /// Where each resource has changes other than no-op, for data sources that must wait and for triggers.
  var pendingChanges: [ConfigurationResource: [ModuleInstance: [Int]]] = [:]
  var checks: CheckRecorder
  /// The checks whose data sources could not be read, so that their assertions say nothing.
  var unreadableChecks: Set<String> = []
  var configuredProviders: Set<ProviderConfigurationAddress> = []
  private var configuring: [ProviderConfigurationAddress: Task<Bool, Never>] = [:]
  var failedProviders: Set<ProviderConfigurationAddress> = []
  /// Providers that the pool gave once they were configured: asking it again for each object would be a detour.
  private var readyProviders: [ProviderConfigurationAddress: any Provider] = [:]
  /// Provider configurations with unknown parts: what their providers plan is planned again at apply.
  var unknownProviders: Set<ProviderConfigurationAddress> = []
  /// Creations of earlier runs of which nobody knows the result.
  let interruptedCreations: [ObjectKey: Operation]
  /// Those whose object this plan adopts.
  var adoptedCreations: Set<ObjectKey> = []
  /// Those of them that an error has named already.
  var refusedCreations: Set<ObjectKey> = []
  /// Updates and deletions of earlier runs of which nobody wrote down the result, until a refresh finds it out.
  var interruptedChanges: [ObjectKey: [Int64]]
  /// Those whose result the refresh found out.
  var settledOperations: [Int64]

  init(
    graph: ConfigurationGraph, state: StateSnapshot, stored objects: StoredObjects, options: PlanOptions, pool: ProviderPool,
    context: EngineContext
  ) {
    tree = graph.tree
    self.graph = graph
    snapshot = state
    self.options = options
    self.pool = pool
    schemas = graph.schemas
    self.context = context
    evaluator = Evaluator(
      graph: graph, context: context, rootVariables: options.variables, isApplying: false)
    limiter = CallLimiter(width: context.parallelism)
    ephemeralResources = EphemeralResources(context: context)
    targeting = Targeting(options, graph: graph)
    directDependencies = graph.directDependencies()
    forcedCreateBeforeDestroy = createBeforeDestroyResources(graph)
    hasRepeatedProviders = tree.modules.contains { $0.providerConfigurations.values.contains { $0.forEach != nil } }
    walk = GraphWalk(graph.graph)
    stored = objects
    blockedMoves = stored.applyMoves(of: graph.tree)
    previous = PreviousObjects(of: stored)
    current = CurrentObjects(of: stored)
    storedOfVertex = graph.vertices.map { [stored] in $0.resource.flatMap(stored.entries) }
    ahead = ObjectsAhead(of: stored)
    checks = CheckRecorder()
    interruptedCreations = Dictionary(
      state.interruptedOperations.filter { $0.action == Action.create.rawValue }.map { ($0.key, $0) },
      uniquingKeysWith: { _, last in last })
    let others = state.interruptedOperations.filter { $0.action != Action.create.rawValue }
    interruptedChanges = Dictionary(grouping: others.filter { state.object($0.key) != nil }, by: \.key)
      .mapValues { $0.map(\.id) }
    // What has no row any more leaves nothing to be found out.
    settledOperations = others.filter { state.object($0.key) == nil }.map(\.id)
  }

  /// Notes that the object of a row was looked at, so that what earlier runs did to it is known now.
  func settle(_ row: ObjectKey) {
    if let operations = interruptedChanges.removeValue(forKey: row) { settledOperations += operations }
  }

  func run() async -> PlanOutcome {
    diagnostics += removedProblems()
    if diagnostics.hasErrors { return PlanOutcome(plan: nil, diagnostics: diagnostics) }
    if let problem = movesOutsideTargets() {
      warnOfTargeting()
      return PlanOutcome(plan: nil, diagnostics: diagnostics + [problem])
    }
    guard checkUnconfiguredImports() else { return PlanOutcome(plan: nil, diagnostics: diagnostics) }
    // Where nothing is left to be destroyed, nothing needs to be found out.
    if options.mode != .destroy || !snapshot.objects.isEmpty { await walkAll() }
    await planOrphans()
    reportUnconfiguredImports()
    let contradictions = moveProblems()
    if contradictions.hasErrors { return PlanOutcome(plan: nil, diagnostics: contradictions) }
    warnOfBlockedMoves(blockedMoves)
    var plan = Plan(
      mode: options.mode, basis: PlanBasis(lineage: snapshot.lineage, serial: snapshot.serial),
      timestamp: context.timestamp)
    if options.mode == .destroy {
      if diagnostics.hasErrors && options.refresh == .everything {
        // What is there could not be found out, so there is nothing to show.
        return PlanOutcome(plan: nil, diagnostics: diagnostics + (await ephemeralResources.closeAll()))
      }
      if !diagnostics.hasErrors { await planDestruction() }
    }
    diagnostics += evaluator.takeDiagnostics()
    diagnostics += await ephemeralResources.closeAll()
    nameOtherCreations()
    complete(&plan)
    if context.interrupt.isRequested {
      diagnostics.append(.error("Operation interrupted", "Planning was stopped before it was complete; nothing was changed."))
      plan.isErrored = true
      plan.isApplyable = false
    }
    return PlanOutcome(plan: plan, diagnostics: diagnostics, values: ConfigurationValues(evaluator: evaluator))
  }

  // MARK: The walk

  /// Visits every vertex after those it depends on. A vertex behind a failed one is skipped; others go on.
  private func walkAll() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<(context.parallelism * 2) { group.addTask { await self.visitInTurn() } }
    }
  }

  /// Visits one vertex after the other until none is left, beside others that do the same. As long as nothing has to be waited
  /// for, one of them goes through everything and no task is made or changed for a vertex.
  private func visitInTurn() async {
    while let vertex = await nextVertex() {
      let succeeded = await visit(vertex)
      walk.finishVisit(of: vertex, succeeded)
    }
  }

  /// The next vertex that has to do with a provider; what has not is evaluated on the way. Nil when all are done.
  private func nextVertex() async -> Int? {
    while true {
      while let vertex = walk.takeReady() {
        if context.interrupt.isRequested || walk.isBehindFailure(vertex) {
          walk.finish(vertex, false)
        } else if let targeting, !targeting.includes(vertex) {
          walk.finish(vertex, true)
        } else {
          if !deferredVertices.isEmpty, walk.dependencies[vertex].contains(where: { deferredVertices.contains(Int($0)) }) {
            deferredVertices.insert(vertex)
          }
          if isAsynchronous(graph.vertices[vertex]) {
            walk.beginVisit()
            return vertex
          }
          walk.finish(vertex, evaluate(vertex))
        }
      }
      if walk.isOver {
        walk.wakeAll()
        return nil
      }
      await withCheckedContinuation { walk.wait($0) }
    }
  }

  private func isAsynchronous(_ vertex: ConfigurationGraph.Vertex) -> Bool {
    switch vertex {
    case .resource, .provider: return true
    default: return false
    }
  }

  /// Evaluates what needs no provider, in every instance of its module. Gives false if that failed.
  private func evaluate(_ vertex: Int) -> Bool {
    let path = graph.vertices[vertex].module
    var problems: [Diagnostic] = []
    switch graph.vertices[vertex] {
    case .variable(_, let name):
      if path.isRoot, let problem = options.unsuitableVariables[name] {
        problems.append(problem)
        break
      }
      for node in evaluator.instances(of: path) {
        _ = evaluator.variable(name, in: node)
        problems += checkVariable(name, in: node)
      }
    // To destroy something, no output is needed, and of locals only those that a provider's configuration asks for.
    case .local where options.mode == .destroy, .output where options.mode == .destroy: break
    case .local(_, let name):
      for node in evaluator.instances(of: path) { _ = evaluator.local(name, in: node) }
    case .output(_, let name):
      for node in evaluator.instances(of: path) {
        problems += checkOutput(name, in: node)
        if !problems.hasErrors { _ = evaluator.output(name, in: node) }
      }
    case .moduleCall:
      if let parent = path.parent, let name = path.names.last {
        for node in evaluator.instances(of: parent) { _ = evaluator.children(name, of: node) }
        if evaluator.hasUnknownInstances(path) { deferredVertices.insert(vertex) }
      }
    case .check(_, let name):
      if options.mode != .destroy {
        for node in evaluator.instances(of: path) { problems += checkBlock(name, in: node) }
      }
    case .moduleEnd, .resource, .provider: break
    }
    problems += evaluator.takeDiagnostics()
    diagnostics += problems
    // An output that could not be evaluated keeps what it was.
    if problems.hasErrors, path.isRoot, case .output(_, let name) = graph.vertices[vertex] { evaluator.root.outputs[name] = nil }
    return !problems.hasErrors
  }

  private func visit(_ vertex: Int) async -> Bool {
    switch graph.vertices[vertex] {
    case .provider(let address): return await configureProvider(address, vertex: vertex)
    case .resource(let address): return await planResource(address, vertex: vertex)
    default: return true
    }
  }

  // MARK: Providers

  /// Evaluates and applies a provider configuration. One that nothing uses is left alone.
  private func configureProvider(_ address: ProviderConfigurationAddress, vertex: Int) async -> Bool {
    guard usedProviders.contains(address) else { return true }
    // Resources of a provider that waits for a later round wait too; it is not configured with half of what it needs.
    if deferredVertices.contains(vertex) { return true }
    // Which instances are needed is found out by what needs them.
    if tree.providerBlock(at: address)?.forEach != nil { return true }
    return await ensureConfigured(address)
  }

  /// Provider configurations that a resource in the configuration or an object in the state needs.
  private lazy var usedProviders = graph.usedProviders.union(snapshot.providers)

  /// Configures a provider unless that was done; gives false if it cannot be used.
  func ensureConfigured(_ address: ProviderConfigurationAddress) async -> Bool {
    if failedProviders.contains(address) { return false }
    if configuredProviders.contains(address) { return true }
    if let task = configuring[address] { return await task.value }
    let task = Task { await self.configureNow(address) }
    configuring[address] = task
    return await task.value
  }

  private func configureNow(_ address: ProviderConfigurationAddress) async -> Bool {
    let problems = await configure(address, evaluator: evaluator, pool: pool, graph: graph)
    diagnostics += problems
    configuredProviders.insert(address)
    if problems.hasErrors { failedProviders.insert(address) }
    if await !pool.isConfigurationKnown(address) { unknownProviders.insert(address) }
    return !problems.hasErrors
  }

  /// The provider of a configuration, if it was asked for before.
  func readyProvider(for address: ProviderConfigurationAddress) -> (any Provider)? { readyProviders[address] }

  /// The provider of a configuration, ready for calls; nil, with a diagnostic, if it could not be had.
  func provider(for address: ProviderConfigurationAddress) async -> (any Provider)? {
    if let ready = readyProvider(for: address) { return ready }
    guard await ensureConfigured(address) else { return nil }
    do {
      let provider = try await pool.provider(for: address)
      readyProviders[address] = provider
      return provider
    } catch {
      diagnostics += error.diagnostics
      return nil
    }
  }

  /// Some provider of the source, for what needs none of its configurations.
  func anyProvider(of source: ProviderSource) async -> (any Provider)? {
    do {
      return try await pool.anyProvider(of: source)
    } catch {
      diagnostics += error.diagnostics
      return nil
    }
  }

  /// The provider, or what stands in for it where that object is concerned.
  func provider(_ provider: any Provider, of address: ProviderConfigurationAddress, for object: ResourceInstance) -> any Provider {
    context.mocks.provider(provider, of: address, for: object, newText: context.newDeposedKey)
  }

  /// One provider call, when there is room for it.
  func limited<Response: Sendable>(_ call: @Sendable () async -> Response) async -> Response {
    await limiter.enter()
    let response = await call()
    limiter.leave()
    return response
  }

  // MARK: Recording

  func record(_ change: ResourceChange) {
    if change.action != .noOp && change.deposedKey == nil {
      pendingChanges[change.address.configuration, default: [:]][change.address.module, default: []].append(changes.count)
    }
    if inOrderCount == changes.count, changes.last.map({ $0.address < change.address }) ?? true { inOrderCount += 1 }
    changes.append(change)
  }

  func deferChange(
    _ change: ResourceChange, _ reason: DeferralReason, explanation: String = "", vertex: Int?, hasUnknownKeys: Bool = false
  ) {
    if let vertex { deferredVertices.insert(vertex) }
    deferred.append(DeferredChange(reason: reason, explanation: explanation, change: change, hasUnknownKeys: hasUnknownKeys))
  }
}
