import Diagnostics
import Host
import Provisioners
import Testing
import Values

@Suite struct RemoteTests {
  private static let connection: [String: Value] = ["host": "box"]

  @Test func inlineBecomesAScript() async {
    let machine = ScriptedConnector { _ in ("hello\r\nbye\r\n", 0) }
    let bench = Bench(connector: machine)
    #expect(await bench.run("remote-exec", ["inline": texts("echo hello", "echo bye")], connection: Self.connection).isEmpty)
    #expect(machine.commands == ["/tmp/terraform_42.sh"])
    #expect(machine.modes == ["/tmp/terraform_42.sh": 0o777])
    // The script is taken away again.
    #expect(machine.files.isEmpty)
    #expect(bench.lines.suffix(3) == ["Connected!", "hello", "bye"])
    #expect(bench.lines.first == "Connecting to remote host via SSH...")
    #expect(machine.attempts.first?.endpoint == RemoteEndpoint(host: "box", user: "root"))
  }

  @Test func scriptsStopAtTheFirstThatFails() async throws {
    let machine = ScriptedConnector { _ in ("", 2) }
    let bench = Bench(connector: machine)
    try bench.files.write(Array("#!/bin/bash\na\n".utf8), to: "a.sh")
    try bench.files.write(Array("b\n".utf8), to: "b.sh")
    let arguments: [String: Value] = ["scripts": texts("a.sh", "b.sh")]
    let problems = await bench.run(
      "remote-exec", arguments, connection: ["host": "box", "script_path": "/tmp/mine-%RAND%"])
    #expect(machine.commands == ["/tmp/mine-42"])
    #expect(problems.map(\.detail) == ["error executing \"/tmp/mine-42\": Process exited with status 2"])
    let missing = await bench.run("remote-exec", ["script": "c.sh"], connection: Self.connection)
    #expect(missing.first?.detail.contains("c.sh") == true)
  }

  @Test func connectsAgainUntilTheTimeIsOver() async {
    let refusal = RemoteError(.unreachable, "Connection refused")
    let patient = ScriptedConnector(refusals: [refusal, RemoteError(.refused, "no such user"), refusal])
    #expect(await Bench(connector: patient).run("remote-exec", ["inline": texts("x")], connection: Self.connection).isEmpty)
    #expect(patient.attempts.count == 4)
    let never = ScriptedConnector(refusals: Array(repeating: refusal, count: 100))
    let problems = await Bench(connector: never).run(
      "remote-exec", ["inline": texts("x")], connection: ["host": "box", "timeout": "10s"])
    #expect(problems.map(\.detail) == ["timeout - last error: Connection refused"])
    // At 0, 1, 3, 7 and 10 seconds.
    #expect(never.attempts.count == 5)
    let wrong = ScriptedConnector(refusals: [RemoteError(.invalid, "another host key")])
    #expect(
      await Bench(connector: wrong).run("remote-exec", ["inline": texts("x")], connection: Self.connection).map(\.detail)
        == ["another host key"])
    #expect(wrong.attempts.count == 1)
  }

  @Test(arguments: [
    (["type": "winrm"], "winrm"), (["type": "telnet"], "connection type 'telnet' not supported"), (["host": ""], "host for provisioner cannot be empty"),
    (["timeout": "soon"], "timeout \"soon\""), (["target_platform": "beos"], "target_platform"), (["proxy_host": "p"], "proxy_host"),
    (["port": .int(70_000)], "port must be"),
  ] as [([String: Value], String)])
  func connectionsThatCannotBe(arguments: [String: Value], message: String) async {
    let machine = ScriptedConnector()
    let problems = await Bench(connector: machine).run(
      "remote-exec", ["inline": texts("x")], connection: Self.connection.merging(arguments) { $1 })
    #expect(problems.first?.detail.contains(message) == true, "\(problems.map(\.detail))")
    #expect(machine.attempts.isEmpty)
  }

  @Test func missingConnectionIsTold() async {
    #expect(
      await Bench().run("file", ["content": "x", "destination": "/tmp/x"]).map(\.detail)
        == ["Missing connection configuration for provisioner."])
  }

  @Test func bastionTakesWhatIsNotSaid() async {
    let machine = ScriptedConnector()
    let bench = Bench(connector: machine, environment: ["SSH_AUTH_SOCK": "/run/agent"])
    let connection: [String: Value] = [
      "host": "box", "user": "ann", "password": "p", "port": .int(2222), "private_key": "line\nline", "bastion_host": "gate",
      "bastion_user": "bob", "bastion_host_key": "ssh-ed25519 AAAA",
    ]
    #expect(await bench.run("remote-exec", ["inline": texts("x")], connection: connection).isEmpty)
    let attempt = machine.attempts.first
    #expect(
      attempt?.endpoint
        == RemoteEndpoint(
          host: "box", port: 2222, user: "ann", password: "p", privateKey: "line\nline", agentSocket: "/run/agent"))
    #expect(
      attempt?.bastion
        == RemoteEndpoint(
          host: "gate", port: 2222, user: "bob", password: "p", privateKey: "line\nline", hostKey: "ssh-ed25519 AAAA",
          agentSocket: "/run/agent"))
    #expect(bench.lines.contains("Using configured bastion host..."))
    #expect(!bench.lines.contains { $0.contains("line") })
  }

  @Test func directoriesAreCopiedWithWhatIsInThem() async throws {
    let machine = ScriptedConnector(directories: ["/srv"])
    let bench = Bench(connector: machine)
    try bench.files.createDirectory("site/deep")
    try bench.files.write(Array("1".utf8), to: "site/index", mode: 0o600)
    try bench.files.write(Array("2".utf8), to: "site/deep/tool", mode: 0o755)
    #expect(await bench.run("file", ["source": "site", "destination": "/srv"], connection: Self.connection).isEmpty)
    #expect(machine.files.keys.sorted() == ["/srv/site/deep/tool", "/srv/site/index"])
    #expect(machine.modes["/srv/site/deep/tool"] == 0o755)
    #expect(await bench.run("file", ["source": "site/", "destination": "/srv"], connection: Self.connection).isEmpty)
    #expect(machine.files["/srv/index"] == Array("1".utf8))
    #expect(await bench.run("file", ["source": "nowhere", "destination": "/srv"], connection: Self.connection).count == 1)
  }

  @Test func keysMayBePathsOfFiles() async throws {
    let machine = ScriptedConnector()
    let bench = Bench(connector: machine, environment: ["HOME": "/home/ann"])
    try bench.files.createDirectory("/home/ann/.ssh")
    try bench.files.write(Array("KEY\n".utf8), to: "/home/ann/.ssh/id")
    let connection: [String: Value] = ["host": "box", "private_key": "~/.ssh/id", "agent": false]
    #expect(await bench.run("file", ["content": "x", "destination": "/tmp/x"], connection: connection).isEmpty)
    #expect(machine.attempts.first?.endpoint.privateKey == "KEY\n")
    #expect(machine.files["/tmp/x"] == Array("x".utf8))
  }
}
