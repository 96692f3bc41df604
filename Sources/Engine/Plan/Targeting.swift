import Addresses
import Graphs

/// Which vertices a targeted plan visits: the targets and what they need.
struct Targeting {
  private let targets: [TargetAddress]
  private var included: [Bool]
  private let directly: Set<ConfigurationResource>

  init(_ targets: [TargetAddress], graph: ConfigurationGraph) {
    self.targets = targets
    var roots: [Int] = []
    var directly: Set<ConfigurationResource> = []
    for (index, vertex) in graph.vertices.enumerated() {
      if case .resource(let resource) = vertex, targets.contains(where: { $0.mayContain(resource) }) {
        roots.append(index)
        directly.insert(resource)
      }
    }
    self.directly = directly
    let dependencies = graph.graph.dependencies
    included = graph.graph.reachable(from: roots, through: dependencies)
    // A root output is kept if every resource behind it is, and there is one.
    for (index, vertex) in graph.vertices.enumerated() {
      guard case .output(let path, _) = vertex, path.isRoot, !included[index] else { continue }
      let behind = graph.graph.reachable(from: [index], through: dependencies)
      let resources = behind.indices.filter { behind[$0] && graph.vertices[$0].isResource }
      guard !resources.isEmpty, resources.allSatisfy({ included[$0] }) else { continue }
      for needed in behind.indices where behind[needed] { included[needed] = true }
    }
  }

  func includes(_ vertex: Int) -> Bool { included[vertex] }

  /// Whether an instance is planned: a target names it, or its resource is only here because a target needs it.
  func includes(_ instance: ResourceInstance) -> Bool {
    !directly.contains(instance.configuration) || targets.contains { $0.contains(instance) }
  }

  /// Whether a target names the instance itself.
  func names(_ instance: ResourceInstance) -> Bool { targets.contains { $0.contains(instance) } }
}

extension ConfigurationGraph.Vertex {
  var isResource: Bool {
    if case .resource = self { return true }
    return false
  }
}
