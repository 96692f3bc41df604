import Addresses
import Diagnostics
import Engine
import HCL
import Host
import Install
import Modules
import Plans
import ProviderInterface
import SQLiteStore
import State
import Values

/// What plan, apply and their relatives do before they differ: configuration, variables, state, providers and schemas, each
/// as soon as it can be had.
final class Pipeline {
  let session: Session
  let tree: ModuleTree
  let store: any StateStore
  let pool: ProviderPool
  let snapshot: StateSnapshot
  /// Whether the state came from Terraform's file, which apply takes over.
  let isFromTerraform: Bool
  let graph: ConfigurationGraph
  /// The files that somebody wrote, without what was generated for this plan.
  let writtenSources: SourceMap
  private(set) var diagnostics: [Diagnostic]

  private init(
    session: Session, tree: ModuleTree, store: any StateStore, pool: ProviderPool, snapshot: StateSnapshot,
    isFromTerraform: Bool, graph: ConfigurationGraph, diagnostics: [Diagnostic], writtenSources: SourceMap? = nil
  ) {
    self.session = session
    self.tree = tree
    self.store = store
    self.pool = pool
    self.snapshot = snapshot
    self.isFromTerraform = isFromTerraform
    self.graph = graph
    self.writtenSources = writtenSources ?? tree.sources
    self.diagnostics = diagnostics
  }

  /// The same with another form of the configuration, whose types and providers must be in use already.
  func with(tree: ModuleTree) -> Pipeline {
    Pipeline(
      session: session, tree: tree, store: store, pool: pool, snapshot: snapshot, isFromTerraform: isFromTerraform,
      graph: ConfigurationGraph(tree: tree, schemas: graph.schemas), diagnostics: diagnostics, writtenSources: writtenSources)
  }

  enum Outcome {
    case ready(Pipeline)
    case failed([Diagnostic], SourceMap)
  }

  /// - Parameters:
  ///   - needsState: false for what looks at the configuration only.
  ///   - isValidating: whether the configuration is only validated, whatever it says of backends and whatever the lock file says
  ///     of versions.
  ///   - tellsEverything: whether the caller looks at all that has no faulty references, and then stops at those as at any error.
  ///   - acceptsCycles: whether the graph is only looked at, so that it may have cycles.
  ///   - reading: the state that is being read already; without it, it is read now.
  static func open(
    _ session: Session, tree: ModuleTree, needsState: Bool = true, isValidating: Bool = false,
    tellsEverything: Bool = false, acceptsCycles: Bool = false, reading: StateReading? = nil
  ) async -> Outcome {
    let first = session.settingsDiagnostics + tree.diagnostics
    let isUsable = !tree.diagnostics.hasErrors || tellsEverything && tree.canBeValidated
    var diagnostics = isValidating || !isUsable ? [] : unsupported(tree) + undefinedProviders(tree.root)
    if isUsable, !diagnostics.hasErrors, reading?.isOfWorkspace ?? needsState,
      let problem = SelectedBackend.problem(with: tree.root, tree.sources, in: session)
    {
      diagnostics.append(problem)
    }
    if !isUsable || diagnostics.hasErrors {
      await reading?.abandon()
      return .failed(first + diagnostics, tree.sources)
    }
    let reading = reading ?? (needsState ? StateReading(session) : nil)
    let store: any StateStore = reading?.store ?? session.openStore()
    do {
      let (snapshot, isFromTerraform) = try await reading?.result() ?? (StateSnapshot(), false)
      let (factory, problems) = try session.providerFactory([tree], snapshot, acceptsOtherVersions: isValidating)
      diagnostics += problems
      if problems.hasErrors { return .failed(first + diagnostics, tree.sources) }
      let pool = ProviderPool(factory: factory)
      for (source, count) in sourcesInUse(tree, snapshot) { await pool.prepare(source, count: count) }
      let (schemas, schemaProblems) = await loadSchemas(tree: tree, state: needsState ? snapshot : nil, pool: pool)
      diagnostics += schemaProblems
      let graph = ConfigurationGraph(tree: tree, schemas: schemas)
      if !schemaProblems.hasErrors { diagnostics += graph.diagnostics(acceptsCycles: acceptsCycles) }
      if diagnostics.hasErrors {
        await pool.close()
        await store.close()
        return .failed(first + diagnostics, tree.sources)
      }
      return .ready(
        Pipeline(
          session: session, tree: tree, store: store, pool: pool, snapshot: snapshot, isFromTerraform: isFromTerraform,
          graph: graph, diagnostics: first + diagnostics))
    } catch {
      await store.close()
      return .failed(first + diagnostics + Self.diagnostics(of: error), tree.sources)
    }
  }

  func close() async {
    await pool.close()
    await store.close()
  }

  static func diagnostics(of error: any Error) -> [Diagnostic] {
    switch error {
    case let error as DiagnosticsError: return error.diagnostics
    case let error as StoreError:
      if case .conflict = error.code { return [.error("Error acquiring the state lock", error.message)] }
      return [.error("Error loading state", error.message)]
    default: return [.error("Error loading state", "\(error)")]
    }
  }

  /// What a configuration may ask for that is not built yet. Saying nothing would leave a user with half of what he wrote.
  private static func unsupported(_ tree: ModuleTree) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    if let backend = tree.root.settings.backend, backend.type != "local" { problems.append(unsupportedBackend(backend)) }
    if let cloud = tree.root.settings.cloud { problems.append(unsupportedCloud(at: cloud.range)) }
    return problems
  }

  /// Provider configurations that the root module asks its caller for, when it has none.
  private static func undefinedProviders(_ root: Module) -> [Diagnostic] {
    root.requiredProviders.values.sorted { $0.name < $1.name }.flatMap { required in
      required.configurationAliases.filter { root.providerConfigurations[$0.key] == nil }.map {
        .error(
          "Undefined provider configuration",
          "This module expects a configuration of \(required.source) as \"\($0.alias ?? "")\" from a caller, and as "
            + "the root module it has none. Write that provider block.")
      }
    }
  }

  /// The providers to start early, and how many processes of each: one for each of its configurations.
  private static func sourcesInUse(_ tree: ModuleTree, _ snapshot: StateSnapshot) -> [(ProviderSource, Int)] {
    var configurations: Set<ProviderConfigurationAddress> = []
    for module in tree.modules {
      var last: ProviderConfigurationAddress?
      tree.forEachResource(of: module) { _, address in
        if let address, address != last { configurations.insert(address) }
        last = address
      }
      for block in module.imports {
        if let address = tree.providerConfiguration(for: block) { configurations.insert(address) }
      }
    }
    configurations.formUnion(snapshot.providers)
    var counts: [ProviderSource: Int] = [:]
    for address in configurations { counts[address.source, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }
  }
}

/// The state, which is read beside what comes before it is needed.
struct StateReading {
  let store: any StateStore
  /// Whether it is the state of the selected workspace: then it may be used only once the configuration is seen to have the backend
  /// that it is looked for with.
  let isOfWorkspace: Bool
  private let task: Task<(StateSnapshot, Bool), any Error>

  /// Reads the state of the selected workspace.
  init(_ session: Session) {
    let store = session.openStore()
    self.store = store
    isOfWorkspace = true
    task = Task { try await session.storedState(store) }
  }

  /// Reads what is in a store, whatever else there is.
  init(of store: any StateStore) {
    self.store = store
    isOfWorkspace = false
    task = Task { (try await store.snapshot(), false) }
  }

  /// The state, and whether it came from Terraform's file.
  func result() async throws -> (StateSnapshot, Bool) { try await task.value }

  /// Ends what nobody waits for any more.
  func abandon() async {
    _ = await task.result
    await store.close()
  }
}

extension Session {
  /// The way to start the providers that configuration and state need, all of which must be installed.
  func providerFactory(
    _ trees: [ModuleTree], _ snapshot: StateSnapshot, acceptsOtherVersions: Bool = false
  ) throws(DiagnosticsError) -> (any ProviderFactory, [Diagnostic]) {
    var requirements: [ProviderSource: VersionConstraints] = [:]
    var problems: [Diagnostic] = []
    for tree in trees {
      let (wanted, found) = providerConstraints(tree)
      requirements.merge(wanted) { VersionConstraints(merging: [$0, $1]) }
      problems += found
    }
    for provider in snapshot.providers where requirements[provider.source] == nil { requirements[provider.source] = .any }
    var sources = SourceMap()
    let (locks, lockProblems) = DependencyLocks.read(directory: ".", files: world.files, sources: &sources)
    problems += lockProblems.map(sources.tellingPlace)
    let reattachments = try reattachments()
    let installed = InstalledProviders(
      files: world.files, dataDirectory: dataDirectory, developmentOverrides: settings.developmentOverrides,
      bundled: bundledProviders)
    let (found, findProblems) = installed.find(
      requirements, locks: locks, unmanaged: Set(reattachments.keys), acceptsOtherVersions: acceptsOtherVersions)
    problems += findProblems
    problems += overrideWarnings(requirements.keys)
    return (SessionProviderFactory(session: self, installed: found, reattachments: reattachments), problems)
  }

  /// Every provider that the configuration needs with the versions that all its modules accept.
  func providerConstraints(_ tree: ModuleTree) -> ([ProviderSource: VersionConstraints], [Diagnostic]) {
    var result: [ProviderSource: VersionConstraints] = [:]
    var problems: [Diagnostic] = []
    for (source, texts) in tree.providerRequirements() {
      var all: [VersionConstraints] = []
      for text in texts {
        do throws(VersionConstraints.ParseError) {
          all.append(try VersionConstraints(parsing: text.text))
        } catch {
          problems.append(
            .error(
              "Invalid version constraint",
              "The value \"\(text.text)\" is not a valid version constraint for provider \(source).", at: text.range))
        }
      }
      result[source] = VersionConstraints(merging: all)
    }
    return (result, problems)
  }

  private func overrideWarnings(_ sources: some Collection<ProviderSource>) -> [Diagnostic] {
    let overridden = sources.filter { settings.developmentOverrides[$0] != nil }.sorted()
    if overridden.isEmpty { return [] }
    let list = overridden.map { "\n - \($0.displayName) in \(settings.developmentOverrides[$0] ?? "")" }.joined()
    return [
      .warning(
        "Provider development overrides are in effect",
        "These providers are replaced by builds of your own, as dev_overrides of the CLI configuration "
          + "says:\(list)\n\nThey may do other than the published ones, and leave a state that those cannot read.")
    ]
  }
}
