import YAML

/// An answer that refuses: what the API calls a Status.
struct Failure: Error, Sendable {
  var code: Int
  var reason: String
  var message: String
  var details: JSONValue?
  var headers: [(name: String, value: String)] = []
  /// Text instead of a Status, as servers answer where no API is.
  var isPlain = false

  /// One reason among those why an object is not valid.
  struct Cause: Sendable {
    enum Kind: String {
      case required = "FieldValueRequired"
      case invalid = "FieldValueInvalid"
      case forbidden = "FieldValueForbidden"
      case duplicate = "FieldValueDuplicate"
      case notSupported = "FieldValueNotSupported"
      case typeInvalid = "FieldValueTypeInvalid"
      case tooLong = "FieldValueTooLong"
      case tooMany = "FieldValueTooMany"
    }

    var kind: Kind
    var field: String
    var message: String

    static func required(_ field: String, _ message: String = "") -> Cause {
      Cause(kind: .required, field: field, message: "Required value" + (message.isEmpty ? "" : ": \(message)"))
    }

    static func invalid(_ field: String, _ value: JSONValue?, _ message: String) -> Cause {
      Cause(kind: .invalid, field: field, message: "Invalid value: \((value ?? .null).jsonText()): \(message)")
    }

    static func forbidden(_ field: String, _ message: String) -> Cause {
      Cause(kind: .forbidden, field: field, message: "Forbidden: \(message)")
    }

    static func notSupported(_ field: String, _ value: String, _ allowed: [String]) -> Cause {
      let list = allowed.map { "\"\($0)\"" }.joined(separator: ", ")
      return Cause(kind: .notSupported, field: field, message: "Unsupported value: \"\(value)\": supported values: \(list)")
    }

    static func duplicate(_ field: String, _ value: JSONValue) -> Cause {
      Cause(kind: .duplicate, field: field, message: "Duplicate value: \(value.jsonText())")
    }
  }

  var status: JSONValue {
    var status: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message), "code": .integer(Int64(code)),
    ]
    if !reason.isEmpty { status["reason"] = .string(reason) }
    if let details { status["details"] = details }
    return status
  }

  static let notServed = Failure(code: 404, reason: "", message: "404 page not found\n", isPlain: true)

  static func badRequest(_ message: String) -> Failure { Failure(code: 400, reason: "BadRequest", message: message) }

  static let methodNotAllowed = Failure(
    code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource", details: [:])

  static func unsupportedMediaType(_ type: String, _ supported: [String]) -> Failure {
    Failure(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: " + supported.joined(separator: ", "))
  }

  static func notFound(_ type: ResourceType, _ name: String) -> Failure {
    Failure(code: 404, reason: "NotFound", message: "\(type.id) \"\(name)\" not found", details: details(type, name))
  }

  static func namespaceNotFound(_ name: String) -> Failure {
    Failure(code: 404, reason: "NotFound", message: "namespaces \"\(name)\" not found", details: ["name": .string(name), "kind": "namespaces"])
  }

  static func alreadyExists(_ type: ResourceType, _ name: String) -> Failure {
    Failure(code: 409, reason: "AlreadyExists", message: "\(type.id) \"\(name)\" already exists", details: details(type, name))
  }

  static func conflict(_ type: ResourceType, _ name: String, _ message: String) -> Failure {
    Failure(
      code: 409, reason: "Conflict", message: "Operation cannot be fulfilled on \(type.id) \"\(name)\": \(message)",
      details: details(type, name))
  }

  static func changedMeanwhile(_ type: ResourceType, _ name: String) -> Failure {
    conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again")
  }

  static func forbidden(_ type: ResourceType, _ name: String, _ message: String, causes: [JSONValue] = []) -> Failure {
    var details = details(type, name)
    if !causes.isEmpty { details["causes"] = .array(causes) }
    let object = name.isEmpty ? type.id : "\(type.id) \"\(name)\""
    return Failure(code: 403, reason: "Forbidden", message: "\(object) is forbidden: \(message)", details: details)
  }

  static func invalid(_ type: ResourceType, _ name: String, _ causes: [Cause]) -> Failure {
    invalid(kind: type.kind, group: type.group, name, causes)
  }

  static func invalid(kind: String, group: String, _ name: String, _ causes: [Cause]) -> Failure {
    let texts = causes.map { "\($0.field): \($0.message)" }
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    var details: JSONValue = [
      "kind": .string(kind),
      "causes": .array(causes.map { ["reason": .string($0.kind.rawValue), "message": .string($0.message), "field": .string($0.field)] }),
    ]
    if !name.isEmpty { details["name"] = .string(name) }
    if !group.isEmpty { details["group"] = .string(group) }
    return Failure(
      code: 422, reason: "Invalid", message: "\(group.isEmpty ? kind : "\(kind).\(group)") \"\(name)\" is invalid: \(list)", details: details)
  }

  /// What servers answer when they did not expect what they met; bad manifests are among it.
  static func unexpected(_ message: String) -> Failure { Failure(code: 500, reason: "", message: message) }

  static func expired(_ message: String) -> Failure { Failure(code: 410, reason: "Expired", message: message) }

  private static func details(_ type: ResourceType, _ name: String) -> JSONValue {
    var details: JSONValue = ["kind": .string(type.plural)]
    if !name.isEmpty { details["name"] = .string(name) }
    if !type.group.isEmpty { details["group"] = .string(type.group) }
    return details
  }
}
