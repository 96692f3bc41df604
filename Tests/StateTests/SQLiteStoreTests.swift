import Addresses
import Glibc
import State
import Synchronization
import Testing

@testable import SQLiteStore

@Suite struct SQLiteStoreTests {
  private let world = World(.sqlite)

  private func open(workspace: String = "default") -> SQLiteStore {
    SQLiteStore(path: world.path, workspace: workspace, environment: world.environment())
  }

  /// What the `sqlite3` program would print.
  private func query(_ sql: String) throws -> [String] {
    let connection = try Connection(path: world.path, mode: .readOnly, busyTimeout: 1000)
    let statement = try connection.prepare(sql)
    var rows: [String] = []
    while try statement.step() { rows.append(statement.text(0)) }
    return rows
  }

  @Test func theFileIsForItsOwnerOnly() async throws {
    let store = open()
    _ = try await store.beginRun(command: "apply")
    for suffix in ["", "-wal", "-shm"] {
      var status = stat()
      #expect(stat(world.path + suffix, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
    await store.close()
    #expect(access(world.path + "-wal", F_OK) != 0)
  }

  @Test func readingCreatesNothing() async throws {
    let store = open()
    _ = try await store.snapshot()
    #expect(try await store.workspaces() == [])
    #expect(access(world.path, F_OK) != 0)
    await store.close()
  }

  @Test func plainQueriesAnswerTheQuestions() async throws {
    let store = open()
    let run = try await store.beginRun(command: "apply")
    let web = try await StateTests.store(object("module.m.aws_instance.web[0]", #"{"size":1}"#), in: store, run: run)
    try await StateTests.store(object("aws_vpc.main"), in: store, run: run)
    let next = try await store.beginRun(command: "apply")
    _ = try await store.commit(
      [.put(object("module.m.aws_instance.web[0]", #"{"size":2}"#), expectedVersion: web)], run: run)
    _ = try await store.beginOperation(
      run: run, key: key("aws_vpc.main"), action: "update", planned: Array("{}".utf8), provider: exampleProvider)
    await store.close()
    #expect(try query("SELECT address FROM objects WHERE type = 'aws_instance'") == ["module.m.aws_instance.web[0]"])
    #expect(
      try query("SELECT address || ' ' || change FROM changes WHERE run_id = \(run.id)")
        == ["module.m.aws_instance.web[0] put", "aws_vpc.main put", "module.m.aws_instance.web[0] put"])
    #expect(
      try query(
        "SELECT before ->> 'size' || ' to ' || (after ->> 'size') FROM changes WHERE address = 'module.m.aws_instance.web[0]' ORDER BY version DESC LIMIT 1"
      ) == ["1 to 2"])
    #expect(
      try query("SELECT address || ' ' || action || ' ' || run_status FROM in_flight") == [
        "aws_vpc.main update running"
      ])
    #expect(try query("SELECT index_key + 1 FROM objects WHERE name = 'web'") == ["1"])
    #expect(next.id == 2)
  }

  @Test func aNewerSchemaIsRefused() async throws {
    let store = open()
    _ = try await store.beginRun(command: "apply")
    await store.close()
    try Connection(path: world.path, mode: .readWrite, busyTimeout: 1000).execute("PRAGMA user_version = 99")
    let newer = open()
    let expected =
      "\(world.path) has schema version 99; this program knows versions up to 3. Use a newer version of the program."
    #expect(await failure { _ = try await newer.snapshot() } == StoreError(.newerVersion, expected))
    #expect(await failure { _ = try await newer.beginRun(command: "apply") } == StoreError(.newerVersion, expected))
    await newer.close()
  }

  @Test func whatIsNoStoreIsRefused() async throws {
    writeFile(world.path, Array(repeating: UInt8(ascii: "x"), count: 5000))
    let store = open()
    #expect(await failure { _ = try await store.snapshot() }?.code == .corrupt)
    #expect(await failure { _ = try await store.beginRun(command: "apply") }?.code == .corrupt)
    await store.close()
    unlink(world.path)
    try Connection(path: world.path, mode: .readWrite, busyTimeout: 1000).execute("CREATE TABLE theirs (x)")
    let other = open()
    #expect(
      await failure { _ = try await other.beginRun(command: "apply") }?.message.contains(
        "the database of another program") == true)
    await other.close()
  }

  @Test func aDamagedPageIsReported() async throws {
    let store = open()
    for index in 0..<50 {
      let text = "{\"text\":\"\(String(repeating: "x", count: 2000))\"}"
      _ = try await store.commit([.put(object("a.b[\(index)]", text), expectedVersion: 0)], run: nil)
    }
    await store.close()
    var bytes = try #require(readFile(world.path))
    for index in 8192..<bytes.count { bytes[index] = 0x5A }
    writeFile(world.path, bytes)
    let damaged = open()
    #expect(await failure { _ = try await damaged.snapshot() }?.code == .corrupt)
    await damaged.close()
  }

  @Test func aMissingDirectoryIsReported() async throws {
    let store = SQLiteStore(path: "\(world.directory.path)/none/plumb.sqlite", environment: world.environment())
    #expect(try await store.snapshot().isEmpty)
    #expect(await failure { _ = try await store.beginRun(command: "apply") }?.code == .notFound)
    await store.close()
  }

  /// `/proc` takes no new files, whoever asks.
  @Test func aDirectoryThatTakesNoFilesIsReported() async throws {
    let store = SQLiteStore(path: "/proc/plumb.sqlite", environment: world.environment())
    #expect(await failure { _ = try await store.beginRun(command: "apply") } != nil)
    await store.close()
  }

  @Test func aFullDiskFailsTheRequestAndKeepsTheRest() async throws {
    let store = open()
    _ = try await store.commit([.put(object("a.b"), expectedVersion: 0)], run: nil)
    try await store.writer.perform { transaction throws(StoreError) in
      let pages = try transaction.connection.integer("PRAGMA page_count")
      try transaction.connection.execute("PRAGMA max_page_count = \(pages + 1)")
    }
    let large = object("a.c", "{\"text\":\"\(String(repeating: "x", count: 100_000))\"}")
    #expect(
      await failure { _ = try await store.commit([.put(large, expectedVersion: 0)], run: nil) }?.code == .diskFull)
    _ = try await store.commit([.put(object("a.d"), expectedVersion: 0)], run: nil)
    #expect(try await store.snapshot().objects.map(\.key.description) == ["a.b", "a.d"])
    await store.close()
  }

  @Test func workspacesShareAFile() async throws {
    let (main, other) = (open(), open(workspace: "other"))
    _ = try await main.commit([.put(object("a.b"), expectedVersion: 0)], run: nil)
    try await other.createWorkspace()
    #expect(try await main.workspaces() == ["default", "other"])
    #expect(try await other.snapshot().objects.isEmpty)
    #expect(try await other.snapshot().lineage == "lineage-2")
    let run = try await other.beginRun(command: "apply")
    try await StateTests.store(object("a.b"), in: other, run: run)
    let busy = await failure { try await main.deleteWorkspace("other") }
    #expect(busy?.message.hasPrefix("The state is being changed by run 1") == true)
    try await other.finishRun(run.id, status: .succeeded)
    await other.close()
    try await main.deleteWorkspace("other")
    #expect(try await main.workspaces() == ["default"])
    #expect(await failure { try await main.deleteWorkspace("other") }?.code == .notFound)
    #expect(try await main.snapshot().objects.count == 1)
    await main.close()
  }

  @Test func requestsThatShareATransactionFailAlone() async throws {
    let store = open()
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<100 {
        group.addTask {
          let expected: Int64 = index % 3 == 0 ? 77 : 0
          return await failure {
            _ = try await store.commit([.put(object("a.b[\(index)]"), expectedVersion: expected)], run: nil)
          } == nil
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(outcomes == 66)
    let snapshot = try await store.snapshot()
    #expect(snapshot.objects.count == 66)
    #expect(snapshot.serial == 66)
    await store.close()
  }

  @Test func manyOpenersWriteAtOnce() async throws {
    let world = world
    try await withThrowingTaskGroup(of: Void.self) { group in
      for opener in 0..<6 {
        group.addTask {
          let store = SQLiteStore(path: world.path, environment: world.environment(process: Int32(opener)))
          let run = try await store.beginRun(command: "apply")
          for index in 0..<20 {
            try await StateTests.store(object("a.b\(opener)[\(index)]"), in: store, run: run)
          }
          try await store.finishRun(run.id, status: .succeeded)
          await store.close()
        }
      }
      try await group.waitForAll()
    }
    let store = open()
    let snapshot = try await store.snapshot()
    #expect(snapshot.objects.count == 120)
    #expect(Set(snapshot.objects.map(\.version)).count == 120)
    #expect(snapshot.lineage == "lineage-1")
    #expect(snapshot.serial == 120)
    await store.close()
  }
}

@Suite struct CrashTests {
  /// What was promised before the kill is there after it, and the call in flight is known.
  @Test func aKilledProcessLosesNothingItWasPromised() async throws {
    let world = World(.sqlite)
    let path = world.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let environment = StoreEnvironment(
        now: { 1_785_585_600_000 }, newLineage: { "lineage" }, host: "here", user: "ann", processID: getpid(),
        isProcessAlive: { _ in true })
      let store = SQLiteStore(path: path, environment: environment)
      let run = try await store.beginRun(command: "apply")
      for index in 0..<20 { try await StateTests.store(object("a.b[\(index)]"), in: store, run: run) }
      try await store.lease([key("a.c")], for: run)
      _ = try await store.beginOperation(
        run: run, key: key("a.c"), action: "create", planned: Array(#"{"name":"c"}"#.utf8), provider: exampleProvider)
      kill(getpid(), SIGKILL)
    }
    let store = world.open(process: 1)
    let before = try await store.snapshot()
    #expect(before.objects.count == 20)
    #expect(before.operationsInFlight.map(\.key) == [key("a.c")])
    world.advance(seconds: 61)
    let after = try await store.snapshot()
    #expect(after.interruptedOperations.map(\.planned) == [Array(#"{"name":"c"}"#.utf8)])
    let run = try await store.beginRun(command: "apply")
    try await store.lease([key("a.c")], for: run)
    await store.close()
  }

  /// The twin dies at each write in turn; what it did before is there, what it did after is not.
  @Test func theTwinCanBeStoppedAtEveryWrite() async throws {
    for stop in 0..<12 {
      let world = World(.memory)
      let counter = Counter()
      let store = MemoryStateStore(database: world.database, environment: world.environment()) {
        event throws(StoreError) in
        if counter.next() >= stop { throw StoreError(.closed, "killed at \(event.write) \(event.phase)") }
      }
      let error = await failure {
        let run = try await store.beginRun(command: "apply")
        try await StateTests.store(object("a.b"), in: store, run: run)
        try await store.finishRun(run.id, status: .succeeded)
      }
      let snapshot = try await world.open().snapshot()
      // Writes in order: beginRun, lease, beginOperation, finishOperation, finishRun; each has two moments.
      #expect(snapshot.objects.count == (stop >= 7 ? 1 : 0))
      #expect(snapshot.operationsInFlight.count == (stop == 5 || stop == 6 ? 1 : 0))
      #expect((error == nil) == (stop >= 10))
    }
  }

  private final class Counter: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
  }
}
