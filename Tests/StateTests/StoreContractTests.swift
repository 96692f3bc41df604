import Addresses
import State
import Testing
import Values

/// What every store promises; each test runs against the one in memory and the one on disk.
@Suite struct StoreContractTests {
  @Test(arguments: World.Kind.allCases)
  func aStoreThatWasNeverWrittenIsEmpty(kind: World.Kind) async throws {
    let store = World(kind).open()
    let snapshot = try await store.snapshot()
    #expect(snapshot.isEmpty && snapshot.lineage == "" && snapshot.serial == 0)
    #expect(try await store.runs().isEmpty)
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func anOperationLeavesARowAndItsHistory(kind: World.Kind) async throws {
    let world = World(kind)
    let store = world.open()
    let run = try await store.beginRun(command: "apply")
    var vpc = object("module.a[\"x\"].example_vpc.main[0]", #"{"id":"vpc-1","n":1.10}"#)
    vpc.sensitivePaths = [.root.attribute("secret").index(3).key("k")]
    vpc.private = [0, 255, 1]
    vpc.isTainted = true
    vpc.schemaVersion = 3
    vpc.createBeforeDestroy = true
    vpc.lastVerified = "2026-08-01T12:00:00Z"
    vpc.dependencies = ["data.example_zone.z", "module.b.example_thing.t"].compactMap(
      ConfigurationResource.init(parsing:))
    let version = try await StateTests.store(vpc, in: store, run: run)
    try await store.finishRun(run.id, status: .succeeded)

    vpc.version = version
    let snapshot = try await store.snapshot()
    #expect(snapshot.objects == [vpc])
    #expect(snapshot.lineage == "lineage-1")
    #expect(snapshot.serial == 1)
    #expect(snapshot.operationsInFlight.isEmpty)
    let operation = try #require(try await store.operations(of: run.id).first)
    #expect(operation.status == .succeeded)
    #expect(operation.planned == vpc.attributes)
    let history = try await store.history(of: vpc.address)
    vpc.lastVerified = nil
    #expect(history.count == 1)
    #expect(history.first?.before == nil)
    #expect(history.first?.after?.hasSameContent(as: vpc) == true)
    #expect(history.first?.runID == run.id)
    #expect(history.first?.operationID == operation.id)
    #expect(history.first?.at == "2026-08-01T12:00:00.000Z")
    let ended = try #require(try await store.runs().first)
    #expect(ended.status == .succeeded)
    #expect(ended.finishedAt == "2026-08-01T12:00:00.000Z")
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func aVersionMismatchNamesTheRunThatChangedTheObject(kind: World.Kind) async throws {
    let world = World(kind)
    let (mine, theirs) = (world.open(process: 1), world.open(process: 2))
    let first = try await mine.beginRun(command: "apply")
    let version = try await store(object("a.b", "{}"), in: mine, run: first)
    try await mine.finishRun(first.id, status: .succeeded)
    let second = try await theirs.beginRun(command: "destroy")
    try await store(object("a.b", #"{"x":1}"#), in: theirs, run: second, expecting: version)
    try await theirs.finishRun(second.id, status: .succeeded)

    let late = await failure {
      _ = try await mine.commit([.put(object("a.b", #"{"x":2}"#), expectedVersion: version)], run: nil)
    }
    guard case .conflict(let run)? = late?.code else {
      Issue.record("no conflict: \(late as Any)")
      return
    }
    #expect(run?.id == second.id)
    #expect(
      late?.message
        == "a.b was changed by run 2 (destroy by ann@here, process 2, since 2026-08-01T12:00:00.000Z) after this command had read the state. Plan again to see what is there now."
    )
    let again = await failure { _ = try await mine.commit([.put(object("a.b"), expectedVersion: 0)], run: nil) }
    #expect(again?.message.hasPrefix("a.b is in the state already: run 2") == true)
    let missing = await failure { _ = try await mine.commit([.remove(key("a.c"), expectedVersion: 9)], run: nil) }
    #expect(missing?.message.hasPrefix("a.c is no longer in the state: a command outside of any run") == true)
    await mine.close()
    await theirs.close()
  }

  @Test(arguments: World.Kind.allCases)
  func aFailedFinishChangesNothingAndKeepsTheJournalOpen(kind: World.Kind) async throws {
    let store = World(kind).open()
    let run = try await store.beginRun(command: "apply")
    try await store.lease([key("a.b"), key("a.c")], for: run)
    let operation = try await store.beginOperation(
      run: run, key: key("a.b"), action: "create", planned: nil, provider: exampleProvider)
    let error = await failure {
      _ = try await store.finishOperation(
        operation, changes: [.put(object("a.b"), expectedVersion: 0), .put(object("a.c"), expectedVersion: 7)],
        succeeded: true, message: nil)
    }
    guard case .conflict? = error?.code else {
      Issue.record("no conflict")
      return
    }
    let snapshot = try await store.snapshot()
    #expect(snapshot.objects.isEmpty)
    #expect(snapshot.serial == 0)
    #expect(snapshot.operationsInFlight.map(\.id) == [operation])
    #expect(snapshot.interruptedOperations.isEmpty)
    #expect(try await store.history(of: address("a.b")).isEmpty)
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func sameContentIsNoChange(kind: World.Kind) async throws {
    let store = World(kind).open()
    var thing = object("a.b")
    thing.sensitivePaths = [.root.attribute("x"), .root.attribute("y")]
    let first = try await store.commit([.put(thing, expectedVersion: 0)], run: nil)
    thing.sensitivePaths.reverse()
    thing.lastVerified = "2026-08-02T00:00:00Z"
    let second = try await store.commit([.put(thing, expectedVersion: first[0])], run: nil)
    #expect(first == second)
    let snapshot = try await store.snapshot()
    #expect(snapshot.serial == 1)
    #expect(snapshot.objects.first?.lastVerified == "2026-08-02T00:00:00Z")
    #expect(try await store.history(of: address("a.b")).count == 1)
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func deposedRestoredAndMovedObjectsKeepTheirHistory(kind: World.Kind) async throws {
    let store = World(kind).open()
    let instance = address("a.b")
    let put = try await store.commit([.put(object("a.b", #"{"v":1}"#), expectedVersion: 0)], run: nil)
    let deposed = try await store.commit(
      [
        .depose(instance, deposedKey: "0badcafe", expectedVersion: put[0]),
        .put(object("a.b", #"{"v":2}"#), expectedVersion: 0),
      ], run: nil)
    var snapshot = try await store.snapshot()
    #expect(snapshot.objects.map(\.key) == [key("a.b"), key("a.b", deposed: "0badcafe")])
    #expect(snapshot.objects.map(\.text) == [#"{"v":2}"#, #"{"v":1}"#])
    #expect(snapshot.objects.map(\.version) == [deposed[1], deposed[0]])

    let occupied = await failure {
      _ = try await store.commit([.restore(instance, deposedKey: "0badcafe", expectedVersion: deposed[0])], run: nil)
    }
    guard case .conflict? = occupied?.code else {
      Issue.record("no conflict")
      return
    }
    let restored = try await store.commit(
      [
        .remove(key("a.b"), expectedVersion: deposed[1]),
        .restore(instance, deposedKey: "0badcafe", expectedVersion: deposed[0]),
      ], run: nil)
    #expect(restored[0] == 0)
    let moved = try await store.commit(
      [.move(from: key("a.b"), to: key("module.m.a.b[3]"), expectedVersion: restored[1])], run: nil)
    snapshot = try await store.snapshot()
    #expect(snapshot.objects.map(\.key.description) == ["module.m.a.b[3]"])
    #expect(snapshot.objects.first?.text == #"{"v":1}"#)
    #expect(snapshot.objects.first?.version == moved[0])

    let changes = try await store.history(of: instance).map {
      "\($0.key) \($0.change) \($0.before?.text ?? "-") \($0.after?.text ?? "-") \($0.otherKey?.description ?? "")"
    }
    #expect(
      changes == [
        #"a.b put - {"v":1} "#,
        #"a.b depose {"v":1} - a.b (deposed 0badcafe)"#,
        #"a.b (deposed 0badcafe) depose - {"v":1} a.b"#,
        #"a.b put - {"v":2} "#,
        #"a.b remove {"v":2} - "#,
        #"a.b (deposed 0badcafe) restore {"v":1} - a.b"#,
        #"a.b restore - {"v":1} a.b (deposed 0badcafe)"#,
        #"a.b move {"v":1} - module.m.a.b[3]"#,
      ])
    #expect(try await store.history(of: address("module.m.a.b[3]")).map(\.otherKey) == [key("a.b")])
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func outputsAndCheckResultsCountAsContent(kind: World.Kind) async throws {
    let store = World(kind).open()
    let a = OutputState(value: Array("1".utf8), type: Array("\"number\"".utf8))
    let b = OutputState(value: Array("\"x\"".utf8), type: Array("\"string\"".utf8), sensitive: true)
    func change(_ outputs: OutputsChange?, _ checks: CheckResultsChange? = nil) async throws -> StateSnapshot {
      _ = try await store.commit([], outputs: outputs, checkResults: checks, run: nil)
      return try await store.snapshot()
    }
    #expect(try await change(.update(set: ["a": a, "b": b], remove: [])).outputs == ["a": a, "b": b])
    #expect(try await change(.replaceAll(["a": a, "b": b])).serial == 1)
    #expect(try await change(.update(set: [:], remove: ["a", "nothing"])).outputs == ["b": b])
    #expect(try await change(.replaceAll(["c": a]), .set(Array("[]".utf8))).outputs == ["c": a])
    let last = try await change(nil, .clear)
    #expect(last.checkResults == nil)
    #expect(last.serial == 4)
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func aRunCanBeLookedBackAt(kind: World.Kind) async throws {
    let store = World(kind).open()
    let first = try await store.beginRun(command: "apply")
    let b = try await StateTests.store(object("a.b", #"{"v":1}"#), in: store, run: first)
    let c = try await StateTests.store(object("a.c", #"{"v":1}"#), in: store, run: first)
    try await store.finishRun(first.id, status: .succeeded)
    let second = try await store.beginRun(command: "apply")
    _ = try await store.commit(
      [
        .put(object("a.b", #"{"v":2}"#), expectedVersion: b), .remove(key("a.c"), expectedVersion: c),
        .put(object("a.d"), expectedVersion: 0),
      ], run: second)
    try await store.finishRun(second.id, status: .succeeded)
    let then = try await store.snapshot(afterRun: first.id)
    #expect(then.objects.map { "\($0.key) \($0.text)" } == [#"a.b {"v":1}"#, #"a.c {"v":1}"#])
    #expect(then.objects.map(\.version) == [b, c])
    let now = try await store.snapshot(afterRun: second.id)
    #expect(now.objects.map { "\($0.key) \($0.text)" } == [#"a.b {"v":2}"#, "a.d {}"])
    #expect(await failure { _ = try await store.snapshot(afterRun: 9) }?.code == .notFound)
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func aPushedStateFollowsTheRulesOfTheSerial(kind: World.Kind) async throws {
    let store = World(kind).open()
    let one = StateSnapshot(lineage: "L", serial: 5, objects: [object("a.b"), object("a.c")])
    try await store.replaceAll(with: one, force: false, run: nil)
    var snapshot = try await store.snapshot()
    #expect(snapshot.lineage == "L" && snapshot.serial == 5 && snapshot.objects.count == 2)
    try await store.replaceAll(with: one, force: false, run: nil)

    let other = StateSnapshot(lineage: "L", serial: 5, objects: [object("a.b", #"{"v":2}"#)])
    let same = await failure { try await store.replaceAll(with: other, force: false, run: nil) }
    #expect(same?.message.hasPrefix("Both states have serial 5") == true)
    let older = await failure {
      try await store.replaceAll(with: StateSnapshot(lineage: "L", serial: 4), force: false, run: nil)
    }
    #expect(older?.message.hasPrefix("The new state has serial 4 and is older") == true)
    let foreign = await failure {
      try await store.replaceAll(with: StateSnapshot(lineage: "M", serial: 9), force: false, run: nil)
    }
    #expect(foreign?.code == .invalidStateFile)

    try await store.replaceAll(with: other, force: true, run: nil)
    snapshot = try await store.snapshot()
    #expect(snapshot.objects.map(\.text) == [#"{"v":2}"#])
    #expect(snapshot.serial == 5)
    #expect(try await store.history(of: address("a.c")).map(\.change) == [.put, .remove])
    await store.close()
  }

  @Test(arguments: World.Kind.allCases)
  func aClosedStoreSaysSo(kind: World.Kind) async throws {
    let store = World(kind).open()
    _ = try await store.beginRun(command: "apply")
    await store.close()
    #expect(await failure { _ = try await store.beginRun(command: "apply") }?.code == .closed)
    #expect(await failure { _ = try await store.snapshot() }?.code == .closed)
  }
}
