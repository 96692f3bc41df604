import Foundation
import Testing

/// Each scenario of the folder `Scenarios` through both programs: the same plans, states, outputs, diagnostics and exit codes.
@Suite struct ScenarioTests {
  @Test(.enabled(if: Program.terraform != nil, Program.terraformSkipReason), arguments: Scenario.all)
  func sameAsTerraform(scenario: Scenario) async throws {
    try await expectAgreement(on: scenario) { try await walk(scenario, with: $0) }
  }

  /// Runs in a directory that has the same name for both, since the language can ask for it.
  private func walk(_ scenario: Scenario, with program: Program) async throws -> [StepResult] {
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-reference-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    var run = ScenarioRun(program: program, directory: directory)
    let results = try await run.run(scenario)
    var normaliser = Normaliser(replacements: [(directory.path, "‹directory›"), (home.path, "‹home›")])
    return normaliser.normalise(results)
  }
}

/// Walks through a scenario with both programs side by side; what differs is an issue unless it is known to.
func expectAgreement(on scenario: Scenario, walk: @Sendable (Program) async throws -> [StepResult]) async throws {
  let terraform = try #require(Program.terraform)
  let plumb = try #require(Program.plumb, "the program plumb is not built; `swift build` makes it, or PLUMB names it")
  #expect(!scenario.events.isEmpty)
  async let reference = walk(terraform)
  async let own = walk(plumb)
  report(try await differences(reference, own), try await own, known: scenario.known)
  if ProcessInfo.processInfo.environment["PLUMB_SCENARIO_TRACE"] != nil { print(trace(try await reference, of: scenario)) }
}

/// One issue for each step that differs.
func report(
  _ found: [(step: Int, differences: [Difference])], _ own: [StepResult], known: [Scenario.KnownDifference] = []
) {
  var outdated = known
  for (step, all) in found {
    let here = known.filter { $0.step == step + 1 }
    outdated.removeAll { entry in entry.step == step + 1 && all.contains { $0.place.hasPrefix(entry.place) } }
    let differences = all.filter { difference in !here.contains { difference.place.hasPrefix($0.place) } }
    if differences.isEmpty { continue }
    let list = differences.prefix(25).map(\.description).joined(separator: "\n  ")
    let more = differences.count > 25 ? "\n  and \(differences.count - 25) more" : ""
    let needsTranscript = differences.contains { $0.place == "exit code" }
    let transcript = needsTranscript ? "\n  plumb wrote:\n" + own[step].transcript.prefix(3000) : ""
    Issue.record("step \(step + 1), \(own[step].line):\n  \(list)\(more)\(transcript)")
  }
  for entry in outdated {
    Issue.record("step \(entry.step) agrees now at \(entry.place), which was known to differ: \(entry.reason)")
  }
}

/// What the reference did, for whoever writes a scenario and wants to know whether it shows what it should.
func trace(_ results: [StepResult], of scenario: Scenario) -> String {
  var text = "\n# \(scenario.name): \(scenario.title)\n"
  for result in results {
    text += "\(result.line) -> \(result.aspects["exit code"]?.canonical ?? "")"
    if let summary = result.aspects["summary"] { text += " \(summary.canonical)" }
    text += "\n"
    for diagnostic in result.aspects["diagnostics"]?.elements ?? [] {
      let line = diagnostic["range"]?["start"]?["line"]?.canonical ?? "-"
      text += "    \(line): \(diagnostic["severity"]?.text ?? "") \(diagnostic["summary"]?.text ?? "")\n"
    }
    if case .string(let shown)? = result.aspects["text"] { text += "    \(shown.prefix(6000))\n" }
    if ["init", "taint", "import", "output"].contains(result.line.prefix { $0 != " " }), result.aspects["exit code"] != .number("0") {
      text += "    " + result.transcript.split(separator: "\n").prefix(4).joined(separator: "\n    ") + "\n"
    }
  }
  return text
}
