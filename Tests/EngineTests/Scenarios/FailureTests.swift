import Addresses
import Diagnostics
import Plans
import ProviderInterface
import State
import Synchronization
import Testing
import Values

@testable import Engine

/// What is left when something fails or somebody interrupts.
@Suite struct FailureTests {
  static let fork = """
    resource "sim_simple" "a" { name = "a" }
    resource "sim_simple" "behind" {
      name = "behind"
      note = sim_simple.a.id
    }
    resource "sim_simple" "other" { name = "other" }
    output "a" { value = sim_simple.a.id }
    output "other" { value = sim_simple.other.id }
    """

  private func failing(_ outcomes: [String: SimulatedFaults.Outcome]) -> Direction {
    var direction = Direction()
    direction.outcomes = outcomes
    return direction
  }

  @Test func aFailureStopsOnlyWhatIsBehindIt() async throws {
    let stage = Stage()
    let act = try await stage.act(Self.fork, direction: failing(["create a": .errorBeforeEffect]))
    #expect(act.errorSummaries == ["Directed fault"])
    #expect(try await stage.stored() == ["sim_simple.other"])
    #expect(try await stage.output("other") == "\"sim_simple/other#1\"")
    #expect(try await stage.output("a") == nil)
    #expect(try await stage.snapshot().operationsInFlight.isEmpty)
    let next = try await stage.act(Self.fork)
    #expect(next.actions == ["create sim_simple.a", "create sim_simple.behind"])
    #expect(stage.existing == ["a#1", "behind#1", "other#1"])
  }

  @Test func aCreationThatFailedHalfwayIsTaintedAndReplaced() async throws {
    let stage = Stage()
    let act = try await stage.act(Self.fork, direction: failing(["create a": .errorAfterEffect]))
    #expect(act.errorSummaries == ["Directed fault"])
    #expect(try await stage.stored() == ["sim_simple.a tainted", "sim_simple.other"])
    let next = try await stage.act(Self.fork)
    #expect(next.errors == [])
    #expect(next.actions == ["delete-then-create sim_simple.a", "create sim_simple.behind"])
    #expect(next.planned.plan?.changes.first?.reason == .replaceBecauseTainted)
    #expect(stage.existing == ["a#2", "behind#1", "other#1"])
    #expect(try await stage.stored() == ["sim_simple.a", "sim_simple.behind", "sim_simple.other"])
  }

  @Test func anUpdateThatFailedHalfwayIsNotTainted() async throws {
    let stage = Stage()
    func main(_ size: Int) -> String { "resource \"sim_simple\" \"a\" {\n name = \"a\"\n size = \(size)\n}\n" }
    _ = try await stage.act(main(1))
    let act = try await stage.act(main(2), direction: failing(["update a": .errorAfterEffect]))
    #expect(act.errorSummaries == ["Directed fault"])
    #expect(try await stage.stored() == ["sim_simple.a"])
    #expect(try await stage.act(main(2)).planned.plan?.isEmpty == true)
  }

  @Test(arguments: [(SimulatedFaults.Outcome.crashBeforeEffect, []), (.crashAfterEffect, ["a#1"])])
  func aProviderThatDiesLeavesTheCreationInDoubt(_ outcome: SimulatedFaults.Outcome, _ exists: [String]) async throws {
    let stage = Stage()
    let main = "resource \"sim_simple\" \"a\" { name = \"a\" }"
    _ = try await stage.act(main, direction: failing(["create a": outcome]))
    #expect(stage.existing == exists)
    #expect(
      try await stage.snapshot().interruptedOperations.map { "\($0.action) \($0.key)" } == ["create sim_simple.a"])
    let next = try await stage.act(main)
    #expect(next.errorSummaries == ["Object may already exist"])
    #expect(next.errors.first?.contains("plumb state resolve 'sim_simple.a'") == true)
    // Nor is everything destroyed while something may be left.
    let destroying = try await stage.act(main, PlanOptions(mode: .destroy))
    #expect(destroying.errorSummaries == ["Object may already exist"])
    // Without the block nothing would be made twice; but nobody shall forget it.
    let removed = try await stage.act("")
    #expect(removed.errorSummaries == [])
    #expect(removed.planned.diagnostics.summaries == ["Object may already exist"])
    try await Aftermath(stage: stage).resolve()
    #expect(try await Aftermath(stage: stage).converge(await Stage.graph(main).graph, names: ["a"]) == [])
  }

  /// The old object is in state while its successor is in doubt: a second successor would be one too many.
  @Test func anInterruptedReplacementIsNotRepeated() async throws {
    let stage = Stage()
    func main(_ zone: String) -> String {
      "resource \"sim_simple\" \"a\" {\n name = \"a\"\n zone = \"\(zone)\"\n lifecycle { create_before_destroy = true }\n}\n"
    }
    _ = try await stage.act(main("x"))
    _ = try await stage.act(main("y"), direction: failing(["create a": .crashAfterEffect]))
    #expect(stage.existing == ["a#1", "a#2"])
    #expect(try await stage.stored() == ["sim_simple.a"])
    let next = try await stage.act(main("y"))
    #expect(next.errorSummaries == ["Object may already exist"])
    #expect(next.errors.first?.contains("beside the one that is in state") == true)
    #expect(stage.existing == ["a#1", "a#2"])
    // Back to the old zone nothing is created; the doubt is only told.
    let back = try await stage.act(main("x"))
    #expect(back.errorSummaries == [])
    #expect(back.planned.diagnostics.summaries == ["Object may already exist"])
  }

  /// What an interrupted update or deletion did, a refresh finds out; the journal is closed then.
  @Test(arguments: ["update", "delete"])
  func theJournalOfWhatARefreshFindsOutIsClosed(_ action: String) async throws {
    let stage = Stage()
    let before = "resource \"sim_simple\" \"a\" {\n name = \"a\"\n size = 1\n}\n"
    let after = action == "update" ? "resource \"sim_simple\" \"a\" {\n name = \"a\"\n size = 2\n}\n" : ""
    _ = try await stage.act(before)
    let (graph, _) = await Stage.graph(after)
    let planner = stage.process()
    let plan = try #require(try await planner.plan(graph).plan)
    await planner.end()
    // Before the run, lease, commit and journal entry there are two moments each; then the call and its reply.
    let process = stage.process(life: KillSwitch(at: 9))
    _ = await process.apply(plan, graph)
    await process.end()
    #expect(process.life.moments.last == "before the reply to change a")
    #expect(try await stage.snapshot().interruptedOperations.map(\.action) == [action])
    let next = try await stage.act(after)
    #expect(next.actions == [])
    #expect(next.errors == [])
    #expect(try await stage.snapshot().operationsInFlight.isEmpty)
    #expect(try await stage.stored() == (action == "update" ? ["sim_simple.a"] : []))
  }

  @Test func anInterruptLetsCallsInFlightFinish() async throws {
    let stage = Stage()
    let interrupt = Interrupt()
    let main = """
      resource "sim_simple" "a" {
        count = 3
        name  = "a${count.index}"
      }
      resource "sim_simple" "b" {
        name = "b"
        note = sim_simple.a[0].id
      }
      """
    var direction = Direction()
    direction.beforeApply = { _ in interrupt.request() }
    let act = try await stage.act(main, direction: direction, parallelism: 1, interrupt: interrupt)
    #expect(act.applied?.isInterrupted == true)
    #expect(act.effects.count == 1)
    #expect(stage.existing.count == 1)
    #expect(try await stage.stored().count == 1)
    let snapshot = try await stage.snapshot()
    #expect(snapshot.operationsInFlight.isEmpty)
    #expect(try await stage.act(main).actions.count == 3)
    #expect(stage.existing == ["a0#1", "a1#1", "a2#1", "b#1"])
  }
}
