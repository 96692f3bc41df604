import Graphs
import Plans
import Testing

/// The steps by name, each with the steps it waits for.
private func check(
  _ steps: [(name: String, step: ExecutionGraph.Step, after: [String])], _ expected: [String], line: Int = #line
) {
  var graph = ExecutionGraph()
  var numbers: [String: Int] = [:]
  for entry in steps { numbers[entry.name] = graph.add(entry.step) }
  for entry in steps {
    for other in entry.after { graph.order(numbers[entry.name] ?? 0, after: numbers[other] ?? 0) }
  }
  let pruned = graph.pruned()
  let dependencies = pruned.graph.dependencies
  func text(_ step: ExecutionGraph.Step) -> String {
    switch step {
    case .apply(let change): "apply \(change)"
    case .destroy(let change): "destroy \(change)"
    case .forget(let change): "forget \(change)"
    case .verify(let change): "verify \(change)"
    case .join: "join"
    }
  }
  let found = pruned.steps.indices.map { index in
    let after = dependencies[index].map { text(pruned.steps[Int($0)]) }
    return text(pruned.steps[index]) + (after.isEmpty ? "" : " after " + after.joined(separator: ", "))
  }
  #expect(found == expected, sourceLocation: SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1))
}

@Suite struct ExecutionGraphTests {
  @Test func stepsStay() {
    check(
      [("a", .apply(change: 0), []), ("b", .destroy(change: 1), ["a"]), ("c", .forget(change: 2), ["a", "b"])],
      ["apply 0", "destroy 1 after apply 0", "forget 2 after apply 0, destroy 1"])
  }

  @Test func joinBetweenStepsStays() {
    check(
      [("a", .apply(change: 0), []), ("j", .join, ["a"]), ("b", .verify(change: 1), ["j"])],
      ["apply 0", "join after apply 0", "verify 1 after join"])
  }

  @Test func joinThatWaitsForNothingGoes() {
    check([("j", .join, []), ("k", .join, ["j"]), ("a", .apply(change: 0), ["k"])], ["apply 0"])
  }

  @Test func joinThatNothingWaitsForGoes() {
    check([("a", .apply(change: 0), []), ("j", .join, ["a"]), ("k", .join, ["j"])], ["apply 0"])
  }

  @Test func joinStaysForTheStepsThatItHoldsUp() {
    check(
      [
        ("empty", .join, []), ("a", .apply(change: 0), ["empty"]), ("full", .join, ["a", "empty"]),
        ("b", .apply(change: 1), ["full"]),
      ],
      ["apply 0", "join after apply 0", "apply 1 after join"])
  }

  @Test func cycleIsLeftAlone() {
    check(
      [("a", .apply(change: 0), ["b"]), ("b", .apply(change: 1), ["a"]), ("j", .join, [])],
      ["apply 0 after apply 1", "apply 1 after apply 0", "join"])
  }

  @Test func pruningIsLinear() {
    var graph = ExecutionGraph()
    let join = graph.add(.join)
    for change in 0..<100_000 {
      let step = graph.add(.apply(change: change))
      if change < 50_000 { graph.order(join, after: step) } else { graph.order(step, after: join) }
    }
    #expect(graph.pruned().steps.count == 100_001)
  }
}
