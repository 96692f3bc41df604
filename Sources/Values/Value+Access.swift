extension Value {
  /// The attribute of an object; `nil` when there is none or this is no known object. Marks of the object itself pass on to it.
  package func attribute(_ name: String) -> Value? {
    switch self {
    case .object(let object): object[name]
    case .marked(let marked): marked.value.attribute(name)?.marked(with: marked.marks)
    default: nil
    }
  }

  /// The elements of a list, set or tuple, or the values of a map or object in key order; empty for all else.
  /// Marks of the collection itself do not pass on to them.
  package var elements: [Value] {
    switch self {
    case .list(let list): list.elements
    case .set(let set): set.elements
    case .tuple(let tuple): tuple.elements
    case .map(let map): map.values
    case .object(let object): object.values
    case .marked(let marked): marked.value.elements
    default: []
    }
  }

  /// The keys of a map or the attribute names of an object, sorted; empty for all else.
  package var keys: [String] {
    switch self {
    case .map(let map): map.keys
    case .object(let object): object.names
    case .marked(let marked): marked.value.keys
    default: []
    }
  }

  /// The number of elements or attributes; 0 for what has none.
  package var count: Int {
    switch self {
    case .list(let list): list.elements.count
    case .set(let set): set.elements.count
    case .tuple(let tuple): tuple.elements.count
    case .map(let map): map.values.count
    case .object(let object): object.values.count
    case .marked(let marked): marked.value.count
    default: 0
    }
  }

  /// The text of a known string, marked or not.
  package var asString: String? {
    switch self {
    case .string(let string): string
    case .marked(let marked): marked.value.asString
    default: nil
    }
  }

  package var asBool: Bool? {
    switch self {
    case .bool(let flag): flag
    case .marked(let marked): marked.value.asBool
    default: nil
    }
  }

  package var asNumber: Number? {
    switch self {
    case .number(let number): number
    case .marked(let marked): marked.value.asNumber
    default: nil
    }
  }

  /// A known whole number that fits.
  package var asInt: Int? { asNumber?.int64.flatMap { Int(exactly: $0) } }

  /// What is known about an unknown value; `nil` for a known one.
  package var unknownDetails: Unknown? {
    switch self {
    case .unknown(let unknown): unknown
    case .marked(let marked): marked.value.unknownDetails
    default: nil
    }
  }

  /// Whether it can certainly not be null.
  package var isDefinitelyNotNull: Bool {
    switch self {
    case .null: false
    case .unknown(let unknown): unknown.refinements.isNotNull
    case .marked(let marked): marked.value.isDefinitelyNotNull
    default: true
    }
  }

  /// An unknown value with the addition that it is not null; known values stay as they are.
  package var refinedNotNull: Value {
    switch self {
    case .unknown(let unknown):
      var refinements = unknown.refinements
      refinements.isNotNull = true
      return .unknown(unknown.type, refined: refinements)
    case .marked(let marked):
      return marked.value.refinedNotNull.marked(with: marked.marks)
    default: return self
    }
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
}
