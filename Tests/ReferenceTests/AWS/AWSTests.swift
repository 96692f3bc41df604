import Foundation
import Testing

/// An ordinary stack of some sixty objects with the official AWS provider against an emulated cloud, through both programs: made,
/// unchanged, changed behind its back, repaired, partly replaced, destroyed.
@Suite struct AWSTests {
  static let canRun = Program.terraform != nil && ProviderMirror.withAWS != nil && EmulatedCloud.tools != nil

  @Test(.enabled(if: canRun, ProviderMirror.skipReason), .timeLimit(.minutes(30)))
  func sameAsTerraform() async throws {
    let terraform = try #require(Program.terraform)
    let plumb = try #require(Program.plumb, "the program plumb is not built; `swift build` makes it, or PLUMB names it")
    async let reference = Self.walk(terraform)
    async let own = Self.walk(plumb)
    report(try await differences(reference, own), try await own, known: Self.known)
    for result in try await own {
      #expect(["0", "2"].contains(result.aspects["exit code"]?.canonical), "\(result.line): \(result.transcript.suffix(2000))")
    }
  }

  private static let name = "harbour"

  private static let known = [
    Scenario.KnownDifference(
      step: 14, place: "state.check_results", reason: "results of conditions are dropped with the objects")
  ]

  private static func walk(_ program: Program) async throws -> [StepResult] {
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-aws-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    try FileManager.default.copyItem(at: Scenario.directory.appending(path: "AWS"), to: directory)
    let settings = home.appending(path: "settings.tfrc")
    let mirror = quotedJSON(try #require(ProviderMirror.withAWS))
    try Data("provider_installation {\n  filesystem_mirror {\n    path = \(mirror)\n  }\n}\n".utf8).write(to: settings)

    let cloud = try await EmulatedCloud()
    defer { cloud.stop() }
    var run = ScenarioRun(program: program, directory: directory)
    run.environment = ["TF_CLI_CONFIG_FILE": settings.path, "TF_VAR_endpoint": cloud.endpoint]
    run.limitSeconds = 900
    run.isMostlyWaiting = true
    let results = try await steps(of: run, cloud)
    var normaliser = Normaliser(
      isGenerated: isCloudName,
      replacements: [
        (cloud.endpoint, "‹endpoint›"), (cloud.endpoint.replacing("http://", with: ""), "‹endpoint›"),
        (directory.path, "‹directory›"),
      ],
      madeUp: ["aws_eks_cluster.certificate_authority", "aws_eks_cluster.endpoint", "aws_eks_cluster.identity"])
    return normaliser.normalise(results)
  }

  private static func steps(of run: ScenarioRun, _ cloud: EmulatedCloud) async throws -> [StepResult] {
    func step(_ line: String) async throws -> StepResult {
      try await run.run(.init(words: line.split(separator: " ").map(String.init)))
    }
    var results = [
      try await step("init"), try await step("validate"), try await step("plan"), try await step("apply saved.tfplan"),
      try await step("output"), try await step("plan"),
    ]
    try await cloud.drift(script: run.directory.appending(path: "drift.py"), name: name)
    results.append(try await step("plan -refresh-only"))
    results.append(try await step("plan"))
    results.append(try await step("apply"))
    let changes = "-var generation=2 -var log_retention_days=30"
    results.append(try await step("plan \(changes)"))
    results.append(try await step("apply \(changes)"))
    results.append(try await step("plan \(changes)"))
    results.append(try await step("show"))
    results.append(try await step("destroy"))
    return results
  }
}
