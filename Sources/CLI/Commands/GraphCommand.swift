import ArgumentParser
import Diagnostics
import Engine
import Host
import Modules

struct GraphCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Write what depends on what, as a drawing for Graphviz.",
    discussion: """
      Writes which resource needs which other one, in the DOT language that graphviz and many other programs draw. With -type or -plan \
      it writes all that an operation does, and after what. What something waits for anyway, by way of another thing, has no arrow of \
      its own.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("Draw a picture", "plumb graph | dot -Tsvg > graph.svg"),
      Manual.Example("See the order in which a plan is carried out", "plumb plan -out=tfplan", "plumb graph -plan=tfplan"),
      Manual.Example("Find out what depends on itself", "plumb graph -type=plan -draw-cycles | grep red"),
    ])

  @Option(
    name: .customLong("type"),
    help: ArgumentHelp(
      "What to draw: plan, apply, plan-destroy or plan-refresh-only. Without it only resources are drawn.", valueName: "type"))
  var type: String?

  @Option(
    name: .customLong("plan"),
    help: ArgumentHelp(
      "A plan that was saved with plumb plan -out: the steps that apply would take, or with another -type its configuration.",
      valueName: "file"))
  var planFile: String?

  @Flag(name: .customLong("draw-cycles"), help: "With -type, draw a graph that has cycles too, and these in red.")
  var drawsCycles = false

  @Option(
    name: .customLong("module-depth"), help: ArgumentHelp("Has no effect: all modules are drawn.", valueName: "n"))
  var moduleDepth: Int?

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    if let type, !["plan", "plan-refresh-only", "plan-destroy", "apply"].contains(type) {
      let kinds = "The operations are plan, plan-refresh-only, plan-destroy and apply."
      report.show([.error("Unsupported graph type", "There is no graph of \"\(type)\". \(kinds)")], SourceMap())
      return 1
    }
    var file: PlanFile?
    do {
      file = try planFile.map { try PlanFile(reading: try world.files.read($0)) }
    } catch {
      report.show([.error("Failed to load \"\(planFile ?? "")\" as a plan file", "\(error)")], SourceMap())
      return 1
    }
    if let file, type == nil || type == "apply" {
      world.output(OperationGraph(applying: file.plan).dotText(showsCycles: drawsCycles))
      return 0
    }
    let tree = file?.loadModules() ?? session.loadModules()
    let outcome = await Pipeline.open(
      session, tree: tree, needsState: type == "plan-destroy", tellsEverything: true, acceptsCycles: drawsCycles && type != nil)
    switch outcome {
    case .failed(let diagnostics, let sources):
      report.show(diagnostics, sources)
      return 1
    case .ready(let pipeline):
      world.output(text(pipeline))
      await pipeline.close()
      return 0
    }
  }

  private func text(_ pipeline: Pipeline) -> String {
    switch type {
    case nil: pipeline.graph.dotText()
    case "plan-destroy":
      OperationGraph(destroying: pipeline.snapshot, of: pipeline.graph).dotText(showsCycles: drawsCycles)
    default: OperationGraph(evaluating: pipeline.graph).dotText(showsCycles: drawsCycles)
    }
  }
}
