import ArgumentParser
import Diagnostics
import Engine
import Expressions
import HCL
import Modules
import Values

struct ConsoleCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "console", abstract: "Try expressions at an interactive command prompt.",
    discussion: """
      Evaluates each line that is typed, with the variables of the configuration and the objects of the state, and shows the value. \
      Expressions may go over several lines. It ends with exit, or with the end of input. Lines from a pipe are evaluated too, and the \
      last value is written. Nothing is changed.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.evaluating,
    examples: [
      Manual.Example("Try a function", "echo 'cidrsubnet(\"10.0.0.0/16\", 8, 2)' | plumb console"),
      Manual.Example("See values as they will be after apply", "plumb console -plan"),
    ])

  @Flag(name: .customLong("plan"), help: "Make a plan first, and show values as they will be when it was applied.")
  var isOfPlan = false

  @OptionGroup(title: "State") var path: StatePathArguments
  @OptionGroup(title: "Variables") var variables: VariableArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    do {
      let file = try await OpenedStateFile.open(session, StateFileArguments(readOnly: path.state))
      return isOfPlan ? await readPlanned(session, file, report) : await readStored(session, file, report)
    } catch {
      report.show(Pipeline.diagnostics(of: error), SourceMap())
      return 1
    }
  }

  /// With the values of a plan. What is wrong with the plan leaves unknown what it would have known.
  private func readPlanned(_ session: Session, _ file: OpenedStateFile?, _ report: Report) async -> Int32 {
    let quiet = QuietRunView(report)
    guard let run = await PlanRun.make(session, mode: nil, variables: variables, view: quiet, reading: file?.reading) else { return 1 }
    report.show(run.diagnostics, run.sources)
    if run.diagnostics.hasErrors {
      let warning = "Due to the problems above, some expressions may produce unexpected results."
      report.show([.warning(warning, "")], SourceMap())
    }
    var code: Int32 = 1
    if let values = run.values { code = await read(ExpressionConsole(values), run.pipeline.pool, session.world, report) }
    await run.pipeline.close()
    return code
  }

  /// With the values of the state.
  private func readStored(_ session: Session, _ file: OpenedStateFile?, _ report: Report) async -> Int32 {
    let world = session.world
    let tree = session.loadModules(variables)
    var sources = tree.sources
    let input = session.inputVariables(tree, variables, &sources, style: report.style, allowsMissing: true)
    if input.allDiagnostics.hasErrors {
      report.show(input.allDiagnostics, sources)
      return 1
    }
    switch await Pipeline.open(session, tree: tree, reading: file?.reading) {
    case .failed(let diagnostics, let sources):
      report.show(diagnostics, sources)
      return 1
    case .ready(let pipeline):
      let context = session.context(planTimestamp: nil, parallelism: 10, isPlanning: false)
      let console = ExpressionConsole(
        pipeline.graph, state: pipeline.snapshot, variables: input.values, context: context)
      let code = await read(console, pipeline.pool, world, report)
      await pipeline.close()
      return code
    }
  }

  private func read(_ console: ExpressionConsole, _ pool: ProviderPool, _ world: World, _ report: Report) async -> Int32 {
    // A script is told the last value only, and ends with its first mistake.
    var last: String?
    defer { if let last { world.output.line(last) } }
    var pending = ""
    var history: [String] = []
    while true {
      let line: String
      switch nextLine(prompt: pending.isEmpty ? "> " : ": ", history, world) {
      case .line(let text): line = text
      case .interrupted(let typed):
        if pending.isEmpty && typed.isEmpty { return 0 }
        pending = ""
        continue
      case .end: return 0
      }
      if !line.trimmedSpaces.isEmpty, line != history.last { history.append(line) }
      let trimmed = line.trimmedSpaces
      if pending.isEmpty && trimmed.isEmpty { continue }
      if pending.isEmpty && ["exit", "quit"].contains(trimmed) { return 0 }
      if pending.isEmpty && trimmed == "help" {
        world.output.line("Type an expression to see its value; exit, or Ctrl-D, leaves the console.")
        continue
      }
      pending += pending.isEmpty ? line : "\n" + line
      if ExpressionConsole.isIncomplete(pending) { continue }
      let text = pending
      pending = ""
      let problems = await console.prepare(text, pool: pool)
      if problems.hasErrors {
        report.show(problems, SourceMap())
        if world.isInputTerminal { continue }
        last = nil
        return 1
      }
      let (value, diagnostics, sources) = console.evaluate(text)
      report.show(diagnostics, sources)
      if diagnostics.hasErrors {
        if world.isInputTerminal { continue }
        last = nil
        return 1
      }
      guard let value else { continue }
      if world.isInputTerminal { world.output.line(consoleText(value)) } else { last = consoleText(value) }
    }
  }

  private func nextLine(prompt: String, _ history: [String], _ world: World) -> TypedLine {
    if let editLine = world.editLine { return editLine(prompt, history) }
    if world.isInputTerminal { world.output(prompt) }
    return world.readLine().map(TypedLine.line) ?? .end
  }
}
