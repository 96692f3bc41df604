extension ValueType {
  /// The name in messages about values: `string`, `list of number`, `object`.
  package var friendlyName: String { name(forConstraint: false) }

  /// The name in messages about what is asked for, in which `dynamic` reads `any type`.
  package var friendlyNameForConstraint: String { name(forConstraint: true) }

  private func name(forConstraint: Bool) -> String {
    switch self {
    case .dynamic: forConstraint ? "any type" : "dynamic"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .list(let element): "list of " + element.elementName(forConstraint)
    case .set(let element): "set of " + element.elementName(forConstraint)
    case .map(let element): "map of " + element.elementName(forConstraint)
    case .tuple: "tuple"
    case .object: "object"
    case .capsule(let name): name
    }
  }

  private func elementName(_ forConstraint: Bool) -> String {
    self == .dynamic && forConstraint ? "any single type" : name(forConstraint: forConstraint)
  }
}

extension Value {
  /// What a message says about a value that took part: `"a"`, `true`, `list of string with 3 elements`,
  /// `object with 2 attributes`, `null`, `sensitive value`, or for an unknown value its type. Always one line.
  package var summaryForMessages: String {
    if containsMark(.concealed) { return "sensitive value" }
    let count = count
    switch self {
    case .marked(let node): return node.value.summaryForMessages
    case .null: return "null"
    case .unknown(let unknown): return unknown.type.friendlyName
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let number): return number.text
    case .string(let text): return JSONWriter.quoted(text, escapesHTML: false)
    case .list, .set, .map:
      let name = type.friendlyName
      return count == 0 ? "empty \(name)" : "\(name) with \(count) element\(count == 1 ? "" : "s")"
    case .tuple: return count == 0 ? "empty tuple" : "tuple with \(count) element\(count == 1 ? "" : "s")"
    case .object(let object):
      if count == 0 { return "object with no attributes" }
      return count == 1 ? "object with 1 attribute \"\(object.names[0])\"" : "object with \(count) attributes"
    }
  }
}
