import ProviderKit
import YAML

extension TypedKindTests {
  static let workloads: [Example] = [
    Example(
      type: "kubernetes_stateful_set", path: "/apis/apps/v1/namespaces/default/statefulsets/web", expected: [(["status", "readyReplicas"], 1)],
      configuration: [
        "metadata": .metadata("web"),
        "spec": [[
          "replicas": "1", "service_name": "web", "selector": .selector, "template": .template(),
          "update_strategy": [["type": "RollingUpdate", "rolling_update": [["partition": 1]]]],
          "volume_claim_template": [[
            "metadata": .metadata("data"),
            "spec": [["access_modes": ["ReadWriteOnce"], "resources": [["requests": ["storage": "1024Mi"]]]]],
          ]],
        ]],
      ], change: { $0.settingContainer("image", "nginx:2") }, changed: (["spec", "replicas"], 1)),
    Example(
      type: "kubernetes_daemonset", path: "/apis/apps/v1/namespaces/default/daemonsets/web", expected: [(["spec", "selector", "matchLabels"], ["app": "web"])],
      configuration: [
        "metadata": .metadata("web"),
        "spec": [[
          "selector": .selector, "template": .template(),
          "strategy": [["type": "RollingUpdate", "rolling_update": [["max_unavailable": "50%"]]]],
        ]],
      ], change: { $0.settingContainer("image", "nginx:2") }, changed: (["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"], "50%")),
    Example(
      type: "kubernetes_job", path: "/apis/batch/v1/namespaces/default/jobs/web", expected: [(["status", "succeeded"], 1)],
      configuration: [
        "metadata": .metadata("web"), "spec": [["backoff_limit": 2, "template": .template(image: "busybox:1", ["command": ["true"]])]], "wait_for_completion": true,
      ], change: { $0.settingContainer("image", "nginx:2") }, changed: (["status", "succeeded"], 1), isReplaced: true),
    Example(
      type: "kubernetes_cron_job_v1", path: "/apis/batch/v1/namespaces/default/cronjobs/web", expected: [(["spec", "schedule"], "0 4 * * *")],
      configuration: [
        "metadata": .metadata("web"),
        "spec": [[
          "schedule": "0 4 * * *",
          "job_template": [["metadata": [[:]], "spec": [["template": .template(image: "busybox:1", ["command": ["true"]])]]]],
        ]],
      ],
      change: { configuration in
        var spec = configuration["spec"][0]
        spec["schedule"] = "0 5 * * *"
        return configuration.setting("spec", [spec])
      }, changed: (["spec", "schedule"], "0 5 * * *")),
    Example(
      type: "kubernetes_pod", path: "/api/v1/namespaces/default/pods/web", expected: [(["status", "phase"], "Running")],
      configuration: [
        "metadata": .metadata("web", ["labels": ["app": "web"]]),
        "spec": [[
          "container": [["name": "main", "image": "nginx:1", "port": [["container_port": 80]]]],
          "volume": [["name": "scratch", "empty_dir": [[:]]]],
        ]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_horizontal_pod_autoscaler_v2", path: "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web",
      expected: [(["spec", "maxReplicas"], 5)],
      configuration: [
        "metadata": .metadata("web"),
        "spec": [[
          "max_replicas": 5, "scale_target_ref": [["api_version": "apps/v1", "kind": "Deployment", "name": "web"]],
          "metric": [["type": "Resource", "resource": [["name": "cpu", "target": [["type": "Utilization", "average_utilization": 70]]]]]],
        ]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_horizontal_pod_autoscaler_v1", path: "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/web",
      expected: [(["spec", "targetCPUUtilizationPercentage"], 70)],
      configuration: [
        "metadata": .metadata("web"), "spec": [["max_replicas": 5, "target_cpu_utilization_percentage": 70, "scale_target_ref": scaled]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_horizontal_pod_autoscaler", path: "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web",
      expected: [(["spec", "metrics"], [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 70]]]])],
      configuration: [
        "metadata": .metadata("web"), "spec": [["max_replicas": 5, "target_cpu_utilization_percentage": 70, "scale_target_ref": scaled]],
      ],
      change: { $0.setting("spec", [["max_replicas": 5, "target_cpu_utilization_percentage": 60, "scale_target_ref": scaled]]) },
      changed: (["spec", "metrics"], [["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 60]]]])),
    Example(
      type: "kubernetes_replication_controller", path: "/api/v1/namespaces/default/replicationcontrollers/web",
      expected: [(["status", "readyReplicas"], 2)],
      configuration: ["metadata": .metadata("web"), "spec": [["replicas": 2, "selector": ["app": "web"], "template": .template()]]],
      change: { $0.settingContainer("image", "nginx:2") }, changed: (["spec", "replicas"], 2)),
  ]

  private static let scaled: DynamicValue = [["api_version": "apps/v1", "kind": "Deployment", "name": "web"]]

  static let others: [Example] = [
    Example(
      type: "kubernetes_endpoints", path: "/api/v1/namespaces/default/endpoints/web",
      expected: [(["subsets"], [["addresses": [["ip": "10.0.0.4"]], "ports": [["name": "http", "port": 80, "protocol": "TCP"]]]])],
      configuration: [
        "metadata": .metadata("web"), "subset": [["address": [["ip": "10.0.0.4"]], "port": [["name": "http", "port": 80]]]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_endpoint_slice_v1", path: "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/web",
      expected: [(["endpoints"], [["addresses": ["10.0.0.4"], "conditions": ["ready": true]]])],
      configuration: [
        "metadata": .metadata("web"), "address_type": "IPv4",
        "endpoint": [["addresses": ["10.0.0.4"], "condition": [["ready": true]]]],
        "port": [["name": "http", "port": "80", "app_protocol": "http"]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_runtime_class_v1", path: "/apis/node.k8s.io/v1/runtimeclasses/web", expected: [(["handler"], "runsc")],
      configuration: ["metadata": .metadata("web"), "handler": "runsc"], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_ingress_class", path: "/apis/networking.k8s.io/v1/ingressclasses/web", expected: [(["spec", "controller"], "example.com/web")],
      configuration: ["metadata": .metadata("web"), "spec": [["controller": "example.com/web"]]], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_network_policy", path: "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/web",
      expected: [
        (["spec", "podSelector"], [:]),
        (["spec", "ingress"], [["ports": [["port": "http", "protocol": "TCP"]], "from": [["podSelector": ["matchLabels": ["app": "web"]]]]]]),
      ],
      configuration: [
        "metadata": .metadata("web"),
        "spec": [[
          "pod_selector": [[:]], "policy_types": ["Ingress"],
          "ingress": [["ports": [["port": "http"]], "from": [["pod_selector": [["match_labels": ["app": "web"]]]]]]],
        ]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_storage_class", path: "/apis/storage.k8s.io/v1/storageclasses/web", expected: [(["allowVolumeExpansion"], true)],
      configuration: ["metadata": .metadata("web"), "storage_provisioner": "example.com/disk", "parameters": ["type": "ssd"]],
      change: { $0.setting("parameters", ["type": "hdd"]) }, changed: (["parameters"], ["type": "hdd"]), isReplaced: true),
    Example(
      type: "kubernetes_persistent_volume", path: "/api/v1/persistentvolumes/web", expected: [(["spec", "hostPath", "path"], "/data")],
      configuration: [
        "metadata": .metadata("web"),
        "spec": [[
          "access_modes": ["ReadWriteOnce"], "capacity": ["storage": "1Gi"], "persistent_volume_source": [["host_path": [["path": "/data"]]]],
        ]],
      ], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_persistent_volume_claim", path: "/api/v1/namespaces/default/persistentvolumeclaims/web",
      expected: [(["status", "phase"], "Bound")],
      configuration: [
        "metadata": .metadata("web"), "spec": [["access_modes": ["ReadWriteOnce"], "resources": [["requests": ["storage": "1024Mi"]]]]],
      ],
      change: { $0.setting("spec", [["access_modes": ["ReadWriteOnce"], "resources": [["requests": ["storage": "2Gi"]]]]]) },
      changed: (["spec", "resources", "requests", "storage"], "2Gi")),
    Example(
      type: "kubernetes_csi_driver", path: "/apis/storage.k8s.io/v1/csidrivers/web", expected: [(["spec", "attachRequired"], true)],
      configuration: ["metadata": .metadata("web"), "spec": [["attach_required": true]]], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_pod_disruption_budget_v1", path: "/apis/policy/v1/namespaces/default/poddisruptionbudgets/web",
      expected: [(["spec", "maxUnavailable"], "20%")],
      configuration: ["metadata": .metadata("web"), "spec": [["max_unavailable": "20%", "selector": .selector]]],
      change: { $0.setting("spec", [["max_unavailable": "1", "selector": .selector]]) }, changed: (["spec", "maxUnavailable"], 1)),
    Example(
      type: "kubernetes_priority_class", path: "/apis/scheduling.k8s.io/v1/priorityclasses/web", expected: [(["value"], 100)],
      configuration: ["metadata": .metadata("web"), "value": 100], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_resource_quota", path: "/api/v1/namespaces/default/resourcequotas/web", expected: [(["spec", "hard", "pods"], "10")],
      configuration: ["metadata": .metadata("web"), "spec": [["hard": ["pods": "10", "requests.cpu": "4000m"]]]],
      change: { $0.setting("spec", [["hard": ["pods": "20"]]]) }, changed: (["spec", "hard"], ["pods": "20"])),
    Example(
      type: "kubernetes_limit_range", path: "/api/v1/namespaces/default/limitranges/web", expected: [(["spec", "limits"], [["type": "Container", "default": ["cpu": "200m"]]])],
      configuration: ["metadata": .metadata("web"), "spec": [["limit": [["type": "Container", "default": ["cpu": "200m"]]]]]],
      change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_validating_webhook_configuration_v1",
      path: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/web", expected: [],
      configuration: ["metadata": .metadata("web"), "webhook": [webhook]], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_mutating_webhook_configuration_v1", path: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/web",
      expected: [], configuration: ["metadata": .metadata("web"), "webhook": [webhook]], change: labelled, changed: hasLabel),
    Example(
      type: "kubernetes_validating_admission_policy_v1",
      path: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/few",
      expected: [(["spec", "matchConstraints", "resourceRules"], [
        ["apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"], "scope": "*"],
      ])],
      configuration: [
        "metadata": ["name": "few"],
        "spec": [
          "failure_policy": "Fail", "audit_annotations": [["key": "checked", "value_expression": "'yes'"]],
          "match_constraints": [
            "match_policy": "Equivalent",
            "resource_rules": [[
              "api_groups": ["apps"], "api_versions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"], "scope": "*",
            ]],
          ],
          "validations": [["expression": "object.spec.replicas <= 5", "message": "At most five."]],
        ],
      ],
      change: { configuration in
        var spec = configuration["spec"]
        spec["failure_policy"] = "Ignore"
        return configuration.setting("spec", spec)
      }, changed: (["spec", "failurePolicy"], "Ignore")),
    Example(
      type: "kubernetes_api_service", path: "/apis/apiregistration.k8s.io/v1/apiservices/v1.example.com", expected: [(["spec", "group"], "example.com")],
      configuration: [
        "metadata": .metadata("v1.example.com"),
        "spec": [[
          "group": "example.com", "version": "v1", "group_priority_minimum": 1000, "version_priority": 15,
          "service": [["name": "api", "namespace": "default"]], "insecure_skip_tls_verify": true,
        ]],
      ], change: labelled, changed: hasLabel),
  ]

  private static let webhook: DynamicValue = [
    "name": "check.example.com", "side_effects": "None", "admission_review_versions": ["v1"], "failure_policy": "Ignore",
    "client_config": [["ca_bundle": "PEM", "service": [["name": "hook", "namespace": "default", "path": "/check"]]]],
    "rule": [["api_groups": ["example.com"], "api_versions": ["v1"], "operations": ["CREATE"], "resources": ["things"]]],
  ]
}
