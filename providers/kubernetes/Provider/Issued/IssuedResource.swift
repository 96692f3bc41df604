import Kubernetes
import ProviderKit
import YAML

/// What the cluster gives once and does not keep: the state alone has it, until it is asked for anew.
struct IssuedResource: DynamicResource {
  typealias Owner = KubernetesAPI

  /// What was given, and the object in which it stood.
  struct Issue {
    var object: KubernetesObject
    var text: String
  }

  let name: String
  let description: String
  var isNamespaced = false
  let fields: [Field]
  /// The attribute for what is given.
  let result: String
  var isSensitive = false
  var timeouts: [String: Duration] = [:]
  let ask: @Sendable (_ request: JSONValue, _ configuration: DynamicValue, _ context: Context<KubernetesAPI>) async throws -> Issue

  static let all = [certificate, token]

  static let certificate = IssuedResource(
    name: "kubernetes_certificate_signing_request_v1",
    description: "A certificate that the cluster signs. The request is removed as soon as it is answered.",
    fields: makeFields {
      clusterMetadata().frozen
      one("spec") {
        integer("expiration_seconds").atLeast(600)
        encodedText("request").required
        text("signer_name").required
        textSet("usages")
      }.required.frozen
      flag("auto_approve").defaults(to: true).local.replaces
    }, result: "certificate", timeouts: ["create": .seconds(300)]
  ) { request, configuration, context in
    let limit = configuration["timeouts"]["create"].string.flatMap { Duration($0) } ?? .seconds(300)
    let isApproved = configuration["auto_approve"].bool ?? true
    return try await SigningRequest(manifest: request, isApproved: isApproved, limit: limit).certificate(context)
  }

  static let token = IssuedResource(
    name: "kubernetes_token_request_v1",
    description: "A token with which one is a service account for a while. The ephemeral resource of this name leaves it in no state.",
    isNamespaced: true,
    fields: makeFields {
      namespacedMetadata().frozen
      one("spec") {
        texts("audiences").computed
        one("bound_object_ref") {
          text("api_version")
          text("kind")
          text("name")
          text("uid")
        }
        integer("expiration_seconds").computed.atLeast(600)
      }.frozen
    }, result: "token", isSensitive: true
  ) { request, _, context in
    var request = request
    request["spec"] = request["spec"] ?? [:]
    return try await context.provider.requiredClient().token(KubernetesObject(request))
  }

  // MARK: Schema

  func makeDefinition() -> ResourceDefinition {
    var content = fields.definition(description: description)
    content.attributes += [
      AttributeDefinition(result, .string, .computed, description: "What the cluster gave.") {
        $0.isSensitive = isSensitive
        $0.keepsPriorState = true
      },
      AttributeDefinition("id", .string, .computed, description: isNamespaced ? "The namespace and the name." : "The name.") {
        $0.keepsPriorState = true
      },
    ]
    if !timeouts.isEmpty { content.blocks.append(.timeouts(timeouts)) }
    return ResourceDefinition(content)
  }

  func validate(_ configuration: DynamicValue) throws {
    let metadata = configuration.metadata
    // The name is that of an account, which is there already.
    guard isNamespaced, metadata["name"].isNull else { return }
    throw AttributeError(
      "It must be the name of the service account.", at: AttributePath("metadata").element(0).attribute("name"))
  }

  // MARK: Objects

  /// What the object said of itself stays as long as nothing else is asked for.
  func plan(_ change: inout DynamicChange, _ context: Context<KubernetesAPI>) {
    if let prior = change.prior { change.planned = fields.keeping(prior, in: change.planned) }
  }

  func create(_ change: DynamicChange, _ context: Context<KubernetesAPI>) async throws -> DynamicValue {
    var request = JSONValue.object(fields.manifest(of: change.configuration))
    let name = change.planned.metadata["name"].string ?? change.configuration.generatedName(context.surroundings.random)
    var metadata = request["metadata"] ?? [:]
    metadata["name"] = .string(name)
    request["metadata"] = metadata
    do {
      let issue = try await ask(request, change.configuration, context)
      var state = fields.filled(change.planned, from: issue.object.json)
      state[result] = .string(issue.text)
      state["id"] = .string(isNamespaced ? "\(issue.object.namespace ?? "default")/\(name)" : name)
      return state
    } catch let failure as ClusterFailure {
      throw AttributeError(failure.description, summary: "The cluster gave no \(result)")
    }
  }

  /// Nothing but how long is waited can change.
  func update(_ change: DynamicChange, _ context: Context<KubernetesAPI>) -> DynamicValue { change.planned }

  /// The cluster has nothing that could be deleted. What it gave is good until it expires.
  func delete(_ current: DynamicValue, _ context: Context<KubernetesAPI>) {}
}
