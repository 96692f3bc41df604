package import YAML

/// What of an object does not fit its schema.
package struct SchemaViolation: Hashable, Sendable, CustomStringConvertible {
  /// As in `spec.template.spec.containers[0].image`; empty for the object as a whole.
  package var path: String
  /// A sentence.
  package var message: String

  package init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

extension ObjectSchema {
  /// What of an object does not fit, all of it, in the order of paths. What only a server can know is not looked at, nor is the status.
  package func validate(_ json: JSONValue) -> [SchemaViolation] {
    var validation = SchemaValidation()
    validation.check(json, self, [], isRoot: true)
    return validation.violations
  }
}

/// A walk along an object and its schema.
private struct SchemaValidation {
  private(set) var violations: [SchemaViolation] = []

  private static let own: Set<String> = ["apiVersion", "kind", "metadata"]

  mutating func check(_ value: JSONValue, _ schema: ObjectSchema, _ path: [String], isRoot: Bool = false) {
    // Null is as good as nothing: servers drop it.
    if value.isNull { return }
    if schema.isIntOrString {
      if value.asString == nil, value.asInteger == nil { mismatch(value, "a whole number or a text", path) }
      return
    }
    guard fits(value, schema, path) else { return }
    if let allowed = schema.enumeration, !allowed.contains(value), !allowed.isEmpty {
      let list = allowed.map { $0.jsonText() }.joined(separator: ", ")
      report(path, "\(value.jsonText()) is none of the values that are allowed: \(list).")
    }
    switch value {
    case .object(let members): check(members, schema, path, isRoot: isRoot)
    case .array(let items):
      if let below = schema.items {
        for (index, item) in items.enumerated() { check(item, below, path + ["[\(index)]"]) }
      }
      checkKeys(items, schema, path)
    default: break
    }
  }

  private mutating func fits(_ value: JSONValue, _ schema: ObjectSchema, _ path: [String]) -> Bool {
    let isGood: Bool
    switch schema.type {
    case "object": isGood = value.asObject != nil
    case "array": isGood = value.asArray != nil
    // Amounts may be written as numbers.
    case "string": isGood = value.asString != nil || schema.isQuantity && value.asDouble != nil
    case "integer": isGood = value.asInteger != nil
    case "number": isGood = value.asDouble != nil
    case "boolean": isGood = value.asBool != nil
    default: return true
    }
    if !isGood { mismatch(value, Self.words[schema.type ?? ""] ?? "something else", path) }
    return isGood
  }

  private static let words = [
    "object": "an object", "array": "a list", "string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "null": "null",
  ]

  private mutating func mismatch(_ value: JSONValue, _ wanted: String, _ path: [String]) {
    report(path, "\(wanted) is wanted here, not \(Self.words[value.typeName] ?? value.typeName).")
  }

  private mutating func check(_ members: [String: JSONValue], _ schema: ObjectSchema, _ path: [String], isRoot: Bool) {
    for name in schema.required where members[name].map(\.isNull) ?? true {
      if isRoot, name == "status" || Self.own.contains(name) { continue }
      if schema.property(name)?.defaultValue == nil { report(path, "\"\(name)\" is missing.") }
    }
    let additional = schema.additionalProperties
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      if isRoot, name == "status" { continue }
      if let below = schema.property(name) {
        // Definitions of kinds say little of what all objects have.
        if schema.isObject, Self.own.contains(name), !below.hasProperties, below.type == "object" { continue }
        check(member, below, path + [name])
      } else if let additional {
        check(member, additional, path + [name])
      } else if !schema.isFree, !(schema.isObject && Self.own.contains(name)) {
        let near = NearMiss.of(name, among: schema.propertyNames).map { " Did you mean \"\($0)\"?" } ?? ""
        report(path + [name], "there is no field of this name.\(near)")
      }
    }
  }

  /// Items that are told apart by some of their members must differ in them.
  private mutating func checkKeys(_ items: [JSONValue], _ schema: ObjectSchema, _ path: [String]) {
    var seen: [JSONValue: Int] = [:]
    switch schema.listType {
    case .atomic: return
    case .set:
      for (index, item) in items.enumerated() {
        if let first = seen.updateValue(index, forKey: item) { report(path + ["[\(index)]"], "\(item.jsonText()) is here already, as item \(first).") }
      }
    case .map:
      let keys = schema.listMapKeys
      let item = schema.items
      let defaults = keys.reduce(into: [String: JSONValue]()) { $0[$1] = item?.property($1)?.defaultValue }
      for (index, item) in items.enumerated() where item.asObject != nil {
        var key: [String: JSONValue] = [:]
        for name in keys { key[name] = item[name] ?? defaults[name] }
        if let first = seen.updateValue(index, forKey: .object(key)) {
          report(path + ["[\(index)]"], "item \(first) has the same \(keys.joined(separator: " and ")): \(JSONValue.object(key).jsonText()).")
        }
      }
    }
  }

  private mutating func report(_ path: [String], _ message: String) {
    let place = path.reduce(into: "") { text, step in text += step.hasPrefix("[") || text.isEmpty ? step : ".\(step)" }
    violations.append(SchemaViolation(path: place, message: message))
  }
}

extension ObjectSchema {
  /// Whether it is an amount such as `100m`.
  fileprivate var isQuantity: Bool {
    node["x-kubernetes-quantity"]?.asBool ?? false || node["oneOf"]?.asArray?.contains { $0["type"]?.asString == "number" } ?? false
  }
}

/// Names that were perhaps meant.
package enum NearMiss {
  /// The closest name, if one is close enough that it is a slip.
  package static func of(_ name: String, among names: [String]) -> String? {
    let limit = max(1, name.count / 3)
    let lowered = name.lowercased()
    return names.map { (name: $0, distance: distance(lowered, $0.lowercased(), limit)) }.filter { $0.distance <= limit }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  /// How many letters must be changed, added or dropped.
  private static func distance(_ first: String, _ second: String, _ limit: Int) -> Int {
    let (one, other) = (Array(first), Array(second))
    if abs(one.count - other.count) > limit { return limit + 1 }
    var row = Array(0...other.count)
    for (i, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, candidate) in other.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == candidate ? 0 : 1))
        diagonal = above
      }
    }
    return row[other.count]
  }
}
