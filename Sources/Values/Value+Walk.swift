extension Value {
  /// The step from a composite value to its element at that place in `elements`.
  func step(toElementAt index: Int) -> Path.Step {
    switch self {
    case .list, .tuple: .index(.int(index))
    case .set(let set): .index(set.elements[index])
    case .map(let map): .index(.string(map.keys[index]))
    case .object(let object): .attribute(object.names[index])
    case .marked(let node): node.value.step(toElementAt: index)
    default: .index(.int(index))
    }
  }

  /// The place in `elements` to which a step leads. An attribute step finds map keys, and a string index finds attributes.
  func elementIndex(of step: Path.Step) -> Int? {
    switch (self, step) {
    case (.marked(let node), _): return node.value.elementIndex(of: step)
    case (.object(let object), .attribute(let name)), (.object(let object), .index(.string(let name))):
      return object.attributeNames.index(of: name)
    case (.map(let map), .attribute(let key)), (.map(let map), .index(.string(let key))):
      return AttributeNames(sorted: map.keys).index(of: key)
    case (.list, .index(.number(let number))), (.tuple, .index(.number(let number))):
      guard let place = number.int64, place >= 0, place < Int64(count) else { return nil }
      return Int(place)
    case (.set(let set), .index(let key)): return set.elements.firstIndex(of: key)
    default: return nil
    }
  }

  /// The same composite value with other elements, of which there must be as many, of types that fit.
  /// - Parameter keepingTypes: whether each new element has the type of the old one.
  func replacingElements(_ parts: [Value], keepingTypes: Bool = false) -> Value {
    switch self {
    case .list(let list): .list(ListValue(elementType: list.elementType, elements: parts))
    case .set(let set): .set(parts, of: set.elementType)
    case .map(let map): .map(MapValue(elementType: map.elementType, sortedKeys: map.keys, values: parts))
    case .tuple: .tuple(TupleValue(parts))
    case .object(let object):
      .object(
        ObjectValue(
          attributeNames: object.attributeNames, values: parts, knownType: keepingTypes ? object.knownType : nil))
    case .marked(let node): node.value.replacingElements(parts, keepingTypes: keepingTypes).marked(with: node.marks)
    default: self
    }
  }

  /// Calls the visitor with every value in the tree, parents first, in order. It answers whether to look inside.
  /// Marked values are visited once, with their marks.
  package func visit(_ visitor: (Path, Value) throws -> Bool) rethrows {
    var path = Path.root
    try visit(at: &path, visitor)
  }

  private func visit(at path: inout Path, _ visitor: (Path, Value) throws -> Bool) rethrows {
    guard try visitor(path, self) else { return }
    for (index, element) in elements.enumerated() {
      path.steps.append(step(toElementAt: index))
      try element.visit(at: &path, visitor)
      path.steps.removeLast()
    }
  }

  /// Replaces every value in the tree by what the function makes of it, children first. Marks stay on the outside of what they cover
  /// while the function sees the marked value. The element types of collections follow their new elements.
  package func transform(_ change: (Path, Value) throws -> Value) rethrows -> Value {
    var path = Path.root
    return try transform(at: &path, change)
  }

  private func transform(at path: inout Path, _ change: (Path, Value) throws -> Value) rethrows -> Value {
    var parts = elements
    guard !parts.isEmpty else { return try change(path, self) }
    for index in parts.indices {
      path.steps.append(step(toElementAt: index))
      parts[index] = try parts[index].transform(at: &path, change)
      path.steps.removeLast()
    }
    return try change(path, rebuilt(with: parts))
  }

  /// Like `replacingElements`, with the element type taken from the new elements when these no longer fit the old one.
  private func rebuilt(with parts: [Value]) -> Value {
    func elementType(_ old: ValueType) -> ValueType {
      guard let first = parts.first, !parts.allSatisfy({ $0.conforms(to: old) }) else { return old }
      return first.type
    }
    switch self {
    case .list(let list): return .list(parts, of: elementType(list.elementType))
    case .set(let set): return .set(parts, of: elementType(set.elementType))
    case .map(let map): return .map(sortedKeys: map.keys, values: parts, of: elementType(map.elementType))
    case .marked(let node): return node.value.rebuilt(with: parts).marked(with: node.marks)
    default: return replacingElements(parts)
    }
  }

  /// The value at a path; `nil` when the path leads nowhere. An unknown value on the way gives unknown values of the fitting type;
  /// null on the way gives `nil`. Marks on the way pass on.
  package func get(at path: Path) -> Value? {
    var current = self
    for step in path.steps {
      let (plain, marks) = current.unmarked()
      if case .unknown(let unknown) = plain {
        guard let type = unknown.type.type(after: step) else { return nil }
        current = Value.unknown(type).marked(with: marks)
        continue
      }
      guard let index = plain.elementIndex(of: step) else { return nil }
      current = plain.elements[index].marked(with: marks)
    }
    return current
  }

  /// The same tree with another value at a path; unchanged when the path leads nowhere.
  package func setting(at path: Path, to value: Value) -> Value {
    setting(path.steps[...], to: value)
  }

  private func setting(_ steps: ArraySlice<Path.Step>, to value: Value) -> Value {
    guard let step = steps.first else { return value }
    guard let index = elementIndex(of: step) else { return self }
    var parts = elements
    parts[index] = parts[index].setting(steps.dropFirst(), to: value)
    return rebuilt(with: parts)
  }

  /// Whether the value has exactly this type, or a type that fits where the given one says `dynamic`.
  /// Makes no types, so it is cheaper than comparing `type`.
  package func conforms(to type: ValueType) -> Bool {
    if case .dynamic = type { return true }
    switch (self, type) {
    case (.marked(let node), _): return node.value.conforms(to: type)
    case (.null(let own), _): return own.conforms(to: type)
    case (.unknown(let unknown), _): return unknown.type.conforms(to: type)
    case (.bool, .bool), (.number, .number), (.string, .string): return true
    case (.list(let list), .list(let element)): return list.elementType.conforms(to: element)
    case (.set(let set), .set(let element)): return set.elementType.conforms(to: element)
    case (.map(let map), .map(let element)): return map.elementType.conforms(to: element)
    case (.tuple(let tuple), .tuple(let types)):
      guard tuple.elements.count == types.count else { return false }
      for index in types.indices where !tuple.elements[index].conforms(to: types[index]) { return false }
      return true
    case (.object(let object), .object(let wanted)):
      if let known = object.knownType, known == wanted { return true }
      guard object.attributeNames == wanted.attributeNames else { return false }
      let types = wanted.types
      for index in types.indices where !object.values[index].conforms(to: types[index]) { return false }
      return true
    default: return false
    }
  }
}

extension ValueType {
  /// Whether values of this type fit where the other type is asked for: equal, but for places where the other says `dynamic`.
  package func conforms(to wanted: ValueType) -> Bool {
    switch (self, wanted) {
    case (_, .dynamic), (.bool, .bool), (.number, .number), (.string, .string): return true
    case (.list(let own), .list(let other)), (.set(let own), .set(let other)), (.map(let own), .map(let other)):
      return own.conforms(to: other)
    case (.tuple(let own), .tuple(let other)):
      return own.count == other.count && zip(own, other).allSatisfy { $0.conforms(to: $1) }
    case (.object(let own), .object(let other)):
      if own == other { return true }
      return own.attributeNames == other.attributeNames
        && zip(own.types, other.types).allSatisfy { $0.conforms(to: $1) }
    case (.capsule(let own), .capsule(let other)): return own == other
    default: return false
    }
  }

  /// The type of what a path step leads to; `nil` when values of this type have no such thing.
  package func type(after step: Path.Step) -> ValueType? {
    switch (self, step) {
    case (.dynamic, _): return .dynamic
    case (.object(let type), .attribute(let name)), (.object(let type), .index(.string(let name))):
      return type.type(of: name)
    case (.map(let element), .attribute), (.map(let element), .index): return element
    case (.list(let element), .index), (.set(let element), .index): return element
    case (.tuple(let types), .index(.number(let number))):
      guard let place = number.int64, place >= 0, place < Int64(types.count) else { return nil }
      return types[Int(place)]
    default: return nil
    }
  }
}
