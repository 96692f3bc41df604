import Addresses
import Host
import Install
import Testing

@Suite struct RegistryTests {
  private static let reg = "registry.test/acme/reg"

  private func scenario(_ flaw: RegistryFixture.Flaw = .none) -> InstallScenario {
    var scenario = InstallScenario()
    scenario.transport = RegistryFixture(flaw: flaw).transport
    return scenario
  }

  @Test func installsSignedPackages() async throws {
    let scenario = scenario()
    let result = try await scenario.install([Self.reg: ""])
    #expect(result.lock == RegistryFixture.lock)
    #expect(
      result.events == [
        "Finding latest version of registry.test/acme/reg...", "Installing registry.test/acme/reg v1.0.0...",
        "Installed registry.test/acme/reg v1.0.0 (self-signed, key ID \(RegistryFixture.keyID))",
      ])
    #expect(result.messages.isEmpty)
    #expect(try scenario.installed([Self.reg: ""], locks: result.locks).paths.count == 1)
  }

  @Test(arguments: [
    (RegistryFixture.Flaw.wrongChecksum, "Failed to install provider", "the list of checksums says"),
    (.noKeys, "Failed to install provider", "authentication signature from unknown issuer"),
    (.brokenSignature, "Failed to install provider", "error checking signature"),
    (.otherList, "Failed to install provider", "error checking signature"),
    (.changedArchive, "Failed to install provider", "the archive has the checksum"),
    (.otherTarget, "Failed to install provider", "asked for linux_amd64 and answered with darwin_amd64"),
    (.noPlatform, "Incompatible provider version", "is not offered for linux_amd64"),
    (.oldProtocol, "Incompatible provider version", "protocol 4.0"),
    (.unauthorized, "Failed to query available provider packages", "registry.test requires authentication credentials"),
    (.missing, "Failed to query available provider packages", "has no provider registry.test/acme/reg"),
    (.serverError, "Failed to query available provider packages", "2 attempts failed"),
    (.invalidJSON, "Failed to query available provider packages", "the registry could not be asked"),
  ]) func noticesFlaws(flaw: RegistryFixture.Flaw, summary: String, reason: String) async throws {
    let scenario = scenario(flaw)
    let result = try await scenario.install([Self.reg: ""])
    #expect(result.messages.count == 1)
    #expect(result.messages.first?.hasPrefix("error: \(summary) | ") == true)
    #expect(result.messages.first?.contains(reason) == true, "\(result.messages)")
    #expect(!scenario.files.exists(".terraform/providers/registry.test/acme/reg/1.0.0/linux_amd64"))
  }

  @Test func passesWarningsOn() async throws {
    let result = try await scenario(.warning).install([Self.reg: ""])
    #expect(
      result.messages == [
        "warning: Additional provider information from registry | The registry says about registry.test/acme/reg:\n- "
          + "be careful"
      ])
  }

  @Test func refusesWhatTheLockDoesNotKnow() async throws {
    let source = try #require(ProviderSource(parsing: Self.reg))
    let other = PackageHash(scheme: "zh", value: String(repeating: "a", count: 64))
    let locks = DependencyLocks([ProviderLock(source: source, version: SemanticVersion(1, 0, 0), hashes: [other])])
    let scenario = scenario()
    let result = try await scenario.install([Self.reg: ""], locks: locks)
    #expect(
      result.messages.first?.contains("the current package of registry.test/acme/reg 1.0.0 has none of the hashes") == true)
    #expect(try scenario.files.list(".terraform/providers/registry.test/acme/reg/1.0.0") == [])
  }

  @Test func reportsUnreachableHosts() async throws {
    let result = try await scenario().install(["nowhere.test/acme/reg": ""])
    #expect(
      result.messages.first?.contains("nowhere.test could not be reached to ask for its services: ")
        == true)
  }

  @Test func sendsTokensToTheRegistryOnly() async throws {
    var scenario = InstallScenario()
    let transport = RegistryFixture().transport
    scenario.transport = transport
    scenario.configuration.credentials["registry.test"] = "secret"
    _ = try await scenario.install([Self.reg: ""])
    let withToken = transport.requests.filter { $0.headers.contains(HTTPHeader("Authorization", "Bearer secret")) }
    #expect(
      withToken.map(\.url) == [
        "https://registry.test/.well-known/terraform.json", "https://registry.test/v1/providers/acme/reg/versions",
        "https://registry.test/v1/providers/acme/reg/1.0.0/download/linux/amd64",
      ])
    #expect(transport.requests.count == 6)
  }

  @Test func usesConfiguredServices() async throws {
    var scenario = InstallScenario()
    let transport = RegistryFixture().transport
    scenario.transport = transport
    scenario.configuration.hostServices["registry.test"] = ["providers.v1": "https://registry.test/v1/providers"]
    #expect(try await scenario.install([Self.reg: ""]).messages.isEmpty)
    #expect(!transport.requests.contains { $0.url.hasSuffix("terraform.json") })
  }

  @Test func sharesPackagesThroughTheCache() async throws {
    var scenario = scenario()
    try scenario.files.createDirectory("/cache")
    scenario.configuration.pluginCacheDirectory = "/cache"
    let first = try await scenario.install([Self.reg: ""])
    let place = ".terraform/providers/registry.test/acme/reg/1.0.0/linux_amd64"
    #expect(first.lock == RegistryFixture.lock)
    #expect(try scenario.files.readSymbolicLink(place) == "/cache/registry.test/acme/reg/1.0.0/linux_amd64")

    try scenario.files.remove(".terraform")
    let again = try await scenario.install([Self.reg: ""], locks: first.locks)
    #expect(again.events.last == "Taking registry.test/acme/reg v1.0.0 from the plugin cache")
    #expect(again.lock == RegistryFixture.lock)

    try scenario.files.remove(".terraform")
    let unlocked = try await scenario.install([Self.reg: ""])
    #expect(unlocked.events.last?.hasPrefix("Installed ") == true)

    try scenario.files.remove(".terraform")
    scenario.configuration.pluginCacheMayBreakLockFile = true
    let broken = try await scenario.install([Self.reg: ""])
    #expect(broken.events.last == "Taking registry.test/acme/reg v1.0.0 from the plugin cache")
    #expect(broken.messages.first?.contains("Incomplete lock file") == true)
  }

  @Test(arguments: [(RegistryFixture.Flaw.none, true), (.wrongChecksum, false)])
  func installsFromNetworkMirrors(flaw: RegistryFixture.Flaw, succeeds: Bool) async throws {
    var scenario = scenario(flaw)
    scenario.configuration.installationMethods = [
      ProviderInstallationMethod(.networkMirror(url: "https://mirror.test/providers/"))
    ]
    let result = try await scenario.install([Self.reg: ""])
    if succeeds {
      #expect(result.events.last == "Installed registry.test/acme/reg v1.0.0 (verified checksum)")
      #expect(result.locks.sorted.first?.hashes.map(\.scheme) == ["h1"])
    } else {
      #expect(result.messages.first?.hasPrefix("error: Failed to install provider | ") == true)
    }
  }

  @Test func choosesMethodsByPattern() async throws {
    var scenario = scenario()
    try scenario.addPackage("registry.terraform.io/acme/thing", "1.0.0")
    scenario.configuration.installationMethods = [
      ProviderInstallationMethod(
        .filesystemMirror(path: "/mirror"), include: [try ProviderPattern(parsing: "registry.terraform.io/*/*")]),
      ProviderInstallationMethod(.direct, exclude: [try ProviderPattern(parsing: "registry.terraform.io/*/*")]),
    ]
    let result = try await scenario.install([Self.reg: "", "acme/thing": ""])
    #expect(result.locks.sorted.map(\.source.type) == ["thing", "reg"])
  }

  @Test func locksForOtherPlatforms() async throws {
    let scenario = scenario()
    let installer = ProviderInstaller(
      ProviderInstaller.Setting(
        files: scenario.files, transport: scenario.transport, bundled: scenario.bundled, platform: InstallScenario.platform))
    var events: [String] = []
    let outcome = await installer.lock(
      try scenario.parse([Self.reg: ""]), locks: DependencyLocks(), platforms: [InstallScenario.platform]
    ) { events.append($0.text) }
    #expect(outcome.locks.text == RegistryFixture.lock)
    #expect(
      events == [
        "Fetching registry.test/acme/reg 1.0.0 for linux_amd64...",
        "Retrieved registry.test/acme/reg 1.0.0 for linux_amd64 (self-signed, key ID \(RegistryFixture.keyID))",
      ])
    #expect(!scenario.files.exists(".terraform"))
  }
}
