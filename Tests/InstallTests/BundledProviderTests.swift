import Addresses
import Host
import Testing

@testable import Install

/// Providers that ship with the program: found beside it, never downloaded, never locked.
struct BundledProviderTests {
  private static func scenario(hasProgram: Bool = true) throws -> InstallScenario {
    var scenario = InstallScenario.mirrored
    scenario.launcher = ScriptedProcessLauncher(programs: [
      "/programs/plumb-providers": [.print(.standardOutput, "files\nhelm\n"), .exit(0)]
    ])
    if hasProgram {
      try scenario.files.createDirectory("/programs")
      try scenario.files.write([1], to: "/programs/plumb-providers", mode: 0o755)
    }
    return scenario
  }

  private static let files = ProviderSource(host: "plumb.internal", namespace: "bundled", type: "files")

  @Test func theyAreFoundWithoutLockAndDownload() async throws {
    let scenario = try Self.scenario()
    try scenario.addPackage("registry.terraform.io/hashicorp/null", "3.2.4")
    let result = try await scenario.install(["plumb.internal/bundled/files": "~> 1.2", "hashicorp/null": ""])
    #expect(result.messages.filter { $0.hasPrefix("error") } == [])
    #expect(result.events.contains("plumb.internal/bundled/files is bundled with this program"))
    #expect(result.locks.providers.keys.map(\.type) == ["null"])
    #expect(!result.lock.contains("plumb.internal"))
    let bundled = InstalledProviders(files: scenario.files, dataDirectory: ".terraform", bundled: scenario.bundled)
    let (found, problems) = bundled.find([Self.files: .any], locks: DependencyLocks())
    #expect(problems.isEmpty)
    #expect(
      found[Self.files]
        == InstalledProvider(
          source: Self.files, version: SemanticVersion(1, 2, 3), directory: "/programs",
          executable: "/programs/plumb-providers", arguments: ["files"]))
  }

  @Test func anOldLockOfOneIsLeftOut() async throws {
    let scenario = try Self.scenario()
    var locks = DependencyLocks()
    locks.providers[Self.files] = ProviderLock(
      source: Self.files, version: SemanticVersion(0, 0, 1), constraints: .any, hashes: [])
    let result = try await scenario.install(["plumb.internal/bundled/files": ""], locks: locks)
    #expect(result.messages == [] && result.locks.providers.isEmpty)
  }

  @Test func anOverrideComesFirst() throws {
    var scenario = try Self.scenario()
    try scenario.files.createDirectory("/mine")
    try scenario.files.write([2], to: "/mine/terraform-provider-files", mode: 0o755)
    scenario.configuration.developmentOverrides = [Self.files: "/mine"]
    #expect(
      try scenario.installed(["plumb.internal/bundled/files": ""], locks: DependencyLocks()).paths
        == ["/mine/terraform-provider-files"])
  }

  @Test(arguments: [
    (
      "plumb.internal/bundled/fils", "", true,
      "error: Unknown bundled provider | This program has no provider plumb.internal/bundled/fils. It has:\n"
        + "  - plumb.internal/bundled/files\n  - plumb.internal/bundled/helm"
    ),
    (
      "plumb.internal/other/files", "", true,
      "error: Unknown bundled provider | This program has no provider plumb.internal/other/files. It has:\n"
        + "  - plumb.internal/bundled/files\n  - plumb.internal/bundled/helm"
    ),
    (
      "plumb.internal/bundled/files", ">= 2.0", true,
      "error: Bundled provider cannot be used | plumb.internal/bundled/files cannot be used: it has the version of this program, "
        + "1.2.3, which does not fit \">= 2.0.0\"."
    ),
    (
      "plumb.internal/bundled/files", "", false,
      "error: Bundled provider cannot be used | plumb.internal/bundled/files cannot be used: the program plumb-providers, which "
        + "has it, is not in /programs, where this program is."
    ),
  ])
  func whatIsWrongIsSaid(source: String, constraints: String, hasProgram: Bool, message: String) async throws {
    let result = try await Self.scenario(hasProgram: hasProgram).install([source: constraints])
    #expect(result.messages == [message])
  }
}
