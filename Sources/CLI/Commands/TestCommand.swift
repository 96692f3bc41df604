import ArgumentParser
import Diagnostics
import Engine
import Host
import Modules

struct TestCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Execute integration tests for modules.",
    discussion: "Runs the run blocks of test files, checks what they assert, and destroys again what they made. State is kept in memory.")

  @Option(
    name: .customLong("filter"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Execute only this test file. May be given several times.", valueName: "testfile"))
  var filters: [String] = []

  @Option(
    name: .customLong("test-directory"), parsing: .unconditional,
    help: ArgumentHelp("Where test files are, besides the working directory.", valueName: "path"))
  var testDirectory = "tests"

  @Option(
    name: .customLong("cloud-run"), parsing: .unconditional,
    help: ArgumentHelp("Not supported: tests run on this machine.", valueName: "source"))
  var cloudRun: String?

  @Option(
    name: .customLong("junit-xml"), parsing: .unconditional,
    help: ArgumentHelp("Write a report in the form of JUnit to a file.", valueName: "file"))
  var junitFile: String?

  @Flag(help: "Show the plan or the state of each run.")
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
    let tree = session.moduleLoader(variables).load(".", after: suite.sources)
    var problems = suite.diagnostics + (tree.isSound ? tree.diagnostics.filter { $0.severity == .warning } : tree.diagnostics)
    if testDirectory != "tests", !world.files.isDirectory(testDirectory) {
      problems.append(
        .warning("Test directory does not exist", "Requested test directory \(testDirectory) does not exist."))
    }
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
