/// A value of the language: an immutable tree with cheap copies.
///
/// Collections are boxes that know whether an unknown value or a mark is anywhere inside. Marks stand in `.marked` nodes,
/// only where something is marked; what a mark covers is never itself a `.marked` node. Equality is by structure, with
/// unknown values, nulls, refinements and marks; the language's `==` is `equals(_:)`.
/// Strings are in Unicode normal form C: use `Value.text(_:)` for text from outside.
package enum Value: Sendable {
  case null(ValueType)
  case unknown(Unknown)
  case bool(Bool)
  case number(Number)
  case string(String)
  case list(ListValue)
  case set(SetValue)
  case map(MapValue)
  case tuple(TupleValue)
  case object(ObjectValue)
  case marked(MarkedValue)
}

/// What a composite value knows about all that is inside it.
struct Contents: OptionSet, Sendable {
  let rawValue: UInt8
  static let unknown = Contents(rawValue: 1)
  static let marks = Contents(rawValue: 2)
  static let infinity = Contents(rawValue: 4)

  /// What is inside of all the values together, and their weight with that of the value that holds them.
  static func measuring(_ values: [Value]) -> (Contents, UInt32) {
    var all: Contents = []
    var weight: UInt32 = 1
    for value in values {
      all.formUnion(value.contents)
      weight = weight.addingClamped(value.weight)
    }
    return (all, weight)
  }
}

extension UInt32 {
  /// The sum, or the largest number if that is larger.
  package func addingClamped(_ other: UInt32) -> UInt32 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

package final class ListValue: Sendable {
  package let elementType: ValueType
  package let elements: [Value]
  let contents: Contents
  let weight: UInt32

  init(elementType: ValueType, elements: [Value]) {
    self.elementType = elementType
    self.elements = elements
    (contents, weight) = Contents.measuring(elements)
  }
}

/// Unique elements in the order that the language shows; none is marked, at any depth.
package final class SetValue: Sendable {
  package let elementType: ValueType
  package let elements: [Value]
  let contents: Contents
  let weight: UInt32

  /// The elements must be unique, ordered and free of marks.
  init(elementType: ValueType, ordered elements: [Value]) {
    self.elementType = elementType
    self.elements = elements
    (contents, weight) = Contents.measuring(elements)
  }
}

package final class MapValue: Sendable {
  package let elementType: ValueType
  /// In ascending byte order.
  package let keys: [String]
  /// In the order of the keys.
  package let values: [Value]
  let contents: Contents
  let weight: UInt32

  /// The keys must be sorted and unique.
  init(elementType: ValueType, sortedKeys keys: [String], values: [Value]) {
    self.elementType = elementType
    self.keys = keys
    self.values = values
    (contents, weight) = Contents.measuring(values)
  }

  /// The element at a key: O(log n).
  package subscript(key: String) -> Value? {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low < keys.count && keys[low] == key ? values[low] : nil
  }
}

package final class TupleValue: Sendable {
  package let elements: [Value]
  let contents: Contents
  let weight: UInt32

  init(_ elements: [Value]) {
    self.elements = elements
    (contents, weight) = Contents.measuring(elements)
  }
}

package final class ObjectValue: Sendable {
  package let attributeNames: AttributeNames
  /// In the order of the names.
  package let values: [Value]
  let contents: Contents
  let weight: UInt32
  /// The exact type, where whoever made the value knew it; saves computing it.
  let knownType: ObjectType?

  init(attributeNames: AttributeNames, values: [Value], knownType: ObjectType? = nil) {
    self.attributeNames = attributeNames
    self.values = values
    self.knownType = knownType
    (contents, weight) = Contents.measuring(values)
  }

  package var names: [String] { attributeNames.names }

  /// The attribute of that name: O(log n).
  package subscript(name: String) -> Value? {
    guard let index = attributeNames.index(of: name) else { return nil }
    return values[index]
  }

  package var type: ObjectType {
    knownType ?? ObjectType(attributeNames: attributeNames, types: values.map(\.type))
  }
}

package final class MarkedValue: Sendable {
  package let marks: Marks
  /// Not itself a `.marked` node; may have marked nodes inside.
  package let value: Value

  init(marks: Marks, value: Value) {
    self.marks = marks
    self.value = value
  }
}

extension Value {
  var contents: Contents {
    switch self {
    case .null, .bool, .string: []
    case .number(let number): number.isInfinite ? .infinity : []
    case .unknown: .unknown
    case .list(let list): list.contents
    case .set(let set): set.contents
    case .map(let map): map.contents
    case .tuple(let tuple): tuple.contents
    case .object(let object): object.contents
    case .marked(let marked): marked.value.contents.union(.marks)
    }
  }

  /// How much there would be if every place in the value had its own copy: a unit is a value, or sixteen bytes of text. What
  /// takes few bytes because its parts are shared may stand for more than any machine has. O(1).
  package var weight: UInt32 {
    switch self {
    case .null, .unknown, .bool, .number: 1
    case .string(let text): 1 + UInt32(clamping: text.utf8.count >> 4)
    case .list(let list): list.weight
    case .set(let set): set.weight
    case .map(let map): map.weight
    case .tuple(let tuple): tuple.weight
    case .object(let object): object.weight
    case .marked(let marked): marked.value.weight
    }
  }

  /// The largest weight of a value that is worked with: some hundred megabytes.
  package static let largestWeight: UInt32 = 1 << 24

  package var type: ValueType {
    switch self {
    case .null(let type): type
    case .unknown(let unknown): unknown.type
    case .bool: .bool
    case .number: .number
    case .string: .string
    case .list(let list): .list(list.elementType)
    case .set(let set): .set(set.elementType)
    case .map(let map): .map(map.elementType)
    case .tuple(let tuple): .tuple(tuple.elements.map(\.type))
    case .object(let object): .object(object.type)
    case .marked(let marked): marked.value.type
    }
  }

  /// Whether it is null, marked or not.
  package var isNull: Bool {
    switch self {
    case .null: true
    case .marked(let marked): marked.value.isNull
    default: false
    }
  }

  /// Whether it is not unknown itself; what is inside may be unknown. Null is known.
  package var isKnown: Bool {
    switch self {
    case .unknown: false
    case .marked(let marked): marked.value.isKnown
    default: true
    }
  }

  /// Whether nothing in it is unknown: O(1).
  package var isWhollyKnown: Bool { !contents.contains(.unknown) }

  /// Whether it or anything in it is marked: O(1).
  package var hasMarks: Bool { contents.contains(.marks) }

  /// Whether an infinite number is anywhere in it, for which states and plans have no form: O(1).
  package var hasInfinity: Bool { contents.contains(.infinity) }

  /// Whether it is known and not null, so that it can be looked into.
  package var isKnownAndNotNull: Bool {
    switch self {
    case .null, .unknown: false
    case .marked(let marked): marked.value.isKnownAndNotNull
    default: true
    }
  }
}
