import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// Objects that are only looked at.
@Suite struct TypedDataTests {
  let typed: TypedStage
  var stage: ProviderTest<KubernetesAPI> { typed.stage }

  init() throws { typed = try TypedStage() }

  @Test func objectsByTheirNames() async throws {
    let map = try await stage.read("kubernetes_config_map", ["metadata": .metadata("settings")])
    #expect(map["data"]["a"] == "1")
    #expect(map["id"] == "default/settings")
    #expect(map["metadata"][0]["uid"].string?.isEmpty == false)
    let secret = try await stage.read("kubernetes_secret_v1", ["metadata": .metadata("keys")])
    #expect(secret["data"]["a"] == "1")
    #expect(secret["type"] == "Opaque")
    try typed.world.apply("{apiVersion: v1, kind: Secret, metadata: {name: bytes}, data: {a: AP8=}}")
    let bytes = try await stage.read("kubernetes_secret_v1", ["metadata": .metadata("bytes")])
    #expect(bytes["binary_data"]["a"] == "AP8=")
    let namespace = try await stage.read("kubernetes_namespace", ["metadata": .metadata("default")])
    #expect(namespace["id"] == "default")
    #expect(namespace["spec"][0]["finalizers"][0] == "kubernetes")
    let account = try await stage.read("kubernetes_service_account", ["metadata": .metadata("default")])
    #expect(account["id"] == "default/default")
    let service = try await stage.read("kubernetes_service", ["metadata": .metadata("kubernetes")])
    #expect(service["spec"][0]["port"][0]["port"] == 443)
    #expect(service["spec"][0]["cluster_ip"].string?.isEmpty == false)
    let missing = try await #require(throws: ProviderProblems.self) { try await stage.read("kubernetes_config_map", ["metadata": .metadata("none")]) }
    #expect(missing.description.contains("There is no ConfigMap default/none"))
  }

  @Test func tokensOfServiceAccounts() async throws {
    typed.world.script { request, _ in
      guard request.line == "POST /api/v1/namespaces/shop/serviceaccounts/robot/token",
        let asked = try? JSONValue(json: String(decoding: request.body, as: UTF8.self)), asked[path: ["spec", "expirationSeconds"]] == 900
      else { return nil }
      let answer: JSONValue = [
        "spec": ["audiences": ["api"], "expirationSeconds": 900],
        "status": ["token": "secret-token", "expirationTimestamp": "2026-01-01T00:00:00Z"],
      ]
      return .answer(WebResponse(status: 201, headers: [WebHeader("Content-Type", "application/json")], body: answer.json()))
    }
    let wanted: DynamicValue = ["metadata": ["name": "robot", "namespace": "shop"], "spec": ["expiration_seconds": 900]]
    let token = try await stage.withEphemeral("kubernetes_token_request_v1", wanted) { $0 }
    #expect(token["token"] == "secret-token")
    #expect(token["expiration_timestamp"] == "2026-01-01T00:00:00Z")
    #expect(token["spec"]["audiences"][0] == "api")
    let nobody = try await #require(throws: ProviderProblems.self) {
      try await stage.withEphemeral("kubernetes_token_request_v1", ["metadata": ["name": "none"]]) { $0 }
    }
    #expect(nobody.description.contains("serviceaccounts"))
    await #expect(throws: ProviderProblems.self) { try await stage.withEphemeral("kubernetes_token_request_v1", [:]) { $0 } }
    // The account may be one that the same plan makes.
    let deferring = ProviderTest(KubernetesAPI.self, surroundings: typed.world.surroundings, isDeferralAllowed: true)
    await #expect(throws: ProviderDeferral.self) {
      try await deferring.withEphemeral("kubernetes_token_request_v1", ["metadata": ["name": "none"]]) { $0 }
    }
  }

  @Test func theClusterAsAWhole() async throws {
    let version = try await stage.read("kubernetes_server_version", [:])
    #expect(version["major"] == "1")
    #expect(version["version"].string?.hasPrefix("1.") == true)
    let all = try await stage.read("kubernetes_all_namespaces", [:])
    #expect(all["namespaces"].elements?.compactMap(\.string).contains("kube-system") == true)
    let nodes = try await stage.read("kubernetes_nodes", [:])
    #expect(nodes["nodes"].elements?.isEmpty == false)
    #expect(nodes["nodes"][0]["metadata"][0]["name"].string?.isEmpty == false)
    #expect(nodes["nodes"][0]["spec"].elements?.count == 1)
    let none = try await stage.read("kubernetes_nodes", ["metadata": [["labels": ["no": "such"]]]])
    #expect(none["nodes"].elements?.isEmpty == true)
  }
}
