import Addresses
import Diagnostics
import Plans
import Synchronization
import Testing

@testable import Engine
@testable import State

/// Kills the process at every write to the store and every provider call of an apply, restarts, and converges.
@Suite struct CrashTests {
  /// The world when the change begins, made once: every test takes copies.
  struct Eve: Sendable {
    let cloud: SimulatedCloud
    let tables: MemoryTables
    let graph: ConfigurationGraph
    let plan: Plan

    /// A stage of its own that looks as this one.
    func stage() -> Stage {
      let database = MemoryDatabase()
      database.tables.withLock { $0 = tables }
      return Stage(cloud: SimulatedCloud(copying: cloud), database: database)
    }

    static func make() async throws -> Eve {
      let database = MemoryDatabase()
      let cloud = SimulatedCloud()
      let stage = Stage(cloud: cloud, database: database)
      let (before, problems) = await Stage.graph(CrashScenario.before)
      #expect(problems.errors == [])
      let process = stage.process()
      let planned = try await process.plan(before)
      #expect(planned.diagnostics.errors == [])
      let outcome = await process.apply(try #require(planned.plan), before)
      #expect(outcome.diagnostics.errors == [])
      await process.end()

      let (after, newProblems) = await Stage.graph(CrashScenario.after)
      #expect(newProblems.errors == [])
      let planner = stage.process()
      let change = try await planner.plan(after)
      #expect(change.diagnostics.errors == [])
      await planner.end()
      return Eve(
        cloud: cloud, tables: database.tables.withLock { $0 }, graph: after, plan: try #require(change.plan))
    }
  }

  static let eve = Task { try await Eve.make() }

  /// The moments of an apply that nobody disturbs.
  private static func moments(_ eve: Eve, parallelism: Int) async throws -> [String] {
    let stage = eve.stage()
    let process = stage.process(parallelism: parallelism)
    let outcome = await process.apply(eve.plan, eve.graph)
    #expect(outcome.diagnostics.errors == [])
    await process.end()
    #expect(try await Aftermath(stage: stage).converge(eve.graph, names: CrashScenario.namesAfter, roundsMax: 0) == [])
    return process.life.moments
  }

  @Test func theChangeHasEverythingInIt() async throws {
    let plan = try await Self.eve.value.plan
    var counts: [Action: Int] = [:]
    for change in plan.changes { counts[change.action, default: 0] += 1 }
    #expect(counts[.create] == 11)
    #expect(counts[.update] == 10)
    #expect(counts[.deleteThenCreate] == 3)
    #expect(counts[.createThenDelete] == 4)
    #expect(counts[.delete] == 5)
    #expect(counts[.read] == 1)
  }

  /// One after the other, so that moment k is the same each time. In parts, so that these run side by side.
  @Test(arguments: 0..<4)
  func survivesDeathAtEveryMoment(_ part: Int) async throws {
    let eve = try await Self.eve.value
    let moments = try await Self.moments(eve, parallelism: 1)
    #expect(moments.count > 200)
    var doubts = 0
    for moment in stride(from: part, to: moments.count, by: 4) {
      doubts += try await die(eve, at: moment, of: moments, parallelism: 1)
    }
    // A creation is in doubt from the entry in the journal to its end: at three moments each.
    #expect(doubts > 10)
  }

  @Test(arguments: 0..<2)
  func survivesDeathWhileMuchIsInFlight(_ part: Int) async throws {
    let eve = try await Self.eve.value
    let moments = try await Self.moments(eve, parallelism: 10)
    for moment in stride(from: part, to: moments.count, by: 6) {
      _ = try await die(eve, at: moment, of: nil, parallelism: 10)
    }
  }

  /// Gives how many creations were in doubt.
  private func die(_ eve: Eve, at moment: Int, of moments: [String]?, parallelism: Int) async throws -> Int {
    let stage = eve.stage()
    let process = stage.process(life: KillSwitch(at: moment), parallelism: parallelism)
    _ = await process.apply(eve.plan, eve.graph)
    await process.end()
    let place: Comment = "killed at \(moment): \(process.life.moments.last ?? "?")"
    if let moments { #expect(process.life.moments.last == moments[moment]) }

    let aftermath = Aftermath(stage: stage)
    let broken = try await aftermath.broken()
    #expect(broken == [], place)
    let doubts = try await refusesToCreateBlindly(stage, eve.graph, place)
    try await aftermath.resolve()
    let stillBroken = try await aftermath.broken()
    #expect(stillBroken == [], place)
    let wrong = try await aftermath.converge(eve.graph, names: CrashScenario.namesAfter)
    #expect(wrong == [], place)
    return doubts
  }

  /// While an interrupted creation is unresolved, planning names it and does not plan to create the object again.
  private func refusesToCreateBlindly(_ stage: Stage, _ graph: ConfigurationGraph, _ place: Comment) async throws -> Int
  {
    let doubtful = try await stage.snapshot().interruptedOperations.filter { $0.action == "create" }
    if doubtful.isEmpty { return 0 }
    let process = stage.process()
    let planned = try await process.plan(graph)
    await process.end()
    for operation in doubtful {
      #expect(
        planned.diagnostics.contains {
          $0.summary == "Object may already exist" && $0.severity == .error && $0.address == "\(operation.key.address)"
        }, place)
    }
    return doubtful.count
  }
}
