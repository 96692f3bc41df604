import Diagnostics
import Glibc
import Host
import Testing

@testable import Plugin

/// What the user reads when a provider does not start: shell scripts play providers that go wrong in each way.
struct LaunchFailureTests {
  let directory: ProcessDirectory

  init() throws { directory = try ProcessDirectory(in: "/tmp") }

  func launch(
    _ script: String, mode: UInt32 = 0o755, security: PluginTransportSecurity = .privateSocket,
    timeout: Duration = .seconds(20)
  ) -> PluginLaunch {
    let path = "\(directory.path)/provider"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    _ = write(descriptor, script, script.utf8.count)
    close(descriptor)
    return PluginLaunch(
      provider: "example.com/test/thing", executable: path, environment: ["PATH": "/usr/bin:/bin"], security: security,
      handshakeTimeout: timeout)
  }

  func failure(of launch: PluginLaunch) async throws -> PluginError {
    try #require(
      await #expect(throws: PluginError.self) {
        try await PluginProcess.start(launch, with: SystemProcessLauncher())
      })
  }

  static let cases: [(script: String, code: PluginError.Code, says: String)] = [
    (
      "#!/bin/sh\necho 'cannot open library libfoo' >&2\nexit 127\n", .exitedBeforeHandshake, "ended with exit code 127"
    ),
    ("#!/bin/sh\nkill -SEGV $$\n", .exitedBeforeHandshake, "ended with signal 11"),
    ("#!/bin/sh\necho 'Hello, I am no provider'\nsleep 60\n", .unrecognizedHandshake, "Hello, I am no provider"),
    ("#!/bin/sh\nprintf 'no line feed'\n", .unrecognizedHandshake, "no line feed"),
    ("#!/bin/sh\necho '2|5|unix|/tmp/x|grpc|'\n", .unsupportedProtocol, "version 2 of the plugin handshake"),
    ("#!/bin/sh\necho '1|4|unix|/tmp/x|netrpc'\n", .unsupportedProtocol, "plugin protocol version 4"),
    ("#!/bin/sh\necho '1|7|unix|/tmp/x|grpc|'\n", .unsupportedProtocol, "plugin protocol version 7"),
    ("#!/bin/sh\necho '1|5|unix|/tmp/x|netrpc|'\n", .unsupportedProtocol, "the transport netrpc"),
    ("#!/bin/sh\necho '1|5|unix|/tmp/x'\n", .unsupportedProtocol, "the transport netrpc"),
    ("#!/bin/sh\necho '1|5|carrier|pigeon|grpc|'\n", .unrecognizedHandshake, "makes no sense: carrier pigeon"),
    (
      "#!/bin/sh\necho '1|5|unix|/no/such/socket|grpc|'\nsleep 60\n", .connection,
      "could not connect to /no/such/socket"
    ),
    ("just a text", .notStarted, "neither a binary nor a script"),
  ]

  @Test(arguments: cases)
  func eachFailureSaysWhatHappened(script: String, code: PluginError.Code, says: String) async throws {
    let error = try await failure(of: launch(script))
    #expect(error.code == code)
    #expect(error.message.contains(says), "\(error.message)")
    #expect(error.diagnostic.summary == "Failed to load plugin schemas")
    #expect(error.diagnostic.detail.hasPrefix("Could not start the provider example.com/test/thing: "))
  }

  @Test func theLastLinesAreInTheMessage() async throws {
    let error = try await failure(
      of: launch(
        """
        #!/bin/sh
        for n in $(seq 1 40); do echo "line $n" >&2; done
        echo '{"@level":"error","@message":"no credentials","@timestamp":"2025-01-01T00:00:00.000000Z","x":1}' >&2
        exit 1
        """))
    #expect(error.log.count == 30)
    #expect(error.log.first == "line 12")
    #expect(error.log.last == "[ERROR] no credentials")
    #expect(error.diagnostic.detail.hasSuffix("  line 40\n  [ERROR] no credentials\n"))
  }

  @Test func aSilentProviderIsKilledInTime() async throws {
    let error = try await failure(of: launch("#!/bin/sh\nexec sleep 60\n", timeout: .milliseconds(100)))
    #expect(error.code == .handshakeTimeout)
  }

  @Test func aProviderWithoutExecutePermission() async throws {
    let error = try await failure(of: launch("#!/bin/sh\n", mode: 0o644))
    #expect(error.code == .notStarted)
    #expect(error.message.contains("not marked as executable") && error.message.contains("0644"))
  }

  @Test func tlsThatIsDemandedIsNotGivenUp() async throws {
    let error = try await failure(
      of: launch("#!/bin/sh\necho '1|5|unix|/tmp/x|grpc|'\nsleep 60\n", security: .mutualTLS))
    #expect(error.code == .connection)
    #expect(error.message.contains("does not offer TLS"))
  }

  @Test func tcpWithoutProtectionIsTriedAgainWithCertificatesAndThenRefused() async throws {
    let error = try await failure(
      of: launch(
        "#!/bin/sh\necho \"cert ${PLUGIN_CLIENT_CERT:+given}\" >&2\necho '1|5|tcp|127.0.0.1:1|grpc|'\nsleep 60\n"))
    #expect(error.code == .connection)
    #expect(error.log == ["cert given"])
  }

  @Test func theEnvironmentIsThatOfTheProtocol() async throws {
    let error = try await failure(of: launch("#!/bin/sh\nenv >&2\nexit 1\n", security: .mutualTLS))
    let variables = error.log
    #expect(variables.contains { $0.hasPrefix("TF_PLUGIN_MAGIC_COOKIE=d602bf8f") })
    #expect(variables.contains("PLUGIN_PROTOCOL_VERSIONS=5,6"))
    #expect(variables.contains { $0.hasPrefix("PLUGIN_UNIX_SOCKET_DIR=/tmp/plumb-") })
    #expect(variables.contains { $0.hasPrefix("PLUGIN_CLIENT_CERT=-----BEGIN CERTIFICATE-----") })
  }

  @Test func aCancelledStartLeavesNothing() async throws {
    let launch = launch("#!/bin/sh\nexec sleep 60\n")
    let task = Task { try await PluginProcess.start(launch, with: SystemProcessLauncher()) }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    let result = await task.result
    #expect(throws: PluginError.self) { try result.get() }
  }
}
