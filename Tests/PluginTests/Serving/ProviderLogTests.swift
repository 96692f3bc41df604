import Synchronization
import Testing

@testable import Plugin

/// Lines that hosts read, and which of them are written.
struct ProviderLogTests {
  private final class Lines: Sendable {
    let bytes = Mutex([UInt8]())
    func log(_ threshold: PluginLogLevel?) -> ProviderLog {
      ProviderLog(module: "files", threshold: threshold, now: { 1_700_000_000_123_456_789 }) { line in
        self.bytes.withLock { $0 += line }
      }
    }
  }

  @Test func aLineIsReadBackAsItWasWritten() {
    let lines = Lines()
    lines.log(.debug)(.warn, "the <disk> is\nfull", ["path": "/a \"b\"", "free": "0"])
    let text = String(decoding: lines.bytes.withLock { $0 }, as: UTF8.self)
    #expect(text.hasSuffix("\n") && text.filter { $0 == "\n" }.count == 1)
    let line = PluginLog.parse(String(text.dropLast()), provider: "p", defaultLevel: .debug)
    #expect(line.level == .warn && line.message == "the <disk> is\nfull")
    #expect(line.timestamp == "2023-11-14T22:13:20.123456Z")
    #expect(line.fields.map { "\($0.name)=\($0.value)" } == ["@module=files", "path=/a \"b\"", "free=0"])
  }

  @Test func whatNobodyAskedForIsNotWritten() {
    let lines = Lines()
    lines.log(.info)(.debug, "quiet")
    lines.log(nil)(.error, "quiet")
    #expect(lines.bytes.withLock { $0.isEmpty })
  }

  @Test(arguments: [
    ([:], nil), (["TF_LOG": "DEBUG"], .debug), (["TF_LOG": "JSON"], .trace), (["TF_LOG": "off"], nil),
    (["TF_LOG": "debug", "TF_LOG_PROVIDER": "ERROR"], .error), (["TF_LOG": "warn", "TF_LOG_PROVIDER": ""], .warn),
  ] as [([String: String], PluginLogLevel?)])
  func levelsComeFromTheEnvironment(environment: [String: String], level: PluginLogLevel?) {
    #expect(ProviderLog.threshold(environment) == level)
  }

  @Test(arguments: [
    ("/a/terraform-provider-files", "files"), ("terraform-provider-files_v1.0.0_x5", "files"), ("/a/plumb-providers", nil),
  ] as [(String, String?)])
  func programsAreKnownByTheirNames(path: String, name: String?) {
    #expect(ProviderBundle.providerName(ofProgram: path) == name)
  }
}
