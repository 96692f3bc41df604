/// How often something is tried, and how long is waited in between: twice as long each time, with some chance in it, so that many who
/// were refused together do not come back together.
public struct RetryPolicy: Sendable {
  public var attemptCountMax: Int
  public var firstDelay: Duration
  public var delayMax: Duration
  /// The longest that is waited because the other side said so; when it says more, the error is given on.
  public var saidDelayMax: Duration
  /// The part of each delay that is left to chance, from 0 to 1.
  public var jitter: Double
  /// Says whether an error passes by itself. By default the error itself says so, if it is a `TransientError`.
  public var advice: @Sendable (any Error) -> RetryAdvice

  public init(
    attemptCountMax: Int = 8, firstDelay: Duration = .milliseconds(500), delayMax: Duration = .seconds(30), saidDelayMax: Duration = .seconds(300),
    jitter: Double = 0.5,
    advice: @escaping @Sendable (any Error) -> RetryAdvice = { ($0 as? any TransientError)?.retryAdvice ?? .giveUp }
  ) {
    self.attemptCountMax = attemptCountMax
    self.firstDelay = firstDelay
    self.delayMax = delayMax
    self.saidDelayMax = saidDelayMax
    self.jitter = jitter
    self.advice = advice
  }
}

public enum RetryAdvice: Hashable, Sendable {
  /// Trying again is no use.
  case giveUp
  case tryAgain
  /// The other side said when.
  case tryAgainAfter(Duration)
}

/// An error that knows whether it passes by itself.
public protocol TransientError: Error {
  var retryAdvice: RetryAdvice { get }
}

extension RetryPolicy {
  func run<Result: Sendable>(
    clock: any Clock<Duration>, random: RandomSource, log: Log, _ operation: () async throws -> Result
  ) async throws -> Result {
    var attempt = 1
    while true {
      do {
        return try await operation()
      } catch {
        guard attempt < attemptCountMax, !Task.isCancelled, let delay = delay(after: attempt, error, random) else { throw error }
        log.debug("trying again", ["attempt": "\(attempt)", "delay": "\(delay)", "error": "\(error)"])
        try await clock.sleep(for: delay)
        attempt += 1
      }
    }
  }

  /// How long to wait after so many attempts; nil if it is no use.
  private func delay(after attempt: Int, _ error: any Error, _ random: RandomSource) -> Duration? {
    switch advice(error) {
    case .giveUp: return nil
    case .tryAgainAfter(let said): return said <= saidDelayMax ? said : nil
    case .tryAgain:
      // Doubled often enough every delay is beyond the longest one.
      let doubled = firstDelay * (1 << min(attempt - 1, 20))
      let whole = min(doubled, delayMax)
      return whole * (1 - min(max(jitter, 0), 1) * random.next())
    }
  }
}
