import Synchronization
import Values

/// How much a line of a provider's log matters.
package enum PluginLogLevel: Int, Sendable, Comparable {
  case trace
  case debug
  case info
  case warn
  case error

  init?(name: String) {
    switch name {
    case "trace": self = .trace
    case "debug": self = .debug
    case "info": self = .info
    case "warn", "warning": self = .warn
    case "error": self = .error
    default: return nil
    }
  }

  package static func < (left: PluginLogLevel, right: PluginLogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// One line of a provider's log.
package struct PluginLogLine: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    package var name: String
    /// Text as it is, everything else as JSON.
    package var value: String
  }
  /// The provider that wrote it: its source address.
  package var provider: String
  package var level: PluginLogLevel
  package var message: String
  /// As written by the provider; nil for lines that are no structured log.
  package var timestamp: String?
  /// Whatever else the line holds, in its order, `@module` and `@caller` among it.
  package var fields: [Field]
}

/// Receives what providers log. Called from the threads of the processes; must not block.
package typealias PluginLogSink = @Sendable (PluginLogLine) -> Void

/// Everything one process wrote to its standard error and, after the handshake, to its standard output: cut into lines, handed
/// on to the sink, and the end of it kept for error messages.
final class PluginLog: Sendable {
  /// Lines kept for messages, and for the stack trace of a crash.
  private static let keptLines = 30
  private static let keptTraceLines = 100
  /// A longer line is passed on in pieces.
  private static let longestLine = 64 << 10

  private struct State {
    var pending: [UInt8] = []
    var last: [String] = []
    /// Lines since one that announced a crash.
    var trace: [String]?
  }
  private let state = Mutex(State())
  private let provider: String
  private let sink: PluginLogSink?

  init(provider: String, sink: PluginLogSink?) {
    self.provider = provider
    self.sink = sink
  }

  /// The lines to show after a failure: the stack trace of a crash if there was one, else the last lines.
  var tail: [String] {
    state.withLock { state in
      if let trace = state.trace { return trace }
      let rest = state.pending.isEmpty ? [] : [Self.shortened(String(decoding: state.pending, as: UTF8.self))]
      return state.last + rest
    }
  }

  /// Whether the process announced a crash.
  var hasTrace: Bool { state.withLock { $0.trace != nil } }

  func append(_ bytes: [UInt8]) {
    let levelled = state.withLock { state -> [(line: String, level: PluginLogLevel)] in
      var lines: [String] = []
      var start = bytes.startIndex
      while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
        state.pending += bytes[start..<end]
        lines.append(Self.take(&state.pending))
        start = end + 1
      }
      state.pending += bytes[start...]
      if state.pending.count > Self.longestLine { lines.append(Self.take(&state.pending)) }
      return lines.filter { !$0.isEmpty }.map { line in
        Self.keep(line, in: &state)
        return (line, state.trace == nil ? .debug : .error)
      }
    }
    guard let sink else { return }
    for (line, level) in levelled { sink(Self.parse(line, provider: provider, defaultLevel: level)) }
  }

  private static func take(_ pending: inout [UInt8]) -> String {
    if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
    let line = String(decoding: pending, as: UTF8.self)
    pending.removeAll(keepingCapacity: true)
    return line
  }

  private static func keep(_ line: String, in state: inout State) {
    if state.trace == nil, line.hasPrefix("panic: ") || line.hasPrefix("fatal error: ") { state.trace = [] }
    if state.trace != nil {
      if (state.trace?.count ?? 0) < keptTraceLines { state.trace?.append(line) }
      return
    }
    if state.last.count == keptLines { state.last.removeFirst() }
    state.last.append(shortened(line))
  }

  /// A structured line as a person reads it, and no line longer than a paragraph.
  private static func shortened(_ line: String) -> String {
    var text = line
    if line.utf8.first == UInt8(ascii: "{") {
      let parsed = parse(line, provider: "", defaultLevel: .debug)
      if parsed.timestamp != nil { text = "[\("\(parsed.level)".uppercased())] \(parsed.message)" }
    }
    return text.utf8.count > 1000 ? String(text.prefix(1000)) + "…" : text
  }

  /// Reads a line as Terraform does: an hclog object, or text with a level in brackets.
  static func parse(_ line: String, provider: String, defaultLevel: PluginLogLevel) -> PluginLogLine {
    if line.utf8.first == UInt8(ascii: "{"), let structured = parseStructured(line, provider: provider) {
      return structured
    }
    for (prefix, level) in prefixes where line.hasPrefix(prefix) {
      let message = line.dropFirst(prefix.count).drop { $0 == " " }
      return PluginLogLine(provider: provider, level: level, message: String(message), timestamp: nil, fields: [])
    }
    return PluginLogLine(provider: provider, level: defaultLevel, message: line, timestamp: nil, fields: [])
  }

  private static let prefixes: [(String, PluginLogLevel)] = [
    ("[TRACE]", .trace), ("[DEBUG]", .debug), ("[INFO]", .info), ("[WARN]", .warn), ("[ERROR]", .error),
  ]

  private static func parseStructured(_ line: String, provider: String) -> PluginLogLine? {
    guard let members = (try? JSONNode(parsing: Array(line.utf8)))?.members else { return nil }
    var level: PluginLogLevel?
    var result = PluginLogLine(provider: provider, level: .debug, message: "", timestamp: nil, fields: [])
    for member in members {
      let text = member.value.string ?? String(decoding: member.value.bytes, as: UTF8.self)
      switch member.key {
      case "@level": level = PluginLogLevel(name: text)
      case "@message": result.message = text
      case "@timestamp": result.timestamp = text
      default: result.fields.append(PluginLogLine.Field(name: member.key, value: text))
      }
    }
    guard let level else { return nil }
    result.level = level
    return result
  }
}
