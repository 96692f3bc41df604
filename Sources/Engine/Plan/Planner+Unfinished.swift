import Addresses
import Diagnostics
import Expressions
import Modules
import Plans
import ProviderInterface

/// An instance as destroying found it, with what it takes to plan it.
struct FoundInstance: Sendable {
  let planning: ResourcePlanning
  let address: ResourceInstance
  let data: RepetitionData
  /// Nil if there is no object.
  let record: ObjectRecord?

  init(_ planning: ResourcePlanning, _ address: ResourceInstance, _ data: RepetitionData, _ record: ObjectRecord?) {
    self.planning = planning
    self.address = address
    self.data = data
    self.record = record
  }
}

/// What an apply that failed left behind must be possible to destroy, though data sources may not be readable before it is complete.
extension Planner {
  /// Whether something behind a resource would change if nothing were destroyed. The reference plans that beforehand, so that the
  /// reading of data waits for it, which then never comes (observed with 1.11.4); here it is asked only of data that cannot be read.
  func isUnfinished(behind resource: ConfigurationResource) async -> Bool {
    var pending = directDependencies[resource] ?? []
    var seen = Set(pending)
    var next = 0
    while next < pending.count {
      for instance in foundInstances[pending[next]] ?? [] where await wouldChange(instance) { return true }
      for dependency in directDependencies[pending[next]] ?? [] where seen.insert(dependency).inserted { pending.append(dependency) }
      next += 1
    }
    return false
  }

  private func wouldChange(_ instance: FoundInstance) async -> Bool {
    guard let prior = instance.record else { return true }
    let planning = instance.planning
    let node = planning.node.node
    let (configuration, problems) = planning.body.decode(in: evaluator.context(in: node, repetition: instance.data))
    let (ignored, ignoreProblems) = ignoredChanges(planning.block, schema: planning.schema)
    // Nobody wants to know what is wrong with a change that is not made.
    if (problems + ignoreProblems + evaluator.takeDiagnostics()).hasErrors { return false }
    let request = ChangeRequest(
      address: instance.address, provider: planning.provider, source: planning.providerAddress.source,
      schema: planning.schema, prior: prior, configuration: configuration, ignoredChanges: ignored, forcedReplacement: nil,
      createBeforeDestroy: planning.createBeforeDestroy, capabilities: ClientCapabilities())
    return switch await limitedPlan(request).0 {
    case .planned(let change): change.action != .noOp
    case .deferred: true
    case .failed: false
    }
  }
}
