import Kubernetes
import ProviderKit
import YAML

extension Kind {
  static let configuration = [namespace, configMap, secret, serviceAccount, defaultServiceAccount]

  static let namespace = Kind(
    "namespace", "namespace_v1", apiVersion: "v1", kind: "Namespace", isNamespaced: false, "A room for objects, in which their names are their own."
  ) {
    clusterMetadata()
    flag("wait_for_default_service_account").local.defaults(to: false)
  }.with {
    $0.timeouts = ["delete": .seconds(300)]
    $0.companion = { configuration, namespace in
      guard configuration["wait_for_default_service_account"].bool == true else { return nil }
      return ObjectReference(GroupVersionKind(apiVersion: "v1", kind: "ServiceAccount"), namespace: namespace.name, name: "default")
    }
  }

  static let configMap = Kind("config_map", "config_map_v1", apiVersion: "v1", kind: "ConfigMap", "Settings for pods.") {
    namespacedMetadata()
    textMap("binary_data").validated(base64Problem)
    textMap("data")
    flag("immutable")
  }

  static let secret = Kind("secret", "secret_v1", apiVersion: "v1", kind: "Secret", "Passwords, keys and the like.") {
    namespacedMetadata()
    // Tokens of service accounts are written by a controller.
    encodedMap("data").computed.sensitive.settles(.atCreation)
    integer("data_wo_revision").local.requires("data_wo")
    encodedMap("data_wo").key(SecretData.writeOnlyTexts).writeOnly.conflicts(with: "data")
    textMap("binary_data").sensitive.validated(base64Problem)
    textMap("binary_data_wo").key(SecretData.writeOnlyBytes).writeOnly.validated(base64Problem).conflicts(with: "binary_data")
    integer("binary_data_wo_revision").local.requires("binary_data_wo")
    flag("immutable")
    text("type").defaults(to: "Opaque").replaces
    flag("wait_for_service_account_token").local.defaults(to: true)
  }.with {
    $0.timeouts = ["create": .seconds(60)]
    $0.finish = SecretData.join
    $0.prepare = SecretData.part
    $0.secretPaths = SecretData.writeOnlyPaths
    $0.wait = { configuration in
      guard configuration["wait_for_service_account_token"].bool == true,
        configuration["type"] == "kubernetes.io/service-account-token"
      else { return nil }
      return ReadinessCondition(fields: [try FieldExpectation("data.token", matches: "*")])
    }
  }

  static let serviceAccount = Kind(
    "service_account", "service_account_v1", apiVersion: "v1", kind: "ServiceAccount", "Who pods are for the API server."
  ) {
    namespacedMetadata()
    serviceAccountFields
  }.with { $0.timeouts = ["create": .seconds(30)] }

  /// The one that each namespace has by itself.
  static let defaultServiceAccount = Kind(
    "default_service_account", "default_service_account_v1", apiVersion: "v1", kind: "ServiceAccount",
    "Who pods are that do not say it: the service account that each namespace has by itself."
  ) {
    one("metadata") {
      namespacedMetadata(isGeneratable: false).blockFields.filter { $0.name != "name" }
      text("name").defaults(to: "default").among("default").replaces
    }.required
    serviceAccountFields
  }.with {
    $0.timeouts = ["create": .seconds(30)]
    $0.adopts = true
  }

  @FieldList private static var serviceAccountFields: [Field] {
    manyInNoOrder("image_pull_secret", "imagePullSecrets") { text("name") }
    manyInNoOrder("secret", "secrets") { text("name") }
    flag("automount_service_account_token").defaults(to: true)
    // Servers of today make none.
    text("default_secret_name").readOnly
  }
}

extension Field {
  fileprivate var blockFields: [Field] {
    if case .block(let block) = shape { block.fields } else { [] }
  }
}

@Sendable func base64Problem(_ value: DynamicValue) -> String? {
  for (name, element) in (value.attributes ?? [:]).sorted(by: { $0.key < $1.key }) {
    if let text = element.string, Base64.decode(text) == nil { return "\(name): It must be base64; use filebase64 or base64encode." }
  }
  return nil
}

/// A secret holds all its data in one place, in which configurations tell four apart: texts and bytes, and those that are never stored.
enum SecretData {
  static let writeOnlyTexts = "data_wo"
  static let writeOnlyBytes = "binary_data_wo"
  private static let bytes = "binaryData"

  @Sendable static func join(_ manifest: inout JSONValue) {
    var data = manifest["data"]?.asObject ?? [:]
    for name in [bytes, writeOnlyTexts, writeOnlyBytes] {
      data.merge(manifest[name]?.asObject ?? [:]) { $1 }
      manifest[name] = nil
    }
    if !data.isEmpty || manifest["data"] != nil { manifest["data"] = .object(data) }
  }

  /// Takes apart again what there is. Of an object that is not known yet, bytes are what is no text.
  @Sendable static func part(_ object: JSONValue, _ state: DynamicValue) -> JSONValue {
    // What is there has data, if only none; what was written may say nothing of it.
    let isThere = object[path: ["metadata", "uid"]] != nil
    guard let all = object["data"]?.asObject ?? (isThere ? [:] : nil) else { return object }
    var object = object
    let isKnown = state["metadata"][0]["uid"].string != nil
    let known = state["binary_data"].attributes ?? [:]
    let binary = all.filter { name, value in
      known[name] != nil || (!isKnown && value.asString.flatMap(Base64.decodeText) == nil)
    }
    if !binary.isEmpty { object[bytes] = .object(binary) }
    // No data at all is known of a secret whose data was written and is never stored.
    let isHidden = isKnown && state["data"].isNull
    object["data"] = isHidden ? nil : .object(all.filter { binary[$0.key] == nil })
    return object
  }

  @Sendable static func writeOnlyPaths(_ configuration: DynamicValue) -> [FieldPath] {
    ["data_wo", "binary_data_wo"].flatMap { configuration[$0].keys }.map { FieldPath(fields: "data", $0) }
  }
}
