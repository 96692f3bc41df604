import Diagnostics
import Engine
import ProviderInterface
import Synchronization
import Values

/// A provider over a `SimulatedCloud`, with faults from a seed. Records every call.
final class SimulatedProvider: Provider {
  enum Operation: String, Hashable, Sendable {
    case configure, validate, upgrade, read, plan, create, update, delete, importState, readData
  }

  struct Call: Hashable, Sendable {
    var operation: Operation
    var typeName: String
    /// The object's `name` attribute, empty where it has none.
    var name: String
    /// From 1, over all calls of this provider, in the order in which they began.
    var number: Int
    var outcome: SimulatedFaults.Outcome

    var text: String { "\(operation.rawValue) \(typeName) \(name)" }
  }

  private struct State {
    var calls: [Call] = []
    var timesByText: [String: Int] = [:]
    var inFlight = 0
    var inFlightMax = 0
    var replies = 0
    var isConfigured = false
    var isStopping = false
  }

  let cloud: SimulatedCloud
  let faults: SimulatedFaults
  /// Answers as providers of the legacy SDK do.
  let isLegacy: Bool
  /// Called before the n-th reply (from 1) goes out: a test can end the run here, or wait.
  private let beforeReply: @Sendable (_ number: Int, Call) async -> Void
  private let state = Mutex(State())

  init(
    _ cloud: SimulatedCloud, faults: SimulatedFaults = .none, isLegacy: Bool = false,
    beforeReply: @escaping @Sendable (Int, Call) async -> Void = { _, _ in }
  ) {
    self.cloud = cloud
    self.faults = faults
    self.isLegacy = isLegacy
    self.beforeReply = beforeReply
  }

  var calls: [Call] { state.withLock { $0.calls } }
  /// How many calls were under way at once, at most.
  var inFlightMax: Int { state.withLock { $0.inFlightMax } }
  var isStopping: Bool { state.withLock { $0.isStopping } }

  func calls(_ operation: Operation) -> [Call] { calls.filter { $0.operation == operation } }

  // MARK: What every call has

  /// Records a call, runs it with what fate has for it, and replies after a while.
  private func call<Reply: Sendable>(
    _ operation: Operation, _ typeName: String, _ name: String, mayFail: Bool = true,
    _ body: (SimulatedFaults.Outcome) -> Reply
  ) async -> Reply {
    let call = state.withLock { state in
      let text = "\(operation.rawValue) \(typeName) \(name)"
      state.timesByText[text, default: 0] += 1
      let outcome = mayFail ? faults.outcome(of: "\(text) \(state.timesByText[text] ?? 0)") : .success
      let call = Call(
        operation: operation, typeName: typeName, name: name, number: state.calls.count + 1, outcome: outcome)
      state.calls.append(call)
      state.inFlight += 1
      state.inFlightMax = max(state.inFlightMax, state.inFlight)
      return call
    }
    for _ in 0..<faults.yields(of: call.text) { await Task.yield() }
    let reply = body(call.outcome)
    let number = state.withLock { state in
      state.replies += 1
      return state.replies
    }
    await beforeReply(number, call)
    state.withLock { $0.inFlight -= 1 }
    return reply
  }

  private func simulated(_ outcome: SimulatedFaults.Outcome) -> [Diagnostic] {
    switch outcome {
    case .success: []
    case .errorBeforeEffect, .errorAfterEffect: [.error("Simulated fault", "\(outcome)")]
    case .crashBeforeEffect, .crashAfterEffect:
      [.error("Plugin did not respond", "The plugin encountered an error: killed (\(outcome)).")]
    }
  }

  private func name(_ values: Value...) -> String {
    for value in values { if let name = value.attribute("name")?.asString { return name } }
    return ""
  }

  // MARK: Schemas and configuration

  func metadata() async throws(DiagnosticsError) -> ProviderMetadata {
    ProviderMetadata(
      configuration: SimulatedSchemas.provider, capabilities: ServerCapabilities(getProviderSchemaOptional: true))
  }

  func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema? {
    switch kind {
    case .resource: SimulatedSchemas.resources[name]
    case .dataSource: SimulatedSchemas.dataSources[name]
    case .ephemeralResource: nil
    }
  }

  func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String] {
    switch kind {
    case .resource: SimulatedSchemas.resources.keys.sorted()
    case .dataSource: SimulatedSchemas.dataSources.keys.sorted()
    case .ephemeralResource: []
    }
  }

  func functions() async throws(DiagnosticsError) -> [String: ProviderFunction] { [:] }

  func validateProviderConfiguration(_ configuration: Value) async -> ValidateResponse {
    ValidateResponse(prepared: configuration)
  }

  func configure(_ request: ConfigureRequest) async -> [Diagnostic] {
    await call(.configure, "", "", mayFail: false) { _ in
      let isSecond = state.withLock { state in
        defer { state.isConfigured = true }
        return state.isConfigured
      }
      return isSecond ? [.error("Configured twice", "A provider can be configured only once.")] : []
    }
  }

  func validateConfiguration(of kind: TypeKind, named typeName: String, _ configuration: Value) async -> [Diagnostic] {
    await call(.validate, typeName, name(configuration), mayFail: false) { _ in
      guard let size = configuration.attribute("size")?.asInt, size < 0 else { return [] }
      return [Diagnostic(.error, "Invalid size", "size must not be negative.", attributePath: [".size"])]
    }
  }

  // MARK: Resources

  func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse {
    await call(.upgrade, request.typeName, "", mayFail: false) { _ in
      guard let schema = SimulatedSchemas.resources[request.typeName] else {
        return UpgradeResourceStateResponse(upgraded: nil, diagnostics: [.error("Unknown type \(request.typeName)")])
      }
      do {
        let value = try JSONValueCodec.decode(request.json, type: .object(schema.block.impliedType))
        return UpgradeResourceStateResponse(upgraded: value)
      } catch {
        return UpgradeResourceStateResponse(upgraded: nil, diagnostics: [.error("Cannot read state", "\(error)")])
      }
    }
  }

  func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse {
    await call(.read, request.typeName, name(request.current)) { outcome in
      if outcome != .success { return ReadResourceResponse(new: nil, diagnostics: simulated(outcome)) }
      let id = request.current.attribute("id")?.asString ?? ""
      let gone = Value.null(request.current.type)
      return ReadResourceResponse(new: cloud.object(id: id)?.value ?? gone, private: request.private)
    }
  }

  func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    await call(.plan, request.typeName, name(request.proposed, request.prior)) { outcome in
      if outcome != .success { return PlanResourceChangeResponse(planned: nil, diagnostics: simulated(outcome)) }
      guard let schema = SimulatedSchemas.resources[request.typeName], !request.proposed.isNull else {
        return PlanResourceChangeResponse(planned: request.proposed)
      }
      let (planned, replaced) = SimulatedProvider.plan(
        schema.block, prior: request.prior, proposed: request.proposed)
      return PlanResourceChangeResponse(
        planned: planned, requiresReplace: replaced, private: Array("planned".utf8), legacyTypeSystem: isLegacy)
    }
  }

  /// The proposed object, with unknown values for what the cloud will decide.
  static func plan(_ schema: BlockSchema, prior: Value, proposed: Value) -> (planned: Value, replaced: [Path]) {
    var planned = proposed.transform { path, value in
      guard let attribute = schema.attribute(at: path) else { return value }
      if attribute.writeOnly { return .null(attribute.type) }
      return attribute.computed && value.isNull ? .unknown(attribute.type) : value
    }
    if prior.isNull { return (planned, []) }
    if isKnownEqual(prior, planned) { return (prior, []) }
    planned = planned.setting(at: Path.root.attribute("etag"), to: .unknown(.string))
    let replaced = SimulatedSchemas.replaced.sorted().filter {
      planned.attribute($0) != nil && planned.attribute($0) != prior.attribute($0)
    }
    if !replaced.isEmpty { planned = planned.setting(at: Path.root.attribute("id"), to: .unknown(.string)) }
    return (planned, replaced.map { Path.root.attribute($0) })
  }

  func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    let operation: Operation = request.planned.isNull ? .delete : request.prior.isNull ? .create : .update
    return await call(operation, request.typeName, name(request.planned, request.prior)) { outcome in
      switch outcome {
      case .errorBeforeEffect:
        return ApplyResourceChangeResponse(new: request.prior, diagnostics: simulated(outcome))
      case .crashBeforeEffect: return ApplyResourceChangeResponse(new: nil, diagnostics: simulated(outcome))
      case .success, .errorAfterEffect, .crashAfterEffect: break
      }
      var (new, diagnostics) = effect(operation, request)
      diagnostics += simulated(outcome)
      return ApplyResourceChangeResponse(
        new: outcome == .crashAfterEffect ? nil : new, private: Array("applied".utf8), legacyTypeSystem: isLegacy,
        diagnostics: diagnostics)
    }
  }

  private func effect(_ operation: Operation, _ request: ApplyResourceChangeRequest) -> (Value, [Diagnostic]) {
    let planned = request.planned
    switch operation {
    case .create:
      let object = cloud.create(typeName: request.typeName, name: name(planned)) { id in
        SimulatedProvider.completed(planned, id: id, revision: 1)
      }
      return (object.value, [])
    case .delete:
      cloud.delete(id: request.prior.attribute("id")?.asString ?? "")
      return (planned, [])
    default:
      let id = request.prior.attribute("id")?.asString ?? ""
      let object = cloud.update(id: id) { _, revision in
        SimulatedProvider.completed(planned, id: id, revision: revision)
      }
      if let object { return (object.value, []) }
      return (request.prior, [.error("Not found", "There is no object \(id).")])
    }
  }

  /// The planned object with known values where it was unknown. They say where they come from.
  static func completed(_ planned: Value, id: String, revision: Int) -> Value {
    planned.transform { path, value in
      guard case .unknown(let unknown) = value else { return value }
      if path == Path.root.attribute("id") { return .string(id) }
      switch unknown.type {
      case .string: return .text("\(id)\(path)@\(revision)")
      case .number: return .int(10)
      case .bool: return .true
      case .list(let element): return .list([], of: element)
      case .set(let element): return .set([], of: element)
      case .map(let element): return .map([:], of: element)
      default: return .null(unknown.type)
      }
    }
  }

  func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    await call(.importState, request.typeName, request.id) { outcome in
      guard outcome == .success, let schema = SimulatedSchemas.resources[request.typeName] else {
        return ImportResourceStateResponse(imported: [], diagnostics: simulated(outcome))
      }
      let state = schema.block.emptyValue.setting(at: Path.root.attribute("id"), to: .text(request.id))
      return ImportResourceStateResponse(imported: [.init(typeName: request.typeName, state: state, private: [])])
    }
  }

  func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse {
    MoveResourceStateResponse(target: nil, diagnostics: [.error("Moves between types are not supported")])
  }

  // MARK: Data sources and the rest

  func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    let wanted = name(request.configuration)
    return await call(.readData, request.typeName, wanted) { outcome in
      if outcome != .success { return ReadDataSourceResponse(state: nil, diagnostics: simulated(outcome)) }
      guard let object = cloud.object(typeName: "sim_simple", named: wanted) else {
        return ReadDataSourceResponse(
          state: nil, diagnostics: [.error("Not found", "There is no sim_simple named \"\(wanted)\".")])
      }
      return ReadDataSourceResponse(
        state: .object([
          ("id", .text(object.id)), ("name", .text(wanted)),
          ("size", object.value.attribute("size") ?? .null(.number)),
        ]))
    }
  }

  func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    OpenEphemeralResourceResponse(result: nil, diagnostics: [.error("Unknown type \(request.typeName)")])
  }

  func renewEphemeralResource(named name: String, private: [UInt8]) async -> RenewEphemeralResourceResponse {
    RenewEphemeralResourceResponse(diagnostics: [.error("Unknown type \(name)")])
  }

  func closeEphemeralResource(named name: String, private: [UInt8]) async -> [Diagnostic] { [] }

  func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller {
    { _, _ in CallFunctionResponse(result: nil, error: ("no such function", nil)) }
  }

  func stop() async { state.withLock { $0.isStopping = true } }
  func close() async {}
}
