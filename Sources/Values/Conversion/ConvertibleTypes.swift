/// Whether a value of the one type may become one of the other. It may still fail for the value at hand
/// (`"a"` is no number). As go-cty's unsafe conversions.
package func canConvert(from given: ValueType, to wanted: ValueType) -> Bool {
  switch (given, wanted) {
  case (_, .dynamic), (.dynamic, _), (.bool, .bool), (.number, .number), (.string, .string): true
  case (.bool, .string), (.number, .string), (.string, .bool), (.string, .number): true
  case (.list(let own), .list(let element)), (.list(let own), .set(let element)),
    (.set(let own), .list(let element)), (.set(let own), .set(let element)), (.map(let own), .map(let element)):
    own == element || canConvert(from: own, to: element)
  case (.tuple(let types), .list(let element)), (.tuple(let types), .set(let element)):
    canConvertAll(types, to: element)
  case (.tuple(let own), .tuple(let types)):
    own.count == types.count && zip(own, types).allSatisfy { canConvert(from: $0, to: $1) }
  case (.object(let own), .object(let type)):
    own == type
      || zip(type.names, type.types).allSatisfy { name, wanted in
        own.type(of: name).map { canConvert(from: $0, to: wanted) } ?? type.optional.contains(name)
      }
  case (.object(let own), .map(let element)): canConvertAll(own.types, to: element)
  case (.map(let element), .object(let type)): type.types.allSatisfy { canConvert(from: element, to: $0) }
  case (.capsule(let own), .capsule(let other)): own == other
  default: false
  }
}

/// To elements of a collection: any one type, if the element type is open.
private func canConvertAll(_ types: [ValueType], to element: ValueType) -> Bool {
  if types.isEmpty { return true }
  if element == .dynamic { return unify(types) != nil }
  return Set(types).allSatisfy { canConvert(from: $0, to: element) }
}

/// The type that a null or unknown value gets: the wanted one, with its open places filled in from the given one
/// (go-cty `dynamicReplace`).
func fillingOpenPlaces(of wanted: ValueType, from given: ValueType) -> ValueType {
  guard wanted.containsDynamic, given != .dynamic else { return wanted }
  switch wanted {
  case .dynamic: return given
  case .bool, .number, .string, .capsule: return wanted
  case .list(let element): return .list(fillingElement(element, from: given))
  case .set(let element): return .set(fillingElement(element, from: given))
  case .map(let element): return .map(fillingElement(element, from: given))
  case .tuple(let types):
    guard let own = given.tupleTypes, own.count == types.count else { return wanted }
    return .tuple(zip(types, own).map { fillingOpenPlaces(of: $0, from: $1) })
  case .object(let type):
    let filled = zip(type.names, type.types).map { name, wanted -> ValueType in
      let own = given.objectType?.type(of: name) ?? (given.objectType == nil ? given.elementType : nil)
      return own.map { fillingOpenPlaces(of: wanted, from: $0) } ?? wanted
    }
    return .object(ObjectType(attributeNames: type.attributeNames, types: filled, optional: type.optional))
  }
}

private func fillingElement(_ element: ValueType, from given: ValueType) -> ValueType {
  let own: ValueType? =
    switch given {
    case .list(let own), .set(let own), .map(let own): own
    case .tuple(let types): unify(types)
    case .object(let type): unify(type.types)
    default: nil
    }
  return own.map { fillingOpenPlaces(of: element, from: $0) } ?? element
}
