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
      return try await client.token(KubernetesObject(request))
    }
    let json = answer.object.json
    token = answer.text
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
    var name: JSONValue = [:]
    name["name"] = metadata.map { .string($0.name) }
    name["namespace"] = metadata?.namespace.map { .string($0) }
    return ["metadata": name, "spec": wanted]
  }
}

extension ClusterClient {
  /// A token of the service account that a request names.
  func token(_ request: KubernetesObject) async throws -> IssuedResource.Issue {
    let account = ObjectReference(
      GroupVersionKind(apiVersion: "v1", kind: "ServiceAccount"), namespace: request.namespace ?? "default", name: request.name)
    var body = request.json
    body["apiVersion"] = "authentication.k8s.io/v1"
    body["kind"] = "TokenRequest"
    let answer = try await raw(ClusterRequest("POST", path(of: account, subresource: "token"), body: body))
    let json = try JSONValue(json: String(decoding: answer.body, as: UTF8.self))
    guard let token = json[path: ["status", "token"]]?.asString else {
      throw AttributeError("The cluster gave no token for \(account.title).", summary: "There is no token")
    }
    return IssuedResource.Issue(object: KubernetesObject(json), text: token)
  }
}
