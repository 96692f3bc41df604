import Diagnostics
import Engine
import Foundation
import Host
import Provisioners
import Synchronization
import Testing
import Values

/// Provisioners against a real OpenSSH server.
@Suite(.enabled(if: SSHServer.isInstalled, "no OpenSSH server is installed: apt-get install openssh-server"), .serialized)
struct SSHTests {
  private static func provisioners(_ environment: [String: String] = [:]) -> SystemProvisioners {
    let start = ContinuousClock.now
    return SystemProvisioners(
      files: LocalFileTree(), launcher: SystemProcessLauncher(), connector: SSHConnector(), environment: environment,
      uptimeMilliseconds: { (ContinuousClock.now - start).components.seconds * 1000 },
      randomNumber: { UInt32.random(in: 0...UInt32.max) })
  }

  private static func run(
    _ type: String, _ arguments: [String: Value], _ connection: [String: Value], environment: [String: String] = [:]
  ) async -> (problems: [Diagnostic], lines: [String]) {
    let lines = Mutex<[String]>([])
    let problems = await provisioners(environment).run(
      ProvisionerRequest(
        type: type, configuration: object(arguments, ProvisionerSchema.arguments(of: type) ?? BlockSchema()),
        connection: object(connection, ProvisionerSchema.connection), isSecret: false)
    ) { line in lines.withLock { $0.append(line) } }
    return (problems, lines.withLock { $0 })
  }

  private static func object(_ given: [String: Value], _ schema: BlockSchema) -> Value {
    .object(schema.attributes.map { ($0.name, given[$0.name] ?? .null($0.type)) })
  }

  private static func connection(_ server: SSHServer, key: String) throws -> [String: Value] {
    [
      "host": "127.0.0.1", "port": .int(server.port), "user": .text(SSHServer.user), "private_key": .text(try server.text(key)),
      "timeout": "20s",
    ]
  }

  @Test(arguments: ["ed25519", "rsa", "ecdsa"])
  func scriptsRunThere(key: String) async throws {
    try await withServer(accepts: [key]) { server in
      let connection = try Self.connection(server, key: key)
      let (problems, lines) = await Self.run(
        "remote-exec", ["inline": texts("echo \"I am $(id -un)\"", "echo err >&2", "test -t 1 && echo terminal")], connection)
      #expect(problems.isEmpty, "\(problems.map(\.detail))")
      #expect(lines.suffix(4) == ["Connected!", "I am \(SSHServer.user)", "err", "terminal"])
      let (failed, _) = await Self.run("remote-exec", ["inline": texts("exit 7")], connection)
      #expect(failed.first?.detail.hasSuffix("Process exited with status 7") == true)
    }
  }

  @Test func filesArrive() async throws {
    try await withServer { server in
      let connection = try Self.connection(server, key: "ed25519")
      let target = server.directory.appending(path: "target").path
      let source = server.directory.appending(path: "source")
      try FileManager.default.createDirectory(at: source.appending(path: "deep"), withIntermediateDirectories: true)
      let large = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      try large.write(to: source.appending(path: "deep/large"))
      try Data("tool".utf8).write(to: source.appending(path: "tool"))
      try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: source.appending(path: "tool").path)
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      var result = await Self.run("file", ["content": "text\n", "destination": .text("\(target)/content")], connection)
      #expect(result.problems.isEmpty, "\(result.problems.map(\.detail))")
      #expect(try String(contentsOfFile: "\(target)/content", encoding: .utf8) == "text\n")
      result = await Self.run("file", ["source": .text(source.path), "destination": .text(target)], connection)
      #expect(result.problems.isEmpty, "\(result.problems.map(\.detail))")
      #expect(try Data(contentsOf: URL(filePath: "\(target)/source/deep/large")) == large)
      #expect(try FileManager.default.attributesOfItem(atPath: "\(target)/source/tool")[.posixPermissions] as? Int == 0o750)
      result = await Self.run("file", ["source": .text(source.path + "/"), "destination": .text(target)], connection)
      #expect(FileManager.default.fileExists(atPath: "\(target)/deep/large"))
      result = await Self.run("file", ["content": "x", "destination": .text("\(target)/no/such/place")], connection)
      #expect(result.problems.first?.detail.contains("No such file or directory") == true)
    }
  }

  @Test func certificatesAndHostKeys() async throws {
    try await withServer(accepts: []) { server in
      var connection = try Self.connection(server, key: "certified")
      connection["timeout"] = "1s"
      let refused = await Self.run("remote-exec", ["inline": texts("true")], connection)
      #expect(refused.problems.first?.detail.contains("SSH authentication failed") == true)
      connection["timeout"] = "20s"
      connection["certificate"] = .text(try server.text("certified-cert.pub"))
      connection["host_key"] = .text(try server.text("host.pub"))
      let accepted = await Self.run("remote-exec", ["inline": texts("echo in")], connection)
      #expect(accepted.lines.last == "in", "\(accepted.problems.map(\.detail))")
      connection["host_key"] = .text(try server.text("authority.pub"))
      let other = await Self.run("remote-exec", ["inline": texts("true")], connection)
      #expect(other.problems.first?.detail.contains("host key") == true)
      connection["host_key"] = nil
      connection["private_key"] = "no key\nat all"
      let broken = await Self.run("remote-exec", ["inline": texts("true")], connection)
      #expect(broken.problems.first?.detail.contains("private key cannot be read") == true)
    }
  }

  @Test func throughABastion() async throws {
    try await withServer(accepts: ["rsa"]) { bastion in
      try await withServer { inner in
        var connection = try Self.connection(inner, key: "ed25519")
        connection["bastion_host"] = "127.0.0.1"
        connection["bastion_port"] = .int(bastion.port)
        connection["bastion_private_key"] = .text(try bastion.text("rsa"))
        connection["bastion_host_key"] = .text(try bastion.text("host.pub"))
        connection["host_key"] = .text(try inner.text("host.pub"))
        let many = await Self.run("remote-exec", ["inline": texts("seq 1 5000")], connection)
        #expect(many.problems.isEmpty, "\(many.problems.map(\.detail))")
        #expect(many.lines.suffix(5000) == (1...5000).map(String.init))
        connection["port"] = 1
        connection["timeout"] = "1s"
        let unreachable = await Self.run("remote-exec", ["inline": texts("true")], connection)
        #expect(unreachable.problems.first?.detail.contains("the bastion host cannot reach 127.0.0.1:1") == true)
      }
    }
  }

  @Test func agentOffersItsKeys() async throws {
    try await withServer { server in
      let socket = server.directory.appending(path: "agent").path
      let launcher = SystemProcessLauncher()
      let agent = try await launcher.launch(
        ProcessRequest(executable: "/usr/bin/ssh-agent", arguments: ["-D", "-a", socket], environment: [:])
      ) { _, _ in }
      defer { agent.send(signal: SIGTERM) }
      while !FileManager.default.fileExists(atPath: socket) { try await Task.sleep(for: .milliseconds(10)) }
      let added = try await launcher.run(
        ProcessRequest(
          executable: "/usr/bin/ssh-add", arguments: ["-q", server.directory.appending(path: "ed25519").path],
          environment: ["SSH_AUTH_SOCK": socket]))
      #expect(added.exit.isSuccess)
      var connection = try Self.connection(server, key: "ed25519")
      connection["private_key"] = nil
      let environment = ["SSH_AUTH_SOCK": socket]
      let accepted = await Self.run("remote-exec", ["inline": texts("echo in")], connection, environment: environment)
      #expect(accepted.lines.last == "in", "\(accepted.problems.map(\.detail))")
      connection["agent"] = false
      connection["timeout"] = "1s"
      let refused = await Self.run("remote-exec", ["inline": texts("true")], connection, environment: environment)
      #expect(refused.problems.first?.detail.contains("SSH authentication failed") == true)
    }
  }

  @Test(.timeLimit(.minutes(1))) func interruptEndsARemoteCommand() async throws {
    try await withServer { server in
      let provisioners = Self.provisioners()
      let connection = try Self.connection(server, key: "ed25519")
      let (lines, began) = AsyncStream.makeStream(of: String.self)
      async let problems = provisioners.run(
        ProvisionerRequest(
          type: "remote-exec",
          configuration: Self.object(["inline": texts("echo begun", "sleep 300")], ProvisionerSchema.arguments(of: "remote-exec") ?? BlockSchema()),
          connection: Self.object(connection, ProvisionerSchema.connection), isSecret: false)
      ) { began.yield($0) }
      for await line in lines where line == "begun" { break }
      await provisioners.stop()
      #expect(await problems.map(\.detail) == ["The run was interrupted."])
    }
  }
}
