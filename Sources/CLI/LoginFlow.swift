import Diagnostics
import Host
import Install

/// The dialogue of `login`: what the host offers decides whether a browser, a password or a token is asked for.
struct LoginFlow {
  var world: World
  var style: TextStyle
  var client: LoginClient
  var store: CredentialsStore
  var callbacks: any CallbackServer

  /// - Parameter isConfigured: whether a settings file of the user has a token of the host already.
  func run(_ host: String, isConfigured: Bool) async throws(DiagnosticsError) {
    let service = try await client.discover(host)
    if isConfigured {
      throw DiagnosticsError(
        .error(
          "Credentials for \(host) are manually configured",
          "The token for this host is in a credentials block of your CLI configuration, which \"plumb login\" does "
            + "not change.\n\nRemove that block to log in anew."))
    }
    guard service.client != nil || service.accountsURL != nil else {
      throw DiagnosticsError(
        .error(
          "Host does not support Terraform tokens API",
          "\(host) gives no tokens to programs like this. Get one in another way and set it as TF_TOKEN_… or in a "
            + "credentials block of the CLI configuration."))
    }
    try confirm(host, service)
    let token = try await token(host, service)
    var account: String?
    if let url = service.accountsURL { account = try await client.account(of: token, at: url) }
    try await store.store(token, for: host)
    if let account { world.output.line("\nRetrieved token for user \(style.paint(account, .bold))\n") }
    world.output.line("\n" + style.paint("Success! The token is saved.", .boldGreen))
    world.output.line("\nIt is used from now on for what is asked of \(host).\n")
  }

  private func confirm(_ host: String, _ service: LoginService) throws(DiagnosticsError) {
    let how = service.client == nil ? "." : " using OAuth."
    world.output.line("Plumb asks \(host) for a token\(how)\n")
    if service.client?.grantTypes.contains("authz_code") == true {
      world.output.line(
        "You need a web browser on this computer. Without one, get a token in another way\nand write it into the CLI "
          + "configuration.\n")
    }
    if let helper = store.helperName {
      world.output.line("The token will be kept by the credentials helper\n\"\(helper)\".\n")
    } else {
      world.output.line(
        "The token will be kept as plain text in:\n    \(store.path)\n")
    }
    if !world.confirm("Do you want to proceed?", confirmationHint, style: style) {
      throw DiagnosticsError(.error("Login cancelled", "Nothing was stored."))
    }
  }

  private func token(_ host: String, _ service: LoginService) async throws(DiagnosticsError) -> String {
    guard let oauth = service.client else { return try typedToken(host) }
    if oauth.grantTypes.contains("authz_code"), let page = oauth.authorizationURL {
      return try await browserToken(host, oauth, page: page)
    }
    if oauth.grantTypes.contains("password") { return try await passwordToken(host, oauth) }
    throw DiagnosticsError(
      .error(
        "Host does not support Terraform login",
        "\(host) gives tokens by another way of logging in than this program knows: it offers "
          + "\(oauth.grantTypes.sorted().joined(separator: ", "))."))
  }

  // MARK: Browser

  private func browserToken(_ host: String, _ oauth: LoginService.Client, page: String) async throws(DiagnosticsError) -> String {
    guard let listener = callbacks.open(oauth.ports) else {
      throw DiagnosticsError(
        .error(
          "Can't start temporary login server",
          "To receive the answer, a port of this computer is needed, and none of \(oauth.ports.lowerBound) to "
            + "\(oauth.ports.upperBound) is free."))
    }
    defer { listener.close() }
    let redirect = "http://localhost:\(listener.port)/login"
    let verifier = LoginClient.base64URL(world.randomBytes(48))
    let state = world.newUUID()
    let address = LoginClient.authorizationPage(page, client: oauth, state: state, verifier: verifier, redirect: redirect)
    await openBrowser(address)
    world.output.line(
      "The login page of \(host) is opened in a web browser.\n\nIf nothing happens, open it yourself:\n    "
        + "\(address)\n\nWaiting for you to log in there.\n")
    guard let target = await listener.wait(forPath: "/login", page: Self.page) else {
      throw DiagnosticsError(.error("Login cancelled", "The browser did not come back."))
    }
    let answer = LoginClient.parameters(of: target)
    if let problem = answer["error"] {
      throw DiagnosticsError(.error("Failed to obtain auth token", "The host refused: \(answer["error_description"] ?? problem)."))
    }
    guard answer["state"] == state, let code = answer["code"], !code.isEmpty else {
      throw DiagnosticsError(
        .error("Failed to obtain auth token", "The answer that came by the browser does not belong to this login."))
    }
    return try await client.token(forCode: code, client: oauth, verifier: verifier, redirect: redirect)
  }

  /// Where there is no browser, people open the page themselves.
  private func openBrowser(_ address: String) async {
    _ = try? await world.launcher.run(
      ProcessRequest(executable: "xdg-open", arguments: [address], environment: world.environment), timeout: .seconds(5))
  }

  private static let page =
    "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Plumb Login</title></head><body><p>The host has "
      + "answered. You can close this page; <tt>plumb login</tt> says in the terminal what came of "
      + "it.</p></body></html>"

  // MARK: Typed

  private func passwordToken(_ host: String, _ oauth: LoginService.Client) async throws(DiagnosticsError) -> String {
    world.output.line()
    let user = world.ask("Username for \(host):", style: style)?.trimmedSpaces ?? ""
    let password = world.ask("Password for \(host):", style: style, secretly: true) ?? ""
    if user.isEmpty || password.isEmpty {
      throw DiagnosticsError(.error("Failed to request username and password", "Both must be given."))
    }
    return try await client.token(forUser: user, password: password, client: oauth)
  }

  private func typedToken(_ host: String) throws(DiagnosticsError) -> String {
    world.output.line(
      "\nOpen the following URL to create an API token, and give it here:\n    https://\(host)/app/settings/tokens?source=terraform-login\n")
    let token = world.ask("Token for \(host):", style: style, secretly: true)?.trimmedSpaces ?? ""
    if token.isEmpty { throw DiagnosticsError(.error("Failed to retrieve token", "No token was given.")) }
    return token
  }
}
