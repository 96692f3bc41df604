import Addresses

extension ConfigurationGraph {
  /// The resources and what they need directly, in the DOT language; modules become clusters.
  package func dotText() -> String {
    let dependencies = directDependencies()
    var byModule: [ModulePath: [ConfigurationResource]] = [:]
    for resource in dependencies.keys { byModule[resource.module, default: []].append(resource) }
    var text = "digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n"
    for module in byModule.keys.sorted() {
      let indent = module.isRoot ? "  " : "    "
      if !module.isRoot {
        text += "  subgraph \"cluster_\(module)\" {\n    label = \"\(module)\"\n    fontname = \"sans-serif\"\n"
      }
      for resource in (byModule[module] ?? []).sorted() {
        text += "\(indent)\"\(resource)\" [label=\"\(resource.resource)\"];\n"
      }
      if !module.isRoot { text += "  }\n" }
    }
    for resource in dependencies.keys.sorted() {
      for dependency in dependencies[resource] ?? [] { text += "  \"\(resource)\" -> \"\(dependency)\";\n" }
    }
    return text + "}\n"
  }
}
