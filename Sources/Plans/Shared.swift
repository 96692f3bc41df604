/// Something large that is handed on often and changed seldom: copies share one content, and who changes his gets one of his own.
///
/// `@unchecked Sendable`: the storage is changed only while nobody else has it.
struct Shared<Content: Sendable>: @unchecked Sendable {
  private final class Storage {
    var content: Content
    init(_ content: Content) { self.content = content }
  }

  private var storage: Storage

  init(_ content: Content) { storage = Storage(content) }

  /// Yields, so that reading one part copies no other.
  var content: Content {
    _read { yield storage.content }
  }

  /// Whether both are copies of one another, of which none was changed.
  func isCopy(of other: Shared) -> Bool { storage === other.storage }

  mutating func change(_ body: (inout Content) -> Void) {
    if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.content) }
    body(&storage.content)
  }
}
