import Addresses
import Diagnostics
import Modules
import Plans
import ProviderInterface
import Values

/// Everything that decides what happens to one managed object. Planning and apply both ask with this, so that apply can
/// check that it gets what was planned.
struct ChangeRequest: Sendable {
  var address: ResourceInstance
  var provider: any Provider
  /// The provider's address, for messages.
  var source: ProviderSource
  var schema: Schema
  /// The object as it is, if there is one; its value marked.
  var prior: ObjectRecord?
  /// The decoded configuration, marked.
  var configuration: Value
  var ignoredChanges: IgnoredChanges
  /// Why the object must be replaced whatever the provider says; nil if nothing demands it.
  var forcedReplacement: ActionReason?
  var createBeforeDestroy: Bool
  var capabilities: ClientCapabilities
}

/// What shall happen to one managed object.
struct PlannedChange: Sendable {
  var action: Action
  var reason: ActionReason?
  var before: Value
  var after: Value
  var plannedPrivate: [UInt8]
  var plannedIdentity: ResourceIdentity?
  var replacePaths: [Path]
}

enum ChangePlanningResult: Sendable {
  case planned(PlannedChange)
  case deferred(Deferral, Value)
  case failed

  var isNoOp: Bool {
    if case .planned(let change) = self { change.action == .noOp } else { false }
  }
}

/// Asks the provider what a change would do, checks the answer, and chooses the action (planning semantics, sections 11 to 15).
func planChange(_ request: ChangeRequest) async -> (ChangePlanningResult, [Diagnostic]) {
  var planning = ChangePlanning(request)
  let result = await planning.run()
  return (result, planning.diagnostics)
}

private struct ChangePlanning {
  let request: ChangeRequest
  let typeName: String
  let block: BlockSchema
  let configuration: Value
  let configurationMarks: [PathMarks]
  let prior: Value
  let priorMarked: Value
  let priorPrivate: [UInt8]
  let priorIdentity: ResourceIdentity?
  var diagnostics: [Diagnostic] = []

  init(_ request: ChangeRequest) {
    self.request = request
    typeName = request.address.resource.type
    block = request.schema.block
    let (plain, marks) = request.configuration.unmarkedDeep()
    configuration = plain
    // Ephemeral values stand in write-only arguments alone, of which nothing is planned.
    configurationMarks = marks.compactMap { entry in
      let kept = entry.marks.subtracting(.ephemeral)
      return kept.isEmpty ? nil : PathMarks(path: entry.path, marks: kept)
    }
    // A tainted object is planned as if it were not there; it is put back as what the replacement destroys.
    let usable = request.prior.flatMap { $0.isTainted ? nil : $0 }
    priorMarked = usable?.value ?? .null(.object(request.schema.block.impliedType))
    prior = priorMarked.withoutMarks
    priorPrivate = usable?.private ?? []
    priorIdentity = usable?.identity
  }

  mutating func run() async -> ChangePlanningResult {
    diagnostics += await request.provider.validateConfiguration(of: .resource, named: typeName, configuration)
    if diagnostics.hasErrors { return .failed }

    let effective = Engine.configuration(
      configuration, ignoring: request.ignoredChanges, prior: prior, schema: block)
    let proposed = proposedObject(schema: block, prior: prior, configuration: effective)
    let response = await call(prior: prior, proposed: proposed, configuration: effective)
    if let deferral = Deferral(response.deferred, response.diagnostics) {
      return .deferred(deferral, marked(response.planned ?? proposed))
    }
    diagnostics += response.diagnostics
    if response.diagnostics.hasErrors { return .failed }
    guard var planned = check(response, prior: prior, configuration: effective, proposed: proposed) else { return .failed }
    if response.legacyTypeSystem {
      planned = Engine.planned(planned, ignoring: request.ignoredChanges, prior: prior)
    }
    return await choose(planned: planned, response: response)
  }

  private func call(prior: Value, proposed: Value, configuration: Value) async -> PlanResourceChangeResponse {
    await request.provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: typeName, prior: prior, proposed: proposed, configuration: configuration, priorPrivate: priorPrivate,
        capabilities: request.capabilities, priorIdentity: prior.isNull ? nil : priorIdentity))
  }

  /// The planned object of a response, if it is one that can be worked with.
  ///
  /// - Parameter proposed: what the provider was proposed and may plan something else for within limits; nil if these are not to be
  ///   checked.
  private mutating func check(
    _ response: PlanResourceChangeResponse, prior: Value, configuration: Value, proposed: Value?
  ) -> Value? {
    guard let planned = response.planned else { return nil }
    let conformance = conformanceProblems(schema: block, planned)
    if !conformance.isEmpty {
      diagnostics += conformance.map { invalidPlan($0.text) }
      return nil
    }
    let writeOnly = writeOnlyPathsWithValues(schema: block, planned)
    if !writeOnly.isEmpty {
      diagnostics += writeOnly.map { invalidPlan("a value of the write-only attribute \($0), which must be null") }
      return nil
    }
    // What was proposed is within them: it takes each value from where it may come from.
    if let proposed, !response.legacyTypeSystem, !planned.isIdentical(to: proposed) {
      let problems = planValidityProblems(
        schema: block, prior: prior, configuration: configuration, planned: planned)
      if !problems.isEmpty {
        diagnostics += problems.map { invalidPlan($0.text) }
        return nil
      }
    }
    return planned
  }

  private mutating func choose(planned: Value, response: PlanResourceChangeResponse) async -> ChangePlanningResult {
    let required = requiredReplacements(response.requiresReplace, schema: block, prior: prior, planned: planned)
    if !required.nonexistent.isEmpty {
      diagnostics += required.nonexistent.map {
        .error(
          "Provider produced invalid plan",
          RequiredReplacements.nonexistentDetail(
            provider: request.source.description, address: request.address.description, path: $0))
      }
      return .failed
    }
    let after = marked(planned)
    var change = PlannedChange(
      action: .noOp, reason: nil, before: priorMarked, after: after, plannedPrivate: response.private,
      plannedIdentity: response.plannedIdentity ?? priorIdentity, replacePaths: [])
    if prior.isNull {
      change.action = .create
      if let old = request.prior, old.isTainted {
        change.action = replacement
        change.reason = .replaceBecauseTainted
        change.before = old.value
      }
      // Even of an object that is only created is it told that something triggered it.
      if request.forcedReplacement == .replaceByTriggers { change.reason = .replaceByTriggers }
      return .planned(change)
    }
    if request.forcedReplacement != nil || !required.paths.isEmpty {
      change.action = replacement
      change.reason = request.forcedReplacement ?? .replaceBecauseCannotUpdate
      change.replacePaths = required.paths
      return await replan(change)
    }
    if isKnownEqual(prior, planned) {
      // The same value with other marks is still a change: of what may be shown.
      let isSame = Set(after.sensitivePaths) == Set(priorMarked.sensitivePaths)
      change.action = isSame ? .noOp : .update
      if isSame { change.after = priorMarked }
    } else {
      change.action = .update
    }
    return .planned(change)
  }

  /// What a replacement creates is planned as from nothing, with the configuration as written.
  private mutating func replan(_ change: PlannedChange) async -> ChangePlanningResult {
    var change = change
    let null = Value.null(.object(block.impliedType))
    let proposed = proposedObject(schema: block, prior: null, configuration: configuration)
    let response = await call(prior: null, proposed: proposed, configuration: configuration)
    // The warnings would repeat those of the first answer.
    diagnostics += response.diagnostics.filter { $0.severity == .error }
    guard !response.diagnostics.hasErrors,
      let planned = check(response, prior: null, configuration: configuration, proposed: nil)
    else { return .failed }
    change.after = marked(planned)
    change.plannedPrivate = response.private
    change.plannedIdentity = response.plannedIdentity
    return .planned(change)
  }

  private var replacement: Action { request.createBeforeDestroy ? .createThenDelete : .deleteThenCreate }

  private func marked(_ value: Value) -> Value {
    Engine.marked(value, schema: block, with: configurationMarks)
  }

  private func invalidPlan(_ detail: String) -> Diagnostic {
    .error(
      "Provider produced invalid plan",
      "Provider \"\(request.source)\" made an impossible plan for \(request.address): "
        + "\(detail).\n\n\(providerMistake)")
  }
}
