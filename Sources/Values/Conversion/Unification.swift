/// The one type that values of all these types can become, preferring the least change; `nil` if there is none or no type is given.
/// As go-cty's unsafe unification: objects with the same attributes attribute by attribute, else as maps; tuples of one length
/// element by element, else as lists; collections by their elements; otherwise one of the given types.
package func unify(_ types: [ValueType]) -> ValueType? {
  var seen = Set<ValueType>()
  let distinct = types.filter { seen.insert($0).inserted }
  if distinct.count < 2 { return distinct.first }
  return Unification(types: distinct).result
}

private struct Unification {
  /// At least two, all different, in the order given.
  let types: [ValueType]

  var result: ValueType? {
    var kinds = Kinds()
    for type in types { kinds.count(type) }
    let hasDynamic = kinds.dynamics > 0
    switch types.count - kinds.dynamics {
    case kinds.maps, kinds.lists, kinds.sets: return hasDynamic ? .dynamic : collection
    case kinds.objects: return hasDynamic ? .dynamic : objects
    case kinds.tuples: return hasDynamic ? .dynamic : tuples
    case kinds.maps + kinds.objects where kinds.maps > 0:
      if let common = structuralAsCollections { return common }
    case kinds.lists + kinds.tuples where kinds.lists > 0:
      if let common = structuralAsCollections { return common }
    default: if kinds.objects > 0, kinds.tuples > 0 { return nil }
    }
    return mostPreferred
  }

  private struct Kinds {
    var maps = 0
    var lists = 0
    var sets = 0
    var objects = 0
    var tuples = 0
    var dynamics = 0

    mutating func count(_ type: ValueType) {
      switch type {
      case .map: maps += 1
      case .list: lists += 1
      case .set: sets += 1
      case .object: objects += 1
      case .tuple: tuples += 1
      case .dynamic: dynamics += 1
      default: break
      }
    }
  }

  /// All are collections of one kind.
  private var collection: ValueType? {
    guard let element = unify(types.compactMap(\.elementType)) else { return nil }
    switch types[0] {
    case .map: return .map(element)
    case .list: return .list(element)
    default: return .set(element)
    }
  }

  private var objects: ValueType? {
    let objects = types.compactMap(\.objectType)
    guard let first = objects.first, objects.allSatisfy({ $0.attributeNames == first.attributeNames }) else {
      return asCollection(of: objects.flatMap(\.types)) { .map($0) }
    }
    var unified: [ValueType] = []
    for index in first.types.indices {
      guard let type = unify(objects.map { $0.types[index] }) else { return nil }
      unified.append(type)
    }
    return .object(ObjectType(attributeNames: first.attributeNames, types: unified))
  }

  private var tuples: ValueType? {
    let tuples = types.compactMap(\.tupleTypes)
    guard let first = tuples.first, tuples.allSatisfy({ $0.count == first.count }) else {
      return asCollection(of: tuples.flatMap { $0 }) { .list($0) }
    }
    var unified: [ValueType] = []
    for index in first.indices {
      guard let type = unify(tuples.map { $0[index] }) else { return nil }
      unified.append(type)
    }
    return .tuple(unified)
  }

  private func asCollection(of elements: [ValueType], _ make: (ValueType) -> ValueType) -> ValueType? {
    guard let element = unify(elements) else { return nil }
    let type = make(element)
    return types.allSatisfy { canConvert(from: $0, to: type) } ? type : nil
  }

  /// Objects beside maps count as maps, tuples beside lists as lists.
  private var structuralAsCollections: ValueType? {
    var collections: [ValueType] = []
    for type in types {
      switch type {
      case .object(let object):
        if object.count == 0 { continue }
        guard let element = unify(object.types) else { return nil }
        collections.append(.map(element))
      case .tuple(let elements):
        if elements.isEmpty { continue }
        guard let element = unify(elements) else { return nil }
        collections.append(.list(element))
      default: collections.append(type)
      }
    }
    return unify(collections)
  }

  /// The first of the given types, in order of preference, that all others can become.
  private var mostPreferred: ValueType? {
    var remaining = types
    while !remaining.isEmpty {
      let next =
        remaining.indices.first { index in
          !remaining.contains { isPreferred($0, to: remaining[index]) }
        } ?? 0
      let wanted = remaining.remove(at: next)
      if types.allSatisfy({ canConvert(from: $0, to: wanted) }) { return wanted }
    }
    return nil
  }

  /// What loses less comes first: strings before other primitive types, lists before tuples before sets, maps before
  /// objects; the open type comes last.
  private func isPreferred(_ type: ValueType, to other: ValueType) -> Bool {
    switch (type, other) {
    case (.dynamic, _): false
    case (_, .dynamic): true
    case (.string, .number), (.string, .bool): true
    case (.list(let own), .list(let element)), (.set(let own), .set(let element)), (.map(let own), .map(let element)):
      isPreferred(own, to: element)
    case (.list, .set), (.list, .tuple), (.tuple, .set), (.map, .object): true
    default: false
    }
  }
}
