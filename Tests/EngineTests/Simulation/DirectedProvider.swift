import Diagnostics
import ProviderInterface
import Synchronization
import Values

/// What a test wants a provider to do otherwise than the simulated one.
struct Direction: Sendable {
  /// An answer instead of the simulated one; nil to leave the call alone.
  var plan: @Sendable (PlanResourceChangeRequest) -> PlanResourceChangeResponse? = { _ in nil }
  var readData: @Sendable (ReadDataSourceRequest) -> ReadDataSourceResponse? = { _ in nil }
  var configure: @Sendable (ConfigureRequest) -> [Diagnostic]? = { _ in nil }
  /// Runs before an object is created, changed or deleted.
  var beforeApply: @Sendable (ApplyResourceChangeRequest) async -> Void = { _ in }
  /// What becomes of the first call of a kind on the object of a name: `create a`.
  var outcomes: [String: SimulatedFaults.Outcome] = [:]
  /// Whether deletions are planned with the provider.
  var planDestroy = false
}

/// A simulated provider under direction, in a process that can be killed.
final class DirectedProvider: Provider {
  let inner: SimulatedProvider
  let direction: Direction
  let life: KillSwitch
  private let given = Mutex<[Value]>([])
  private let usedOutcomes = Mutex<Set<String>>([])

  init(_ inner: SimulatedProvider, _ direction: Direction = Direction(), life: KillSwitch = KillSwitch()) {
    self.inner = inner
    self.direction = direction
    self.life = life
  }

  /// The configurations that the provider was given, in order. More than one would be a mistake of the engine.
  var configurations: [Value] { given.withLock { $0 } }

  private static let death = [Diagnostic.error("Plugin did not respond", "The process was killed.")]

  /// A call with its two moments; `death` is what the caller is left with.
  private func call<Reply>(_ what: String, death: Reply, _ body: () async -> Reply) async -> Reply {
    guard life.survives("before the call to \(what)") else { return death }
    let reply = await body()
    return life.survives("before the reply to \(what)") ? reply : death
  }

  private func name(_ values: Value...) -> String {
    for value in values { if let name = value.attribute("name")?.asString { return name } }
    return "?"
  }

  // MARK: Schemas and configuration

  func metadata() async throws(DiagnosticsError) -> ProviderMetadata {
    var metadata = try await inner.metadata()
    metadata.capabilities.planDestroy = direction.planDestroy
    return metadata
  }
  func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema? {
    try await inner.schema(for: kind, named: name)
  }
  func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String] { try await inner.typeNames(of: kind) }
  func functions() async throws(DiagnosticsError) -> [String: ProviderFunction] { try await inner.functions() }
  func validateProviderConfiguration(_ configuration: Value) async -> ValidateResponse {
    await inner.validateProviderConfiguration(configuration)
  }

  func configure(_ request: ConfigureRequest) async -> [Diagnostic] {
    given.withLock { $0.append(request.configuration) }
    return await inner.configure(request) + (direction.configure(request) ?? [])
  }

  func validateConfiguration(of kind: TypeKind, named name: String, _ configuration: Value) async -> [Diagnostic] {
    await inner.validateConfiguration(of: kind, named: name, configuration)
  }

  // MARK: Resources

  func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse {
    await inner.upgradeResourceState(request)
  }
  func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse { await inner.readResource(request) }

  func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    await call(
      "plan \(name(request.proposed, request.prior))",
      death: PlanResourceChangeResponse(planned: nil, diagnostics: Self.death)
    ) {
      if let answer = direction.plan(request) { return answer }
      return await inner.planResourceChange(request)
    }
  }

  func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    await call(
      "change \(name(request.planned, request.prior))",
      death: ApplyResourceChangeResponse(new: nil, diagnostics: Self.death)
    ) {
      await direction.beforeApply(request)
      let operation: SimulatedProvider.Operation =
        request.planned.isNull ? .delete : request.prior.isNull ? .create : .update
      return await apply(request, outcome(of: "\(operation.rawValue) \(name(request.planned, request.prior))"))
    }
  }

  private func outcome(of call: String) -> SimulatedFaults.Outcome {
    guard let outcome = direction.outcomes[call] else { return .success }
    return usedOutcomes.withLock { $0.insert(call).inserted } ? outcome : .success
  }

  private func apply(
    _ request: ApplyResourceChangeRequest, _ outcome: SimulatedFaults.Outcome
  ) async -> ApplyResourceChangeResponse {
    let fault = [Diagnostic.error("Directed fault", "\(outcome)")]
    switch outcome {
    case .success: return await inner.applyResourceChange(request)
    case .errorBeforeEffect: return ApplyResourceChangeResponse(new: request.prior, diagnostics: fault)
    case .crashBeforeEffect: return ApplyResourceChangeResponse(new: nil, diagnostics: fault)
    case .errorAfterEffect, .crashAfterEffect:
      var response = await inner.applyResourceChange(request)
      response.diagnostics += fault
      if outcome == .crashAfterEffect { response.new = nil }
      return response
    }
  }

  func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    await inner.importResourceState(request)
  }
  func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse {
    await inner.moveResourceState(request)
  }

  // MARK: Data sources and the rest

  func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    await call(
      "read \(name(request.configuration))", death: ReadDataSourceResponse(state: nil, diagnostics: Self.death)
    ) {
      if let answer = direction.readData(request) { return answer }
      return await inner.readDataSource(request)
    }
  }
  func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    await inner.openEphemeralResource(request)
  }
  func renewEphemeralResource(named name: String, private: [UInt8]) async -> RenewEphemeralResourceResponse {
    await inner.renewEphemeralResource(named: name, private: `private`)
  }
  func closeEphemeralResource(named name: String, private: [UInt8]) async -> [Diagnostic] {
    await inner.closeEphemeralResource(named: name, private: `private`)
  }
  func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller { try await inner.functionCaller() }
  func stop() async { await inner.stop() }
  func close() async { await inner.close() }
}
