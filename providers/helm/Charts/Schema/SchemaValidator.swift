import YAML

/// Checks values by a schema, as Helm's validator does: drafts 4 to 2020-12, formats where the draft asks for them.
struct SchemaValidator {
  /// What of an object or a list some keyword has looked at.
  struct Evaluated {
    var names: Set<String> = []
    var items: Set<Int> = []

    mutating func add(_ other: Evaluated) {
      names.formUnion(other.names)
      items.formUnion(other.items)
    }
  }

  let chart: String
  let document: SchemaDocument
  var violations: [SchemaViolation] = []
  /// Why nothing can be said about the values; then what was found until there does not count.
  private var failure: SchemaViolation?
  /// The resources on the way to the schema that is checked, for references that the outermost answers.
  private var scope: [Int] = []
  private var followed: Set<Followed> = []
  private var depth = 0
  private var checkCount = 0

  /// A schema that a reference leads to, and how deep in the values it is checked.
  private struct Followed: Hashable {
    var pointer: String
    var depth: Int
  }

  private static let deepestCheck = 4 * JSONValue.deepestNesting
  /// References can make a schema of a few lines take longer than anyone waits.
  private static let checkCountMax = 1_000_000

  init(chart: String, document: SchemaDocument) {
    self.chart = chart
    self.document = document
  }

  mutating func validate(_ value: JSONValue) -> [SchemaViolation] {
    let root = document.resources[0].place
    check(value, root.schema, in: 0, at: [])
    return failure.map { [$0] } ?? violations
  }

  mutating func report(_ path: [String], _ message: String) {
    violations.append(SchemaViolation(chart: chart, path: path, message: message))
  }

  private mutating func fail(_ path: [String], _ message: String) {
    failure = failure ?? SchemaViolation(chart: chart, path: path, message: message)
  }

  /// What was evaluated when a value fits a schema; nil, and no reports of why not, when it does not.
  mutating func fit(_ value: JSONValue, _ schema: JSONValue, in resource: Int, at path: [String]) -> Evaluated? {
    let before = violations.count
    let evaluated = check(value, schema, in: resource, at: path)
    let isFit = violations.count == before
    violations.removeSubrange(before...)
    return isFit ? evaluated : nil
  }

  /// - Parameter outer: the resource that the schema is in, unless it is one itself.
  @discardableResult
  mutating func check(_ value: JSONValue, _ schema: JSONValue, in outer: Int, at path: [String]) -> Evaluated {
    var evaluated = Evaluated()
    depth += 1
    defer { depth -= 1 }
    checkCount += 1
    if depth > Self.deepestCheck || checkCount > Self.checkCountMax { fail(path, "there is too much to check") }
    if failure != nil { return evaluated }
    guard let keywords = schema.asObject else {
      if schema == .bool(false) { report(path, "is not allowed") }
      return evaluated
    }
    let resource = document.resource(of: schema, in: outer)
    let draft = document.resources[resource].draft
    scope.append(resource)
    defer { scope.removeLast() }
    evaluated.add(checkReferences(value, keywords, in: resource, at: path))
    if draft.ignoresSiblingsOfReferences, keywords["$ref"] != nil { return evaluated }
    checkType(value, keywords, draft, at: path)
    if draft.checksFormats, let format = keywords["format"]?.asString, let text = value.asString, !SchemaFormat.isFit(text, format) {
      report(path, "must be of the format \(format), got \(Self.shown(value))")
    }
    evaluated.add(checkCombinations(value, keywords, in: resource, at: path))
    switch value {
    case .integer, .float: checkNumber(value, keywords, at: path)
    case .string(let text): checkString(text, keywords, at: path)
    case .array(let items): checkArray(items, keywords, in: resource, at: path, &evaluated)
    case .object(let members): checkObject(members, keywords, in: resource, at: path, &evaluated)
    default: break
    }
    if draft >= .of2019 { checkUnevaluated(value, keywords, in: resource, at: path, &evaluated) }
    return evaluated
  }

  // MARK: References

  private mutating func checkReferences(
    _ value: JSONValue, _ keywords: [String: JSONValue], in resource: Int, at path: [String]
  ) -> Evaluated {
    var evaluated = Evaluated()
    for keyword in ["$ref", "$recursiveRef", "$dynamicRef"] {
      guard SchemaKeyword.form(of: keyword, in: document.resources[resource].draft) != nil, let reference = keywords[keyword]?.asString
      else { continue }
      switch document.resolve(reference, in: resource) {
      case .found(let found):
        let place = target(of: keyword, reference, found)
        let step = Followed(pointer: place.pointer, depth: path.count)
        if followed.insert(step).inserted {
          evaluated.add(check(value, place.schema, in: place.resource, at: path))
          followed.remove(step)
        } else {
          report(path, "the schema refers to itself without end")
        }
      case .missing: fail(path, "its schema refers to \(reference), which is not in the file")
      case .elsewhere:
        // What nobody can resolve allows everything.
        if reference.hasPrefix("urn:") { continue }
        fail(path, "its schema refers to \(reference), which would have to be fetched; only references within the file are followed")
      }
    }
    return evaluated
  }

  /// Some references stand for what the outermost resource on the way has by their name, if what they lead to allows it.
  private func target(of keyword: String, _ reference: String, _ place: SchemaDocument.Place) -> SchemaDocument.Place {
    switch keyword {
    case "$recursiveRef" where place.schema["$recursiveAnchor"] == .bool(true):
      let outermost = scope.first { document.resources[$0].place.schema["$recursiveAnchor"] == .bool(true) }
      return outermost.map { document.resources[$0].place } ?? place
    case "$dynamicRef" where place.schema["$dynamicAnchor"]?.asString == SchemaAddress.split(reference).fragment:
      let name = SchemaAddress.split(reference).fragment
      let outermost = scope.first { document.resources[$0].dynamicAnchors.contains(name) }
      return outermost.flatMap { document.resources[$0].anchors[name] } ?? place
    default: return place
    }
  }

  // MARK: Types and combinations

  private mutating func checkType(
    _ value: JSONValue, _ keywords: [String: JSONValue], _ draft: SchemaDraft, at path: [String]
  ) {
    let types: [String] =
      switch keywords["type"] {
      case .string(let type)?: [type]
      case .array(let items)?: items.compactMap(\.asString)
      default: []
      }
    let type = Self.type(of: value)
    if !types.isEmpty, !types.contains(type), !(type == "integer" && types.contains("number")) {
      report(path, "must be \(types.joined(separator: " or ")), got \(type)")
    }
    if let allowed = keywords["enum"]?.asArray, !Self.contains(allowed, value) {
      report(path, "must be one of \(allowed.map { $0.jsonText() }.joined(separator: ", ")), got \(Self.shown(value))")
    }
    if draft > .four, let only = keywords["const"], !Self.contains([only], value) {
      report(path, "must be \(only.jsonText()), got \(Self.shown(value))")
    }
  }

  /// Also numbers that are too large for an integer of the machine are integers.
  private static func type(of value: JSONValue) -> String {
    if case .float(let number) = value, number == number.rounded() { "integer" } else { value.typeName }
  }

  private static func contains(_ allowed: [JSONValue], _ value: JSONValue) -> Bool {
    let bytes = value.canonicalBytes
    return allowed.contains { $0.canonicalBytes == bytes }
  }

  private static func shown(_ value: JSONValue) -> String {
    let text = value.jsonText()
    return text.count > 60 ? text.prefix(57) + "..." : text
  }

  private mutating func checkCombinations(
    _ value: JSONValue, _ keywords: [String: JSONValue], in resource: Int, at path: [String]
  ) -> Evaluated {
    var evaluated = Evaluated()
    for schema in keywords["allOf"]?.asArray ?? [] { evaluated.add(check(value, schema, in: resource, at: path)) }
    if let schemas = keywords["anyOf"]?.asArray {
      // What further schemas would look at matters only to who asks for what nobody looked at.
      let enough = document.asksForUnevaluated ? Int.max : 1
      for found in checkAlternatives(value, schemas, upTo: enough, in: resource, at: path) { evaluated.add(found) }
    }
    if let schemas = keywords["oneOf"]?.asArray {
      let fitting = checkAlternatives(value, schemas, upTo: .max, in: resource, at: path)
      if fitting.count > 1 { report(path, "fits \(fitting.count) of the schemas of which it must fit exactly one") }
      for found in fitting { evaluated.add(found) }
    }
    if let schema = keywords["not"], fit(value, schema, in: resource, at: path) != nil {
      report(path, "must not have the form that it has")
    }
    if document.resources[resource].draft > .six, let condition = keywords["if"] {
      let found = fit(value, condition, in: resource, at: path)
      evaluated.add(found ?? Evaluated())
      if let schema = keywords[found == nil ? "else" : "then"] { evaluated.add(check(value, schema, in: resource, at: path)) }
    }
    return evaluated
  }

  /// What was evaluated by each schema that the value fits. When it fits none, reports are what is wrong by the one
  /// that comes nearest.
  private mutating func checkAlternatives(
    _ value: JSONValue, _ schemas: [JSONValue], upTo enough: Int, in resource: Int, at path: [String]
  ) -> [Evaluated] {
    let before = violations.count
    var nearest: [SchemaViolation]?
    var fitting: [Evaluated] = []
    for schema in schemas where fitting.count < enough {
      let evaluated = check(value, schema, in: resource, at: path)
      let wrongCount = violations.count - before
      if wrongCount == 0 {
        fitting.append(evaluated)
      } else if wrongCount < nearest?.count ?? .max {
        nearest = Array(violations[before...])
      }
      violations.removeSubrange(before...)
    }
    if fitting.isEmpty { violations += nearest ?? [] }
    return fitting
  }

  private mutating func checkUnevaluated(
    _ value: JSONValue, _ keywords: [String: JSONValue], in resource: Int, at path: [String], _ evaluated: inout Evaluated
  ) {
    if let schema = keywords["unevaluatedProperties"], let members = value.asObject {
      for name in members.keys.sorted() where !evaluated.names.contains(name) {
        if schema == .bool(false) {
          report(path, "\(name) is not allowed")
        } else {
          check(members[name] ?? .null, schema, in: resource, at: path + [name])
        }
        evaluated.names.insert(name)
      }
    }
    if let schema = keywords["unevaluatedItems"], let items = value.asArray {
      for index in items.indices where !evaluated.items.contains(index) {
        check(items[index], schema, in: resource, at: path + ["\(index)"])
        evaluated.items.insert(index)
      }
    }
  }
}
