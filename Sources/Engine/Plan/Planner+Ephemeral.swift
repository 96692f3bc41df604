import Addresses
import Diagnostics
import Expressions
import Graphs
import Modules
import Plans
import ProviderInterface
import Values

extension Planner {
  /// Opens an ephemeral resource instance for as long as planning goes on. While its configuration is not known, or if nobody
  /// wants it, its value is unknown and nothing is opened.
  func planEphemeral(_ planning: ResourcePlanning, _ key: InstanceKey?, _ data: RepetitionData) async -> Bool {
    let block = planning.block
    let node = planning.node.node
    let address = ResourceInstance(module: node.address, block.resource, key: key)
    if checkFails(block.preconditions, of: block, address: address, in: node, data: data, selfValue: nil) { return false }
    var (configuration, problems) = planning.body.decode(in: evaluator.context(in: node, repetition: data))
    problems += evaluator.takeDiagnostics()
    diagnostics += problems
    if problems.hasErrors { return false }
    guard configuration.isWhollyKnown, isWanted(planning.vertex) else {
      let (plain, marks) = configuration.unmarkedDeep()
      let value = plannedDataObject(schema: planning.schema.block, configuration: plain)
      evaluator.setValue(value.markedDeep(with: marks).marked(with: .ephemeral), of: address)
      return true
    }
    let opening = EphemeralOpening(
      address: address, provider: planning.provider, providerName: planning.providerAddress.source.description,
      schema: planning.schema, configuration: configuration, body: planning.body, range: block.range)
    let (outcome, found) = await limited { [ephemeralResources] in await ephemeralResources.open(opening) }
    diagnostics += located(found, address: address, body: planning.body, block: block.range)
    switch outcome {
    case .failed: return false
    case .deferred:
      deferredVertices.insert(planning.vertex)
      return true
    case .opened(let value):
      evaluator.setValue(value, of: address)
      return !checkFails(block.postconditions, of: block, address: address, in: node, data: data, selfValue: value)
    }
  }

  /// To destroy something, providers must be configured, but no argument of an object is needed any more.
  private func isWanted(_ vertex: Int) -> Bool {
    guard options.mode == .destroy else { return true }
    let needing = graph.graph.reachable(from: [vertex], through: graph.graph.dependents)
    return graph.vertices.indices.contains { index in
      if needing[index], case .provider = graph.vertices[index] { true } else { false }
    }
  }
}
