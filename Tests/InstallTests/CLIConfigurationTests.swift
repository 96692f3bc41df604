import Addresses
import Diagnostics
import Host
import Install
import Testing

@Suite struct CLIConfigurationTests {
  private func load(
    _ files: [String: String], environment: [String: String] = [:]
  ) -> (CLIConfiguration, [String]) {
    var sources = SourceMap()
    let tree = MemoryFileTree(files, workingDirectory: "/project")
    let (configuration, diagnostics) = CLIConfiguration.load(
      environment: environment, homeDirectory: "/home/ada", files: tree, sources: &sources)
    return (
      configuration, diagnostics.map { "\($0.severity): \($0.summary)" + ($0.detail.isEmpty ? "" : " | \($0.detail)") }
    )
  }

  @Test func readsEverything() throws {
    let (configuration, messages) = load(
      [
        "/cache/x": "",
        "/home/ada/.terraformrc": """
        # The old syntax allows much.
        plugin_cache_dir   = "$ROOT/cache" // expanded
        plugin_cache_may_break_dependency_lock_file = true
        disable_checkpoint = true
        credentials "App.Terraform.io" { token = "t1" }
        credentials_helper "vault" { args = ["--x", "1"] }
        host "example.com" {
          services = { "providers.v1" = "https://example.com/p/", "modules.v1" = "/m" }
        }
        provider_installation {
          dev_overrides { "acme/thing" = "/dev/thing", "example.com/a/b" = "/dev/b" }
          filesystem_mirror { path = "/mirror", include = ["*/*", "example.com/*/*"] }
          network_mirror {
            url     = "https://mirror.example.com/x"
            exclude = ["acme/thing"]
          }
          direct {}
        }
        """,
        "/home/ada/.terraform.d/credentials.tfrc.json": #"{"credentials": {"b.example.com": {"token": "t2"}}}"#,
        "/home/ada/.terraform.d/ignored.txt": "x {",
      ], environment: ["ROOT": "", "TF_TOKEN_my__host_example_com": "t3"])
    #expect(messages.isEmpty)
    #expect(configuration.pluginCacheDirectory == "/cache")
    #expect(configuration.pluginCacheMayBreakLockFile && configuration.checkpointDisabled)
    #expect(
      configuration.credentials == ["app.terraform.io": "t1", "b.example.com": "t2", "my-host.example.com": "t3"])
    #expect(configuration.credentialsHelper == .init(name: "vault", arguments: ["--x", "1"]))
    #expect(
      configuration.hostServices == ["example.com": ["providers.v1": "https://example.com/p/", "modules.v1": "/m"]])
    #expect(
      configuration.installationMethods == [
        ProviderInstallationMethod(
          .filesystemMirror(path: "/mirror"),
          include: [try ProviderPattern(parsing: "*/*"), try ProviderPattern(parsing: "example.com/*/*")]),
        ProviderInstallationMethod(
          .networkMirror(url: "https://mirror.example.com/x/"), exclude: [try ProviderPattern(parsing: "acme/thing")]),
        ProviderInstallationMethod(.direct),
      ])
    #expect(
      configuration.developmentOverrides.map { "\($0.key)=\($0.value)" }.sorted() == [
        "example.com/a/b=/dev/b", "registry.terraform.io/acme/thing=/dev/thing",
      ])
  }

  @Test func readsJSON() {
    let text = #"{"provider_installation": {"filesystem_mirror": [{"path": "/a"}, {"path": "/b"}], "direct": {}}}"#
    let (configuration, messages) = load(["/rc": text], environment: ["TF_CLI_CONFIG_FILE": "/rc"])
    #expect(messages.isEmpty)
    #expect(
      configuration.installationMethods?.map(\.location) == [
        .filesystemMirror(path: "/a"), .filesystemMirror(path: "/b"), .direct,
      ])
  }

  @Test func explicitFileReplacesTheDefaults() {
    let (configuration, messages) = load(
      ["/home/ada/.terraformrc": "credentials \"a.example.com\" { token = \"t\" }"],
      environment: ["TF_CLI_CONFIG_FILE": "/none"])
    #expect(configuration.credentials.isEmpty)
    #expect(
      messages == [
        "warning: Unable to open CLI configuration file | There is no file /none, which TF_CLI_CONFIG_FILE names."
      ])
  }

  @Test(arguments: [
    ("foo = 1", ""),
    (
      "provider_installation { foo {} }",
      "Invalid provider_installation method block | Unknown provider installation method \"foo\"."
    ),
    (
      "provider_installation { direct {}\ndev_overrides { \"a/b\"=\"/x\" } }",
      "Invalid provider_installation method block | dev_overrides comes before all other ways to install; write it "
        + "first."
    ),
    (
      "provider_installation {}\nprovider_installation {}",
      "There can be one provider_installation block only; remove this one"
    ),
    (
      "provider_installation { filesystem_mirror { } }",
      "Invalid provider_installation method block | Invalid filesystem_mirror block: \"path\" argument is required."
    ),
    (
      "provider_installation { network_mirror { url = \"http://x/\" } }",
      "Invalid URL for provider installation source | A mirror needs an address with https:, which \"http://x/\" is "
        + "not."
    ),
    (
      "provider_installation { filesystem_mirror { path=\"/tmp\"\n include=[\"a/b/c/d\"] } }",
      "Invalid provider source inclusion patterns | CLI config specifies invalid provider inclusion patterns: invalid "
        + "provider matching pattern \"a/b/c/d\": must be \"namespace/type\" or \"hostname/namespace/type\"."
    ),
    ("credentials \"a_b\" { token = \"x\" }", "\"a_b\" is no host name, so this credentials block is for nothing"),
    ("host \"x y\" {}", "\"x y\" is no host name, so this host block is for nothing"),
    (
      "plugin_cache_dir = \"/none\"", "The directory /none for cached plugins cannot be opened: no such file or directory"
    ),
    (
      "credentials_helper \"a\" {}\ncredentials_helper \"b\" {}",
      "There can be one credentials_helper block only; remove this one"
    ),
    ("x {", "Error parsing /rc: expected \"}\", found end of file"),
    ("x = ", "Error parsing /rc: expected a value, found end of file"),
    ("x = \"a", "Error parsing /rc: the string is not closed"),
    (
      "provider_installation \"x\" { }",
      "Invalid provider_installation block | The provider_installation block must not have any labels."
    ),
  ]) func reportsMistakes(text: String, message: String) {
    let (_, messages) = load(["/rc": text], environment: ["TF_CLI_CONFIG_FILE": "/rc"])
    #expect(messages == (message.isEmpty ? [] : ["error: " + message]))
  }

  @Test(arguments: [
    ("*/*/*", "example.com/a/b", true), ("*/*", "example.com/a/b", false), ("*/*", "acme/thing", true),
    ("acme/*", "acme/thing", true), ("acme/*", "other/thing", false), ("example.com/*/*", "example.com/a/b", true),
    ("acme/thing", "acme/thing", true), ("acme/thing", "acme/thing2", false),
  ]) func matchesPatterns(pattern: String, source: String, expected: Bool) throws {
    let source = try #require(ProviderSource(parsing: source))
    #expect(try ProviderPattern(parsing: pattern).matches(source) == expected)
  }

  @Test(arguments: ["a", "a/b/c/d", "*/a/b", "*/*/b", "a//b", "*x/a"]) func refusesPatterns(text: String) {
    #expect(throws: ProviderPattern.ParseError.self) { try ProviderPattern(parsing: text) }
  }
}
