@testable import CLI
import ArgumentParser
import Foundation
import Testing

/// Help pages say what the parser takes, all of it, and nothing else.
@Suite struct HelpTests {
  struct Page: CustomTestStringConvertible, Sendable {
    var words: [String]
    var command: any ParsableCommand.Type
    var text: String { HelpPage(of: command, words: words, columns: 80).text }
    var testDescription: String { words.joined(separator: " ") }

    /// The options that the page lists, with what stands behind their names: `-target` and `=ADDRESS`.
    var options: [(name: String, value: String)] {
      text.matches(of: /(?m)^  -([a-z-]+)((?:='[^']*'|=[^ ]+)?)(?:  |$)/).map { (String($0.output.1), String($0.output.2)) }
    }

    /// Words for the places that the command has.
    var places: [String] {
      DeclaredArgument.all(of: command).filter { $0.isPositional && !$0.usage.hasPrefix("[") }.map { _ in "word" }
    }
  }

  static let pages = pages(of: PlumbCommand.self, [])

  private static func pages(of command: any ParsableCommand.Type, _ words: [String]) -> [Page] {
    [Page(words: words, command: command)]
      + command.configuration.subcommands.flatMap { pages(of: $0, words + [$0._commandName]) }
  }

  private static let commands = pages.filter { $0.command is any Command.Type }

  /// What the parser says of a command line with these options.
  private func problem(_ page: Page, _ options: [String]) -> String? {
    do {
      _ = try PlumbCommand.parseAsRoot(ArgumentNormalization(page.words + options + page.places).arguments)
      return nil
    } catch {
      return PlumbCommand.message(for: error)
    }
  }

  @Test(arguments: commands) func listedOptionsAreTaken(page: Page) {
    let options = page.options
    let flags = options.filter { $0.value.isEmpty || $0.value == "=true|false" }.map { "-\($0.name)" }
    #expect(problem(page, options.map { "-\($0.name)" + (flags.contains("-\($0.name)") ? "" : "=" + sample($0.value)) }) == nil)
    for value in ["true", "false"] { #expect(problem(page, flags.map { "\($0)=\(value)" }) == nil) }
    #expect(problem(page, ["-no-such-option"]) != nil)
  }

  private func sample(_ value: String) -> String {
    switch value {
    case "=N": "3"
    case "=DURATION": "5m"
    default: "text"
    }
  }

  /// The completion script is written from the parser's own table, and knows all that is not hidden.
  @Test(arguments: commands) func takenOptionsAreListed(page: Page) {
    let listed = Set(page.options.map(\.name))
    let help = page.command.helpMessage(columns: 400)
    let taken = help.matches(of: /(?m)^  (?:-h, )?--([a-z-]+)/).map { String($0.output.1) }.filter { $0 != "help" }
    #expect(listed == Set(taken))
  }

  @Test(arguments: pages) func pagesAreWhole(page: Page) {
    let text = page.text
    #expect(text.hasPrefix("Usage: plumb"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix("    ") })
    if page.command is any Command.Type {
      #expect(text.contains("Exit codes:") && text.contains("Examples:\n\n") && text.contains("TF_CLI_ARGS_"))
    }
    for example in text.matches(of: /(?m)^    plumb ([a-z-]+)/) {
      #expect(PlumbCommand.subcommand(named: String(example.output.1)) != nil)
    }
    for option in DeclaredArgument.all(of: page.command) {
      #expect(option.explanation.contains("."), "\(option.label) is not explained")
    }
  }

  /// A new command gets its page written down with the others.
  @Test func goldenPagesAreComplete() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let golden = try String(contentsOf: folder.appending(path: "ReferenceTests/Texts/Golden/help.txtar"), encoding: .utf8)
    for page in Self.pages {
      #expect(golden.contains("-- $ \((page.words + ["-help"]).joined(separator: " ")) --"), "no page of \(page.words)")
    }
  }

  @Test(arguments: [["plan", "--help"], ["help", "plan"], ["plan", "--out=x", "--help"], ["plan", "file", "--help"]])
  func pageIsAskedFor(arguments: [String]) throws {
    let page = try #require(HelpPage(askedForBy: arguments, columns: 80))
    #expect(page.text.hasPrefix("Usage: plumb [-chdir=DIR] plan"))
  }

  @Test(arguments: [["plan"], ["fmt", "--", "--help"], ["--version"], []]) func noPageIsAskedFor(arguments: [String]) {
    #expect(HelpPage(askedForBy: arguments, columns: 80) == nil)
  }

  @Test func lastWordOfAFlagCounts() {
    #expect(ArgumentNormalization(["plan", "-destroy", "-input=false", "-destroy=false", "-input"]).arguments == ["plan", "--no-input", "--input"])
    #expect(ArgumentNormalization(["plan", "-destroy=false", "-destroy=1"]).arguments == ["plan", "--destroy"])
    #expect(ArgumentNormalization(["console", "-plan=false"]).arguments == ["console"])
    #expect(ArgumentNormalization(["graph", "-plan=false"]).arguments == ["graph", "--plan=false"])
  }

  @Test func environmentHoldsOptions() {
    let environment = ["TF_CLI_ARGS": "-a 'b c'", "TF_CLI_ARGS_state_list": "-id=x", "TF_CLI_ARGS_state": "-no", "TF_CLI_ARGS_force_unlock": "-f"]
    #expect(
      withEnvironmentArguments(["-chdir=d", "state", "list", "m"], environment)
        == ["-chdir=d", "state", "list", "-id=x", "-a", "b c", "m"])
    #expect(withEnvironmentArguments(["force-unlock", "1"], environment) == ["force-unlock", "-f", "-a", "b c", "1"])
    #expect(withEnvironmentArguments(["-version"], environment) == ["-version"])
  }
}
