import YAML

extension Cluster {
  func route(_ request: Request) throws(Failure) -> Answer {
    let segments = request.path.split(separator: "/").map(String.init)
    guard let first = segments.first else { return Answer(rootPaths) }
    switch first {
    case "healthz", "readyz", "livez": return Answer(text: "ok")
    case "version": return Answer(versionDocument)
    case "openapi": return try openAPI(Array(segments.dropFirst()), request)
    case "api":
      if segments.count == 1 { return Answer(coreDiscovery(request), type: discoveryType(request)) }
      return try route(request, group: "", version: segments[1], Array(segments.dropFirst(2)))
    case "apis":
      if segments.count == 1 { return Answer(groupDiscovery(request), type: discoveryType(request)) }
      if segments.count == 2 { return Answer(try groupDocument(segments[1])) }
      return try route(request, group: segments[1], version: segments[2], Array(segments.dropFirst(3)))
    default: throw .notServed
    }
  }

  private func route(_ request: Request, group: String, version: String, _ segments: [String]) throws(Failure) -> Answer {
    guard !segments.isEmpty else { return Answer(try versionDocument(group, version)) }
    var namespace = ""
    var rest = segments
    if segments[0] == "namespaces", segments.count >= 3,
      !(group.isEmpty && segments.count == 3 && ["status", "finalize"].contains(segments[2])) {
      namespace = segments[1]
      rest = Array(segments.dropFirst(2))
    }
    guard let type = self.type(group: group, version: version, plural: rest[0]), let served = type.version(named: version),
      rest.count <= 3, type.isNamespaced || namespace.isEmpty
    else { throw .notServed }
    let name = ObjectName(namespace: namespace, name: rest.count > 1 ? rest[1] : "")
    if type.isNamespaced, namespace.isEmpty, !name.name.isEmpty { throw .notServed }
    var call = Call(request, type, served, name, subresource: rest.count > 2 ? rest[2] : "")
    try checkRules(call)
    var answer = try perform(&call)
    if let warning = served.deprecationWarning { call.warnings.append(warning) }
    answer.headers += call.warnings.map { ("Warning", "299 - \"\(Self.headerText($0))\"") }
    return answer
  }

  private static func headerText(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " ")
  }

  private func perform(_ call: inout Call) throws(Failure) -> Answer {
    if ReviewTypes.ids.contains(call.type.id) { return try review(call) }
    if call.request.method != "GET" { try call.checkParameters() }
    switch call.subresource {
    case "": break
    case "status": if !call.version.hasStatus { throw .notServed }
    case "scale":
      guard let scale = call.version.scale else { throw .notServed }
      return try performScale(&call, scale)
    case "approval" where call.type.hasApproval: break
    case "token" where call.type.id == "serviceaccounts": return try token(call)
    case "finalize" where call.type.id == "namespaces": break
    default: throw .notServed
    }
    switch (call.request.method, call.name.name.isEmpty) {
    case ("GET", true): return try list(call)
    case ("GET", false) where call.request.isSet("watch"): return try list(call)
    case ("GET", false): return try get(call)
    case ("POST", true) where call.type.isNamespaced && call.name.namespace.isEmpty: throw .methodNotAllowed
    case ("POST", true): return try create(&call)
    case ("PUT", false): return try replace(&call)
    case ("PATCH", false): return try patch(&call)
    case ("DELETE", false) where call.subresource.isEmpty: return try delete(&call)
    case ("DELETE", true): return try deleteCollection(&call)
    default: throw .methodNotAllowed
    }
  }

  private var rootPaths: JSONValue {
    let groups = Set(types.values.filter { !$0.group.isEmpty }.flatMap { type in type.versions.map { "/apis/\(type.group)/\($0.name)" } })
    let paths = ["/api", "/api/v1", "/apis"] + groups.sorted() + ["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
    return ["paths": .array(paths.map { .string($0) })]
  }

  private var versionDocument: JSONValue {
    [
      "major": "1", "minor": "36", "gitVersion": .string(Self.gitVersion), "gitCommit": "", "gitTreeState": "clean",
      "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swift", "platform": "emulator",
      "emulationMajor": "1", "emulationMinor": "36",
    ]
  }
}
