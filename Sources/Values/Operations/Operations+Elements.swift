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
          summary: "Missing map element", message: "This map does not have an element with the key \(quoted(name)).")
      }
      return element
    case .null:
      throw OperationError(
        summary: "Attempt to get attribute from null value",
        message: "This value is null, so it does not have any attributes.")
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
      summary: "Unsupported attribute", message: "This object does not have an attribute named \(quoted(name)).")
  }

  private static func unsupportedAttribute(_ type: ValueType, _ name: String) -> OperationError {
    let message =
      switch type {
      case .list(.object):
        "Can't access attributes on a list of objects. Did you mean to access attribute \(quoted(name)) for a specific element of the list, or across all elements of the list?"
      case .set(.object):
        "Can't access attributes on a set of objects. Did you mean to access an attribute across all elements of the set?"
      case .bool, .number, .string:
        "Can't access attributes on a primitive-typed value (\(type.friendlyName))."
      default: "This value does not have any attributes."
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
        summary: "Attempt to index null value", message: "This value is null, so it does not have any indices.")
    }
    if key.isNull { throw invalidIndex("Can't use a null value as an indexing key.") }
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
        "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set."
      )
    default: throw invalidIndex("This value does not have any indices.")
    }
  }

  private static func invalidIndex(_ message: String) -> OperationError {
    OperationError(summary: "Invalid index", message: message)
  }

  private static func noSuchElement(_ reason: String? = nil) -> OperationError {
    invalidIndex(
      "The given key does not identify an element in this collection value" + (reason.map { ": \($0)." } ?? "."))
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
      throw noSuchElement("indexing a sequence requires a whole number, but the given index has a fractional part")
    }
    if number.isNegative { throw noSuchElement("a negative number is not a valid index for a sequence") }
    throw noSuchElement(
      collection.count == 0
        ? "the collection has no elements" : "the given index is greater than or equal to the length of the collection")
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
        "The given key does not identify an element in this collection value. An object only supports looking up attributes by name, not by numeric index."
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
