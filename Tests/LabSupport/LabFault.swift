package import ProviderKit
import Synchronization

/// What goes wrong with a request.
package enum LabFault: Sendable {
  /// 429, and when to come back, in seconds.
  case tooMany(retryAfter: Int)
  /// A status of 500 or the like, and nothing was done.
  case failure(Int)
  /// The connection ends, and nothing was done.
  case droppedBefore
  /// The connection ends, but what was asked for is done.
  case droppedAfter
  /// No connection can be made.
  case unreachable
  /// It takes its time, and is answered then.
  case slow(Duration)
  /// Somebody else answers.
  case answer(WebResponse)

  /// Of a hundred requests so many fail in one way or the other; all take up to so long. The same for the same seed and order of requests.
  package static func random(seed: UInt64, percent: Int, latency: Duration = .zero) -> LabWorld.FaultScript {
    let source = RandomSource(seed: seed)
    return { _, _ in
      if source.next() * 100 < Double(percent) {
        switch source.next() {
        case ..<0.25: return .tooMany(retryAfter: 1)
        case ..<0.5: return .failure(500)
        case ..<0.75: return .droppedBefore
        default: return .droppedAfter
        }
      }
      return latency == .zero ? nil : .slow(latency * source.next())
    }
  }

  /// Fails the first requests whose line begins with a text, one after the other: `first("POST /api", [.failure(503), .droppedAfter])`.
  package static func first(_ start: String, _ faults: [LabFault]) -> LabWorld.FaultScript {
    let rest = Mutex(faults[...])
    return { request, _ in request.line.hasPrefix(start) ? rest.withLock { $0.popFirst() } : nil }
  }
}
