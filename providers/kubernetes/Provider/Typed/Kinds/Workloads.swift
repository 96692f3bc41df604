import Kubernetes
import ProviderKit
import YAML

extension Kind {
  static let workloads = [
    deployment, statefulSet, daemonSet, replicationController, job, cronJob, pod, autoscaler, processorAutoscaler, olderAutoscaler,
  ]

  static let deployment = Kind(
    "deployment", "deployment_v1", apiVersion: "apps/v1", kind: "Deployment", "Pods that are alike, replaced step by step when they change."
  ) {
    namespacedMetadata()
    one("spec") {
      integer("min_ready_seconds").defaults(to: 0).atLeast(0)
      flag("paused").defaults(to: false)
      integer("progress_deadline_seconds").defaults(to: 600).atLeast(1)
      digits("replicas").computed
      integer("revision_history_limit").defaults(to: 10).atLeast(0)
      one("selector", labelSelector).replaces
      one("strategy") {
        text("type").defaults(to: "RollingUpdate").among("RollingUpdate", "Recreate")
        one("rolling_update") {
          numberOrText("max_surge").defaults(to: "25%")
          numberOrText("max_unavailable").defaults(to: "25%")
        }
      }.whenUnsaid(["type": "RollingUpdate", "rollingUpdate": ["maxSurge": "25%", "maxUnavailable": "25%"]])
      PodSpec().template()
    }.required
    waitForRollout
  }.with {
    $0.version = 1
    $0.waitsForRollout(["create": .seconds(600), "update": .seconds(600), "delete": .seconds(600)])
  }

  static let statefulSet = Kind(
    "stateful_set", "stateful_set_v1", apiVersion: "apps/v1", kind: "StatefulSet", "Pods with names and volumes of their own."
  ) {
    namespacedMetadata()
    one("spec") {
      text("pod_management_policy").computed.replaces.among("OrderedReady", "Parallel")
      digits("replicas").computed
      integer("revision_history_limit").computed.atLeast(0)
      one("selector", labelSelector).required.replaces
      text("service_name").required.replaces
      PodSpec().template()
      one("update_strategy") {
        text("type").defaults(to: "RollingUpdate").among("RollingUpdate", "OnDelete")
        one("rolling_update") { integer("partition").defaults(to: 0).atLeast(0) }
      }.whenUnsaid(["type": "RollingUpdate", "rollingUpdate": ["partition": 0]])
      many("volume_claim_template", "volumeClaimTemplates") {
        claimTemplateMetadata
        one("spec") { Volumes.claimSpec }.required
      }.frozen
      one("persistent_volume_claim_retention_policy") {
        text("when_deleted").defaults(to: "Retain").among("Retain", "Delete")
        text("when_scaled").defaults(to: "Retain").among("Retain", "Delete")
      }.whenUnsaid(["whenDeleted": "Retain", "whenScaled": "Retain"])
      integer("min_ready_seconds").defaults(to: 0).atLeast(0)
    }.required
    waitForRollout
  }.with {
    $0.version = 1
    $0.waitsForRollout(["create": .seconds(600), "read": .seconds(600), "update": .seconds(600), "delete": .seconds(600)])
  }

  /// Claims are made in the namespace of their pods, whatever is said here.
  private static var claimTemplateMetadata: Field {
    one("metadata") {
      textMap("annotations")
      textMap("labels")
      text("generate_name").key("generateName").conflicts(with: "name")
      text("name").computed.conflicts(with: "generate_name")
      text("namespace").defaults(to: "default").omitted { _ in true }
      integer("generation").readOnly
      text("resource_version").readOnly
      text("uid").readOnly
    }.required
  }

  static let daemonSet = Kind(
    "daemonset", "daemon_set_v1", apiVersion: "apps/v1", kind: "DaemonSet", "A pod on each node."
  ) {
    namespacedMetadata()
    one("spec") {
      integer("min_ready_seconds").defaults(to: 0).atLeast(0)
      integer("revision_history_limit").defaults(to: 10).atLeast(0)
      one("selector", labelSelector).replaces
      one("strategy") {
        text("type").defaults(to: "RollingUpdate").among("RollingUpdate", "OnDelete")
        one("rolling_update") {
          numberOrText("max_surge").defaults(to: "0")
          numberOrText("max_unavailable").defaults(to: "1")
        }
      }.key("updateStrategy").whenUnsaid(["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 0, "maxUnavailable": 1]])
      PodSpec().template()
    }.required
    waitForRollout
  }.with {
    $0.version = 1
    $0.waitsForRollout(["create": .seconds(600), "update": .seconds(600), "delete": .seconds(600)])
  }

  static let replicationController = Kind(
    "replication_controller", "replication_controller_v1", apiVersion: "v1", kind: "ReplicationController",
    "Pods that are alike. Deployments do more."
  ) {
    namespacedMetadata()
    one("spec") {
      integer("min_ready_seconds").defaults(to: 0).atLeast(0)
      integer("replicas").defaults(to: 1)
      textMap("selector").required
      PodSpec().template()
    }.required
  }.with {
    $0.version = 1
    $0.timeouts = ["create": .seconds(600), "update": .seconds(600), "delete": .seconds(600)]
    $0.wait = { _ in .ofKind }
  }

  static let job = Kind("job", "job_v1", apiVersion: "batch/v1", kind: "Job", "Pods that run to their end.") {
    namespacedMetadata()
    one("spec") { jobSpec }.required
    flag("wait_for_completion").local.defaults(to: true)
  }.with {
    $0.version = 1
    $0.timeouts = ["create": .seconds(60), "update": .seconds(60), "delete": .seconds(60)]
    $0.wait = { $0["wait_for_completion"].bool == true ? .ofKind : nil }
  }

  @FieldList private static var jobSpec: [Field] {
    integer("active_deadline_seconds").atLeast(1)
    integer("backoff_limit").defaults(to: 6).atLeast(0)
    integer("backoff_limit_per_index").replaces.atLeast(0)
    integer("completions").defaults(to: 1).replaces.atLeast(1)
    text("completion_mode").computed.replaces.among("Indexed", "NonIndexed")
    flag("manual_selector")
    integer("max_failed_indexes").atLeast(0)
    integer("parallelism").defaults(to: 1).atLeast(0)
    one("pod_failure_policy") {
      many("rule", "rules") {
        text("action")
        one("on_exit_codes") {
          text("container_name")
          text("operator")
          integers("values").required
        }
        many("on_pod_condition", "onPodConditions") {
          text("status").defaults(to: "True")
          text("type")
        }
      }.required
    }.replaces
    one("selector", labelSelector).frozen
    PodSpec(restartPolicy: "Never").template(isMetadataNamespaced: false).frozen
    digits("ttl_seconds_after_finished")
  }

  static let cronJob = Kind("cron_job", "cron_job_v1", apiVersion: "batch/v1", kind: "CronJob", "Jobs at set times.") {
    namespacedMetadata()
    one("spec") {
      text("concurrency_policy").defaults(to: "Allow").among("Allow", "Forbid", "Replace")
      integer("failed_jobs_history_limit").defaults(to: 1).atLeast(0)
      one("job_template") {
        templateMetadata()
        one("spec") { jobSpec.map(\.changeable) }.required
      }.required
      text("schedule").required
      integer("starting_deadline_seconds").defaults(to: 0).omitted { $0.int == 0 }
      integer("successful_jobs_history_limit").defaults(to: 3).atLeast(0)
      flag("suspend").defaults(to: false)
      text("timezone").key("timeZone").omittedIfEmpty
    }.required
  }.with { $0.timeouts = ["delete": .seconds(60)] }

  static let pod = Kind("pod", "pod_v1", apiVersion: "v1", kind: "Pod", "Containers that run together on a node.") {
    namespacedMetadata()
    one("spec") {
      // Whatever else changes, the containers have to start anew.
      PodSpec(isOfPod: true).fields.map { ["active_deadline_seconds", "toleration"].contains($0.name) ? $0 : $0.frozen }
    }.required
    texts("target_state").local
  }.with {
    $0.version = 1
    $0.timeouts = ["create": .seconds(300), "delete": .seconds(300)]
    $0.wait = { configuration in
      let phases = (configuration["target_state"].elements ?? []).compactMap(\.string)
      // One that has come to its end already did run.
      let wanted = phases.isEmpty ? ["Running", "Succeeded"] : phases
      return ReadinessCondition(fields: [try FieldExpectation("status.phase", matches: "^(\(wanted.joined(separator: "|")))$")])
    }
  }

  /// Servers have only one form left of what once was a form of its own, and it says the same.
  static let autoscaler = Kind(
    "horizontal_pod_autoscaler_v2", "horizontal_pod_autoscaler_v2beta2", apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler",
    "As many replicas as the load needs."
  ) {
    namespacedMetadata()
    one("spec") { scaling }.required
  }

  static let processorAutoscaler = Kind(
    "horizontal_pod_autoscaler_v1", apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", "As many replicas as keep processors busy."
  ) {
    namespacedMetadata()
    one("spec") {
      replicaLimits
      integer("target_cpu_utilization_percentage").key("targetCPUUtilizationPercentage").computed
      scaleTarget
    }.required
  }

  /// Understands how busy processors should be, in the short form as well.
  static let olderAutoscaler = Kind(
    "horizontal_pod_autoscaler", apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", "As many replicas as the load needs."
  ) {
    namespacedMetadata()
    one("spec") {
      scaling
      integer("target_cpu_utilization_percentage").conflicts(with: "metric")
    }.required
  }.with {
    let short = "targetCpuUtilizationPercentage"
    $0.finish = { manifest in
      guard var spec = manifest["spec"], let percentage = spec[short] else { return }
      spec[short] = nil
      if !percentage.isNull {
        spec["metrics"] = [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": percentage]]]]
      }
      manifest["spec"] = spec
    }
    $0.prepare = { object, state in
      guard state["spec"][0]["metric"].elements?.isEmpty != false, var spec = object["spec"],
        let metrics = spec["metrics"]?.asArray, metrics.count == 1, metrics[0][path: ["resource", "name"]] == "cpu",
        let percentage = metrics[0][path: ["resource", "target", "averageUtilization"]]
      else { return object }
      spec["metrics"] = nil
      spec[short] = percentage
      var object = object
      object["spec"] = spec
      return object
    }
  }

  @FieldList private static var scaling: [Field] {
    replicaLimits
    many("metric", "metrics", of: metric)
    one("behavior") {
      one("scale_up", scalingRules)
      one("scale_down", scalingRules)
    }
    scaleTarget
  }

  @FieldList private static var replicaLimits: [Field] {
    integer("max_replicas").required
    integer("min_replicas").defaults(to: 1)
  }

  private static var scaleTarget: Field {
    one("scale_target_ref") {
      text("api_version")
      text("kind").required
      text("name").required
    }.required
  }

  @FieldList private static func scalingRules() -> [Field] {
    many("policy", "policies") {
      integer("period_seconds").required
      text("type").required
      integer("value").required
    }.required
    text("select_policy").computed
    integer("stabilization_window_seconds").computed
  }

  @FieldList private static func metric() -> [Field] {
    one("container_resource") {
      text("container").required
      text("name").required
      target
    }
    one("external") {
      one("metric", metricName).required
      target
    }
    one("object") {
      one("described_object") {
        text("api_version").required
        text("kind").required
        text("name").required
      }.required
      one("metric", metricName).required
      target
    }
    one("pods") {
      one("metric", metricName).required
      target
    }
    one("resource") {
      text("name").required
      target
    }
    text("type").required.among("ContainerResource", "External", "Object", "Pods", "Resource")
  }

  @FieldList private static func metricName() -> [Field] {
    text("name").required
    one("selector", labelSelector)
  }

  private static var target: Field {
    one("target") {
      integer("average_utilization")
      quantity("average_value")
      text("type").required
      quantity("value")
    }
  }

  private static var waitForRollout: Field { flag("wait_for_rollout").local.defaults(to: true) }

  private mutating func waitsForRollout(_ timeouts: [String: Duration]) {
    self.timeouts = timeouts
    wait = { $0["wait_for_rollout"].bool == true ? .ofKind : nil }
  }
}

extension Field {
  /// The same field where it describes what is still to be made, so that nothing has to be replaced for it.
  fileprivate var changeable: Field {
    var field = self
    field.replacement = .never
    if isComputed { field.keepsPriorState = false }
    if case .block(var block) = shape {
      block.fields = block.fields.map(\.changeable)
      field.shape = .block(block)
    }
    return field
  }
}
