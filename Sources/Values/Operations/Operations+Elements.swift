/// Looking into values. The sentences are those of HCL.
extension Operations {
  // MARK: Attributes

  /// `value.name`: an attribute of an object or an element of a map.
  package static func getAttribute(_ value: Value, _ name: String) throws(OperationError) -> Value {
    switch value {
    case .marked(let node): return try getAttribute(node.value, name).marked(with: node.marks)
    case .object(let object):
      guard let attribute = object[name] else { throw noAttribute(name) }
      return attribute
    case .map(let map):
      guard let element = map[name] else {
        throw OperationError(
          summary: "Missing map element", message: "There is no key \(quoted(name)) in this map.")
      }
      return element
    case .null:
      throw OperationError(
        summary: "Attempt to get attribute from null value",
        message: "Attributes of null cannot be read. Look whether the value can be null here.")
    case .unknown(let unknown):
      switch unknown.type {
      case .dynamic: return .dynamicUnknown
      case .map(let element): return .unknown(element)
      case .object(let type):
        guard let attribute = type.type(of: name) else { throw noAttribute(name) }
        return .unknown(attribute)
      default: throw unsupportedAttribute(unknown.type, name)
      }
    default: throw unsupportedAttribute(value.type, name)
    }
  }

  private static func quoted(_ text: String) -> String { JSONWriter.quoted(text, escapesHTML: false) }

  private static func noAttribute(_ name: String) -> OperationError {
    OperationError(
      summary: "Unsupported attribute", message: "There is no attribute \(quoted(name)) in this object.")
  }

  private static func unsupportedAttribute(_ type: ValueType, _ name: String) -> OperationError {
    let message =
      switch type {
      case .list(.object):
        "This is a list. Choose an element by its number, as in [0].\(quoted(name)), or take the attribute of all by "
          + "[*].\(quoted(name))."
      case .set(.object):
        "This is a set. Use a \"for\" expression to go through its elements."
      case .bool, .number, .string:
        "A \(type.friendlyName) has no attributes."
      default: "This value has no attributes."
      }
    return OperationError(summary: "Unsupported attribute", message: message)
  }

  // MARK: Index

  /// `collection[key]`. The key is converted to what the collection is indexed by.
  package static func index(_ collection: Value, _ key: Value) throws(OperationError) -> Value {
    let (plain, marks) = collection.unmarked()
    let (plainKey, keyMarks) = key.unmarked()
    let element = try indexUnmarked(plain, plainKey)
    // As in HCL, which attribute of an object is taken is no secret.
    if case .object = plain.type { return element.marked(with: marks) }
    return element.marked(with: marks.union(keyMarks))
  }

  private static func indexUnmarked(_ collection: Value, _ key: Value) throws(OperationError) -> Value {
    if collection.isNull {
      throw OperationError(
        summary: "Attempt to index null value", message: "Elements of null cannot be read. Look whether the value can "
          + "be null here.")
    }
    if key.isNull { throw invalidIndex("A key must not be null.") }
    let type = collection.type
    if type == .dynamic || key.type == .dynamic { return .dynamicUnknown }
    switch type {
    case .list(let element): return try sequenceIndex(collection, key, unknown: .unknown(element))
    case .tuple(let types):
      if case .unknown = collection { return try unknownTupleIndex(types, key) }
      return try sequenceIndex(collection, key, unknown: .dynamicUnknown)
    case .map(let element): return try mapIndex(collection, key, element)
    case .object(let object): return try objectIndex(collection, key, object)
    case .set:
      throw invalidIndex(
        "The elements of a set have no keys. Go through them by \"for\", or make a list of them by tolist."
      )
    default: throw invalidIndex("This value has no elements.")
    }
  }

  private static func invalidIndex(_ message: String) -> OperationError {
    OperationError(summary: "Invalid index", message: message)
  }

  private static func noSuchElement(_ reason: String? = nil) -> OperationError {
    invalidIndex(
      "There is no element of this key" + (reason.map { ": \($0)." } ?? "."))
  }

  private static func converted(_ key: Value, _ type: ValueType) throws(OperationError) -> Value {
    do throws(ConversionError) {
      return try convert(key, to: type)
    } catch {
      throw noSuchElement(error.message)
    }
  }

  private static func sequenceIndex(
    _ collection: Value, _ key: Value, unknown: Value
  ) throws(OperationError) -> Value {
    guard case .number(let number) = try converted(key, .number) else { return unknown }
    if let place = number.int64, place >= 0, place < Int64(collection.count) { return collection.elements[Int(place)] }
    guard collection.isKnown else {
      let maximum = collection.unknownDetails?.refinements.maximumLength
      if let maximum, number >= Number(maximum) { throw noSuchElement() }
      return unknown
    }
    if !number.isWhole {
      throw noSuchElement("a list is indexed by whole numbers, and this one has a fraction")
    }
    if number.isNegative { throw noSuchElement("an index must not be negative") }
    throw noSuchElement(
      collection.count == 0
        ? "the collection has no elements" : "the index is beyond the last element")
  }

  private static func unknownTupleIndex(_ types: [ValueType], _ key: Value) throws(OperationError) -> Value {
    let parts = Value.tuple(types.map { .unknown($0) })
    return try sequenceIndex(parts, key, unknown: .dynamicUnknown)
  }

  private static func mapIndex(
    _ collection: Value, _ key: Value, _ element: ValueType
  ) throws(OperationError) -> Value {
    guard case .string(let name) = try converted(key, .string), case .map(let map) = collection else {
      return .unknown(element)
    }
    guard let found = map[name] else { throw noSuchElement() }
    return found
  }

  private static func objectIndex(
    _ collection: Value, _ key: Value, _ type: ObjectType
  ) throws(OperationError) -> Value {
    // Of an object that is not known, not even the names are held against a key.
    guard case .string(let name) = try converted(key, .string), case .object(let object) = collection else {
      return .dynamicUnknown
    }
    guard let place = type.index(of: name) else {
      if key.type != .number { throw noSuchElement() }
      throw invalidIndex(
        "There is no element of this key. Attributes of an object are found by their names, not by numbers."
      )
    }
    return object.values[place]
  }

  /// Whether `index` would find something: true, false or unknown. False for keys of a wrong type.
  package static func hasIndex(_ collection: Value, _ key: Value) -> Value {
    let marks = collection.marks.union(key.marks)
    let (plain, _) = collection.unmarked()
    let (plainKey, _) = key.unmarked()
    let result: Value
    switch (plain, plainKey) {
    case (.unknown, _), (_, .unknown): result = unknownBool
    default: result = .bool((try? indexUnmarked(plain, plainKey)) != nil)
    }
    return result.marked(with: marks)
  }

  /// Whether a set has the element, which must have the element type: true, false or unknown.
  package static func hasElement(_ set: Value, _ element: Value) -> Value {
    let marks = set.marks.union(element.allMarks)
    let plainElement = element.withoutMarks
    guard case .set(let members) = set.unmarked().0, plainElement.isWhollyKnown else {
      return unknownBool.marked(with: marks)
    }
    if members.elements.contains(plainElement) { return Value.true.marked(with: marks) }
    return (members.contents.contains(.unknown) ? unknownBool : Value.false).marked(with: marks)
  }

  // MARK: Length

  /// The number of elements or attributes. Unknown for unknown collections and for sets with unknown elements,
  /// with the bounds that are known.
  package static func length(_ value: Value) throws(OperationError) -> Value {
    let (plain, marks) = value.unmarked()
    switch plain {
    case .null: throw OperationError(message: "argument must not be null")
    case .list, .map, .tuple, .object: return Value.count(plain.count).marked(with: marks)
    case .set(let set) where !set.contents.contains(.unknown) || set.elements.count < 2:
      return Value.count(plain.count).marked(with: marks)
    case .set: return lengthWithin(lengthBounds(of: plain)).marked(with: marks)
    case .unknown(let unknown):
      switch unknown.type {
      case .tuple(let types): return Value.count(types.count).marked(with: marks)
      case .object(let type): return Value.count(type.count).marked(with: marks)
      case .list, .set, .map, .dynamic: return lengthWithin(unknown.refinements).marked(with: marks)
      default: throw OperationError(message: "argument must be a string, a collection type, or a structural type")
      }
    default: throw OperationError(message: "argument must be a string, a collection type, or a structural type")
    }
  }

  private static func lengthWithin(_ bounds: Refinements) -> Value {
    .unknown(
      .number,
      refined: Refinements(
        isNotNull: true,
        lowerBound: Refinements.Bound(Number(machine: Int64(bounds.minimumLength)), isInclusive: true),
        upperBound: bounds.maximumLength.map { Refinements.Bound(Number(machine: Int64($0)), isInclusive: true) }))
  }

  /// How many elements a collection can have: elements of a set that are not wholly known may turn out to be the same.
  static func lengthBounds(of value: Value) -> Refinements {
    switch value {
    case .marked(let node): return lengthBounds(of: node.value)
    case .unknown(let unknown): return unknown.refinements
    case .set(let set) where set.contents.contains(.unknown):
      return Refinements(isNotNull: true, minimumLength: 1, maximumLength: set.elements.count)
    default: return Refinements(isNotNull: !value.isNull, minimumLength: value.count, maximumLength: value.count)
    }
  }
}
