import RegularExpressions
import YAML

extension SchemaValidator {
  mutating func checkNumber(_ value: JSONValue, _ keywords: [String: JSONValue], at path: [String]) {
    let number = value.asDouble ?? 0
    func bound(_ name: String) -> Double? { keywords[name]?.asDouble }
    // In the oldest drafts, exclusive bounds were flags beside the others.
    let isAboveOnly = keywords["exclusiveMinimum"]?.asBool ?? false
    let isBelowOnly = keywords["exclusiveMaximum"]?.asBool ?? false
    if let least = bound("minimum"), number < least || isAboveOnly && number == least {
      report(path, "must be \(isAboveOnly ? "above" : "at least") \(FloatText.general(least)), got \(FloatText.general(number))")
    }
    if let most = bound("maximum"), number > most || isBelowOnly && number == most {
      report(path, "must be \(isBelowOnly ? "below" : "at most") \(FloatText.general(most)), got \(FloatText.general(number))")
    }
    if let least = bound("exclusiveMinimum"), number <= least {
      report(path, "must be above \(FloatText.general(least)), got \(FloatText.general(number))")
    }
    if let most = bound("exclusiveMaximum"), number >= most {
      report(path, "must be below \(FloatText.general(most)), got \(FloatText.general(number))")
    }
    if let unit = bound("multipleOf"), unit > 0, !Self.isMultiple(number, of: unit) {
      report(path, "must be a multiple of \(FloatText.general(unit)), got \(FloatText.general(number))")
    }
  }

  /// Of numbers as they are written: 0.3 is three times 0.1.
  private static func isMultiple(_ number: Double, of unit: Double) -> Bool {
    let one = FloatText.shortest(number)
    let two = FloatText.shortest(unit)
    let digits = { (decimal: FloatText.Decimal) in decimal.digits.reduce(UInt128(0)) { $0 * 10 + UInt128($1 - 48) } }
    var rest = digits(one)
    var divisor = digits(two)
    if rest == 0 { return true }
    var shift = (one.point - one.digits.count) - (two.point - two.digits.count)
    // Both have seventeen digits at most, so that neither product is too large.
    while shift > 0, rest != 0 {
      rest = rest * 10 % divisor
      shift -= 1
    }
    while shift < 0, divisor <= rest {
      divisor *= 10
      shift += 1
    }
    return rest % divisor == 0
  }

  mutating func checkString(_ text: String, _ keywords: [String: JSONValue], at path: [String]) {
    let count = Int64(text.unicodeScalars.count)
    if let least = keywords["minLength"]?.asInteger, count < least { report(path, "must have at least \(least) characters, has \(count)") }
    if let most = keywords["maxLength"]?.asInteger, count > most { report(path, "must have at most \(most) characters, has \(count)") }
    guard let expression = keywords["pattern"]?.asString else { return }
    if !matches(expression, text) { report(path, "must match \(expression), got \"\(text)\"") }
  }

  /// Patterns were read with the schema.
  private func matches(_ expression: String, _ text: String) -> Bool {
    (try? RegularExpression.compiled(expression))?.firstMatch(in: Array(text.utf8), from: 0) != nil
  }

  // MARK: Arrays

  mutating func checkArray(
    _ items: [JSONValue], _ keywords: [String: JSONValue], in resource: Int, at path: [String], _ evaluated: inout Evaluated
  ) {
    let draft = document.resources[resource].draft
    let count = Int64(items.count)
    if let least = keywords["minItems"]?.asInteger, count < least { report(path, "must have at least \(least) items, has \(count)") }
    if let most = keywords["maxItems"]?.asInteger, count > most { report(path, "must have at most \(most) items, has \(count)") }
    if keywords["uniqueItems"]?.asBool ?? false { checkUnique(items, at: path) }
    // The first items each have a schema: by `prefixItems`, and in older drafts by `items` as an array.
    let first = (draft == .of2020 ? keywords["prefixItems"]?.asArray : keywords["items"]?.asArray) ?? []
    for (index, schema) in first.enumerated() where index < items.count {
      check(items[index], schema, in: resource, at: path + ["\(index)"])
      evaluated.items.insert(index)
    }
    if let rest = keywords["items"]?.asArray == nil ? keywords["items"] : keywords["additionalItems"] {
      for index in items.indices.dropFirst(first.count) {
        check(items[index], rest, in: resource, at: path + ["\(index)"])
        evaluated.items.insert(index)
      }
    }
    if draft > .four, let schema = keywords["contains"] {
      checkContained(items, schema, keywords, in: resource, at: path, &evaluated)
    }
  }

  private mutating func checkContained(
    _ items: [JSONValue], _ schema: JSONValue, _ keywords: [String: JSONValue], in resource: Int, at path: [String],
    _ evaluated: inout Evaluated
  ) {
    let draft = document.resources[resource].draft
    let found = items.indices.filter { fit(items[$0], schema, in: resource, at: path + ["\($0)"]) != nil }
    if draft == .of2020 { evaluated.items.formUnion(found) }
    let least = draft < .of2019 ? 1 : keywords["minContains"]?.asInteger ?? 1
    if found.count < least { report(path, "must contain at least \(least) fitting items, has \(found.count)") }
    if draft >= .of2019, let most = keywords["maxContains"]?.asInteger, found.count > most {
      report(path, "must contain at most \(most) fitting items, has \(found.count)")
    }
  }

  private mutating func checkUnique(_ items: [JSONValue], at path: [String]) {
    var seen: Set<[UInt8]> = []
    for (index, item) in items.enumerated() where !seen.insert(item.canonicalBytes).inserted {
      return report(path + ["\(index)"], "is there twice")
    }
  }

  // MARK: Objects

  mutating func checkObject(
    _ members: [String: JSONValue], _ keywords: [String: JSONValue], in resource: Int, at path: [String],
    _ evaluated: inout Evaluated
  ) {
    let names = members.keys.sorted()
    let count = Int64(names.count)
    if let least = keywords["minProperties"]?.asInteger, count < least { report(path, "must have at least \(least) members, has \(count)") }
    if let most = keywords["maxProperties"]?.asInteger, count > most { report(path, "must have at most \(most) members, has \(count)") }
    for name in (keywords["required"]?.asArray ?? []).compactMap(\.asString) where members[name] == nil {
      report(path, "\(name) is required")
    }
    for name in names where checkMember(name, members[name] ?? .null, keywords, in: resource, at: path) {
      evaluated.names.insert(name)
    }
    checkDependencies(members, keywords, in: resource, at: path, &evaluated)
  }

  /// Whether a keyword says anything about the member.
  private mutating func checkMember(
    _ name: String, _ value: JSONValue, _ keywords: [String: JSONValue], in resource: Int, at path: [String]
  ) -> Bool {
    let inner = path + [name]
    if document.resources[resource].draft > .four, let schema = keywords["propertyNames"] {
      check(.string(name), schema, in: resource, at: inner)
    }
    var isKnown = false
    if let schema = keywords["properties"]?[name] {
      isKnown = true
      check(value, schema, in: resource, at: inner)
    }
    for (expression, schema) in (keywords["patternProperties"]?.asObject ?? [:]).sorted(by: { $0.key < $1.key })
    where matches(expression, name) {
      isKnown = true
      check(value, schema, in: resource, at: inner)
    }
    guard !isKnown, let other = keywords["additionalProperties"] else { return isKnown }
    if other == .bool(false) {
      report(path, "\(name) is not allowed")
    } else {
      check(value, other, in: resource, at: inner)
    }
    return true
  }

  private mutating func checkDependencies(
    _ members: [String: JSONValue], _ keywords: [String: JSONValue], in resource: Int, at path: [String],
    _ evaluated: inout Evaluated
  ) {
    let isNew = document.resources[resource].draft >= .of2019
    for keyword in isNew ? ["dependencies", "dependentRequired", "dependentSchemas"] : ["dependencies"] {
      for (name, dependency) in (keywords[keyword]?.asObject ?? [:]).sorted(by: { $0.key < $1.key }) where members[name] != nil {
        if let required = dependency.asArray {
          for other in required.compactMap(\.asString) where members[other] == nil {
            report(path, "\(other) is required when there is \(name)")
          }
        } else {
          evaluated.add(check(.object(members), dependency, in: resource, at: path))
        }
      }
    }
  }
}
