import ArgumentParser
import Diagnostics
import Engine
import HCL
import Modules

struct ValidateCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check whether the configuration is valid.",
    discussion: """
      Reads the configuration and its test files, checks that they are sound and fit together, and asks the providers whether each block \
      makes sense to them. It needs neither values of variables nor any state, and calls no remote system, so that it can run after every \
      save of a file. Modules and providers must be installed.
      """)

  static let manual = Manual(
    exitCodes: [("0", "The configuration is valid, perhaps with warnings."), ("1", "It is not.")],
    environment: [.dataDirectory, .log],
    examples: [
      Manual.Example("Check a module without any backend", "plumb init -backend=false", "plumb validate"),
      Manual.Example("For an editor: problems with their places, as JSON", "plumb validate -json"),
    ])

  @Flag(help: "Write one JSON document for programs, with all problems and their places.")
  var json = false

  @Flag(name: .customLong("no-tests"), help: "Leave test files alone.")
  var leavesTestsOut = false

  @Option(
    name: .customLong("test-directory"), parsing: .unconditional,
    help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "path"))
  var testDirectory = "tests"

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let loader = session.moduleLoader()
    let suite = !leavesTestsOut ? loader.loadTests(testDirectory: testDirectory) : nil
    let tree = loader.load(".", after: suite?.sources ?? SourceMap())
    var sources = tree.sources
    var diagnostics: [Diagnostic]
    // What cannot be read at all makes everything else look wrong as well.
    if let suite, suite.diagnostics.hasErrors {
      diagnostics = suite.diagnostics + tree.diagnostics
    } else {
      diagnostics = session.settingsDiagnostics + (suite?.diagnostics ?? [])
      diagnostics += await validated(tree, session)
      if let suite, tree.isSound {
        var tests = TestValidation(suite, of: tree, in: session) { await validated($0, session) }
        await tests.run()
        diagnostics += tests.diagnostics
        sources = tests.sources
      }
    }
    if json {
      let renderer = DiagnosticRenderer(sources: sources, color: false, enclosingBlock: blockHeaders())
      world.output(bytes: validateDocument(diagnostics, renderer))
      return diagnostics.hasErrors ? 1 : 0
    }
    let report = Report(world, view)
    report.show(diagnostics, sources)
    if diagnostics.hasErrors { return 1 }
    let text = "Success!"
    let rest =
      diagnostics.isEmpty
      ? " The configuration is valid.\n" : " The configuration is valid, with the warnings above.\n"
    world.output.line((report.isColored ? "\u{1B}[32m\u{1B}[1m\(text)\u{1B}[0m" : text) + rest)
    return 0
  }

  /// What is wrong with a configuration, its providers asked.
  private func validated(_ tree: ModuleTree, _ session: Session) async -> [Diagnostic] {
    let known = session.settingsDiagnostics.count
    switch await Pipeline.open(session, tree: tree, needsState: false, isValidating: true, tellsEverything: true) {
    case .failed(let found, _): return Array(found.dropFirst(known))
    case .ready(let pipeline):
      let context = session.context(planTimestamp: nil, parallelism: 10, isPlanning: true)
      var diagnostics = Array(pipeline.diagnostics.dropFirst(known))
      diagnostics += await Engine.validate(pipeline.graph, pool: pipeline.pool, context: context)
      await pipeline.close()
      return diagnostics
    }
  }
}
