import Addresses
import Diagnostics
import Graphs
import HCL
import Modules
import Plans
import ProviderInterface
import State
import Values

extension Planner {
  /// Puts the plan together once everything is planned.
  func complete(_ plan: inout Plan) {
    plan.variables = options.variables.filter { tree.root.variables[$0.key]?.ephemeral != true }
    plan.targets = options.targets
    plan.excludes = options.excludes
    plan.forcedReplacements = options.replace
    plan.changes = sortedChanges
    plan.deferred = deferred.sorted { $0.change.address < $1.change.address }
    // Whatever happened to what is to be destroyed, nothing is planned in answer to it.
    plan.drift = options.mode == .destroy ? [] : drift()
    addUntouched()
    plan.priorObjects = current.sorted(stored)
    plan.refreshedRows = refreshedRows.sorted { $0.key < $1.key }.map(\.value)
    plan.settledOperations = settledOperations.sorted()
    plan.checks = checkResults()
    plan.outputChanges = outputChanges()
    plan.priorOutputs = priorOutputs(plan.outputChanges)
    if !diagnostics.hasErrors { addExecution(to: &plan) }
    plan.relevantAttributes = relevantAttributes(plan)
    plan.isErrored = diagnostics.hasErrors
    plan.isComplete = !plan.isErrored && !options.isTargeted && deferred.isEmpty
    plan.isApplyable = !plan.isErrored && hasSomethingToApply(plan)
    warn(plan)
  }

  private var sortedChanges: [ResourceChange] {
    // Each of many would be looked for longer than all are sorted.
    if changes.count - inOrderCount > changes.count / 8 { return sorted(changes[...]) }
    var result: [ResourceChange] = []
    result.reserveCapacity(changes.count)
    var rest = changes[..<inOrderCount]
    for change in sorted(changes[inOrderCount...]) {
      let place = firstIndex(in: rest, after: ObjectKey(change.address, deposedKey: change.deposedKey))
      result += rest[..<place]
      result.append(change)
      rest = rest[place...]
    }
    return result + rest
  }

  /// Sorts large things by moving only their keys.
  private func sorted(_ items: ArraySlice<ResourceChange>) -> [ResourceChange] {
    let keys = items.map { ObjectKey($0.address, deposedKey: $0.deposedKey) }
    return keys.indices.sorted { keys[$0] < keys[$1] }.map { items[items.startIndex + $0] }
  }

  /// Where in sorted changes one belongs.
  private func firstIndex(in items: ArraySlice<ResourceChange>, after key: ObjectKey) -> Int {
    var (low, high) = (items.startIndex, items.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if ObjectKey(items[middle].address, deposedKey: items[middle].deposedKey) < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What came of conditions. Of objects that were not reached nothing is known; what is to be destroyed is not checked. With what
  /// has no instances, nothing is wrong.
  private func checkResults() -> [CheckResult] {
    if options.mode == .destroy { return tree.undecidedChecks }
    var results = checks.results
    let isComplete = !diagnostics.hasErrors && targeting == nil && deferred.isEmpty
    let reached = Set(results.map { "\($0.kind.rawValue) \($0.address)" })
    for var result in tree.undecidedChecks where !reached.contains("\(result.kind.rawValue) \(result.address)") {
      result.instances = []
      if isComplete { result.status = .pass }
      results.append(result)
    }
    return results.sorted { ($0.address, $0.kind.rawValue) < ($1.address, $1.kind.rawValue) }
  }

  /// Objects that nobody looked at, since they are outside the targets or wait for a later round, are still there.
  private func addUntouched() {
    // Every object that was looked at is among the previous ones.
    if previous.count == stored.count { return }
    // What a data source read last time is nothing to build on when it is about to be read anew.
    let toBeRead = Set(changes.filter { $0.action == .read }.map { ObjectKey($0.address) })
    for entry in stored.all where !toBeRead.contains(entry.object.key) {
      let key = entry.object.key
      guard current[key, entry] == nil, refreshedRows[key] == nil,
        let schema = schemas.schema(of: key.address.resource, from: entry.object.provider.source),
        let value = decodeWithoutProvider(entry.object)
      else { continue }
      let record = ObjectRecord(of: entry.object, value: value.withoutMarks, schema: schema)
      current[key, entry] = record
      if entry.isMoved { refreshedRows[key] = refreshedRow(entry, record) }
    }
  }

  private func hasSomethingToApply(_ plan: Plan) -> Bool {
    if plan.mode == .refreshOnly {
      return plan.drift.contains { $0.action != .noOp } || plan.outputChanges.contains { $0.action != .noOp }
    }
    return plan.outputChanges.contains { $0.action != .noOp }
      || plan.changes.contains { $0.action != .noOp || $0.isMove || $0.importID != nil }
  }

  private func warn(_ plan: Plan) {
    warnOfTargeting()
    warnOfForgotten(plan)
    for address in options.replace where !changes.contains(where: { $0.address == address }) {
      if address.key == nil, changes.contains(where: { $0.address.module == address.module && $0.address.resource == address.resource }) {
        diagnostics.append(
          .warning(
            "Incompletely-matched force-replace resource instance",
            "The option -replace=\(address) matches no instance, because the resource has several that differ by their keys. Name "
              + "each instance that is to be replaced."))
        continue
      }
      // What the walk did not reach may well exist.
      if targeting != nil || diagnostics.hasErrors || !deferred.isEmpty { continue }
      diagnostics.append(
        .warning(
          "Resource to replace does not exist",
          "The option -replace=\(address) names an instance that is neither in the configuration nor in the state, so it had "
            + "no effect."))
    }
  }

  func warnOfTargeting() {
    guard options.isTargeted else { return }
    let option = options.excludes.isEmpty ? "-target" : "-exclude"
    diagnostics.append(
      .warning(
        "Resource targeting is in effect",
        "With \(option) this plan covers a part of the configuration only, so other changes that it asks for may be missing. Use the "
          + "option to get out of trouble, such as an error that keeps everything else from being planned; then plan without it."
          + (options.targets + options.excludes).compactMap(namesNothing).joined()))
  }

  /// That an address stands for nothing, and what may have been meant; nil if it stands for something.
  private func namesNothing(_ address: TargetAddress) -> String? {
    let resources = graph.vertices.compactMap(\.resource)
    if resources.contains(where: address.mayContain) || snapshot.objects.contains(where: { address.contains($0.address) }) { return nil }
    let known: [String]
    switch address {
    case .module: known = tree.modules.filter { !$0.path.isRoot }.map(\.path.description)
    case .resource: known = resources.map(\.description)
    }
    let near = suggestion(for: address.description, among: known.sorted()).map { " Did you mean \($0)?" } ?? ""
    return "\n\nNothing has the address \(address).\(near)"
  }

  // MARK: Drift

  private func drift() -> [ResourceChange] {
    var result: [ResourceChange] = []
    // Whatever is not as it was has a row that is to be rewritten.
    for key in refreshedRows.keys where key.deposedKey == nil && key.address.resource.mode == .managed {
      guard let entry = stored.entry(key), let before = previous[entry],
        let schema = schemas.schema(of: key.address.resource, from: before.provider.source)
      else { continue }
      let now = current[key, entry]
      let after = now?.value ?? .null(.object(schema.block.impliedType))
      let isMoved = entry.isMoved
      let isSame = now != nil && isKnownEqual(before.value, after)
      if isSame && !isMoved { continue }
      result.append(
        ResourceChange(
          address: key.address, previousAddress: entry.row.address, provider: before.provider,
          schemaVersion: schema.version, action: now == nil ? .delete : isSame ? .noOp : .update, before: before.value,
          after: after))
    }
    return result.sorted { $0.address < $1.address }
  }

  // MARK: Outputs

  private func priorOutput(_ name: String) -> (value: Value, isSensitive: Bool)? {
    guard let state = snapshot.outputs[name], let type = try? JSONValueCodec.decodeType(state.type),
      let value = try? JSONValueCodec.decode(state.value, type: type)
    else { return nil }
    return (state.sensitive ? value.marked(with: .sensitive) : value, state.sensitive)
  }

  private func outputChanges() -> [OutputChange] {
    let declared = tree.root.outputs
    var names = Set(declared.keys)
    names.formUnion(snapshot.outputs.keys)
    return names.sorted().compactMap { outputChange($0, declared[$0]) }
  }

  private func outputChange(_ name: String, _ output: OutputValue?) -> OutputChange? {
    let prior = priorOutput(name)
    let before = prior?.value.withoutMarks ?? .dynamicNull
    if let targeting {
      // What is left of the others may still need them.
      if options.mode == .destroy { return nil }
      if let index = graph.index(of: .output(.root, name)), !targeting.includes(index) { return nil }
    }
    var after = Value.dynamicNull
    var isSensitive = prior?.isSensitive ?? false
    if options.mode != .destroy, let output {
      guard let value = evaluator.root.outputs[name] else { return nil }
      after = value.withoutMarks
      isSensitive = isSensitive || output.sensitive || value.containsMark(.sensitive)
    }
    let action: Action
    switch (prior, after.isNull) {
    case (nil, true): return output == nil || options.mode == .destroy ? nil : OutputChange(name: name, action: .noOp, before: before, after: after, isSensitive: isSensitive)
    case (nil, false): action = .create
    case (_?, true) where output == nil || options.mode == .destroy: action = .delete
    case (let old?, _):
      let declaredSensitive = output?.sensitive ?? false
      action = isKnownEqual(before, after) && old.isSensitive == declaredSensitive ? .noOp : before.isNull && after.isNull ? .noOp : .update
    }
    return OutputChange(name: name, action: action, before: before, after: after, isSensitive: isSensitive)
  }

  /// The outputs of the state as apply finds them: what is known already is there.
  private func priorOutputs(_ changes: [OutputChange]) -> [String: Value] {
    var outputs: [String: Value] = [:]
    for name in snapshot.outputs.keys {
      if let prior = priorOutput(name) { outputs[name] = prior.value }
    }
    if options.mode == .destroy { return outputs }
    for change in changes where change.after.isWhollyKnown {
      // An output without a block stays until the plan is applied.
      if tree.root.outputs[change.name] == nil { continue }
      if change.after.isNull {
        outputs[change.name] = nil
      } else {
        outputs[change.name] = tree.root.outputs[change.name]?.sensitive == true ? change.after.marked(with: .sensitive) : change.after
      }
    }
    return outputs
  }

  // MARK: Order

  private func addExecution(to plan: inout Plan) {
    plan.execution = ExecutionOrder.makeGraph(plan: plan, graph: graph, tree: tree)
    if plan.execution.graph.topologicalOrder() == nil {
      let cycles = plan.execution.graph.cycles()
      for cycle in cycles {
        let names = cycle.compactMap { plan.name(of: plan.execution.steps[$0]) }
        diagnostics.append(
          .error(
            "Cycle: \(names.joined(separator: ", "))",
            "The planned changes cannot be put into an order in which each comes after those it needs."))
      }
    }
  }
}

extension Plan {
  /// How messages name a step of the execution; nil for a join.
  func name(of step: ExecutionGraph.Step) -> String? {
    switch step {
    case .apply(let index): return changes[index].address.description
    case .verify(let index): return changes[index].address.description
    case .destroy(let index): return "\(changes[index].address) (destroy)"
    case .forget(let index): return "\(changes[index].address) (forget)"
    case .join: return nil
    }
  }
}
