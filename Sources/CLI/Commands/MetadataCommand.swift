import ArgumentParser
import Diagnostics
import Expressions

struct MetadataCommand: Documented {
  static let configuration = CommandConfiguration(
    commandName: "metadata", abstract: "Tell programs what the language has.",
    discussion: "For editors and other programs that work with configuration.", subcommands: [MetadataFunctionsCommand.self])

  static let manual = Manual()
}

struct MetadataFunctionsCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "functions", abstract: "Show signatures and descriptions for the available functions.",
    discussion: """
      Writes one JSON document with every function that expressions can call by its name alone: what it does, its parameters and the \
      type of its result. The functions of providers are in plumb providers schema. The option -json is required, since there is no \
      other form.
      """)

  static let manual = Manual(
    examples: [
      Manual.Example(
        "What a function does", "plumb metadata functions -json | jq -r .function_signatures.cidrsubnet.description")
    ])

  @Flag(help: "Write one JSON document for programs. It is the only form.")
  var json = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    guard json else {
      Report(world, view).show(
        [.error("The `plumb metadata functions` command requires the `-json` flag.", "Run it again with -json.")], SourceMap())
      return 1
    }
    let functions = Session(world).functions(planTimestamp: nil, isPlanning: true)
    world.output(bytes: functionSignaturesDocument(functions.describedFunctions))
    world.output.line()
    return 0
  }
}
