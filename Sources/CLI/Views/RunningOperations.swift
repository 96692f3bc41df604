import Addresses

/// What is going on, and since when: every ten seconds it is told of again. `Item` is what a view needs for telling.
struct RunningOperations<Item: Sendable>: Sendable {
  /// A thing that is going on. A replacement has two turns, one after the other.
  struct Turn: Hashable, Sendable {
    var address: ResourceInstance
    var deposedKey: String?
  }

  private struct Running {
    var item: Item
    /// In milliseconds, on the clock that `due(now:)` is told; nil until it is first told.
    var start: Int64?
    /// The number of ten seconds that have been told of.
    var told: Int64 = 0
    var order: Int
  }

  private static var interval: Int64 { 10_000 }
  private var running: [Turn: Running] = [:]
  private var started = 0

  var count: Int { running.count }
  var isEmpty: Bool { running.isEmpty }

  mutating func begin(_ turn: Turn, _ item: Item, now: Int64?) {
    started += 1
    running[turn] = Running(item: item, start: now, order: started)
  }

  mutating func end(_ turn: Turn) { running[turn] = nil }

  /// The things for which another ten seconds have passed, and how long they have gone on, in milliseconds.
  mutating func due(now: Int64) -> [(turn: Turn, item: Item, milliseconds: Int64)] {
    var found: [(order: Int, turn: Turn, item: Item, milliseconds: Int64)] = []
    for (turn, entry) in running {
      guard let start = entry.start else {
        running[turn]?.start = now
        continue
      }
      let passed = (now - start) / Self.interval
      guard passed > entry.told else { continue }
      running[turn]?.told = passed
      found.append((entry.order, turn, entry.item, passed * Self.interval))
    }
    return found.sorted { $0.order < $1.order }.map { ($0.turn, $0.item, $0.milliseconds) }
  }
}
