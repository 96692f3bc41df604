import ProviderKit
import YAML

extension Kind {
  static let accessControl = [role, roleBinding, clusterRole, clusterRoleBinding]

  private static let version = "rbac.authorization.k8s.io/v1"

  static let role = Kind("role", "role_v1", apiVersion: version, kind: "Role", "What one may do in a namespace.") {
    namespacedMetadata()
    many("rule", "rules") {
      textSet("api_groups").required
      textSet("resources").required
      textSet("resource_names")
      textSet("verbs").required
    }.required
  }

  static let roleBinding = Kind(
    "role_binding", "role_binding_v1", apiVersion: version, kind: "RoleBinding", "Who may do what a role says, in a namespace."
  ) {
    namespacedMetadata()
    bindingFields
  }.with { $0.finish = completeSubjects }

  static let clusterRole = Kind(
    "cluster_role", "cluster_role_v1", apiVersion: version, kind: "ClusterRole", isNamespaced: false, "What one may do in the whole cluster."
  ) {
    clusterMetadata()
    many("rule", "rules") {
      texts("api_groups")
      texts("non_resource_urls")
      texts("resource_names")
      texts("resources")
      texts("verbs").required
    }
    one("aggregation_rule") { many("cluster_role_selectors", of: labelSelector) }
  }

  static let clusterRoleBinding = Kind(
    "cluster_role_binding", "cluster_role_binding_v1", apiVersion: version, kind: "ClusterRoleBinding", isNamespaced: false,
    "Who may do what a role says, in the whole cluster."
  ) {
    clusterMetadata()
    bindingFields
  }.with { $0.finish = completeSubjects }

  @FieldList private static var bindingFields: [Field] {
    one("role_ref") {
      text("api_group").required.replaces.among("rbac.authorization.k8s.io")
      text("kind").required.replaces.among("Role", "ClusterRole")
      text("name").required.replaces
    }.required.replaces
    many("subject", "subjects") {
      text("api_group").computed.omittedIfEmpty
      text("kind").required
      text("name").required
      text("namespace").defaults(to: "default")
    }.required
  }

  /// Only service accounts are in namespaces.
  @Sendable private static func completeSubjects(_ manifest: inout JSONValue) {
    guard let subjects = manifest["subjects"]?.asArray else { return }
    manifest["subjects"] = .array(
      subjects.map { subject in
        var subject = subject
        if subject["kind"] != "ServiceAccount" { subject["namespace"] = nil }
        return subject
      })
  }
}
