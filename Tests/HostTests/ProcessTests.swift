import Glibc
import Host
import Testing

/// Processes: the real launcher against small shell scripts, and its twin where time and programs are played.
struct ProcessTests {
  let launcher = SystemProcessLauncher()

  func shell(_ script: String, input: ProcessRequest.Input = .none, in directory: String? = nil) -> ProcessRequest {
    ProcessRequest(
      executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin", "GREETING": "hello"],
      workingDirectory: directory, input: input)
  }

  @Test func outputsEnvironmentDirectoryAndCodeArrive() async throws {
    let result = try await launcher.run(shell("echo $GREETING; pwd; echo oops >&2; exit 3", in: "/"))
    #expect(String(decoding: result.standardOutput, as: UTF8.self) == "hello\n/\n")
    #expect(String(decoding: result.standardError, as: UTF8.self) == "oops\n")
    #expect(result.exit == ProcessExit(.code(3)))
  }

  @Test func inputLargerThanAPipeIsFed() async throws {
    let result = try await launcher.run(shell("wc -c", input: .bytes([UInt8](repeating: 65, count: 300_000))))
    #expect(String(decoding: result.standardOutput, as: UTF8.self) == "300000\n")
  }

  @Test func largeOutputArrivesWhole() async throws {
    let result = try await launcher.run(shell("head -c 1000000 /dev/zero"))
    #expect(result.standardOutput.count == 1_000_000)
  }

  @Test func aBareNameIsFoundOnPath() async throws {
    var request = shell("")
    request.executable = "sh"
    request.arguments = ["-c", "exit 0"]
    #expect(try await launcher.run(request).exit.isSuccess)
    request.executable = "no-such-program-anywhere"
    await #expect(throws: ProcessError.self) { try await launcher.run(request) }
  }

  @Test func timeOverKills() async throws {
    let result = try await launcher.run(shell("sleep 60"), timeout: .milliseconds(50))
    #expect(result.exit == ProcessExit(.signal(SIGKILL), overdue: true))
  }

  @Test func aGrandchildHoldingThePipesIsNotWaitedFor() async throws {
    let started = ContinuousClock.now
    let result = try await launcher.run(shell("sleep 300 & echo done"))
    #expect(String(decoding: result.standardOutput, as: UTF8.self) == "done\n")
    #expect(ContinuousClock.now - started < .seconds(150))
  }

  @Test func signalsReachTheChildAndManyMayWait() async throws {
    let process = try await launcher.launch(shell("sleep 60")) { _, _ in }
    process.send(signal: SIGTERM)
    async let first = process.waitForExit()
    async let second = process.waitForExit()
    #expect(await first == ProcessExit(.signal(SIGTERM)))
    #expect(await second == ProcessExit(.signal(SIGTERM)))
    process.send(signal: SIGKILL)
    process.kill(after: .zero)
  }

  @Test(arguments: [
    ("missing", nil as String?, UInt32(0o755), ProcessError.Code.notFound),
    ("plain", "#!/bin/sh\n", 0o644, .notExecutable),
    ("text", "just text", 0o755, .wrongFormat),
    ("interpreter", "#!/no/such/interpreter\n", 0o755, .wrongFormat),
    ("arm", "\u{7f}ELF\u{2}\u{1}\u{1}\0\0\0\0\0\0\0\0\0\u{2}\0\u{28}\0", 0o755, .wrongFormat),
  ])
  func whyAProgramDoesNotStart(name: String, content: String?, mode: UInt32, code: ProcessError.Code) async throws {
    let directory = try ProcessDirectory(in: "/tmp")
    let path = "\(directory.path)/\(name)"
    if let content {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode)
      _ = write(descriptor, content, content.utf8.count)
      close(descriptor)
    }
    let request = ProcessRequest(executable: path, environment: [:])
    let error = await #expect(throws: ProcessError.self) { try await launcher.run(request) }
    #expect(error?.code == code)
    if name == "arm" { #expect(error?.message.contains("built for arm") == true) }
  }

  @Test func aPrivateDirectoryIsPrivateAndGoes() throws {
    let directory = try ProcessDirectory(in: "/tmp")
    var info = stat()
    #expect(stat(directory.path, &info) == 0)
    #expect(info.st_mode & 0o777 == 0o700)
    mkdir("\(directory.path)/inner", 0o755)
    directory.remove()
    #expect(stat(directory.path, &info) != 0)
    #expect(throws: ProcessError.self) { try ProcessDirectory(in: "/no/such/place") }
  }

  @Test func theTwinPlaysItsScript() async throws {
    let twin = ScriptedProcessLauncher(programs: [
      "tool": [.print(.standardOutput, "out"), .print(.standardError, "err"), .exit(2)],
      "server": [.print(.standardOutput, "ready"), .wait],
    ])
    let result = try await twin.run(ProcessRequest(executable: "tool", arguments: ["-x"], environment: [:]))
    #expect(result.exit == ProcessExit(.code(2)))
    #expect(result.standardOutput == Array("out".utf8))
    let server = try await twin.launch(ProcessRequest(executable: "server", environment: [:])) { _, _ in }
    server.kill(after: .seconds(5))
    #expect(await server.waitForExit() == ProcessExit(.signal(9), overdue: true))
    #expect(twin.launches.map(\.executable) == ["tool", "server"])
    await #expect(throws: ProcessError.self) {
      try await twin.run(ProcessRequest(executable: "none", environment: [:]))
    }
  }
}
