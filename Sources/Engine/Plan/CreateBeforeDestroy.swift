import Addresses
import Graphs
import Modules

/// The resources that must be created before they are destroyed: those that say so, and everything that they depend on,
/// since a replacement cannot use what is gone already (planning semantics, section 4).
func createBeforeDestroyResources(_ graph: ConfigurationGraph) -> Set<ConfigurationResource> {
  let roots = graph.vertices.indices.filter { graph.resource(at: $0)?.block.createBeforeDestroy == true }
  if roots.isEmpty { return [] }
  let reachable = graph.graph.reachable(from: roots, through: graph.graph.dependencies)
  var result: Set<ConfigurationResource> = []
  for (index, vertex) in graph.vertices.enumerated() where reachable[index] {
    if case .resource(let address) = vertex, address.resource.mode == .managed { result.insert(address) }
  }
  return result
}
