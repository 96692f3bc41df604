import Kubernetes
import ProviderKit
import YAML

/// `kubernetes_token_request_v1`: a token of a service account, that nothing keeps.
struct TokenRequest: EphemeralResource {
  typealias Owner = KubernetesAPI
  static let name = "token_request_v1"
  static let description = "A token with which one is a service account for a while. It is in no plan and no state."

  @Block("The service account.") var metadata: Account?
  @Block("What the token is to be good for.") var spec: Wishes?
  @Attribute("The token.", .computed, .sensitive) var token: String
  @Attribute("Until when it is good.", .computed) var expirationTimestamp: String

  struct Account: NestedObject {
    @Attribute("Its name.") var name: String
    @Attribute("Its namespace. By default default.") var namespace: String?
  }

  struct Wishes: NestedObject {
    @Attribute("Who is to accept it. By default the API server.", .optional, .computed) var audiences: [String]?
    @Attribute("For how many seconds. By default 3600.", .optional, .computed, .range(600...)) var expirationSeconds: Int?
    @Block("An object with which the token ends.") var boundObjectRef: BoundObject?
  }

  struct BoundObject: NestedObject {
    @Attribute("The version of its kind.") var apiVersion: String?
    @Attribute("Its kind: Pod or Secret.") var kind: String?
    @Attribute("Its name.") var name: String?
    @Attribute("Its identifier.") var uid: String?
  }

  func validate() throws {
    if $metadata.known == .some(nil) { throw $metadata.error("The block metadata must name the service account.") }
  }

  mutating func open(_ context: Context<KubernetesAPI>) async throws -> EphemeralLifetime {
    guard let metadata else { throw $metadata.error("The block metadata must name the service account.") }
    let namespace = metadata.namespace ?? "default"
    let account = ObjectReference(GroupVersionKind(apiVersion: "v1", kind: "ServiceAccount"), namespace: namespace, name: metadata.name)
    let request = self.request
    let answer = try await context.provider.asked(context) { client in
      // The account may be one that the same plan makes.
      if context.isDeferralAllowed, try await client.get(account) == nil {
        throw Deferral(.absentPrerequisite, "There is no \(account.title) in the cluster yet.")
      }
      let path = try await client.path(of: account, subresource: "token")
      return try await client.raw(ClusterRequest("POST", path, body: request))
    }
    let json = try JSONValue(json: String(decoding: answer.body, as: UTF8.self))
    guard let token = json[path: ["status", "token"]]?.asString else {
      throw AttributeError("The cluster gave no token for \(account.title).", summary: "There is no token")
    }
    self.token = token
    expirationTimestamp = json[path: ["status", "expirationTimestamp"]]?.asString ?? ""
    if var wishes = spec {
      wishes.audiences = wishes.audiences ?? json[path: ["spec", "audiences"]]?.asArray?.compactMap(\.asString) ?? []
      wishes.expirationSeconds = wishes.expirationSeconds ?? json[path: ["spec", "expirationSeconds"]]?.asInteger.map { Int($0) } ?? 3600
      spec = wishes
    }
    return .untilClosed
  }

  private var request: JSONValue {
    var wanted: JSONValue = [:]
    wanted["audiences"] = spec?.audiences.map { .array($0.map(JSONValue.string)) }
    wanted["expirationSeconds"] = spec?.expirationSeconds.map { .integer(Int64($0)) }
    if let bound = spec?.boundObjectRef {
      let members = ["apiVersion": bound.apiVersion, "kind": bound.kind, "name": bound.name, "uid": bound.uid]
      wanted["boundObjectRef"] = .object(members.compactMapValues { $0.map(JSONValue.string) })
    }
    return ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": wanted]
  }
}
