import YAML

/// The rules for pods and the templates of pods.
enum PodValidation {
  /// - Parameter claims: the names of volumes that each pod gets besides, as those of stateful sets do.
  static func problems(_ spec: JSONValue, _ path: String, restart: [String]?, claims: Set<String> = []) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    let policy = spec["restartPolicy"]?.asString ?? "Always"
    if let restart, !restart.contains(policy) {
      causes.append(
        restart == ["Always"]
          ? .notSupported("\(path).restartPolicy", policy, restart)
          : .required("\(path).restartPolicy", "valid values: \"OnFailure\", \"Never\""))
    } else if !["Always", "OnFailure", "Never"].contains(policy) {
      causes.append(.notSupported("\(path).restartPolicy", policy, ["Always", "Never", "OnFailure"]))
    }
    if spec.asObject != nil, spec["containers"] == nil, !path.isEmpty, path != "spec" { return causes }
    let volumes = claims.union(spec.items(at: ["volumes"]).compactMap { $0["name"]?.asString })
    causes += duplicates(spec, "volumes", path)
    for list in ["initContainers", "containers"] {
      causes += duplicates(spec, list, path)
      for (index, container) in spec.items(at: [list]).enumerated() {
        causes += problems(ofContainer: container, "\(path).\(list)[\(index)]", volumes)
      }
    }
    return causes
  }

  private static func duplicates(_ spec: JSONValue, _ list: String, _ path: String) -> [Failure.Cause] {
    var seen: Set<String> = []
    return spec.items(at: [list]).enumerated().compactMap { index, item in
      guard let name = item["name"]?.asString, !seen.insert(name).inserted else { return nil }
      return .duplicate("\(path).\(list)[\(index)].name", .string(name))
    }
  }

  private static func problems(ofContainer container: JSONValue, _ path: String, _ volumes: Set<String>) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    if container["image"]?.asString ?? "" == "" { causes.append(.required("\(path).image")) }
    if let name = container["name"]?.asString, !name.isEmpty, !Validation.isLabel(name) {
      causes.append(
        .invalid("\(path).name", .string(name), "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"))
    }
    let policies = ["Always", "IfNotPresent", "Never"]
    if let policy = container["imagePullPolicy"]?.asString, !policies.contains(policy) {
      causes.append(.notSupported("\(path).imagePullPolicy", policy, policies))
    }
    for (index, mount) in container.items(at: ["volumeMounts"]).enumerated() {
      guard let name = mount["name"]?.asString, !name.isEmpty, !volumes.contains(name) else { continue }
      causes.append(
        Failure.Cause(kind: .invalid, field: "\(path).volumeMounts[\(index)].name", message: "Not found: \"\(name)\""))
    }
    for (index, port) in container.items(at: ["ports"]).enumerated() {
      if let number = port["containerPort"]?.asInteger, number < 1 || number > 65_535 {
        causes.append(
          .invalid("\(path).ports[\(index)].containerPort", .integer(number), "must be between 1 and 65535, inclusive"))
      }
    }
    for side in ["limits", "requests"] {
      for (name, amount) in container.strings(at: ["resources", side]).sorted(by: { $0.key < $1.key }) {
        if !Quantity.isValid(amount) {
          causes.append(
            .invalid("\(path).resources.\(side)[\(name)]", .string(amount), "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"))
        } else if side == "requests", let limit = container.string(at: ["resources", "limits", name]),
          let most = Quantity.amount(limit), let wanted = Quantity.amount(amount), wanted > most {
          causes.append(
            .invalid("\(path).resources.requests", .string(amount), "must be less than or equal to \(name) limit of \(limit)"))
        }
      }
    }
    return causes
  }
}
