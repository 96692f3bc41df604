@testable import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// A stage for typed resources, and configurations for it.
struct TypedStage {
  let world: LabWorld
  let stage: ProviderTest<KubernetesAPI>

  init() throws {
    world = try LabWorld()
    // What the pods of the examples look for.
    try world.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: '1'}}")
    try world.apply("{apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {a: '1'}}")
    stage = ProviderTest(KubernetesAPI.self, surroundings: world.surroundings)
  }

  /// What `plan` finds, after everything has settled.
  func plan(_ type: String, _ configuration: DynamicValue) async throws -> TestPlan {
    world.pass(.seconds(30))
    return try await stage.plan(type, configuration)
  }
}

extension DynamicValue {
  static func metadata(_ name: String, _ more: [String: DynamicValue] = [:]) -> DynamicValue {
    [.object(more.merging(["name": .string(name)]) { $1 })]
  }

  /// A pod's template with one container.
  static func template(image: String = "nginx:1", _ more: [String: DynamicValue] = [:]) -> DynamicValue {
    let container: [String: DynamicValue] = ["name": "main", "image": .string(image)]
    return [["metadata": [["labels": ["app": "web"]]], "spec": [["container": [.object(container.merging(more) { $1 })]]]]]
  }

  static let selector: DynamicValue = [["match_labels": ["app": "web"]]]

  static func deployment(image: String = "nginx:1", replicas: String? = "2", labels: DynamicValue = ["team": "shop"]) -> DynamicValue {
    var spec: DynamicValue = [
      "selector": selector,
      "template": .template(
        image: image,
        [
          "port": [["container_port": 80]],
          "env": [["name": "MODE", "value": "fast"], ["name": "KEY", "value_from": [["secret_key_ref": [["name": "keys", "key": "a"]]]]]],
          "resources": [["limits": ["cpu": "1000m", "memory": "1024Mi"], "requests": ["cpu": "0.5"]]],
          "liveness_probe": [["http_get": [["path": "/", "port": "80"]], "initial_delay_seconds": 3]],
          "volume_mount": [["name": "settings", "mount_path": "/etc/web"]],
        ]),
    ]
    var pod = spec["template"][0]["spec"][0]
    pod["volume"] = [["name": "settings", "config_map": [["name": "settings"]]]]
    var template = spec["template"][0]
    template["spec"] = [pod]
    spec["template"] = [template]
    if let replicas { spec["replicas"] = .string(replicas) }
    return ["metadata": .metadata("web", ["labels": labels]), "spec": [spec]]
  }
}
