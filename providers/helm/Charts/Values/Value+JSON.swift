import YAML

extension Value {
  /// What a chart's values are: every number is a float, as Go decodes JSON.
  init(json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .float(Double(number))
    case .float(let number): self = .float(number)
    case .string(let text): self = .string(text)
    case .array(let items): self = .list(items.map { Value(json: $0) })
    case .object(let members): self = .map(members.mapValues { Value(json: $0) })
    }
  }

  /// What a cluster answers: whole numbers stay whole.
  init(clusterJSON json: JSONValue) {
    switch json {
    case .integer(let number): self = .int64(Int(number))
    case .array(let items): self = .list(items.map { Value(clusterJSON: $0) })
    case .object(let members): self = .map(members.mapValues { Value(clusterJSON: $0) })
    default: self.init(json: json)
    }
  }

  /// As JSON says it; an error when the value holds itself, or a number has no place there.
  func json(depth: Int = 0) throws(TemplateError) -> JSONValue {
    if depth > JSONValue.deepestNesting { throw TemplateError("the value is nested too deeply, or in itself") }
    switch self {
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number), .int64(let number): return .integer(Int64(number))
    case .float(let number):
      guard number.isFinite else { throw TemplateError("json: unsupported value: \(FloatText.general(number))") }
      return number.magnitude < 1e21 ? Int64(exactly: number).map { .integer($0) } ?? .float(number) : .float(number)
    case .string(let text): return .string(text)
    case .rawString(let bytes): return .string(String(decoding: bytes, as: UTF8.self))
    case .object(let object):
      if let mapping = object.mapping { return try Value.map(mapping).json(depth: depth) }
      return object.json
    case .list(let list):
      if let bytes = list.bytes { return .string(Base64.encode(bytes)) }
      if list.isNil { return .null }
      var items: [JSONValue] = []
      items.reserveCapacity(list.elements.count)
      for element in list.elements { items.append(try element.json(depth: depth + 1)) }
      return .array(items)
    case .map(let map):
      if map.isNil { return .null }
      var members: [String: JSONValue] = [:]
      members.reserveCapacity(map.entries.count)
      for (key, value) in map.entries { members[key] = try value.json(depth: depth + 1) }
      return .object(members)
    }
  }

  /// A copy that shares no map with the original.
  func deepCopy(depth: Int = 0) throws(TemplateError) -> Value {
    if depth > JSONValue.deepestNesting { throw TemplateError("the value is nested too deeply, or in itself") }
    switch self {
    case .list(let list):
      if list.isNil || list.element != .any && list.element != .list { return self }
      var elements: [Value] = []
      elements.reserveCapacity(list.elements.count)
      for element in list.elements { elements.append(try element.deepCopy(depth: depth + 1)) }
      return .list(ListValue(elements, of: list.element))
    case .map(let map):
      if map.isNil { return .map(.none()) }
      var entries: [String: Value] = [:]
      entries.reserveCapacity(map.entries.count)
      for (key, value) in map.entries { entries[key] = try value.deepCopy(depth: depth + 1) }
      return .map(MapValue(entries, kind: map.kind))
    default: return self
    }
  }

  /// Equal in kind and in everything inside, as `deepEqual`, `has` and `uniq` ask it.
  func isDeeplyEqual(_ other: Value, depth: Int = 0) throws(TemplateError) -> Bool {
    if depth > JSONValue.deepestNesting { throw TemplateError("the value is nested too deeply, or in itself") }
    switch (self, other) {
    case (.null, .null): return true
    case (.bool(let one), .bool(let two)): return one == two
    case (.int(let one), .int(let two)), (.int64(let one), .int64(let two)): return one == two
    case (.float(let one), .float(let two)): return one == two
    case (.string(let one), .string(let two)): return one.utf8.elementsEqual(two.utf8)
    case (.rawString(let one), .rawString(let two)): return one == two
    case (.object(let one), .object(let two)): return one.equals(two)
    case (.list(let one), .list(let two)):
      guard one.elements.count == two.elements.count, one.element == two.element, one.isNil == two.isNil else { return false }
      for (first, second) in zip(one.elements, two.elements) {
        guard try first.isDeeplyEqual(second, depth: depth + 1) else { return false }
      }
      return true
    case (.map(let one), .map(let two)):
      if one === two { return true }
      guard one.entries.count == two.entries.count, one.kind == two.kind, one.isNil == two.isNil else { return false }
      for (key, first) in one.entries {
        guard let second = two.entries[key], try first.isDeeplyEqual(second, depth: depth + 1) else { return false }
      }
      return true
    default: return false
    }
  }
}
