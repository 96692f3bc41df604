extension Value {
  package static let `true` = Value.bool(true)
  package static let `false` = Value.bool(false)
  package static let emptyObject = Value.object(ObjectValue(attributeNames: .none, values: [], knownType: .empty))
  package static let emptyTuple = Value.tuple(TupleValue([]))
  /// A value of which nothing is known, not even its type.
  package static let dynamicUnknown = Value.unknown(Unknown(type: .dynamic))
  /// A null of no type.
  package static let dynamicNull = Value.null(.dynamic)

  /// An integer, with the precision of a literal.
  package static func int(_ value: Int) -> Value { .number(Number(value)) }

  /// An integer that the engine counted, with 64 bits of precision (what `length` gives in Terraform).
  package static func count(_ value: Int) -> Value { .number(Number(machine: Int64(value))) }

  /// A string from outside, brought to Unicode normal form C.
  package static func text(_ string: String) -> Value { .string(string.normalizedForValues) }

  package static func unknown(_ type: ValueType) -> Value { .unknown(Unknown(type: type)) }

  /// An unknown value of which something is known. Where that decides the value, the result is known:
  /// equal inclusive number bounds, or a length that leaves one possibility.
  package static func unknown(_ type: ValueType, refined refinements: Refinements) -> Value {
    if refinements.isNotNull, let known = refinements.decidedValue(of: type) { return known }
    return .unknown(Unknown(type: type, refinements: refinements))
  }

  /// All elements must have the element type, or it is `dynamic` and they have one type.
  package static func list(_ elements: [Value], of elementType: ValueType) -> Value {
    .list(ListValue(elementType: elementType, elements: elements))
  }

  /// Elements in any order, with duplicates. Marks on and inside elements move to the set.
  package static func set(_ elements: [Value], of elementType: ValueType) -> Value {
    var marks: Marks = []
    var plain = elements
    for index in plain.indices where plain[index].hasMarks {
      marks.formUnion(plain[index].allMarks)
      plain[index] = plain[index].withoutMarks
    }
    let ordered = SetOrder.unique(plain, of: elementType)
    return Value.set(SetValue(elementType: elementType, ordered: ordered)).marked(with: marks)
  }

  package static func map(_ elements: [String: Value], of elementType: ValueType) -> Value {
    let sorted = elements.sorted { $0.key < $1.key }
    return .map(MapValue(elementType: elementType, sortedKeys: sorted.map(\.key), values: sorted.map(\.value)))
  }

  /// The keys must be in ascending byte order without duplicates.
  package static func map(sortedKeys keys: [String], values: [Value], of elementType: ValueType) -> Value {
    .map(MapValue(elementType: elementType, sortedKeys: keys, values: values))
  }

  package static func tuple(_ elements: [Value]) -> Value { .tuple(TupleValue(elements)) }

  /// Attributes in any order; of two with one name the last counts.
  package static func object(_ attributes: [(String, Value)]) -> Value {
    var isSorted = true
    for index in attributes.indices.dropFirst() where attributes[index - 1].0 >= attributes[index].0 {
      isSorted = false
      break
    }
    if isSorted {
      return .object(
        ObjectValue(attributeNames: AttributeNames(sorted: attributes.map(\.0)), values: attributes.map(\.1)))
    }
    return .object(Dictionary(attributes, uniquingKeysWith: { _, last in last }))
  }

  package static func object(_ attributes: [String: Value]) -> Value {
    let sorted = attributes.sorted { $0.key < $1.key }
    return .object(ObjectValue(attributeNames: AttributeNames(sorted: sorted.map(\.key)), values: sorted.map(\.value)))
  }

  /// An object with the names of a type. Values are in the order of the names and have the types of the attributes
  /// (any type where the attribute is `dynamic`).
  package static func object(type: ObjectType, values: [Value]) -> Value {
    let isExact = !type.containsDynamic && !type.containsOptional
    return .object(
      ObjectValue(attributeNames: type.attributeNames, values: values, knownType: isExact ? type : nil))
  }

  /// An object with names shared with another object. Values are in the order of the names.
  package static func object(names: AttributeNames, values: [Value]) -> Value {
    .object(ObjectValue(attributeNames: names, values: values))
  }
}

extension Refinements {
  /// The only value that is possible, if there is but one (go-cty `RefinementBuilder.NewValue`).
  func decidedValue(of type: ValueType) -> Value? {
    switch type {
    case .number:
      guard let lowerBound, let upperBound, lowerBound.isInclusive, upperBound.isInclusive,
        lowerBound.value == upperBound.value
      else { return nil }
      return .number(lowerBound.value)
    case .list(let element):
      // A length that somebody claims must not make us reserve room for it.
      guard maximumLength == minimumLength, minimumLength <= 10_000 else { return nil }
      return .list(Array(repeating: .unknown(element), count: minimumLength), of: element)
    case .set(let element):
      guard maximumLength == minimumLength, minimumLength <= 1 else { return nil }
      return .set(Array(repeating: .unknown(element), count: minimumLength), of: element)
    case .map(let element):
      return maximumLength == 0 ? .map([:], of: element) : nil
    default:
      return nil
    }
  }
}
