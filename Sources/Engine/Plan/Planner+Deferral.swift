import Addresses
import Diagnostics
import Expressions
import Modules
import Plans
import ProviderInterface
import State
import Values

extension Planner {
  /// Leaves a whole resource for a later round: what it needs is deferred, or its module's instances are not known.
  ///
  /// One change stands for all instances. Existing objects stay as they are until then.
  func deferResource(
    _ block: ResourceBlock, _ provider: ProviderConfigurationAddress, _ schema: Schema, vertex: Int
  ) {
    deferredVertices.insert(vertex)
    let isModuleUnknown = evaluator.hasUnknownInstances(block.address.module)
    let nodes = isModuleUnknown ? [] : evaluator.instances(of: block.address.module)
    if options.mode != .normal { return }
    if isModuleUnknown {
      let module = ModuleInstance(block.address.module.names.map { ModuleInstance.Step($0) })
      let change = changeOfAll(
        ResourceInstance(module: module, block.resource), block, provider, schema, node: nil)
      deferChange(change, .instanceCountUnknown, vertex: vertex, hasUnknownKeys: true)
      return
    }
    for node in nodes {
      let change = changeOfAll(
        ResourceInstance(module: node.address, block.resource), block, provider, schema, node: node)
      deferChange(
        change, .deferredPrerequisite, vertex: vertex, hasUnknownKeys: block.count != nil || block.forEach != nil)
    }
  }

  /// Leaves the instances of a resource in one module instance for a later round: their number is not known.
  func deferInstances(of planning: ResourcePlanning) {
    let node = planning.node.node
    deferredVertices.insert(planning.vertex)
    if options.mode != .normal { return }
    let change = changeOfAll(
      ResourceInstance(module: node.address, planning.block.resource), planning.block, planning.providerAddress,
      planning.schema, node: node)
    deferChange(change, .instanceCountUnknown, vertex: planning.vertex, hasUnknownKeys: true)
  }

  /// The change of all instances as far as it can be told: the configuration with everything that is not known left unknown.
  private func changeOfAll(
    _ address: ResourceInstance, _ block: ResourceBlock, _ provider: ProviderConfigurationAddress, _ schema: Schema,
    node: ModuleNode?
  ) -> ResourceChange {
    let null = Value.null(.object(schema.block.impliedType))
    var after = Value.unknown(.object(schema.block.impliedType))
    if let node {
      let data = RepetitionData.unknown(count: block.count != nil, forEach: block.forEach != nil)
      let decoded = graph.plan(of: block.address)?.decode(in: evaluator.context(in: node, repetition: data))
      _ = evaluator.takeDiagnostics()
      if let (configuration, problems) = decoded, !problems.hasErrors {
        let (plain, marks) = configuration.unmarkedDeep()
        after = Engine.marked(
          block.resource.mode == .data
            ? plannedDataObject(schema: schema.block, configuration: plain)
            : unknownWhereComputed(schema: schema.block, configuration: plain),
          schema: schema.block, with: marks)
      }
    }
    return ResourceChange(
      address: address, provider: provider, schemaVersion: schema.version,
      action: block.resource.mode == .data ? .read : .create, before: null, after: after)
  }

  /// What a new object may look like before its provider was asked: computed attributes without configuration are unknown.
  private func unknownWhereComputed(schema: BlockSchema, configuration: Value) -> Value {
    plannedDataObject(schema: schema, configuration: configuration)
  }

  // MARK: Operations that an earlier run left open

  /// A creation of which nobody wrote down the result: the object may exist.
  func unresolvedCreation(of address: ResourceInstance) -> Operation? {
    let key = ObjectKey(address)
    return adoptedCreations.contains(key) ? nil : interruptedCreations[key]
  }

  /// Refuses to create an object that an earlier run may have created. Gives false if there is no such doubt.
  func refusesCreation(of address: ResourceInstance, at range: SourceRange?) -> Bool {
    guard let operation = unresolvedCreation(of: address) else { return false }
    refusedCreations.insert(operation.key)
    diagnostics.append(inFlightDiagnostic(operation, .error, at: range))
    return true
  }

  /// Names the interrupted creations that nothing of this plan depends on, lest they be forgotten. A destruction that would
  /// leave them behind is refused.
  func nameOtherCreations() {
    for (key, operation) in interruptedCreations.sorted(by: { $0.key < $1.key })
    where !refusedCreations.contains(key) && !adoptedCreations.contains(key) {
      let isLeftBehind =
        options.mode == .destroy && stored.entry(key) == nil && targeting?.selects(key.address) ?? true
      diagnostics.append(inFlightDiagnostic(operation, isLeftBehind ? .error : .warning, at: nil))
    }
  }

  private func inFlightDiagnostic(_ operation: Operation, _ severity: Severity, at range: SourceRange?) -> Diagnostic {
    let run = snapshot.runs[operation.runID]
    let address = operation.key.address
    let hasOther = stored.entry(operation.key) != nil
    return Diagnostic(
      severity, "Object may already exist",
      "Run \(operation.runID)\(run.map { " (\($0.command), \($0.startedAt))" } ?? "") was creating \(address) when it was cut "
        + "off, so the object may exist although nothing is known about it. Look for it at the provider. If it exists, "
        + (hasOther
          ? "beside the one that is in state, delete it there; then say so with: "
          : "adopt it with an import; if not, say so with: ") + "plumb state resolve '\(address)'",
      subject: range, address: address.description)
  }
}

/// Why a provider leaves something for a later round.
struct Deferral: Sendable {
  var reason: DeferralReason
  /// What it says about that: its warnings, which are no warnings here, since the later round is the remedy.
  var explanation: String

  /// Nil if nothing is put off, or something is wrong besides.
  init?(_ reason: DeferredReason?, _ diagnostics: [Diagnostic]) {
    guard let reason, !diagnostics.hasErrors else { return nil }
    self.reason = DeferralReason(rawValue: reason.rawValue) ?? .unknown
    explanation = diagnostics.map { $0.detail.isEmpty ? $0.summary : $0.detail }.joined(separator: " ")
  }
}
