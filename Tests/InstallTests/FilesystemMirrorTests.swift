import Addresses
import Host
import Install
import Testing

@Suite struct FilesystemMirrorTests {
  private static let thing = "registry.terraform.io/acme/thing"

  private func scenario() throws -> InstallScenario {
    let scenario = InstallScenario.mirrored
    for version in ["0.9.0", "1.0.0", "1.1.0", "1.2.3", "2.0.0", "2.1.0-beta1"] {
      try scenario.addPackage(Self.thing, version)
    }
    try scenario.addPackage("example.com/acme/other", "1.0.0")
    return scenario
  }

  @Test func installsAndLocksAsTerraformDoes() async throws {
    let scenario = try scenario()
    let result = try await scenario.install(["acme/thing": "~> 1.0", "example.com/acme/other": ""])
    // The hashes are those that Terraform 1.11.4 wrote for the same files.
    #expect(
      result.lock == """
        # This file is maintained automatically by "terraform init".
        # Manual edits may be lost in future updates.

        provider "example.com/acme/other" {
          version = "1.0.0"
          hashes = [
            "h1:kfW4/nOSckhw1hGUg/nML1YwQ8cdnUYtzpPCUzfsNuk=",
          ]
        }

        provider "registry.terraform.io/acme/thing" {
          version     = "1.2.3"
          constraints = "~> 1.0"
          hashes = [
            "h1:5TJkPWZajJNaJ9stRm9qmj2URCNy1X+uqwvFb1w3gBs=",
          ]
        }

        """)
    #expect(
      result.events == [
        "Finding latest version of example.com/acme/other...", "Finding acme/thing versions matching \"~> 1.0\"...",
        "Installing example.com/acme/other v1.0.0...", "Installed example.com/acme/other v1.0.0 (unauthenticated)",
        "Installing acme/thing v1.2.3...", "Installed acme/thing v1.2.3 (unauthenticated)",
      ])
    #expect(result.messages.count == 1)
    #expect(result.messages[0].hasPrefix("warning: Incomplete lock file information for providers | "))
    #expect(
      try scenario.files.readSymbolicLink(".terraform/providers/\(Self.thing)/1.2.3/linux_amd64")
        == "/mirror/\(Self.thing)/1.2.3/linux_amd64")
    let installed = try scenario.installed(["acme/thing": "~> 1.0"], locks: result.locks)
    #expect(
      installed.paths == [".terraform/providers/\(Self.thing)/1.2.3/linux_amd64/terraform-provider-thing_v1.2.3_x5"])
  }

  @Test func keepsWhatIsLocked() async throws {
    let scenario = try scenario()
    let first = try await scenario.install(["acme/thing": "1.1.0"])
    let again = try await scenario.install(["acme/thing": "~> 1.0"], locks: first.locks)
    #expect(
      again.events == [
        "Keeping the locked version of acme/thing",
        "Using previously-installed acme/thing v1.1.0",
      ])
    #expect(again.messages.isEmpty && again.locks.selectsSame(as: first.locks))

    try scenario.files.remove(".terraform")
    let fresh = try await scenario.install(["acme/thing": "~> 1.0"], locks: first.locks)
    #expect(fresh.events.last == "Installed acme/thing v1.1.0 (unauthenticated)")
    #expect(fresh.messages.isEmpty && fresh.locks.selectsSame(as: first.locks))

    let upgraded = try await scenario.install(["acme/thing": "~> 1.0"], locks: first.locks, mode: .upgrade)
    #expect(upgraded.events.last == "Installed acme/thing v1.2.3 (unauthenticated)")
    #expect(upgraded.locks.sorted.map(\.version.description) == ["1.2.3"])
  }

  @Test(arguments: [
    ("> 3", "no version that is offered fits > 3.0.0"),
    ("~> 2.1.0-beta1", "no version that is offered fits ~> 2.1.0-beta1"),
  ]) func reportsVersionsThatDoNotExist(constraints: String, reason: String) async throws {
    let result = try await scenario().install(["acme/thing": constraints])
    #expect(result.messages.count == 1)
    #expect(
      result.messages[0].hasPrefix(
        "error: Failed to query available provider packages | The versions of acme/thing could not be listed: "
          + "\(reason)"))
  }

  @Test(arguments: [("2.1.0-beta1", "2.1.0-beta1"), ("", "2.0.0"), ("!= 2.0.0", "1.2.3"), ("< 1.2.3", "1.1.0")])
  func selectsTheNewest(constraints: String, version: String) async throws {
    let result = try await scenario().install(["acme/thing": constraints])
    #expect(result.locks.sorted.map(\.version.description) == [version])
  }

  @Test func reportsAMovedConstraint() async throws {
    let scenario = try scenario()
    let first = try await scenario.install(["acme/thing": "~> 1.0"])
    let result = try await scenario.install(["acme/thing": "~> 2.0"], locks: first.locks)
    #expect(
      result.messages.first?.contains(
        "registry.terraform.io/acme/thing is locked at 1.2.3, but ~> 2.0 is wanted; run \"plumb init -upgrade\" to "
          + "choose another version") == true)
    let installed = try scenario.installed(["acme/thing": "~> 2.0"], locks: first.locks)
    #expect(
      installed.messages == [
        "Inconsistent dependency lock file | The lock file does not fit the configuration:\n  - "
          + "registry.terraform.io/acme/thing: 1.2.3 is locked, which does not fit \"~> 2.0\"\n\nTo choose other "
          + "versions and lock them, run:\n  plumb init -upgrade"
      ])
  }

  @Test func reportsVersionsThatHaveGone() async throws {
    let scenario = try scenario()
    let source = try #require(ProviderSource(parsing: "acme/thing"))
    let locks = DependencyLocks([ProviderLock(source: source, version: SemanticVersion(1, 0, 9))])
    let result = try await scenario.install(["acme/thing": ""], locks: locks)
    #expect(result.messages.first?.contains("version 1.0.9 is locked and no longer offered") == true)
  }

  @Test func noticesAChangedPackage() async throws {
    let scenario = try scenario()
    let first = try await scenario.install(["acme/thing": "1.0.0"])
    try scenario.files.write([UInt8]("other\n".utf8), to: "/mirror/\(Self.thing)/1.0.0/linux_amd64/LICENSE.txt")
    let installed = try scenario.installed(["acme/thing": ""], locks: first.locks)
    #expect(
      installed.messages.first?.contains(
        "  - registry.terraform.io/acme/thing: version 1.0.0 in .terraform/providers has none of the hashes of the "
          + "lock file") == true)
    let result = try await scenario.install(["acme/thing": ""], locks: first.locks)
    #expect(result.events.last == "Installing acme/thing v1.0.0...")
    #expect(
      result.messages.first?.hasPrefix(
        "error: Failed to install provider | acme/thing v1.0.0 could not be installed: the local package of "
          + "registry.terraform.io/acme/thing 1.0.0 has none of the hashes in the lock file") == true)
  }

  @Test func reportsWhatIsNotInstalled() async throws {
    let scenario = try scenario()
    let first = try await scenario.install(["acme/thing": "1.0.0"])
    try scenario.files.remove(".terraform/providers")
    let installed = try scenario.installed(["acme/thing": ""], locks: first.locks)
    #expect(
      installed.messages == [
        "Required plugins are not installed | What is installed is not what the lock file says:\n  - "
          + "registry.terraform.io/acme/thing: version 1.0.0 is not in .terraform/providers\n\nTo install what is "
          + "needed, run:\n  plumb init"
      ])
    let unlocked = try scenario.installed(["acme/thing": ""], locks: DependencyLocks())
    #expect(unlocked.messages.first?.contains("no version is locked") == true)
  }

  @Test func usesPackedPackages() async throws {
    let scenario = InstallScenario.mirrored
    let directory = "/mirror/registry.test/acme/reg"
    try scenario.files.createDirectory(directory)
    try scenario.files.write(RegistryFixture.archive, to: directory + "/Terraform-Provider-reg_1.0.0_linux_amd64.zip")
    let result = try await scenario.install(["registry.test/acme/reg": ""])
    #expect(result.lock.contains("\"h1:4QRSjse2OdyjhrKgDrufxpySSNKqznFzuVHy8nUEDr8=\",\n  ]"))
    let package = ".terraform/providers/registry.test/acme/reg/1.0.0/linux_amd64"
    #expect(try scenario.files.list(package) == ["LICENSE", "terraform-provider-reg_v1.0.0"])
    #expect(try scenario.files.status(package + "/terraform-provider-reg_v1.0.0").isExecutable)
    #expect(try scenario.files.list(".terraform/providers/registry.test/acme/reg/1.0.0") == ["linux_amd64"])
  }

  @Test func searchesPluginDirectoriesOnly() async throws {
    var scenario = try scenario()
    scenario.pluginDirectories = ["plugins"]
    let missing = try await scenario.install(["acme/thing": ""])
    #expect(missing.messages.first?.contains("cannot search plugins: no such file or directory") == true)
    try scenario.files.createDirectory("plugins")
    let empty = try await scenario.install(["acme/thing": ""])
    #expect(
      empty.messages.first?.contains("acme/thing is in none of the places that were searched\n\n  - plugins")
        == true)
    try scenario.addPackage(Self.thing, "1.0.0", mirror: "plugins")
    let found = try await scenario.install(["acme/thing": ""])
    #expect(found.locks.sorted.map(\.version.description) == ["1.0.0"])
    #expect(
      try scenario.files.readSymbolicLink(".terraform/providers/\(Self.thing)/1.0.0/linux_amd64")
        == "/project/plugins/\(Self.thing)/1.0.0/linux_amd64")
  }

  @Test func searchesLocalDirectoriesFirst() async throws {
    let scenario = InstallScenario()
    try scenario.addPackage(Self.thing, "1.0.0", mirror: "terraform.d/plugins")
    try scenario.addPackage(Self.thing, "1.1.0", mirror: "/home/ada/.terraform.d/plugins")
    let result = try await scenario.install(["acme/thing": "", "registry.test/acme/reg": ""])
    #expect(
      result.locks.sorted.map { "\($0.source) \($0.version)" } == [
        "\(Self.thing) 1.1.0", "registry.test/acme/reg 1.0.0",
      ])
  }

  @Test func knowsBuiltinProviders() async throws {
    let result = try await scenario().install(["terraform.io/builtin/terraform": "", "terraform.io/builtin/foo": ""])
    #expect(result.events == ["terraform.io/builtin/terraform is built in to Plumb"])
    #expect(result.messages.first?.hasPrefix("error: Invalid dependency on built-in provider | ") == true)
    #expect(result.locks.providers.isEmpty)
  }

  @Test func usesDevelopmentOverrides() throws {
    var scenario = try scenario()
    let source = try #require(ProviderSource(parsing: "acme/thing"))
    scenario.configuration.developmentOverrides[source] = "/mirror/\(Self.thing)/1.0.0/linux_amd64"
    let installed = try scenario.installed(["acme/thing": "~> 7.0"], locks: DependencyLocks())
    #expect(installed.paths == ["/mirror/\(Self.thing)/1.0.0/linux_amd64/terraform-provider-thing_v1.0.0_x5"])
  }
}
