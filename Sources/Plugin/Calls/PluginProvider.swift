package import Diagnostics
package import Host
package import ProviderInterface
import Synchronization
package import Values

/// A provider in a process of its own, over plugin protocol 5 or 6.
///
/// Nothing waits for the process that does not need it: it starts in the background, schemas come from the cache where they
/// can, and each call waits for what it needs. A process that cannot be started, or that is gone, is an error diagnostic of
/// the call that needed it.
package final class PluginProvider: Provider {
  private struct State {
    var process: Task<Result<PluginProcess, PluginError>, Never>?
    var schemas: Task<Result<LoadedSchemas, DiagnosticsError>, Never>?
    /// The schema call that a provider without `get_provider_schema_optional` must see before any other.
    var introduction: Task<Result<Void, DiagnosticsError>, Never>?
    var identitySchemas: Task<Result<[String: Schema], DiagnosticsError>, Never>?
    /// Writes the schemas into the cache while the run goes on.
    var saving: Task<Void, Never>?
    /// Whether a message showed the last lines of the log already: a crash ends many calls, and one stack trace will do.
    var hasShownLog = false
    /// Provider configurations that this process found nothing wrong with.
    var validConfigurations: Set<[UInt8]> = []
    var isClosed = false
  }
  private let state = Mutex(State())
  /// The provider's source address, for messages.
  let name: String
  private let program: PluginProgram?
  private let cache: PluginSchemaCache?
  private let open: @Sendable () async -> Result<PluginProcess, PluginError>

  /// A provider that is launched from a program. With `startsNow` the process is started at once, in the background; without, by the
  /// first call that needs it (schemas from the cache do not).
  package init(
    launch: PluginLaunch, with launcher: any ProcessLauncher, schemaCache: PluginSchemaCache?, startsNow: Bool = true
  ) {
    name = launch.provider
    program = PluginProgram(path: launch.executable, source: launch.provider, environment: launch.environment)
    cache = schemaCache
    open = {
      do throws(PluginError) {
        return .success(try await PluginProcess.start(launch, with: launcher))
      } catch {
        return .failure(error)
      }
    }
    if startsNow { _ = processTask() }
  }

  /// A provider that runs already, and goes on running after `close`.
  package init(reattachment: PluginReattachment, log: PluginLogSink? = nil) {
    name = reattachment.provider
    program = nil
    cache = nil
    open = {
      do throws(PluginError) {
        return .success(try await PluginProcess.attach(to: reattachment, log: log))
      } catch {
        return .failure(error)
      }
    }
  }

  /// Whether a configuration was found to be valid before, in this process or in an earlier one.
  func isKnownValid(_ configuration: [UInt8]) async -> Bool {
    if state.withLock({ $0.validConfigurations.contains(configuration) }) { return true }
    guard let cache, let program else { return false }
    return await cache.isKnownValid(program, question: configuration)
  }

  func rememberValid(_ configuration: [UInt8]) async {
    state.withLock { _ = $0.validConfigurations.insert(configuration) }
    if let cache, let program {
      await cache.rememberValid(program, question: configuration)
    }
  }

  deinit {
    state.withLock { state in
      state.schemas?.cancel()
      state.process?.cancel()
    }
  }

  // MARK: Process

  private func processTask() -> Task<Result<PluginProcess, PluginError>, Never> {
    let open = open
    let name = name
    return state.withLock { state in
      if let task = state.process { return task }
      let isClosed = state.isClosed
      let task = Task {
        isClosed
          ? Result<PluginProcess, PluginError>.failure(
            PluginError(code: .cancelled, provider: name, message: "it was already closed.", log: []))
          : await open()
      }
      state.process = task
      return task
    }
  }

  private func process() async throws(DiagnosticsError) -> PluginProcess {
    switch await processTask().value {
    case .success(let process): return process
    case .failure(let error): throw DiagnosticsError(error.diagnostic)
    }
  }

  /// Returns when the process is started and connected; throws why it could not be. Calls need not wait for this.
  package func waitUntilStarted() async throws(PluginError) {
    _ = try await processTask().value.get()
  }

  package func stop() async {
    guard let task = state.withLock({ $0.process }), case .success(let process) = await task.value else { return }
    _ = try? await process.connection.call(
      PluginMethod.stop.path(in: process.protocolVersion), [], timeout: .seconds(10))
  }

  package func close() async {
    let (task, saving) = state.withLock { state in
      state.isClosed = true
      state.schemas?.cancel()
      return (state.process, state.saving)
    }
    await saving?.value
    guard let task else { return }
    // A start that is under way is given up; one that is done is not touched by this.
    task.cancel()
    if case .success(let process) = await task.value { await process.close() }
  }

  // MARK: Schemas

  private struct LoadedSchemas {
    var index: SchemaIndex
    /// The process at hand has not been asked for them.
    var isFromCache: Bool
  }

  func schemas() async throws(DiagnosticsError) -> SchemaIndex { try await loadedSchemas().index }

  private func loadedSchemas() async throws(DiagnosticsError) -> LoadedSchemas {
    let task = state.withLock { state in
      if let task = state.schemas { return task }
      let task = Task { [self] in
        do throws(DiagnosticsError) {
          return Result<LoadedSchemas, DiagnosticsError>.success(try await loadSchemas())
        } catch {
          return .failure(error)
        }
      }
      state.schemas = task
      return task
    }
    return try await task.value.get()
  }

  private func loadSchemas() async throws(DiagnosticsError) -> LoadedSchemas {
    if let cache, let program, let index = await cache.load(program) {
      return LoadedSchemas(index: index, isFromCache: true)
    }
    let index = try await askForSchemas(try await process())
    if let cache, let program {
      state.withLock { $0.saving = Task { await cache.store(index, of: program) } }
    }
    return LoadedSchemas(index: index, isFromCache: false)
  }

  private func askForSchemas(_ process: PluginProcess) async throws(DiagnosticsError) -> SchemaIndex {
    let reply = try await send(.getSchema, [], to: process)
    guard let index = try? SchemaIndex(reply, protocolVersion: process.protocolVersion) else {
      throw DiagnosticsError(damaged(.getSchema, process))
    }
    if index.diagnostics.hasErrors { throw DiagnosticsError(index.diagnostics) }
    return index
  }

  package func metadata() async throws(DiagnosticsError) -> ProviderMetadata {
    let index = try await schemas()
    do throws(SchemaError) {
      return ProviderMetadata(
        configuration: try index.providerSchema(), providerMeta: try index.providerMetaSchema(),
        capabilities: index.capabilities)
    } catch {
      throw invalidSchema(error)
    }
  }

  package func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema? {
    try decoded(try await schemas(), kind, name)
  }

  package func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String] {
    try await schemas().typeNames(of: kind)
  }

  package func functions() async throws(DiagnosticsError) -> [String: ProviderFunction] {
    let index = try await schemas()
    do throws(SchemaError) {
      return try index.functions()
    } catch {
      throw invalidSchema(error)
    }
  }

  func decoded(_ index: SchemaIndex, _ kind: TypeKind, _ typeName: String) throws(DiagnosticsError) -> Schema? {
    do throws(SchemaError) {
      return try index.schema(for: kind, named: typeName)
    } catch {
      throw invalidSchema(error)
    }
  }

  private func invalidSchema(_ error: SchemaError) -> DiagnosticsError {
    DiagnosticsError(
      .error(
        "Failed to load plugin schemas",
        "Provider \(name) gave an invalid schema: \(error.message).\n\n\(providerMistake)"))
  }

  // MARK: Calls

  /// The process and the schemas, when calls may be made.
  func prepared() async throws(DiagnosticsError) -> (PluginProcess, SchemaIndex) {
    let loaded = try await loadedSchemas()
    let process = try await process()
    if loaded.isFromCache, !loaded.index.capabilities.getProviderSchemaOptional { try await introduce(process) }
    return (process, loaded.index)
  }

  /// Makes the schema call for its effect on the provider: some set themselves up in it.
  private func introduce(_ process: PluginProcess) async throws(DiagnosticsError) {
    let task = state.withLock { state in
      if let task = state.introduction { return task }
      let task = Task { [self] in
        do throws(DiagnosticsError) {
          _ = try await askForSchemas(process)
          return Result<Void, DiagnosticsError>.success(())
        } catch {
          return .failure(error)
        }
      }
      state.introduction = task
      return task
    }
    try await task.value.get()
  }

  /// The schemas of identities by resource type, asked for when the first identity turns up: most providers have none.
  func identitySchemas(_ process: PluginProcess) async throws(DiagnosticsError) -> [String: Schema] {
    let task = state.withLock { state in
      if let task = state.identitySchemas { return task }
      let task = Task { [self] in
        do throws(DiagnosticsError) {
          return Result<[String: Schema], DiagnosticsError>.success(try await askForIdentitySchemas(process))
        } catch {
          return .failure(error)
        }
      }
      state.identitySchemas = task
      return task
    }
    return try await task.value.get()
  }

  private func askForIdentitySchemas(_ process: PluginProcess) async throws(DiagnosticsError) -> [String: Schema] {
    let bytes: [UInt8]
    do throws(GRPCError) {
      bytes = try await process.connection.call(PluginMethod.getIdentitySchemas.path(in: process.protocolVersion), [])
    } catch {
      // Providers that are older than identities do not know the call.
      if error.code == .unimplemented { return [:] }
      throw DiagnosticsError(await failure(of: .getIdentitySchemas, error, process))
    }
    guard let reply = try? ProtobufMessage(bytes), let diagnostics = try? reply.diagnostics(2) else {
      throw DiagnosticsError(damaged(.getIdentitySchemas, process))
    }
    if diagnostics.hasErrors { throw DiagnosticsError(diagnostics) }
    do throws(SchemaError) {
      return try SchemaDecoder(protocolVersion: process.protocolVersion).identitySchemas(reply)
    } catch {
      throw invalidSchema(error)
    }
  }

  func send(
    _ method: PluginMethod, _ request: [UInt8], to process: PluginProcess
  ) async throws(DiagnosticsError) -> [UInt8] {
    do throws(GRPCError) {
      return try await process.connection.call(method.path(in: process.protocolVersion), request)
    } catch {
      throw DiagnosticsError(await failure(of: method, error, process))
    }
  }

  private func failure(of method: PluginMethod, _ error: GRPCError, _ process: PluginProcess) async -> Diagnostic {
    let explanation = error.code == .unavailable ? await process.explainLoss() : nil
    return failure(of: method, error, process, explanation: explanation)
  }

  /// A failed call in the words that Terraform has for it, with what the process said last when it is gone.
  func failure(
    of method: PluginMethod, _ error: GRPCError, _ process: PluginProcess, explanation: String?
  ) -> Diagnostic {
    let call = method.name(in: process.protocolVersion)
    switch error.code {
    case .unavailable:
      var detail =
        "Plugin \(name) failed to answer \(call). See what it logged, for instance with TF_LOG=debug."
      detail += "\n\n" + (explanation.map { "\($0) " } ?? "") + "Cause: \(error.message)."
      let isFirst = state.withLock { state in
        defer { state.hasShownLog = true }
        return !state.hasShownLog
      }
      let log = process.log.tail
      if isFirst, !log.isEmpty { detail += "\n\n" + PluginError.logSection(log) }
      return .error("Plugin did not respond", detail)
    case .cancelled: return .error("Request cancelled", "The \(call) request was cancelled.")
    case .unimplemented:
      return .error("Unsupported plugin method", "Plugin \(name) does not know \(call).")
    default:
      return .error(
        "Plugin error", "Plugin \(name) answered \(call) with an error: \(error.message)")
    }
  }

  func damaged(_ method: PluginMethod, _ process: PluginProcess) -> Diagnostic {
    .error(
      "Plugin error",
      "The plugin \(name) answered the \(method.name(in: process.protocolVersion)) call with a message that cannot be decoded."
    )
  }

  /// Starts a call about a type: its schema, and the process to ask.
  func begin(_ kind: TypeKind, _ typeName: String) async throws(DiagnosticsError) -> PluginCall {
    let (process, index) = try await prepared()
    guard let schema = try decoded(index, kind, typeName) else {
      let what =
        switch kind {
        case .resource: "resource type"
        case .dataSource: "data source"
        case .ephemeralResource: "ephemeral resource type"
        }
      throw DiagnosticsError(
        .error("Unknown \(what)", "The provider \(name) does not offer the \(what) \"\(typeName)\"."))
    }
    return PluginCall(provider: self, process: process, index: index, schema: schema, typeName: typeName)
  }

  func invalidValue(_ typeName: String, _ method: PluginMethod, _ error: DynamicValueError) -> Diagnostic {
    .error(
      "Provider produced invalid object",
      "Provider \(name) answered \(method.name(in: 6)) for \(typeName) with a value that does not fit its schema: "
        + "\(error.message).\n\n\(providerMistake)"
    )
  }

  func unsendable(_ typeName: String, _ error: DynamicValueError) -> DiagnosticsError {
    DiagnosticsError(
      .error(
        "Value does not fit the provider's schema",
        "A value for \(typeName) cannot be sent to the provider \(name): \(error.message)."))
  }
}
