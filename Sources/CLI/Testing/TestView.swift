import Addresses
import Diagnostics
import Engine
import HCL
import Modules
import Plans
import State
import Values

/// A moment in the life of a test file or of a run.
enum TestProgress: String, Sendable {
  case starting
  case teardown
  case complete
}

/// How a test is shown while it goes on.
protocol TestView: Sendable {
  /// Whether details are to tell what the providers offer.
  var wantsProviders: Bool { get }
  func began(_ files: [TestFile])
  func file(_ file: TestFile, _ progress: TestProgress, _ status: TestStatus)
  func run(_ run: TestRun, in file: TestFile, _ progress: TestProgress, _ status: TestStatus)
  /// The plan of a run, or the state after it, for those who want to see it.
  func details(_ details: TestDetails, of run: TestRun, in file: TestFile)
  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap, run: TestRun?, file: TestFile?)
  /// Something could not be destroyed; `left` still exists.
  func cleanupFailed(_ left: [ObjectKey], _ diagnostics: [Diagnostic], _ sources: SourceMap, run: TestRun, file: TestFile)
  func ended(_ counts: TestCounts)
}

/// What a run made.
struct TestDetails: Sendable {
  enum Content: Sendable {
    case plan(Plan, ModuleTree, SchemaTable)
    case state([ObjectRecord], outputs: [String: Value], SchemaTable)
  }
  var content: Content
  /// All that the providers offer, for programs only.
  var providers: [ProviderDescription] = []
}

/// The text form.
struct TextTestView: TestView {
  let world: World
  let report: Report

  private var style: TextStyle { report.style }
  var wantsProviders: Bool { false }

  func began(_ files: [TestFile]) {}

  func file(_ file: TestFile, _ progress: TestProgress, _ status: TestStatus) {
    switch progress {
    case .starting: world.output.line("\(file.path)... \(style.paint("in progress", .gray))")
    case .teardown: world.output.line("\(file.path)... \(style.paint("tearing down", .gray))")
    case .complete: world.output.line("\(file.path)... \(painted(status))")
    }
  }

  func run(_ run: TestRun, in file: TestFile, _ progress: TestProgress, _ status: TestStatus) {
    if progress == .complete { world.output.line("  run \"\(run.name)\"... \(painted(status))") }
  }

  private func painted(_ status: TestStatus) -> String {
    switch status {
    case .pass: style.paint(status.word, .green)
    case .fail, .error: style.paint(status.word, .red)
    case .skip, .pending: style.paint(status.word, .gray)
    }
  }

  func details(_ details: TestDetails, of run: TestRun, in file: TestFile) {
    switch details.content {
    case .plan(let plan, _, let schemas): world.output(planText(plan, schemas: schemas, style: style) + "\n")
    case .state(let objects, let outputs, let schemas):
      world.output("\n" + stateText(objects, outputs: outputs, schemas: schemas, style: style) + "\n")
    }
  }

  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap, run: TestRun?, file: TestFile?) {
    report.show(diagnostics, sources)
  }

  func cleanupFailed(
    _ left: [ObjectKey], _ diagnostics: [Diagnostic], _ sources: SourceMap, run: TestRun, file: TestFile
  ) {
    let name = "\(file.path)/\(run.name)"
    if diagnostics.hasErrors {
      world.errors.line(style.wrapped("Not everything that \(name) made could be destroyed."))
    }
    report.show(diagnostics, sources)
    if left.isEmpty { return }
    world.errors.line(
      "\n" + style.wrapped("What \(name) made and could not destroy is still there. Remove it by hand:"))
    for key in left {
      world.errors.line("  - \(key.address)" + (key.deposedKey.map { " (\($0))" } ?? ""))
    }
  }

  func ended(_ counts: TestCounts) {
    world.output.line("\n" + style.paint(counts.text, counts.status <= .pass ? .green : .red))
  }
}

/// The form for programs.
struct JSONTestView: TestView {
  let world: World
  private let messages: UIMessages
  var wantsProviders: Bool { true }

  init(_ world: World) {
    self.world = world
    messages = UIMessages(now: world.now)
  }

  func start() { world.output(bytes: messages.version()) }

  func began(_ files: [TestFile]) { world.output(bytes: messages.testAbstract(files)) }

  func file(_ file: TestFile, _ progress: TestProgress, _ status: TestStatus) {
    world.output(bytes: messages.testFile(file, progress, status))
  }

  func run(_ run: TestRun, in file: TestFile, _ progress: TestProgress, _ status: TestStatus) {
    world.output(bytes: messages.testRun(run, in: file, progress, status))
  }

  func details(_ details: TestDetails, of run: TestRun, in file: TestFile) {
    world.output(bytes: messages.testDetails(details, of: run, in: file))
  }

  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap, run: TestRun?, file: TestFile?) {
    let renderer = DiagnosticRenderer(sources: sources, color: false, enclosingBlock: blockHeaders())
    for diagnostic in diagnostics {
      world.output(bytes: messages.diagnostic(diagnostic, renderer: renderer, test: .init(file?.path, run?.name)))
    }
  }

  func cleanupFailed(
    _ left: [ObjectKey], _ diagnostics: [Diagnostic], _ sources: SourceMap, run: TestRun, file: TestFile
  ) {
    if !left.isEmpty { world.output(bytes: messages.testCleanup(left, of: run, in: file)) }
    self.diagnostics(diagnostics, sources, run: run, file: file)
  }

  func ended(_ counts: TestCounts) { world.output(bytes: messages.testSummary(counts)) }
}
