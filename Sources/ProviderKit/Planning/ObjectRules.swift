import ProviderInterface
import Values

/// An object's definition made ready for planning: members by name, with the rules of the objects inside of them.
final class ObjectRules: Sendable {
  struct Member: Sendable {
    /// What is said of the attribute; nil for blocks.
    var attribute: AttributeDefinition?
    var block: BlockDefinition?
    /// For members that are made of objects.
    var nested: (nesting: NestingMode, rules: ObjectRules)?
    /// What the configuration's absence stands for, if there is such a thing.
    var defaultValue: Value?
    var type: ValueType
  }

  let members: [String: Member]
  /// The names of the members, sorted.
  let names: [String]

  init(_ definition: ObjectDefinition) {
    var members: [String: Member] = [:]
    for attribute in definition.attributes {
      let type = attribute.type.valueType
      var member = Member(attribute: attribute, type: type)
      member.nested = attribute.type.nested.map { ($0.nesting, ObjectRules(ObjectDefinition(attributes: $0.attributes))) }
      member.defaultValue = attribute.defaultValue.map { (try? convert($0.value, to: type)) ?? $0.value }
      members[attribute.name] = member
    }
    for block in definition.blocks {
      let schema = NestedBlockSchema(name: block.name, nesting: block.mode, block: block.content.block)
      members[block.name] = Member(
        block: block, nested: (block.mode, ObjectRules(block.content)), type: schema.impliedType)
    }
    self.members = members
    names = members.keys.sorted()
  }

  /// The first attribute of an object, or of one inside of it, that the definition does not know; nil if it knows all.
  func stranger(in object: Value, at path: Path = .root) -> Path? {
    for (name, value) in zip(object.keys, object.elements) {
      let here = path.attribute(name)
      guard let member = members[name] else { return here }
      guard let (nesting, rules) = member.nested else { continue }
      for (place, inner) in nestedObjects(of: value, nesting) {
        if let found = rules.stranger(in: inner, at: place.path(below: here)) { return found }
      }
    }
    return nil
  }

  /// The same object with every member made anew. Members that the object lacks are null.
  func rebuild(_ object: Value, _ change: (String, Member, Value) -> Value) -> Value {
    guard object.isKnownAndNotNull else { return object }
    return .object(
      names.map { name in
        guard let member = members[name] else { return (name, .dynamicNull) }
        return (name, change(name, member, object.attribute(name) ?? .null(member.type)))
      })
  }
}

/// One of the objects that a member is made of.
enum ObjectPlace {
  case whole
  case index(Int)
  case key(String)
  /// Of a set.
  case element(Value)

  /// The object at this place of another value of the same member; nil if there is none.
  func counterpart(in other: Value?) -> Value? {
    guard let other, other.isKnownAndNotNull else { return nil }
    switch self {
    case .whole: return other
    case .index(let index): return index < other.count ? other.elements[index] : nil
    case .key(let key): return other.element(at: key)
    case .element(let element):
      return other.elements.first { $0 == element } ?? other.elements.first { Self.couldBeTheSame($0, element) }
    }
  }

  func path(below path: Path) -> Path {
    switch self {
    case .whole: path
    case .index(let index): path.index(index)
    case .key(let key): path.key(key)
    case .element(let element): path.index(element)
    }
  }

  /// Whether two objects differ only where one of them says nothing.
  private static func couldBeTheSame(_ one: Value, _ other: Value) -> Bool {
    guard one.keys == other.keys else { return false }
    return zip(one.elements, other.elements).allSatisfy { left, right in
      !left.isKnownAndNotNull || !right.isKnownAndNotNull || left == right
    }
  }
}

/// The objects of a member's value with their places; none where it is null or unknown.
func nestedObjects(of value: Value, _ nesting: NestingMode) -> [(place: ObjectPlace, object: Value)] {
  guard value.isKnownAndNotNull else { return [] }
  return switch nesting {
  case .single, .group: [(.whole, value)]
  case .list: value.elements.enumerated().map { (.index($0.offset), $0.element) }
  case .set: value.elements.map { (.element($0), $0) }
  case .map: zip(value.keys, value.elements).map { (.key($0), $1) }
  }
}

/// The value of a member with other objects in it.
func replacingObjects(of value: Value, _ nesting: NestingMode, _ change: (ObjectPlace, Value) -> Value) -> Value {
  guard value.isKnownAndNotNull else { return value }
  let objects = nestedObjects(of: value, nesting).map { change($0.place, $0.object) }
  switch nesting {
  case .single, .group: return objects.first ?? value
  case .list, .set, .map: return value.withElements(objects)
  }
}
