import YAML

/// Fields that cannot be changed once an object is there, and what is said then.
enum Immutability {
  static func violations(from old: JSONValue, to new: JSONValue, _ call: Call) -> [Failure.Cause] {
    if let schema = call.version.openAPI { return StructuralSchema.transitionProblems(from: old, to: new, schema) }
    switch call.type.id {
    case "deployments.apps", "daemonsets.apps", "replicasets.apps": return unchanged(["spec.selector"], old, new)
    case "statefulsets.apps": return statefulSet(old, new)
    case "jobs.batch": return job(old, new)
    case "pods": return pod(old, new)
    case "persistentvolumeclaims": return claim(old, new)
    case "persistentvolumes":
      let sources = (old["spec"]?.asObject ?? [:]).keys.filter { old[path: ["spec", $0]]?.asObject != nil && !["capacity", "claimRef", "nodeAffinity"].contains($0) }
      if sources.contains(where: { old[path: ["spec", $0]] != new[path: ["spec", $0]] }) {
        return [.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation")]
      }
      return []
    case "services": return service(old, new)
    case "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io":
      return old["roleRef"] == new["roleRef"] ? [] : [.invalid("roleRef", new["roleRef"], "cannot change roleRef")]
    case "secrets": return unchanged(["type"], old, new) + sealed(old, new)
    case "configmaps": return sealed(old, new)
    case "storageclasses.storage.k8s.io":
      return unchanged(["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"], old, new)
    case "csidrivers.storage.k8s.io": return unchanged(["spec.attachRequired", "spec.volumeLifecycleModes"], old, new)
    case "priorityclasses.scheduling.k8s.io":
      return old["value"] == new["value"] ? [] : [.forbidden("value", "may not be changed in an update.")]
    case "ingressclasses.networking.k8s.io": return unchanged(["spec.controller"], old, new)
    case Cluster.definitions: return definition(old, new)
    default: return []
    }
  }

  private static func steps(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }

  private static func unchanged(_ paths: [String], _ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    paths.compactMap { path in
      let after = new[path: steps(path)]
      return old[path: steps(path)] == after ? nil : .invalid(path, after, "field is immutable")
    }
  }

  private static func statefulSet(_ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    let mutable = [
      "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ]
    func rest(_ object: JSONValue) -> JSONValue {
      var spec = object["spec"] ?? [:]
      for name in mutable { spec[name] = nil }
      return spec
    }
    if rest(old) == rest(new) { return [] }
    return [
      .forbidden(
        "spec",
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")
    ]
  }

  private static func job(_ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    var causes = unchanged(["spec.selector", "spec.completionMode"], old, new)
    let isIndexed = new.string(at: ["spec", "completionMode"]) == "Indexed"
    if !isIndexed { causes = unchanged(["spec.completions"], old, new) + causes }
    // A suspended job that has not begun may still be placed elsewhere.
    var before = old
    var after = new
    if old[path: ["spec", "suspend"]]?.asBool == true, old[path: ["status", "startTime"]] == nil {
      for name in ["nodeSelector", "tolerations", "affinity", "schedulingGates"] {
        before[["spec", "template", "spec", name]] = nil
        after[["spec", "template", "spec", name]] = nil
      }
    }
    return causes + unchanged(["spec.template"], before, after)
  }

  private static func pod(_ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    func fixed(_ object: JSONValue) -> JSONValue {
      var spec = object["spec"] ?? [:]
      for name in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates", "ephemeralContainers"] {
        spec[name] = nil
      }
      for list in ["containers", "initContainers"] where spec[list] != nil {
        spec[list] = .array(
          spec.items(at: [list]).map { container in
            var container = container
            container["image"] = nil
            return container
          })
      }
      return spec
    }
    if fixed(old) == fixed(new) { return [] }
    return [
      .forbidden(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")
    ]
  }

  private static func claim(_ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    func fixed(_ object: JSONValue) -> JSONValue {
      var spec = object["spec"] ?? [:]
      spec[["resources", "requests"]] = nil
      spec["volumeAttributesClassName"] = nil
      // The controller binds the claim.
      if old.string(at: ["spec", "volumeName"]) ?? "" == "" { spec["volumeName"] = nil }
      return spec
    }
    if fixed(old) != fixed(new) {
      return [
        .forbidden(
          "spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")
      ]
    }
    let path = ["spec", "resources", "requests", "storage"]
    let before = Quantity.amount(old.string(at: path) ?? "0") ?? 0
    let after = Quantity.amount(new.string(at: path) ?? "0") ?? 0
    if after < before { return [.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")] }
    if after > before, old.string(at: ["status", "phase"]) != "Bound" {
      return [.forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")]
    }
    return []
  }

  private static func service(_ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    guard old.string(at: ["spec", "type"]) != "ExternalName", new.string(at: ["spec", "type"]) != "ExternalName",
      old[path: ["spec", "clusterIP"]] != new[path: ["spec", "clusterIP"]]
    else { return [] }
    let address = new[path: ["spec", "clusterIP"]]
    return [
      .invalid("spec.clusterIPs[0]", .array([address ?? .null]), "may not change once set"),
    ]
  }

  private static func sealed(_ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    guard old["immutable"]?.asBool == true else { return [] }
    var causes: [Failure.Cause] = []
    if new["immutable"]?.asBool != true { causes.append(.forbidden("immutable", "field is immutable when `immutable` is set")) }
    for name in ["data", "binaryData"] where old[name] ?? [:] != new[name] ?? [:] {
      causes.append(.forbidden(name, "field is immutable when `immutable` is set"))
    }
    return causes
  }

  private static func definition(_ old: JSONValue, _ new: JSONValue) -> [Failure.Cause] {
    unchanged(["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"], old, new)
  }
}
