import Addresses
import State
import Testing

@Suite struct LeaseTests {
  @Test(arguments: World.Kind.allCases)
  func anotherRunsLeaseIsAConflictForAllOfTheRequest(kind: World.Kind) async throws {
    let world = World(kind)
    let (mine, theirs) = (world.open(process: 1), world.open(process: 2))
    let first = try await mine.beginRun(command: "apply")
    try await mine.lease([key("a.b"), key("a.b", deposed: "00000001")], for: first)
    let second = try await theirs.beginRun(command: "apply")
    let error = await failure { try await theirs.lease([key("a.c"), key("a.b")], for: second) }
    #expect(
      error?.message
        == "a.b is being changed by run 1 (apply by ann@here, process 1, since 2026-08-01T12:00:00.000Z). Wait until that run has finished, then try again; if its process is gone, its hold ends after a minute."
    )
    // Nothing of the refused request was leased.
    try await mine.lease([key("a.c")], for: first)
    // Changes without a lease respect those of others, too.
    let commit = await failure { _ = try await theirs.commit([.put(object("a.b"), expectedVersion: 0)], run: second) }
    guard case .conflict? = commit?.code else {
      Issue.record("no conflict")
      return
    }
    try await mine.finishRun(first.id, status: .succeeded)
    try await theirs.lease([key("a.c"), key("a.b")], for: second)
    await mine.close()
    await theirs.close()
  }

  @Test(arguments: World.Kind.allCases)
  func aDeadProcessLosesItsLeases(kind: World.Kind) async throws {
    let world = World(kind)
    let (mine, theirs) = (world.open(process: 1), world.open(process: 2))
    let first = try await mine.beginRun(command: "apply")
    try await mine.lease([key("a.b"), key("a.c")], for: first)
    let operation = try await mine.beginOperation(
      run: first, key: key("a.b"), action: "create", planned: Array(#"{"name":"x"}"#.utf8), provider: exampleProvider)
    let second = try await theirs.beginRun(command: "apply")
    #expect(try await theirs.snapshot().interruptedOperations.isEmpty)
    world.kill(1)
    #expect(try await theirs.snapshot().interruptedOperations.map(\.id) == [operation])
    #expect(try await theirs.snapshot().runs[first.id]?.status == .abandoned)
    try await theirs.lease([key("a.b")], for: second)
    #expect(try await theirs.runs().map(\.status) == [.abandoned, .running])
    // The leases that nobody asked for are free as well.
    try await theirs.lease([key("a.c")], for: second)

    try await theirs.resolveOperation(operation, message: "nothing was created")
    #expect(try await theirs.snapshot().operationsInFlight.isEmpty)
    let resolved = try #require(try await theirs.operations(of: first.id).first)
    #expect(resolved.status == .resolved)
    #expect(resolved.message == "nothing was created")
    #expect(await failure { try await theirs.resolveOperation(operation, message: "") }?.code == .invalidRequest)
    await mine.close()
    await theirs.close()
  }

  @Test(arguments: World.Kind.allCases)
  func aRunOnAnotherHostKeepsItsLeasesWhileItRenewsThem(kind: World.Kind) async throws {
    let world = World(kind)
    let (mine, theirs) = (world.open(process: 1, host: "there"), world.open(process: 2))
    let first = try await mine.beginRun(command: "apply")
    try await mine.lease([key("a.b")], for: first)
    let second = try await theirs.beginRun(command: "apply")
    // Process 1 of this host is another one.
    world.kill(1)
    world.advance(seconds: 50)
    try await mine.renewLeases(of: first)
    try await theirs.renewLeases(of: second)
    world.advance(seconds: 60)
    #expect(await failure { try await theirs.lease([key("a.b")], for: second) } != nil)
    world.advance(seconds: 1)
    try await theirs.lease([key("a.b")], for: second)

    let lost = await failure { try await mine.renewLeases(of: first) }
    #expect(lost?.message.hasPrefix("Run 1 no longer holds its resources") == true)
    #expect(await failure { try await mine.lease([key("a.z")], for: first) } == lost)
    let begin = await failure {
      _ = try await mine.beginOperation(
        run: first, key: key("a.b"), action: "x", planned: nil, provider: exampleProvider)
    }
    #expect(begin == lost)
    await mine.close()
    await theirs.close()
  }

  /// A run that was taken for dead may still write down what it did, if nobody changed the object meanwhile.
  @Test(arguments: World.Kind.allCases)
  func theResultOfALateCallIsKept(kind: World.Kind) async throws {
    let world = World(kind)
    let (mine, theirs) = (world.open(process: 1), world.open(process: 2))
    let first = try await mine.beginRun(command: "apply")
    try await mine.lease([key("a.b")], for: first)
    let operation = try await mine.beginOperation(
      run: first, key: key("a.b"), action: "create", planned: nil, provider: exampleProvider)
    world.advance(seconds: 120)
    let second = try await theirs.beginRun(command: "apply")
    #expect(try await theirs.runs().map(\.status) == [.abandoned, .running])
    try await theirs.finishRun(second.id, status: .failed)
    _ = try await mine.finishOperation(
      operation, changes: [.put(object("a.b"), expectedVersion: 0)], succeeded: true, message: nil)
    #expect(try await mine.snapshot().objects.count == 1)
    let twice = await failure {
      _ = try await mine.finishOperation(operation, changes: [], succeeded: true, message: nil)
    }
    #expect(twice?.message == "Operation 1 is not in flight: it has succeeded.")
    // The end of a run that was abandoned stays as it is.
    try await mine.finishRun(first.id, status: .succeeded)
    #expect(try await mine.runs().first?.status == .abandoned)
    await mine.close()
    await theirs.close()
  }

  @Test(arguments: World.Kind.allCases)
  func anOperationNeedsALease(kind: World.Kind) async throws {
    let store = World(kind).open()
    let run = try await store.beginRun(command: "apply")
    let error = await failure {
      _ = try await store.beginOperation(
        run: run, key: key("a.b"), action: "x", planned: nil, provider: exampleProvider)
    }
    #expect(error?.message == "Run 1 holds no lease on a.b, so it may not begin an operation on it.")
    #expect(await failure { try await store.finishRun(7, status: .failed) }?.message == "There is no run 7.")
    #expect(
      await failure { _ = try await store.finishOperation(7, changes: [], succeeded: true, message: nil) }?.message
        == "There is no operation 7.")
    await store.close()
  }
}
