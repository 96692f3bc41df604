import ArgumentParser
import Diagnostics
import Host
import Install

struct LoginCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Get a token for a host and keep it.",
    discussion: """
      Gets a token for the host, by a web browser where the host offers that and by asking for it where not, and saves it for later \
      commands: with the credentials helper of the settings, or in ~/.terraform.d/credentials.tfrc.json.
      """)

  static let manual = Manual(
    environment: [.settings],
    examples: [Manual.Example("For a private registry", "plumb login registry.example.org")])

  @Argument(help: "The name of the host, with its port if it is not 443.")
  var host = "app.terraform.io"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withCredentials(world, view, host) { host, access throws(DiagnosticsError) in
      let flow = LoginFlow(
        world: world, style: Report(world, view).style,
        client: LoginClient(transport: CurlTransport(userAgent: "Plumb/\(plumbVersion)")), store: access.store,
        callbacks: LoopbackCallbacks())
      try await flow.run(host, isConfigured: access.isConfigured(host))
    }
  }
}

struct LogoutCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "Forget the token for a host.",
    discussion: """
      Forgets the token that login saved on this machine. The token itself stays valid until it is revoked at the host.
      """)

  static let manual = Manual(
    environment: [.settings],
    examples: [Manual.Example("For a private registry", "plumb logout registry.example.org")])

  @Argument(help: "The name of the host, with its port if it is not 443.")
  var host = "app.terraform.io"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withCredentials(world, view, host) { host, access throws(DiagnosticsError) in
      if access.isConfigured(host) {
        throw DiagnosticsError(
          .error(
            "Credentials for \(host) are manually configured",
            "The token for this host is in a credentials block of your CLI configuration, which \"plumb logout\" does "
              + "not change.\n\nRevoke the token at the host and remove that block."))
      }
      if let helper = access.store.helperName {
        world.output.line("The token for \(host) is removed by the credentials helper\n\"\(helper)\".\n")
      } else if access.store.hasToken(of: host) {
        world.output.line("The token for \(host) is removed from:\n    \(access.store.path)\n")
      } else {
        world.output.line("No credentials for \(host) are stored.\n")
        return
      }
      try await access.store.forget(host)
      world.output.line(
        Report(world, view).style.paint("Success! There is no token for \(host) any more.", .boldGreen) + "\n")
    }
  }
}

/// What a command about tokens works with.
private struct CredentialsAccess {
  var store: CredentialsStore
  /// The tokens in settings files, those of the environment left out.
  var configured: Set<String>

  /// Whether somebody wrote a token of the host into a settings file, where it is not for this program to change.
  func isConfigured(_ host: String) -> Bool { configured.contains(host) && !store.hasToken(of: host) }
}

private func withCredentials(
  _ world: World, _ view: ViewArguments, _ host: String,
  _ body: (String, CredentialsAccess) async throws(DiagnosticsError) -> Void
) async -> Int32 {
  let report = Report(world, view)
  do throws(DiagnosticsError) {
    let name = host.lowercased()
    guard !name.isEmpty, name.utf8.allSatisfy(isHostByte) else {
      throw DiagnosticsError(
        .error(
          "Invalid hostname",
          "\(displayQuoted(host)) is no host name. Write one like app.terraform.io or localhost:8443."))
    }
    guard let home = world.homeDirectory else {
      throw DiagnosticsError(.error("No home directory", "Credentials are kept in the home directory, which HOME must name."))
    }
    var sources = SourceMap()
    let environment = world.environment.filter { !$0.key.hasPrefix("TF_TOKEN_") }
    let (settings, problems) = CLIConfiguration.load(
      environment: environment, homeDirectory: home, files: world.files, sources: &sources)
    report.show(problems, sources)
    if problems.hasErrors { return 1 }
    let store = CredentialsStore(
      homeDirectory: home, files: world.files, launcher: world.launcher, environment: world.environment,
      helper: settings.credentialsHelper)
    try await body(name, CredentialsAccess(store: store, configured: Set(settings.credentials.keys)))
    return 0
  } catch {
    report.show(error.diagnostics, SourceMap())
    return 1
  }
}

private func isHostByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
    UInt8(ascii: ":"):
    return true
  default: return byte >= 0x80
  }
}
