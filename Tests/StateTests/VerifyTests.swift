import Addresses
import State
import Testing

/// What apply asks before it begins: are the rows still those that were planned upon?
@Suite struct VerifyTests {
  @Test(arguments: World.Kind.allCases)
  func rowsMustHaveTheVersionsOfThePlan(kind: World.Kind) async throws {
    let world = World(kind)
    let state = world.open()
    let run = try await state.beginRun(command: "apply")
    let version = try await store(object("a.b"), in: state, run: run)
    #expect(try await state.verify([key("a.b"): version, key("a.c"): 0]).isEmpty)
    let newer = try await store(object("a.b", #"{"x":1}"#), in: state, run: run, expecting: version)
    #expect(newer > version)
    let who = "run 1 (apply by ann@here, process 100, since 2026-08-01T12:00:00.000Z)"
    let changed = await failure { _ = try await state.verify([key("a.b"): version]) }
    #expect(changed?.message.hasPrefix("a.b was changed by \(who)") == true)
    let unexpected = await failure { _ = try await state.verify([key("a.b"): 0]) }
    #expect(unexpected?.message.hasPrefix("a.b is in the state already: \(who)") == true)
    let missing = await failure { _ = try await state.verify([key("a.c"): 3]) }
    #expect(missing?.message.hasPrefix("a.c is no longer in the state") == true)
    await state.close()
  }

  @Test(arguments: World.Kind.allCases)
  func namesWhatIsInFlightOnTheseInstances(kind: World.Kind) async throws {
    let world = World(kind)
    let state = world.open()
    let run = try await state.beginRun(command: "apply")
    try await state.lease([key("a.b"), key("a.c")], for: run)
    let operation = try await state.beginOperation(
      run: run, key: key("a.b", deposed: "00000001"), action: "delete", planned: nil, provider: exampleProvider)
    _ = try await state.beginOperation(
      run: run, key: key("a.c"), action: "create", planned: nil, provider: exampleProvider)
    #expect(try await state.verify([key("a.b"): 0]).map(\.id) == [operation])
    #expect(try await state.verify([:]).isEmpty)
    await state.close()
  }
}
