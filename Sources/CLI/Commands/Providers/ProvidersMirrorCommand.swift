import ArgumentParser
import Diagnostics
import Install
import Modules

struct ProvidersMirrorCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "mirror", abstract: "Copy the packages of all providers into a directory.",
    discussion: """
      Downloads the packages of the providers that the configuration needs from their registries into a directory, which serves as a \
      filesystem mirror, or as a network mirror when a web server offers it. Run again, it adds what is missing.
      """)

  static let manual = Manual(
    environment: [.dataDirectory, .token, .log],
    examples: [Manual.Example("Prepare for machines without access to registries", "plumb providers mirror -platform=linux_amd64 ./mirror")])

  @Argument(help: ArgumentHelp("Where to put the packages.", valueName: "target-dir"))
  var directory: String?

  @Option(
    name: .customLong("platform"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A platform to fetch for, such as linux_amd64. May be given several times; without it, the one that this program runs on.",
      valueName: "os_arch"))
  var platforms: [String] = []

  @Flag(
    name: .customLong("lock-file"), inversion: .prefixedNo, help: "Fetch the versions in the lock file, if there is one.")
  var usesLockFile = true

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    do {
      guard let directory else {
        throw ProvidersProblem(
          .error(
            "No output directory specified", "Name the directory that the packages are to be copied to."))
      }
      let platforms = try parsePlatforms(platforms)
      let tree = session.loadModules(for: .listing)
      if tree.diagnostics.hasErrors { throw ProvidersProblem(tree.diagnostics, tree.sources) }
      let (requirements, problems) = session.providerConstraints(tree)
      if problems.hasErrors { throw ProvidersProblem(problems, tree.sources) }
      var sources = SourceMap()
      let (locks, lockProblems) = DependencyLocks.read(directory: ".", files: world.files, sources: &sources)
      if lockProblems.hasErrors { throw ProvidersProblem(lockProblems, sources) }
      var settings = session.settings
      settings.installationMethods = [ProviderInstallationMethod(.direct)]
      let found = await session.providerInstaller(configuration: settings).mirror(
        requirements, locks: usesLockFile ? locks : DependencyLocks(), platforms: platforms, into: directory
      ) { world.output.line($0.text) }
      if found.hasErrors { throw ProvidersProblem(found, SourceMap()) }
      return 0
    } catch let problem as ProvidersProblem {
      report.show(session.settingsDiagnostics + problem.diagnostics, problem.sources)
    } catch {
      report.show([.error("Failed to mirror providers", "\(error)")], SourceMap())
    }
    return 1
  }
}
