import State
import Testing

/// Clocks that jump, as they do when a machine wakes or is set: order comes from numbers, and what is held stays held.
@Suite struct ClockTests {
  @Test(arguments: World.Kind.allCases, [-86_400, -1, 0, 86_400] as [Int64])
  func runsKeepTheirOrder(kind: World.Kind, jump: Int64) async throws {
    let world = World(kind)
    let opened = world.open()
    var versions: [Int64] = []
    for round in 0..<3 {
      let run = try await opened.beginRun(command: "apply \(round)")
      versions.append(try await store(object("a.b", #"{"round":\#(round)}"#), in: opened, run: run, expecting: versions.last ?? 0))
      world.advance(seconds: jump)
      try await opened.finishRun(run.id, status: .succeeded)
    }
    #expect(try await opened.runs().map(\.command) == ["apply 0", "apply 1", "apply 2"])
    #expect(versions == versions.sorted() && Set(versions).count == 3)
    #expect(try await opened.snapshot().objects.map(\.text) == [#"{"round":2}"#])
    await opened.close()
  }

  @Test(arguments: World.Kind.allCases, [-86_400, 86_400] as [Int64])
  func aJumpDuringARunLosesNothing(kind: World.Kind, jump: Int64) async throws {
    let world = World(kind)
    let mine = world.open(process: 1)
    let run = try await mine.beginRun(command: "apply")
    try await mine.lease([key("a.b"), key("a.c")], for: run)
    let operation = try await mine.beginOperation(
      run: run, key: key("a.b"), action: "create", planned: nil, provider: exampleProvider)
    world.advance(seconds: jump)
    try await mine.renewLeases(of: run)
    _ = try await mine.finishOperation(
      operation, changes: [.put(object("a.b"), expectedVersion: 0)], succeeded: true, message: nil)
    try await store(object("a.c"), in: mine, run: run)
    try await mine.finishRun(run.id, status: .succeeded)
    let snapshot = try await mine.snapshot()
    #expect(snapshot.objects.count == 2)
    #expect(snapshot.operationsInFlight.isEmpty)
    await mine.close()
  }

  /// A lease that seems to come from the future is still a lease. It ends with its run.
  @Test(arguments: World.Kind.allCases) func aLeaseFromTheFutureIsRespected(kind: World.Kind) async throws {
    let world = World(kind)
    let (mine, theirs) = (world.open(process: 1, host: "there"), world.open(process: 2))
    let first = try await mine.beginRun(command: "apply")
    try await mine.lease([key("a.b")], for: first)
    world.advance(seconds: -86_400)
    let second = try await theirs.beginRun(command: "apply")
    #expect(await failure { try await theirs.lease([key("a.b")], for: second) } != nil)
    try await mine.finishRun(first.id, status: .succeeded)
    try await theirs.lease([key("a.b")], for: second)
    await mine.close()
    await theirs.close()
  }
}
