import ArgumentParser
import HCL
import Host

/// A subcommand: arguments that were understood, and what they do.
protocol Command: ParsableCommand {
  /// Does the work and gives the exit code. Everything the user sees has been written when it returns.
  func run(in world: World) async -> Int32
}

/// The program: a list of subcommands.
struct PlumbCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plumb",
    abstract: "Plan, apply and watch over infrastructure described in the Terraform language.",
    discussion: """
      Global option, before the subcommand: -chdir=DIR switches to another working directory first.
      Options may be written with one hyphen or two. -install-autocomplete teaches your shell to complete them.
      """,
    groupedSubcommands: [
      CommandGroup(
        name: "Main",
        subcommands: [InitCommand.self, ValidateCommand.self, PlanCommand.self, ApplyCommand.self, DestroyCommand.self]),
      CommandGroup(
        name: "Other",
        subcommands: [
          CompletionCommand.self, ConsoleCommand.self, ForceUnlockCommand.self, FormatCommand.self, GetCommand.self,
          GraphCommand.self, ImportCommand.self, LoginCommand.self, LogoutCommand.self, ModulesCommand.self, OutputCommand.self,
          ProvidersCommand.self, RefreshCommand.self, ShowCommand.self, StateCommand.self, TaintCommand.self, TestCommand.self,
          UntaintCommand.self,
          VersionCommand.self, WorkspaceCommand.self,
        ]),
    ])
}

/// Runs the program with the arguments and the surroundings of this process.
package func runPlumb() async -> Int32 {
  await run(Array(CommandLine.arguments.dropFirst()), in: .process())
}

/// Ends the process.
package func exit(with code: Int32) -> Never { exitProcess(code) }

/// Runs one command line.
package func run(_ arguments: [String], in world: World) async -> Int32 {
  var world = world
  world.arguments = withEnvironmentArguments(arguments, world.environment)
  let normalized = ArgumentNormalization(world.arguments)
  if let directory = normalized.directory {
    do throws(FileError) {
      world.workingDirectory = try changeDirectory(directory)
    } catch {
      world.errors.line("Error handling -chdir option: chdir \(directory): \(error.sentence)")
      return 1
    }
  }
  let given = normalized.arguments == ["--version"] ? ["version"] : normalized.arguments
  if given.isEmpty {
    world.output(withSingleHyphens(PlumbCommand.helpMessage(columns: world.output.width ?? 80)))
    world.output.line()
    return 127
  }
  if given == ["--install-autocomplete"] || given == ["--uninstall-autocomplete"] {
    return CompletionInstallation.change(in: world, isInstalling: given == ["--install-autocomplete"])
  }
  if let unknown = unknownCommand(given) {
    world.errors.line(unknown)
    return 1
  }
  do {
    var command = try PlumbCommand.parseAsRoot(given)
    if let command = command as? any Command { return await command.run(in: world) }
    // Help, or a group of commands without one of them: what is left shows how it is used.
    try command.run()
    return 0
  } catch {
    let text = withSingleHyphens(PlumbCommand.fullMessage(for: error, columns: world.output.width ?? 80))
    if PlumbCommand.exitCode(for: error).isSuccess {
      world.output.line(text)
      return 0
    }
    world.errors.line(text)
    return 1
  }
}

/// A text of the argument parser with options as people write them here: `-var` and `-refresh=true|false`, in the same columns.
func withSingleHyphens(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    let plain = line
      .replacing(/--([a-z][a-z-]*)\/--no-[a-z-]+/) { "-\($0.output.1)=true|false" }
      .replacing(/\(default: --(no-)?[a-z][a-z-]*\)/) { "(default: \($0.output.1 == nil))" }
      .replacing(/(^|[\s'(\[])--([a-z])/) { "\($0.output.1)-\($0.output.2)" }
    guard line.hasPrefix("  -"), let gap = plain.firstRange(of: /\S {2,}\S/) else { return String(plain) }
    // What was shortened is made up for, so that the explanations stay below each other.
    let end = plain.index(after: gap.lowerBound)
    return plain[..<end] + String(repeating: " ", count: max(0, line.count - plain.count)) + plain[end...]
  }.joined(separator: "\n")
}

/// What to say when the first word is no command.
private func unknownCommand(_ arguments: [String]) -> String? {
  guard let name = arguments.first, !name.hasPrefix("-"), name != "help" else { return nil }
  let configuration = PlumbCommand.configuration
  let all = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
  let names = all.flatMap { [$0._commandName] + $0.configuration.aliases }
  if names.contains(name) { return nil }
  let near = suggestion(for: name, among: names.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
  return "Plumb has no command named \"\(name)\".\(near)\n\nTo see all of Plumb's top-level commands, run:\n  plumb -help\n"
}

/// `TF_CLI_ARGS` and `TF_CLI_ARGS_command` stand behind the subcommand, before what was typed after it.
func withEnvironmentArguments(_ arguments: [String], _ environment: [String: String]) -> [String] {
  guard let position = arguments.firstIndex(where: { !$0.hasPrefix("-") }) else { return arguments }
  let name = arguments[position]
  var inserted: [String] = []
  for variable in ["TF_CLI_ARGS", "TF_CLI_ARGS_\(name)"] {
    if let text = environment[variable] { inserted += shellWords(text) }
  }
  return Array(arguments[...position]) + inserted + arguments[(position + 1)...]
}

/// Splits text as a shell splits words: quotes and backslashes count, nothing is expanded.
func shellWords(_ text: String) -> [String] {
  var words: [String] = []
  var word = ""
  var isInWord = false
  var quote: Character?
  var isEscaped = false
  for character in text {
    if isEscaped {
      word.append(character)
      isEscaped = false
    } else if character == "\\" && quote != "'" {
      isEscaped = true
      isInWord = true
    } else if let open = quote {
      if character == open { quote = nil } else { word.append(character) }
    } else if character == "'" || character == "\"" {
      quote = character
      isInWord = true
    } else if character.isWhitespace {
      if isInWord { words.append(word) }
      word = ""
      isInWord = false
    } else {
      word.append(character)
      isInWord = true
    }
  }
  if isInWord { words.append(word) }
  return words
}
