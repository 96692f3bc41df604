import Addresses
import Diagnostics
import Engine
import Expressions
import Functions
import HCL
import Host
import Install
import Modules
import Plugin
import Provisioners
import SQLiteStore
import State
import Values

/// What a command works in: the directory, its settings, and the ways to its configuration, its state and its providers.
final class Session: Sendable {
  let world: World
  let settings: CLIConfiguration
  /// What is wrong with the settings, with places in words: they are no files of the configuration.
  let settingsDiagnostics: [Diagnostic]
  let workspace: String
  let log: Log
  let provisioners: SystemProvisioners

  init(_ world: World) {
    self.world = world
    var sources = SourceMap()
    let (settings, diagnostics) = CLIConfiguration.load(
      environment: world.environment, homeDirectory: world.homeDirectory, files: world.files, sources: &sources)
    self.settings = settings
    workspace = Session.selectedWorkspace(world)
    let placed = diagnostics.map(sources.tellingPlace)
    settingsDiagnostics = Workspaces.isValid(workspace) ? placed : placed + [Session.invalidWorkspace]
    log = Log(world)
    provisioners = SystemProvisioners(
      files: world.files, launcher: world.launcher, connector: SSHConnector(), environment: world.environment,
      uptimeMilliseconds: world.uptimeMilliseconds,
      randomNumber: { world.randomBytes(4).reduce(0) { $0 << 8 | UInt32($1) } })
  }

  private static let invalidWorkspace = Diagnostic.error(
    "Invalid workspace name set using \(Workspaces.variable)",
    "The name must contain only letters, digits and these characters: - _ . ~ $ & + = : @")

  /// Refuses to go on in a workspace that cannot be.
  func checkWorkspace() throws(DiagnosticsError) {
    if !Workspaces.isValid(workspace) { throw DiagnosticsError(Self.invalidWorkspace) }
  }

  // MARK: Places

  /// Where installed providers and modules are: `.terraform` unless `TF_DATA_DIR` says otherwise.
  var dataDirectory: String { Self.dataDirectory(world) }

  private static func dataDirectory(_ world: World) -> String {
    world.environment["TF_DATA_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? ".terraform"
  }

  private static func selectedWorkspace(_ world: World) -> String {
    if let name = world.environment["TF_WORKSPACE"], !name.isEmpty { return name }
    if let bytes = try? world.files.read("\(dataDirectory(world))/environment") {
      let name = String(decoding: bytes, as: UTF8.self).trimmedSpaces
      if !name.isEmpty { return name }
    }
    return SQLiteStore.defaultWorkspace
  }

  /// Where what can be made again is kept between runs: schemas and checksums.
  var cacheDirectory: String {
    if let directory = world.environment["XDG_CACHE_HOME"], !directory.isEmpty { return "\(directory)/plumb" }
    if let home = world.homeDirectory { return "\(home)/.cache/plumb" }
    return "\(dataDirectory)/cache"
  }

  // MARK: Configuration

  /// - Parameter variables: what the command line says of variables, which may decide where modules come from.
  func loadModules(
    directory: String = ".", _ variables: VariableArguments? = nil, for purpose: ModuleLoader.Purpose = .evaluating
  ) -> ModuleTree {
    moduleLoader(variables).load(directory, for: purpose)
  }

  func moduleLoader(_ variables: VariableArguments? = nil) -> ModuleLoader {
    ModuleLoader(files: world.files, dataDirectory: dataDirectory, early: earlyValues(variables))
  }

  /// What may decide where modules come from.
  func earlyValues(_ variables: VariableArguments?) -> EarlyValues {
    let (assignments, files) = (variables?.assignments ?? [], variables?.files ?? [])
    return EarlyValues(
      context: EvaluationContext(scope: EmptyScope(), functions: functions(planTimestamp: nil, isPlanning: true)),
      workspace: workspace, workingDirectory: world.workingDirectory,
      variables: { self.gatheredVariables(assignments, files, SourceMap()) })
  }

  /// The functions of the language; `planTime` is what `plantimestamp()` gives.
  func functions(planTimestamp: String?, isPlanning: Bool) -> FunctionTable {
    let world = world
    return FunctionTable(
      environment: FunctionEnvironment(
        files: world.files, baseDirectory: ".", homeDirectory: world.homeDirectory, timestamp: { world.timestamp() },
        planTimestamp: planTimestamp, randomBytes: world.randomBytes, isPlanning: isPlanning))
  }

  func context(
    planTimestamp: String?, parallelism: Int, isPlanning: Bool, leaseTimeout: Int64 = 0, interrupt: Interrupt = Interrupt(),
    events: @escaping @Sendable (EngineEvent) -> Void = { _ in }
  ) -> EngineContext {
    let world = world
    var context = EngineContext(
      functions: functions(planTimestamp: planTimestamp, isPlanning: isPlanning), workspace: workspace,
      workingDirectory: world.workingDirectory, parallelism: parallelism, timestamp: planTimestamp ?? world.timestamp(),
      newDeposedKey: { hexadecimal(world.randomBytes(4)) }, now: { Double(world.now()) / 1e9 },
      uptimeMilliseconds: world.uptimeMilliseconds, provisioners: provisioners, events: events,
      interrupt: interrupt)
    context.leaseTimeout = leaseTimeout
    return context
  }

  // MARK: State

  /// The store of the selected workspace, or of another: `plumb.sqlite` in the working directory.
  func openStore(path: String = "plumb.sqlite", workspace: String? = nil) -> SQLiteStore {
    SQLiteStore(path: path, workspace: workspace ?? self.workspace, environment: storeEnvironment)
  }

  var storeEnvironment: StoreEnvironment {
    let world = world
    return StoreEnvironment(
      now: { world.now() / 1_000_000 }, newLineage: { world.newUUID() }, host: hostName(), user: userName(world),
      processID: processIdentifier(), isProcessAlive: isProcessAlive)
  }

  /// The state file that Terraform keeps for a workspace.
  private func terraformStatePath(_ workspace: String) -> String {
    SelectedBackend.saved(dataDirectory: dataDirectory, files: world.files).statePath(
      workspace, isDefault: workspace == SQLiteStore.defaultWorkspace)
  }

  /// The state as it is, once the configuration in the directory is seen to have the backend that it is looked for with.
  func readState(
    _ store: any StateStore, workspace: String? = nil
  ) async throws -> (snapshot: StateSnapshot, isFromTerraform: Bool) {
    if let problem = SelectedBackend.problem(in: self) { throw DiagnosticsError(problem) }
    return try await storedState(store, workspace: workspace)
  }

  /// The state as it is: from the store, or, as long as nothing was stored, from Terraform's file in the directory.
  func storedState(
    _ store: any StateStore, workspace: String? = nil
  ) async throws -> (snapshot: StateSnapshot, isFromTerraform: Bool) {
    let snapshot = try await store.snapshot()
    if !snapshot.wasNeverWritten { return (snapshot, false) }
    guard let file = try stateFile(at: terraformStatePath(workspace ?? self.workspace)) else { return (snapshot, false) }
    return (file.snapshot, true)
  }

  /// Terraform's state file; nil if there is none or nothing in it. One that cannot be read is no reason to begin anew.
  private func stateFile(at path: String) throws(StoreError) -> StateFile? {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try world.files.read(path)
    } catch {
      if error.code == .notFound || error.code == .notDirectory { return nil }
      throw StoreError(.inputOutput, "\(error).")
    }
    do throws(StoreError) {
      return try StateFile(reading: bytes)
    } catch {
      throw StoreError(error.code, "\(path): \(error.message)")
    }
  }

  /// Takes Terraform's state file over into the store. The file stays where it is.
  func takeOver(_ snapshot: StateSnapshot, into store: any StateStore) async throws {
    try await store.replaceAll(with: snapshot, force: false, run: nil)
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
