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
    _ rules: [CheckRule], of address: ResourceInstance, node: ModuleNode, data: RepetitionData, value: Value?
  ) -> Bool {
    let summary = "Resource \(value == nil ? "precondition" : "postcondition") failed"
    let scope = evaluator.context(in: node, repetition: data, selfValue: value)
    var result = CheckResult.Instance(
      address: address.description, module: node.address.isRoot ? nil : node.address.description,
      key: address.key, status: .pass, failures: [])
    for rule in rules {
      var outcome = evaluateCondition(rule, in: scope, failure: (summary, .error))
      outcome.name(result.address)
      outcome.diagnostics += evaluator.takeDiagnostics()
      diagnostics += outcome.diagnostics
      result.add(outcome)
    }
    if !rules.isEmpty { checks.record(.resource, address.configuration.description, result) }
    return result.status == .pass || result.status == .unknown
  }

  /// Evaluates again what could not be decided while planning: preconditions of outputs, and check blocks.
  func checkAgain() async {
    var blocked = verticesBehindFailures()
    for index in graph.graph.topologicalOrder() ?? [] where !blocked[index] {
      let vertex = graph.vertices[index]
      switch vertex {
      case .variable(let path, let name):
        await validateAgain(name, in: path, vertex)
      case .output(let path, let name):
        let rules = tree.module(at: path)?.outputs[name]?.preconditions ?? []
        let errors = diagnostics.count
        await check(rules, vertex, .output, path, "output.\(name)", "Module output value precondition failed", .error)
        if diagnostics[errors...].hasErrors {
          failedOutputs.insert(index)
          blocked = verticesBehindFailures()
        }
      case .check(let path, let name):
        let rules = tree.module(at: path)?.checks[name]?.asserts ?? []
        await check(rules, vertex, .check, path, "check.\(name)", "Check block assertion failed", .warning)
      default: break
      }
    }
  }

  /// The rules of a variable that were not decided while planning.
  private func validateAgain(_ name: String, in path: ModulePath, _ vertex: ConfigurationGraph.Vertex) async {
    guard let variable = tree.module(at: path)?.variables[name], !variable.validations.isEmpty else { return }
    let configuration = path.isRoot ? "var.\(name)" : "\(path).var.\(name)"
    let planned = plan.checks.first { $0.kind == .variable && $0.address == configuration }
    guard planned?.status == .unknown, !isOutsideTargets(planned), await openEphemeralResources(neededBy: vertex)
    else { return }
    for node in evaluator.instances(of: path) {
      var result = CheckResult.Instance(
        address: node.address.isRoot ? "var.\(name)" : "\(node.address).var.\(name)",
        module: node.address.isRoot ? nil : node.address.description, status: .pass, failures: [])
      for var outcome in evaluator.outcomesOfValidating(variable, in: node) {
        outcome.name(result.address)
        outcome.diagnostics += evaluator.takeDiagnostics()
        diagnostics += outcome.diagnostics
        result.add(outcome)
      }
      checks.record(.variable, configuration, result)
    }
  }

  /// Whether planning did not come to an object, since it is outside of the targets: then applying does not either.
  private func isOutsideTargets(_ planned: CheckResult?) -> Bool { plan.isTargeted && planned?.instances.isEmpty != false }

  private func check(
    _ rules: [CheckRule], _ vertex: ConfigurationGraph.Vertex, _ kind: CheckableKind, _ path: ModulePath, _ name: String, _ summary: String,
    _ severity: Severity
  ) async {
    let configuration = path.isRoot ? name : "\(path).\(name)"
    // What was decided while planning stays decided, but for checks, which are about how things are in the end.
    let planned = plan.checks.first { $0.kind == kind && $0.address == configuration }
    if rules.isEmpty || isOutsideTargets(planned) || kind != .check && planned != nil && planned?.status != .unknown { return }
    guard await openEphemeralResources(neededBy: vertex) else { return }
    for node in evaluator.instances(of: path) {
      var result = CheckResult.Instance(
        address: node.address.isRoot ? name : "\(node.address).\(name)",
        module: node.address.isRoot ? nil : node.address.description, status: .pass, failures: [])
      if unreadableChecks.contains(result.address) { continue }
      for rule in rules {
        var outcome = evaluateCondition(rule, in: evaluator.context(in: node), failure: (summary, severity))
        outcome.name(result.address)
        outcome.diagnostics += evaluator.takeDiagnostics()
        diagnostics += outcome.diagnostics
        result.add(outcome)
      }
      checks.record(kind, configuration, result)
    }
  }

  /// Evaluates the conditions of an object that does not change.
  func verify(_ change: ResourceChange) -> Bool {
    guard let block = tree.module(at: change.address.module.path)?.resources[change.address.resource],
      let node = evaluator.node(at: change.address.module),
      let data = evaluator.repetition(of: block, in: node).data(for: change.address.key)
    else { return true }
    return conditionsHold(block.preconditions, of: change.address, node: node, data: data, value: nil)
      && conditionsHold(block.postconditions, of: change.address, node: node, data: data, value: change.after)
  }

  /// Evaluates the root outputs and saves them. Those behind something that failed keep their old values, but where
  /// everything is to be destroyed there are none, whatever is left of it.
  func finishOutputs() async {
    var outputs = plan.priorOutputs
    if plan.mode == .destroy {
      if !plan.isTargeted { outputs = [:] }
      await dropDataObjects()
    } else {
      let blocked = verticesBehindFailures()
      for change in plan.outputChanges where change.action != .noOp {
        if change.action == .delete {
          outputs[change.name] = nil
          continue
        }
        if plan.mode == .refreshOnly {
          // What is known was saved with the plan; the rest belongs to what is gone, of which nothing is left to be shown.
          if !change.after.isWhollyKnown {
            let known = change.after.withoutUnknowns
            outputs[change.name] = change.isSensitive ? known.marked(with: .sensitive) : known
          }
          continue
        }
        guard let index = graph.index(of: .output(.root, change.name)), !blocked[index],
          let output = tree.root.outputs[change.name]
        else { continue }
        if change.after.isWhollyKnown {
          outputs[change.name] = change.after.isNull ? nil : output.sensitive ? change.after.marked(with: .sensitive) : change.after
          continue
        }
        guard await openEphemeralResources(neededBy: .output(.root, change.name)),
          let value = evaluator.output(change.name, in: evaluator.root), value.isWhollyKnown else { continue }
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

  /// The results as a state file has them: those of this run, and for the rest those of the plan.
  private func checkResults() -> CheckResultsChange? {
    var byAddress: [String: CheckResult] = [:]
    let results = plan.mode == .destroy ? tree.undecidedChecks : plan.checks + checks.results
    for result in results { byAddress["\(result.kind.rawValue) \(result.address)"] = result }
    if byAddress.isEmpty { return .clear }
    var writer = JSONWriter()
    writer.beginArray()
    for (_, result) in byAddress.sorted(by: { $0.key < $1.key }) {
      writer.beginObject()
      writer.member("object_kind", result.kind == .output ? "output" : result.kind.rawValue)
      writer.member("config_addr", result.address)
      writer.member("status", result.status.rawValue)
      writer.key("objects")
      if result.instances.isEmpty {
        writer.null()
      } else {
        writer.beginArray()
        for instance in result.instances { writer.checkedObject(instance) }
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endArray()
    return .set(writer.bytes)
  }

  /// After a full destroy nothing remains, not even what was only read.
  private func dropDataObjects() async {
    guard !plan.isTargeted, !diagnostics.hasErrors else { return }
    let data = objects.keys.filter { $0.address.resource.mode == .data }.sorted()
    let removals = data.compactMap { key -> ObjectChange? in
      guard let version = objects[key]?.rowVersion, version > 0 else { return nil }
      return .remove(key, expectedVersion: version)
    }
    if removals.isEmpty { return }
    do {
      _ = try await store.commit(removals, run: run)
    } catch {
      diagnostics.append(error.diagnostic("Failed to save state"))
    }
  }

  func verticesBehindFailures() -> [Bool] {
    let roots = graph.vertices.indices.filter {
      if case .resource(let address) = graph.vertices[$0] { return failedResources.contains(address) }
      return failedOutputs.contains($0)
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

extension CheckResult.Instance {
  /// Takes the outcome of one more rule into account.
  mutating func add(_ outcome: ConditionOutcome) {
    status = status.combined(with: outcome.status)
    if let message = outcome.message { failures.append(message) }
  }
}

extension JSONWriter {
  fileprivate mutating func checkedObject(_ instance: CheckResult.Instance) {
    beginObject()
    member("object_addr", instance.address)
    member("status", instance.status.rawValue)
    if !instance.failures.isEmpty {
      key("failure_messages")
      beginArray()
      for failure in instance.failures { text(failure) }
      endArray()
    }
    endObject()
  }
}
