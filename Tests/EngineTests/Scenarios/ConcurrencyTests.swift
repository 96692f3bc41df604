import Addresses
import Diagnostics
import Plans
import ProviderInterface
import Synchronization
import Testing
import Values

@testable import Engine

/// Two runs on one stack.
@Suite struct ConcurrencyTests {
  static let main = """
    resource "sim_simple" "a" { name = "a" }
    output "a" { value = sim_simple.a.id }
    output "fixed" { value = "new" }
    """

  @Test func theSecondRunIsToldWhoIsAtWork() async throws {
    let stage = Stage()
    let (graph, _) = await Stage.graph(Self.main)
    let gate = Gate()
    var direction = Direction()
    direction.beforeApply = { _ in await gate.pass() }
    let first = stage.process(direction: direction)
    let second = stage.process()
    let plan = try #require(try await first.plan(graph).plan)
    let rival = try #require(try await second.plan(graph).plan)
    async let outcome = first.apply(plan, graph)
    await gate.reached()
    let refused = await second.apply(rival, graph)
    #expect(refused.diagnostics.summaries == ["Error acquiring the state"])
    #expect(
      refused.diagnostics.first?.detail.hasPrefix("sim_simple.a is being changed by run 1 (apply by ann@here") == true)
    #expect(second.effects == [])
    gate.open()
    #expect(await outcome.diagnostics.errors == [])
    await first.end()
    await second.end()
    #expect(stage.existing == ["a#1"])
    #expect(try await stage.output("a") == "\"sim_simple/a#1\"")
  }

  @Test func aRunThatWaitsIsToldToPlanAgain() async throws {
    let stage = Stage()
    let (graph, _) = await Stage.graph(Self.main)
    let gate = Gate()
    var direction = Direction()
    direction.beforeApply = { _ in await gate.pass() }
    let first = stage.process(direction: direction)
    var second = stage.process()
    second.leaseTimeout = 60_000
    let plan = try #require(try await first.plan(graph).plan)
    let rival = try #require(try await second.plan(graph).plan)
    async let outcome = first.apply(plan, graph)
    await gate.reached()
    async let waiting = second.apply(rival, graph)
    try await Task.sleep(for: .milliseconds(150))
    gate.open()
    #expect(await outcome.diagnostics.errors == [])
    // Nobody holds the object any more, but it is not what the second one planned upon.
    #expect(await waiting.isOutdated)
    #expect(second.effects == [])
    let again = try #require(try await second.plan(graph).plan)
    #expect(await second.apply(again, graph).diagnostics.errors == [])
    await first.end()
    await second.end()
    #expect(stage.existing == ["a#1"])
  }

  /// Both were planned before either was applied: the second must not do again what the first did.
  @Test func aPlanThatIsOutOfDateIsRefused() async throws {
    let stage = Stage()
    let (graph, _) = await Stage.graph(Self.main)
    let (first, second) = (stage.process(), stage.process())
    let plan = try #require(try await first.plan(graph).plan)
    let rival = try #require(try await second.plan(graph).plan)
    #expect(await first.apply(plan, graph).diagnostics.errors == [])
    let refused = await second.apply(rival, graph)
    #expect(refused.diagnostics.summaries == ["Error acquiring the state"])
    #expect(refused.diagnostics.first?.detail.hasPrefix("sim_simple.a is in the state already: run 1 ") == true)
    #expect(second.effects == [])
    await first.end()
    await second.end()
    #expect(stage.existing == ["a#1"])
    #expect(try await stage.output("a") == "\"sim_simple/a#1\"")
  }

  /// The first was cut off while it created the object, after the second had planned to create it too.
  @Test func aPlanFromBeforeAnInterruptionIsRefused() async throws {
    let stage = Stage()
    let (graph, _) = await Stage.graph(Self.main)
    var direction = Direction()
    direction.outcomes = ["create a": .crashAfterEffect]
    let (first, second) = (stage.process(direction: direction), stage.process())
    let plan = try #require(try await first.plan(graph).plan)
    let rival = try #require(try await second.plan(graph).plan)
    _ = await first.apply(plan, graph)
    await first.end()
    let refused = await second.apply(rival, graph)
    #expect(refused.diagnostics.summaries == ["Object may already exist"])
    #expect(second.effects == [])
    await second.end()
    #expect(stage.existing == ["a#1"])
  }

  /// Runs that touch different objects do not hinder each other.
  @Test func runsOnDifferentObjectsGoOnSideBySide() async throws {
    let stage = Stage()
    let (graph, _) = await Stage.graph(
      "resource \"sim_simple\" \"a\" { name = \"a\" }\nresource \"sim_simple\" \"b\" { name = \"b\" }")
    let gate = Gate()
    var direction = Direction()
    direction.beforeApply = { _ in await gate.pass() }
    let (first, second) = (stage.process(direction: direction), stage.process())
    let (a, b) = (try target("sim_simple.a"), try target("sim_simple.b"))
    let plan = try #require(try await first.plan(graph, a).plan)
    let other = try #require(try await second.plan(graph, b).plan)
    async let outcome = first.apply(plan, graph)
    await gate.reached()
    #expect(await second.apply(other, graph).diagnostics.errors == [])
    gate.open()
    #expect(await outcome.diagnostics.errors == [])
    await first.end()
    await second.end()
    #expect(stage.existing == ["a#1", "b#1"])
  }

  private func target(_ text: String) throws -> PlanOptions {
    PlanOptions(targets: [try #require(TargetAddress(parsing: text))])
  }
}

/// Holds whoever passes until it is opened.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var isReached = false
    var held: [CheckedContinuation<Void, Never>] = []
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  func pass() async {
    await withCheckedContinuation { continuation in
      let (isOpen, waiter) = state.withLock { state in
        state.isReached = true
        if !state.isOpen { state.held.append(continuation) }
        defer { state.waiter = nil }
        return (state.isOpen, state.waiter)
      }
      waiter?.resume()
      if isOpen { continuation.resume() }
    }
  }

  /// Waits until somebody is at the gate.
  func reached() async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        if !state.isReached { state.waiter = continuation }
        return state.isReached
      }
      if isReached { continuation.resume() }
    }
  }

  func open() {
    let held = state.withLock { state in
      state.isOpen = true
      defer { state.held = [] }
      return state.held
    }
    for continuation in held { continuation.resume() }
  }
}
