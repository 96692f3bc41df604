import YAML

/// Something in the values that a chart's schema does not allow.
package struct SchemaViolation: Hashable, Sendable, CustomStringConvertible {
  package var chart: String
  /// Names and indices from the chart's values on.
  package var path: [String]
  package var message: String

  package var description: String { "\(chart): \(path.isEmpty ? "the values" : path.joined(separator: ".")): \(message)" }
}

/// `values.schema.json` of a chart and of those below it.
enum ValuesSchema {
  static func violations(of values: [String: JSONValue], in chart: Chart) -> [SchemaViolation] {
    var violations: [SchemaViolation] = []
    if let bytes = chart.schema {
      var validator = SchemaValidator(chart: chart.name)
      violations += validator.validate(.object(values), schema: bytes)
    }
    for subchart in chart.subcharts {
      guard let inner = values[subchart.name]?.asObject else { continue }
      violations += self.violations(of: inner, in: subchart)
    }
    return violations
  }
}

/// JSON Schema, the vocabulary of draft 7 and of 2020-12, without schemas from elsewhere.
struct SchemaValidator {
  let chart: String
  private var root: JSONValue = .null
  /// Schemas that name themselves, by that name.
  private var anchors: [String: JSONValue] = [:]
  var violations: [SchemaViolation] = []
  private var depth = 0

  init(chart: String) { self.chart = chart }

  mutating func validate(_ value: JSONValue, schema: [UInt8]) -> [SchemaViolation] {
    do throws(JSONError) {
      root = try JSONValue(json: schema)
    } catch {
      return [SchemaViolation(chart: chart, path: [], message: "values.schema.json is no JSON: \(error)")]
    }
    collectAnchors(root, depth: 0)
    check(value, root, at: [])
    return violations
  }

  private mutating func collectAnchors(_ schema: JSONValue, depth: Int) {
    switch schema {
    case .object(let members):
      if depth > 0, let name = members["$id"]?.asString { anchors[name] = schema }
      if let name = members["$anchor"]?.asString { anchors["#" + name] = schema }
      for member in members.values { collectAnchors(member, depth: depth + 1) }
    case .array(let items): for item in items { collectAnchors(item, depth: depth + 1) }
    default: break
    }
  }

  mutating func report(_ path: [String], _ message: String) {
    violations.append(SchemaViolation(chart: chart, path: path, message: message))
  }

  /// Whether a value fits a schema, without reports of why not.
  mutating func fits(_ value: JSONValue, _ schema: JSONValue, at path: [String]) -> Bool {
    let before = violations.count
    check(value, schema, at: path)
    let isFit = violations.count == before
    violations.removeSubrange(before...)
    return isFit
  }

  mutating func check(_ value: JSONValue, _ schema: JSONValue, at path: [String]) {
    depth += 1
    defer { depth -= 1 }
    if depth > 400 { return report(path, "the schema refers to itself without end") }
    switch schema {
    case .bool(true): return
    case .bool(false): return report(path, "is not allowed")
    case .object(let keywords):
      if let reference = keywords["$ref"]?.asString { checkReference(value, reference, at: path) }
      checkType(value, keywords, at: path)
      checkCombinations(value, keywords, at: path)
      switch value {
      case .integer, .float: checkNumber(value.asDouble ?? 0, keywords, at: path)
      case .string(let text): checkString(text, keywords, at: path)
      case .array(let items): checkArray(items, keywords, at: path)
      case .object(let members): checkObject(members, keywords, at: path)
      default: break
      }
    default: report(path, "the schema for it is neither an object nor a Boolean")
    }
  }

  // MARK: References

  private mutating func checkReference(_ value: JSONValue, _ reference: String, at path: [String]) {
    if let schema = anchors[reference] { return check(value, schema, at: path) }
    guard reference.hasPrefix("#") else {
      return report(path, "its schema refers to \(reference), which would have to be fetched; only references within the file are followed")
    }
    var schema = root
    for name in reference.dropFirst().split(separator: "/") {
      let key = (PercentEncoding.decode(String(name)) ?? String(name)).replacing("~1", with: "/").replacing("~0", with: "~")
      guard let next = schema[key] ?? Int(key).flatMap({ schema[$0] }) else {
        return report(path, "its schema refers to \(reference), which is not in the file")
      }
      schema = next
    }
    check(value, schema, at: path)
  }

  // MARK: Types and combinations

  private mutating func checkType(_ value: JSONValue, _ keywords: [String: JSONValue], at path: [String]) {
    let types: [String] =
      switch keywords["type"] {
      case .string(let type)?: [type]
      case .array(let items)?: items.compactMap(\.asString)
      default: []
      }
    let type = value.typeName
    if !types.isEmpty, !types.contains(type), !(type == "integer" && types.contains("number")) {
      report(path, "must be \(types.joined(separator: " or ")), got \(type)")
    }
    if let allowed = keywords["enum"]?.asArray, !allowed.contains(where: { Self.isEqual($0, value) }) {
      report(path, "must be one of \(allowed.map { $0.jsonText() }.joined(separator: ", ")), got \(Self.shown(value))")
    }
    if let only = keywords["const"], !Self.isEqual(only, value) {
      report(path, "must be \(only.jsonText()), got \(Self.shown(value))")
    }
  }

  private static func shown(_ value: JSONValue) -> String {
    let text = value.jsonText()
    return text.count > 60 ? text.prefix(57) + "..." : text
  }

  /// Numbers are equal by their value.
  static func isEqual(_ one: JSONValue, _ two: JSONValue) -> Bool {
    switch (one, two) {
    case (.array(let one), .array(let two)): one.count == two.count && zip(one, two).allSatisfy { isEqual($0, $1) }
    case (.object(let one), .object(let two)):
      one.count == two.count && one.allSatisfy { key, value in two[key].map { isEqual(value, $0) } ?? false }
    default:
      if let one = one.asDouble, let two = two.asDouble { one == two } else { one == two }
    }
  }

  private mutating func checkCombinations(_ value: JSONValue, _ keywords: [String: JSONValue], at path: [String]) {
    for schema in keywords["allOf"]?.asArray ?? [] { check(value, schema, at: path) }
    if let schemas = keywords["anyOf"]?.asArray { checkAny(value, schemas, at: path) }
    if let schemas = keywords["oneOf"]?.asArray {
      var count = 0
      for schema in schemas where fits(value, schema, at: path) { count += 1 }
      if count == 0 { checkAny(value, schemas, at: path) }
      if count > 1 { report(path, "fits \(count) of the schemas of which it must fit exactly one") }
    }
    if let schema = keywords["not"], fits(value, schema, at: path) { report(path, "must not have the form that it has") }
    if let condition = keywords["if"] {
      if let schema = keywords[fits(value, condition, at: path) ? "then" : "else"] { check(value, schema, at: path) }
    }
  }

  /// When no schema fits, what is wrong by the one that comes nearest.
  private mutating func checkAny(_ value: JSONValue, _ schemas: [JSONValue], at path: [String]) {
    let before = violations
    var nearest: [SchemaViolation]?
    for schema in schemas {
      check(value, schema, at: path)
      let found = Array(violations[before.count...])
      violations = before
      if found.isEmpty { return }
      if found.count < nearest?.count ?? .max { nearest = found }
    }
    violations += nearest ?? []
  }
}
