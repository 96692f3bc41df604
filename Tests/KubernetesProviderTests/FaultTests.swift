import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// Objects made, changed and destroyed while requests fail: in the end nothing is lost, and nothing is left over.
@Suite struct FaultTests {
  private static let type = "kubernetes_manifest"

  /// Until it succeeds, as people do.
  private func persist(_ work: () async throws -> Void) async throws {
    for _ in 0..<20 {
      do { return try await work() } catch is ProviderProblems { continue }
    }
    try await work()
  }

  private func configuration(_ name: String, _ round: Int) throws -> DynamicValue {
    let text =
      switch name {
      case "web":
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: main, image: "nginx:\(round)"}]}
        """
      case "service":
        "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: {selector: {app: web}, ports: [{port: \(80 + round)}]}}"
      default: "{apiVersion: v1, kind: ConfigMap, metadata: {name: \(name), namespace: default}, data: {round: '\(round)'}}"
      }
    return ["manifest": DynamicValue(try YAML.value(text))]
  }

  @Test(arguments: 1...50) func nothingIsLostOrLeft(_ seed: Int) async throws {
    let world = try LabWorld(seed: UInt64(seed))
    let stage = ProviderTest(KubernetesAPI.self, surroundings: world.surroundings)
    let names = ["web", "service", "settings"]
    world.script(LabFault.random(seed: UInt64(seed), percent: 10, latency: .seconds(2)))
    for round in 1...2 {
      for name in names { try await persist { try await stage.apply(Self.type, try configuration(name, round), name: name) } }
    }
    world.script(nil)
    #expect(world.get("/apis/apps/v1/namespaces/default/deployments/web")[path: ["spec", "template", "spec", "containers"]]?[0]?["image"] == "nginx:2")
    #expect(world.get("/api/v1/namespaces/default/services/web")[path: ["spec", "ports"]]?.asArray?.map { $0["port"] } == [82])
    #expect(world.get("/api/v1/namespaces/default/configmaps/settings")["data"] == ["round": "2"])
    for name in names { #expect(try await stage.plan(Self.type, try configuration(name, 2), name: name).action == .noChange) }
    world.script(LabFault.random(seed: UInt64(seed) + 1000, percent: 10, latency: .seconds(2)))
    for name in names { try await persist { try await stage.destroy(Self.type, name: name) } }
    world.script(nil)
    world.pass(.seconds(120))
    for path in ["apis/apps/v1/namespaces/default/deployments", "apis/apps/v1/namespaces/default/replicasets", "api/v1/namespaces/default/pods"] {
      #expect(world.get("/\(path)")["items"] == [], "\(path)")
    }
    for path in ["services/web", "configmaps/settings"] { #expect(world.ask("GET", "/api/v1/namespaces/default/\(path)").code == 404) }
  }
}
