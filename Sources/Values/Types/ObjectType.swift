/// The sorted attribute names of an object, shared between a type and the values made from it.
package final class AttributeNames: Hashable, Sendable {
  /// In ascending byte order, without duplicates.
  package let names: [String]

  /// The names must be sorted and unique.
  package init(sorted names: [String]) { self.names = names }

  package static let none = AttributeNames(sorted: [])

  package var count: Int { names.count }

  /// The place of a name: O(log n).
  package func index(of name: String) -> Int? {
    var low = 0
    var high = names.count
    while low < high {
      let middle = (low + high) / 2
      if names[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low < names.count && names[low] == name ? low : nil
  }

  package static func == (left: AttributeNames, right: AttributeNames) -> Bool {
    left === right || left.names == right.names
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(names.count) }
}

/// The attributes of an object type, sorted by name bytewise. Copies share storage; equality looks at identity first.
package struct ObjectType: Hashable, Sendable {
  private final class Storage: Sendable {
    let attributeNames: AttributeNames
    let types: [ValueType]
    let optional: Set<String>
    let containsDynamic: Bool
    let containsOptional: Bool

    init(attributeNames: AttributeNames, types: [ValueType], optional: Set<String>) {
      self.attributeNames = attributeNames
      self.types = types
      self.optional = optional
      containsDynamic = types.contains { $0.containsDynamic }
      containsOptional = !optional.isEmpty || types.contains { $0.containsOptional }
    }
  }

  private let storage: Storage

  /// Attributes in any order; of two with one name the last counts.
  package init(_ attributes: [(String, ValueType)], optional: Set<String> = []) {
    var byName: [String: ValueType] = [:]
    byName.reserveCapacity(attributes.count)
    for (name, type) in attributes { byName[name] = type }
    let sorted = byName.sorted { $0.key < $1.key }
    storage = Storage(
      attributeNames: AttributeNames(sorted: sorted.map(\.key)), types: sorted.map(\.value), optional: optional)
  }

  /// Types in the order of the names.
  package init(attributeNames: AttributeNames, types: [ValueType], optional: Set<String> = []) {
    storage = Storage(attributeNames: attributeNames, types: types, optional: optional)
  }

  package static let empty = ObjectType([])

  /// The sorted names, to be shared with values of this type.
  package var attributeNames: AttributeNames { storage.attributeNames }
  package var names: [String] { storage.attributeNames.names }
  /// In the order of `names`.
  package var types: [ValueType] { storage.types }
  /// The attributes that a conversion to this type may leave out. Values never have a type with these.
  package var optional: Set<String> { storage.optional }
  package var count: Int { storage.types.count }
  package var containsDynamic: Bool { storage.containsDynamic }
  package var containsOptional: Bool { storage.containsOptional }

  /// The same attributes, none of them optional at any depth; the names stay shared.
  package var withoutOptionalAttributes: ObjectType {
    if !containsOptional { return self }
    return ObjectType(attributeNames: attributeNames, types: types.map(\.withoutOptionals))
  }

  package func index(of name: String) -> Int? { storage.attributeNames.index(of: name) }

  package func type(of name: String) -> ValueType? {
    guard let index = index(of: name) else { return nil }
    return storage.types[index]
  }

  package static func == (left: ObjectType, right: ObjectType) -> Bool {
    if left.storage === right.storage { return true }
    return left.storage.attributeNames == right.storage.attributeNames && left.storage.types == right.storage.types
      && left.storage.optional == right.storage.optional
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(storage.attributeNames)
    hasher.combine(storage.types)
  }
}
