import ArgumentParser
import Diagnostics
import Engine
import Modules

struct GraphCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Generate a Graphviz graph of the resources in the configuration.",
    discussion: """
      Writes which resource needs which other one, in the DOT language that graphviz and many other programs draw. What a resource \
      waits for anyway, by way of another, has no arrow of its own.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("Draw a picture", "plumb graph | dot -Tsvg > graph.svg")])

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let tree = session.loadModules()
    switch await Pipeline.open(session, tree: tree, needsState: false, tellsEverything: true) {
    case .failed(let diagnostics, let sources):
      Report(world, view).show(diagnostics, sources)
      return 1
    case .ready(let pipeline):
      world.output(pipeline.graph.dotText())
      await pipeline.close()
      return 0
    }
  }
}
