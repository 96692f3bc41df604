import Addresses
import Diagnostics
import Expressions
import Graphs
import Modules
import Values

extension Applier {
  /// Opens the ephemeral resources that something needs, unless that was done, each after those that it needs itself.
  ///
  /// They are no steps of the plan, since they leave nothing behind: whoever is about to evaluate asks for them here. All else
  /// that they need is done by then, because the steps of what needs them come after it. Gives false if one could not be opened.
  func openEphemeralResources(neededBy vertex: ConfigurationGraph.Vertex) async -> Bool {
    guard !ephemeralUses.isEmpty, let index = graph.index(of: vertex) else { return true }
    for (address, uses) in ephemeralUses where uses[index] {
      let task: Task<Bool, Never>
      if let existing = openings[address] {
        task = existing
      } else {
        task = Task { await self.openAll(address) }
        openings[address] = task
      }
      if await !task.value { return false }
    }
    return true
  }

  /// The ephemeral resources of a configuration, each after those that it needs, with the vertices that need it in some way.
  static func ephemeralUses(_ graph: ConfigurationGraph) -> [(ConfigurationResource, [Bool])] {
    let order = graph.tree.modules.contains { $0.resources.keys.contains { $0.mode == .ephemeral } }
      ? graph.graph.topologicalOrder() ?? [] : []
    return order.compactMap { index in
      guard case .resource(let address) = graph.vertices[index], address.resource.mode == .ephemeral else { return nil }
      return (address, graph.graph.reachable(from: [index], through: graph.graph.dependents))
    }
  }

  /// Opens every instance of an ephemeral resource.
  private func openAll(_ address: ConfigurationResource) async -> Bool {
    guard let block = tree.module(at: address.module)?.resources[address.resource],
      let providerAddress = graph.provider(of: address), let body = graph.plan(of: address),
      let schema = schemas.schema(of: address.resource, from: providerAddress.source)
    else { return false }
    for node in evaluator.instances(of: address.module) {
      let repetition = evaluator.repetition(of: block, in: node)
      for (position, key) in repetition.keys.enumerated() {
        let instance = ResourceInstance(module: node.address, block.resource, key: key)
        let own = evaluator.providerConfiguration(of: block, in: node, repetition.data(at: position))
        diagnostics += evaluator.takeDiagnostics()
        guard let own, let provider = await provider(for: own) else { return false }
        let opening = EphemeralOpening(
          address: instance, provider: provider, providerName: providerAddress.source.description, schema: schema,
          configuration: .dynamicNull, body: body, range: block.range)
        if await !open(opening, block, body, node, repetition.data(at: position)) { return false }
      }
    }
    return true
  }

  private func open(
    _ opening: EphemeralOpening, _ block: ResourceBlock, _ body: DecodePlan, _ node: ModuleNode, _ data: RepetitionData
  ) async -> Bool {
    var opening = opening
    if !conditionsHold(block.preconditions, of: opening.address, node: node, data: data, value: nil) { return false }
    var (configuration, problems) = body.decode(in: evaluator.context(in: node, repetition: data))
    problems += evaluator.takeDiagnostics()
    diagnostics += problems
    if problems.hasErrors { return false }
    // What is still unknown belongs to something that failed or waits for a later round.
    guard configuration.isWhollyKnown else { return true }
    opening.configuration = configuration
    let (outcome, found) = await limited { [opening, ephemeralResources] in await ephemeralResources.open(opening) }
    diagnostics += located(found, address: opening.address, body: body, block: block.range)
    guard case .opened(let value) = outcome else { return false }
    evaluator.setValue(value, of: opening.address)
    return conditionsHold(block.postconditions, of: opening.address, node: node, data: data, value: value)
  }

  /// Whether the ephemeral variables, which were given anew, have values that their validation rules accept.
  func validatesEphemeralVariables() -> Bool {
    var problems: [Diagnostic] = []
    for variable in tree.root.variables.values.sorted(by: { $0.name < $1.name }) where variable.ephemeral {
      problems += evaluator.outcomesOfValidating(variable, in: evaluator.root).flatMap(\.diagnostics)
    }
    diagnostics += problems
    return !problems.hasErrors
  }
}
