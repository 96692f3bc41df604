import Addresses
import Graphs

extension ConfigurationGraph {
  /// The resources and what they need, in the DOT language; modules become clusters. What a resource waits for anyway, by way of
  /// another that it needs, has no arrow of its own.
  package func dotText() -> String {
    let resources = vertices.compactMap { vertex -> ConfigurationResource? in
      guard case .resource(let resource) = vertex else { return nil }
      return resource
    }.sorted()
    var byModule: [ModulePath: [ConfigurationResource]] = [:]
    for resource in resources { byModule[resource.module, default: []].append(resource) }
    var text = "digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n"
    for module in byModule.keys.sorted() {
      let indent = module.isRoot ? "  " : "    "
      if !module.isRoot {
        text += "  subgraph \"cluster_\(module)\" {\n    label = \"\(module)\"\n    fontname = \"sans-serif\"\n"
      }
      for resource in byModule[module] ?? [] {
        text += "\(indent)\"\(resource)\" [label=\"\(resource.resource)\"];\n"
      }
      if !module.isRoot { text += "  }\n" }
    }
    for (source, target) in reducedEdges(of: resources) { text += "  \"\(source)\" -> \"\(target)\";\n" }
    return text + "}\n"
  }

  /// The edges that do not follow from others, in the order of their ends' names.
  private func reducedEdges(
    of resources: [ConfigurationResource]
  ) -> [(ConfigurationResource, ConfigurationResource)] {
    let dependencies = directDependencies()
    let places = Dictionary(uniqueKeysWithValues: zip(resources, resources.indices))
    var graph = DependencyGraph(vertexCount: resources.count)
    for (source, resource) in resources.enumerated() {
      for target in (dependencies[resource] ?? []).compactMap({ places[$0] }) { graph.addEdge(from: source, to: target) }
    }
    let adjacency = graph.dependencies
    return resources.enumerated().flatMap { source, resource in
      let direct = adjacency[source].map(Int.init)
      let further = graph.reachable(from: direct.flatMap { adjacency[$0].map(Int.init) }, through: adjacency)
      return direct.filter { !further[$0] }.map { resources[$0] }.sorted().map { (resource, $0) }
    }
  }
}
