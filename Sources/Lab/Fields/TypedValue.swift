import YAML

/// What is wrong with a value that should be of a type: the path and the rule.
struct TypeMismatch: Error {
  var problems: [String]
}

/// Looks at a value by its schema: which fields it sets, and whether it may set them.
struct FieldReading {
  private(set) var problems: [String] = []

  /// The fields that a value sets, for records of ownership.
  static func fields(of value: JSONValue, _ schema: Schema) throws(TypeMismatch) -> FieldSet {
    var reading = FieldReading()
    let set = reading.fields(value, schema, path: "")
    if !reading.problems.isEmpty { throw TypeMismatch(problems: reading.problems) }
    return set
  }

  /// As `fields(of:_:)` of what the server has stored; it is right by definition.
  static func storedFields(of value: JSONValue, _ schema: Schema) -> FieldSet {
    var reading = FieldReading()
    return reading.fields(value, schema, path: "")
  }

  private mutating func fields(_ value: JSONValue, _ schema: Schema, path: String) -> FieldSet {
    check(value, schema, path)
    if schema.isLeaf {
      checkBelow(value, schema, path)
      return .member
    }
    switch value {
    case .object(let members):
      if members.isEmpty { return .member }
      return fields(ofMembers: members, schema, path)
    case .array(let items):
      if items.isEmpty { return .member }
      guard case .list(let item, let type) = schema.resolved else { return .member }
      return fields(ofItems: items, item, type, path)
    default: return .member
    }
  }

  private mutating func fields(ofMembers members: [String: JSONValue], _ schema: Schema, _ path: String) -> FieldSet {
    var set = FieldSet.empty
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      guard let below = schema.member(name) else {
        if case .object = schema.resolved { problems.append("\(path).\(name): field not declared in schema") }
        continue
      }
      var inner = fields(member, below, path: "\(path).\(name)")
      // The key of a map is something of its own.
      if !schema.names(name) { inner.isMember = true }
      set.put(.field(name), inner)
    }
    return set
  }

  private mutating func fields(ofItems items: [JSONValue], _ schema: Schema, _ type: ListType, _ path: String) -> FieldSet {
    var set = FieldSet.empty
    for (index, item) in items.enumerated() {
      guard let element = element(of: item, index, schema, type, path) else { continue }
      if set.children[element] != nil {
        problems.append("\(path): duplicate entries for key \(element.text)")
        continue
      }
      var inner = FieldSet.empty
      if case .keyed = type { inner = fields(item, schema, path: path + element.text) }
      inner.isMember = true
      set.put(element, inner)
    }
    return set
  }

  private mutating func element(
    of item: JSONValue, _ index: Int, _ schema: Schema, _ type: ListType, _ path: String
  ) -> PathElement? {
    if let element = PathElement(of: item, in: schema, type) { return element }
    if case .keyed(let names) = type {
      let missing = names.first { item[$0] == nil } ?? names.first ?? ""
      problems.append(
        item.asObject == nil
          ? "\(path): element \(index): expected an object with the key \"\(missing)\", got \(item.typeName)"
          : "\(path): element \(index): associative list with keys has an element that omits key field \"\(missing)\" (and doesn't have default value)")
    }
    return nil
  }

  /// What has one owner is still looked at.
  private mutating func checkBelow(_ value: JSONValue, _ schema: Schema, _ path: String) {
    switch (value, schema.resolved) {
    case (.object(let members), .object), (.object(let members), .map):
      if !members.isEmpty { _ = fields(ofMembers: members, schema, path) }
    case (.array(let items), .list(let item, .atomic)):
      for (index, each) in items.enumerated() { _ = fields(each, item, path: "\(path)[\(index)]") }
    default: break
    }
  }

  private mutating func check(_ value: JSONValue, _ schema: Schema, _ path: String) {
    if value.isNull { return }
    let expected: String
    switch schema.resolved {
    case .any, .named: return
    case .object, .map:
      if value.asObject != nil { return }
      expected = "map"
    case .list:
      if value.asArray != nil { return }
      expected = "list"
    case .scalar(let scalar):
      if scalar.allows(value) { return }
      expected = scalar.expectation
    }
    problems.append("\(path): expected \(expected), got \(value.typeName)")
  }
}

extension ScalarType {
  func allows(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.string, .string), (.time, .string), (.bytes, .string), (.bool, .bool): true
    case (.int, .integer), (.num, .integer), (.num, .float): true
    case (.int, .float(let number)): Int64(exactly: number) != nil
    case (.qty, .string), (.qty, .integer), (.qty, .float), (.intstr, .string), (.intstr, .integer): true
    default: false
    }
  }

  var expectation: String {
    switch self {
    case .string, .time, .bytes: "string"
    case .bool: "boolean"
    case .int, .num: "numeric (int or float)"
    case .qty: "a quantity (string, int or float)"
    case .intstr: "string or int"
    }
  }
}

extension PathElement {
  /// The step to an item of a list; nil when the item lacks what it would be known by.
  init?(of item: JSONValue, in schema: Schema, _ type: ListType) {
    switch type {
    case .atomic: return nil
    case .set: self = .value(item)
    case .keyed(let names):
      guard item.asObject != nil else { return nil }
      var members: [KeyMember] = []
      for name in names.sorted() {
        guard let value = item[name] ?? Self.defaultValue(of: name, in: schema) else { return nil }
        members.append(KeyMember(name: name, value: value))
      }
      self = .key(members)
    }
  }

  /// A key that is left out counts as its default, and so does one that may be left out but has none.
  private static func defaultValue(of name: String, in schema: Schema) -> JSONValue? {
    guard case .object(let object) = schema.resolved, let field = object.fields[name] else { return nil }
    return field.defaultValue
  }
}
