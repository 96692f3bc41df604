import YAML

/// The rules that make an object refused as not valid.
enum Validation {
  static func creation(of object: JSONValue, _ call: Call, _ cluster: Cluster) -> [Failure.Cause] {
    metadata(object, call.type) + content(object, call)
  }

  static func update(from old: JSONValue, to new: JSONValue, _ call: Call, _ cluster: Cluster) -> [Failure.Cause] {
    if ["status", "approval"].contains(call.subresource) { return [] }
    let causes = metadata(new, call.type) + content(new, call)
    return causes.isEmpty ? Immutability.violations(from: old, to: new, call) : causes
  }

  // MARK: Names and labels

  private static func metadata(_ object: JSONValue, _ type: ResourceType) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    let name = object.name
    switch type.id {
    case "namespaces":
      if !isLabel(name) { causes.append(.invalid("metadata.name", .string(name), labelRule)) }
    case "services":
      if !isLabel(name) || name.first?.isNumber ?? true {
        causes.append(
          .invalid(
            "metadata.name", .string(name),
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"))
      }
    case let id where id.hasSuffix("rbac.authorization.k8s.io"):
      if name.contains("/") || name.contains("%") || name.isEmpty {
        causes.append(.invalid("metadata.name", .string(name), "may not contain '/' or '%'"))
      }
    default:
      if !isSubdomain(name) { causes.append(.invalid("metadata.name", .string(name), subdomainRule)) }
    }
    for (key, value) in (object[path: ["metadata", "labels"]]?.asObject ?? [:]).sorted(by: { $0.key < $1.key }) {
      causes += label(key, value.asString ?? "", "metadata.labels")
    }
    let annotations = object.annotations
    for key in annotations.keys.sorted() where !isQualifiedName(key.lowercased()) {
      causes.append(.invalid("metadata.annotations", .string(key), qualifiedNameRule))
    }
    if annotations.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) > 262_144 {
      causes.append(
        Failure.Cause(kind: .tooLong, field: "metadata.annotations", message: "Too long: may not be more than 262144 bytes"))
    }
    for finalizer in object.finalizers where !isQualifiedName(finalizer) {
      causes.append(.invalid("metadata.finalizers", .string(finalizer), qualifiedNameRule))
    }
    return causes
  }

  static func label(_ key: String, _ value: String, _ field: String) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    if !isQualifiedName(key) { causes.append(.invalid(field, .string(key), qualifiedNameRule)) }
    let isValue = value.isEmpty || value.utf8.count <= 63 && isName(value)
    if !isValue {
      causes.append(
        .invalid(
          field, .string(value),
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"))
    }
    return causes
  }

  private static let labelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  private static let subdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  private static let qualifiedNameRule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  static func isLabel(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 63 && name.utf8.allSatisfy { isSmall($0) || $0 == UInt8(ascii: "-") }
      && name.first != "-" && name.last != "-"
  }

  static func isSubdomain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0)) || $0.utf8.count > 63 && isLabel(String($0.prefix(63))) }
  }

  private static func isQualifiedName(_ key: String) -> Bool {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let last = parts.last, last.utf8.count <= 63 else { return false }
    return isName(String(last)) && (parts.count == 1 || isSubdomain(String(parts[0])))
  }

  private static func isName(_ text: String) -> Bool {
    func isLetterOrDigit(_ byte: UInt8) -> Bool { isSmall(byte) || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }
    guard let first = text.utf8.first, let last = text.utf8.last, isLetterOrDigit(first), isLetterOrDigit(last) else { return false }
    return text.utf8.allSatisfy { isLetterOrDigit($0) || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains($0) }
  }

  private static func isSmall(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  // MARK: What the kinds want

  private static func content(_ object: JSONValue, _ call: Call) -> [Failure.Cause] {
    if let schema = call.version.openAPI { return StructuralSchema.problems(of: object, schema) }
    var causes = call.version.schema.missing(in: object)
    switch call.type.id {
    case "pods": causes += PodValidation.problems(object["spec"] ?? [:], "spec", restart: nil)
    case "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps":
      causes += workload(object)
      let claims = object.items(at: ["spec", "volumeClaimTemplates"]).compactMap { $0.string(at: ["metadata", "name"]) }
      causes += PodValidation.problems(
        object[path: ["spec", "template", "spec"]] ?? [:], "spec.template.spec", restart: ["Always"], claims: Set(claims))
    case "jobs.batch":
      causes += PodValidation.problems(
        object[path: ["spec", "template", "spec"]] ?? [:], "spec.template.spec", restart: ["OnFailure", "Never"])
    case "cronjobs.batch":
      let path = ["spec", "jobTemplate", "spec", "template", "spec"]
      causes += PodValidation.problems(object[path: path] ?? [:], path.joined(separator: "."), restart: ["OnFailure", "Never"])
      let schedule = object.string(at: ["spec", "schedule"]) ?? ""
      if !schedule.isEmpty, !schedule.hasPrefix("@"), schedule.split(separator: " ").count != 5 {
        causes.append(
          .invalid("spec.schedule", .string(schedule), "expected exactly 5 fields, found \(schedule.split(separator: " ").count): [\(schedule)]"))
      }
    case "services": causes += service(object)
    case "configmaps", "secrets": causes += keys(object)
    case "persistentvolumeclaims": causes += claim(object)
    case "ingresses.networking.k8s.io": causes += ingress(object)
    case "poddisruptionbudgets.policy":
      if object[path: ["spec", "minAvailable"]] != nil, object[path: ["spec", "maxUnavailable"]] != nil {
        causes.append(.invalid("spec", "minAvailable, maxUnavailable", "minAvailable and maxUnavailable cannot be both set"))
      }
    case Cluster.definitions: causes += Cluster.problems(ofDefinition: object)
    default: break
    }
    return causes
  }

  private static func workload(_ object: JSONValue) -> [Failure.Cause] {
    guard let selector = object[path: ["spec", "selector"]] else { return [] }
    var causes: [Failure.Cause] = []
    let labels = object.strings(at: ["spec", "template", "metadata", "labels"])
    if selector.isEmptyContainer || LabelRequirement.requirements(of: selector).isEmpty {
      causes.append(.invalid("spec.selector", selector, "empty selector is invalid for this kind of object"))
    } else if !LabelRequirement.select(labels, selector) {
      causes.append(
        .invalid(
          "spec.template.metadata.labels", .object(labels.mapValues { .string($0) }), "`selector` does not match template `labels`"))
    }
    if let replicas = object.integer(at: ["spec", "replicas"]), replicas < 0 {
      causes.append(.invalid("spec.replicas", .integer(replicas), "must be greater than or equal to 0"))
    }
    if object.string(at: ["spec", "strategy", "type"]) == "Recreate", object[path: ["spec", "strategy", "rollingUpdate"]] != nil {
      causes.append(.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"))
    }
    return causes
  }

  private static func service(_ object: JSONValue) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    let type = object.string(at: ["spec", "type"]) ?? ""
    let allowed = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]
    if !allowed.contains(type) { causes.append(.notSupported("spec.type", type, allowed)) }
    let ports = object.items(at: ["spec", "ports"])
    if ports.isEmpty, type != "ExternalName", object.string(at: ["spec", "clusterIP"]) != "None" {
      causes.append(.required("spec.ports"))
    }
    if type == "ExternalName", object.string(at: ["spec", "externalName"]) ?? "" == "" { causes.append(.required("spec.externalName")) }
    var seen: Set<String> = []
    for (index, port) in ports.enumerated() {
      let number = port["port"]?.asInteger ?? 0
      if number < 1 || number > 65_535 {
        causes.append(.invalid("spec.ports[\(index)].port", .integer(number), "must be between 1 and 65535, inclusive"))
      }
      let name = port["name"]?.asString ?? ""
      if ports.count > 1, name.isEmpty { causes.append(.required("spec.ports[\(index)].name")) }
      if !name.isEmpty, !seen.insert(name).inserted { causes.append(.duplicate("spec.ports[\(index)].name", .string(name))) }
    }
    return causes
  }

  private static func keys(_ object: JSONValue) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    for part in ["data", "binaryData"] {
      for key in (object[part]?.asObject ?? [:]).keys.sorted() {
        let isRight = !key.isEmpty && key.utf8.count <= 253 && key.utf8.allSatisfy { byte in
          isSmall(byte) || byte >= 65 && byte <= 90 || [45, 46, 95].contains(byte)
        }
        if !isRight {
          causes.append(
            .invalid(
              "\(part)[\(key)]", .string(key),
              "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"))
        }
      }
    }
    return causes
  }

  private static func claim(_ object: JSONValue) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    if object.items(at: ["spec", "accessModes"]).isEmpty { causes.append(.required("spec.accessModes", "at least 1 access mode is required")) }
    let storage = object.string(at: ["spec", "resources", "requests", "storage"]) ?? ""
    if storage.isEmpty {
      causes.append(.required("spec.resources[storage]"))
    } else if !Quantity.isValid(storage) {
      causes.append(.invalid("spec.resources.requests[storage]", .string(storage), "must be a quantity like 1Gi"))
    }
    return causes
  }

  private static func ingress(_ object: JSONValue) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    let rules = object.items(at: ["spec", "rules"])
    if rules.isEmpty, object[path: ["spec", "defaultBackend"]] == nil {
      causes.append(.invalid("spec", .array([]), "either `defaultBackend` or `rules` must be specified"))
    }
    for (ruleIndex, rule) in rules.enumerated() {
      for (index, path) in rule.items(at: ["http", "paths"]).enumerated() {
        let type = path["pathType"]?.asString ?? ""
        let place = "spec.rules[\(ruleIndex)].http.paths[\(index)].pathType"
        let allowed = ["Exact", "ImplementationSpecific", "Prefix"]
        if !type.isEmpty, !allowed.contains(type) { causes.append(.notSupported(place, type, allowed)) }
      }
    }
    return causes
  }
}
