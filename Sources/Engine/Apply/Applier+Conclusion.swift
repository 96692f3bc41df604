import Addresses
import Diagnostics
import Expressions
import Graphs
import HCL
import Modules
import Plans
import State
import Values

extension Applier {
  /// Evaluates the conditions of an instance again; gives false if one fails.
  func conditionsHold(
    _ rules: [CheckRule], change: ResourceChange, node: ModuleNode, data: RepetitionData, value: Value?
  ) -> Bool {
    let summary = "Resource \(value == nil ? "precondition" : "postcondition") failed"
    let scope = evaluator.context(in: node, repetition: data, selfValue: value)
    var holds = true
    for rule in rules {
      var outcome = evaluateCondition(rule, in: scope, failure: (summary, .error))
      outcome.diagnostics += evaluator.takeDiagnostics()
      diagnostics += addressed(outcome.diagnostics, change.address)
      if outcome.status == .fail || outcome.status == .error { holds = false }
    }
    return holds
  }

  /// Evaluates the conditions of an object that does not change.
  func verify(_ change: ResourceChange) -> Bool {
    guard let block = tree.module(at: change.address.module.path)?.resources[change.address.resource],
      let node = evaluator.node(at: change.address.module),
      let data = evaluator.repetition(of: block, in: node).data(for: change.address.key)
    else { return true }
    return conditionsHold(block.preconditions, change: change, node: node, data: data, value: nil)
      && conditionsHold(block.postconditions, change: change, node: node, data: data, value: change.after)
  }

  /// Evaluates the root outputs and saves them. Those behind something that failed keep their old values.
  func finishOutputs() async {
    var outputs = plan.priorOutputs
    if plan.mode == .destroy {
      if objects.values.allSatisfy({ $0.address.resource.mode != .managed }) { outputs = [:] }
      await dropDataObjects()
    } else if plan.mode == .normal {
      let blocked = verticesBehindFailures()
      for change in plan.outputChanges where change.action != .noOp {
        if change.action == .delete {
          outputs[change.name] = nil
          continue
        }
        guard let index = graph.index(of: .output(.root, change.name)), !blocked[index],
          let output = tree.root.outputs[change.name]
        else { continue }
        if change.after.isWhollyKnown {
          outputs[change.name] = change.after.isNull ? nil : output.sensitive ? change.after.marked(with: .sensitive) : change.after
          continue
        }
        guard let value = evaluator.output(change.name, in: evaluator.root), value.isWhollyKnown else { continue }
        outputs[change.name] = value.isNull ? nil : value
      }
    }
    currentOutputs = outputs
    let states = outputs.mapValues(OutputState.init(_:))
    do {
      _ = try await store.commit([], outputs: .replaceAll(states), checkResults: checkResults(), run: run)
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
    }
  }

  private func checkResults() -> CheckResultsChange? { nil }

  /// After a full destroy nothing remains, not even what was only read.
  private func dropDataObjects() async {
    guard plan.targets.isEmpty, !diagnostics.hasErrors else { return }
    let data = objects.keys.filter { $0.address.resource.mode == .data }.sorted()
    let removals = data.compactMap { key -> ObjectChange? in
      guard let version = rowVersions[key], version > 0 else { return nil }
      return .remove(key, expectedVersion: version)
    }
    if removals.isEmpty { return }
    do {
      _ = try await store.commit(removals, run: run)
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
    }
  }

  private func verticesBehindFailures() -> [Bool] {
    let roots = graph.vertices.indices.filter {
      if case .resource(let address) = graph.vertices[$0] { return failedResources.contains(address) }
      return false
    }
    return graph.graph.reachable(from: roots, through: graph.graph.dependents)
  }
}

extension OutputState {
  /// A root output's value, marked if it is sensitive, as the state keeps it.
  init(_ value: Value) {
    let plain = value.withoutMarks
    self.init(
      value: JSONValueCodec.encode(plain, type: plain.type), type: JSONValueCodec.encodeType(plain.type),
      sensitive: value.containsMark(.sensitive))
  }
}
