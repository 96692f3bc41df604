package import Addresses
package import Diagnostics
import HCL
import Modules
package import Plans
import ProviderInterface
package import State
import Values

/// Configuration written for one object that is to be adopted.
package struct GeneratedResource: Sendable {
  package var address: ResourceInstance
  package var importID: String
  /// The resource block, without a line break at its end.
  package var text: String
}

/// What generating configuration gives.
package struct GenerationOutcome: Sendable {
  package var resources: [GeneratedResource] = []
  /// The objects as they were read, so that the plan need not do it again.
  package var imported: [ResourceInstance: ObjectRecord] = [:]
  package var diagnostics: [Diagnostic] = []
}

/// Reads what the import blocks adopt without any configuration, and writes the configuration for it.
package func generateConfiguration(
  _ graph: ConfigurationGraph, state: StateSnapshot, options: PlanOptions, pool: ProviderPool, context: EngineContext
) async -> GenerationOutcome {
  await Planner(graph: graph, state: state, stored: StoredObjects(state), options: options, pool: pool, context: context).generateConfiguration()
}

extension Planner {
  func generateConfiguration() async -> GenerationOutcome {
    var outcome = GenerationOutcome()
    _ = stored.applyMoves(of: tree)
    guard checkUnconfiguredImports() else {
      outcome.diagnostics = diagnostics
      return outcome
    }
    let blocks = unconfiguredImports.sorted { ($0.instance ?? .init($0.resource.resource)) < ($1.instance ?? .init($1.resource.resource)) }
    for block in blocks {
      guard let address = block.instance, stored.entry(ObjectKey(address)) == nil, targeting?.selects(address) ?? true else {
        continue
      }
      await generate(block, address, into: &outcome)
    }
    outcome.diagnostics = diagnostics + evaluator.takeDiagnostics()
    return outcome
  }

  private func generate(_ block: ImportBlock, _ address: ResourceInstance, into outcome: inout GenerationOutcome) async {
    var evaluation = ImportEvaluation(block, declared: nil, isPlanning: true) { [evaluator] data in
      evaluator.context(in: evaluator.root, repetition: data)
    }
    let targets = evaluation.targets()
    diagnostics += evaluation.diagnostics + evaluator.takeDiagnostics()
    guard let target = targets.first, let providerAddress = tree.providerConfiguration(for: block) else { return }
    guard let schema = schemas.schema(of: address.resource, from: providerAddress.source) else {
      diagnostics.append(unknownType(address.resource, providerAddress.source, graph.schemas, at: block.to.range))
      return
    }
    guard let provider = await provider(for: providerAddress),
      let record = await readImported(
        target, providerAddress: providerAddress, provider: provider, schema: schema, block: nil)
    else { return }
    outcome.imported[address] = record
    outcome.resources.append(
      GeneratedResource(
        address: address, importID: target.subject,
        text: ConfigurationText.resource(
          address, provider: block.writtenProvider, schema: schema.block, value: record.value)))
  }
}

extension ImportBlock {
  /// What the `provider` argument of a generated block must say; nil where the type's name says it.
  fileprivate var writtenProvider: String? {
    guard let provider, provider.key.alias != nil || provider.name != resource.resource.impliedProvider else { return nil }
    return "\(provider.key)"
  }
}
