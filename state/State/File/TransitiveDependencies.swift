import Addresses

/// Widens direct edges to what state files record: every resource that an object depends on, near or far, data sources
/// included (observed with 1.11.4). A resource without objects has no edges of its own here and ends the walk.
struct TransitiveDependencies {
  private var indices: [ConfigurationResource: Int] = [:]
  private var names: [String] = []
  private var edges: [[Int]] = []
  private var visited: [Int] = []
  private var walk = 0
  /// Instances of one resource mostly share their edges.
  private var known: [Question: [String]] = [:]

  private struct Question: Hashable {
    var resource: ConfigurationResource
    var direct: [ConfigurationResource]
  }

  init(of objects: [StateObject]) {
    var seen: Set<Question> = []
    for object in objects {
      let resource = object.address.configuration
      guard seen.insert(Question(resource: resource, direct: object.dependencies)).inserted else { continue }
      let from = index(of: resource)
      for dependency in object.dependencies { edges[from].append(index(of: dependency)) }
    }
    visited = Array(repeating: 0, count: names.count)
  }

  private mutating func index(of resource: ConfigurationResource) -> Int {
    if let index = indices[resource] { return index }
    indices[resource] = names.count
    names.append(resource.description)
    edges.append([])
    return names.count - 1
  }

  /// Addresses in ascending order of their text; without the object's own resource.
  mutating func names(for object: StateObject) -> [String] {
    if object.dependencies.isEmpty { return [] }
    let own = object.address.configuration
    let question = Question(resource: own, direct: object.dependencies)
    if let answer = known[question] { return answer }
    walk += 1
    if let own = indices[own] { visited[own] = walk }
    var found: [Int] = []
    var pending = object.dependencies.compactMap { indices[$0] }
    while let next = pending.popLast() {
      if visited[next] == walk { continue }
      visited[next] = walk
      found.append(next)
      pending += edges[next]
    }
    let answer = found.map { names[$0] }.sorted()
    known[question] = answer
    return answer
  }
}
