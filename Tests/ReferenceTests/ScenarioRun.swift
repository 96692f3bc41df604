import Foundation

/// What a command left behind, as far as the two programs can be compared by it.
struct StepResult: Sendable {
  var line: String
  /// Named documents, such as `plan`, `state` or `diagnostics`.
  var aspects: [String: JSONTree]
  /// What the program wrote, for the report of a difference.
  var transcript: String
}

/// One program's walk through a scenario, in a directory of its own.
struct ScenarioRun {
  var program: Program
  var directory: URL
  /// Variables for every command, on top of the few that all get.
  var environment: [String: String] = [:]
  var limitSeconds = 120
  /// Commands that wait for a cloud take no processor from the others, which need not stand back for them.
  var isMostlyWaiting = false
  /// Whether providers are installed before the first command; those under development are not.
  var needsProviders = true
  /// A file into which providers write what they are told.
  var providerLog: String?

  /// The cluster that this run has to itself, if the scenario needs one.
  var cluster: TestCluster?

  private var isInitialised = false

  init(program: Program, directory: URL) {
    self.program = program
    self.directory = directory
  }

  private static let savedPlan = "saved.tfplan"

  /// Does everything the scenario tells, and gives the result of each command.
  mutating func run(_ scenario: Scenario) async throws -> [StepResult] {
    var results: [StepResult] = []
    for event in scenario.events {
      switch event {
      case .write(let path, let text):
        try write(text, to: path)
      case .remove(let path):
        try FileManager.default.removeItem(at: directory.appending(path: path))
        isInitialised = false
      case .cluster(let request):
        guard let cluster else { throw CocoaError(.featureUnsupported) }
        try await cluster.send(request)
      case .run(let command):
        if !isInitialised, command.verb != "init", command.verb != "console" {
          results += try await initialise()
          isInitialised = true
        }
        var result = try await run(command)
        if let log = takeProviderLog() { result.aspects["providers"] = log }
        results.append(result)
      }
    }
    return results
  }

  /// What providers wrote during the last command. They are told things side by side, and one of the programs configures them
  /// anew in each phase.
  private func takeProviderLog() -> JSONTree? {
    guard let url = providerLog.map({ directory.appending(path: $0) }),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { return nil }
    try? FileManager.default.removeItem(at: url)
    let lines = text.split(separator: "\n").map(String.init)
    let configured = Set(lines.filter { $0.hasPrefix("configure ") })
    return .array((lines.filter { !$0.hasPrefix("configure ") } + configured).sorted().map { .string($0) })
  }

  mutating func write(_ text: String, to path: String) throws {
    let url = directory.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    isInitialised = false
  }

  /// Modules and providers need an initialised directory; the built-in provider alone does not.
  private func initialise() async throws -> [StepResult] {
    let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    let needs = files.filter { $0.hasSuffix(".tf") || $0.hasSuffix(".tf.json") || $0.hasSuffix(".tftest.hcl") }.contains { file in
      let text = try? String(contentsOf: directory.appending(path: file), encoding: .utf8)
      return ["module \"", "\"module\"", "module {", "required_providers", "backend \""].contains { text?.contains($0) == true }
    }
    return needs ? [try await run(.init(words: [needsProviders ? "init" : "get"]))] : []
  }

  func run(_ command: Scenario.Command) async throws -> StepResult {
    let arguments = Array(command.words.dropFirst())
    let step = Step(run: self, command: command)
    switch command.verb {
    case "init" where arguments.contains("-json"):
      return try await step.stream(["init", "-input=false"] + arguments)
    case "init":
      return try await step.plain(["init", "-input=false", "-no-color"] + arguments)
    case "validate":
      return try await step.validate(arguments)
    case "plan":
      return try await step.plan(arguments)
    case "apply", "destroy":
      return try await step.change([command.verb, "-json", "-auto-approve", "-input=false"], arguments)
    case "refresh":
      return try await step.change([command.verb, "-json", "-input=false"], arguments)
    case "output" where arguments.contains("-raw"):
      return try await step.plain(command.words, text: true)
    case "output":
      return try await step.document("output", ["output", "-json"] + arguments)
    case "metadata" where arguments.contains("-json"):
      var result = try await step.document("functions", command.words)
      result.aspects["functions"] = result.aspects["functions"]?.without("description")
      return result
    case "show":
      return try await step.document("shown", ["show", "-json"] + arguments)
    case "get":
      // What it says is compared by `SourceTests`.
      return try await step.plain(command.words)
    case "import":
      return try await step.plain([command.verb, "-input=false"] + arguments, state: true)
    case "taint", "untaint":
      return try await step.plain([command.verb, "-no-color"] + arguments, state: true)
    case "state":
      // What is shown of the journal and of history only one of the programs has.
      let isCompared = ["list", "mv", "rm", "replace-provider", "show"].contains(arguments.first)
      return try await step.plain(
        ["state"] + arguments.prefix(1) + ["-no-color"] + arguments.dropFirst(), state: true, text: isCompared)
    case "test":
      return try await step.test(arguments)
    case "workspace":
      return try await step.plain(["workspace"] + arguments.prefix(1) + ["-no-color"] + arguments.dropFirst(), text: true)
    case "providers" where arguments.isEmpty:
      // The reference draws the branches of the tree in an order by chance.
      return try await step.plain(command.words, text: true, isOrdered: false)
    default:
      return try await step.plain(command.words, text: true)
    }
  }

  fileprivate func execute(_ arguments: [String], _ command: Scenario.Command) async throws -> Outcome {
    var variables = [
      "PATH": Program.searchPath, "HOME": directory.deletingLastPathComponent().path, "TF_IN_AUTOMATION": "1",
      "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1",
    ]
    variables.merge(environment) { $1 }
    variables.merge(command.environment) { $1 }
    return try await program.run(
      arguments, in: directory, environment: variables, input: command.input, limitSeconds: limitSeconds,
      isMostlyWaiting: isMostlyWaiting)
  }

  fileprivate func planFile() -> String? {
    FileManager.default.fileExists(atPath: directory.appending(path: Self.savedPlan).path) ? Self.savedPlan : nil
  }

  fileprivate func removePlanFile() {
    try? FileManager.default.removeItem(at: directory.appending(path: Self.savedPlan))
  }
}

/// One command of a run, and how its traces are gathered.
private struct Step {
  var run: ScenarioRun
  var command: Scenario.Command

  func plan(_ arguments: [String]) async throws -> StepResult {
    run.removePlanFile()
    let wantsStream = arguments.contains("-json")
    let outcome = try await run.execute(
      ["plan", "-json", "-input=false", "-detailed-exitcode", "-out=saved.tfplan"] + arguments.filter { $0 != "-json" }, command)
    var aspects = wantsStream ? MessageStream(outcome.output).aspects : events(of: outcome)
    if let file = run.planFile() {
      let shown = try await run.execute(["show", "-json", file], command)
      aspects["plan"] = (try? JSONTree(parsing: shown.output)) ?? .string("exit \(shown.exitCode): \(shown.errors)")
    }
    return result(outcome, aspects)
  }

  func change(_ start: [String], _ arguments: [String]) async throws -> StepResult {
    let outcome = try await run.execute(start + arguments.filter { $0 != "-json" }, command)
    var aspects = arguments.contains("-json") ? MessageStream(outcome.output).aspects : events(of: outcome)
    aspects["state"] = try await state()
    return result(outcome, aspects)
  }

  /// The whole of what programs are told, and nothing else.
  func stream(_ arguments: [String]) async throws -> StepResult {
    let outcome = try await run.execute(arguments, command)
    return result(outcome, MessageStream(outcome.output).aspects)
  }

  func validate(_ arguments: [String]) async throws -> StepResult {
    let outcome = try await run.execute(["validate", "-json"] + arguments, command)
    let report = try? JSONTree(parsing: outcome.output)
    let diagnostics = (report?["diagnostics"]?.elements ?? []).map(Self.comparable)
    return result(outcome, ["valid": report?["valid"] ?? .null, "diagnostics": sorted(diagnostics)])
  }

  /// The stream of `-json`, or with `-no-color` what people read; and the report, times left out.
  func test(_ arguments: [String]) async throws -> StepResult {
    let isText = arguments.contains("-no-color")
    let report = "report.xml"
    let outcome = try await run.execute(
      ["test"] + (isText ? [] : ["-json"]) + ["-junit-xml=\(report)"] + arguments, command)
    var aspects: [String: JSONTree] = [:]
    if isText {
      aspects["text"] = .string(Self.withoutName(outcome.output))
      aspects["errors"] = .string(Self.withoutName(Self.withoutSentences(outcome.errors)))
    } else {
      aspects["messages"] = .array(
        JSONTree.lines(of: outcome.output).map { event in
          var members = event.members.filter { $0.key != "@timestamp" && $0.key != "terraform" }
          if let diagnostic = members["diagnostic"] { members["diagnostic"] = Self.comparable(diagnostic) }
          return .object(members)
        })
    }
    let file = run.directory.appending(path: report)
    if let text = try? String(contentsOf: file, encoding: .utf8), !isText {
      let pattern = /(time|timestamp)="[^"]*"/
      aspects["report"] = .string(Self.withoutName(Self.withoutSentences(text.replacing(pattern) { "\($0.1)" })))
    }
    try? FileManager.default.removeItem(at: file)
    return result(outcome, aspects)
  }

  /// Messages with their places and the code at fault: details are worded by each program, and below the code only one of
  /// them draws what exactly is meant.
  private static func withoutSentences(_ text: String) -> String {
    var lines: [Substring] = []
    for line in text.split(separator: "\n") where !line.allSatisfy({ $0 == " " || $0 == "^" }) {
      if let end = line.firstRange(of: "]]>") {
        if let start = line.firstRange(of: "<![CDATA[") { lines.append(line[..<start.lowerBound]) }
        lines.append(line[end.lowerBound...])
      } else if line.hasPrefix("  ") || line.hasPrefix("<") || line.contains("Error: ") || line.contains("Warning: ") {
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n")
  }

  func document(_ name: String, _ arguments: [String]) async throws -> StepResult {
    let outcome = try await run.execute(arguments, command)
    return result(outcome, [name: (try? JSONTree(parsing: outcome.output)) ?? .string(outcome.output)])
  }

  func plain(_ arguments: [String], state wantsState: Bool = false, text: Bool = false, isOrdered: Bool = true) async throws -> StepResult {
    let outcome = try await run.execute(arguments, command)
    var aspects: [String: JSONTree] = [:]
    if wantsState { aspects["state"] = try await state() }
    // Beside an error stands at most how the command is used.
    if text && outcome.exitCode == 0 {
      let written = Self.withoutName(outcome.output)
      aspects["text"] = .string(isOrdered ? written : Self.linesOfTree(written))
    }
    return result(outcome, aspects)
  }

  /// The lines of a drawn tree in the order of their texts, with how deep each stands.
  private static func linesOfTree(_ text: String) -> String {
    let lines = text.split(separator: "\n").map { $0.replacing("└", with: "├").replacing("│", with: " ") }
    return lines.sorted().joined(separator: "\n")
  }

  /// The programs call themselves by their own names.
  private static func withoutName(_ text: String) -> String {
    text.replacingOccurrences(of: "Terraform", with: "Plumb").replacingOccurrences(of: "terraform plan", with: "plumb plan")
  }

  /// The state as a file of format 4, however the program keeps it.
  private func state() async throws -> JSONTree {
    let pulled = try await run.execute(["state", "pull"], command)
    return (try? JSONTree(parsing: pulled.output)) ?? .null
  }

  private func result(_ outcome: Outcome, _ aspects: [String: JSONTree]) -> StepResult {
    var aspects = aspects
    aspects["exit code"] = .number(String(outcome.exitCode))
    return StepResult(line: command.line, aspects: aspects, transcript: outcome.output + outcome.errors)
  }

  /// Diagnostics and the count of changes, from the lines of `-json`.
  private func events(of outcome: Outcome) -> [String: JSONTree] {
    var diagnostics: [JSONTree] = []
    var aspects: [String: JSONTree] = [:]
    var provisioned: [String: String] = [:]
    var ephemeral: [JSONTree] = []
    for event in JSONTree.lines(of: outcome.output) {
      switch event["type"]?.text {
      case "provision_start", "provision_progress", "provision_complete", "provision_errored":
        if let address = event["hook"]?["resource"]?["addr"]?.text { provisioned[address, default: ""] += "\(event["@message"]?.text ?? "")\n" }
      case "ephemeral_op_start", "ephemeral_op_progress", "ephemeral_op_complete", "ephemeral_op_errored":
        ephemeral.append(Self.timeless(event))
      case "diagnostic":
        // The reference warns of this at some times and not at others.
        if let diagnostic = event["diagnostic"], diagnostic["summary"]?.text != "Config generation is experimental" {
          diagnostics.append(Self.comparable(diagnostic))
        }
      case "change_summary": aspects["summary"] = event["changes"] ?? .null
      default: break
      }
    }
    aspects["diagnostics"] = sorted(diagnostics)
    // Objects are provisioned side by side; only what is said of one has an order.
    if !provisioned.isEmpty { aspects["provisioned"] = .object(provisioned.mapValues { .string($0) }) }
    if !ephemeral.isEmpty { aspects["ephemeral"] = sorted(ephemeral) }
    return aspects
  }

  /// What is done with an ephemeral resource, however long it took.
  private static func timeless(_ event: JSONTree) -> JSONTree {
    let text = event["@message"]?.text?.replacing(#/ after \d+s/#, with: "") ?? ""
    let hook = event["hook"]?.members.filter { $0.key != "elapsed_seconds" } ?? [:]
    return .object(["type": event["type"] ?? .null, "hook": .object(hook), "@message": .string(text)])
  }

  /// What must be the same of a diagnostic: how bad, its heading, its place. Its detail may be worded better.
  private static func comparable(_ diagnostic: JSONTree) -> JSONTree {
    var members = diagnostic.members.filter { ["severity", "summary", "range"].contains($0.key) }
    // The reference begins a cycle wherever it comes across it first.
    if let summary = members["summary"]?.text, summary.hasPrefix("Cycle: ") {
      let names = summary.dropFirst("Cycle: ".count).split(separator: ", ").sorted()
      members["summary"] = .string("Cycle: " + names.joined(separator: ", "))
    } else if let summary = members["summary"]?.text {
      members["summary"] = .string(summary.replacing("\"plumb init\"", with: "\"terraform init\""))
    }
    return .object(members)
  }

  private func sorted(_ trees: [JSONTree]) -> JSONTree { .array(trees.inCanonicalOrder) }
}
