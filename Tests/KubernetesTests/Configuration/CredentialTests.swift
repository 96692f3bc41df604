import Kubernetes
import LabSupport
import ProviderKit
import Synchronization
import Testing
import YAML

@testable import Kubernetes

/// What a client shows to be let in, and when it gets it anew.
@Suite struct CredentialTests {
  private static let plugin = """
    current-context: lab
    clusters: [{name: lab, cluster: {server: "\(LabWorld.server)", certificate-authority-data: Q0E=, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]}}]
    contexts: [{name: lab, context: {cluster: lab, user: lab}}]
    users:
    - name: lab
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          command: ./login
          args: [get-token, --cluster, lab]
          env: [{name: PROFILE, value: dev}]
          interactiveMode: IfAvailable
          provideClusterInfo: true
          installHint: Install it from example.com.
    """

  private static func credential(_ status: String, version: String = "client.authentication.k8s.io/v1") -> ProgramResult {
    ProgramResult(text: #"{"apiVersion": "\#(version)", "kind": "ExecCredential", "status": {\#(status)}}"#)
  }

  /// A client that logs in by a plugin, and the world that lets in only some tokens.
  private func client(
    _ world: LabWorld, kubeconfig: String = plugin, _ play: @escaping @Sendable (Program) -> ProgramResult?
  ) throws -> ClusterClient {
    let files = Files.inMemory()
    try files.write(Array(kubeconfig.utf8), to: "/k/config")
    let surroundings = world.surroundings(
      environment: ["KUBE_CONFIG_PATH": "/k/config", "PATH": "/bin"], files: files, programs: .scripted(play))
    return try ClusterClient(ClusterSettings(), surroundings)
  }

  private func tokens(_ world: LabWorld) -> [String] { world.log.map { $0.headers["authorization"] ?? "" } }

  @Test func pluginsAreToldWhoAsksAndForWhat() async throws {
    let world = try LabWorld()
    let programs = Mutex<[Program]>([])
    let client = try client(world) { program in
      programs.withLock { $0.append(program) }
      return Self.credential(#""token": "t1""#)
    }
    _ = try await client.version()
    _ = try await client.version()
    let runs = programs.withLock { $0 }
    #expect(runs.count == 1, "what does not expire is kept")
    let program = try #require(runs.first)
    #expect(program.executable == "/k/login" && program.arguments == ["get-token", "--cluster", "lab"])
    #expect(program.environment["PROFILE"] == "dev" && program.environment["PATH"] == "/bin")
    let information = try JSONValue(json: try #require(program.environment["KUBERNETES_EXEC_INFO"]))
    #expect(
      information == [
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "spec": [
          "interactive": false,
          "cluster": ["server": .string(LabWorld.server), "certificate-authority-data": "Q0E=", "config": ["audience": "a"]],
        ],
      ])
    #expect(tokens(world) == ["Bearer t1", "Bearer t1"])
  }

  @Test func pluginsAreRunAgainWhenWhatTheyPrintedExpires() async throws {
    let world = try LabWorld()
    let count = Mutex(0)
    let client = try client(world) { _ in
      let run = count.withLock { $0 += 1; return $0 }
      // The lab's clock starts at 2026-09-21T14:13:20Z.
      return Self.credential(#""token": "t\#(run)", "expirationTimestamp": "2026-09-21T14:\#(13 + 2 * run):20Z""#)
    }
    for minutes in [0, 1, 2, 2] {
      world.pass(.seconds(60 * minutes))
      _ = try await client.version()
    }
    #expect(tokens(world) == ["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t3"])
    #expect(count.withLock { $0 } == 3)
  }

  @Test func pluginsAreRunAgainWhenWhatTheyPrintedIsRefused() async throws {
    let world = try LabWorld()
    world.script { request, _ in
      request.headers["authorization"] == "Bearer t1" ? .answer(WebResponse(status: 401, text: "Unauthorized")) : nil
    }
    let count = Mutex(0)
    let client = try client(world) { _ in Self.credential(#""token": "t\#(count.withLock { $0 += 1; return $0 })""#) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = try await client.version() } }
      try await group.waitForAll()
    }
    #expect(count.withLock { $0 } == 2, "all that were refused share one run")
    world.script { _, _ in .answer(WebResponse(status: 401, text: "Unauthorized")) }
    let failure = await #expect(throws: ClusterFailure.self) { _ = try await client.version() }
    #expect(failure?.kind == .unauthorized)
    #expect(count.withLock { $0 } == 3, "once more, and not for ever")
  }

  @Test func certificatesOfPluginsAreUsed() async throws {
    let world = try LabWorld()
    let client = try client(world) { _ in Self.credential(#""clientCertificateData": "CERT", "clientKeyData": "KEY""#) }
    let credentials = try await client.credentials.current()
    let tls = client.access.tls(credentials)
    #expect(tls.clientCertificate == Array("CERT".utf8) && tls.clientKey == Array("KEY".utf8) && tls.authorities == Array("CA".utf8))
    #expect(credentials.headers.isEmpty)
  }

  @Test(arguments: [
    (nil, "could not be started"), (nil, "Install it from example.com."),
    (ProgramResult(exitCode: 3, standardError: Array("log in first".utf8)), "exit code 3"),
    (ProgramResult(exitCode: 3, standardError: Array("log in first".utf8)), "log in first"), (ProgramResult(text: "token"), "no ExecCredential"),
    (credential(#""token": "t""#, version: "client.authentication.k8s.io/v1beta1"), "v1beta1"), (credential(""), "neither"),
    (credential(#""clientKeyData": "K""#), "without"), (credential(#""token": "t", "expirationTimestamp": "soon""#), "soon"),
  ] as [(ProgramResult?, String)])
  func pluginsThatFail(_ result: ProgramResult?, _ part: String) async throws {
    let client = try client(try LabWorld()) { _ in result }
    let error = await #expect(throws: AttributeError.self) { _ = try await client.version() }
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("/k/login") == true)
    #expect(error?.path == .root, "whoever asks for an object has none of the provider's arguments")
  }

  @Test(arguments: [
    ("apiVersion: client.authentication.k8s.io/v1alpha1", "v1alpha1"),
    ("{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}", "terminal"),
  ])
  func pluginsThatCannotBeRun(_ text: String, _ part: String) async throws {
    var exec = try YAML.value(text)
    exec["command"] = "login"
    var config = try YAML.value(Self.plugin)
    config["users"] = [["name": "lab", "user": ["exec": exec]]]
    let client = try client(try LabWorld(), kubeconfig: config.jsonText()) { _ in Self.credential(#""token": "t""#) }
    let error = await #expect(throws: AttributeError.self) { _ = try await client.version() }
    #expect(error?.message.contains(part) == true)
  }

  @Test func tokensInFilesAreReadAgain() async throws {
    let world = try LabWorld()
    let files = Files.inMemory()
    var config = try YAML.value(Self.plugin)
    config["users"] = [["name": "lab", "user": ["token": "old", "tokenFile": "token"]]]
    try files.write(config.json(), to: "/k/config")
    let client = try ClusterClient(ClusterSettings(), world.surroundings(environment: ["KUBE_CONFIG_PATH": "/k/config"], files: files))
    _ = try await client.version()
    for (seconds, token) in [(0, "a\n"), (30, "b"), (31, "b")] {
      try files.write(Array(token.utf8), to: "/k/token")
      world.pass(.seconds(seconds))
      _ = try await client.version()
    }
    #expect(tokens(world) == ["Bearer old", "Bearer a", "Bearer a", "Bearer b"])
    try files.write(Array("c".utf8), to: "/k/token")
    world.script { request, _ in request.headers["authorization"] == "Bearer c" ? nil : .answer(WebResponse(status: 401)) }
    _ = try await client.version()
    #expect(tokens(world).suffix(2) == ["Bearer b", "Bearer c"], "a refused token is looked for at once")
  }

  @Test func namesAndPasswordsAreSent() async throws {
    let world = try LabWorld()
    var settings = ClusterSettings()
    settings.host = LabWorld.server
    settings.username = "me"
    settings.password = "secret"
    settings.impersonation = Impersonation(user: "boss", groups: ["g"])
    let client = try ClusterClient(settings, world.surroundings(environment: [:]))
    _ = try await client.version()
    let request = try #require(world.log.first)
    #expect(request.headers["authorization"] == "Basic bWU6c2VjcmV0")
    #expect(request.headers["impersonate-user"] == "boss" && request.headers["impersonate-group"] == "g")
    #expect(request.headers["user-agent"]?.hasPrefix("plumb") == true)
  }
}
