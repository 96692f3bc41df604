import YAML

extension Schema {
  /// What becomes of a value when somebody applies another one to it: what is applied wins, and what it does not mention stays.
  func merge(_ live: JSONValue?, _ applied: JSONValue) -> JSONValue {
    guard let live, !isLeaf else { return applied }
    switch (live, applied) {
    case (.object(let old), .object(let new)):
      var merged = old
      for (name, value) in new { merged[name] = (member(name) ?? .any).merge(old[name], value) }
      return .object(merged)
    case (.array(let old), .array(let new)):
      guard case .list(let item, let type) = resolved else { return applied }
      return .array(Self.merge(old, new, item, type))
    default: return applied
    }
  }

  /// The applied items in their order; those that are only in the live list keep their place among them.
  private static func merge(_ old: [JSONValue], _ new: [JSONValue], _ schema: Schema, _ type: ListType) -> [JSONValue] {
    let oldKeys = old.map { PathElement(of: $0, in: schema, type) }
    let newKeys = new.map { PathElement(of: $0, in: schema, type) }
    let wanted = Set(newKeys.compactMap { $0 })
    var places: [PathElement: Int] = [:]
    for (index, key) in oldKeys.enumerated() where key != nil { places[key ?? .index(index)] = index }
    var merged: [JSONValue] = []
    var next = 0
    func takeKept(upTo end: Int) {
      while next < end {
        if oldKeys[next].map({ !wanted.contains($0) }) ?? true { merged.append(old[next]) }
        next += 1
      }
    }
    for (item, key) in zip(new, newKeys) {
      guard let key, let place = places[key] else {
        while next < old.count, oldKeys[next].map({ !wanted.contains($0) }) ?? true { takeKept(upTo: next + 1) }
        merged.append(item)
        continue
      }
      if place >= next { takeKept(upTo: place) }
      merged.append(schema.merge(old[place], item))
    }
    takeKept(upTo: old.count)
    return merged
  }

  /// The value without the members of a set; what is empty afterwards goes with them.
  func removing(_ set: FieldSet, from value: JSONValue) -> JSONValue? {
    switch value {
    case .object(let members):
      var rest: [String: JSONValue] = [:]
      for (name, member) in members {
        guard let inner = set.children[.field(name)] else {
          rest[name] = member
          continue
        }
        if inner.isMember { continue }
        rest[name] = (self.member(name) ?? .any).removing(inner, from: member)
      }
      return rest.isEmpty && !members.isEmpty ? JSONValue.absent : .object(rest)
    case .array(let items):
      guard case .list(let schema, let type) = resolved, type != .atomic else { return value }
      var rest: [JSONValue] = []
      for item in items {
        guard let key = PathElement(of: item, in: schema, type), let inner = set.children[key] else {
          rest.append(item)
          continue
        }
        if inner.isMember { continue }
        if let kept = schema.removing(inner, from: item) { rest.append(kept) }
      }
      return rest.isEmpty && !items.isEmpty ? JSONValue.absent : .array(rest)
    default: return value
    }
  }
}

/// How one value differs from another.
struct FieldComparison {
  var added = FieldSet.empty
  var removed = FieldSet.empty
  var modified = FieldSet.empty

  var isSame: Bool { added.isEmpty && removed.isEmpty && modified.isEmpty }
  /// What the new value has that the old one had not.
  var changed: FieldSet { added.union(modified) }

  init(from old: JSONValue, to new: JSONValue, _ schema: Schema) {
    self = Self.comparison(old, new, schema, isNamed: true)
  }

  private init() {}

  private static func comparison(_ old: JSONValue?, _ new: JSONValue?, _ schema: Schema, isNamed: Bool) -> FieldComparison {
    var result = FieldComparison()
    let old = old.flatMap { $0.isNull ? JSONValue.absent : $0 }
    let new = new.flatMap { $0.isNull ? JSONValue.absent : $0 }
    if old == new { return result }
    if schema.isLeaf || !isContainer(old ?? .null, new ?? .null, schema) {
      if old == nil { result.added.isMember = true }
      else if new == nil { result.removed.isMember = true }
      else { result.modified.isMember = true }
      return result
    }
    // A struct that the schema names is no field of its own; maps, lists and their items are.
    if !isNamed || !isStruct(schema) || isBare(old ?? new) {
      if old == nil { result.added.isMember = true }
      if new == nil { result.removed.isMember = true }
    }
    for (element, before, after, below, named) in pairs(old, new, schema) {
      let inner = comparison(before, after, below, isNamed: named)
      result.added.put(element, inner.added)
      result.removed.put(element, inner.removed)
      result.modified.put(element, inner.modified)
    }
    return result
  }

  private static func isStruct(_ schema: Schema) -> Bool {
    if case .object = schema.resolved { return true }
    return false
  }

  private static func isBare(_ value: JSONValue?) -> Bool {
    switch value {
    case .object(let members): members.isEmpty
    case .array(let items): items.isEmpty
    default: false
    }
  }

  private static func isContainer(_ old: JSONValue, _ new: JSONValue, _ schema: Schema) -> Bool {
    switch (old, new) {
    case (.object, .object), (.object, .null), (.null, .object): return true
    case (.array, .array), (.array, .null), (.null, .array):
      if case .list = schema.resolved { return true }
      return false
    default: return false
    }
  }

  private static func pairs(
    _ old: JSONValue?, _ new: JSONValue?, _ schema: Schema
  ) -> [(PathElement, JSONValue?, JSONValue?, Schema, Bool)] {
    if case .list(let item, let type) = schema.resolved {
      var pairs: [PathElement: (JSONValue?, JSONValue?)] = [:]
      for (index, each) in (old?.asArray ?? []).enumerated() {
        pairs[PathElement(of: each, in: item, type) ?? .index(index)] = (each, nil)
      }
      for (index, each) in (new?.asArray ?? []).enumerated() {
        pairs[PathElement(of: each, in: item, type) ?? .index(index), default: (nil, nil)].1 = each
      }
      return pairs.map { ($0.key, $0.value.0, $0.value.1, item, false) }
    }
    let before = old?.asObject ?? [:]
    let after = new?.asObject ?? [:]
    return Set(before.keys).union(after.keys).map {
      (.field($0), before[$0], after[$0], schema.member($0) ?? .any, schema.names($0))
    }
  }
}
