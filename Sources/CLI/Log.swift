import Host
import Plugin
import Synchronization
import Values

/// The log that `TF_LOG` and its relatives ask for, on standard error or in the file that `TF_LOG_PATH` names.
final class Log: Sendable {
  private let coreLevel: PluginLogLevel?
  private let providerLevel: PluginLogLevel?
  private let world: World
  private let path: String?
  private let isJSON: Bool
  private let pending = Mutex<[UInt8]>([])

  init(_ world: World) {
    self.world = world
    let general = world.environment["TF_LOG"]
    coreLevel = Self.level(world.environment["TF_LOG_CORE"] ?? general)
    providerLevel = Self.level(world.environment["TF_LOG_PROVIDER"] ?? general)
    isJSON = general?.uppercased() == "JSON"
    path = world.environment["TF_LOG_PATH"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What providers log goes here; nil when nobody wants it.
  var providerSink: PluginLogSink? {
    guard let providerLevel else { return nil }
    return { [self] line in
      if line.level >= providerLevel { write(line) }
    }
  }

  func debug(_ message: @autoclosure () -> String) {
    guard let coreLevel, coreLevel <= .debug else { return }
    write(isJSON ? document(.debug, message(), module: "core") : "\(world.timestamp(fraction: 3)) [DEBUG] \(message())\n")
  }

  private func write(_ line: PluginLogLine) {
    if isJSON {
      return write(document(line.level, line.message, module: "provider.\(line.provider)", line.timestamp, line.fields))
    }
    let fields = line.fields.map { " \($0.name)=\($0.value)" }.joined()
    let level = "\(line.level)".uppercased()
    write("\(line.timestamp ?? world.timestamp(fraction: 3)) [\(level)] provider.\(line.provider): \(line.message)\(fields)\n")
  }

  /// One line of JSON, with the members that the logs of providers have themselves.
  private func document(
    _ level: PluginLogLevel, _ message: String, module: String, _ time: String? = nil, _ fields: [PluginLogLine.Field] = []
  ) -> String {
    var writer = JSONWriter(escapesHTML: false)
    writer.beginObject()
    writer.member("@level", "\(level)")
    writer.member("@message", message)
    writer.member("@module", module)
    writer.member("@timestamp", time ?? world.timestamp(fraction: 6))
    for field in fields where !field.name.hasPrefix("@") { writer.member(field.name, field.value) }
    writer.endObject()
    return writer.string + "\n"
  }

  private func write(_ text: String) {
    guard let path else {
      world.errors(text)
      return
    }
    pending.withLock { bytes in
      bytes += Array(text.utf8)
      // Appending by rewriting would lose what others wrote; the file is opened for each burst instead.
      if (try? appendToFile(path, bytes)) != nil { bytes = [] }
    }
  }

  private static func level(_ text: String?) -> PluginLogLevel? {
    switch text?.uppercased() {
    case nil, "", "OFF": return nil
    case "DEBUG": return .debug
    case "INFO": return .info
    case "WARN": return .warn
    case "ERROR": return .error
    default: return .trace
    }
  }
}
