import Dispatch
import Synchronization

/// Hands the answer to a call from the connection's thread to one that waits for it.
final class AwaitedAnswer: Sendable {
  private let answer = Mutex<Result<[UInt8], GRPCError>?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  func give(_ result: Result<[UInt8], GRPCError>) {
    answer.withLock { $0 = result }
    isThere.signal()
  }

  /// Blocks until the answer is there.
  func wait() -> Result<[UInt8], GRPCError> {
    isThere.wait()
    return answer.withLock { $0 } ?? .failure(GRPCError(.unavailable, "the connection gave no answer"))
  }
}
