/// A provider's log, in the form that hosts read and filter by level.
public struct Log: Sendable {
  public enum Level: Int, Hashable, Comparable, Sendable {
    case trace, debug, info, warning, error
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// One line.
  public struct Entry: Hashable, Sendable {
    public var level: Level
    public var message: String
    public var fields: [String: String]
  }

  private let write: @Sendable (Entry) -> Void

  public init(_ write: @escaping @Sendable (Entry) -> Void) { self.write = write }

  public static let silent = Log { _ in }

  public func trace(_ message: String, _ fields: [String: String] = [:]) { log(.trace, message, fields) }
  public func debug(_ message: String, _ fields: [String: String] = [:]) { log(.debug, message, fields) }
  public func info(_ message: String, _ fields: [String: String] = [:]) { log(.info, message, fields) }
  public func warning(_ message: String, _ fields: [String: String] = [:]) { log(.warning, message, fields) }
  public func error(_ message: String, _ fields: [String: String] = [:]) { log(.error, message, fields) }

  private func log(_ level: Level, _ message: String, _ fields: [String: String]) {
    write(Entry(level: level, message: message, fields: fields))
  }
}
