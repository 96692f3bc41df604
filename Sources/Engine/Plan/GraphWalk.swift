import Graphs

/// How far a walk through a graph has come, in which each vertex comes after those it depends on, and who waits for it to go on.
struct GraphWalk {
  let dependencies: Adjacency
  private let dependents: Adjacency
  private var missing: [Int]
  private var failed: [Bool]
  private var ready: [Int]
  private var head = 0
  /// Visits that were begun and not finished.
  private var running = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ graph: DependencyGraph) {
    let dependencies = graph.dependencies
    self.dependencies = dependencies
    dependents = graph.dependents
    missing = (0..<graph.vertexCount).map { dependencies[$0].count }
    failed = [Bool](repeating: false, count: graph.vertexCount)
    ready = missing.indices.filter { [missing] in missing[$0] == 0 }
  }

  /// Whether nothing is ready and nothing will be any more.
  var isOver: Bool { head == ready.count && running == 0 }

  func isBehindFailure(_ vertex: Int) -> Bool { dependencies[vertex].contains { failed[Int($0)] } }

  mutating func takeReady() -> Int? {
    guard head < ready.count else { return nil }
    head += 1
    return ready[head - 1]
  }

  mutating func finish(_ vertex: Int, _ succeeded: Bool) {
    failed[vertex] = !succeeded
    for dependent in dependents[vertex] {
      missing[Int(dependent)] -= 1
      if missing[Int(dependent)] == 0 { ready.append(Int(dependent)) }
    }
  }

  // MARK: Visits side by side

  mutating func beginVisit() {
    running += 1
    wakeOne()
  }

  mutating func finishVisit(of vertex: Int, _ succeeded: Bool) {
    running -= 1
    finish(vertex, succeeded)
    wakeOne()
  }

  /// Sends home whoever waits.
  mutating func wakeAll() {
    for visitor in waiting { visitor.resume() }
    waiting = []
  }

  /// Has a visitor come back when something is ready, or when all is over.
  mutating func wait(_ visitor: CheckedContinuation<Void, Never>) { waiting.append(visitor) }

  /// Whoever takes something wakes the next, so that nobody wakes in vain.
  private mutating func wakeOne() {
    if head < ready.count { waiting.popLast()?.resume() }
  }
}
