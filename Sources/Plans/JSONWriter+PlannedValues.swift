package import Values

/// The forms in which plan JSON shows a planned value: what is known of it, what is unknown, and what is sensitive
/// (formats of Terraform 1.11, plan representation).
extension JSONWriter {
  /// The value with unknown parts left out: attributes and map entries vanish, elements of sequences become null.
  package mutating func knownParts(of value: Value) {
    let (plain, _) = value.unmarked()
    switch plain {
    case .null, .unknown: null()
    case .bool(let flag): bool(flag)
    case .number(let value): number(value)
    case .string(let string): text(string)
    case .list, .set, .tuple:
      beginArray()
      for element in plain.elements { knownParts(of: element) }
      endArray()
    case .map, .object:
      beginObject()
      for (key, element) in zip(plain.keys, plain.elements) where element.isKnown {
        self.key(key)
        knownParts(of: element)
      }
      endObject()
    case .marked: null()
    }
  }

  /// `true` where the value is unknown, in the shape of the value; false attributes are left out.
  package mutating func unknownParts(of value: Value) {
    parts(of: value, isMarked: { !$0.isKnown }, contains: { !$0.isWhollyKnown })
  }

  /// `true` where the value is sensitive, in the shape of the value; false attributes are left out.
  package mutating func sensitiveParts(of value: Value) {
    parts(of: value, isMarked: { $0.marks.contains(.sensitive) }, contains: { $0.containsMark(.sensitive) })
  }

  /// Writes booleans in the shape of a value. Inside sequences every element is there, so that places can be counted.
  private mutating func parts(of value: Value, isMarked: (Value) -> Bool, contains: (Value) -> Bool) {
    if isMarked(value) {
      bool(true)
      return
    }
    let (plain, _) = value.unmarked()
    switch plain {
    case .list, .set, .tuple:
      beginArray()
      for element in plain.elements { parts(of: element, isMarked: isMarked, contains: contains) }
      endArray()
    case .map, .object:
      beginObject()
      for (name, element) in zip(plain.keys, plain.elements) where hasShape(element) || contains(element) {
        key(name)
        parts(of: element, isMarked: isMarked, contains: contains)
      }
      endObject()
    case .unknown(let unknown):
      // Of an unknown collection only the kind is known.
      switch unknown.type {
      case .list, .set, .tuple: raw(Array("[]".utf8))
      case .map, .object: raw(Array("{}".utf8))
      default: bool(false)
      }
    default: bool(false)
    }
  }

  /// Whether a part is written although nothing in it is marked: collections keep their shape, primitives vanish.
  private func hasShape(_ value: Value) -> Bool {
    let (plain, _) = value.unmarked()
    switch plain {
    case .list, .set, .tuple, .map, .object: return true
    case .unknown(let unknown):
      switch unknown.type {
      case .list, .set, .tuple, .map, .object: return true
      default: return false
      }
    default: return false
    }
  }
}
