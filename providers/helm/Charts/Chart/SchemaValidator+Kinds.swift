import RegularExpressions
import YAML

extension SchemaValidator {
  mutating func checkNumber(_ number: Double, _ keywords: [String: JSONValue], at path: [String]) {
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
    if let unit = bound("multipleOf"), unit > 0, (number / unit).rounded() * unit != number {
      report(path, "must be a multiple of \(FloatText.general(unit)), got \(FloatText.general(number))")
    }
  }

  mutating func checkString(_ text: String, _ keywords: [String: JSONValue], at path: [String]) {
    let count = Int64(text.unicodeScalars.count)
    if let least = keywords["minLength"]?.asInteger, count < least { report(path, "must have at least \(least) characters, has \(count)") }
    if let most = keywords["maxLength"]?.asInteger, count > most { report(path, "must have at most \(most) characters, has \(count)") }
    guard let expression = keywords["pattern"]?.asString else { return }
    if let found = matches(expression, text, at: path), !found { report(path, "must match \(expression), got \"\(text)\"") }
  }

  /// Nil, and a report, for what is no pattern.
  private mutating func matches(_ expression: String, _ text: String, at path: [String]) -> Bool? {
    guard let pattern = try? RegularExpression.compiled(expression) else {
      report(path, "its schema has a pattern that cannot be read: \(expression)")
      return nil
    }
    return pattern.firstMatch(in: Array(text.utf8), from: 0) != nil
  }

  // MARK: Arrays

  mutating func checkArray(_ items: [JSONValue], _ keywords: [String: JSONValue], at path: [String]) {
    let count = Int64(items.count)
    if let least = keywords["minItems"]?.asInteger, count < least { report(path, "must have at least \(least) items, has \(count)") }
    if let most = keywords["maxItems"]?.asInteger, count > most { report(path, "must have at most \(most) items, has \(count)") }
    if keywords["uniqueItems"]?.asBool ?? false { checkUnique(items, at: path) }
    // The first items each have a schema: by `prefixItems`, and in older drafts by `items` as an array.
    let first = keywords["prefixItems"]?.asArray ?? keywords["items"]?.asArray ?? []
    for (index, schema) in first.enumerated() where index < items.count { check(items[index], schema, at: path + ["\(index)"]) }
    let rest = keywords["items"]?.asArray == nil ? keywords["items"] : keywords["additionalItems"]
    if let rest {
      for index in items.indices.dropFirst(first.count) { check(items[index], rest, at: path + ["\(index)"]) }
    }
    if let schema = keywords["contains"] {
      var found: Int64 = 0
      for (index, item) in items.enumerated() where fits(item, schema, at: path + ["\(index)"]) { found += 1 }
      let least = keywords["minContains"]?.asInteger ?? 1
      if found < least { report(path, "must contain at least \(least) fitting items, has \(found)") }
      if let most = keywords["maxContains"]?.asInteger, found > most {
        report(path, "must contain at most \(most) fitting items, has \(found)")
      }
    }
  }

  private mutating func checkUnique(_ items: [JSONValue], at path: [String]) {
    var seen: Set<JSONValue> = []
    for (index, item) in items.enumerated() where !seen.insert(item).inserted {
      return report(path + ["\(index)"], "is there twice")
    }
  }

  // MARK: Objects

  mutating func checkObject(_ members: [String: JSONValue], _ keywords: [String: JSONValue], at path: [String]) {
    let names = members.keys.sorted()
    let count = Int64(names.count)
    if let least = keywords["minProperties"]?.asInteger, count < least { report(path, "must have at least \(least) members, has \(count)") }
    if let most = keywords["maxProperties"]?.asInteger, count > most { report(path, "must have at most \(most) members, has \(count)") }
    for name in (keywords["required"]?.asArray ?? []).compactMap(\.asString) where members[name] == nil {
      report(path, "\(name) is required")
    }
    for name in names { checkMember(name, members[name] ?? .null, keywords, at: path) }
    checkDependencies(members, keywords, at: path)
  }

  private mutating func checkMember(_ name: String, _ value: JSONValue, _ keywords: [String: JSONValue], at path: [String]) {
    let inner = path + [name]
    if let schema = keywords["propertyNames"] { check(.string(name), schema, at: inner) }
    var isKnown = false
    if let schema = keywords["properties"]?[name] {
      isKnown = true
      check(value, schema, at: inner)
    }
    for (expression, schema) in (keywords["patternProperties"]?.asObject ?? [:]).sorted(by: { $0.key < $1.key })
    where matches(expression, name, at: inner) ?? false {
      isKnown = true
      check(value, schema, at: inner)
    }
    guard !isKnown, let other = keywords["additionalProperties"] else { return }
    if other == .bool(false) {
      report(path, "\(name) is not allowed")
    } else {
      check(value, other, at: inner)
    }
  }

  private mutating func checkDependencies(_ members: [String: JSONValue], _ keywords: [String: JSONValue], at path: [String]) {
    for keyword in ["dependencies", "dependentRequired", "dependentSchemas"] {
      for (name, dependency) in (keywords[keyword]?.asObject ?? [:]).sorted(by: { $0.key < $1.key }) where members[name] != nil {
        if let required = dependency.asArray {
          for other in required.compactMap(\.asString) where members[other] == nil {
            report(path, "\(other) is required when there is \(name)")
          }
        } else {
          check(.object(members), dependency, at: path)
        }
      }
    }
  }
}
