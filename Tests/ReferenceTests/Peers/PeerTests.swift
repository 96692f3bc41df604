import Foundation
import Testing

/// Each scenario of `Scenarios/Peers` through both programs, with providers that others wrote or that no framework would let
/// anybody write. A scenario whose name begins with `mirror-` has its providers installed from a mirror; all others take them from
/// where they are developed.
@Suite struct PeerTests {
  static let canRun = PeerProviders.all.allSatisfy { $0.interpreter != nil }
  static let skipReason: Comment =
    "no python3 with grpcio, msgpack, cryptography, tf and pyvider; PLUMB_TEST_PYTHON names an interpreter that has them"

  @Test(
    .enabled(if: Program.terraform != nil, Program.terraformSkipReason), .enabled(if: canRun, skipReason),
    arguments: Scenario.peers)
  func sameAsTerraform(scenario: Scenario) async throws {
    try await expectAgreement(on: scenario) { try await walk(scenario, with: $0) }
  }

  private func walk(_ scenario: Scenario, with program: Program) async throws -> [StepResult] {
    let home = FileManager.default.temporaryDirectory.appending(path: "plumb-peer-\(UUID().uuidString)")
    let directory = home.appending(path: "stack")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let isMirror = scenario.name.hasPrefix("mirror-")
    let settings = try PeerProviders.install(PeerProviders.all, in: home, asMirror: isMirror)
    var run = ScenarioRun(program: program, directory: directory)
    run.environment = ["TF_CLI_CONFIG_FILE": settings.path]
    run.needsProviders = isMirror
    run.providerLog = "peer.log"
    let results = try await run.run(scenario)
    var normaliser = Normaliser(replacements: [(directory.path, "‹directory›"), (home.path, "‹home›")])
    normaliser.isPrivateDataSealed = scenario.name.contains("garden")
    return normaliser.normalise(results)
  }
}

extension Scenario {
  /// The scenarios with providers in Python.
  static let peers = read(from: directory.appending(path: "Peers"))
}
