package import Addresses
package import Diagnostics
package import Host

/// Installs the providers that a configuration requires into a data directory.
package struct ProviderInstaller: Sendable {
  /// Where things are and what the outside offers.
  package struct Setting: Sendable {
    package var files: any FileTree
    package var transport: any HTTPTransport
    /// Runs the user's credentials helper; nil when there can be none.
    package var launcher: (any ProcessLauncher)?
    package var configuration: CLIConfiguration
    package var environment: [String: String]
    package var homeDirectory: String?
    /// The working directory's `.terraform`, or what `TF_DATA_DIR` names.
    package var dataDirectory: String
    /// From `-plugin-dir`: the only places to look, when not empty.
    package var pluginDirectories: [String]
    package var bundled: BundledProviders
    package var platform: Platform
    /// The Terraform version that registries are told.
    package var languageVersion: String

    package init(
      files: any FileTree, transport: any HTTPTransport, launcher: (any ProcessLauncher)? = nil,
      configuration: CLIConfiguration = CLIConfiguration(), environment: [String: String] = [:],
      homeDirectory: String? = nil, dataDirectory: String = ".terraform", pluginDirectories: [String] = [],
      bundled: BundledProviders, platform: Platform = .current, languageVersion: String = "1.11.4"
    ) {
      self.files = files
      self.transport = transport
      self.launcher = launcher
      self.configuration = configuration
      self.environment = environment
      self.homeDirectory = homeDirectory
      self.dataDirectory = dataDirectory
      self.pluginDirectories = pluginDirectories
      self.bundled = bundled
      self.platform = platform
      self.languageVersion = languageVersion
    }
  }

  /// Whether versions in the lock file are kept.
  package enum Mode: Hashable, Sendable {
    case keepLocked
    /// As `-upgrade`: the newest versions that the constraints allow.
    case upgrade
  }

  /// What was done.
  package struct Outcome: Sendable {
    /// The locks of exactly the required providers. To be written only if there are no errors.
    package var locks = DependencyLocks()
    /// Sorted by provider: errors of finding, then errors of installing, then warnings.
    package var diagnostics: [Diagnostic] = []
    /// Whether a package was signed by its developers only, which deserves a note.
    package var hasThirdPartySignature = false
  }

  let setting: Setting
  let client: ServiceClient

  package init(_ setting: Setting) {
    self.setting = setting
    let directories =
      setting.homeDirectory.map { ["\($0)/.terraform.d/plugins/\(setting.platform)", "\($0)/.terraform.d/plugins"] }
      ?? []
    client = ServiceClient(
      transport: setting.transport, configuration: setting.configuration,
      settings: ServiceClient.Settings(version: setting.languageVersion, environment: setting.environment),
      tokens: HostTokens(
        helper: setting.configuration.credentialsHelper, directories: directories, files: setting.files,
        launcher: setting.launcher, environment: setting.environment))
  }

  /// Finds, fetches, checks and places what is required; reports each step as it happens.
  ///
  /// What is already installed and matches its lock is left alone. A provider that fails does not hold up the others.
  package func install(
    _ requirements: [ProviderSource: VersionConstraints], locks: DependencyLocks, mode: Mode = .keepLocked,
    report: (InstallEvent) -> Void
  ) async -> Outcome {
    var run = InstallRun(installer: self, locks: locks, mode: mode, required: Set(requirements.keys))
    let sorted = requirements.sorted { $0.key < $1.key }
    for (source, constraints) in sorted { run.announce(source, constraints, report) }
    await run.useBundled(requirements, report)
    for (source, constraints) in sorted where run.isOpen(source) { run.keepInstalled(source, constraints, report) }
    for (source, constraints) in sorted where run.isOpen(source) { await run.select(source, constraints, report) }
    for (source, constraints) in sorted { await run.place(source, constraints, report) }
    run.finish()
    return run.outcome
  }

  /// Where to look for a provider, in order.
  func origins(for source: ProviderSource) -> ProviderOrigins {
    let files = setting.files
    if !setting.pluginDirectories.isEmpty {
      return ProviderOrigins(
        all: setting.pluginDirectories.map { .directory(FilesystemMirror(path: $0, files: files)) })
    }
    if let methods = setting.configuration.installationMethods {
      return ProviderOrigins(
        all: methods.filter { $0.applies(to: source) }.map { method in
          switch method.location {
          case .filesystemMirror(let path): .directory(FilesystemMirror(path: path, files: files))
          case .networkMirror(let url): .network(NetworkMirror(base: url, client: client))
          case .direct: .registry(ProviderRegistry(client: client))
          }
        })
    }
    // A provider that is in any of the local directories is never asked of its registry.
    let local = implicitDirectories.filter(files.isDirectory)
      .map { FilesystemMirror(path: $0, files: files) }.filter { $0.has(source) }
    return ProviderOrigins(
      all: local.isEmpty ? [.registry(ProviderRegistry(client: client))] : local.map { .directory($0) })
  }

  /// The directories that are searched when the user configured none.
  private var implicitDirectories: [String] {
    func value(_ name: String) -> String? { setting.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    var directories = ["terraform.d/plugins"]
    if let home = setting.homeDirectory { directories.append(home + "/.terraform.d/plugins") }
    if setting.platform.system == "darwin" {
      if let home = setting.homeDirectory {
        directories.append(home + "/Library/Application Support/io.terraform/plugins")
      }
      directories.append("/Library/Application Support/io.terraform/plugins")
    } else {
      if let data = value("XDG_DATA_HOME") ?? setting.homeDirectory.map({ $0 + "/.local/share" }) {
        directories.append(data + "/terraform/plugins")
      }
      for data in (value("XDG_DATA_DIRS") ?? "/usr/local/share:/usr/share").split(separator: ":") {
        directories.append(data + "/terraform/plugins")
      }
    }
    return directories
  }

  /// Where a package is, or would be, in the data directory.
  func installedPath(_ source: ProviderSource, _ version: SemanticVersion) -> String {
    "\(setting.dataDirectory)/providers/\(source)/\(version)/\(setting.platform)"
  }

  /// Where a package is, or would be, in the shared cache.
  func cachePath(_ source: ProviderSource, _ version: SemanticVersion) -> String? {
    setting.configuration.pluginCacheDirectory.map { "\($0)/\(source)/\(version)/\(setting.platform)" }
  }
}
