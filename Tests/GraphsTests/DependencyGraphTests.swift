import Testing

@testable import Graphs

@Suite struct DependencyGraphTests {
  private func graph(_ count: Int, _ edges: [(Int, Int)]) -> DependencyGraph {
    var graph = DependencyGraph(vertexCount: count)
    for (source, target) in edges { graph.addEdge(from: source, to: target) }
    return graph
  }

  @Test func everyVertexComesAfterWhatItWaitsFor() throws {
    let edges = [(0, 1), (1, 2), (0, 2), (3, 2), (4, 3), (4, 0), (4, 0)]
    let order = try #require(graph(5, edges).topologicalOrder())
    for (source, target) in edges {
      #expect(try #require(order.firstIndex(of: target)) < #require(order.firstIndex(of: source)))
    }
  }

  @Test func repeatedEdgesCountOnce() {
    let graph = graph(3, [(0, 2), (0, 1), (0, 2)])
    #expect(Array(graph.dependencies[0]) == [1, 2])
    #expect(Array(graph.dependents[2]) == [0])
    #expect(graph.edgeCount == 3)
  }

  @Test(arguments: [
    ([(0, 1), (1, 0)], [[0, 1]]),
    ([(0, 0)], [[0]]),
    ([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3)], [[0, 1, 2], [3, 4]]),
    ([(0, 1), (1, 2)], []),
  ])
  func cyclesAreShownAsPaths(edges: [(Int, Int)], cycles: [[Int]]) {
    let graph = graph(5, edges)
    #expect(graph.cycles() == cycles)
    #expect((graph.topologicalOrder() == nil) == !cycles.isEmpty)
  }

  @Test func aLongChainDoesNotExhaustTheStack() {
    let count = 200_000
    var graph = DependencyGraph(vertexCount: count)
    for vertex in 1..<count { graph.addEdge(from: vertex - 1, to: vertex) }
    graph.addEdge(from: count - 1, to: 0)
    #expect(graph.cycles().first?.count == count)
  }

  @Test func reachableHoldsTheRootsAndWhatTheyNeed() {
    let graph = graph(5, [(0, 1), (1, 2), (3, 4)])
    #expect(graph.reachable(from: [0], through: graph.dependencies) == [true, true, true, false, false])
    #expect(graph.reachable(from: [4], through: graph.dependents) == [false, false, false, true, true])
  }
}
