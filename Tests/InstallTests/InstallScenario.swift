import Addresses
import Diagnostics
import Host
import Install

/// A working directory `/project` in memory, with a mirror in `/mirror`, in which providers are installed.
struct InstallScenario {
  let files = MemoryFileTree(workingDirectory: "/project")
  var configuration = CLIConfiguration()
  var environment: [String: String] = [:]
  var transport: any HTTPTransport = RegistryFixture().transport
  var pluginDirectories: [String] = []
  var launcher: (any ProcessLauncher)?
  var bundled: BundledProviders { BundledProviders(directory: "/programs", version: SemanticVersion(1, 2, 3), files: files) }
  static let platform = Platform(system: "linux", architecture: "amd64")

  /// Adds an unpacked package of two files to a mirror.
  func addPackage(_ source: String, _ version: String, mirror: String = "/mirror") throws {
    let type = source.split(separator: "/").last ?? ""
    let directory = "\(mirror)/\(source)/\(version)/linux_amd64"
    try files.createDirectory(directory)
    let program = [UInt8]("#!/bin/sh\necho fake \(source) \(version)\n".utf8)
    try files.write(program, to: "\(directory)/terraform-provider-\(type)_v\(version)_x5", mode: 0o755)
    try files.write([UInt8]("license\n".utf8), to: "\(directory)/LICENSE.txt")
  }

  struct Result {
    var lock: String
    var locks: DependencyLocks
    var events: [String]
    /// `error: SUMMARY | DETAIL`, one string each.
    var messages: [String]
  }

  /// Installs, keeps the new locks when there were no errors, and gives all that can be seen.
  func install(
    _ requirements: [String: String], locks: DependencyLocks = DependencyLocks(),
    mode: ProviderInstaller.Mode = .keepLocked
  ) async throws -> Result {
    let installer = ProviderInstaller(
      ProviderInstaller.Setting(
        files: files, transport: transport, launcher: launcher, configuration: configuration, environment: environment,
        homeDirectory: "/home/ada", pluginDirectories: pluginDirectories, bundled: bundled,
        platform: Self.platform))
    var events: [String] = []
    let outcome = await installer.install(try parse(requirements), locks: locks, mode: mode) { events.append($0.text) }
    return Result(
      lock: outcome.locks.text, locks: outcome.locks, events: events,
      messages: outcome.diagnostics.map { "\($0.severity): \($0.summary) | \($0.detail)" })
  }

  func parse(_ requirements: [String: String]) throws -> [ProviderSource: VersionConstraints] {
    var parsed: [ProviderSource: VersionConstraints] = [:]
    for (source, constraints) in requirements {
      guard let source = ProviderSource(parsing: source) else { continue }
      parsed[source] = constraints.isEmpty ? .any : try VersionConstraints(parsing: constraints)
    }
    return parsed
  }

  /// What other commands find.
  func installed(_ requirements: [String: String], locks: DependencyLocks) throws -> (
    paths: [String], messages: [String]
  ) {
    let providers = InstalledProviders(
      files: files, dataDirectory: ".terraform", developmentOverrides: configuration.developmentOverrides,
      bundled: bundled, platform: Self.platform)
    let (found, diagnostics) = providers.find(try parse(requirements), locks: locks)
    return (found.values.map(\.executable).sorted(), diagnostics.map { "\($0.summary) | \($0.detail)" })
  }

  static var mirrored: InstallScenario {
    var scenario = InstallScenario()
    scenario.configuration.installationMethods = [ProviderInstallationMethod(.filesystemMirror(path: "/mirror"))]
    return scenario
  }
}
