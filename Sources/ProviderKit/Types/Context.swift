import Synchronization
import Values

/// What a provider is given with each call.
public struct Context<Owner: Provider>: Sendable {
  /// The provider as `configure` left it.
  public let provider: Owner
  public let surroundings: Surroundings
  /// Whether the host can leave for a later round what a `Deferral` is thrown for.
  public let isDeferralAllowed: Bool
  /// What is kept beside the object without being shown, by keys of the provider's own.
  public let privateState: PrivateState
  let record: CallRecord

  public var log: Log { surroundings.log }
  public var files: Files { surroundings.files }
  public var clock: any Clock<Duration> { surroundings.clock }
  public var environment: [String: String] { surroundings.environment }

  /// Warns the person who runs the program.
  public func warn(_ summary: String, _ detail: String = "", at path: AttributePath = .root) {
    record.warn(AttributeError(detail, summary: summary, at: path))
  }

  /// Says that the object exists as the model describes it, even if what follows fails: then it is kept, and not forgotten.
  /// What is not known of it is stored as null.
  public func save(_ object: some Resource<Owner>) { record.save(DynamicValue(object.stored)) }

  /// The same for an object of a type whose schema is data.
  public func save(_ object: DynamicValue) { record.save(object) }

  /// Tries until it succeeds, the policy is at its end, or an error comes that does not pass by itself.
  public func retry<Result: Sendable>(
    _ policy: RetryPolicy = RetryPolicy(), _ operation: () async throws -> Result
  ) async throws -> Result {
    try await surroundings.retry(policy, operation)
  }

  /// Asks again and again until there is an answer.
  /// - Throws: `TimeoutError` when there is none in time, with the last reason that the closure gave.
  public func poll<Result: Sendable>(
    every interval: Duration = .seconds(2), for limit: Duration, _ question: () async throws -> Answer<Result>
  ) async throws -> Result {
    var waited = Duration.zero
    while true {
      switch try await question() {
      case .ready(let result): return result
      case .notYet(let reason):
        if waited >= limit { throw TimeoutError(limit: limit, reason: reason) }
        log.debug("waiting", ["reason": reason])
      }
      try await clock.sleep(for: interval)
      waited += interval
    }
  }
}

/// What `poll` hears.
public enum Answer<Result: Sendable>: Sendable {
  case ready(Result)
  /// Not yet, and why: a sentence without a full stop.
  case notYet(String)
}

/// Something did not happen in time.
public struct TimeoutError: Error, Hashable, Sendable, CustomStringConvertible {
  public var limit: Duration
  public var reason: String
  public var description: String { "After \(limit) it was still so: \(reason)." }
}

/// What a provider is given when it is configured.
public struct ConfigurationContext: Sendable {
  public let surroundings: Surroundings
  /// Whether the host can leave for a later round what a `Deferral` is thrown for.
  public let isDeferralAllowed: Bool
  /// The version that the host says it has.
  public let hostVersion: String
  let record: CallRecord

  public var log: Log { surroundings.log }
  public var files: Files { surroundings.files }
  public var environment: [String: String] { surroundings.environment }

  public func warn(_ summary: String, _ detail: String = "", at path: AttributePath = .root) {
    record.warn(AttributeError(detail, summary: summary, at: path))
  }
}

/// Texts that are stored with an object and never shown.
public final class PrivateState: Sendable {
  private let entries: Mutex<[String: String]>

  /// Reads what `encoded` wrote. What cannot be read counts as nothing.
  init(_ bytes: [UInt8] = []) {
    var read: [String: String] = [:]
    if let node = try? JSONNode(parsing: bytes), let members = node.members {
      for member in members { read[member.key] = member.value.string }
    }
    entries = Mutex(read)
  }

  public subscript(key: String) -> String? {
    get { entries.withLock { $0[key] } }
    set { entries.withLock { $0[key] = newValue } }
  }

  /// A JSON object; empty if there is nothing.
  var encoded: [UInt8] {
    let entries = entries.withLock { $0 }
    if entries.isEmpty { return [] }
    return JSONNode.object(entries.sorted { $0.key < $1.key }.map { JSONNode.Member(key: $0.key, value: .string($0.value)) }).bytes
  }
}

/// What a provider said during a call, beside its result.
final class CallRecord: Sendable {
  private struct Content {
    var warnings: [AttributeError] = []
    var saved: DynamicValue?
  }
  private let content = Mutex(Content())
  /// What was read of the provider's configuration though it is not known yet. All calls share it.
  let configurationFaults: ReadingFaults

  init(configuration faults: ReadingFaults = ReadingFaults()) { configurationFaults = faults }

  func warn(_ warning: AttributeError) { content.withLock { $0.warnings.append(warning) } }
  func save(_ object: DynamicValue) { content.withLock { $0.saved = object } }
  var warnings: [AttributeError] { content.withLock { $0.warnings } }
  var saved: DynamicValue? { content.withLock { $0.saved } }
}
