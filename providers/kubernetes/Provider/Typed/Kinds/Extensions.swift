import Kubernetes
import ProviderKit
import YAML

extension Kind {
  static let extensions = [validatingWebhooks, mutatingWebhooks, validatingPolicy, apiService]

  private static let admission = "admissionregistration.k8s.io/v1"

  static let validatingWebhooks = Kind(
    "validating_webhook_configuration", "validating_webhook_configuration_v1", apiVersion: admission, kind: "ValidatingWebhookConfiguration",
    isNamespaced: false, "Services that are asked before objects are stored."
  ) {
    clusterMetadata()
    many("webhook", "webhooks", by: "name", of: webhook).required
  }

  static let mutatingWebhooks = Kind(
    "mutating_webhook_configuration", "mutating_webhook_configuration_v1", apiVersion: admission, kind: "MutatingWebhookConfiguration",
    isNamespaced: false, "Services that may change objects before they are stored."
  ) {
    clusterMetadata()
    many("webhook", "webhooks", by: "name") {
      webhook()
      text("reinvocation_policy").defaults(to: "Never").among("Never", "IfNeeded")
    }.required
  }

  @FieldList private static func webhook() -> [Field] {
    texts("admission_review_versions")
    one("client_config") {
      encodedText("ca_bundle").omittedIfEmpty
      one("service") {
        text("name").required
        text("namespace").required
        text("path").omittedIfEmpty
        integer("port").defaults(to: 443)
      }
      text("url").omittedIfEmpty
    }.required
    text("failure_policy").defaults(to: "Fail").among("Fail", "Ignore")
    text("match_policy").defaults(to: "Equivalent").among("Equivalent", "Exact")
    text("name").required
    one("namespace_selector", labelSelector).whenUnsaid([:])
    one("object_selector", labelSelector).whenUnsaid([:])
    many("rule", "rules") {
      texts("api_groups").required
      texts("api_versions").required
      texts("operations").required
      texts("resources").required
      text("scope").defaults(to: "*")
    }
    text("side_effects").among("Unknown", "None", "Some", "NoneOnDryRun")
    integer("timeout_seconds").defaults(to: 10)
  }

  static let validatingPolicy = Kind(
    "validating_admission_policy_v1", apiVersion: admission, kind: "ValidatingAdmissionPolicy", isNamespaced: false,
    "Expressions that objects must satisfy before they are stored."
  ) {
    clusterMetadata().asAttribute
    one("spec") {
      many("audit_annotations") {
        text("key").required
        text("value_expression").required
      }.required
      text("failure_policy").required.among("Fail", "Ignore")
      many("match_conditions", by: "name") {
        text("name").required
        text("expression").required
      }
      one("match_constraints") {
        many("exclude_resource_rules", of: policyRule)
        text("match_policy").among("Exact", "Equivalent")
        one("namespace_selector", policySelector).whenUnsaid([:])
        one("object_selector") { inline("label_selector", policySelector) }.whenUnsaid([:])
        many("resource_rules", of: policyRule)
      }.required
      one("param_kind") {
        text("api_version").required
        text("kind").required
      }
      many("validations") {
        text("expression").required
        text("message").required
        text("message_expression")
        text("reason")
      }
      many("variables", by: "name") {
        text("name")
        text("expression")
      }
    }.required.asAttribute
  }.with { $0.timeouts = ["create": .seconds(1200), "read": .seconds(1200), "update": .seconds(1200), "delete": .seconds(1200)] }

  @FieldList private static func policyRule() -> [Field] {
    texts("api_groups").required
    texts("api_versions").required
    texts("operations").required
    texts("resource_names")
    texts("resources").required
    text("scope")
  }

  @FieldList private static func policySelector() -> [Field] {
    many("match_expressions") {
      text("key")
      text("operator")
      texts("values")
    }
    textMap("match_labels")
  }

  static let apiService = Kind(
    "api_service", "api_service_v1", apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", isNamespaced: false,
    "A part of the API that another server answers."
  ) {
    clusterMetadata()
    one("spec") {
      encodedText("ca_bundle").omittedIfEmpty
      text("group").required
      integer("group_priority_minimum").required
      flag("insecure_skip_tls_verify").key("insecureSkipTLSVerify").defaults(to: false)
      one("service") {
        text("name").required
        text("namespace").required
        integer("port").defaults(to: 443)
      }.replaces
      text("version").required
      integer("version_priority").required
    }.required
  }
}
