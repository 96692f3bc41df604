import Addresses
import Engine
import Plans
import Values

/// What the engine reports, as messages.
extension UIMessages {
  /// The line for an event; empty for events that have none.
  func event(_ event: EngineEvent) -> [UInt8] {
    switch event {
    case .refreshStarted(let address, _, let identity):
      return hook(address, "Refreshing state...\(suffix(identity))", type: "refresh_start") { $0.identity(identity) }
    case .refreshFinished(let address, _, let identity):
      return hook(address, "Refresh complete\(suffix(identity))", type: "refresh_complete") { $0.identity(identity) }
    case .readStarted(let address): return started(address, .read, nil)
    case .readFinished(let address, let identity, let milliseconds):
      return finished(address, .read, identity, milliseconds)
    case .applyStarted(let address, _, let action, let identity): return started(address, action, identity)
    case .applyFinished(let address, _, let action, let identity, let milliseconds):
      return finished(address, action, identity, milliseconds)
    case .applyFailed(let address, _, let action, let milliseconds): return failed(address, action, milliseconds)
    case .ephemeralStarted(let address, let operation):
      return hook(address, "\(operation.progressive)...", type: "ephemeral_op_start") { writer in
        writer.member("action", operation.rawValue)
      }
    case .ephemeralFinished(let address, let operation, let milliseconds):
      return ended(address, operation, milliseconds, "complete")
    case .ephemeralFailed(let address, let operation, let milliseconds):
      return ended(address, operation, milliseconds, "errored")
    case .provisionStarted(let address, let type):
      return provision(address, "Provisioning with '\(type)'...", type, "provision_start")
    case .provisionProgressed(let address, let type, let line):
      return provision(address, "(\(type)): \(line)", type, "provision_progress", output: line)
    case .provisionFinished(let address, let type):
      return provision(address, "(\(type)) Provisioning complete", type, "provision_complete")
    case .provisionFailed(let address, let type):
      return provision(address, "(\(type)) Provisioning errored", type, "provision_errored")
    case .waitingForLeases: return message(ProgressText.waiting, type: "state_lock_acquire") { _ in }
    // The reference says nothing of imports while they happen, and of a failed reading only what went wrong.
    case .readFailed, .applyPlanned, .importStarted, .importPrepared, .imported: return []
    }
  }

  /// Said every ten seconds of an operation that takes its time.
  func progress(_ address: ResourceInstance, _ operation: LongOperation, seconds: Int64) -> [UInt8] {
    let text = "Still \(operation.progressive.lowercased())... [\(durationText(seconds)) elapsed]"
    return hook(address, text, type: operation.messageType) { writer in
      writer.member("action", operation.word)
      writer.member("elapsed_seconds", Int(seconds))
    }
  }

  private func provision(
    _ address: ResourceInstance, _ text: String, _ provisioner: String, _ type: String, output: String? = nil
  ) -> [UInt8] {
    hook(address, text, type: type) { writer in
      writer.member("provisioner", provisioner)
      if let output { writer.member("output", output) }
    }
  }

  private func started(_ address: ResourceInstance, _ action: Action, _ identity: EngineEvent.Identity?) -> [UInt8] {
    hook(address, "\(action.progressive)...\(suffix(identity))", type: "apply_start") { writer in
      writer.member("action", action.word)
      writer.identity(identity)
    }
  }

  private func finished(
    _ address: ResourceInstance, _ action: Action, _ identity: EngineEvent.Identity?, _ milliseconds: Int64
  ) -> [UInt8] {
    // What was destroyed has no identity any more.
    let identity = action == .delete ? nil : identity
    let seconds = roundedSeconds(milliseconds)
    let text = "\(action.noun) complete after \(durationText(seconds))\(suffix(identity))"
    return hook(address, text, type: "apply_complete") { writer in
      writer.member("action", action.word)
      writer.identity(identity)
      writer.member("elapsed_seconds", Int(seconds))
    }
  }

  private func failed(_ address: ResourceInstance, _ action: Action, _ milliseconds: Int64) -> [UInt8] {
    let seconds = roundedSeconds(milliseconds)
    return hook(address, "\(action.noun) errored after \(durationText(seconds))", type: "apply_errored") { writer in
      writer.member("action", action.word)
      writer.member("elapsed_seconds", Int(seconds))
    }
  }

  private func ended(
    _ address: ResourceInstance, _ operation: EphemeralOperation, _ milliseconds: Int64, _ end: String
  ) -> [UInt8] {
    let seconds = roundedSeconds(milliseconds)
    let text = "\(operation.noun) \(end) after \(durationText(seconds))"
    return hook(address, text, type: "ephemeral_op_\(end)") { writer in
      writer.member("action", operation.rawValue)
      writer.member("elapsed_seconds", Int(seconds))
    }
  }

  private func suffix(_ identity: EngineEvent.Identity?) -> String {
    identity.map { " [\($0.key)=\($0.value)]" } ?? ""
  }

  private func roundedSeconds(_ milliseconds: Int64) -> Int64 { max(0, milliseconds) / 1000 + (milliseconds % 1000 >= 500 ? 1 : 0) }

  /// `72` as `1m12s`.
  private func durationText(_ seconds: Int64) -> String {
    if seconds < 60 { return "\(seconds)s" }
    if seconds < 3600 { return "\(seconds / 60)m\(seconds % 60)s" }
    return "\(seconds / 3600)h\(seconds / 60 % 60)m\(seconds % 60)s"
  }
}

/// What may take its time.
enum LongOperation: Sendable {
  case change(Action)
  case ephemeral(EphemeralOperation)

  fileprivate var progressive: String {
    switch self {
    case .change(let action): action.progressive
    case .ephemeral(let operation): operation.progressive
    }
  }

  fileprivate var word: String {
    switch self {
    case .change(let action): action.word
    case .ephemeral(let operation): operation.rawValue
    }
  }

  fileprivate var messageType: String {
    switch self {
    case .change: "apply_progress"
    case .ephemeral: "ephemeral_op_progress"
    }
  }
}

/// Tells programs, every ten seconds, of what runs long.
struct ProgressMessages: Sendable {
  private let messages: UIMessages
  private var running = RunningOperations<LongOperation>()

  init(_ messages: UIMessages) { self.messages = messages }

  mutating func note(_ event: EngineEvent, now: Int64) {
    switch event {
    case .readStarted(let address): running.begin(.init(address: address), .change(.read), now: now)
    case .readFinished(let address, _, _), .readFailed(let address, _): running.end(.init(address: address))
    case .applyStarted(let address, let deposedKey, let action, _):
      running.begin(.init(address: address, deposedKey: deposedKey), .change(action), now: now)
    case .applyFinished(let address, let deposedKey, _, _, _), .applyFailed(let address, let deposedKey, _, _):
      running.end(.init(address: address, deposedKey: deposedKey))
    case .ephemeralStarted(let address, let operation):
      running.begin(.init(address: address), .ephemeral(operation), now: now)
    case .ephemeralFinished(let address, _, _), .ephemeralFailed(let address, _, _): running.end(.init(address: address))
    default: break
    }
  }

  /// The lines for all of which another ten seconds have passed.
  mutating func stillRunning(now: Int64) -> [UInt8] {
    running.due(now: now).flatMap { messages.progress($0.turn.address, $0.item, seconds: $0.milliseconds / 1000) }
  }
}

extension JSONWriter {
  fileprivate mutating func identity(_ identity: EngineEvent.Identity?) {
    guard let identity else { return }
    member("id_key", identity.key)
    member("id_value", identity.value)
  }
}

extension EphemeralOperation {
  /// What is done with the resource, once it is over.
  var noun: String { self == .renew ? "Renewal" : progressive }

  /// What is being done with the resource.
  var progressive: String {
    switch self {
    case .open: "Opening"
    case .renew: "Renewing"
    case .close: "Closing"
    }
  }
}

extension Action {
  /// What is being done.
  fileprivate var progressive: String {
    switch self {
    case .create: "Creating"
    case .read: "Refreshing"
    case .update: "Modifying"
    case .delete: "Destroying"
    case .deleteThenCreate, .createThenDelete, .forgetThenCreate: "Replacing"
    case .forget: "Removing"
    case .noOp: "Checking"
    }
  }

  /// What was done.
  fileprivate var noun: String {
    switch self {
    case .create: "Creation"
    case .read: "Refresh"
    case .update: "Modifications"
    case .delete: "Destruction"
    case .deleteThenCreate, .createThenDelete, .forgetThenCreate: "Replacement"
    case .forget: "Removal"
    case .noOp: "Check"
    }
  }
}
