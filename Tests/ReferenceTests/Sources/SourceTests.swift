import Foundation
import Testing

/// Each scenario of `Scenarios/Sources` through both programs: the same modules in the same places, the same record of them, the
/// same words about it, the same errors and exit codes. Commands are run as they stand.
@Suite struct SourceTests {
  @Test(
    .enabled(if: Program.terraform != nil, Program.terraformSkipReason),
    .enabled(if: SourceFixtures.canServe, SourceFixtures.skipReason), arguments: Scenario.sources)
  func sameAsTerraform(scenario: Scenario) async throws {
    let terraform = try #require(Program.terraform)
    let plumb = try #require(Program.plumb, "the program plumb is not built; `swift build` makes it, or PLUMB names it")
    let fixtures = try SourceFixtures.shared.get()
    #expect(!scenario.events.isEmpty)
    let reference = try await walk(scenario, terraform, fixtures)
    let own = try await walk(scenario, plumb, fixtures)
    if ProcessInfo.processInfo.environment["PLUMB_SCENARIO_TRACE"] != nil {
      for step in reference { print("# \(scenario.name): \(step.line)\n\(step.transcript)") }
    }
    report(differences(reference, own), own, known: scenario.known)
  }

  private func walk(_ scenario: Scenario, _ program: Program, _ fixtures: SourceFixtures) async throws -> [StepResult] {
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-reference-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let walk = SourceWalk(program: program, directory: directory, home: home, fixtures: fixtures)
    try walk.writeConfiguration()
    var results: [StepResult] = []
    for event in scenario.events {
      switch event {
      case .write(let path, let text): try walk.write(text, to: path)
      case .remove(let path): try FileManager.default.removeItem(at: directory.appending(path: path))
      case .cluster: throw TestCluster.Problem(description: "there is no cluster here")
      case .run(let command): results.append(try await walk.run(command))
      }
    }
    var normaliser = Normaliser(
      replacements: [(directory.path, "‹directory›"), (home.path, "‹home›")] + fixtures.words.map { ($0.text, $0.placeholder) })
    return normaliser.normalise(results)
  }
}

/// One program in a directory of its own.
private struct SourceWalk {
  var program: Program
  var directory: URL
  var home: URL
  var fixtures: SourceFixtures

  private var configuration: URL { home.appending(path: "settings.tfrc") }

  /// A registry must be asked over TLS unless the user's settings name its services.
  func writeConfiguration() throws {
    let text = """
      host "registry.example" {
        services = { "modules.v1" = "\(fixtures.words[0].text)/v1/" }
      }
      host "silent.example" {
        services = { "providers.v1" = "\(fixtures.words[0].text)/v1/" }
      }
      """
    try Data(text.utf8).write(to: configuration)
  }

  private func filled(_ text: String) -> String {
    fixtures.words.reduce(text) { $0.replacingOccurrences(of: $1.placeholder, with: $1.text) }
  }

  func write(_ text: String, to path: String) throws {
    let url = directory.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(filled(text).utf8).write(to: url)
  }

  func run(_ command: Scenario.Command) async throws -> StepResult {
    var environment = [
      "PATH": Program.searchPath, "HOME": home.path, "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1", "TF_IN_AUTOMATION": "1",
      "TF_CLI_CONFIG_FILE": configuration.path, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
    ]
    environment.merge(command.environment.mapValues(filled)) { $1 }
    var outcome = try await program.run(
      command.words.map(filled), in: directory, environment: environment, input: command.input)
    outcome.output = plain(outcome.output)
    outcome.errors = plain(outcome.errors)
    var aspects: [String: JSONTree] = ["exit code": .number("\(outcome.exitCode)")]
    switch command.verb {
    case "init", "get":
      aspects["steps"] = .array(steps(outcome.output).map { .string($0) })
    case "validate":
      let report = try? JSONTree(parsing: outcome.output)
      aspects["errors"] = .array((report?["diagnostics"]?.elements ?? []).map(place))
    case "modules" where outcome.output.hasPrefix("{"):
      // The reference lists the calls of a module as they come.
      let calls = (try? JSONTree(parsing: outcome.output))?["modules"]?.elements ?? []
      aspects["modules"] = .array(calls.inCanonicalOrder)
    case "modules":
      // So it does in the tree: the lines are compared by what they say and how deep they stand.
      let lines = outcome.output.split(separator: "\n").map { line in
        let text = line.drop { "│├└─ \u{A0}".contains($0) }
        return JSONTree.string("\(line.count - text.count) \(words(String(text)))")
      }
      aspects["tree"] = .array(lines.inCanonicalOrder)
    default: aspects["text"] = .string(words(outcome.output))
    }
    if command.verb != "validate" { aspects["errors"] = .array(headlines(outcome.errors + outcome.output).map { .string($0) }) }
    aspects["record"] = record()
    aspects["files"] = .array(installedFiles().map { .string($0) })
    return StepResult(
      line: command.line, aspects: aspects, transcript: outcome.output + outcome.errors)
  }

  /// Without the codes for colours, which the reference writes to files too.
  private func plain(_ text: String) -> String { text.replacing(/\u{1B}\[[0-9;]*m/, with: "") }

  /// The program's name stands in many sentences.
  private func words(_ text: String) -> String {
    text.replacingOccurrences(of: "Terraform", with: "Plumb").replacingOccurrences(of: "terraform ", with: "plumb ")
  }

  /// What was said about modules, in order: for people, or for programs.
  private func steps(_ output: String) -> [String] {
    let lines = output.split(separator: "\n").map { line -> String in
      guard line.hasPrefix("{"), let tree = try? JSONTree(parsing: String(line)) else { return String(line) }
      return tree["@message"]?.text ?? ""
    }
    return lines.filter { line in
      ["Downloading ", "Initializing modules", "Upgrading modules", "Copying "].contains(where: line.hasPrefix)
        // Of a directory that is not there, the reference says that it is in no directory.
        || (line.hasPrefix("- ") && line.contains(" in ") && !line.hasSuffix(" in "))
    }.map(words)
  }

  /// Headlines of errors and warnings, each once: the reference says some twice.
  private func headlines(_ text: String) -> [String] {
    var seen: Set<String> = []
    return text.split(separator: "\n").compactMap { line in
      if line.hasPrefix("{"), let tree = try? JSONTree(parsing: String(line)) {
        let text = tree["@message"]?.text?.split(separator: "\n").first.map(String.init)
        return ["error", "warn"].contains(tree["@level"]?.text) ? text : nil
      }
      let text = line.hasPrefix("│ ") ? line.dropFirst(2) : line
      return text.hasPrefix("Error: ") || text.hasPrefix("Warning: ") ? String(text) : nil
    }.map(words).filter { seen.insert($0).inserted }
  }

  private func place(_ diagnostic: JSONTree) -> JSONTree {
    .object(["summary": diagnostic["summary"] ?? .null, "start": diagnostic["range"]?["start"] ?? .null])
  }

  private func record() -> JSONTree {
    let path = directory.appending(path: ".terraform/modules/modules.json")
    guard let text = try? String(contentsOf: path, encoding: .utf8), let tree = try? JSONTree(parsing: text) else { return .null }
    return tree
  }

  /// What is in the modules' directory, without what Git keeps of its own.
  private func installedFiles() -> [String] {
    let root = directory.appending(path: ".terraform/modules")
    let all = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return all.filter { !$0.contains(".git") && $0.hasSuffix(".tf") }.sorted()
  }
}
