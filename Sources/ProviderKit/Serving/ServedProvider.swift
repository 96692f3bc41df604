package import Diagnostics
package import ProviderInterface
import Synchronization
package import Values

/// A provider of this kit as hosts see it.
package final class ServedProvider<Owner: Provider>: ProviderInterface.Provider {
  private enum State: Sendable {
    case unconfigured
    case configured(Owner, ModelReading)
    case deferred(Deferral)
  }

  let surroundings: Surroundings
  let catalog = TypeCatalog<Owner>()
  private let configuration: TypeCatalog<Owner>.Entry
  private let providerSchema: Schema
  private let state = Mutex(State.unconfigured)
  let running = RunningCalls()

  package init(_ type: Owner.Type, _ surroundings: Surroundings) {
    self.surroundings = surroundings
    let definition = Owner().definition(description: Owner.description)
    configuration = TypeCatalog<Owner>.Entry(definition)
    // In a provider's configuration nothing is computed, so that hosts learn nothing of defaults.
    var declared = definition
    for index in declared.attributes.indices { declared.attributes[index].defaultValue = nil }
    providerSchema = Schema(block: declared.block)
  }

  // MARK: Discovery

  package func metadata() async throws(DiagnosticsError) -> ProviderMetadata {
    let computed = configuration.definition.attributes.first(where: \.isComputedByProvider)
      .map { "attribute \($0.name) is computed, which nothing in a provider's configuration can be" }
    if let problem = configuration.definition.problem ?? computed {
      throw DiagnosticsError(TypeCatalog<Owner>.mistake("the provider \(Owner.name)", problem))
    }
    if let problem = catalog.problems.first {
      throw DiagnosticsError(.error("The provider \(Owner.name) is wrong", "\(problem)\n\n\(providerMistake)"))
    }
    return ProviderMetadata(
      configuration: providerSchema, capabilities: ServerCapabilities(planDestroy: true, getProviderSchemaOptional: true, moveResourceState: true))
  }

  package func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema? {
    try catalog.entry(kind, name)?.schema
  }

  package func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String] { catalog.names(of: kind) }

  package func functions() async throws(DiagnosticsError) -> [String: ProviderFunction] {
    for (name, function) in catalog.functions {
      if let problem = function.problem { throw DiagnosticsError(TypeCatalog<Owner>.mistake("the function \(name)", problem)) }
    }
    return catalog.functions.mapValues(\.signature)
  }

  package func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller {
    let functions = catalog.functions
    return { name, arguments in
      functions[name]?.call(arguments)
        ?? CallFunctionResponse(result: nil, error: ("the provider has no function \"\(name)\"", nil))
    }
  }

  package func identitySchemas() async throws(DiagnosticsError) -> [String: Schema] {
    var result: [String: Schema] = [:]
    for name in catalog.resources.keys {
      result[name] = try catalog.entry(.resource, name)?.definition.identity
    }
    return result
  }

  // MARK: Configuration

  package func validateProviderConfiguration(_ value: Value) async -> ValidateResponse {
    ValidateResponse(diagnostics: validate(value, configuration.rules) { try validateModel(Owner.self, $0) })
  }

  package func validateConfiguration(of kind: TypeKind, named name: String, _ value: Value) async -> [Diagnostic] {
    do throws(DiagnosticsError) {
      let entry = try required(kind, name)
      return validate(value, entry.rules) { configuration in
        switch kind {
        case .resource: try catalog.resources[name]?.validate(configuration)
        case .dataSource: try catalog.dataSources[name]?.validate(configuration)
        case .ephemeralResource: try catalog.ephemeralResources[name]?.validate(configuration)
        }
      }
    } catch {
      return error.diagnostics
    }
  }

  private func validate(_ value: Value, _ rules: ObjectRules, _ whole: (DynamicValue) throws -> Void) -> [Diagnostic] {
    let problems = rules.problems(value)
    // The whole is judged when its parts are good.
    if problems.hasErrors { return problems }
    do {
      try whole(DynamicValue(rules.withDefaults(value)))
      return problems
    } catch {
      return problems + diagnostics(of: error, summary: "Invalid configuration")
    }
  }

  package func configure(_ request: ConfigureRequest) async -> [Diagnostic] {
    let record = CallRecord()
    let context = ConfigurationContext(
      surroundings: surroundings, isDeferralAllowed: request.capabilities.deferralAllowed, hostVersion: request.terraformVersion,
      record: record)
    let value = DynamicValue(configuration.rules.withDefaults(request.configuration))
    let reading = ModelReading(.planning)
    let result: Result<Owner, any Error> = await running.run {
      var provider = Owner.loaded(value, reading)
      do {
        try await provider.configure(context)
        try reading.faults.check()
        return .success(provider)
      } catch {
        return .failure(error)
      }
    }
    let warnings = record.warnings.map(\.asWarning)
    switch result {
    case .success(let provider):
      state.withLock { $0 = .configured(provider, reading) }
      return warnings
    case .failure(let deferral as Deferral) where request.capabilities.deferralAllowed:
      state.withLock { $0 = .deferred(deferral) }
      return warnings
    case .failure(let error):
      return warnings + diagnostics(of: error, summary: "The provider \(Owner.name) could not be configured")
    }
  }

  // MARK: End

  package func stop() async { running.cancel() }
  package func close() async { running.cancel() }

  // MARK: Calls

  func required(_ kind: TypeKind, _ name: String) throws(DiagnosticsError) -> TypeCatalog<Owner>.Entry {
    if let entry = try catalog.entry(kind, name) { return entry }
    throw DiagnosticsError(.error("Unknown type", "The provider \(Owner.name) has nothing named \(name)."))
  }

  /// What a call is given. Throws the provider's own deferral if it could not be configured yet.
  func context(_ privateState: PrivateState, _ capabilities: ClientCapabilities?) throws -> Context<Owner> {
    switch state.withLock({ $0 }) {
    case .configured(let provider, let reading):
      return Context(
        provider: provider, surroundings: surroundings, isDeferralAllowed: capabilities?.deferralAllowed ?? false,
        privateState: privateState, record: CallRecord(configuration: reading.faults))
    case .deferred(let deferral): throw deferral
    case .unconfigured:
      throw AttributeError("It was asked for something before it was configured.", summary: "The provider \(Owner.name) is not configured")
    }
  }
}

extension AttributeDefinition {
  fileprivate var isComputedByProvider: Bool { presence == .computed || presence == .optionalAndComputed }
}

/// The calls in flight, so that they can be asked to end.
final class RunningCalls: Sendable {
  private struct State {
    var next = 0
    var cancels: [Int: @Sendable () -> Void] = [:]
  }
  private let state = Mutex(State())

  /// Runs a call until it ends by itself or, having been cancelled, because it looked.
  func run<Result: Sendable>(_ call: @escaping @Sendable () async -> Result) async -> Result {
    let task = Task { await call() }
    let number = state.withLock { state in
      state.next += 1
      state.cancels[state.next] = { task.cancel() }
      return state.next
    }
    let result = await withTaskCancellationHandler { await task.value } onCancel: { task.cancel() }
    state.withLock { $0.cancels[number] = nil }
    return result
  }

  func cancel() {
    for cancel in state.withLock({ Array($0.cancels.values) }) { cancel() }
  }
}
