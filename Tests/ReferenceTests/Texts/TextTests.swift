import Foundation
import Testing

/// What people see, letter by letter: the files of `Texts/Golden` have the form of scenarios, and behind each command a section `text`
/// with all that it writes, to the output and then to the errors. Whatever differs from run to run stands there as `<id 1>`, `<N>s`.
/// `TERMINAL=80` in the body of a command runs it at a terminal of so many columns, colours and all; each line `TYPE=text` is typed
/// there when it asks for something, or when it has shown what a line `WHEN=text` before it says.
///
/// `PLUMB_UPDATE_TEXTS=1` writes the files anew with what the program says now. Read the difference before you keep it.
@Suite struct TextTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".txtar") }.sorted()
  private static let isUpdating = ProcessInfo.processInfo.environment["PLUMB_UPDATE_TEXTS"] != nil

  private static func needsPeer(_ file: String) -> Bool {
    (try? String(contentsOf: folder.appending(path: file), encoding: .utf8))?.contains("example/peer") ?? false
  }

  @Test(arguments: names.filter { !needsPeer($0) }) func saysWhatItShould(file: String) async throws { try await check(file) }

  @Test(
    .enabled(if: PeerProviders.peer.interpreter != nil, PeerTests.skipReason),
    arguments: names.filter(needsPeer))
  func saysWhatItShouldOfAPeer(file: String) async throws { try await check(file) }

  private func check(_ file: String) async throws {
    let plumb = try #require(Program.plumb, "the program plumb is not built; `swift build` makes it, or PLUMB names it")
    let url = Self.folder.appending(path: file)
    let text = try String(contentsOf: url, encoding: .utf8)
    let sections = Scenario.sections(of: text)
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-texts-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    var environment = ["PATH": Program.searchPath, "HOME": home.path, "NO_COLOR": "1", "COLUMNS": "80"]
    if Self.needsPeer(file) {
      environment["TF_CLI_CONFIG_FILE"] = try PeerProviders.install([PeerProviders.peer], in: home, asMirror: true).path
    }
    var names = ChangingNames(directory: directory)
    var run = ScenarioRun(program: plumb, directory: directory)
    var commands = 0
    var written: [(header: String?, body: String)] = []
    for (header, body) in sections where header != "text" {
      written.append((header, body))
      guard let header else { continue }
      switch Scenario.event(header: header, body: body) {
      case .write(let path, let text): try run.write(text, to: path)
      case .remove(let path): try FileManager.default.removeItem(at: directory.appending(path: path))
      case .cluster: throw TestCluster.Problem(description: "there is no cluster here")
      case .run(let command):
        let outcome = try await outcome(of: command, body: body, plumb, in: directory, environment)
        let all = outcome.output + outcome.errors + (outcome.exitCode == 0 ? "" : "exit \(outcome.exitCode)\n")
        written.append(("text", names.replaced(in: all)))
        commands += 1
      }
    }
    #expect(commands > 0)
    let now = written.map { ($0.header.map { "-- \($0) --\n" } ?? "") + ($0.body.hasSuffix("\n") ? $0.body : $0.body + "\n") }.joined()
    let trimmed = { (text: String) in text.trimmingCharacters(in: .newlines) + "\n" }
    if Self.isUpdating {
      try Data(trimmed(now).utf8).write(to: url)
    } else if trimmed(now) != trimmed(text) {
      Issue.record("\(file): the program says something else now:\n\(difference(trimmed(text), trimmed(now)))")
    }
  }

  private func outcome(
    of command: Scenario.Command, body: String, _ plumb: Program, in directory: URL, _ environment: [String: String]
  ) async throws -> Outcome {
    var environment = environment.merging(command.environment) { $1 }
    let lines = body.split(separator: "\n")
    let columns = lines.first { $0.hasPrefix("TERMINAL=") }.flatMap { Int($0.dropFirst("TERMINAL=".count)) }
    guard let columns else {
      return try await plumb.run(command.words, in: directory, environment: environment, input: command.input)
    }
    // A terminal knows its width, and has colours unless the command says otherwise.
    for name in ["NO_COLOR", "COLUMNS", "TERMINAL", "WHEN", "TYPE"] where name != "NO_COLOR" || command.environment[name] == nil {
      environment[name] = nil
    }
    return try await Terminal(columns: columns, typed: Terminal.Keys.read(from: lines)).run(plumb, command.words, in: directory, environment: environment)
  }

  /// The lines from the first that differ to the last.
  private func difference(_ before: String, _ after: String) -> String {
    let (old, new) = (before.split(separator: "\n", omittingEmptySubsequences: false), after.split(separator: "\n", omittingEmptySubsequences: false))
    let start = zip(old, new).prefix { $0 == $1 }.count
    let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
    let removed = old[start..<(old.count - end)].map { "- \($0)" }
    let added = new[start..<(new.count - end)].map { "+ \($0)" }
    return (removed + added).joined(separator: "\n")
  }
}

/// Names that are new in each run, numbered in the order in which they appear.
private struct ChangingNames {
  private let directory: URL
  private var numbers: [String: Int] = [:]

  init(directory: URL) { self.directory = directory }

  mutating func replaced(in text: String) -> String {
    var result = sortingReads(in: text).replacingOccurrences(of: directory.path, with: "<directory>")
    for match in text.matches(of: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:deposed (?:object |key )?)[0-9a-f]{8}/) {
      let name = String(match.output)
      if numbers[name] == nil { numbers[name] = numbers.count + 1 }
      let label = "<id \(numbers[name] ?? 0)>"
      result = result.replacingOccurrences(of: name, with: name.hasPrefix("deposed") ? String(name.dropLast(8)) + label : label)
    }
    return result.replacing(/\b(after|in) [0-9]+s\b/) { "\($0.output.1) <N>s" }
  }

  /// Objects are read side by side, in no particular order.
  private func sortingReads(in text: String) -> String {
    var lines: [Substring] = []
    var reads: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.contains(": Refreshing state...") || line.contains(": Preparing import...") {
        reads.append(line)
        continue
      }
      lines += reads.sorted()
      reads = []
      lines.append(line)
    }
    return (lines + reads.sorted()).joined(separator: "\n")
  }
}
