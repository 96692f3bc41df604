import Addresses
import Diagnostics
import ProviderInterface
import Values

/// What a host would do.
public struct TestPlan: Sendable {
  public enum Action: Hashable, Sendable {
    case create, update, replace, delete, noChange
    /// Left for a later round, with the reason as hosts call it.
    case deferred(String)
  }

  public let action: Action
  /// Null for what is to be created.
  public let prior: DynamicValue
  /// The object as it is to be; in it what only the change will tell is unknown.
  public let planned: DynamicValue
  /// The changes for which the object is replaced.
  public let replacedFor: [AttributePath]
  let configuration: Value
  let plannedPrivate: [UInt8]
  let plannedIdentity: ResourceIdentity?
}

/// Plans, applies, refreshes, imports, moves and destroys objects.
extension ProviderTest {
  /// Plans as a host does, after a refresh.
  public func plan(_ typeName: String, _ configuration: DynamicValue, name: String = "test") async throws -> TestPlan {
    let value = try await prepare(.resource, typeName, configuration)
    try await refresh(typeName, name: name)
    return try await plan(typeName, value, name: name)
  }

  /// Plans and applies; then a second plan must have nothing to do. Gives the object as it is.
  @discardableResult
  public func apply(_ typeName: String, _ configuration: DynamicValue, name: String = "test") async throws -> DynamicValue {
    let plan = try await plan(typeName, configuration, name: name)
    try await apply(plan, typeName, name: name)
    let second = try await self.plan(typeName, configuration, name: name)
    if second.action != .noChange, !second.planned.isNull {
      throw ProviderMistake(
        "\(typeName): after apply the next plan is not empty, but \(second.action): \(difference(second.prior.value, second.planned.value))")
    }
    return try await state(typeName, name: name) ?? .null
  }

  /// Applies one plan.
  public func apply(_ plan: TestPlan, _ typeName: String, name: String = "test") async throws {
    switch plan.action {
    case .noChange: return
    case .deferred(let reason): throw ProviderDeferral(reason: reason)
    case .delete: try await destroy(typeName, name: name)
    case .create, .update: try await change(plan, prior: plan.prior.value, typeName, name)
    case .replace:
      try await destroy(typeName, name: name)
      try await change(plan, prior: .null(plan.prior.value.type), typeName, name)
    }
  }

  /// Reads the object anew. One that is gone leaves the state.
  public func refresh(_ typeName: String, name: String = "test") async throws {
    try await configure()
    guard var stored = stored(typeName, name) else { return }
    let current = try await upgraded(typeName, stored)
    let response = await provider.readResource(
      ReadResourceRequest(
        typeName: typeName, current: current, private: stored.privateState, capabilities: capabilities, identity: stored.identity))
    try check(response.diagnostics)
    if response.deferred != nil { return }
    let new = try present(response.new, "reading \(typeName)")
    if new.isNull { return store(nil, typeName, name) }
    let schema = try await schema(.resource, typeName)
    try check(schema, new, "reading \(typeName)")
    stored = Stored(
      json: JSONValueCodec.encode(new, type: .object(schema.block.impliedType)), version: schema.version,
      privateState: response.private, identity: response.identity ?? stored.identity)
    store(stored, typeName, name)
  }

  /// Imports an object by its id. Gives the object as it was read.
  @discardableResult
  public func importObject(_ typeName: String, id: String, name: String = "test") async throws -> DynamicValue {
    try await importObject(ImportResourceStateRequest(typeName: typeName, id: id, capabilities: capabilities), name)
  }

  /// Imports an object by its identity.
  @discardableResult
  public func importObject(_ typeName: String, identity: DynamicValue, name: String = "test") async throws -> DynamicValue {
    try await importObject(
      ImportResourceStateRequest(
        typeName: typeName, id: "", capabilities: capabilities, identity: ResourceIdentity(json: Array(identity.json.utf8))), name)
  }

  /// What the object is known by; nil if the provider does not say.
  public func identity(_ typeName: String, name: String = "test") throws -> DynamicValue? {
    try stored(typeName, name)?.identity.map { try DynamicValue(json: String(decoding: $0.json, as: UTF8.self)) }
  }

  /// Makes an object of another type one of this type, as a `moved` block does.
  public func move(
    from sourceType: String, of provider: String, json: String, to typeName: String, name: String = "test"
  ) async throws {
    let response = await self.provider.moveResourceState(
      MoveResourceStateRequest(
        sourceProvider: provider, sourceTypeName: sourceType, sourceSchemaVersion: 0, sourceJSON: Array(json.utf8), sourcePrivate: [],
        targetTypeName: typeName))
    try check(response.diagnostics)
    try await keep(try present(response.target, "moving to \(typeName)"), response.private, response.identity, typeName, name)
    try await refresh(typeName, name: name)
  }

  /// Destroys an object, if there is one.
  public func destroy(_ typeName: String, name: String = "test") async throws {
    try await configure()
    guard let stored = stored(typeName, name) else { return }
    let prior = try await upgraded(typeName, stored)
    let null = Value.null(.object(try await schema(.resource, typeName).block.impliedType))
    let plan = await provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: typeName, prior: prior, proposed: null, configuration: null, priorPrivate: stored.privateState, capabilities: capabilities,
        priorIdentity: stored.identity))
    try check(plan.diagnostics)
    let response = await provider.applyResourceChange(
      ApplyResourceChangeRequest(
        typeName: typeName, prior: prior, planned: null, configuration: null, plannedPrivate: stored.privateState,
        plannedIdentity: stored.identity))
    try check(response.diagnostics)
    guard let new = response.new, new.isNull else { throw ProviderMistake("\(typeName) was deleted, and the provider still gives an object") }
    store(nil, typeName, name)
  }

  // MARK: Steps

  private func plan(_ typeName: String, _ configuration: Value, name: String) async throws -> TestPlan {
    let schema = try await schema(.resource, typeName)
    let stored = stored(typeName, name)
    let null = Value.null(.object(schema.block.impliedType))
    let prior = if let stored { try await upgraded(typeName, stored) } else { null }
    let first = try await propose(typeName, schema, prior, configuration, stored)
    if let deferred = first.deferred {
      return TestPlan(
        action: .deferred(deferred.rawValue), prior: DynamicValue(prior), planned: DynamicValue(first.planned ?? null), replacedFor: [],
        configuration: configuration, plannedPrivate: [], plannedIdentity: nil)
    }
    let planned = try checked(first, typeName, schema, prior, configuration)
    let required = requiredReplacements(first.requiresReplace, schema: schema.block, prior: prior, planned: planned)
    if let lost = required.nonexistent.first { throw ProviderMistake("\(typeName): \(lost) is to be replaced for, and does not exist") }
    var (action, outcome, last) = (TestPlan.Action.update, planned, first)
    if prior.isNull {
      action = .create
    } else if !required.paths.isEmpty {
      action = .replace
      // As to a host, the new object is another one, and yet what was kept beside the old one is there.
      var old = stored
      old?.identity = nil
      last = try await propose(typeName, schema, null, configuration, old)
      outcome = try checked(last, typeName, schema, null, configuration)
    } else if isKnownEqual(prior, planned) {
      action = .noChange
    }
    return TestPlan(
      action: action, prior: DynamicValue(prior), planned: DynamicValue(outcome), replacedFor: required.paths.map(AttributePath.init),
      configuration: configuration, plannedPrivate: last.private, plannedIdentity: last.plannedIdentity)
  }

  private func propose(
    _ typeName: String, _ schema: Schema, _ prior: Value, _ configuration: Value, _ stored: Stored?
  ) async throws -> PlanResourceChangeResponse {
    let response = await provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: typeName, prior: prior, proposed: proposedObject(schema: schema.block, prior: prior, configuration: configuration),
        configuration: configuration, priorPrivate: stored?.privateState ?? [], capabilities: capabilities,
        priorIdentity: stored?.identity))
    try check(response.diagnostics)
    return response
  }

  private func checked(
    _ response: PlanResourceChangeResponse, _ typeName: String, _ schema: Schema, _ prior: Value, _ configuration: Value
  ) throws -> Value {
    let planned = try present(response.planned, "planning \(typeName)")
    var problems = conformanceProblems(schema: schema.block, planned)
    problems += planValidityProblems(schema: schema.block, prior: prior, configuration: configuration, planned: planned)
    if !problems.isEmpty { throw ProviderMistake("planning \(typeName): \(problems.map(\.text).joined(separator: "; "))") }
    return planned
  }

  private func change(_ plan: TestPlan, prior: Value, _ typeName: String, _ name: String) async throws {
    let schema = try await schema(.resource, typeName)
    let response = await provider.applyResourceChange(
      ApplyResourceChangeRequest(
        typeName: typeName, prior: prior, planned: plan.planned.value, configuration: plan.configuration,
        plannedPrivate: plan.plannedPrivate, plannedIdentity: plan.plannedIdentity))
    if let new = response.new, !new.isNull, new.isWhollyKnown {
      try await keep(new, response.private, response.identity, typeName, name)
    }
    try check(response.diagnostics)
    let new = try present(response.new, "applying \(typeName)")
    if new.isNull { throw ProviderMistake("\(typeName) was applied, and the provider gives no object") }
    try check(schema, new, "applying \(typeName)")
    let problems = compatibilityProblems(schema: schema.block, planned: plan.planned.value, actual: new)
    if !problems.isEmpty { throw ProviderMistake("applying \(typeName): \(problems.map(\.text).joined(separator: "; "))") }
  }

  private func keep(
    _ object: Value, _ notes: [UInt8], _ identity: ResourceIdentity?, _ typeName: String, _ name: String
  ) async throws {
    let schema = try await schema(.resource, typeName)
    store(
      Stored(
        json: JSONValueCodec.encode(object, type: .object(schema.block.impliedType)), version: schema.version, privateState: notes,
        identity: identity), typeName, name)
  }

  private func importObject(_ request: ImportResourceStateRequest, _ name: String) async throws -> DynamicValue {
    try await configure()
    let response = await provider.importResourceState(request)
    try check(response.diagnostics)
    if let deferred = response.deferred { throw ProviderDeferral(reason: deferred.rawValue) }
    guard let imported = response.imported.first else { throw ProviderMistake("importing \(request.typeName) gave nothing") }
    try await keep(imported.state, imported.private, imported.identity, request.typeName, name)
    try await refresh(request.typeName, name: name)
    guard let state = try await state(request.typeName, name: name) else {
      throw ProviderProblems([
        .init(
          isError: true, summary: "Cannot import non-existent remote object", detail: "What was to be imported does not exist.",
          path: .root)
      ])
    }
    return state
  }

  /// The names of the attributes that differ, with both values.
  private func difference(_ prior: Value, _ planned: Value) -> String {
    planned.keys.filter { prior.attribute($0) != planned.attribute($0) }.map { name in
      "\(name): \(DynamicValue(prior.attribute(name) ?? .dynamicNull)) → \(DynamicValue(planned.attribute(name) ?? .dynamicNull))"
    }.joined(separator: ", ")
  }
}
