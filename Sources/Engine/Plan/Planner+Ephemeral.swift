import Addresses
import Diagnostics
import Expressions
import Modules
import Values

extension Planner {
  /// Opens an ephemeral resource instance for as long as planning goes on. While its configuration is not known, its value is
  /// unknown and nothing is opened.
  func planEphemeral(_ planning: ResourcePlanning, _ key: InstanceKey?, _ data: RepetitionData) async -> Bool {
    let block = planning.block
    let node = planning.node.node
    let address = ResourceInstance(module: node.address, block.resource, key: key)
    if checkFails(block.preconditions, of: block, address: address, in: node, data: data, selfValue: nil) { return false }
    var (configuration, problems) = planning.body.decode(in: evaluator.context(in: node, repetition: data))
    problems += evaluator.takeDiagnostics()
    diagnostics += problems
    if problems.hasErrors { return false }
    guard configuration.isWhollyKnown else {
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
}
