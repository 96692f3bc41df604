package import YAML

/// What stands at the paths of fields.
extension JSONValue {
  /// Nil where nothing is.
  package func value(at path: FieldPath) -> JSONValue? {
    var value = self
    for step in path.steps {
      guard let inner = value.value(at: step) else { return nil }
      value = inner
    }
    return value
  }

  private func value(at step: FieldStep) -> JSONValue? {
    switch step {
    case .field(let name): self[name]
    case .index(let index): self[index]
    case .key, .value: place(of: step).flatMap { self[$0] }
    }
  }

  /// Where in a list the item is. An item that says nothing of a key has its default.
  private func place(of step: FieldStep) -> Int? {
    guard let items = asArray else { return nil }
    switch step {
    case .index(let index): return items.indices.contains(index) ? index : nil
    case .value(let value): return items.firstIndex { $0.isSame(as: value) }
    case .key(let members):
      let isExact = { (item: JSONValue) in members.allSatisfy { item[$0.key]?.isSame(as: $0.value) ?? false } }
      return items.firstIndex(where: isExact)
        ?? items.firstIndex { item in
          item.asObject != nil && members.contains { item[$0.key] != nil } && members.allSatisfy { item[$0.key]?.isSame(as: $0.value) ?? true }
        }
    case .field: return nil
    }
  }

  /// Puts a value where the path leads, with the objects and list items on the way that are missing.
  package mutating func set(_ path: FieldPath, to value: JSONValue) { set(path.steps[...], to: value) }

  private mutating func set(_ steps: ArraySlice<FieldStep>, to value: JSONValue) {
    guard let step = steps.first else {
      self = value
      return
    }
    let rest = steps.dropFirst()
    if case .field(let name) = step {
      var inner = self[name] ?? .null
      inner.set(rest, to: value)
      self[name] = inner
      return
    }
    var items = asArray ?? []
    if let place = place(of: step) {
      items[place].set(rest, to: value)
    } else {
      var item: JSONValue = if case .key(let members) = step { .object(members) } else { value }
      item.set(rest, to: value)
      items.append(item)
    }
    self = .array(items)
  }

  /// Takes out what is at the path; what is around it stays.
  package mutating func remove(_ path: FieldPath) { remove(path.steps[...]) }

  private mutating func remove(_ steps: ArraySlice<FieldStep>) {
    guard let step = steps.first else { return }
    let rest = steps.dropFirst()
    if case .field(let name) = step {
      guard var inner = self[name] else { return }
      if rest.isEmpty {
        self[name] = nil
      } else {
        inner.remove(rest)
        self[name] = inner
      }
      return
    }
    guard var items = asArray, let place = place(of: step) else { return }
    if rest.isEmpty { items.remove(at: place) } else { items[place].remove(rest) }
    self = .array(items)
  }

  /// Equal, or the same number in another form.
  package func isSame(as other: JSONValue) -> Bool {
    switch (self, other) {
    case (.integer, .float), (.float, .integer): asDouble == other.asDouble
    case (.array(let one), .array(let two)): one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
    case (.object(let one), .object(let two)):
      one.count == two.count && one.allSatisfy { name, value in two[name]?.isSame(as: value) ?? false }
    default: self == other
    }
  }

  /// The same without members that are null, at any depth. Nulls in lists stay.
  package var withoutNulls: JSONValue {
    switch self {
    case .object(let members): .object(members.filter { !$0.value.isNull }.mapValues(\.withoutNulls))
    case .array(let items): .array(items.map(\.withoutNulls))
    default: self
    }
  }
}

extension FieldChange {
  /// How two objects differ: field by field, and list by list where the items of both have names, else the whole list.
  package static func all(from before: JSONValue, to after: JSONValue) -> [FieldChange] {
    var found: [FieldChange] = []
    collect(before, after, FieldPath([]), &found)
    return found.sorted { $0.path < $1.path }
  }

  private static func collect(_ before: JSONValue?, _ after: JSONValue?, _ path: FieldPath, _ found: inout [FieldChange]) {
    if let before, let after, before.isSame(as: after) { return }
    if let (old, new) = pair(before?.asObject, after?.asObject, before, after) {
      for name in Set(old.keys).union(new.keys) { collect(old[name], new[name], path.appending(.field(name)), &found) }
    } else if let old = named(before), let new = named(after), old != new {
      for name in Set(old.keys).union(new.keys) {
        collect(old[name], new[name], path.appending(.key(["name": .string(name)])), &found)
      }
    } else {
      found.append(FieldChange(path: path, before: before, after: after))
    }
  }

  /// The members of two objects, one of which may be missing; nil if there are no members to compare.
  private static func pair(
    _ old: [String: JSONValue]?, _ new: [String: JSONValue]?, _ before: JSONValue?, _ after: JSONValue?
  ) -> ([String: JSONValue], [String: JSONValue])? {
    switch (old, new) {
    case (let old?, let new?): (old, new)
    case (let old?, nil) where after == nil && !old.isEmpty: (old, [:])
    case (nil, let new?) where before == nil && !new.isEmpty: ([:], new)
    default: nil
    }
  }

  /// The items of a list by their names; nil if some have none, or two have the same.
  private static func named(_ list: JSONValue?) -> [String: JSONValue]? {
    guard let items = list?.asArray, !items.isEmpty else { return nil }
    var result: [String: JSONValue] = [:]
    for item in items {
      guard let name = item["name"]?.asString, result.updateValue(item, forKey: name) == nil else { return nil }
    }
    return result
  }
}
