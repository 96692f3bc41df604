extension Value: Hashable {
  package static func == (left: Value, right: Value) -> Bool { left.isIdentical(to: right) }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0 as UInt8)
    case .unknown: hasher.combine(1 as UInt8)
    case .bool(let flag): hasher.combine(flag)
    case .number(let number): hasher.combine(number)
    case .string(let string): hasher.combine(string)
    case .list(let list): hasher.combine(list.elements)
    case .set(let set): hasher.combine(set.elements)
    case .tuple(let tuple): hasher.combine(tuple.elements)
    case .map(let map):
      hasher.combine(map.keys)
      hasher.combine(map.values)
    case .object(let object): hasher.combine(object.values)
    case .marked(let marked): marked.value.hash(into: &hasher)
    }
  }

  /// Equality of structure, types, nulls, unknown values and marks. Numbers are compared by their value as shown.
  package func isIdentical(to other: Value, ignoringRefinements: Bool = false) -> Bool {
    switch (self, other) {
    case (.null(let left), .null(let right)): return left == right
    case (.unknown(let left), .unknown(let right)):
      return ignoringRefinements ? left.type == right.type : left == right
    case (.bool(let left), .bool(let right)): return left == right
    case (.number(let left), .number(let right)): return left == right
    case (.string(let left), .string(let right)): return left == right
    case (.list(let left), .list(let right)):
      return left === right
        || left.elementType == right.elementType
          && Value.areIdentical(left.elements, right.elements, ignoringRefinements)
    case (.set(let left), .set(let right)):
      return left === right
        || left.elementType == right.elementType
          && Value.areIdentical(left.elements, right.elements, ignoringRefinements)
    case (.map(let left), .map(let right)):
      return left === right
        || left.elementType == right.elementType && left.keys == right.keys
          && Value.areIdentical(left.values, right.values, ignoringRefinements)
    case (.tuple(let left), .tuple(let right)):
      return left === right || Value.areIdentical(left.elements, right.elements, ignoringRefinements)
    case (.object(let left), .object(let right)):
      return left === right
        || left.attributeNames == right.attributeNames
          && Value.areIdentical(left.values, right.values, ignoringRefinements)
    case (.marked(let left), .marked(let right)):
      return left === right
        || left.marks == right.marks
          && left.value.isIdentical(to: right.value, ignoringRefinements: ignoringRefinements)
    default: return false
    }
  }

  private static func areIdentical(_ left: [Value], _ right: [Value], _ ignoringRefinements: Bool) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices
    where !left[index].isIdentical(to: right[index], ignoringRefinements: ignoringRefinements) {
      return false
    }
    return true
  }
}
