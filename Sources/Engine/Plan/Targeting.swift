import Addresses
import Graphs
import Plans

/// Which part of the configuration a plan is limited to: the targets and what they need, or else everything but what is excluded
/// and what needs that.
struct Targeting {
  private let targets: [TargetAddress]
  private let excludes: [TargetAddress]
  private var included: [Bool]
  private var directly: Set<ConfigurationResource> = []

  /// Nil if the plan is not limited.
  init?(_ options: PlanOptions, graph: ConfigurationGraph) {
    guard options.isTargeted else { return nil }
    targets = options.targets
    excludes = options.excludes
    let resources = graph.vertices.indices.filter { graph.vertices[$0].isResource }
    let dependencies = graph.graph.dependencies
    if excludes.isEmpty {
      let roots = resources.filter { graph.vertices[$0].isNamed(by: options.targets) }
      directly = Set(roots.compactMap { graph.vertices[$0].resource })
      included = graph.graph.reachable(from: roots, through: dependencies)
      includeOutputs(of: graph) { [included] in included[$0] }
    } else if options.mode == .destroy {
      // What is excluded stays, and so must what it needs; all else goes, also what needs something that stays.
      included = graph.vertices.map { !$0.isRootOutput }
      let roots = resources.filter { graph.vertices[$0].isNamed(by: options.excludes) }
      let kept = graph.graph.reachable(from: roots, through: dependencies)
      includeOutputs(of: graph) { !kept[$0] }
    } else {
      let left = Self.excluded(options.excludes, resources, graph)
      included = graph.graph.reachable(from: resources.filter { !left[$0] }, through: dependencies)
      includeOutputs(of: graph) { [included] in included[$0] }
    }
  }

  /// A root output is kept if every resource behind it is, and there is one.
  private mutating func includeOutputs(of graph: ConfigurationGraph, where isIncluded: (Int) -> Bool) {
    let dependencies = graph.graph.dependencies
    for (index, vertex) in graph.vertices.enumerated() where vertex.isRootOutput && !included[index] {
      let behind = graph.graph.reachable(from: [index], through: dependencies)
      let resources = behind.indices.filter { behind[$0] && graph.vertices[$0].isResource }
      guard !resources.isEmpty, resources.allSatisfy(isIncluded) else { continue }
      for needed in behind.indices where behind[needed] { included[needed] = true }
    }
  }

  /// What is excluded as a whole, and what needs something of which at least an instance is.
  private static func excluded(_ excludes: [TargetAddress], _ resources: [Int], _ graph: ConfigurationGraph) -> [Bool] {
    let dependents = graph.graph.dependents
    var roots: [Int] = []
    for address in excludes {
      let named = resources.filter { graph.vertices[$0].isNamed(by: [address]) }
      if address.isWithoutKeys {
        roots += named
        continue
      }
      // Within one instance of a module all is excluded by name; only who is outside depends on all instances.
      var seen = Set(named)
      var stack = named
      while let vertex = stack.popLast() {
        for dependent in dependents[vertex].map({ Int($0) }) where seen.insert(dependent).inserted {
          if address.covers(graph.vertices[dependent]) { stack.append(dependent) } else { roots.append(dependent) }
        }
      }
    }
    return graph.graph.reachable(from: roots, through: dependents)
  }

  func includes(_ vertex: Int) -> Bool { included[vertex] }

  /// Whether an instance is planned: it is selected, or its resource is only here because a target needs it.
  func includes(_ instance: ResourceInstance) -> Bool { !isNamed(instance.configuration) || selects(instance) }

  private func isNamed(_ resource: ConfigurationResource) -> Bool { !excludes.isEmpty || directly.contains(resource) }

  /// Whether the addresses choose the instance itself: a target names it, or nothing excludes it by name.
  func selects(_ instance: ResourceInstance) -> Bool {
    excludes.isEmpty ? targets.contains { $0.contains(instance) } : !excludes.contains { $0.contains(instance) }
  }
}

extension ConfigurationGraph.Vertex {
  var resource: ConfigurationResource? {
    if case .resource(let resource) = self { return resource }
    return nil
  }

  var isResource: Bool { resource != nil }

  fileprivate var isRootOutput: Bool {
    if case .output(let path, _) = self { return path.isRoot }
    return false
  }

  fileprivate func isNamed(by addresses: [TargetAddress]) -> Bool {
    resource.map { resource in addresses.contains { $0.mayContain(resource) } } ?? false
  }
}

extension TargetAddress {
  /// Whether the vertex is what the address names, or within the module that it names.
  fileprivate func covers(_ vertex: ConfigurationGraph.Vertex) -> Bool {
    switch self {
    case .module(let module): return vertex.module.names.starts(with: module.path.names)
    case .resource(let instance): return vertex.resource == instance.configuration
    }
  }
}
