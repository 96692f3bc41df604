import Addresses
import Graphs
import Modules

/// The resources that must be created before they are destroyed: those that say so, and everything that they depend on,
/// since a replacement cannot use what is gone already (planning semantics, section 4).
func createBeforeDestroyResources(tree: ModuleTree, graph: ConfigurationGraph) -> Set<ConfigurationResource> {
  var roots: [Int] = []
  for (index, vertex) in graph.vertices.enumerated() {
    guard case .resource(let address) = vertex,
      tree.module(at: address.module)?.resources[address.resource]?.createBeforeDestroy == true
    else { continue }
    roots.append(index)
  }
  if roots.isEmpty { return [] }
  let reachable = graph.graph.reachable(from: roots, through: graph.graph.dependencies)
  var result: Set<ConfigurationResource> = []
  for (index, vertex) in graph.vertices.enumerated() where reachable[index] {
    if case .resource(let address) = vertex, address.resource.mode == .managed { result.insert(address) }
  }
  return result
}
