// Values: types, values, numbers, paths, marks, conversion and schemas, with their JSON and MessagePack forms.
// This room knows no syntax, no diagnostics, no files and no providers: it is data and pure functions on data.

/// The type of a value. Behaviour follows the type system of `zclconf/go-cty`.
package indirect enum ValueType: Hashable, Sendable {
  /// A type that is not known yet, or in a type constraint: any type.
  case dynamic
  case bool
  case number
  case string
  case list(ValueType)
  case set(ValueType)
  case map(ValueType)
  case tuple([ValueType])
  case object(ObjectType)
  /// A value of the host program that the language cannot look into. The name says which.
  case capsule(String)

  package var isPrimitive: Bool {
    switch self {
    case .bool, .number, .string: true
    default: false
    }
  }

  /// A list, a set or a map.
  package var isCollection: Bool {
    switch self {
    case .list, .set, .map: true
    default: false
    }
  }

  /// The element type of a list, a set or a map.
  package var elementType: ValueType? {
    switch self {
    case .list(let element), .set(let element), .map(let element): element
    default: nil
    }
  }

  package var objectType: ObjectType? {
    if case .object(let type) = self { type } else { nil }
  }

  package var tupleTypes: [ValueType]? {
    if case .tuple(let types) = self { types } else { nil }
  }

  /// Whether `dynamic` is this type or stands anywhere in it.
  package var containsDynamic: Bool {
    switch self {
    case .dynamic: true
    case .bool, .number, .string, .capsule: false
    case .list(let element), .set(let element), .map(let element): element.containsDynamic
    case .tuple(let types): types.contains { $0.containsDynamic }
    case .object(let type): type.containsDynamic
    }
  }

  /// Whether an object type with optional attributes stands anywhere in it.
  package var containsOptional: Bool {
    switch self {
    case .dynamic, .bool, .number, .string, .capsule: false
    case .list(let element), .set(let element), .map(let element): element.containsOptional
    case .tuple(let types): types.contains { $0.containsOptional }
    case .object(let type): type.containsOptional
    }
  }

  /// The same type without optional attributes: the type of values that were converted to it.
  package var withoutOptionals: ValueType {
    guard containsOptional else { return self }
    switch self {
    case .dynamic, .bool, .number, .string, .capsule: return self
    case .list(let element): return .list(element.withoutOptionals)
    case .set(let element): return .set(element.withoutOptionals)
    case .map(let element): return .map(element.withoutOptionals)
    case .tuple(let types): return .tuple(types.map(\.withoutOptionals))
    case .object(let type): return .object(type.withoutOptionalAttributes)
    }
  }

  package static func object(_ attributes: [(String, ValueType)], optional: Set<String> = []) -> ValueType {
    .object(ObjectType(attributes, optional: optional))
  }
}
