import Addresses
import Diagnostics
import Plans
import ProviderInterface
import State
import Synchronization
import Testing
import Values

@testable import Engine

/// Random configurations, faults, interrupts and kills, decided by one seed: whatever happens, nothing is lost, nothing exists
/// twice, and when the faults stop, one apply makes everything as it should be.
@Suite struct RandomRunTests {
  static let seeds: Range<UInt64> = 0..<240

  /// In parts, so that these run side by side.
  @Test(arguments: 0..<4)
  func staysTrueWhateverHappens(_ part: Int) async throws {
    for seed in Self.seeds where seed % 4 == part {
      try await play(seed)
    }
  }

  private func play(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var stack = RandomStack(&random)
    let stage = Stage()
    let aftermath = Aftermath(stage: stage)
    for round in 0..<Int.random(in: 1...3, using: &random) {
      let place: Comment = "seed \(seed), round \(round)"
      try await run(stack, on: stage, &random, place)
      let broken = try await aftermath.broken()
      #expect(broken == [], place)
      if Double.random(in: 0..<1, using: &random) < 0.7 { try await aftermath.resolve() }
      stack.change(&random)
    }
    try await aftermath.resolve()
    stage.faults.withLock { $0 = .none }
    let (graph, problems) = await Stage.graph(stack.text)
    #expect(problems.errors == [], "seed \(seed)")
    let wrong = try await aftermath.converge(graph, names: stack.names)
    #expect(wrong == [], "seed \(seed):\n\(stack.text)")
  }

  /// One run with all that may go wrong.
  private func run(
    _ stack: RandomStack, on stage: Stage, _ random: inout SeededGenerator, _ place: Comment
  ) async throws {
    let (graph, problems) = await Stage.graph(stack.text)
    #expect(problems.errors == [], place)
    stage.faults.withLock { $0 = .random(&random) }
    let interrupt = Interrupt()
    let callsUntilInterrupt = Bool.random(using: &random) ? Int.random(in: 1...20, using: &random) : Int.max
    var direction = Direction()
    direction.beforeApply = { [counter = Counter()] _ in
      if counter.next() == callsUntilInterrupt { interrupt.request() }
    }
    let fatal = Double.random(in: 0..<1, using: &random) < 0.4 ? Int.random(in: 0..<120, using: &random) : nil
    let process = stage.process(
      life: KillSwitch(at: fatal), direction: direction, parallelism: Int.random(in: 1...6, using: &random),
      interrupt: interrupt)
    if let planned = try? await process.plan(graph), let plan = planned.plan, !planned.diagnostics.hasErrors {
      _ = await process.apply(plan, graph)
    }
    await process.end()
  }
}

final class Counter: Sendable {
  private let value = Atomic(0)
  func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

/// SplitMix64: small, and the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension SimulatedFaults {
  static func random(_ random: inout SeededGenerator) -> SimulatedFaults {
    var faults = SimulatedFaults(seed: random.next())
    let strength: Double = [0.0, 0.02, 0.06].randomElement(using: &random) ?? 0
    faults.errorBeforeEffect = strength
    faults.errorAfterEffect = strength
    faults.crashBeforeEffect = strength
    faults.crashAfterEffect = strength
    faults.yieldsMax = Int.random(in: 0...4, using: &random)
    return faults
  }
}

/// A configuration of up to ten resources that may refer to those that have a lower rank.
struct RandomStack {
  private struct Part {
    enum Repetition {
      case none
      case count(Int)
      case forEach([String])
    }
    var isPresent: Bool
    var repetition: Repetition
    var size: Int
    var zone: String?
    var isCreatedFirst: Bool
    /// What it refers to, where the ranks allow that.
    var wants: [Int]
    /// Whether what it needs goes into the attribute that forces a replacement.
    var isReplacedByNeeds: Bool
    var isRead: Bool

    init(of count: Int, _ random: inout SeededGenerator) {
      isPresent = Double.random(in: 0..<1, using: &random) < 0.75
      switch Int.random(in: 0..<4, using: &random) {
      case 0: repetition = .count(Int.random(in: 0...3, using: &random))
      case 1: repetition = .forEach(["a", "b", "c"].filter { _ in Bool.random(using: &random) })
      default: repetition = .none
      }
      size = Int.random(in: 1...3, using: &random)
      zone = ["x", "y", nil].randomElement(using: &random) ?? nil
      isCreatedFirst = Int.random(in: 0..<3, using: &random) == 0
      wants = (0..<count).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
      isReplacedByNeeds = Int.random(in: 0..<4, using: &random) == 0
      isRead = Int.random(in: 0..<4, using: &random) == 0
    }
  }

  private var parts: [Part]
  /// By index. A change of ranks turns references round.
  private var ranks: [Int]

  init(_ random: inout SeededGenerator) {
    let count = Int.random(in: 3...10, using: &random)
    parts = []
    ranks = Array(0..<count)
    for _ in 0..<count { parts.append(Part(of: count, &random)) }
  }

  /// Some of it becomes otherwise.
  mutating func change(_ random: inout SeededGenerator) {
    for index in parts.indices where Int.random(in: 0..<3, using: &random) == 0 {
      parts[index] = Part(of: parts.count, &random)
    }
    if Int.random(in: 0..<4, using: &random) == 0 { ranks.shuffle(using: &random) }
  }

  /// The `name` attributes of all objects that the configuration asks for.
  var names: [String] {
    parts.enumerated().filter(\.element.isPresent).flatMap { index, part -> [String] in
      switch part.repetition {
      case .none: ["r\(index)"]
      case .count(let count): (0..<count).map { "r\(index)-\($0)" }
      case .forEach(let keys): keys.map { "r\(index)-\($0)" }
      }
    }
  }

  var text: String {
    parts.indices.filter { parts[$0].isPresent }.map { block($0) }.joined(separator: "\n")
  }

  private func block(_ index: Int) -> String {
    let part = parts[index]
    var lines: [String] = []
    switch part.repetition {
    case .none: lines.append("name = \"r\(index)\"")
    case .count(let count): lines += ["count = \(count)", "name = \"r\(index)-${count.index}\""]
    case .forEach(let keys):
      lines += [
        "for_each = toset([\(keys.map { "\"\($0)\"" }.joined(separator: ", "))])", "name = \"r\(index)-${each.key}\"",
      ]
    }
    lines.append("size = \(part.size)")
    let needs = part.wants.filter { parts[$0].isPresent && ranks[$0] < ranks[index] }.map { reference(to: $0) }
    let needed = needs.isEmpty ? nil : "join(\",\", flatten([\(needs.joined(separator: ", "))]))"
    if let needed { lines.append("note = \(needed)") }
    if let needed, part.isReplacedByNeeds {
      lines.append("zone = \(needed)")
    } else if let zone = part.zone {
      lines.append("zone = \"\(zone)\"")
    }
    if part.isCreatedFirst { lines.append("lifecycle { create_before_destroy = true }") }
    var text = "resource \"sim_simple\" \"r\(index)\" {\n  \(lines.joined(separator: "\n  "))\n}\n"
    if part.isRead, case .none = part.repetition {
      text += "data \"sim_lookup\" \"r\(index)\" { name = sim_simple.r\(index).name }\n"
      text += "output \"r\(index)\" { value = data.sim_lookup.r\(index).id }\n"
    }
    return text
  }

  private func reference(to index: Int) -> String {
    let attribute = parts[index].size == 1 ? "etag" : "id"
    switch parts[index].repetition {
    case .none: return "sim_simple.r\(index).\(attribute)"
    case .count: return "sim_simple.r\(index)[*].\(attribute)"
    case .forEach: return "[for x in sim_simple.r\(index) : x.\(attribute)]"
    }
  }
}
