// Graphs: dependency graphs over integer vertices. This room does not know what a vertex stands for.

/// A directed graph: an edge says that its source waits for its target. Vertices are dense integers from 0.
///
/// Edges are stored direct, never transitively; building and every function here is linear in vertices and edges.
package struct DependencyGraph: Sendable {
  package private(set) var vertexCount: Int
  private var sources: [Int32] = []
  private var targets: [Int32] = []

  package init(vertexCount: Int = 0) { self.vertexCount = vertexCount }

  package mutating func addVertex() -> Int {
    vertexCount += 1
    return vertexCount - 1
  }

  /// Says that `source` waits for `target`. Saying it twice is harmless; waiting for oneself is a cycle.
  package mutating func addEdge(from source: Int, to target: Int) {
    precondition(source < vertexCount && target < vertexCount && source >= 0 && target >= 0)
    sources.append(Int32(source))
    targets.append(Int32(target))
  }

  package var edgeCount: Int { sources.count }

  /// What each vertex waits for, duplicates removed, in ascending order.
  package var dependencies: Adjacency { Adjacency(from: sources, to: targets, vertexCount: vertexCount) }

  /// What waits for each vertex, duplicates removed, in ascending order.
  package var dependents: Adjacency { Adjacency(from: targets, to: sources, vertexCount: vertexCount) }

  /// An order in which each vertex comes after what it waits for, smallest vertex first among equals; nil if there is a cycle.
  package func topologicalOrder() -> [Int]? {
    let dependencies = dependencies
    let dependents = dependents
    var missing = (0..<vertexCount).map { dependencies[$0].count }
    var order: [Int] = []
    order.reserveCapacity(vertexCount)
    var ready = (0..<vertexCount).filter { missing[$0] == 0 }
    var head = 0
    while head < ready.count {
      let vertex = ready[head]
      head += 1
      order.append(vertex)
      for dependent in dependents[vertex] {
        missing[Int(dependent)] -= 1
        if missing[Int(dependent)] == 0 { ready.append(Int(dependent)) }
      }
    }
    return order.count == vertexCount ? order : nil
  }

  /// The cycles, each as its path: every vertex waits for the next, and the last for the first. Empty if there is none.
  ///
  /// One path is given for each strongly connected component.
  package func cycles() -> [[Int]] {
    let dependencies = dependencies
    return stronglyConnectedComponents(dependencies).compactMap { component in
      if component.count == 1 {
        let only = component[0]
        return dependencies[only].contains(Int32(only)) ? component : nil
      }
      return path(through: Set(component), from: component.min() ?? component[0], dependencies)
    }.sorted { $0[0] < $1[0] }
  }

  /// Everything that the given vertices wait for, directly or not, themselves included.
  package func reachable(from roots: [Int], through adjacency: Adjacency) -> [Bool] {
    var seen = [Bool](repeating: false, count: vertexCount)
    var stack = roots
    for root in roots { seen[root] = true }
    while let vertex = stack.popLast() {
      for next in adjacency[vertex] where !seen[Int(next)] {
        seen[Int(next)] = true
        stack.append(Int(next))
      }
    }
    return seen
  }

  /// A shortest cycle through `start` that stays within its component.
  private func path(through component: Set<Int>, from start: Int, _ adjacency: Adjacency) -> [Int] {
    var previous: [Int: Int] = [:]
    var queue = [start]
    var head = 0
    while head < queue.count {
      let vertex = queue[head]
      head += 1
      for next in adjacency[vertex].map(Int.init) where component.contains(next) {
        if next == start {
          var path = [vertex]
          while let before = previous[path[path.count - 1]] { path.append(before) }
          return path.reversed()
        }
        if previous[next] == nil {
          previous[next] = vertex
          queue.append(next)
        }
      }
    }
    return [start]
  }

  /// Tarjan's algorithm with its own stack, so that a long chain cannot exhaust the thread's.
  private func stronglyConnectedComponents(_ adjacency: Adjacency) -> [[Int]] {
    var index = [Int](repeating: -1, count: vertexCount)
    var low = [Int](repeating: 0, count: vertexCount)
    var onStack = [Bool](repeating: false, count: vertexCount)
    var stack: [Int] = []
    var components: [[Int]] = []
    var counter = 0
    for root in 0..<vertexCount where index[root] < 0 {
      var work: [(vertex: Int, edge: Int)] = [(root, 0)]
      while let (vertex, edge) = work.last {
        if edge == 0 {
          index[vertex] = counter
          low[vertex] = counter
          counter += 1
          stack.append(vertex)
          onStack[vertex] = true
        }
        let edges = adjacency[vertex]
        if edge < edges.count {
          work[work.count - 1].edge += 1
          let next = Int(edges[edges.startIndex + edge])
          if index[next] < 0 {
            work.append((next, 0))
          } else if onStack[next] {
            low[vertex] = min(low[vertex], index[next])
          }
          continue
        }
        work.removeLast()
        if let parent = work.last?.vertex { low[parent] = min(low[parent], low[vertex]) }
        if low[vertex] == index[vertex] {
          var component: [Int] = []
          while let member = stack.popLast() {
            onStack[member] = false
            component.append(member)
            if member == vertex { break }
          }
          components.append(component)
        }
      }
    }
    return components
  }
}

/// The neighbours of each vertex, in one contiguous array.
package struct Adjacency: Sendable {
  private var offsets: [Int32]
  private var neighbours: [Int32]

  /// Sorts by counting, twice, so that it stays linear and every list comes out in ascending order.
  fileprivate init(from: [Int32], to: [Int32], vertexCount: Int) {
    var ends = [Int32](repeating: 0, count: vertexCount + 1)
    for target in to { ends[Int(target) + 1] += 1 }
    for vertex in 0..<vertexCount { ends[vertex + 1] += ends[vertex] }
    var sources = [Int32](repeating: 0, count: from.count)
    for edge in from.indices {
      let target = Int(to[edge])
      sources[Int(ends[target])] = from[edge]
      // What was the start of a target's edges becomes their end.
      ends[target] += 1
    }
    var offsets = [Int32](repeating: 0, count: vertexCount + 1)
    Self.forEachEdge(sources, ends) { source, _ in offsets[Int(source) + 1] += 1 }
    for vertex in 0..<vertexCount { offsets[vertex + 1] += offsets[vertex] }
    var places = offsets
    var neighbours = [Int32](repeating: 0, count: Int(offsets[vertexCount]))
    Self.forEachEdge(sources, ends) { source, target in
      neighbours[Int(places[Int(source)])] = target
      places[Int(source)] += 1
    }
    self.offsets = offsets
    self.neighbours = neighbours
  }

  /// Calls the visitor for every edge without its duplicates, by ascending target.
  private static func forEachEdge(_ sources: [Int32], _ ends: [Int32], _ visit: (Int32, Int32) -> Void) {
    var last = [Int32](repeating: -1, count: ends.count)
    var start = 0
    for target in 0..<(ends.count - 1) {
      let end = Int(ends[target])
      for source in sources[start..<end] where last[Int(source)] != target {
        last[Int(source)] = Int32(target)
        visit(source, Int32(target))
      }
      start = end
    }
  }

  package subscript(vertex: Int) -> ArraySlice<Int32> {
    neighbours[Int(offsets[vertex])..<Int(offsets[vertex + 1])]
  }
}
