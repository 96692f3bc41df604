import Glibc
import Synchronization

/// The world that a provider acts in. Tests replace it: with files in memory, a clock that does not wait, a web that they script.
public struct Surroundings: Sendable {
  public var files: Files
  public var web: Web
  public var programs: Programs
  public var clock: any Clock<Duration>
  public var environment: [String: String]
  public var log: Log
  public var random: RandomSource
  /// The time of day, in seconds since 1970.
  public var now: @Sendable () -> Double

  public init(
    files: Files = .inMemory(), web: Web = .none, clock: any Clock<Duration> = TestClock(), environment: [String: String] = [:],
    log: Log = .silent, random: RandomSource = RandomSource(seed: 0), programs: Programs = .none,
    now: @escaping @Sendable () -> Double = { 1_700_000_000 }
  ) {
    self.files = files
    self.web = web
    self.programs = programs
    self.clock = clock
    self.environment = environment
    self.log = log
    self.random = random
    self.now = now
  }

  /// The real world, for a provider that is served to a host.
  public static func real(environment: [String: String]) -> Surroundings {
    Surroundings(
      files: .real, web: .real, clock: ContinuousClock(), environment: environment,
      log: .standardError(environment: environment), random: RandomSource(), programs: .real, now: timeOfDay)
  }

  /// Tries until it succeeds, the policy is at its end, or an error comes that does not pass by itself.
  public func retry<Result: Sendable>(
    _ policy: RetryPolicy = RetryPolicy(), _ operation: () async throws -> Result
  ) async throws -> Result {
    try await policy.run(clock: clock, random: random, log: log, operation)
  }
}

@Sendable private func timeOfDay() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
}

/// Random numbers that tests can repeat.
public final class RandomSource: Sendable {
  /// Nil for those of the system.
  private let state: Mutex<UInt64?>

  /// Of the system.
  public init() { state = Mutex(nil) }

  /// The same ones for the same seed.
  public init(seed: UInt64) { state = Mutex(seed) }

  /// From 0 up to, and without, 1.
  public func next() -> Double {
    // SplitMix64: https://prng.di.unimi.it/splitmix64.c (public domain).
    let bits: UInt64? = state.withLock { state in
      guard var mixed = state else { return nil }
      mixed &+= 0x9E37_79B9_7F4A_7C15
      state = mixed
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
    return bits.map { Double($0 >> 11) / Double(1 << 53) } ?? Double.random(in: 0..<1)
  }
}

/// A clock that never waits: whoever sleeps goes on at once, and the clock has moved on by as much.
public final class TestClock: Clock {
  public struct Instant: InstantProtocol {
    var sinceStart: Duration
    public func advanced(by duration: Duration) -> Instant { Instant(sinceStart: sinceStart + duration) }
    public func duration(to other: Instant) -> Duration { other.sinceStart - sinceStart }
    public static func < (left: Instant, right: Instant) -> Bool { left.sinceStart < right.sinceStart }
  }

  private struct Content {
    var now = Instant(sinceStart: .zero)
    var sleeps: [Duration] = []
  }
  private let content = Mutex(Content())

  public init() {}

  public var now: Instant { content.withLock { $0.now } }
  public var minimumResolution: Duration { .zero }
  /// How long was slept, each time.
  public var sleeps: [Duration] { content.withLock { $0.sleeps } }

  public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    content.withLock { content in
      content.sleeps.append(content.now.duration(to: deadline))
      content.now = max(content.now, deadline)
    }
    await Task.yield()
  }
}
