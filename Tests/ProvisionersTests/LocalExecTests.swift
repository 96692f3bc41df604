import Diagnostics
import Host
import Provisioners
import Synchronization
import Testing
import Values

@Suite struct LocalExecTests {
  @Test func commandGetsEnvironmentAndDirectory() async throws {
    let launcher = ScriptedProcessLauncher(programs: ["/bin/sh": [.print(.standardOutput, "one\ntw"), .print(.standardOutput, "o\r\nrest")]])
    let bench = Bench(launcher: launcher, environment: ["HOME": "/root", "A": "old"])
    let problems = await bench.run(
      "local-exec",
      ["command": "echo \"hi\"", "working_dir": "/tmp", "environment": .map(["A": "new", "B": .null(.string)], of: .string)])
    #expect(problems.isEmpty)
    #expect(bench.lines == ["Executing: [\"/bin/sh\" \"-c\" \"echo \\\"hi\\\"\"]", "one", "two", "rest"])
    let request = try #require(launcher.launches.first)
    #expect(request.arguments == ["-c", "echo \"hi\""])
    #expect(request.environment == ["HOME": "/root", "A": "new", "B": ""])
    #expect(request.workingDirectory == "/tmp")
    #expect(request.mergesOutputs)
  }

  @Test func interpreterTakesThePlaceOfTheShell() async {
    let launcher = ScriptedProcessLauncher(programs: ["python3": []])
    let bench = Bench(launcher: launcher)
    #expect(await bench.run("local-exec", ["command": "1", "interpreter": texts("python3", "-c")]).isEmpty)
    #expect(launcher.launches.first?.arguments == ["-c", "1"])
    #expect(await bench.run("local-exec", ["command": "1", "interpreter": texts("perl")]).map(\.detail) == [
      "'1' failed: there is no such file. Output: "
    ])
  }

  @Test func failureTellsStatusAndOutput() async {
    let bench = Bench(launcher: ScriptedProcessLauncher(programs: ["/bin/sh": [.print(.standardError, "no\n"), .exit(3)]]))
    let problems = await bench.run("local-exec", ["command": "x", "quiet": true])
    #expect(bench.lines == ["local-exec: Executing: Suppressed by quiet=true", "no"])
    #expect(problems.map(\.summary) == ["local-exec provisioner error"])
    #expect(problems.map(\.detail) == ["'x' failed: exit status 3. Output: no\n"])
  }

  @Test func secretsStayOutOfMessages() async {
    let bench = Bench(launcher: ScriptedProcessLauncher(programs: ["/bin/sh": [.print(.standardError, "hunter2\n"), .exit(3)]]))
    let problems = await bench.run("local-exec", ["command": "echo hunter2"], isSecret: true)
    #expect(problems.count == 1)
    #expect(problems.allSatisfy { !$0.detail.contains("hunter2") })
  }

  @Test func emptyCommandIsRefused() async {
    #expect(await Bench().run("local-exec", ["command": ""]).map(\.summary) == ["Invalid local-exec provisioner command"])
  }

  @Test(.timeLimit(.minutes(1))) func stopEndsWhatRunsAndWhatFollows() async {
    let bench = Bench(launcher: SystemProcessLauncher(), environment: ["PATH": "/usr/bin:/bin"])
    async let running = bench.run("local-exec", ["command": "echo begun; exec sleep 60"])
    while !bench.lines.contains("begun") { await Task.yield() }
    await bench.provisioners.stop()
    #expect(await running.map(\.summary) == ["local-exec provisioner error"])
    #expect(await bench.run("local-exec", ["command": "true"]).map(\.detail) == ["The run was interrupted."])
  }

  @Test(.timeLimit(.minutes(1))) func stopWhileSomethingBeginsEndsItToo() async {
    let provisioners = Mutex<SystemProvisioners?>(nil)
    let bench = Bench(
      launcher: HookedLauncher { await provisioners.withLock { $0 }?.stop() }, environment: ["PATH": "/usr/bin:/bin"])
    provisioners.withLock { $0 = bench.provisioners }
    let problems = await bench.run("local-exec", ["command": "exec sleep 60"])
    #expect(problems.map(\.detail) == ["'exec sleep 60' failed: interrupted (ended by signal 15). Output: "])
  }

  @Test func outputsKeepTheirOrder() async {
    let bench = Bench(launcher: SystemProcessLauncher(), environment: ["PATH": "/usr/bin:/bin"])
    #expect(await bench.run("local-exec", ["command": "echo a; echo b >&2; echo c; echo d >&2; printf e", "quiet": true]).isEmpty)
    #expect(Array(bench.lines.dropFirst()) == ["a", "b", "c", "d", "e"])
  }
}

/// Starts real processes, and does something each time before it says so.
private struct HookedLauncher: ProcessLauncher {
  let afterStart: @Sendable () async -> Void

  func launch(
    _ request: ProcessRequest, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void,
    onExit: @escaping @Sendable (ProcessExit) -> Void
  ) async throws(ProcessError) -> any RunningProcess {
    let process = try await SystemProcessLauncher().launch(request, onOutput: onOutput, onExit: onExit)
    await afterStart()
    return process
  }
}
