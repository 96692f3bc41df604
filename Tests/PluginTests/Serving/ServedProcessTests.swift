import Diagnostics
import Glibc
import Host
import ProviderInterface
import Synchronization
import Testing

@testable import Plugin

/// The executable with the bundled providers, as a process: how it is started, what it says, and how it ends.
struct ServedProcessTests {
  /// Built beside the program that these tests are.
  let executable: String

  init() throws {
    let own = try LocalFileTree().resolve("/proc/self/exe")
    executable = own.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/plumb-providers"
    try #require(LocalFileTree().isFile(executable), "the program plumb-providers is not built")
  }

  private func run(_ arguments: [String]) async throws -> ProcessResult {
    try await SystemProcessLauncher().run(
      ProcessRequest(executable: executable, arguments: arguments, environment: [:]), timeout: .seconds(20))
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(arguments: [PluginTransportSecurity.privateSocket, .mutualTLS])
  func itIsStartedCalledAndEnded(security: PluginTransportSecurity) async throws {
    let launch = PluginLaunch(
      provider: "plumb.internal/bundled/files", executable: executable, arguments: ["files"], environment: [:],
      security: security, shutdownTimeout: .seconds(100))
    let plugin = try await PluginProcess.start(launch, with: SystemProcessLauncher())
    #expect(plugin.protocolVersion == 6)
    #expect(try await plugin.connection.call("/grpc.health.v1.Health/Check", TransportTests.healthRequest) == [8, 1])
    let schemas = try SchemaIndex(
      try await plugin.connection.call(PluginMethod.getSchema.path(in: 6), []), protocolVersion: 6)
    #expect(schemas.typeNames(of: .resource) == ["files_text"])
    let begin = ContinuousClock.now
    await plugin.close()
    #expect(ContinuousClock.now - begin < .seconds(99), "it ends when it is asked to, and is not killed")
  }

  @Test func aPersonIsToldWhatItIs() async throws {
    let result = try await run(["files"])
    #expect(result.exit.reason == .code(1) && result.standardOutput.isEmpty)
    #expect(Self.text(result.standardError).contains("This program is a plugin: the provider plumb.internal/bundled/files."))
  }

  @Test func itTellsWhatItHas() async throws {
    #expect(Self.text(try await run(["list"]).standardOutput).split(separator: "\n").contains("files"))
    for arguments in [["fils"], []] {
      let result = try await run(arguments)
      #expect(result.exit.reason == .code(1) && Self.text(result.standardError).contains("Bundled are: files"))
    }
  }

  /// Under a debugger it is joined, outlives those who use it, and ends with the interrupt key.
  @Test func underADebuggerItWaitsForWhoeverComes() async throws {
    let output = Mutex([UInt8]())
    let process = try await SystemProcessLauncher().launch(
      ProcessRequest(executable: executable, arguments: ["files", "-debug"], environment: [:])
    ) { channel, bytes in
      if channel == .standardOutput { output.withLock { $0 += bytes } }
    }
    process.kill(after: .seconds(300))
    try await wait { Self.text(output.withLock { $0 }).contains("interrupt key") }
    let quoted = Self.text(output.withLock { $0 }).split(separator: "'").dropFirst().first ?? ""
    let reattachment = try #require(try PluginReattachment.parse(String(quoted)).first)
    #expect(reattachment.provider == "plumb.internal/bundled/files")
    #expect(reattachment.processIdentifier == Int(process.identifier))
    for _ in 0..<2 {
      let connection = try await GRPCConnection.open(Socket.connect(to: reattachment.address), tls: nil)
      #expect(try await connection.call("/plugin.GRPCController/Shutdown", []) == [])
      await connection.close()
      let provider = PluginProvider(reattachment: reattachment)
      #expect(try await provider.typeNames(of: .resource) == ["files_text"])
      await provider.close()
    }
    process.send(signal: SIGINT)
    #expect(await process.waitForExit().reason == .code(0))
  }
}
