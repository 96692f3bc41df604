import LabSupport
import ProviderKit
import Testing
import YAML

@testable import HelmProvider

/// Releases while requests fail.
@Suite struct EndurabilityTests {
  private static let chart = [
    "Chart.yaml": TestChart.metadata("web"), "values.yaml": "count: 3\nx: 1\n",
    "templates/maps.yaml": "{{ range $i := until (int .Values.count) }}---\n" + TestChart.configMap("m{{ $i }}", "\"{{ $.Values.x }}\"") + "{{ end }}",
    "templates/job.yaml":
      "apiVersion: batch/v1\nkind: Job\nmetadata: {name: h, annotations: {helm.sh/hook: \"pre-install,pre-upgrade\", helm.sh/hook-delete-policy: hook-succeeded}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}\n",
  ]

  /// Whatever fails on the way, repeating it ends well, and nothing stays behind.
  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func nothingIsOrphanedAndNothingIsLost(seed: UInt64) async throws {
    let stage = try HelmStage(Self.chart)
    stage.lab.script(LabFault.random(seed: seed, percent: 10, latency: .seconds(2)))
    for (count, x) in [("3", "1"), ("5", "2"), ("2", "2"), ("2", "3")] {
      let arguments: [String: DynamicValue] = ["set": [["name": "count", "value": .string(count)], ["name": "x", "value": .string(x)]]]
      try await repeating { try await stage.apply(arguments) }
      for index in 0..<5 {
        #expect(stage.exists(configMaps + "/m\(index)") == (index < Int(count) ?? 0))
      }
      #expect(stage.lab.get(configMaps + "/m0")[path: ["data", "key"]]?.asString == x)
      #expect(stage.records().map(\.status).filter { $0 == "deployed" }.count == 1)
    }
    try await repeating { try await stage.stage.destroy("helm_release") }
    #expect(stage.records().isEmpty && !stage.exists(jobs + "/h"))
    for index in 0..<5 { #expect(!stage.exists(configMaps + "/m\(index)")) }
  }

  private func repeating(_ work: () async throws -> Void) async throws {
    for _ in 0..<5 {
      do { return try await work() } catch is ProviderProblems {}
    }
    try await work()
  }
}
