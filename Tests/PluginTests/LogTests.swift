import Synchronization
import Testing

@testable import Plugin

/// Providers' log lines, structured and plain, whole and in pieces.
struct LogTests {
  static let lines: [(line: String, level: PluginLogLevel, message: String, fields: [PluginLogLine.Field])] = [
    (
      #"{"@level":"warn","@message":"slow","@module":"provider","@timestamp":"2025-01-01T00:00:00.000000Z","tf_rpc":"Read","n":1}"#,
      .warn, "slow",
      [.init(name: "@module", value: "provider"), .init(name: "tf_rpc", value: "Read"), .init(name: "n", value: "1")]
    ),
    ("[INFO] started", .info, "started", []),
    ("[ERROR]  twice", .error, "twice", []),
    ("plain words", .debug, "plain words", []),
    (#"{"no":"level"}"#, .debug, #"{"no":"level"}"#, []),
    (#"{"@level":"loud","@message":"x"}"#, .debug, #"{"@level":"loud","@message":"x"}"#, []),
    ("{broken", .debug, "{broken", []),
  ]

  @Test(arguments: lines)
  func aLineIsRead(line: String, level: PluginLogLevel, message: String, fields: [PluginLogLine.Field]) {
    let parsed = PluginLog.parse(line, provider: "p", defaultLevel: .debug)
    #expect(parsed.level == level)
    #expect(parsed.message == message)
    #expect(parsed.fields == fields)
  }

  @Test func piecesBecomeLinesAndAPanicKeepsItsTrace() {
    let seen = Mutex<[String]>([])
    let log = PluginLog(provider: "p") { line in seen.withLock { $0.append("\(line.level) \(line.message)") } }
    for piece in ["[INFO] a", "b\r\n", "\nsecond\npanic: bo", "om\ngoroutine 1\n"] { log.append(Array(piece.utf8)) }
    for number in 0..<200 { log.append(Array("frame \(number)\n".utf8)) }
    #expect(
      seen.withLock { Array($0.prefix(4)) } == ["info ab", "debug second", "error panic: boom", "error goroutine 1"])
    #expect(log.hasTrace)
    #expect(log.tail.count == 100)
    #expect(log.tail.first == "panic: boom")
  }
}
