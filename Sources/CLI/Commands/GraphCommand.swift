import ArgumentParser
import Diagnostics
import Engine
import Modules

struct GraphCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Generate a Graphviz graph of the resources in the configuration.",
    discussion: "Writes the dependencies between resources in the DOT language; graphviz draws it: plumb graph | dot -Tsvg")

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
