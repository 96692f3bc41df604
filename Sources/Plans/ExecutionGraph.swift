package import Graphs

/// What runs at apply, and after what. Written by the planner; apply only runs it.
package struct ExecutionGraph: Sendable {
  /// One vertex. Changes are named by their index in `Plan.changes`.
  package enum Step: Hashable, Sendable {
    /// Create, update, read, or the creating half of a replacement.
    case apply(change: Int)
    /// Delete, or the destroying half of a replacement.
    case destroy(change: Int)
    /// Drop from state without a provider call.
    case forget(change: Int)
    /// Evaluate the conditions of an object that does not change.
    case verify(change: Int)
    /// Nothing: it gathers what others wait for, so that edges stay linear.
    case join
  }

  package private(set) var steps: [Step] = []
  package private(set) var graph = DependencyGraph()

  package init() {}

  package mutating func add(_ step: Step) -> Int {
    steps.append(step)
    return graph.addVertex()
  }

  /// Says that `step` waits for `other`.
  package mutating func order(_ step: Int, after other: Int) { graph.addEdge(from: step, to: other) }

  /// The same graph without joins through which nothing passes: those that wait for no step at all.
  package func pruned() -> ExecutionGraph {
    guard let order = graph.topologicalOrder() else { return self }
    let dependencies = graph.dependencies
    // A join that waits for no step, directly or through other joins, holds nothing up.
    var matters = [Bool](repeating: false, count: steps.count)
    for vertex in order {
      matters[vertex] = steps[vertex] != .join || dependencies[vertex].contains { matters[Int($0)] }
    }
    let dependents = graph.dependents
    // Nor does one for which no step waits.
    var isAwaited = [Bool](repeating: false, count: steps.count)
    for vertex in order.reversed() {
      isAwaited[vertex] = steps[vertex] != .join || dependents[vertex].contains { isAwaited[Int($0)] }
    }
    var result = ExecutionGraph()
    var renamed = [Int](repeating: -1, count: steps.count)
    for vertex in 0..<steps.count where matters[vertex] && isAwaited[vertex] {
      renamed[vertex] = result.add(steps[vertex])
    }
    for vertex in 0..<steps.count where renamed[vertex] >= 0 {
      for dependency in dependencies[vertex] where renamed[Int(dependency)] >= 0 {
        result.order(renamed[vertex], after: renamed[Int(dependency)])
      }
    }
    return result
  }
}
