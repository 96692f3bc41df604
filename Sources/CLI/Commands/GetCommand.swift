import ArgumentParser
import Diagnostics
import Install
import Modules

struct GetCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Install or upgrade the modules that the configuration calls.",
    discussion: """
      Fetches the modules of the configuration into the data directory and records where they are, without anything else that init does. \
      Modules that are installed already are left alone unless -update is given.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.fetching,
    examples: [Manual.Example("Take newer versions of modules, and leave providers as they are", "plumb get -update")])

  @Flag(help: "Fetch again what is already installed, in the newest versions that are allowed.")
  var update = false

  @Option(
    name: .customLong("test-directory"), help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "dir"))
  var testDirectory = "tests"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let loader = session.moduleLoader()
    let suite = loader.loadTests(testDirectory: testDirectory)
    if suite.diagnostics.hasErrors {
      Report(world, view).show(suite.diagnostics, suite.sources)
      return 1
    }
    let outcome = await session.moduleInstaller().install(mode: update ? .upgrade : .keepInstalled, tests: suite) {
      world.output.line($0.text)
    }
    var (problems, sources) = (outcome.diagnostics, outcome.sources)
    if !problems.hasErrors {
      // How modules fit together is seen once all of them are there, which was all that was asked for.
      let tree = session.loadModules(for: .installing)
      let tests = suite.modules(by: loader, after: tree.sources)
      problems = suite.diagnostics + (tree.diagnostics + tests.flatMap(\.diagnostics)).map(\.asWarning)
      sources = tests.last?.sources ?? tree.sources
    }
    Report(world, view).show(session.settingsDiagnostics + problems, sources)
    return problems.hasErrors ? 1 : 0
  }
}
