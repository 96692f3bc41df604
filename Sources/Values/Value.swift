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

  static func of(_ values: [Value]) -> Contents {
    var all: Contents = []
    for value in values { all.formUnion(value.contents) }
    return all
  }
}

package final class ListValue: Sendable {
  package let elementType: ValueType
  package let elements: [Value]
  let contents: Contents

  init(elementType: ValueType, elements: [Value]) {
    self.elementType = elementType
    self.elements = elements
    contents = .of(elements)
  }
}

/// Unique elements in the order that the language shows; none is marked, at any depth.
package final class SetValue: Sendable {
  package let elementType: ValueType
  package let elements: [Value]
  let contents: Contents

  /// The elements must be unique, ordered and free of marks.
  init(elementType: ValueType, ordered elements: [Value]) {
    self.elementType = elementType
    self.elements = elements
    contents = .of(elements)
  }
}

package final class MapValue: Sendable {
  package let elementType: ValueType
  /// In ascending byte order.
  package let keys: [String]
  /// In the order of the keys.
  package let values: [Value]
  let contents: Contents

  /// The keys must be sorted and unique.
  init(elementType: ValueType, sortedKeys keys: [String], values: [Value]) {
    self.elementType = elementType
    self.keys = keys
    self.values = values
    contents = .of(values)
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

  init(_ elements: [Value]) {
    self.elements = elements
    contents = .of(elements)
  }
}

package final class ObjectValue: Sendable {
  package let attributeNames: AttributeNames
  /// In the order of the names.
  package let values: [Value]
  let contents: Contents
  /// The exact type, where whoever made the value knew it; saves computing it.
  let knownType: ObjectType?

  init(attributeNames: AttributeNames, values: [Value], knownType: ObjectType? = nil) {
    self.attributeNames = attributeNames
    self.values = values
    self.knownType = knownType
    contents = .of(values)
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
    case .null, .bool, .number, .string: []
    case .unknown: .unknown
    case .list(let list): list.contents
    case .set(let set): set.contents
    case .map(let map): map.contents
    case .tuple(let tuple): tuple.contents
    case .object(let object): object.contents
    case .marked(let marked): marked.value.contents.union(.marks)
    }
  }

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

  /// Whether it is known and not null, so that it can be looked into.
  package var isKnownAndNotNull: Bool {
    switch self {
    case .null, .unknown: false
    case .marked(let marked): marked.value.isKnownAndNotNull
    default: true
    }
  }
}
