import Foundation
import Testing

/// What the program has beyond the reference: each scenario of `Scenarios/Extensions` says what its commands write.
///
/// A section `output` behind a command names lines that it must write, in that order; others may stand between them. Its first line
/// is the exit code; a line that begins with `! ` names text that must not be written. A scenario whose name begins with `peer-` may
/// use the providers of `Peers`.
@Suite struct ExtensionTests {
  @Test(arguments: Scenario.extensions)
  func writesWhatItShould(scenario: Scenario) async throws {
    let plumb = try #require(Program.plumb, "the program plumb is not built; `swift build` makes it, or PLUMB names it")
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-extension-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let run = ScenarioRun(program: plumb, directory: directory)
    var settings = [
      "PATH": Program.searchPath, "HOME": home.path, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1",
    ]
    if scenario.name.hasPrefix("peer-") {
      // Without an interpreter for them there is nothing to show.
      guard PeerTests.canRun else { return }
      settings["TF_CLI_CONFIG_FILE"] = try PeerProviders.install(PeerProviders.all, in: home, asMirror: false).path
    }
    guard scenario.needsCluster else { return try await walk(scenario, run: run, environment: settings, cluster: nil) }
    try await TestCluster.with(kubeconfig: home.appending(path: "kubeconfig")) { cluster in
      settings["KUBE_CONFIG_PATH"] = try await cluster.kubeconfigPath()
      try await walk(scenario, run: run, environment: settings, cluster: cluster)
    }
  }

  private func walk(_ scenario: Scenario, run: ScenarioRun, environment: [String: String], cluster: TestCluster?) async throws {
    var run = run
    var last: (command: Scenario.Command, outcome: Outcome)?
    for event in scenario.events {
      switch event {
      case .run(let command):
        let outcome = try await run.program.run(
          command.words, in: run.directory, environment: environment.merging(command.environment) { $1 }, input: command.input)
        last = (command, outcome)
      case .write("output", let text):
        let (command, outcome) = try #require(last, "an output stands before the first command")
        check(outcome, of: command, against: text)
      case .write(let path, let text): try run.write(text, to: path)
      case .remove(let path): try FileManager.default.removeItem(at: run.directory.appending(path: path))
      case .cluster(let request):
        let cluster = try #require(cluster, "there is no cluster here")
        try await cluster.send(request)
      }
    }
    #expect(last != nil)
  }

  private func check(_ outcome: Outcome, of command: Scenario.Command, against expected: String) {
    let written = outcome.output + outcome.errors
    var lines = expected.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    let code = lines.isEmpty ? "" : lines.removeFirst()
    var missing: [String] = code == "exit \(outcome.exitCode)" ? [] : ["exit \(outcome.exitCode) instead of \(code)"]
    for line in lines where line.hasPrefix("! ") && written.contains(line.dropFirst(2)) {
      missing.append("written although it should not be: \(line.dropFirst(2))")
    }
    // Frames and line breaks of messages are not what a scenario is about.
    let words = { (text: String) in
      text.split { $0.isWhitespace || $0 == "│" || $0 == "╷" || $0 == "╵" }.joined(separator: " ")
    }
    var rest = words(written)[...]
    for line in lines where !line.hasPrefix("! ") {
      guard let found = rest.range(of: words(line)) else {
        missing.append("not written, or not in this place: \(line)")
        continue
      }
      rest = rest[found.upperBound...]
    }
    if !missing.isEmpty {
      Issue.record("\(command.line):\n  \(missing.joined(separator: "\n  "))\nplumb wrote:\n\(written.prefix(6000))")
    }
  }
}

extension Scenario {
  static let extensions: [Scenario] = read(from: directory.appending(path: "Extensions"))
}
