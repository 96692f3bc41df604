/// The parts of an address in one word, with their hash computed once: addresses are copied and looked up all the time.
final class KeptHash<Content: Hashable & Sendable>: Hashable, Sendable {
  let content: Content
  private let hash: Int

  init(_ content: Content) {
    self.content = content
    hash = content.hashValue
  }

  static func == (left: KeptHash, right: KeptHash) -> Bool {
    left === right || left.hash == right.hash && left.content == right.content
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
