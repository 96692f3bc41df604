import Glibc
import Synchronization
import Values

/// Writes a provider's log the way hosts read it: one JSON object of go-hclog a line. What nobody asked for is not written.
package struct ProviderLog: Sendable {
  private let module: String
  /// The least level that is written; nil for nothing at all.
  private let threshold: PluginLogLevel?
  /// Nanoseconds since 1970.
  private let now: @Sendable () -> Int64
  private let write: @Sendable ([UInt8]) -> Void

  package init(
    module: String, threshold: PluginLogLevel?, now: @escaping @Sendable () -> Int64,
    write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.module = module
    self.threshold = threshold
    self.now = now
    self.write = write
  }

  /// To this process's standard error, at the level that the environment asks for.
  package init(module: String, environment: [String: String]) {
    self.init(module: module, threshold: Self.threshold(environment), now: clock) { writeAll($0, to: STDERR_FILENO) }
  }

  /// `TF_LOG_PROVIDER`, or else `TF_LOG`: a level, or JSON for all. Words that are no level count as trace, as in Terraform.
  static func threshold(_ environment: [String: String]) -> PluginLogLevel? {
    let wanted = ["TF_LOG_PROVIDER", "TF_LOG"].compactMap { environment[$0] }.first { !$0.isEmpty }?.lowercased()
    guard let wanted, wanted != "off" else { return nil }
    return PluginLogLevel(name: wanted) ?? .trace
  }

  /// Whether a line of this level is written, for lines that cost something to make.
  package func isEnabled(_ level: PluginLogLevel) -> Bool { threshold.map { level >= $0 } ?? false }

  /// - Parameter fields: what the line is about, beside the message.
  package func callAsFunction(
    _ level: PluginLogLevel, _ message: String, _ fields: KeyValuePairs<String, String> = [:]
  ) {
    line(level, message, fields.map { ($0.key, $0.value) })
  }

  /// The same for fields that are not known beforehand.
  package func line(_ level: PluginLogLevel, _ message: String, _ fields: [(String, String)]) {
    guard isEnabled(level) else { return }
    var writer = JSONWriter(escapesHTML: false)
    writer.beginObject()
    writer.member("@level", "\(level)")
    writer.member("@message", message)
    writer.member("@module", module)
    writer.member("@timestamp", Self.timestamp(now()))
    for (name, value) in fields { writer.member(name, value) }
    writer.endObject()
    writer.newline()
    write(writer.bytes)
  }

  /// RFC 3339 with microseconds, UTC.
  private static func timestamp(_ nanoseconds: Int64) -> String {
    var seconds = time_t(nanoseconds / 1_000_000_000)
    var parts = unsafe tm()
    var text = [CChar](repeating: 0, count: 32)
    _ = unsafe gmtime_r(&seconds, &parts)
    let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
    let fraction = "\(1_000_000 + nanoseconds % 1_000_000_000 / 1000)".dropFirst()
    return "\(String(decoding: text[..<count].map(UInt8.init), as: UTF8.self)).\(fraction)Z"
  }
}

@Sendable private func clock() -> Int64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Writes bytes to a descriptor, lines of several threads one after the other. A reader that went away cannot be told anything.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  outputs.withLock { _ in
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      offset += count
    }
  }
}

private let outputs = Mutex(())
