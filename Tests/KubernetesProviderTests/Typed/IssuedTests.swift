import KubernetesProvider
import LabSupport
import ProviderKit
import Testing
import YAML

/// Certificates and tokens: what the cluster gives once, and does not keep.
@Suite struct IssuedTests {
  let typed: TypedStage
  var world: LabWorld { typed.world }
  var stage: ProviderTest<KubernetesAPI> { typed.stage }
  private static let certificate = "kubernetes_certificate_signing_request_v1"
  private static let requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests"

  init() throws { typed = try TypedStage() }

  private static func request(_ metadata: DynamicValue = .metadata("web"), isApproved: Bool? = nil, patience: String? = nil) -> DynamicValue {
    var configuration: DynamicValue = [
      "metadata": metadata,
      "spec": [["request": "-----BEGIN CERTIFICATE REQUEST-----\n", "signer_name": "example.com/signer", "usages": ["client auth"]]],
    ]
    if let isApproved { configuration["auto_approve"] = .bool(isApproved) }
    if let patience { configuration["timeouts"] = ["create": .string(patience)] }
    return configuration
  }

  private var isNothingLeft: Bool { world.get(Self.requests)["items"]?.asArray?.isEmpty == true }

  @Test func aCertificateIsSignedAndItsRequestRemoved() async throws {
    let made = try await stage.apply(Self.certificate, Self.request())
    #expect(made["certificate"].string?.hasPrefix("-----BEGIN CERTIFICATE-----") == true)
    #expect(made["id"] == "web")
    #expect(made["metadata"][0]["uid"].string?.isEmpty == false)
    #expect(isNothingLeft)
    #expect(try await stage.plan(Self.certificate, Self.request()).action == .noChange)
    // How long is waited is nothing that the certificate has to do with.
    try await stage.apply(Self.certificate, Self.request(patience: "1m"))
    #expect(try await stage.state(Self.certificate)?["certificate"] == made["certificate"])
    #expect(try await stage.plan(Self.certificate, Self.request(.metadata("other"))).action == .replace)
    try await stage.destroy(Self.certificate)
  }

  @Test func itsNameMayBeMadeUp() async throws {
    let made = try await stage.apply(Self.certificate, Self.request([["generate_name": "web-"]]))
    #expect(made["metadata"][0]["name"].string?.hasPrefix("web-") == true)
    #expect(made["id"] == made["metadata"][0]["name"])
  }

  @Test func whatNobodyApprovesEndsInTime() async throws {
    let problem = try await #require(throws: ProviderProblems.self) {
      try await stage.apply(Self.certificate, Self.request(isApproved: false, patience: "2s"))
    }
    #expect(problem.description.contains("nobody has approved"))
    #expect(isNothingLeft)
  }

  @Test func aRefusalEndsTheWait() async throws {
    world.script { [world] request, _ in
      guard request.line == "GET \(Self.requests)/web" else { return nil }
      try? world.edit(
        "\(Self.requests)/web/approval",
        ["status": ["conditions": [["type": "Denied", "status": "True", "reason": "Unknown", "message": "Who is that?"]]]])
      return nil
    }
    let problem = try await #require(throws: ProviderProblems.self) { try await stage.apply(Self.certificate, Self.request(isApproved: false)) }
    #expect(problem.description.contains("Denied=True (Unknown): Who is that?"))
    #expect(isNothingLeft)
  }

  @Test func aCertificateThatNothingKeeps() async throws {
    let wanted: DynamicValue = [
      "metadata": ["name": "web"], "spec": ["request": "-----BEGIN CERTIFICATE REQUEST-----\n", "signer_name": "example.com/signer"],
    ]
    let given = try await stage.withEphemeral(Self.certificate, wanted) { $0 }
    #expect(given["certificate"].string?.hasPrefix("-----BEGIN CERTIFICATE-----") == true)
    #expect(isNothingLeft)
    await #expect(throws: ProviderProblems.self) { try await stage.withEphemeral(Self.certificate, ["metadata": ["name": "web"]]) { $0 } }
  }

  @Test func aTokenThatTheStateKeeps() async throws {
    let type = "kubernetes_token_request_v1"
    try world.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}}")
    let wanted: DynamicValue = ["metadata": .metadata("robot"), "spec": [["expiration_seconds": 900]]]
    let made = try await stage.apply(type, wanted)
    #expect(made["token"].string?.isEmpty == false)
    #expect(made["id"] == "default/robot")
    #expect(made["spec"][0]["audiences"][0].string?.isEmpty == false)
    #expect(try await stage.plan(type, wanted).action == .noChange)
    #expect(try await stage.plan(type, ["metadata": .metadata("robot"), "spec": [["expiration_seconds": 1800]]]).action == .replace)
    try await stage.destroy(type)
    let nobody = try await #require(throws: ProviderProblems.self) { try await stage.apply(type, ["metadata": .metadata("none")]) }
    #expect(nobody.description.contains("serviceaccounts"))
    await #expect(throws: ProviderProblems.self) { try await stage.validate(type, ["metadata": [[:]]]) }
  }
}
