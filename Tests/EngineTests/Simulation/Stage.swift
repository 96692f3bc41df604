import Addresses
import Diagnostics
import Functions
import Host
import Modules
import Plans
import ProviderInterface
import State
import Synchronization
import Values

@testable import Engine

/// A stack on stage: one cloud and one database, upon which simulated processes run one after the other or side by side.
final class Stage: Sendable {
  let cloud: SimulatedCloud
  let faults: Mutex<SimulatedFaults>
  private let firstProcess: Int32
  private let openStore: @Sendable (StoreEnvironment) -> any StateStore
  private let dead: Mutex<Set<Int32>> = Mutex([])
  private let processes: Atomic<Int32>
  private let deposedKeys = Atomic<UInt32>(0)
  private let milliseconds = Atomic<Int64>(1_785_585_600_000)
  let provisioners: ScriptedProvisioners

  init(
    cloud: SimulatedCloud = SimulatedCloud(), faults: SimulatedFaults = .none, firstProcess: Int32 = 100,
    provisioners: ScriptedProvisioners = ScriptedProvisioners(),
    openStore: (@Sendable (StoreEnvironment) -> any StateStore)? = nil
  ) {
    self.cloud = cloud
    self.faults = Mutex(faults)
    self.firstProcess = firstProcess
    self.provisioners = provisioners
    processes = Atomic(firstProcess)
    let database = MemoryDatabase()
    self.openStore = openStore ?? { MemoryStateStore(database: database, environment: $0) }
  }

  convenience init(cloud: SimulatedCloud, database: MemoryDatabase) {
    // The processes that wrote the database before have other numbers.
    self.init(cloud: cloud, firstProcess: 10_000, openStore: { MemoryStateStore(database: database, environment: $0) })
  }

  static let simulated = ProviderSource(type: "sim")

  /// A store as a new process has it.
  func store(process: Int32 = 1) -> any StateStore {
    openStore(
      StoreEnvironment(
        now: { self.milliseconds.add(1, ordering: .relaxed).newValue }, newLineage: { "lineage" }, host: "here",
        user: "ann", processID: process,
        // What was there before this stage was opened is not there any more.
        isProcessAlive: { id in id > self.firstProcess && !self.dead.withLock { $0.contains(id) } }))
  }

  /// What anybody reads who looks at the state now.
  func snapshot() async throws -> StateSnapshot {
    let store = store()
    let snapshot = try await store.snapshot()
    await store.close()
    return snapshot
  }

  /// A new process on this stage. The direction applies to all providers that it starts.
  func process(
    life: KillSwitch = KillSwitch(), direction: Direction = Direction(), parallelism: Int = 10,
    interrupt: Interrupt = Interrupt()
  ) -> StageProcess {
    let id = processes.add(1, ordering: .relaxed).newValue
    return StageProcess(
      stage: self, id: id, store: MortalStore(inner: store(process: id), life: life), life: life, direction: direction,
      parallelism: parallelism, interrupt: interrupt,
      newDeposedKey: { [self] in
        let number = deposedKeys.add(1, ordering: .relaxed).newValue
        let digits = String(UInt32(bitPattern: id) &* 0x10000 &+ number, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits.suffix(8)
      })
  }

  func end(_ process: StageProcess) { dead.withLock { _ = $0.insert(process.id) } }

  // MARK: Configurations

  /// Reads a configuration and the schemas of the simulated provider.
  static func graph(_ files: [String: String]) async -> (graph: ConfigurationGraph, diagnostics: [Diagnostic]) {
    let tree = ModuleLoader(files: MemoryFileTree(files)).load(".")
    let graph = ConfigurationGraph(tree: tree, schemas: await schemas())
    return (graph, tree.diagnostics + graph.diagnostics())
  }

  static func graph(_ main: String) async -> (graph: ConfigurationGraph, diagnostics: [Diagnostic]) {
    await graph(["main.tf": main])
  }

  private static func schemas() async -> SchemaTable {
    let pool = ProviderPool(factory: StageFactory { DirectedProvider(SimulatedProvider(SimulatedCloud())) })
    let types =
      SimulatedSchemas.resources.keys.map { Resource(.managed, $0, "") }
      + SimulatedSchemas.dataSources.keys.map { Resource(.data, $0, "") }
    return await loadSchemas([simulated: Set(types)], pool: pool).0
  }
}

/// Starts directed providers and remembers them.
final class StageFactory: ProviderFactory {
  private let make: @Sendable () -> DirectedProvider
  private let all = Mutex<[DirectedProvider]>([])

  init(_ make: @escaping @Sendable () -> DirectedProvider) { self.make = make }

  var started: [DirectedProvider] { all.withLock { $0 } }

  func start(_ source: ProviderSource) async throws(DiagnosticsError) -> any Provider {
    if source.isBuiltin { return TerraformProvider.forTests }
    let provider = make()
    all.withLock { $0.append(provider) }
    return provider
  }
}

extension TerraformProvider {
  static let forTests = TerraformProvider(
    makeID: { "id" }, readRemoteState: { _, _, _ in (nil, []) }, evaluateConstant: { _ in (.dynamicNull, []) })
}

/// One process: it may plan and apply, and be killed meanwhile.
struct StageProcess: Sendable {
  let stage: Stage
  let id: Int32
  let store: MortalStore
  let life: KillSwitch
  let factory: StageFactory
  let pool: ProviderPool
  let interrupt: Interrupt
  /// Milliseconds for which it waits for what others are changing.
  var leaseTimeout: Int64 = 0
  private let parallelism: Int
  private let newDeposedKey: @Sendable () -> String

  init(
    stage: Stage, id: Int32, store: MortalStore, life: KillSwitch, direction: Direction, parallelism: Int,
    interrupt: Interrupt, newDeposedKey: @escaping @Sendable () -> String
  ) {
    self.stage = stage
    self.id = id
    self.store = store
    self.life = life
    self.interrupt = interrupt
    self.parallelism = parallelism
    self.newDeposedKey = newDeposedKey
    let (cloud, faults) = (stage.cloud, stage.faults.withLock { $0 })
    factory = StageFactory { DirectedProvider(SimulatedProvider(cloud, faults: faults), direction, life: life) }
    pool = ProviderPool(factory: factory)
  }

  private func context(isPlanning: Bool) -> EngineContext {
    let environment = FunctionEnvironment(
      files: MemoryFileTree(), baseDirectory: ".", homeDirectory: nil, timestamp: { "2026-08-01T12:00:00Z" },
      planTimestamp: "2026-08-01T12:00:00Z", randomBytes: { [UInt8](repeating: 7, count: $0) }, isPlanning: isPlanning)
    var context = EngineContext(
      functions: FunctionTable(environment: environment), workspace: "default", workingDirectory: "/",
      parallelism: parallelism, timestamp: "2026-08-01T12:00:00Z", newDeposedKey: newDeposedKey, now: { 1_785_585_600 },
      uptimeMilliseconds: { 0 }, provisioners: stage.provisioners, events: { _ in }, interrupt: interrupt)
    context.leaseTimeout = leaseTimeout
    return context
  }

  func plan(_ graph: ConfigurationGraph, _ options: PlanOptions = PlanOptions()) async throws -> PlanOutcome {
    await makePlan(
      graph, state: try await store.snapshot(), options: options, pool: pool, context: context(isPlanning: true))
  }

  func apply(_ plan: Plan, _ graph: ConfigurationGraph, variables: [String: Value] = [:]) async -> ApplyOutcome {
    await applyPlan(
      plan, graph, variables: variables, store: store, pool: pool, context: context(isPlanning: false),
      command: "apply")
  }

  /// Ends the process, dead or alive.
  func end() async {
    await pool.close()
    await store.close()
    stage.end(self)
  }

  /// What all its simulated providers were asked to do to objects, in the order in which the calls began, as
  /// `create sim_simple a`.
  var effects: [String] {
    factory.started.flatMap(\.inner.calls)
      .filter { [.create, .update, .delete].contains($0.operation) }.map(\.text)
  }

  func calls(_ operation: SimulatedProvider.Operation) -> [String] {
    factory.started.flatMap { $0.inner.calls(operation) }.map(\.text)
  }
}

// MARK: Short forms for assertions

extension Plan {
  /// What is to be done, as `create sim_simple.a`; nothing for what stays as it is.
  var actions: [String] {
    changes.filter { $0.action != .noOp }.map {
      "\($0.action.rawValue) \(ObjectKey($0.address, deposedKey: $0.deposedKey))"
    }
  }

  var deferrals: [String] { deferred.map { "\($0.change.address) \($0.reason.rawValue)" } }

  /// Whether nothing at all is left to do.
  var isEmpty: Bool {
    actions.isEmpty && deferred.isEmpty && drift.isEmpty && !isErrored
      && outputChanges.allSatisfy { $0.action == .noOp }
  }
}

extension [Diagnostic] {
  var errors: [String] { filter { $0.severity == .error }.map { "\($0.summary): \($0.detail)" } }
  var summaries: [String] { map(\.summary) }
}

extension StateObject {
  /// The attributes by the schema of the simulated type.
  var value: Value? {
    guard let schema = SimulatedSchemas.resources[address.resource.type] else { return nil }
    return try? JSONValueCodec.decode(attributes, type: .object(schema.block.impliedType))
  }

  var id: String? { value?.attribute("id")?.asString }
}
