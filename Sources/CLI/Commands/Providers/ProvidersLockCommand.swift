import Addresses
import ArgumentParser
import Diagnostics
import Host
import Install
import Modules

struct ProvidersLockCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Write checksums of providers for more platforms into the lock file.",
    discussion: """
      Fetches the providers of the configuration, or those that are named, for each platform and adds the checksums of their packages to \
      .terraform.lock.hcl, so that init accepts them on these platforms. Packages come from the providers' own registries, whatever the \
      user's settings say, unless an option names a mirror. Nothing is installed.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.fetching,
    examples: [
      Manual.Example("For machines of developers and of CI", "plumb providers lock -platform=linux_amd64 -platform=darwin_arm64")
    ])

  @Argument(help: ArgumentHelp("Only these providers.", valueName: "provider"))
  var providers: [String] = []

  @Option(
    name: .customLong("platform"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A platform to fetch for, such as linux_amd64. May be given several times; without it, the one that this program runs on.",
      valueName: "os_arch"))
  var platforms: [String] = []

  @Option(
    name: .customLong("fs-mirror"), help: ArgumentHelp("Take packages from this directory instead of registries.", valueName: "dir"))
  var directoryMirror: String?

  @Option(
    name: .customLong("net-mirror"),
    help: ArgumentHelp("Take packages from this network mirror instead of registries.", valueName: "url"))
  var networkMirror: String?

  @Flag(
    name: .customLong("enable-plugin-cache"), help: "Use the plugin cache directory of the user's settings, if there is one.")
  var usesCache = false

  @Option(
    name: .customLong("test-directory"), help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "dir"))
  var testDirectory = "tests"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    do {
      let platforms = try parsePlatforms(platforms)
      let tree = session.loadModules(for: .listing)
      if tree.diagnostics.hasErrors { throw ProvidersProblem(tree.diagnostics, tree.sources) }
      let requirements = try self.requirements(tree, session)
      return try await lock(requirements, platforms, session, report)
    } catch let problem as ProvidersProblem {
      report.show(session.settingsDiagnostics + problem.diagnostics, problem.sources)
    } catch {
      report.show([.error("Failed to lock providers", "\(error)")], SourceMap())
    }
    return 1
  }

  private func requirements(
    _ tree: ModuleTree, _ session: Session
  ) throws -> [ProviderSource: VersionConstraints] {
    if directoryMirror != nil, networkMirror != nil {
      throw ProvidersProblem(
        .error(
          "Invalid installation method options",
          "Packages come either from -fs-mirror or from -net-mirror. Give one of them."))
    }
    let (all, problems) = session.providerConstraints(tree)
    if problems.hasErrors { throw ProvidersProblem(problems, tree.sources) }
    let required = all.filter { !$0.key.comesWithProgram }
    if providers.isEmpty { return required }
    var selected: [ProviderSource: VersionConstraints] = [:]
    for text in providers {
      guard let source = ProviderSource(parsing: text) else {
        throw ProvidersProblem(.error("Invalid provider argument", "\"\(text)\" is no provider source address."))
      }
      guard let constraints = required[source] else {
        throw ProvidersProblem(
          .error(
            "Invalid provider argument",
            "The configuration needs no provider \(source). Remove it from the command line, or add it to "
              + "required_providers."))
      }
      selected[source] = constraints
    }
    return selected
  }

  private func lock(
    _ requirements: [ProviderSource: VersionConstraints], _ platforms: [Platform], _ session: Session, _ report: Report
  ) async throws -> Int32 {
    let world = session.world
    var sources = SourceMap()
    let (before, problems) = DependencyLocks.read(directory: ".", files: world.files, sources: &sources)
    if problems.hasErrors { throw ProvidersProblem(problems, sources) }
    var after = before
    for platform in platforms {
      try await add(platform, requirements, before, &after, session)
    }
    for (source, lock) in after.providers where requirements[source] != nil {
      let isNew = before.providers[source].map { $0.version != lock.version } ?? true
      for platform in platforms {
        let added = Set(lock.hashes).subtracting(before.providers[source]?.hashes ?? [])
        let what =
          isNew
          ? "new, with checksums for this platform"
          : added.isEmpty
            ? "all checksums for this platform were there"
            : "checksums for this platform were added"
        world.output.line("- Obtained \(source.displayName) checksums for \(platform); \(what)")
      }
    }
    if after.text == before.text {
      world.output.line("\nSuccess! The lock file has everything already.")
      return 0
    }
    do throws(FileError) {
      try after.write(directory: ".", files: world.files)
    } catch {
      throw ProvidersProblem(.error("Failed to write the lock file", error.description))
    }
    world.output.line(
      "\nSuccess! The lock file has been updated.\n\nLook at the changes in .terraform.lock.hcl and commit them.\n")
    return 0
  }

  /// Fetches for one platform into a place that is removed again, and adds the checksums to the locks.
  private func add(
    _ platform: Platform, _ requirements: [ProviderSource: VersionConstraints], _ before: DependencyLocks,
    _ after: inout DependencyLocks, _ session: Session
  ) async throws {
    let world = session.world
    let staging = "\(session.dataDirectory)/providers-lock-\(hexadecimal(world.randomBytes(4)))"
    defer { try? world.files.remove(staging) }
    var settings = session.settings
    if !usesCache { settings.pluginCacheDirectory = nil }
    settings.installationMethods = [ProviderInstallationMethod(location)]
    // Versions are kept, checksums are not demanded: those of another platform cannot match.
    var pinned = DependencyLocks()
    for (source, lock) in before.providers where requirements[source] != nil {
      pinned.providers[source] = ProviderLock(source: source, version: lock.version, constraints: lock.constraints, hashes: [])
    }
    let installer = session.providerInstaller(configuration: settings, platform: platform, dataDirectory: staging)
    let outcome = await installer.install(requirements, locks: pinned) { event in
      switch event {
      case .installing(let source, let version):
        world.output.line("- Fetching \(source.displayName) \(version) for \(platform)...")
      case .installed(let source, let version, let trust):
        world.output.line("- Retrieved \(source.displayName) \(version) for \(platform) (\(trust))")
      default: break
      }
    }
    if outcome.diagnostics.hasErrors {
      let reasons = outcome.diagnostics.filter { $0.severity == .error }.map { "- \($0.detail)" }.joined(separator: "\n")
      throw ProvidersProblem(
        .error(
          "Could not retrieve providers for locking",
          "Not all providers could be fetched for \(platform), so their checksums are not known:\n\(reasons)"))
    }
    for (source, lock) in outcome.locks.providers {
      let earlier = after.providers[source].flatMap { $0.version == lock.version ? $0.hashes : nil } ?? []
      after.providers[source] = ProviderLock(
        source: source, version: lock.version, constraints: lock.constraints, hashes: earlier + lock.hashes)
    }
  }

  private var location: ProviderInstallationMethod.Location {
    if let directoryMirror { return .filesystemMirror(path: directoryMirror) }
    if let networkMirror { return .networkMirror(url: networkMirror.hasSuffix("/") ? networkMirror : networkMirror + "/") }
    return .direct
  }
}

/// What keeps a command about providers from its work.
struct ProvidersProblem: Error {
  var diagnostics: [Diagnostic]
  var sources: SourceMap

  init(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  init(_ diagnostic: Diagnostic) { self.init([diagnostic], SourceMap()) }
}

/// The platforms that options name; the one that this program runs on when there is none.
func parsePlatforms(_ texts: [String]) throws(ProvidersProblem) -> [Platform] {
  if texts.isEmpty { return [.current] }
  var platforms: [Platform] = []
  for text in texts {
    guard let platform = Platform(parsing: text) else {
      throw ProvidersProblem(
        .error(
          "Invalid target platform",
          "\"\(text)\" is no platform. Write an operating system and a processor, as in linux_amd64."))
    }
    platforms.append(platform)
  }
  return platforms
}
