import Addresses
import Engine
import Plans

/// What is said while a run goes on: a line when an object's turn begins and ends, and one every ten seconds in between.
struct ProgressText: Sendable {
  private struct Item {
    var verb: String
    var identity: String
  }

  private typealias Turn = RunningOperations<Item>.Turn

  private let style: TextStyle
  private var running = RunningOperations<Item>()
  private var total = 0
  private var done = 0
  private var runStart: Int64?

  /// What is said when another run holds what this one wants to change.
  static let waiting = "Waiting for other runs to release objects that this one needs..."

  init(style: TextStyle) { self.style = style }

  /// The lines that tell of an event, without newlines.
  ///
  /// With `now`, milliseconds on any clock that only goes forward, what runs long is told of from the event on;
  /// without it, from the next call of `stillRunning(now:)` on.
  mutating func lines(for event: EngineEvent, now: Int64? = nil) -> [String] {
    if runStart == nil { runStart = now }
    switch event {
    case .refreshStarted(let address, let deposedKey, let identity):
      return [line(address, deposedKey, "Refreshing state...", identityText(identity))]
    case .importStarted(let address, let id): return [line(address, nil, "Preparing import...", "id=\(id)")]
    case .importPrepared: return []
    case .waitingForLeases: return [Self.waiting]
    case .imported(let address, let id):
      return [line(address, nil, "Importing...", "id=\(id)"), line(address, nil, "Import complete", "id=\(id)")]
    case .refreshFinished: return []
    case .readStarted(let address):
      begin(Turn(address: address), "reading", nil, now)
      return [line(address, nil, "Reading...", nil)]
    case .readFinished(let address, let identity, let milliseconds):
      running.end(Turn(address: address))
      return [line(address, nil, "Read complete after \(elapsed(milliseconds))", identityText(identity))]
    case .readFailed(let address, _):
      running.end(Turn(address: address))
      return []
    case .applyStarted(let address, let deposedKey, let action, let identity):
      guard let words = Words(action) else { return [] }
      let shown = action == .create ? nil : identityText(identity)
      begin(Turn(address: address, deposedKey: deposedKey), words.going, shown, now)
      return [line(address, deposedKey, "\(words.start)...", shown)]
    case .applyFinished(let address, let deposedKey, let action, let identity, let milliseconds):
      guard let words = Words(action) else { return [] }
      running.end(Turn(address: address, deposedKey: deposedKey))
      done += 1
      let shown = action == .delete ? nil : identityText(identity)
      return [line(address, deposedKey, "\(words.end) complete after \(elapsed(milliseconds))", shown)]
    case .applyFailed(let address, let deposedKey, _, _):
      running.end(Turn(address: address, deposedKey: deposedKey))
      done += 1
      return []
    case .ephemeralStarted(let address, let operation):
      begin(Turn(address: address), operation.progressive.lowercased(), nil, now)
      return [line(address, nil, "\(operation.progressive)...", nil)]
    case .ephemeralFinished(let address, let operation, let milliseconds):
      running.end(Turn(address: address))
      return [line(address, nil, "\(operation.noun) complete after \(elapsed(milliseconds))", nil)]
    case .ephemeralFailed(let address, _, _):
      running.end(Turn(address: address))
      return []
    case .provisionStarted(let address, let type): return [line(address, nil, "Provisioning with '\(type)'...", nil)]
    case .provisionProgressed(let address, let type, let text):
      return ["\(style.paint("\(address) (\(type)):", .bold)) \(text)"]
    case .provisionFinished, .provisionFailed: return []
    case .applyPlanned(let steps):
      total = steps
      done = 0
      return []
    }
  }

  /// A line for each thing for which another ten seconds have passed. `now` is on the clock of `lines(for:now:)`, in milliseconds.
  mutating func stillRunning(now: Int64) -> [String] {
    if runStart == nil { runStart = now }
    return running.due(now: now).map { turn, item, milliseconds in
      let time = "\(elapsed(milliseconds)) elapsed"
      let details = item.identity.isEmpty ? time : "\(item.identity), \(time)"
      return line(turn.address, turn.deposedKey, "Still \(item.verb)...", details)
    }
  }

  /// One line for the foot of a terminal: how much runs, how much is done, how long it has taken. Empty when nothing runs.
  func footer(now: Int64) -> String {
    if running.isEmpty { return "" }
    var parts = ["\(running.count) running"]
    if total > 0 { parts.append("\(done)/\(total) done") }
    if let runStart { parts.append(elapsed(max(0, now - runStart))) }
    let text = parts.joined(separator: " · ")
    return style.paint(style.width > 0 ? String(text.prefix(style.width)) : text, .gray)
  }

  private mutating func begin(_ turn: Turn, _ verb: String, _ identity: String?, _ now: Int64?) {
    running.begin(turn, Item(verb: verb, identity: identity ?? ""), now: now)
  }

  private func line(_ address: ResourceInstance, _ deposedKey: String?, _ message: String, _ details: String?) -> String {
    let object = deposedKey.map { "\(address) (deposed object \($0))" } ?? "\(address)"
    let suffix = details.map { " [\($0)]" } ?? ""
    return style.paint("\(object): \(message)\(suffix)", .bold)
  }

  /// `id=…`, cut in its middle where it is long.
  private func identityText(_ identity: EngineEvent.Identity?) -> String? {
    guard let identity, !identity.value.isEmpty else { return nil }
    let limit = 80
    let characters = Array(identity.value)
    if characters.count <= limit { return "\(identity.key)=\(identity.value)" }
    let half = (limit - 3) / 2
    return "\(identity.key)=\(String(characters.prefix(half + 1)))...\(String(characters.suffix(half)))"
  }
}

/// What an action is called in its stages.
private struct Words {
  var start: String
  var going: String
  var end: String

  init?(_ action: Action) {
    switch action {
    case .create: self.init("Creating", "Creation")
    case .update: self.init("Modifying", "Modifications")
    case .delete: self.init("Destroying", "Destruction")
    case .deleteThenCreate, .createThenDelete, .forgetThenCreate: self.init("Replacing", "Replacement")
    case .read: self.init("Reading", "Read")
    case .noOp, .forget: return nil
    }
  }

  private init(_ start: String, _ end: String) {
    self.start = start
    going = start.lowercased()
    self.end = end
  }
}

/// A duration in whole seconds: `0s`, `1m10s`, `2h0m5s`.
private func elapsed(_ milliseconds: Int64) -> String {
  let seconds = (max(0, milliseconds) + 500) / 1000
  let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
  if hours > 0 { return "\(hours)h\(minutes)m\(rest)s" }
  return minutes > 0 ? "\(minutes)m\(rest)s" : "\(rest)s"
}
