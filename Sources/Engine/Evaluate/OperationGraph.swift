import Addresses
import Graphs
package import Plans
package import State

/// What an operation does and after what, by names, to be drawn.
package struct OperationGraph {
  private var names: [String] = []
  private var indices: [String: Int] = [:]
  private var graph = DependencyGraph()
  /// How vertices are drawn that stand for something in the configuration.
  private var looks: [String: (label: String, shape: String)] = [:]

  /// What planning evaluates: everything in the configuration.
  package init(evaluating configuration: ConfigurationGraph) {
    let dependencies = configuration.graph.dependencies
    let names = configuration.vertices.map(Self.name)
    for (index, vertex) in configuration.vertices.enumerated() {
      _ = self.index(of: names[index])
      switch vertex {
      case .variable(let path, _) where path.isRoot: looks[names[index]] = (names[index], "note")
      case .resource(let address): looks[names[index]] = (address.description, "box")
      default: break
      }
      for other in dependencies[index] { connect(names[index], to: names[Int(other)]) }
    }
    for index in names.indices {
      if let provider = configuration.resource(at: index)?.provider { connect(names[index], toProvider: provider) }
    }
    addRoot()
  }

  /// What is destroyed when all that a state has is: each resource before those that it needed.
  package init(destroying state: StateSnapshot, of configuration: ConfigurationGraph) {
    func name(_ resource: ConfigurationResource) -> String { "\(resource) (destroy)" }
    let known = Set(state.objects.map(\.address.configuration))
    for object in state.objects {
      let resource = object.address.configuration
      looks[name(resource)] = (resource.description, "box")
      connect(name(resource), toProvider: object.provider)
      for dependency in object.dependencies where known.contains(dependency) && dependency != resource {
        connect(name(dependency), to: name(resource))
      }
    }
    for vertex in configuration.vertices {
      if case .output(let path, _) = vertex, path.isRoot { _ = index(of: Self.name(of: vertex)) }
    }
    addRoot()
  }

  /// The steps of a plan in the order in which apply takes them.
  package init(applying plan: Plan) {
    let execution = plan.execution
    let dependencies = execution.graph.dependencies
    func name(_ vertex: Int) -> String {
      func address(_ change: Int) -> String { ObjectKey(plan.changes[change].address, deposedKey: plan.changes[change].deposedKey).description }
      return switch execution.steps[vertex] {
      case .apply(let change), .verify(let change): address(change)
      case .destroy(let change): "\(address(change)) (destroy)"
      case .forget(let change): "\(address(change)) (forget)"
      case .join: "join \(vertex)"
      }
    }
    for (vertex, step) in execution.steps.enumerated() {
      switch step {
      case .apply(let change), .destroy(let change), .forget(let change), .verify(let change):
        looks[name(vertex)] = (plan.changes[change].address.configuration.description, "box")
        connect(name(vertex), toProvider: plan.changes[change].provider)
      case .join: looks[name(vertex)] = ("", "point")
      }
      for other in dependencies[vertex] { connect(name(vertex), to: name(Int(other))) }
    }
    addRoot()
  }

  /// The graph in the DOT language, without edges that follow from others, which only a graph without cycles has.
  ///
  /// - Parameter showsCycles: whether the edges of cycles are red.
  package func dotText(showsCycles: Bool) -> String {
    let cyclic = showsCycles ? cyclicEdges : []
    let nodes = looks.map { name, look in
      "\(quoted(name)) [label = \(Self.quote(look.label)), shape = \"\(look.shape)\"]"
    }
    let edges = reducedEdges.map { edge in
      "\(quoted(names[edge.source])) -> \(quoted(names[edge.target]))"
        + (cyclic.contains(edge) ? " [color = \"red\", penwidth = \"2.0\"]" : "")
    }
    let lines = (nodes.sorted() + edges.sorted()).map { "\t\t\($0)\n" }.joined()
    return "digraph {\n\tcompound = \"true\"\n\tnewrank = \"true\"\n\tsubgraph \"root\" {\n\(lines)\t}\n}\n"
  }

  // MARK: Names

  private static func name(of vertex: ConfigurationGraph.Vertex) -> String {
    func full(_ path: ModulePath, _ rest: String) -> String { path.isRoot ? rest : "\(path).\(rest)" }
    return switch vertex {
    case .variable(let path, let name): path.isRoot ? "var.\(name)" : "\(path).var.\(name) (expand)"
    case .local(let path, let name): full(path, "local.\(name) (expand)")
    case .output(let path, let name): full(path, "output.\(name) (expand)")
    case .moduleCall(let path): "\(path) (expand)"
    case .moduleEnd(let path): "\(path) (close)"
    case .provider(let address): address.configuration.description
    case .resource(let address): "\(address) (expand)"
    case .check(let path, let name): full(path, "check.\(name) (expand)")
    }
  }

  private func quoted(_ name: String) -> String { Self.quote("[root] \(name)") }

  private static func quote(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  // MARK: Building

  private mutating func index(of name: String) -> Int {
    if let index = indices[name] { return index }
    let index = graph.addVertex()
    indices[name] = index
    names.append(name)
    return index
  }

  private mutating func connect(_ source: String, to target: String) {
    let (from, to) = (index(of: source), index(of: target))
    graph.addEdge(from: from, to: to)
  }

  /// What needs a provider waits until it is configured, and it is closed when all of that is done.
  private mutating func connect(_ source: String, toProvider provider: ProviderConfigurationAddress) {
    let name = provider.configuration.description
    looks[name] = (name, "diamond")
    connect(source, to: name)
    connect("\(name) (close)", to: source)
    connect("\(name) (close)", to: name)
  }

  /// The end of everything, which waits for all that nothing else waits for.
  private mutating func addRoot() {
    let dependents = graph.dependents
    for (index, name) in names.enumerated() where dependents[index].isEmpty { connect("root", to: name) }
  }

  // MARK: Edges

  private struct Edge: Hashable {
    var source: Int
    var target: Int
  }

  private var reducedEdges: [Edge] {
    let adjacency = graph.dependencies
    let hasCycle = graph.topologicalOrder() == nil
    return names.indices.flatMap { source in
      let direct = adjacency[source].map(Int.init)
      if hasCycle { return direct.map { Edge(source: source, target: $0) } }
      let further = graph.reachable(from: direct.flatMap { adjacency[$0].map(Int.init) }, through: adjacency)
      return direct.filter { !further[$0] }.map { Edge(source: source, target: $0) }
    }
  }

  private var cyclicEdges: Set<Edge> {
    Set(graph.cycles().flatMap { cycle in
      zip(cycle, cycle.dropFirst() + cycle.prefix(1)).map { Edge(source: $0, target: $1) }
    })
  }
}
