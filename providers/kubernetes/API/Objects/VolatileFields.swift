import YAML

/// What the server makes up anew each time it is asked, so that a dry run cannot tell it.
extension JSONValue {
  /// The paths in this planned object whose values are not those that will come: addresses, ports, and identifiers of the object itself.
  /// - Parameters:
  ///   - sent: what was asked for; nothing of that is made up.
  ///   - live: the object as it is; what is there already stays.
  func volatilePaths(kind: GroupVersionKind, sent: JSONValue, live: JSONValue?) -> [FieldPath] {
    let identifier = self[path: ["metadata", "uid"]]?.asString
    let allocated: [[String]] =
      kind.group.isEmpty && kind.kind == "Service"
      ? [["spec", "clusterIP"], ["spec", "clusterIPs"], ["spec", "ports", "nodePort"], ["spec", "healthCheckNodePort"]] : []
    var found: [FieldPath] = []
    walk(FieldPath([])) { path, value in
      let names = path.steps.compactMap { if case .field(let name) = $0 { name } else { nil } }
      // The volume of a pod's token has a new name each time.
      let isMadeUp = value.asString.map { $0 == identifier || $0.hasPrefix("kube-api-access-") } ?? false
      guard allocated.contains(names) || isMadeUp else { return false }
      if names.first == "metadata", names.last == "uid" { return false }
      guard value != "None", sent.value(at: path) == nil, live?.value(at: path) != value else { return true }
      found.append(path)
      return true
    }
    return found
  }

  /// Visits every value in this one. Where the closure says so, nothing below is visited.
  private func walk(_ path: FieldPath, _ visit: (FieldPath, JSONValue) -> Bool) {
    if visit(path, self) { return }
    switch self {
    case .object(let members): for (name, value) in members { value.walk(path.appending(.field(name)), visit) }
    case .array(let items): for (index, value) in items.enumerated() { value.walk(path.appending(.index(index)), visit) }
    default: break
    }
  }
}
