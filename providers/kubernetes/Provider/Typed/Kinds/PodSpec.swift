import ProviderKit
import YAML

/// Pods, as all workloads describe them.
struct PodSpec {
  var restartPolicy: DynamicValue = "Always"
  /// Whether it is of a pod itself, and not of a template: then the scheduler says where it runs.
  var isOfPod = false

  @FieldList var fields: [Field] {
    one("affinity", Affinity.fields)
    integer("active_deadline_seconds")
    flag("automount_service_account_token").defaults(to: true)
    many("container", "containers", by: "name") { Container.fields }
    many("init_container", "initContainers", by: "name") { Container.fields }
    many("readiness_gate", "readinessGates") { text("condition_type").required }
    naming
    isolation
    many("image_pull_secrets", by: "name") { text("name").required }
    one("os") { text("name").required }
    scheduling
    one("security_context", securityContext).whenUnsaid([:])
    integer("termination_grace_period_seconds").defaults(to: 30).atLeast(0)
    many("volume", "volumes", by: "name") { Volumes.ofPods }
  }

  @FieldList private var naming: [Field] {
    text("dns_policy").defaults(to: "ClusterFirst").among("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
    one("dns_config") {
      texts("nameservers")
      many("option", "options") {
        text("name").required
        text("value")
      }
      texts("searches")
    }
    flag("enable_service_links").defaults(to: true)
    many("host_aliases") {
      texts("hostnames").required
      text("ip").key("ip").required
    }
    text("hostname").computed
    text("subdomain")
  }

  @FieldList private var isolation: [Field] {
    flag("host_ipc").defaults(to: false)
    flag("host_network").defaults(to: false)
    flag("host_pid").defaults(to: false)
    flag("share_process_namespace").defaults(to: false)
  }

  @FieldList private var scheduling: [Field] {
    text("node_name").computed.settles(isOfPod ? .atCreation : .atPlan)
    textMap("node_selector")
    text("runtime_class_name")
    text("priority_class_name")
    text("restart_policy").defaults(to: restartPolicy).among("Always", "OnFailure", "Never")
    text("scheduler_name").computed
    text("service_account_name").computed
    many("toleration", "tolerations") {
      text("effect").among("NoSchedule", "PreferNoSchedule", "NoExecute", "").omittedIfEmpty
      text("key").omittedIfEmpty
      text("operator").defaults(to: "Equal").among("Exists", "Equal")
      digits("toleration_seconds")
      text("value").omittedIfEmpty
    }
    many("topology_spread_constraint", "topologySpreadConstraints") {
      textSet("match_label_keys")
      integer("max_skew").defaults(to: 1).atLeast(1)
      integer("min_domains").atLeast(1)
      text("node_affinity_policy").among("Honor", "Ignore")
      text("node_taints_policy").among("Honor", "Ignore")
      text("topology_key")
      text("when_unsatisfiable").defaults(to: "DoNotSchedule").among("DoNotSchedule", "ScheduleAnyway")
      one("label_selector", labelSelector)
    }
  }

  @FieldList private func securityContext() -> [Field] {
    digits("fs_group")
    digits("run_as_group")
    flag("run_as_non_root")
    digits("run_as_user")
    one("seccomp_profile", seccompProfile)
    one("se_linux_options", linuxOptions)
    text("fs_group_change_policy").among("Always", "OnRootMismatch")
    integerSet("supplemental_groups")
    one("windows_options") {
      text("gmsa_credential_spec")
      text("gmsa_credential_spec_name")
      flag("host_process").defaults(to: false)
      text("run_as_username").key("runAsUserName")
    }
    many("sysctl", "sysctls") {
      text("name").required
      text("value").required
    }
  }

  /// A pod's place in an object that makes pods.
  func template(isMetadataNamespaced: Bool = true) -> Field {
    one("template") {
      templateMetadata(isNamespaced: isMetadataNamespaced)
      one("spec") { fields }.required
    }.required
  }
}

@FieldList func seccompProfile() -> [Field] {
  text("localhost_profile").defaults(to: "").omittedIfEmpty
  text("type").defaults(to: "Unconfined").among("Localhost", "RuntimeDefault", "Unconfined")
}

@FieldList func linuxOptions() -> [Field] {
  text("level")
  text("role")
  text("type")
  text("user")
}

/// Where pods may and should run.
enum Affinity {
  @FieldList static func fields() -> [Field] {
    one("node_affinity") {
      one("required_during_scheduling_ignored_during_execution") { many("node_selector_term", "nodeSelectorTerms", of: nodeSelector) }
      many("preferred_during_scheduling_ignored_during_execution") {
        integer("weight").required
        one("preference", nodeSelector).required
      }
    }
    one("pod_affinity", podAffinity)
    one("pod_anti_affinity", podAffinity)
  }

  @FieldList static func nodeSelector() -> [Field] {
    many("match_expressions", of: requirement)
    many("match_fields", of: requirement)
  }

  @FieldList private static func requirement() -> [Field] {
    text("key")
    text("operator").among("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
    textSet("values")
  }

  @FieldList private static func podAffinity() -> [Field] {
    many("required_during_scheduling_ignored_during_execution", of: term)
    many("preferred_during_scheduling_ignored_during_execution") {
      integer("weight").required
      one("pod_affinity_term", term).required
    }
  }

  @FieldList private static func term() -> [Field] {
    one("label_selector", labelSelector)
    one("namespace_selector", labelSelector)
    textSet("namespaces")
    text("topology_key").required
  }
}
