import ProviderKit

extension Kind {
  static let policies = [disruptionBudget, priorityClass, runtimeClass, resourceQuota, limitRange]

  static let disruptionBudget = Kind(
    "pod_disruption_budget", "pod_disruption_budget_v1", apiVersion: "policy/v1", kind: "PodDisruptionBudget",
    "How many pods must stay when some are moved."
  ) {
    namespacedMetadata()
    one("spec") {
      numberOrText("max_unavailable").conflicts(with: "min_available")
      numberOrText("min_available").conflicts(with: "max_unavailable")
      one("selector", labelSelector).required
    }.required
  }

  static let priorityClass = Kind(
    "priority_class", "priority_class_v1", apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", isNamespaced: false,
    "Which pods go first."
  ) {
    clusterMetadata()
    text("description").defaults(to: "")
    flag("global_default").defaults(to: false)
    integer("value").required.replaces
    text("preemption_policy").defaults(to: "PreemptLowerPriority").replaces.among("Never", "PreemptLowerPriority")
  }

  static let runtimeClass = Kind(
    "runtime_class_v1", apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", isNamespaced: false, "What runs the containers of pods that ask for it."
  ) {
    clusterMetadata()
    text("handler").required.replaces
  }

  static let resourceQuota = Kind(
    "resource_quota", "resource_quota_v1", apiVersion: "v1", kind: "ResourceQuota", "How much a namespace may use."
  ) {
    namespacedMetadata()
    one("spec") {
      quantityMap("hard")
      textSet("scopes").replaces
      one("scope_selector") {
        many("match_expression", "matchExpressions") {
          text("scope_name").required
          text("operator").required
          textSet("values")
        }
      }
    }
  }.with { $0.timeouts = ["create": .seconds(60), "update": .seconds(60)] }

  static let limitRange = Kind(
    "limit_range", "limit_range_v1", apiVersion: "v1", kind: "LimitRange", "How much each object of a namespace may use."
  ) {
    namespacedMetadata()
    one("spec") {
      many("limit", "limits") {
        quantityMap("default")
        quantityMap("default_request").computed
        quantityMap("max")
        quantityMap("max_limit_request_ratio")
        quantityMap("min")
        text("type")
      }
    }
  }
}
