/// Defaults of optional object attributes, beside the type constraint they belong to.
///
/// A child describes the type of an attribute by its name, the element type of a collection by the empty name, or an element of a tuple
/// by its index in decimal. As `typeexpr.Defaults` of the language.
package final class TypeDefaults: Sendable {
  package let type: ValueType
  package let defaults: [String: Value]
  package let children: [String: TypeDefaults]

  package init(type: ValueType, defaults: [String: Value], children: [String: TypeDefaults]) {
    self.type = type
    self.defaults = defaults
    self.children = children
  }

  /// The value with defaults in place of attributes that are absent or null, before it is converted to the type.
  /// Null and unknown values stay; so does what does not have the shape of the type.
  package func apply(to value: Value) -> Value {
    if defaults.isEmpty && children.isEmpty { return value }
    switch value {
    case .marked(let node): return apply(to: node.value).marked(with: node.marks)
    case .list(let list): return sequence(list.elements, of: list.elementType) { .list($0, of: $1) }
    case .set(let set): return sequence(set.elements, of: set.elementType) { .set($0, of: $1) }
    case .tuple(let tuple): return .tuple(appliedToElements(tuple.elements))
    case .object:
      return .object(members(of: value))
    case .map(let map):
      let members = members(of: value)
      if members.isEmpty { return .map([:], of: map.elementType) }
      guard let (parts, type) = unified(members.map(\.value)) else { return .object(members) }
      return .map(Dictionary(uniqueKeysWithValues: zip(members.keys, parts)), of: type)
    default: return value
    }
  }

  private func child(_ key: @autoclosure () -> String) -> TypeDefaults? {
    if children.isEmpty { return nil }
    switch type {
    case .list, .set, .map: return children[""]
    case .tuple, .object: return children[key()]
    default: return nil
    }
  }

  private func appliedToElements(_ elements: [Value]) -> [Value] {
    elements.enumerated().map { index, element in child(String(index))?.apply(to: element) ?? element }
  }

  private func sequence(_ elements: [Value], of type: ValueType, _ make: ([Value], ValueType) -> Value) -> Value {
    let parts = appliedToElements(elements)
    if parts.isEmpty { return make([], type) }
    guard let (parts, common) = unified(parts) else { return .tuple(parts) }
    return make(parts, common)
  }

  private func unified(_ parts: [Value]) -> ([Value], ValueType)? {
    guard let type = unify(parts.map(\.type)) else { return nil }
    var converted = parts
    for index in converted.indices {
      guard let part = try? convert(converted[index], to: type) else { return nil }
      converted[index] = part
    }
    return (converted, type)
  }

  private func members(of value: Value) -> [String: Value] {
    var members: [String: Value] = [:]
    for (name, part) in zip(value.keys, value.elements) { members[name] = child(name)?.apply(to: part) ?? part }
    for (name, standard) in defaults where members[name]?.isNull ?? true {
      members[name] = children[name]?.apply(to: standard) ?? standard
    }
    return members
  }
}
