import Addresses
import State
import Testing

/// The store in memory and the one on disk, driven by the same random requests, must answer alike.
@Suite struct TwinTests {
  /// SplitMix64.
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static let names = ["a.b", "a.c[0]", "a.c[\"k\"]", "module.m[1].a.b", "data.a.d"]

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func answerAlike(seed: UInt64) async throws {
    let memory = try await transcript(.memory, seed)
    let sqlite = try await transcript(.sqlite, seed)
    #expect(memory.count == sqlite.count)
    for (a, b) in zip(memory, sqlite) where a != b {
      Issue.record("seed \(seed): memory answered \(a)\nthe file answered \(b)")
      return
    }
  }

  private func transcript(_ kind: World.Kind, _ seed: UInt64) async throws -> [String] {
    let world = World(kind)
    let stores = [world.open(process: 1), world.open(process: 2, host: "there")]
    var random = Random(state: seed)
    var lines: [String] = []
    var runs: [Run] = []
    var operations: Int64 = 0
    for step in 0..<250 {
      let store = stores[Int.random(in: 0...1, using: &random)]
      let request = Int.random(in: 0..<12, using: &random)
      let run = runs.randomElement(using: &random)
      let changes = try await changes(store, &random)
      let keys = changes.flatMap(\.keys)
      let operation = Int64.random(in: 0...operations + 1, using: &random)
      if Int.random(in: 0..<20, using: &random) == 0 { world.advance(seconds: 40) }
      var line = "\(step) \(request): "
      do {
        switch request {
        case 0:
          runs.append(try await store.beginRun(command: "apply"))
          line += "\(runs.count)"
        case 1: if let run { try await store.finishRun(run.id, status: .failed) }
        case 2, 3: if let run { try await store.lease(keys, for: run) }
        case 4: if let run { try await store.renewLeases(of: run) }
        case 5, 6:
          guard let run, let key = keys.first else { break }
          try await store.lease([key], for: run)
          operations = try await store.beginOperation(
            run: run, key: key, action: "create", planned: nil, provider: exampleProvider)
          line += "\(operations)"
        case 7, 8:
          line += "\(try await store.finishOperation(operation, changes: changes, succeeded: true, message: "m"))"
        case 9: try await store.resolveOperation(operation, message: "resolved")
        default: line += "\(try await store.commit(changes, run: run))"
        }
      } catch {
        line += "\(error)"
      }
      lines.append(line)
      lines.append(contentsOf: try await dump(store))
    }
    for store in stores { await store.close() }
    return lines
  }

  private func changes(_ store: any StateStore, _ random: inout Random) async throws -> [ObjectChange] {
    let objects = try await store.snapshot().objects
    var changes: [ObjectChange] = []
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let name = Self.names.randomElement(using: &random) ?? "a.b"
      let attributes = "{\"v\":\(Int.random(in: 0...2, using: &random))}"
      let known = objects.first { $0.key == key(name) }?.version ?? 0
      let version = Int.random(in: 0..<5, using: &random) == 0 ? Int64.random(in: 0...9, using: &random) : known
      switch Int.random(in: 0..<6, using: &random) {
      case 0: changes.append(.remove(key(name), expectedVersion: version))
      case 1:
        changes.append(
          .depose(
            address(name), deposedKey: "0000000\(Int.random(in: 0...1, using: &random))", expectedVersion: version))
      case 2:
        guard let old = objects.first(where: { $0.deposedKey != nil }), let deposed = old.deposedKey else { break }
        changes.append(.restore(old.address, deposedKey: deposed, expectedVersion: old.version))
      case 3:
        changes.append(
          .move(from: key(name), to: key(Self.names.randomElement(using: &random) ?? "a.b"), expectedVersion: version))
      default: changes.append(.put(object(name, attributes), expectedVersion: version))
      }
    }
    return changes
  }

  private func dump(_ store: any StateStore) async throws -> [String] {
    let snapshot = try await store.snapshot()
    var lines = snapshot.objects.map { "  \($0.key) \($0.version) \($0.text)" }
    lines.append("  serial \(snapshot.serial), runs \(try await store.runs().map(\.status))")
    lines.append(
      "  in flight \(snapshot.operationsInFlight.map(\.id)), interrupted \(snapshot.interruptedOperations.map(\.id))")
    for entry in try await store.history(of: address("a.b")) {
      lines.append(
        "  \(entry.version) \(entry.key) \(entry.change) \(entry.before?.version ?? 0) \(entry.after?.text ?? "-") \(entry.runID ?? 0)"
      )
    }
    return lines
  }
}
