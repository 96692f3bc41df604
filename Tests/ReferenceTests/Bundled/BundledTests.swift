import Foundation
import Testing

/// Each scenario of `Scenarios/Bundled` through both programs, with the providers that ship with this one: what they serve is the
/// same for both.
@Suite struct BundledTests {
  /// The program with all of them; the package builds it beside the other.
  static let providers: String? = {
    guard let plumb = Program.plumb else { return nil }
    let path = URL(filePath: plumb.path).deletingLastPathComponent().appending(path: "plumb-providers").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  @Test(
    .enabled(if: Program.terraform != nil, Program.terraformSkipReason),
    .enabled(if: providers != nil, "the program plumb-providers is not built"), arguments: Scenario.bundled)
  func sameAsTerraform(scenario: Scenario) async throws {
    try await expectAgreement(on: scenario) { try await walk(scenario, with: $0) }
  }

  private func walk(_ scenario: Scenario, with program: Program) async throws -> [StepResult] {
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-bundled-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    var run = ScenarioRun(program: program, directory: directory)
    run.environment = ["TF_CLI_CONFIG_FILE": try settings(in: home).path]
    run.needsProviders = false
    let results: [StepResult]
    if scenario.needsCluster {
      results = try await TestCluster.with(kubeconfig: home.appending(path: "kubeconfig")) { cluster in
        run.cluster = cluster
        run.environment["KUBE_CONFIG_PATH"] = try await cluster.kubeconfigPath()
        return try await run.run(scenario)
      }
    } else {
      results = try await run.run(scenario)
    }
    var normaliser = Normaliser(replacements: [(directory.path, "‹directory›"), (home.path, "‹home›")])
    // What is kept beside an object names it by its identifier.
    normaliser.isPrivateDataSealed = scenario.needsCluster
    // Steps that may run at the same time come in any order, and the cluster counts them.
    if scenario.needsCluster { normaliser.unsteady = ["resource_version", "cluster_ip", "cluster_ips", "ip", "node_port", "first_deployed", "last_deployed"] }
    return normaliser.normalise(results)
  }

  /// Links with the names that hosts look for, each in a folder of its own.
  private func settings(in home: URL) throws -> URL {
    let program = try #require(Self.providers)
    var overrides = ""
    for name in Self.names {
      let folder = home.appending(path: "overrides/\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let link = folder.appending(path: "terraform-provider-\(name)").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program)
      overrides += "    \(quotedJSON("plumb.internal/bundled/\(name)")) = \(quotedJSON(folder.path))\n"
    }
    let settings = home.appending(path: "settings.tfrc")
    try Data("provider_installation {\n  dev_overrides {\n\(overrides)  }\n}\n".utf8).write(to: settings)
    return settings
  }

  /// Every provider in the program.
  static let names: [String] = {
    guard let path = providers else { return [] }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["list"]
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return [] }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map(String.init)
  }()

  /// A provider without a scenario is not known to work in both programs.
  @Test(.enabled(if: providers != nil, "the program plumb-providers is not built"))
  func eachProviderHasScenarios() {
    #expect(!Self.names.isEmpty)
    for name in Self.names {
      #expect(Scenario.bundled.contains { $0.name.hasPrefix(name) }, "no scenario of Scenarios/Bundled begins with \(name)")
    }
  }
}

extension Scenario {
  /// The scenarios with providers that ship with the program.
  static let bundled = read(from: directory.appending(path: "Bundled"))

  /// Whether it is about objects of a cluster.
  var needsCluster: Bool { name.hasPrefix("kubernetes") || name.hasPrefix("helm") }
}
