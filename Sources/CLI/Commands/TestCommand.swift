import ArgumentParser
import Diagnostics
import Engine
import Host
import Modules

struct TestCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Execute integration tests for modules.",
    discussion: """
      Runs the run blocks of all files that end in .tftest.hcl or .tftest.json, in this directory and in the directory of tests, one after \
      the other; checks what they assert; and destroys again what they made. Unless providers are mocked, real objects are created. State \
      is kept in memory, and that of the workspace is not touched.
      """)

  static let manual = Manual(
    exitCodes: [("0", "All tests passed or were skipped."), ("1", "A test failed, could not be read, or left something behind.")],
    environment: [.assignments, .dataDirectory, .log],
    examples: [
      Manual.Example("All tests, with a report for CI", "plumb test -junit-xml=report.xml"),
      Manual.Example("One file, with the plan or state of each run", "plumb test -filter=tests/network.tftest.hcl -verbose"),
    ])

  @Option(
    name: .customLong("filter"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Run only this file. May be given several times.", valueName: "testfile"))
  var filters: [String] = []

  @Option(
    name: .customLong("test-directory"), parsing: .unconditional,
    help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "path"))
  var testDirectory = "tests"

  @Option(
    name: .customLong("cloud-run"), parsing: .unconditional,
    help: ArgumentHelp("Refused: tests run on this machine only.", valueName: "source"))
  var cloudRun: String?

  @Option(
    name: .customLong("junit-xml"), parsing: .unconditional,
    help: ArgumentHelp("Write a report to a file too, in the form of JUnit that CI systems read.", valueName: "file"))
  var junitFile: String?

  @Flag(help: "Show what each run planned, or the state that it left.")
  var verbose = false

  @Flag(help: "Write lines of JSON for programs.")
  var json = false

  @OptionGroup(title: "Variables") var variables: VariableArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  /// Terraform takes no notice of other words.
  @Argument(help: .hidden) var ignored: [String] = []

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    let view: any TestView
    if json {
      let lines = JSONTestView(world)
      lines.start()
      view = lines
    } else {
      view = TextTestView(world: world, report: report)
    }
    if cloudRun != nil {
      view.diagnostics(
        [.error("Remote tests are not supported", "The -cloud-run option needs HCP Terraform; tests run on this machine only.")],
        SourceMap(), run: nil, file: nil)
      return 1
    }
    if testDirectory.hasPrefix("/") || normalizedPath(".", testDirectory).hasPrefix("..") {
      view.diagnostics(
        [
          .error(
            "Invalid testing directory",
            "The testing directory \(testDirectory) is not inside of the configuration's directory, where test files have to be.")
        ], SourceMap(), run: nil, file: nil)
      return 1
    }
    var suite = ModuleLoader(files: world.files, dataDirectory: session.dataDirectory).loadTests(testDirectory: testDirectory)
    let tree = session.moduleLoader(variables).load(".", after: suite.sources, for: .testing)
    let problems = suite.diagnostics + (tree.isSound ? tree.diagnostics.filter { $0.severity == .warning } : tree.diagnostics)
    view.diagnostics(problems, tree.sources, run: nil, file: nil)
    if problems.hasErrors { return 1 }
    if !filters.isEmpty {
      let wanted = Set(filters.map { normalizedPath(".", $0) })
      suite.files.removeAll { !wanted.contains($0.path) }
    }
    let results = await TestRunner(
      session: session, view: view, tree: tree, variables: variables, testDirectory: testDirectory, isVerbose: verbose
    ).run(suite.files)
    let counts = TestCounts(results)
    view.ended(counts)
    var isReported = true
    if let junitFile, !junitFile.isEmpty {
      isReported = writeReport(results, to: junitFile, world, view)
    }
    return isReported && counts.status <= .pass ? 0 : 1
  }

  private func writeReport(_ results: [TestFileResult], to path: String, _ world: World, _ view: any TestView) -> Bool {
    do {
      try world.files.write(JUnitReport(results).bytes, to: path, mode: 0o644)
      return true
    } catch {
      view.diagnostics(
        [.error("Failed to write the JUnit report", "The file \(path) could not be written: \(error)")], SourceMap(), run: nil,
        file: nil)
      return false
    }
  }
}
