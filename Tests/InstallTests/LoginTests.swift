import Host
import Install
import Testing

/// Tokens from a host that is played, and where they are kept.
@Suite struct LoginTests {
  private static let host = "tokens.example.com"
  private static let offer = """
    {"login.v1": {"client": "cli", "grant_types": ["authz_code", "password"], "authz": "/authorize?x=1", "token": "/token",
                  "ports": [10000, 10010], "scopes": ["a", "b"]}, "tfe.v2": "/api/v2/"}
    """

  private static func answer(_ request: HTTPRequest) -> HTTPResponse? {
    let body = request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
    switch request.url {
    case "https://\(host)/.well-known/terraform.json":
      return HTTPResponse(status: 200, body: Array(offer.utf8))
    case "https://\(host)/token":
      if body.contains("code=good") || body.contains("password=p%26w") {
        return HTTPResponse(status: 200, body: Array("{\"access_token\": \"t0ken\", \"token_type\": \"bearer\"}".utf8))
      }
      return HTTPResponse(status: 400, body: Array("{\"error\": \"invalid_grant\", \"error_description\": \"the code is old\"}".utf8))
    case "https://\(host)/api/v2/account/details":
      guard request.headers.contains(HTTPHeader("Authorization", "Bearer t0ken")) else { return HTTPResponse(status: 401) }
      return HTTPResponse(status: 200, body: Array("{\"data\": {\"attributes\": {\"username\": \"ann\"}}}".utf8))
    case "https://broken.example.com/.well-known/terraform.json":
      return HTTPResponse(status: 200, body: Array("{\"login.v1\": {\"client\": \"c\", \"token\": \"/t\", \"ports\": [1, 2]}}".utf8))
    case "https://plain.example.com/.well-known/terraform.json": return HTTPResponse(status: 404)
    default: return nil
    }
  }

  private let transport = MemoryTransport(LoginTests.answer)

  @Test func hostTellsWhatItOffers() async throws {
    let client = LoginClient(transport: transport)
    let service = try await client.discover(Self.host)
    #expect(service.accountsURL == "https://\(Self.host)/api/v2/")
    #expect(service.client?.authorizationURL == "https://\(Self.host)/authorize?x=1")
    #expect(service.client?.ports == 10_000...10_010)
    #expect(try await client.discover("plain.example.com") == LoginService())
    await #expect(throws: (any Error).self) { try await client.discover("broken.example.com") }
    await #expect(throws: (any Error).self) { try await client.discover("away.example.com") }
  }

  @Test func codeBecomesAToken() async throws {
    let client = LoginClient(transport: transport)
    let oauth = try #require(try await client.discover(Self.host).client)
    let redirect = "http://localhost:10000/login"
    let page = LoginClient.authorizationPage(
      "https://\(Self.host)/authorize?x=1", client: oauth, state: "s", verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      redirect: redirect)
    // The example of RFC 7636, appendix B.
    #expect(page.contains("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"))
    #expect(page.hasPrefix("https://\(Self.host)/authorize?x=1&client_id=cli&"))
    #expect(page.contains("redirect_uri=http%3A%2F%2Flocalhost%3A10000%2Flogin"))
    #expect(page.hasSuffix("&scope=a%20b"))
    let token = try await client.token(forCode: "good", client: oauth, verifier: "v", redirect: redirect)
    #expect(token == "t0ken")
    #expect(try await client.token(forUser: "ann", password: "p&w", client: oauth) == "t0ken")
    #expect(try await client.account(of: token, at: "https://\(Self.host)/api/v2/") == "ann")
    await #expect(throws: (any Error).self) { try await client.account(of: "other", at: "https://\(Self.host)/api/v2/") }
    await #expect(throws: (any Error).self) {
      try await client.token(forCode: "bad", client: oauth, verifier: "v", redirect: redirect)
    }
  }

  @Test func answersOfBrowsersAreRead() {
    #expect(LoginClient.parameters(of: "/login?code=a%2Bb+c&state=x&empty=&flag") == ["code": "a+b c", "state": "x", "empty": "", "flag": ""])
    #expect(LoginClient.parameters(of: "/login") == [:])
  }

  @Test func fileKeepsWhatElseIsInIt() async throws {
    let files = MemoryFileTree()
    let store = CredentialsStore(
      homeDirectory: "/home/ann", files: files, launcher: ScriptedProcessLauncher(programs: [:]), environment: [:], helper: nil)
    #expect(!store.hasToken(of: Self.host))
    try await store.store("one", for: Self.host)
    #expect(store.hasToken(of: Self.host))
    #expect(try files.status(store.path).mode == 0o600)
    try files.write(
      Array("{\"extra\": 1.50, \"credentials\": {\"b.org\": {\"token\": \"x\", \"more\": [1]}}}".utf8), to: store.path, mode: 0o600)
    try await store.store("two", for: "a.org")
    #expect(
      String(decoding: try files.read(store.path), as: UTF8.self) == """
        {
          "credentials": {
            "a.org": {
              "token": "two"
            },
            "b.org": {
              "token": "x",
              "more": [
                1
              ]
            }
          },
          "extra": 1.50
        }

        """)
    try await store.forget("a.org")
    #expect(!store.hasToken(of: "a.org"))
    #expect(store.hasToken(of: "b.org"))
    try files.write(Array("not JSON".utf8), to: store.path)
    await #expect(throws: (any Error).self) { try await store.store("three", for: "c.org") }
    #expect(try files.read(store.path) == Array("not JSON".utf8))
  }

  @Test func helperTakesThePlaceOfTheFile() async throws {
    let files = MemoryFileTree()
    try files.createDirectory("/home/ann/.terraform.d/plugins")
    let program = "/home/ann/.terraform.d/plugins/terraform-credentials-vault"
    try files.write([], to: program, mode: 0o755)
    let launcher = ScriptedProcessLauncher(programs: [program: []])
    let store = CredentialsStore(
      homeDirectory: "/home/ann", files: files, launcher: launcher, environment: [:],
      helper: CLIConfiguration.CredentialsHelper(name: "vault", arguments: ["-x"]))
    try await store.store("t", for: "a.org")
    try await store.forget("a.org")
    #expect(launcher.launches.map(\.arguments) == [["-x", "store", "a.org"], ["-x", "forget", "a.org"]])
    #expect(launcher.launches.first?.input == .bytes(Array("{\"token\":\"t\"}".utf8)))
    #expect(!files.exists(store.path))
  }
}
