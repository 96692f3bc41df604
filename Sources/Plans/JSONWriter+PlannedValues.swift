package import Values

/// The forms in which plan JSON shows a planned value: what is known of it, what is unknown, and what is sensitive
/// (plan representation 1.2, observed with Terraform 1.11.4).
extension JSONWriter {
  /// The value by its own types, marks left out, unknown parts too: attributes and map entries vanish, elements of
  /// sequences become null. A value that is itself unknown becomes null; where JSON leaves it out the caller does.
  package mutating func knownParts(of value: Value) {
    switch value {
    case .null, .unknown: null()
    case .bool(let flag): bool(flag)
    case .number(let value): number(value)
    case .string(let string): text(string)
    case .list, .set, .tuple:
      beginArray()
      for element in value.elements { knownParts(of: element) }
      endArray()
    case .map, .object:
      beginObject()
      for (key, element) in zip(value.keys, value.elements) where element.isKnown {
        self.key(key)
        knownParts(of: element)
      }
      endObject()
    case .marked(let node): knownParts(of: node.value)
    }
  }

  /// `true` where the value is unknown, in the shape of the value; what is false in objects and maps is left out.
  package mutating func unknownParts(of value: Value) {
    parts(of: value) { !$0.isKnown }
  }

  /// `true` where the value is sensitive, in the shape of the value; what is false in objects and maps is left out.
  package mutating func sensitiveParts(of value: Value) {
    parts(of: value) { $0.marks.contains(.concealed) }
  }

  /// Writes booleans in the shape of a value. Inside sequences every element is there, so that places can be counted.
  private mutating func parts(of value: Value, isMarked: (Value) -> Bool) {
    if isMarked(value) {
      bool(true)
      return
    }
    let plain = value.unmarked().0
    switch plain {
    case .list, .set, .tuple:
      beginArray()
      for element in plain.elements { parts(of: element, isMarked: isMarked) }
      endArray()
    case .map, .object:
      beginObject()
      for (name, element) in zip(plain.keys, plain.elements) where isMarked(element) || Self.hasShape(element) {
        key(name)
        parts(of: element, isMarked: isMarked)
      }
      endObject()
    case .unknown(let unknown):
      // Of an unknown collection only the kind is known.
      switch unknown.type {
      case .list, .set, .tuple:
        beginArray()
        endArray()
      case .map, .object:
        beginObject()
        endObject()
      default: bool(false)
      }
    default: bool(false)
    }
  }

  /// Whether a part is written although nothing in it is marked: collections keep their shape, primitives and nulls vanish.
  private static func hasShape(_ value: Value) -> Bool {
    let type: ValueType
    switch value {
    case .list, .set, .tuple, .map, .object: return true
    case .marked(let node): return hasShape(node.value)
    case .unknown(let unknown): type = unknown.type
    default: return false
    }
    switch type {
    case .list, .set, .tuple, .map, .object: return true
    default: return false
    }
  }
}
