import Diagnostics
import Host
import Install
import Synchronization
import Testing

@testable import CLI

/// The dialogue of `login`, with a host, a browser and a person that are played.
@Suite struct LoginFlowTests {
  /// A browser that comes back at once with what it is told, and the state that it was sent with.
  private final class Browser: CallbackServer, CallbackListener {
    let port = 10_007
    private let answer: @Sendable (_ state: String) -> String?
    private let said: @Sendable () -> String

    init(said: @escaping @Sendable () -> String, answer: @escaping @Sendable (String) -> String?) {
      self.said = said
      self.answer = answer
    }

    func open(_ ports: ClosedRange<Int>) -> (any CallbackListener)? { ports.contains(port) ? self : nil }
    func close() {}

    func wait(forPath path: String, page: String) async -> String? {
      let address = said().split(separator: "\n").first { $0.contains("code_challenge=") } ?? ""
      return answer(LoginClient.parameters(of: String(address))["state"] ?? "")
    }
  }

  private final class Stage: Sendable {
    let files = MemoryFileTree()
    let transport: MemoryTransport
    private let text = Mutex("")
    private let input: Mutex<[String]>

    init(offer: String, input: [String]) {
      self.input = Mutex(input)
      transport = MemoryTransport { request in
        switch request.url {
        case "https://host.example/.well-known/terraform.json": return HTTPResponse(status: 200, body: Array(offer.utf8))
        case "https://host.example/token": return HTTPResponse(status: 200, body: Array("{\"access_token\": \"secret\"}".utf8))
        case "https://host.example/api/account/details":
          let isKnown = request.headers.contains(HTTPHeader("Authorization", "Bearer secret"))
          return HTTPResponse(status: isKnown ? 200 : 401, body: Array("{\"data\":{\"attributes\":{\"username\":\"ann\"}}}".utf8))
        default: return HTTPResponse(status: 404)
        }
      }
    }

    var shown: String { text.withLock { $0 } }

    func run(isConfigured: Bool = false, answer: @escaping @Sendable (String) -> String? = { _ in nil }) async -> [String] {
      let next: @Sendable () -> String? = { self.input.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
      let output = OutputStream(isTerminal: false, width: nil) { bytes in
        self.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
      }
      let world = World(
        environment: ["HOME": "/home/ann"], workingDirectory: "/", files: files, launcher: ScriptedProcessLauncher(programs: [:]),
        output: output, errors: output, readLine: next, readSecretLine: { output($0); return next() }, readInput: { [] }, isInputTerminal: true, now: { 0 },
        uptimeMilliseconds: { 0 }, randomBytes: { [UInt8](repeating: 5, count: $0) })
      let store = CredentialsStore(
        homeDirectory: "/home/ann", files: files, launcher: world.launcher, environment: [:], helper: nil)
      do throws(DiagnosticsError) {
        try await LoginFlow(
          world: world, style: TextStyle(), client: LoginClient(transport: transport), store: store,
          callbacks: Browser(said: { self.shown }, answer: answer)
        ).run("host.example", isConfigured: isConfigured)
        return []
      } catch {
        return error.diagnostics.map(\.summary)
      }
    }

    var stored: String { (try? files.read("/home/ann/.terraform.d/credentials.tfrc.json")).map { String(decoding: $0, as: UTF8.self) } ?? "" }
  }

  private static let browser = """
    {"login.v1": {"client": "cli", "grant_types": ["authz_code"], "authz": "/authorize", "token": "/token", "ports": [10000, 10010]},
     "tfe.v2": "/api/"}
    """

  @Test func browserBringsTheCode() async {
    let stage = Stage(offer: Self.browser, input: ["yes"])
    #expect(await stage.run { "/login?code=good&state=\($0)" } == [])
    #expect(stage.stored.contains("\"token\": \"secret\""))
    #expect(stage.shown.contains("Retrieved token for user ann"))
    #expect(!stage.shown.contains("secret"))
    let body = stage.transport.requests.last { $0.method == "POST" }?.body ?? []
    #expect(String(decoding: body, as: UTF8.self).contains("redirect_uri=http%3A%2F%2Flocalhost%3A10007%2Flogin"))
  }

  @Test func answersOfOthersAreRefused() async {
    let forged = Stage(offer: Self.browser, input: ["yes"])
    #expect(await forged.run { _ in "/login?code=good&state=other" } == ["Failed to obtain auth token"])
    #expect(forged.stored.isEmpty)
    let denied = Stage(offer: Self.browser, input: ["yes"])
    #expect(await denied.run { "/login?error=access_denied&state=\($0)" } == ["Failed to obtain auth token"])
    #expect(!denied.transport.requests.contains { $0.method == "POST" })
  }

  @Test func nothingHappensWithoutConsent() async {
    let stage = Stage(offer: Self.browser, input: ["no"])
    #expect(await stage.run() == ["Login cancelled"])
    #expect(stage.stored.isEmpty)
    #expect(await Stage(offer: Self.browser, input: []).run() == ["Login cancelled"])
    #expect(
      await Stage(offer: Self.browser, input: ["yes"]).run(isConfigured: true)
        == ["Credentials for host.example are manually configured"])
  }

  @Test func tokensAreTypedWhereTheHostHasOnlyAPage() async {
    let stage = Stage(offer: "{\"tfe.v2\": \"/api/\"}", input: ["yes", " secret "])
    #expect(await stage.run() == [])
    #expect(stage.stored.contains("\"token\": \"secret\""))
    let wrong = Stage(offer: "{\"tfe.v2\": \"/api/\"}", input: ["yes", "wrong"])
    #expect(await wrong.run() == ["Token is invalid"])
    #expect(wrong.stored.isEmpty)
    #expect(await Stage(offer: "{}", input: ["yes"]).run() == ["Host does not support Terraform tokens API"])
  }

  @Test func passwordsAreExchanged() async {
    let offer = "{\"login.v1\": {\"client\": \"cli\", \"grant_types\": [\"password\"], \"token\": \"/token\"}}"
    let stage = Stage(offer: offer, input: ["yes", "ann", "hunter2"])
    #expect(await stage.run() == [])
    #expect(stage.stored.contains("secret"))
    #expect(!stage.shown.contains("hunter2"))
  }
}
