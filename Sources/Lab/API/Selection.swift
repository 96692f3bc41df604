import YAML

/// Which objects of a type are meant: a namespace, and what labels and fields must say.
struct Selection: Sendable {
  /// Empty for all.
  var namespace = ""
  var labels: [LabelRequirement] = []
  var fields: [FieldRequirement] = []

  var isEverything: Bool { labels.isEmpty && fields.isEmpty }

  func includes(_ object: JSONValue, _ name: ObjectName) -> Bool {
    if !namespace.isEmpty, name.namespace != namespace { return false }
    if !labels.isEmpty {
      let found = object[path: ["metadata", "labels"]]?.asObject ?? [:]
      if !labels.allSatisfy({ $0.allows(found[$0.key]?.asString) }) { return false }
    }
    return fields.allSatisfy { $0.allows(object) }
  }

  init(namespace: String = "", labels: [LabelRequirement] = [], fields: [FieldRequirement] = []) {
    self.namespace = namespace
    self.labels = labels
    self.fields = fields
  }

  init(namespace: String, query: [String: String], _ type: ResourceType) throws(Failure) {
    self.namespace = namespace
    labels = try LabelRequirement.parse(query["labelSelector"] ?? "")
    fields = try FieldRequirement.parse(query["fieldSelector"] ?? "", type)
  }
}

struct FieldRequirement: Sendable {
  var path: [String]
  var value: String
  var isEqual: Bool

  func allows(_ object: JSONValue) -> Bool {
    let found: String
    switch object[path: path] {
    case .string(let text): found = text
    case .integer(let number): found = String(number)
    case .bool(let flag): found = String(flag)
    default: found = path == ["spec", "unschedulable"] ? "false" : ""
    }
    return (found == value) == isEqual
  }

  static func parse(_ text: String, _ type: ResourceType) throws(Failure) -> [FieldRequirement] {
    var requirements: [FieldRequirement] = []
    for part in text.split(separator: ",") {
      let isEqual = !part.contains("!=")
      let pieces = part.split(separator: isEqual ? "=" : "!", maxSplits: 1, omittingEmptySubsequences: false)
      guard pieces.count == 2 else { throw .badRequest("invalid field selector: \(part)") }
      let name = String(pieces[0])
      let value = pieces[1].drop { $0 == "=" }
      guard ["metadata.name", "metadata.namespace"].contains(name) || type.selectableFields.contains(name) || type.isCustom && name.hasPrefix("spec.") else {
        throw .badRequest("field label not supported: \(name)")
      }
      requirements.append(FieldRequirement(path: name.split(separator: ".").map(String.init), value: String(value), isEqual: isEqual))
    }
    return requirements
  }
}

/// What one label must say.
struct LabelRequirement: Sendable {
  enum Operator: Sendable { case isIn, isNotIn, exists, isMissing, isGreater, isLess }

  var key: String
  var `operator`: Operator
  var values: [String] = []

  func allows(_ value: String?) -> Bool {
    switch `operator` {
    case .exists: value != nil
    case .isMissing: value == nil
    case .isIn: value.map(values.contains) ?? false
    case .isNotIn: value.map { !values.contains($0) } ?? true
    case .isGreater: compare(value) { $0 > $1 }
    case .isLess: compare(value) { $0 < $1 }
    }
  }

  private func compare(_ value: String?, _ isRight: (Int64, Int64) -> Bool) -> Bool {
    guard let found = value.flatMap({ Int64($0) }), let limit = values.first.flatMap({ Int64($0) }) else { return false }
    return isRight(found, limit)
  }

  /// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
  static func parse(_ text: String) throws(Failure) -> [LabelRequirement] {
    var requirements: [LabelRequirement] = []
    var depth = 0
    for part in text.split(whereSeparator: { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return character == "," && depth == 0
    }) {
      requirements.append(try requirement(part.trimming(" "), in: text))
    }
    return requirements
  }

  private static func requirement(_ part: String, in text: String) throws(Failure) -> LabelRequirement {
    func wrong() -> Failure { .badRequest("unable to parse requirement: found '\(part)' in the label selector '\(text)'") }
    if part.hasPrefix("!") { return LabelRequirement(key: part.dropFirst().trimming(" "), operator: .isMissing) }
    if part.contains("(") {
      let words = part.split(separator: "(", maxSplits: 1)
      let head = words.first?.split(separator: " ") ?? []
      guard head.count == 2, words.count == 2, part.hasSuffix(")"), ["in", "notin"].contains(head[1]) else { throw wrong() }
      let values = words[1].dropLast().split(separator: ",", omittingEmptySubsequences: false).map { $0.trimming(" ") }
      return LabelRequirement(key: String(head[0]), operator: head[1] == "in" ? .isIn : .isNotIn, values: values)
    }
    for (mark, sense) in [("!=", Operator.isNotIn), ("==", .isIn), ("=", .isIn), (">", .isGreater), ("<", .isLess)] {
      guard let range = part.firstRange(of: mark) else { continue }
      let key = part[..<range.lowerBound].trimming(" ")
      if key.isEmpty { throw wrong() }
      return LabelRequirement(key: key, operator: sense, values: [part[range.upperBound...].trimming(" ")])
    }
    if part.isEmpty || part.contains(" ") { throw wrong() }
    return LabelRequirement(key: part, operator: .exists)
  }

  /// The requirements of a selector in an object: `matchLabels` and `matchExpressions`.
  static func requirements(of selector: JSONValue) -> [LabelRequirement] {
    selector.strings(at: ["matchLabels"]).map { LabelRequirement(key: $0.key, operator: .isIn, values: [$0.value]) }
      + selector.items(at: ["matchExpressions"]).map { expression in
        let senses: [String: Operator] = ["In": .isIn, "NotIn": .isNotIn, "Exists": .exists, "DoesNotExist": .isMissing]
        return LabelRequirement(
          key: expression["key"]?.asString ?? "", operator: senses[expression["operator"]?.asString ?? ""] ?? .exists,
          values: expression.items(at: ["values"]).compactMap(\.asString))
      }
  }

  static func select(_ labels: [String: String], _ selector: JSONValue) -> Bool {
    requirements(of: selector).allSatisfy { $0.allows(labels[$0.key]) }
  }
}
