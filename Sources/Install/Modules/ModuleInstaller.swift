package import Diagnostics
package import Host
package import Modules

/// Installs the modules that a configuration calls: finds them, fetches their packages into the data directory and records
/// where each is. Modules in directories of the configuration are only recorded.
package struct ModuleInstaller: Sendable {
  package struct Setting: Sendable {
    package var files: any FileTree
    package var transport: any HTTPTransport
    /// Runs `git` and its like, and the user's credentials helper.
    package var launcher: any ProcessLauncher
    package var configuration: CLIConfiguration
    package var environment: [String: String]
    package var homeDirectory: String?
    package var dataDirectory: String
    /// The Terraform version that registries are told.
    package var languageVersion: String
    /// Nanoseconds since 1970, for signing requests.
    package var now: @Sendable () -> Int64
    /// For sources and versions that are no constants.
    package var early = EarlyValues()

    package init(
      files: any FileTree, transport: any HTTPTransport, launcher: any ProcessLauncher,
      configuration: CLIConfiguration = CLIConfiguration(), environment: [String: String] = [:],
      homeDirectory: String? = nil, dataDirectory: String = ".terraform", languageVersion: String = "1.11.4",
      now: @escaping @Sendable () -> Int64 = { 0 }
    ) {
      self.files = files
      self.transport = transport
      self.launcher = launcher
      self.configuration = configuration
      self.environment = environment
      self.homeDirectory = homeDirectory
      self.dataDirectory = dataDirectory
      self.languageVersion = languageVersion
      self.now = now
    }
  }

  /// Whether what is installed and still fits is kept.
  package enum Mode: Hashable, Sendable {
    case keepInstalled
    /// As `-upgrade`: everything is fetched again, in the newest versions that are allowed.
    case upgrade
  }

  /// Something that happened, for whoever shows it.
  package enum Event: Hashable, Sendable {
    case downloading(package: String, version: String?, key: String)
    case installed(key: String, directory: String)

    /// One line for people, in the words that users of Terraform know.
    package var text: String {
      switch self {
      case .downloading(let package, let version, let key):
        "Downloading \(package)\(version.map { " \($0)" } ?? "") for \(key)..."
      case .installed(let key, let directory): "- \(key) in \(directory)"
      }
    }
  }

  package struct Outcome: Sendable {
    package var diagnostics: [Diagnostic] = []
    /// The files that were read on the way, to draw the diagnostics with.
    package var sources = SourceMap()
  }

  let setting: Setting
  let client: ServiceClient

  package init(_ setting: Setting) {
    self.setting = setting
    let directories =
      setting.homeDirectory.map { ["\($0)/.terraform.d/plugins/\(Platform.current)", "\($0)/.terraform.d/plugins"] } ?? []
    client = ServiceClient(
      transport: setting.transport, configuration: setting.configuration,
      settings: ServiceClient.Settings(version: setting.languageVersion, environment: setting.environment),
      tokens: HostTokens(
        helper: setting.configuration.credentialsHelper, directories: directories, files: setting.files,
        launcher: setting.launcher, environment: setting.environment))
  }

  /// Installs what the module in a directory calls, and what these call, and writes the record of it.
  ///
  /// - Parameters:
  ///   - tests: test files, whose runs may have modules of their own.
  ///   - keepsPart: whether what could be installed is recorded although something else could not.
  package func install(
    _ directory: String = ".", mode: Mode = .keepInstalled, tests: TestSuite? = nil, keepsPart: Bool = false,
    report: (Event) -> Void
  ) async -> Outcome {
    var run = ModuleInstallRun(installer: self, mode: mode)
    await run.installTree(directory, tests: tests, keepsPart: keepsPart, report)
    return run.outcome
  }

  /// Fetches the package of a source and copies the module in it into an existing directory, as `init -from-module` does.
  package func copy(_ source: String, into directory: String) async -> Outcome {
    var run = ModuleInstallRun(installer: self, mode: .upgrade)
    await run.copy(source, into: directory)
    return run.outcome
  }
}
