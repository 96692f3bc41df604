import ArgumentParser
import Diagnostics
import State
import Values

struct OutputCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "output", abstract: "Show output values from your root module.",
    discussion: """
      Reads the outputs that the last apply left in the state. Without a name it shows all of them, and hides sensitive ones; with a name \
      it shows that one as it is.
      """)

  static let manual = Manual(
    exitCodes: [("0", "The values were shown; none at all is no failure."), ("1", "The output does not exist, or the state cannot be read.")],
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("Into a variable of a shell", "address=$(plumb output -raw address)"),
      Manual.Example("One member of a larger value", "plumb output -json subnets | jq -r '.private[0]'"),
    ])

  @Argument(help: "An output of the root module. Without it all are shown.")
  var name: String?

  @Flag(help: "Write one JSON document for programs; sensitive values are in it.")
  var json = false

  @Flag(help: "Write the text of one output as it is, without quotes and without a newline. Needs NAME.")
  var raw = false

  @OptionGroup(title: "State") var path: StatePathArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    let session = Session(world)
    let report = Report(world, view)
    let outputs: [String: Value]
    do {
      outputs = try await EditableState.open(session, path: path.state).snapshot.outputValues()
    } catch {
      report.show(Pipeline.diagnostics(of: error), SourceMap())
      return 1
    }
    if raw && json {
      report.show([.error("Invalid output format", "Give one of -raw and -json.")], SourceMap())
      return 1
    }
    if raw && name == nil {
      report.show(
        [.error("Unsupported arguments", "The -raw option can only be used together with the name of one output.")], SourceMap())
      return 1
    }
    if outputs.isEmpty && !json {
      report.show([Self.noOutputs], SourceMap())
      return 0
    }
    guard let name else {
      if json { world.output(bytes: outputsDocument(outputs)) } else { world.output(outputLines(outputs)) }
      return 0
    }
    guard let value = outputs[name] else {
      report.show(
        [
          .error(
            "Output \"\(name)\" not found",
            "The state has no such output. If it is new in the configuration, run `plumb apply` first.")
        ], SourceMap())
      return 1
    }
    return show(name, value.withoutMarks, world, report)
  }

  private static let noOutputs = Diagnostic.warning(
    "No outputs found",
    "There is nothing to show: the state has no outputs. Declare one in an `output` block and run `plumb apply`.")

  private func show(_ name: String, _ value: Value, _ world: World, _ report: Report) -> Int32 {
    if json {
      world.output(bytes: outputDocument(value))
      return 0
    }
    if raw {
      guard let text = try? convert(value, to: .string), let raw = text.asString else {
        report.show(
          [
            .error(
              "Unsupported value for raw output",
              "-raw prints strings, numbers and booleans, and \"\(name)\" is \(value.type.friendlyName).\n\nUse -json "
                + "for it.")
          ], SourceMap())
        return 1
      }
      world.output(raw)
      return 0
    }
    world.output.line(valueText(value, indent: 0))
    return 0
  }
}

extension StateSnapshot {
  /// The root outputs, marked where they are sensitive.
  func outputValues() throws -> [String: Value] {
    var result: [String: Value] = [:]
    for (name, output) in outputs {
      let value = try JSONValueCodec.decode(output.value, type: try JSONValueCodec.decodeType(output.type))
      result[name] = output.sensitive ? value.marked(with: .sensitive) : value
    }
    return result
  }
}
