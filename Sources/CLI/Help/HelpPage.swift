import ArgumentParser
import Values

/// The help page of a command: its usage, what it does, its arguments and options as they are declared, and what its manual adds.
struct HelpPage {
  /// The words that call the command, without the program's name.
  private let words: [String]
  private let command: any ParsableCommand.Type
  private let layout: HelpLayout

  /// - Parameter columns: the width of the terminal.
  init(of command: any ParsableCommand.Type, words: [String], columns: Int) {
    self.command = command
    self.words = words
    layout = HelpLayout(columns: max(50, min(columns, 100)))
  }

  /// The page that a command line asks for, if it asks for one: `help COMMAND`, or `-help` behind a command.
  init?(askedForBy arguments: [String], columns: Int) {
    let isHelp = arguments.first == "help"
    var words: [String] = []
    var command: any ParsableCommand.Type = PlumbCommand.self
    for word in arguments.dropFirst(isHelp ? 1 : 0) {
      guard let next = command.subcommand(named: word) else { break }
      command = next
      words.append(next._commandName)
    }
    let rest = arguments.dropFirst(words.count)
    if !isHelp, !rest.prefix(while: { $0 != "--" }).contains("--help") { return nil }
    self.init(of: command, words: words, columns: columns)
  }

  var text: String {
    let arguments = DeclaredArgument.all(of: command)
    let manual = (command as? any Documented.Type)?.manual ?? Manual()
    var sections = [usage(arguments), layout.paragraphs(description)]
    sections += argumentSections(arguments)
    sections += subcommandSections
    sections.append(layout.section("Environment variables", variables(manual).map { ($0.name, $0.meaning) }))
    sections.append(layout.section("Exit codes", manual.exitCodes.map { ($0.code, $0.meaning) }))
    if let additions = manual.additions { sections.append("What Terraform does not have:\n\n" + layout.paragraphs(additions)) }
    sections.append(examples(manual.examples))
    return sections.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// What the command does, in a sentence and then in all that there is to know.
  private var description: String {
    let configuration = command.configuration
    return [configuration.abstract, configuration.discussion].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var callName: String { (["plumb [-chdir=DIR]"] + words).joined(separator: " ") }

  private func usage(_ arguments: [DeclaredArgument]) -> String {
    let shown = arguments.filter(\.isPositional).map(\.usage)
    var lines: [String] = []
    if !command.configuration.subcommands.isEmpty { lines.append("\(callName) COMMAND [options]") }
    if command is any Command.Type {
      let options = arguments.contains { !$0.isPositional } ? ["[options]"] : []
      lines.insert(([callName] + options + shown).joined(separator: " "), at: 0)
    }
    return lines.enumerated().map { ($0.offset == 0 ? "Usage: " : "       ") + $0.element + "\n" }.joined()
  }

  private func argumentSections(_ arguments: [DeclaredArgument]) -> [String] {
    var titles: [String] = []
    for argument in arguments where !titles.contains(argument.section) { titles.append(argument.section) }
    // What is special about the command stands before what it shares with others.
    let order = titles.filter { $0 == DeclaredArgument.positionals } + titles.filter { $0 == DeclaredArgument.options }
    let others = titles.filter { !order.contains($0) }
    return (order + others).map { title in
      layout.section(title, arguments.filter { $0.section == title }.map { ($0.label, $0.explanation) })
    }
  }

  private var subcommandSections: [String] {
    let configuration = command.configuration
    let groups = configuration.groupedSubcommands.map { ($0.name, $0.subcommands) }
    let sections = (configuration.ungroupedSubcommands.isEmpty ? [] : [("Commands", configuration.ungroupedSubcommands)]) + groups
    let call = (["plumb"] + words).joined(separator: " ")
    let hint = sections.isEmpty ? [] : [layout.paragraphs("To read about one of them: \(call) COMMAND -help")]
    return sections.map { title, commands in
      layout.section(title, commands.map { ($0._commandName, $0.configuration.abstract) })
    } + hint
  }

  private func variables(_ manual: Manual) -> [EnvironmentVariable] {
    let name = words.isEmpty ? "command" : words.joined(separator: "_").replacing("-", with: "_")
    if command.configuration.subcommands.isEmpty || command is any Command.Type || words.isEmpty {
      return [
        EnvironmentVariable(
          name: "TF_CLI_ARGS_\(name), TF_CLI_ARGS",
          meaning: "Options that are put before those of the command line\(words.isEmpty ? ", for one command and for all" : "").")
      ] + manual.environment
    }
    return manual.environment
  }

  private func examples(_ examples: [Manual.Example]) -> String {
    if examples.isEmpty { return "" }
    let texts = examples.map { example in
      layout.paragraphs(example.purpose + ":") + example.lines.map { "    \($0)\n" }.joined()
    }
    return "Examples:\n\n" + texts.joined(separator: "\n")
  }
}

extension ParsableCommand {
  static func subcommand(named name: String) -> (any ParsableCommand.Type)? {
    configuration.subcommands.first { $0._commandName == name }
  }
}

/// An argument or option as its declaration tells it.
struct DeclaredArgument {
  static let positionals = "Arguments"
  static let options = "Options"

  /// The name without hyphens; nil for what stands at a place.
  var name: String?
  /// Whether it is a flag that is turned off by `=false`.
  private var isOnByDefault = false
  private var isFlag: Bool
  private var valueName: String
  private var isOptional: Bool
  private var isRepeating: Bool
  private var defaultValue: String?
  private var abstract: String
  private var title: String?

  var isPositional: Bool { name == nil }

  var section: String { isPositional ? Self.positionals : title ?? Self.options }

  /// As people write it: `-refresh=true|false`, `-target=ADDRESS`, `-var='NAME=VALUE'`, `ADDRESS`.
  var label: String {
    guard let name else { return valueText }
    if isFlag { return isOnByDefault ? "-\(name)=true|false" : "-\(name)" }
    return "-\(name)=" + (valueText.contains("=") && !valueText.contains("|") ? "'\(valueText)'" : valueText)
  }

  var usage: String {
    let text = isRepeating ? "\(valueText)..." : valueText
    return isOptional ? "[\(text)]" : text
  }

  var explanation: String {
    guard let shown = isFlag ? isOnByDefault ? "true" : nil : defaultValue, !shown.isEmpty else { return abstract }
    return "\(abstract) Default: \(shown)"
  }

  /// The flag that this one turns off, if it does.
  private var positiveName: String? { name.flatMap { $0.hasPrefix("no-") ? String($0.dropFirst(3)) : nil } }

  private var valueText: String { valueName.uppercased() }

  /// Everything that is shown, in the order of declaration.
  static func all(of command: any ParsableCommand.Type) -> [DeclaredArgument] {
    let document = try? JSONNode(parsing: Array(command._dumpHelp().utf8))
    var all = (document?["command"]?["arguments"]?.array ?? []).compactMap(DeclaredArgument.init)
    // Flags that are on stand there twice: `refresh` and `no-refresh`.
    let names = Set(all.compactMap(\.name))
    all.removeAll { $0.positiveName.map(names.contains) ?? false }
    for index in all.indices { all[index].isOnByDefault = all[index].name.map { names.contains("no-\($0)") } ?? false }
    return all
  }

  private init?(_ node: JSONNode) {
    let names = (node["names"]?.array ?? []).compactMap { $0["name"]?.string }
    guard node["shouldDisplay"]?.bool == true, !names.contains("help") else { return nil }
    let kind = node["kind"]?.string
    name = kind == "positional" ? nil : node["preferredName"]?["name"]?.string
    isFlag = kind == "flag"
    valueName = node["valueName"]?.string ?? ""
    isOptional = node["isOptional"]?.bool == true
    isRepeating = node["isRepeating"]?.bool == true
    defaultValue = node["defaultValue"]?.string
    abstract = node["abstract"]?.string ?? ""
    title = node["sectionTitle"]?.string
  }
}
