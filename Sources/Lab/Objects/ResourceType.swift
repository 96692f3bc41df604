import YAML

/// A kind of objects that the server keeps: what it is called, and what can be done with it.
struct ResourceType: Sendable {
  /// Empty for the core group.
  var group: String
  /// Served versions; the first is the preferred one.
  var versions: [Version]
  var kind: String
  var listKind: String
  var plural: String
  var singular: String
  var shortNames: [String] = []
  var categories: [String] = []
  var isNamespaced: Bool
  var isCustom = false

  struct Version: Sendable {
    var name: String
    var schema: Schema
    var hasStatus = false
    var scale: Scale?
    /// The author's schema, of custom resources only.
    var openAPI: JSONValue?
    var deprecationWarning: String?
  }

  /// Where a scale finds its numbers.
  struct Scale: Sendable {
    var replicas = ["spec", "replicas"]
    var statusReplicas = ["status", "replicas"]
    var selector: [String]? = ["spec", "selector"]
  }

  /// `deployments.apps`, as messages have it.
  var id: String { group.isEmpty ? plural : "\(plural).\(group)" }
  /// `Deployment.apps`, as messages about validity have it.
  var kindWithGroup: String { group.isEmpty ? kind : "\(kind).\(group)" }

  func apiVersion(_ version: String) -> String { group.isEmpty ? version : "\(group)/\(version)" }

  var preferredVersion: Version { versions.first ?? Version(name: "v1", schema: .any) }
  func version(named name: String) -> Version? { versions.first { $0.name == name } }

  /// Whether changes of what is wanted are counted in `metadata.generation`.
  var countsGenerations: Bool {
    isCustom
      || [
        "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch", "pods",
        "replicationcontrollers", "ingresses.networking.k8s.io", "networkpolicies.networking.k8s.io", "ingressclasses.networking.k8s.io",
        "poddisruptionbudgets.policy", "customresourcedefinitions.apiextensions.k8s.io", "priorityclasses.scheduling.k8s.io",
        "validatingwebhookconfigurations.admissionregistration.k8s.io", "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        "endpointslices.discovery.k8s.io", "validatingadmissionpolicies.admissionregistration.k8s.io",
      ].contains(id)
  }

  /// Whether somebody is to agree before a controller does what is asked.
  var hasApproval: Bool { id == "certificatesigningrequests.certificates.k8s.io" }

  /// Fields that a list may be narrowed by, besides name and namespace.
  var selectableFields: Set<String> {
    switch id {
    case "pods": ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP"]
    case "events":
      [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
        "reason", "type", "source", "reportingComponent",
      ]
    case "secrets": ["type"]
    case "namespaces": ["status.phase"]
    case "nodes": ["spec.unschedulable"]
    case "jobs.batch": ["status.successful"]
    case "services": ["spec.clusterIP", "spec.type"]
    case "replicasets.apps": ["status.replicas"]
    default: []
    }
  }
}

/// The kinds that every server has.
enum BuiltinTypes {
  static let all: [ResourceType] = text.split(separator: "\n").compactMap { type(of: $0) }

  /// One kind a line: group, its versions, the kind, plural, short names, then what is special.
  private static let text = """
    - v1 Namespace namespaces ns cluster status
    - v1 Pod pods po status all
    - v1 PodTemplate podtemplates -
    - v1 Service services svc status all
    - v1 ServiceAccount serviceaccounts sa
    - v1 Secret secrets -
    - v1 ConfigMap configmaps cm
    - v1 PersistentVolumeClaim persistentvolumeclaims pvc status
    - v1 PersistentVolume persistentvolumes pv cluster status
    - v1 Node nodes no cluster status
    - v1 Event events ev
    - v1 Endpoints endpoints ep
    - v1 LimitRange limitranges limits
    - v1 ResourceQuota resourcequotas quota status
    - v1 ReplicationController replicationcontrollers rc status scale all
    apps v1 Deployment deployments deploy status scale all
    apps v1 ReplicaSet replicasets rs status scale all
    apps v1 StatefulSet statefulsets sts status scale all
    apps v1 DaemonSet daemonsets ds status all
    apps v1 ControllerRevision controllerrevisions -
    batch v1 Job jobs - status all
    batch v1 CronJob cronjobs cj status all
    networking.k8s.io v1 Ingress ingresses ing status
    networking.k8s.io v1 IngressClass ingressclasses - cluster
    networking.k8s.io v1 NetworkPolicy networkpolicies netpol
    rbac.authorization.k8s.io v1 Role roles -
    rbac.authorization.k8s.io v1 RoleBinding rolebindings -
    rbac.authorization.k8s.io v1 ClusterRole clusterroles - cluster
    rbac.authorization.k8s.io v1 ClusterRoleBinding clusterrolebindings - cluster
    storage.k8s.io v1 StorageClass storageclasses sc cluster
    storage.k8s.io v1 CSIDriver csidrivers - cluster
    storage.k8s.io v1 CSINode csinodes - cluster
    storage.k8s.io v1 CSIStorageCapacity csistoragecapacities -
    storage.k8s.io v1 VolumeAttachment volumeattachments - cluster status
    storage.k8s.io v1 VolumeAttributesClass volumeattributesclasses vac cluster
    policy v1 PodDisruptionBudget poddisruptionbudgets pdb status
    autoscaling v2,v1 HorizontalPodAutoscaler horizontalpodautoscalers hpa status all
    scheduling.k8s.io v1 PriorityClass priorityclasses pc cluster
    node.k8s.io v1 RuntimeClass runtimeclasses - cluster
    admissionregistration.k8s.io v1 ValidatingWebhookConfiguration validatingwebhookconfigurations - cluster
    admissionregistration.k8s.io v1 MutatingWebhookConfiguration mutatingwebhookconfigurations - cluster
    admissionregistration.k8s.io v1 ValidatingAdmissionPolicy validatingadmissionpolicies - cluster status
    admissionregistration.k8s.io v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings - cluster
    admissionregistration.k8s.io v1 MutatingAdmissionPolicy mutatingadmissionpolicies - cluster
    admissionregistration.k8s.io v1 MutatingAdmissionPolicyBinding mutatingadmissionpolicybindings - cluster
    apiextensions.k8s.io v1 CustomResourceDefinition customresourcedefinitions crd,crds cluster status
    apiregistration.k8s.io v1 APIService apiservices - cluster status
    certificates.k8s.io v1 CertificateSigningRequest certificatesigningrequests csr cluster status
    coordination.k8s.io v1 Lease leases -
    discovery.k8s.io v1 EndpointSlice endpointslices -
    """

  private static func type(of line: Substring) -> ResourceType? {
    let words = line.split(separator: " ")
    guard words.count >= 5 else { return nil }
    let marks = Set(words[5...])
    let kind = String(words[2])
    let selector: [String]? = ["spec", "selector"]
    let versions = words[1].split(separator: ",").map {
      ResourceType.Version(
        name: String($0), schema: BuiltinSchemas.root(kind), hasStatus: marks.contains("status"),
        scale: marks.contains("scale") ? ResourceType.Scale(selector: selector) : nil)
    }
    return ResourceType(
      group: words[0] == "-" ? "" : String(words[0]), versions: versions, kind: kind,
      listKind: kind + "List", plural: String(words[3]), singular: kind.lowercased(),
      shortNames: words[4] == "-" ? [] : words[4].split(separator: ",").map(String.init),
      categories: marks.contains("all") ? ["all"] : [], isNamespaced: !marks.contains("cluster"))
  }
}
