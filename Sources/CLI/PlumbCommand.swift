import ArgumentParser
import Engine
import HCL
import Host

/// A subcommand: arguments that were understood, and what they do.
protocol Command: Documented {
  /// Does the work and gives the exit code. Everything the user sees has been written when it returns.
  func run(in world: World) async -> Int32
}

/// The program: a list of subcommands.
struct PlumbCommand: Documented {
  static let configuration = CommandConfiguration(
    commandName: "plumb",
    abstract: "Plan, apply and watch over infrastructure described in the Terraform language.",
    discussion: """
      Plumb reads the configuration in the working directory, compares it with what exists, and makes the two agree. Directories that \
      were made for Terraform \(terraformVersion) can be used as they are, with the same commands and options.

      Options may be written with one hyphen or two, and their values behind = or a space.

        -chdir=DIR               before the command: work in another directory
        -version, -v             the same as plumb version
        -install-autocomplete    teach your shell to complete commands and options
        -uninstall-autocomplete  take that away again
      """,
    groupedSubcommands: [
      CommandGroup(
        name: "Main commands",
        subcommands: [InitCommand.self, ValidateCommand.self, PlanCommand.self, ApplyCommand.self, DestroyCommand.self]),
      CommandGroup(
        name: "All other commands",
        subcommands: [
          CompletionCommand.self, ConsoleCommand.self, ForceUnlockCommand.self, FormatCommand.self, GetCommand.self,
          GraphCommand.self, ImportCommand.self, LabCommand.self, LoginCommand.self, LogoutCommand.self, MetadataCommand.self, ModulesCommand.self, OutputCommand.self,
          ProvidersCommand.self, RefreshCommand.self, ShowCommand.self, StateCommand.self, TaintCommand.self, TestCommand.self,
          UntaintCommand.self, VersionCommand.self, WorkspaceCommand.self,
        ]),
    ])

  static let manual = Manual(
    exitCodes: [
      ("0", "All was well."), ("1", "Something failed, or the options make no sense."),
      ("2, 3, 127", "What the pages of plan and fmt say; 127 when there is no command."),
    ],
    environment: EnvironmentVariable.all,
    examples: [Manual.Example("From a configuration to infrastructure", "plumb init", "plumb plan -out=tfplan", "plumb apply tfplan")],
    additions: """
      State is kept in the database plumb.sqlite with its history: plumb state history, journal, resolve and identities. Runs that \
      change different objects do not wait for each other, since only objects are locked. What cannot be planned yet is deferred to \
      further rounds of plumb apply. Plans can leave parts out (-exclude, -exclude-file), read addresses from files (-target-file) and \
      read only what is about to change (-minimal-refresh). plumb completion prints scripts for shells.
      """)
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
  let given = [["--version"], ["--v"]].contains(normalized.arguments) ? ["version"] : normalized.arguments
  let columns = world.output.width ?? 80
  if given.isEmpty {
    world.output(HelpPage(of: PlumbCommand.self, words: [], columns: columns).text)
    return 127
  }
  if given == ["--install-autocomplete"] || given == ["--uninstall-autocomplete"] {
    return CompletionInstallation.change(in: world, isInstalling: given == ["--install-autocomplete"])
  }
  if let unknown = unknownCommand(given) {
    world.errors.line(unknown)
    return 1
  }
  if let page = HelpPage(askedForBy: given, columns: columns) {
    world.output(page.text)
    return 0
  }
  do {
    let command = try PlumbCommand.parseAsRoot(given)
    if let command = command as? any Command { return await command.run(in: world) }
    // A group of commands without one of them.
    world.output(HelpPage(of: type(of: command), words: commandWords(given), columns: columns).text)
    return 1
  } catch {
    let call = (["plumb"] + commandWords(given)).joined(separator: " ")
    world.errors.line("Error: \(withSingleHyphens(PlumbCommand.message(for: error)))\n\nTo see how it is used, run:\n  \(call) -help\n")
    return 1
  }
}

/// A text of the argument parser with options and places as people write them here: `-target=ADDRESS`.
private func withSingleHyphens(_ text: String) -> String {
  text.replacing(/(^|[\s'(\[])--([a-z])/) { "\($0.output.1)-\($0.output.2)" }
    .replacing(/(-[a-z-]+) <([^>]+)>/) { "\($0.output.1)=\($0.output.2.uppercased())" }
    .replacing(/'<([^>]+)>'/) { $0.output.1.uppercased() }
}

/// The words at the beginning that name a command and its subcommand.
private func commandWords(_ arguments: [String]) -> [String] {
  var command: any ParsableCommand.Type = PlumbCommand.self
  return arguments.prefix { word in
    guard let next = command.subcommand(named: word) else { return false }
    command = next
    return true
  }
}

/// What to say when the first word is no command.
private func unknownCommand(_ arguments: [String]) -> String? {
  guard let name = arguments.first, !name.hasPrefix("-"), name != "help" else { return nil }
  let names = PlumbCommand.configuration.subcommands.map { $0._commandName }
  if names.contains(name) { return nil }
  let near = suggestion(for: name, among: names.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
  return "Plumb has no command named \"\(name)\".\(near)\n\nAll commands are listed by:\n  plumb -help\n"
}

/// What `TF_CLI_ARGS_state_list` and `TF_CLI_ARGS` hold stands behind the words of the command, before what was typed after them.
func withEnvironmentArguments(_ arguments: [String], _ environment: [String: String]) -> [String] {
  guard let start = arguments.firstIndex(where: { !$0.hasPrefix("-") }) else { return arguments }
  let words = commandWords(Array(arguments[start...]))
  let end = start + max(1, words.count)
  let name = arguments[start..<end].joined(separator: "_").replacing("-", with: "_")
  let inserted = ["TF_CLI_ARGS_\(name)", "TF_CLI_ARGS"].compactMap { environment[$0] }.flatMap(shellWords)
  return Array(arguments[..<end]) + inserted + arguments[end...]
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
