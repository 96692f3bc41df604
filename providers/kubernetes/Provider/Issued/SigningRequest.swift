import Kubernetes
import ProviderKit
import YAML

/// Has the cluster sign a certificate: makes a request, approves it if that is wanted, and takes it away when it is answered or given up.
struct SigningRequest {
  /// Its metadata and its spec.
  var manifest: JSONValue
  /// Whether the provider itself approves of the request. Otherwise somebody else must.
  var isApproved: Bool
  var limit: Duration

  private static let kind = GroupVersionKind(apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest")
  private static let manager = "plumb"

  func certificate(_ context: Context<KubernetesAPI>) async throws -> IssuedResource.Issue {
    let client = try context.provider.requiredClient()
    var object = manifest
    object["apiVersion"] = .string(Self.kind.apiVersion)
    object["kind"] = .string(Self.kind.kind)
    let answer = try await client.create(KubernetesObject(object), manager: Self.manager)
    let reference = ObjectReference(Self.kind, namespace: nil, name: answer.object.name)
    for warning in answer.warnings { context.warn("The cluster has something to say about \(reference.title)", warning) }
    let outcome: Result<IssuedResource.Issue, any Error>
    do {
      outcome = .success(try await answered(reference, answer.object.uid, client, context))
    } catch {
      outcome = .failure(error)
    }
    // Also when the run is interrupted: nobody would look for the request.
    let removal = Task { try await client.delete(reference, uid: answer.object.uid) }
    if case .failure(let error) = await removal.result {
      context.warn("\(reference.title) is still in the cluster", "It cannot be removed: \(error)")
    }
    return try outcome.get()
  }

  private func answered(
    _ reference: ObjectReference, _ uid: String, _ client: ClusterClient, _ context: Context<KubernetesAPI>
  ) async throws -> IssuedResource.Issue {
    do {
      return try await context.poll(every: .milliseconds(500), for: limit) {
        guard let object = try await client.get(reference), object.uid == uid else {
          throw AttributeError("\(reference.title) was deleted before it was answered.", summary: "There is no certificate")
        }
        for refusal in ["Denied", "Failed"] {
          guard let condition = object.condition(refusal) else { continue }
          throw AttributeError("\(reference.title) has \(condition.conditionText)", summary: "There is no certificate")
        }
        guard object.condition("Approved") != nil else {
          return .notYet(isApproved ? try await approve(object, client) : "nobody has approved \(reference.title) yet")
        }
        let encoded = object.json[path: ["status", "certificate"]]?.asString ?? ""
        guard let bytes = Base64.decode(encoded), !bytes.isEmpty else { return .notYet("no signer has answered \(reference.title) yet") }
        return .ready(IssuedResource.Issue(object: object, text: String(decoding: bytes, as: UTF8.self)))
      }
    } catch let error as TimeoutError {
      throw AttributeError(error.description, summary: "There is no certificate")
    }
  }

  /// - Returns: what is to be waited for now.
  private func approve(_ object: KubernetesObject, _ client: ClusterClient) async throws -> String {
    var object = object.json
    var status = object["status"] ?? [:]
    status["conditions"] = .array(
      (status["conditions"]?.asArray ?? []) + [
        ["type": "Approved", "status": "True", "reason": "ApprovedByPlumb", "message": "The configuration says auto_approve."]
      ])
    object["status"] = status
    do {
      _ = try await client.replace(KubernetesObject(object), subresource: "approval", manager: Self.manager)
      return "it was only now approved"
    } catch let failure as ClusterFailure where failure.kind == .staleObject {
      return "others change it at the same time"
    }
  }
}

/// `kubernetes_certificate_signing_request_v1`: a certificate that nothing keeps.
struct EphemeralCertificate: EphemeralResource {
  typealias Owner = KubernetesAPI
  static let name = "certificate_signing_request_v1"
  static let description = "A certificate that the cluster signs. It is in no plan and no state."

  @Block("The request, which is removed as soon as it is answered.") var metadata: Metadata?
  @Block("What is to be signed.") var spec: Wishes?
  @Attribute("Whether the request is approved at once. By default true; otherwise somebody else must approve it.") var autoApprove: Bool?
  @Attribute("The certificate, as PEM.", .computed) var certificate: String

  struct Metadata: NestedObject {
    @Attribute("Its name.") var name: String
  }

  struct Wishes: NestedObject {
    @Attribute("The request for a certificate, as PEM.") var request: String
    @Attribute("Who is to sign it: kubernetes.io/kube-apiserver-client, for example.") var signerName: String
    @Attribute("What the certificate is to be good for.") var usages: [String]?
    @Attribute("For how many seconds it is to be good.", .range(600...)) var expirationSeconds: Int?
  }

  func validate() throws {
    if $metadata.known == .some(nil) { throw $metadata.error("The block metadata must name the request.") }
    if $spec.known == .some(nil) { throw $spec.error("The block spec must say what is to be signed.") }
  }

  mutating func open(_ context: Context<KubernetesAPI>) async throws -> EphemeralLifetime {
    guard let metadata else { throw $metadata.error("The block metadata must name the request.") }
    guard let spec else { throw $spec.error("The block spec must say what is to be signed.") }
    var wanted: JSONValue = [
      "request": .string(Base64.encode(Array(spec.request.utf8))), "signerName": .string(spec.signerName),
    ]
    wanted["usages"] = spec.usages.map { .array($0.map(JSONValue.string)) }
    wanted["expirationSeconds"] = spec.expirationSeconds.map { .integer(Int64($0)) }
    let request = SigningRequest(
      manifest: ["metadata": ["name": .string(metadata.name)], "spec": wanted], isApproved: autoApprove ?? true, limit: .seconds(300))
    certificate = try await context.provider.asked(context) { _ in try await request.certificate(context) }.text
    return .untilClosed
  }
}
