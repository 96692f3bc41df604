import YAML

/// A request about objects, understood: what it is about, and how it is to be done.
struct Call {
  var request: Request
  var type: ResourceType
  var version: ResourceType.Version
  /// Without a name it is about all objects of the type.
  var name: ObjectName
  var subresource = ""
  var warnings: [String] = []

  var apiVersion: String { type.apiVersion(version.name) }
  var isDryRun: Bool { !(request.query["dryRun"] ?? "").isEmpty }

  /// Who owns what the request sets.
  var manager: String {
    if let name = request.query["fieldManager"], !name.isEmpty { return name }
    let agent = request.headers["user-agent"] ?? ""
    let name = agent.split(separator: "/").first.map(String.init) ?? ""
    return name.isEmpty ? "unknown" : String(name.prefix(128))
  }

  enum UnknownFields { case refused, warned, ignored }

  var unknownFields: UnknownFields {
    switch request.query["fieldValidation"] {
    case "Strict": .refused
    case "Ignore": .ignored
    default: .warned
    }
  }

  /// Where the object lies in messages about it.
  var target: String { name.namespace.isEmpty ? name.name : "\(name.namespace)/\(name.name)" }

  init(_ request: Request, _ type: ResourceType, _ version: ResourceType.Version, _ name: ObjectName, subresource: String = "") {
    self.request = request
    self.type = type
    self.version = version
    self.name = name
    self.subresource = subresource
  }

  /// What the rules are checked against.
  var verb: String {
    let isCollection = name.name.isEmpty
    switch request.method {
    case "GET": return request.isSet("watch") ? "watch" : isCollection ? "list" : "get"
    case "POST": return "create"
    case "PUT": return "update"
    case "PATCH": return "patch"
    case "DELETE": return isCollection ? "deletecollection" : "delete"
    default: return request.method.lowercased()
    }
  }

  /// Checks the parameters that all writes have.
  func checkParameters() throws(Failure) {
    if let value = request.query["dryRun"], !value.isEmpty, value != "All" {
      throw optionsInvalid([.notSupported("dryRun", value, ["All"])])
    }
    if let value = request.query["fieldValidation"], !value.isEmpty, !["Ignore", "Warn", "Strict"].contains(value) {
      throw optionsInvalid([.notSupported("fieldValidation", value, ["Ignore", "Strict", "Warn"])])
    }
    if let name = request.query["fieldManager"], name.utf8.count > 128 {
      throw optionsInvalid([Failure.Cause(kind: .tooLong, field: "fieldManager", message: "Too long: may not be more than 128 bytes")])
    }
  }

  func optionsInvalid(_ causes: [Failure.Cause]) -> Failure {
    let kind = ["POST": "CreateOptions", "PUT": "UpdateOptions"][request.method] ?? "PatchOptions"
    return .invalid(kind: kind, group: "meta.k8s.io", "", causes)
  }

  /// An object as it goes to the client.
  func complete(_ object: JSONValue) -> JSONValue {
    var object = object
    object["apiVersion"] = .string(apiVersion)
    object["kind"] = .string(type.kind)
    return object
  }
}
