/// The value as a value of the type, by the language's rules (go-cty's `convert.Convert`): between primitive types by their text,
/// between lists, sets and tuples, between maps and objects, attributes left out where they are not wanted, absent optional
/// attributes null. Open places (`dynamic`) keep the type of the value; in elements of a collection they take one common type.
/// Marks and what is known about unknown values are kept. Values that have the type already are returned as they are.
package func convert(_ value: Value, to type: ValueType) throws(ConversionError) -> Value {
  if value.conforms(to: type) { return value }
  var conversion = Conversion()
  do throws(ConversionError) {
    return try conversion.convert(value, type)
  } catch {
    // Where the types can never fit, the message is about the types as a whole.
    let given = value.type
    if canConvert(from: given, to: type) { throw error }
    throw ConversionError(message: mismatchMessage(from: given, to: type))
  }
}

/// One conversion under way; knows where in the value it is.
struct Conversion {
  private var steps: [Path.Step] = []

  func failure(_ message: String) -> ConversionError { ConversionError(path: Path(steps), message: message) }

  mutating func convert(_ value: Value, _ type: ValueType) throws(ConversionError) -> Value {
    if value.conforms(to: type) { return value }
    switch value {
    case .marked(let node): return try convert(node.value, type).marked(with: node.marks)
    case .null(let own):
      guard canConvert(from: own, to: type) else { throw failure(mismatchMessage(from: own, to: type)) }
      return .null(fillingOpenPlaces(of: type, from: own).withoutOptionals)
    case .unknown(let unknown):
      guard canConvert(from: unknown.type, to: type) else {
        throw failure(mismatchMessage(from: unknown.type, to: type))
      }
      return convertUnknown(unknown, to: fillingOpenPlaces(of: type, from: unknown.type).withoutOptionals)
    default: break
    }
    switch type {
    case .dynamic: return value
    case .string, .number, .bool: return try convertPrimitive(value, type)
    case .list(let element): return try convertToList(value, element, type)
    case .set(let element): return try convertToSet(value, element, type)
    case .map(let element): return try convertToMap(value, element, type)
    case .tuple(let types): return try convertToTuple(value, types, type)
    case .object(let object): return try convertToObject(value, object, type)
    case .capsule: throw mismatch(value, type)
    }
  }

  private func mismatch(_ value: Value, _ type: ValueType) -> ConversionError {
    failure(mismatchMessage(from: value.type, to: type))
  }

  private mutating func convertPart(
    _ value: Value, _ type: ValueType, at step: @autoclosure () -> Path.Step
  ) throws(ConversionError) -> Value {
    if value.conforms(to: type) { return value }
    steps.append(step())
    let result = try convert(value, type)
    steps.removeLast()
    return result
  }

  private func convertPrimitive(_ value: Value, _ type: ValueType) throws(ConversionError) -> Value {
    switch (value, type) {
    case (.number(let number), .string): return .string(number.text)
    case (.bool(let flag), .string): return .string(flag ? "true" : "false")
    case (.string(let text), .number):
      guard let number = Number(parsing: text) else { throw failure("a number is required") }
      return .number(number)
    case (.string(let text), .bool):
      switch text {
      case "true", "1": return .true
      case "false", "0": return .false
      default: break
      }
      let lowercased = text.lowercased()
      guard lowercased == "true" || lowercased == "false" else { throw failure("a bool is required") }
      throw failure("a bool is required; to convert from string, use lowercase \"\(lowercased)\"")
    default: throw mismatch(value, type)
    }
  }

  /// Elements for a collection. When the element type is open they all get one common type.
  /// - Returns: the elements and their type.
  private mutating func convertElements(
    _ elements: [Value], _ element: ValueType, labels: [String]?, openMessage: String, unequalMessage: String
  ) throws(ConversionError) -> ([Value], ValueType) {
    var wanted = element
    if case .dynamic = element {
      guard let common = unify(elements.map(\.type)) else { throw failure(openMessage) }
      wanted = common
    }
    var parts = elements
    for index in parts.indices {
      parts[index] = try convertPart(
        parts[index], wanted, at: .index(labels.map { .string($0[index]) } ?? .int(index)))
    }
    guard wanted.containsDynamic else { return (parts, wanted.withoutOptionals) }
    // What the elements brought into the open places must be one type.
    guard let common = unify(parts.map(\.type)) else { throw failure("collection elements cannot be unified") }
    for index in parts.indices { parts[index] = try convertPart(parts[index], common, at: .index(.int(index))) }
    // An open place inside of the common type leaves each element the type that it brought.
    let types = parts.lazy.map(\.type).filter { $0 != .dynamic }
    if let first = types.first, types.contains(where: { $0 != first }) { throw failure(unequalMessage) }
    return (parts, common)
  }

  /// The type of an empty collection: the open place takes the element type of the source, if it has one.
  private func emptyElementType(_ wanted: ValueType, _ own: ValueType?) -> ValueType {
    if wanted == .dynamic, let own { return own }
    return wanted.withoutOptionals
  }

  private mutating func convertToList(
    _ value: Value, _ element: ValueType, _ type: ValueType
  ) throws(ConversionError) -> Value {
    let parts: [Value]
    var own: ValueType?
    switch value {
    case .tuple(let tuple): parts = tuple.elements
    case .list(let list):
      parts = list.elements
      own = list.elementType
    case .set(let set):
      parts = set.elements
      own = set.elementType
      // Some of the elements may turn out to be one.
      if !value.isWhollyKnown {
        return convertUnknown(
          Unknown(type: value.type, refinements: Operations.lengthBounds(of: value)),
          to: fillingOpenPlaces(of: type, from: value.type).withoutOptionals)
      }
    default: throw mismatch(value, type)
    }
    if parts.isEmpty {
      if let own, !canConvert(from: own, to: element) { throw mismatch(value, type) }
      return .list([], of: emptyElementType(element, own))
    }
    let (converted, common) = try convertElements(
      parts, element, labels: nil, openMessage: "all list elements must have the same type",
      unequalMessage: "element types must all match for conversion to list")
    return .list(converted, of: common)
  }

  private mutating func convertToSet(
    _ value: Value, _ element: ValueType, _ type: ValueType
  ) throws(ConversionError) -> Value {
    let parts: [Value]
    var own: ValueType?
    switch value {
    case .tuple(let tuple): parts = tuple.elements
    case .list(let list):
      parts = list.elements
      own = list.elementType
    case .set(let set):
      parts = set.elements
      own = set.elementType
    default: throw mismatch(value, type)
    }
    if parts.isEmpty {
      if let own, !canConvert(from: own, to: element) { throw mismatch(value, type) }
      return .set([], of: emptyElementType(element, own))
    }
    let (converted, common) = try convertElements(
      parts, element, labels: nil, openMessage: "all set elements must have the same type",
      unequalMessage: "element types must all match for conversion to set")
    return .set(converted, of: common)
  }

  private mutating func convertToMap(
    _ value: Value, _ element: ValueType, _ type: ValueType
  ) throws(ConversionError) -> Value {
    var own: ValueType?
    switch value {
    case .map(let map): own = map.elementType
    case .object: break
    default: throw mismatch(value, type)
    }
    let keys = value.keys
    if keys.isEmpty {
      if let own, !canConvert(from: own, to: element) { throw mismatch(value, type) }
      return .map([:], of: emptyElementType(element, own))
    }
    let (converted, common) = try convertElements(
      value.elements, element, labels: keys, openMessage: "all map elements must have the same type",
      unequalMessage: "attribute types must all match for conversion to map")
    return .map(sortedKeys: keys, values: converted, of: common)
  }

  private mutating func convertToTuple(
    _ value: Value, _ types: [ValueType], _ type: ValueType
  ) throws(ConversionError) -> Value {
    guard case .tuple(let tuple) = value, tuple.elements.count == types.count else { throw mismatch(value, type) }
    var parts = tuple.elements
    for index in parts.indices {
      parts[index] = try convertPart(parts[index], types[index], at: .index(.int(index)))
    }
    return .tuple(parts)
  }

  private mutating func convertToObject(
    _ value: Value, _ wanted: ObjectType, _ type: ValueType
  ) throws(ConversionError) -> Value {
    var elementType: ValueType?
    switch value {
    case .map(let map): elementType = map.elementType
    case .object: break
    default: throw mismatch(value, type)
    }
    var parts: [Value] = []
    parts.reserveCapacity(wanted.count)
    for (name, attributeType) in zip(wanted.names, wanted.types) {
      if let part = value.part(named: name) {
        parts.append(
          try convertPart(part, attributeType, at: elementType == nil ? .attribute(name) : .index(.string(name))))
        continue
      }
      if let elementType, !canConvert(from: elementType, to: attributeType) { throw mismatch(value, type) }
      guard wanted.optional.contains(name) else {
        if elementType == nil { throw mismatch(value, type) }
        throw failure("map has no element for required attribute \(JSONWriter.quoted(name, escapesHTML: false))")
      }
      parts.append(.null(attributeType.withoutOptionals))
    }
    return .object(type: wanted.withoutOptionalAttributes, values: parts)
  }

  /// An unknown value of another type with what is still known about it (go-cty `prepareUnknownResult`).
  func convertUnknown(_ unknown: Unknown, to type: ValueType) -> Value {
    let known = unknown.refinements
    var result = Refinements(isNotNull: known.isNotNull)
    switch (unknown.type, type) {
    case (.object(let object), .map): (result.minimumLength, result.maximumLength) = (object.count, object.count)
    case (.tuple(let types), .list): (result.minimumLength, result.maximumLength) = (types.count, types.count)
    case (.tuple(let types), .set):
      (result.minimumLength, result.maximumLength) = (min(types.count, 1), types.count)
    case (.list, .set):
      (result.minimumLength, result.maximumLength) = (min(known.minimumLength, 1), known.maximumLength)
    case (.list, .list), (.set, .set), (.set, .list), (.map, .map):
      (result.minimumLength, result.maximumLength) = (known.minimumLength, known.maximumLength)
    case (let own, let wanted) where own == wanted: result = known
    default: break
    }
    return .unknown(type, refined: result)
  }
}

extension Value {
  /// The element of a map or the attribute of an object; `nil` for all else.
  func part(named name: String) -> Value? {
    switch self {
    case .map(let map): map[name]
    case .object(let object): object[name]
    default: nil
    }
  }
}
