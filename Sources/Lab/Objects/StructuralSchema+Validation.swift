import YAML

extension StructuralSchema {
  /// What is wrong with an object of a custom kind.
  static func problems(of object: JSONValue, _ schema: JSONValue) -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    var rest = object
    rest["metadata"] = nil
    check(rest, schema, "", &causes, isRoot: true)
    return causes
  }

  /// What breaks the rules for changes: those of the form `self == oldSelf` are known.
  static func transitionProblems(from old: JSONValue, to new: JSONValue, _ schema: JSONValue, path: String = "") -> [Failure.Cause] {
    var causes: [Failure.Cause] = []
    for rule in schema.items(at: ["x-kubernetes-validations"]) where isImmutability(rule) {
      if old != new {
        let message = rule["message"]?.asString ?? "failed rule: \(rule["rule"]?.asString ?? "")"
        causes.append(.invalid(path.isEmpty ? "<nil>" : path, .string(kind(of: new)), message))
      }
    }
    for (name, below) in (schema["properties"]?.asObject ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let before = old[name], let after = new[name] else { continue }
      causes += transitionProblems(from: before, to: after, below, path: path.isEmpty ? name : "\(path).\(name)")
    }
    return causes
  }

  static func isImmutability(_ rule: JSONValue) -> Bool {
    ["self==oldSelf", "oldSelf==self"].contains((rule["rule"]?.asString ?? "").filter { $0 != " " })
  }

  /// All rules of a schema that the server does not know how to evaluate.
  static func unknownRules(_ schema: JSONValue) -> [String] {
    var found = schema.items(at: ["x-kubernetes-validations"]).filter { !isImmutability($0) }.compactMap { $0["rule"]?.asString }
    for below in schema["properties"]?.asObject?.values.map({ $0 }) ?? [] { found += unknownRules(below) }
    for name in ["items", "additionalProperties"] {
      if let below = schema[name], below.asObject != nil { found += unknownRules(below) }
    }
    return found
  }

  private static func kind(of value: JSONValue) -> String {
    switch value {
    case .object: "object"
    case .array: "array"
    case .string(let text): text
    default: value.jsonText()
    }
  }

  private static func check(
    _ value: JSONValue, _ schema: JSONValue, _ path: String, _ causes: inout [Failure.Cause], isRoot: Bool = false
  ) {
    let place = path.isEmpty ? "<nil>" : path
    if value.isNull {
      if schema["nullable"]?.asBool != true, !isRoot, let wanted = schema["type"]?.asString {
        causes.append(.invalid(place, "null", "\(place) in body must be of type \(wanted): \"null\""))
      }
      return
    }
    if schema["x-kubernetes-int-or-string"]?.asBool ?? false {
      if value.asString == nil, value.asInteger == nil {
        causes.append(.invalid(place, .string(value.typeName), "\(place) in body must be of type integer,string: \"\(value.typeName)\""))
      }
    } else if let wanted = schema["type"]?.asString, value.typeName != wanted, !(wanted == "number" && value.asDouble != nil) {
      causes.append(
        Failure.Cause(
          kind: .typeInvalid, field: place,
          message: "Invalid value: \"\(value.typeName)\": \(place) in body must be of type \(wanted): \"\(value.typeName)\""))
      return
    }
    checkChoice(value, schema, place, &causes)
    switch value {
    case .object(let members): check(members, schema, path, place, &causes, isRoot: isRoot)
    case .array(let items): check(items, schema, path, place, &causes)
    case .string(let text): check(text, schema, place, &causes)
    default:
      if let number = value.asDouble { check(number, value, schema, place, &causes) }
    }
  }

  private static func checkChoice(_ value: JSONValue, _ schema: JSONValue, _ place: String, _ causes: inout [Failure.Cause]) {
    if let allowed = schema["enum"]?.asArray, !allowed.contains(value) {
      causes.append(.notSupported(place, value.asString ?? value.jsonText(), allowed.map { $0.asString ?? $0.jsonText() }))
    }
    let before = causes.count
    for below in schema.items(at: ["allOf"]) { check(value, below, place == "<nil>" ? "" : place, &causes) }
    if before != causes.count { return }
    for (name, isRight) in [("anyOf", { $0 > 0 }), ("oneOf", { $0 == 1 })] as [(String, (Int) -> Bool)] {
      guard let options = schema[name]?.asArray else { continue }
      let fitting = options.count { option in
        var found: [Failure.Cause] = []
        check(value, option, place == "<nil>" ? "" : place, &found)
        return found.isEmpty
      }
      if !isRight(fitting) {
        let rule = name == "anyOf" ? "must validate at least one schema (anyOf)" : "must validate one and only one schema (oneOf)"
        causes.append(.invalid(place, .string(kind(of: value)), "\(place) in body \(rule)"))
      }
    }
  }

  private static func check(
    _ members: [String: JSONValue], _ schema: JSONValue, _ path: String, _ place: String, _ causes: inout [Failure.Cause], isRoot: Bool
  ) {
    func join(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    for name in schema.items(at: ["required"]).compactMap(\.asString) where members[name] == nil {
      if isRoot, ["apiVersion", "kind", "metadata"].contains(name) { continue }
      causes.append(.required(join(name)))
    }
    let properties = schema["properties"]?.asObject ?? [:]
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      if isRoot, ["apiVersion", "kind", "metadata"].contains(name) { continue }
      if let below = properties[name] {
        check(member, below, join(name), &causes)
      } else if let below = schema["additionalProperties"], below.asObject != nil {
        check(member, below, join(name), &causes)
      }
    }
    if let most = schema["maxProperties"]?.asInteger, members.count > most {
      causes.append(Failure.Cause(kind: .tooMany, field: place, message: "Too many: \(members.count): must have at most \(most) items"))
    }
    if let least = schema["minProperties"]?.asInteger, members.count < least {
      causes.append(.invalid(place, .integer(Int64(members.count)), "\(place) in body should have at least \(least) properties"))
    }
  }

  private static func check(
    _ items: [JSONValue], _ schema: JSONValue, _ path: String, _ place: String, _ causes: inout [Failure.Cause]
  ) {
    if let most = schema["maxItems"]?.asInteger, items.count > most {
      causes.append(Failure.Cause(kind: .tooMany, field: place, message: "Too many: \(items.count): must have at most \(most) items"))
    }
    if let least = schema["minItems"]?.asInteger, items.count < least {
      causes.append(.invalid(place, .integer(Int64(items.count)), "\(place) in body should have at least \(least) items"))
    }
    let below = schema["items"] ?? [:]
    for (index, item) in items.enumerated() { check(item, below, "\(path)[\(index)]", &causes) }
    let type: ListType
    switch schema["x-kubernetes-list-type"]?.asString {
    case "set": type = .set
    case "map": type = .keyed(schema.items(at: ["x-kubernetes-list-map-keys"]).compactMap(\.asString))
    default: return
    }
    var seen: Set<PathElement> = []
    for (index, item) in items.enumerated() {
      guard let key = PathElement(of: item, in: self.schema(below), type), !seen.insert(key).inserted else { continue }
      var shown = item
      if case .key(let members) = key { shown = .object(Dictionary(members.map { ($0.name, $0.value) }) { $1 }) }
      causes.append(.duplicate("\(path)[\(index)]", shown))
    }
  }

  private static func check(_ text: String, _ schema: JSONValue, _ place: String, _ causes: inout [Failure.Cause]) {
    let length = text.unicodeScalars.count
    if let most = schema["maxLength"]?.asInteger, length > most {
      causes.append(Failure.Cause(kind: .tooLong, field: place, message: "Too long: may not be more than \(most) bytes"))
    }
    if let least = schema["minLength"]?.asInteger, length < least {
      causes.append(.invalid(place, .string(text), "\(place) in body should be at least \(least) chars long"))
    }
    if let pattern = schema["pattern"]?.asString, let expression = try? Regex(pattern), text.firstMatch(of: expression) == nil {
      causes.append(.invalid(place, .string(text), "\(place) in body should match '\(pattern)'"))
    }
  }

  private static func check(_ number: Double, _ value: JSONValue, _ schema: JSONValue, _ place: String, _ causes: inout [Failure.Cause]) {
    if let least = schema["minimum"]?.asDouble {
      let isExclusive = schema["exclusiveMinimum"]?.asBool ?? false
      if number < least || isExclusive && number == least {
        let relation = isExclusive ? "greater than" : "greater than or equal to"
        causes.append(.invalid(place, value, "\(place) in body should be \(relation) \(schema["minimum"]?.jsonText() ?? "")"))
      }
    }
    if let most = schema["maximum"]?.asDouble {
      let isExclusive = schema["exclusiveMaximum"]?.asBool ?? false
      if number > most || isExclusive && number == most {
        let relation = isExclusive ? "less than" : "less than or equal to"
        causes.append(.invalid(place, value, "\(place) in body should be \(relation) \(schema["maximum"]?.jsonText() ?? "")"))
      }
    }
    if let step = schema["multipleOf"]?.asDouble, step > 0, (number / step).rounded() * step != number {
      causes.append(.invalid(place, value, "\(place) in body should be a multiple of \(schema["multipleOf"]?.jsonText() ?? "")"))
    }
  }
}
