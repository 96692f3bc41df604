@testable import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// A realistic configuration of each kind: made as it is planned, with an empty second plan, a change, and an end.
@Suite struct TypedKindTests {
  struct Example: Sendable, CustomTestStringConvertible {
    var type: String
    var path: String
    /// What must be there.
    var expected: [(path: [String], value: JSONValue)]
    var configuration: DynamicValue
    /// What changes, and what must be there then.
    var change: @Sendable (DynamicValue) -> DynamicValue
    var changed: (path: [String], value: JSONValue)
    var isReplaced = false
    var testDescription: String { type }
  }

  static let labelled: @Sendable (DynamicValue) -> DynamicValue = { $0.settingMetadata("labels", ["team": "blue"]) }
  static let hasLabel: (path: [String], value: JSONValue) = (["metadata", "labels", "team"], "blue")

  static let examples: [Example] = [
    Example(
      type: "kubernetes_namespace", path: "/api/v1/namespaces/shop", expected: [(["status", "phase"], "Active")],
      configuration: ["metadata": .metadata("shop")], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_config_map_v1", path: "/api/v1/namespaces/default/configmaps/web", expected: [(["data", "a"], "1"), (["binaryData", "b"], "AP8=")],
      configuration: ["metadata": .metadata("web"), "data": ["a": "1"], "binary_data": ["b": "AP8="]],
      change: { $0.setting("data", ["c": "2"]) }, changed: (["data"], ["c": "2"])),
    Example(
      type: "kubernetes_secret", path: "/api/v1/namespaces/default/secrets/web",
      expected: [(["data"], ["password": "aHVudGVyMg==", "key": "AP8="]), (["type"], "Opaque")],
      configuration: ["metadata": .metadata("web"), "data": ["password": "hunter2"], "binary_data": ["key": "AP8="]],
      change: { $0.setting("data", ["password": "other"]) }, changed: (["data"], ["password": "b3RoZXI=", "key": "AP8="])),
    Example(
      type: "kubernetes_service_account", path: "/api/v1/namespaces/default/serviceaccounts/web",
      expected: [(["imagePullSecrets"], [["name": "pull"]]), (["automountServiceAccountToken"], true)],
      configuration: ["metadata": .metadata("web"), "image_pull_secret": [["name": "pull"]]],
      change: { $0.setting("automount_service_account_token", false) }, changed: (["automountServiceAccountToken"], false)),
    Example(
      type: "kubernetes_default_service_account", path: "/api/v1/namespaces/default/serviceaccounts/default",
      expected: [(["imagePullSecrets"], [["name": "pull"]])],
      configuration: ["metadata": [["namespace": "default"]], "image_pull_secret": [["name": "pull"]]],
      change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_role", path: "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles/web",
      expected: [(["rules"], [["apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get", "list"]]])],
      configuration: [
        "metadata": .metadata("web"), "rule": [["api_groups": [""], "resources": ["services", "pods"], "verbs": ["list", "get"]]],
      ],
      change: { $0.setting("rule", [["api_groups": [""], "resources": ["pods"], "verbs": ["get"]]]) },
      changed: (["rules"], [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]])),
    Example(
      type: "kubernetes_role_binding", path: "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/web",
      expected: [
        (["subjects"], [
          ["kind": "ServiceAccount", "name": "web", "namespace": "default"],
          ["kind": "User", "name": "ann", "apiGroup": "rbac.authorization.k8s.io"],
        ])
      ],
      configuration: [
        "metadata": .metadata("web"), "role_ref": [["api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": "web"]],
        "subject": [["kind": "ServiceAccount", "name": "web"], ["kind": "User", "name": "ann", "api_group": "rbac.authorization.k8s.io"]],
      ],
      change: { $0.setting("role_ref", [["api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": "other"]]) },
      changed: (["roleRef", "name"], "other"), isReplaced: true),
    Example(
      type: "kubernetes_cluster_role", path: "/apis/rbac.authorization.k8s.io/v1/clusterroles/web",
      expected: [(["rules"], [["nonResourceURLs": ["/metrics"], "verbs": ["get"]]])],
      configuration: ["metadata": .metadata("web"), "rule": [["non_resource_urls": ["/metrics"], "verbs": ["get"]]]], change: labelled,
      changed: hasLabel),
    Example(
      type: "kubernetes_cluster_role_binding", path: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/web",
      expected: [(["subjects"], [["kind": "Group", "name": "ops", "apiGroup": "rbac.authorization.k8s.io"]])],
      configuration: [
        "metadata": .metadata("web"), "role_ref": [["api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "web"]],
        "subject": [["kind": "Group", "name": "ops", "api_group": "rbac.authorization.k8s.io"]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_service", path: "/api/v1/namespaces/default/services/web", expected: [(["spec", "ports"], [
        ["name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"]])],
      configuration: [
        "metadata": .metadata("web"), "spec": [["selector": ["app": "web"], "port": [["name": "http", "port": 80, "target_port": "http"]]]],
      ],
      change: { $0.setting("spec", [["selector": ["app": "other"], "port": [["name": "http", "port": 80, "target_port": "http"]]]]) },
      changed: (["spec", "selector"], ["app": "other"])),
    Example(
      type: "kubernetes_ingress_v1", path: "/apis/networking.k8s.io/v1/namespaces/default/ingresses/web",
      expected: [(["spec", "rules"], [[
        "host": "shop.example",
        "http": ["paths": [["path": "/", "pathType": "Prefix", "backend": ["service": ["name": "web", "port": ["number": 80]]]]]],
      ]])],
      configuration: [
        "metadata": .metadata("web"),
        "spec": [[
          "ingress_class_name": "traefik",
          "rule": [[
            "host": "shop.example",
            "http": [["path": [["path": "/", "path_type": "Prefix", "backend": [["service": [["name": "web", "port": [["number": 80]]]]]]]]]],
          ]],
          "tls": [["hosts": ["shop.example"], "secret_name": "tls"]],
        ]],
      ], change: labelled, changed: hasLabel),
  ] + workloads + others

  @Test(arguments: examples) func lifeOfEachKind(example: Example) async throws {
    let typed = try TypedStage()
    let stage = typed.stage
    let plan = try await stage.plan(example.type, example.configuration)
    #expect(plan.action == .create)
    let made = try await stage.apply(example.type, example.configuration)
    let live = typed.world.get(example.path)
    for (path, value) in example.expected { #expect(live[path: path] == value) }
    #expect(made.metadata["uid"].string == live[path: ["metadata", "uid"]]?.asString)
    #expect(try await typed.plan(example.type, example.configuration).action == .noChange, "nothing changes by itself")
    let other = example.change(example.configuration)
    let change = try await typed.plan(example.type, other)
    #expect(change.action == (example.isReplaced ? .replace : .update), "\(change.replacedFor)")
    try await stage.apply(example.type, other)
    #expect(typed.world.get(example.path)[path: example.changed.path] == example.changed.value)
    #expect(try await typed.plan(example.type, other).action == .noChange)
    // Imported under another name, it is the same object, and needs no change.
    let id = try #require(made["id"].string)
    let imported = try await stage.importObject(example.type, id: id, name: "imported")
    #expect(imported.metadata["uid"] == made.metadata["uid"] || example.isReplaced)
    typed.world.pass(.seconds(10))
    #expect(try await stage.plan(example.type, other, name: "imported").action == .noChange)
    try await stage.destroy(example.type)
    if example.type != "kubernetes_default_service_account" { #expect(typed.world.ask("GET", example.path).code == 404) }
  }
}

extension DynamicValue {
  func setting(_ name: String, _ value: DynamicValue) -> DynamicValue {
    var object = self
    object[name] = value
    return object
  }

  func settingMetadata(_ name: String, _ value: DynamicValue) -> DynamicValue {
    replacingMetadata(name, with: value)
  }
}
