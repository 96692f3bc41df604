import Synchronization

/// Gathers what a process prints up to a limit; what comes behind it is dropped.
final class BoundedOutput: Sendable {
  private let countMax: Int
  private let gathered = Mutex<[UInt8]?>([])

  init(countMax: Int) { self.countMax = countMax }

  func append(_ piece: [UInt8]) {
    gathered.withLock { bytes in
      guard let count = bytes?.count else { return }
      if piece.count > countMax - count { bytes = nil } else { bytes?.append(contentsOf: piece) }
    }
  }

  /// Nil when there was more than the limit.
  var bytes: [UInt8]? { gathered.withLock { $0 } }
}
