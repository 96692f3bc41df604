/// The elements of a set: which are the same, and in which order they show (go-cty `setRules`).
enum SetOrder {
  /// The distinct elements in order. None may be marked.
  /// Elements with anything unknown inside are never the same as another.
  static func unique(_ elements: [Value], of elementType: ValueType) -> [Value] {
    if elements.count < 2 { return elements }
    var distinct: [Value] = []
    distinct.reserveCapacity(elements.count)
    var seen = Set<Value>(minimumCapacity: elements.count)
    for element in elements where !element.isWhollyKnown || seen.insert(element).inserted {
      distinct.append(element)
    }
    return ordered(distinct, of: elementType)
  }

  private static func ordered(_ elements: [Value], of elementType: ValueType) -> [Value] {
    switch elementType {
    case .string, .number, .bool: orderedPrimitives(elements)
    default: orderedByText(elements)
    }
  }

  /// Known before null before unknown, known ones by value.
  private static func orderedPrimitives(_ elements: [Value]) -> [Value] {
    var isOrdered = true
    for index in elements.indices.dropFirst() where !precedes(elements[index - 1], elements[index]) {
      isOrdered = false
      break
    }
    return isOrdered ? elements : stablySorted(elements, by: precedes)
  }

  private static func precedes(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.string(let one), .string(let other)): one < other
    case (.number(let one), .number(let other)): one < other
    case (.bool(let one), .bool(let other)): !one && other
    default: rank(left) < rank(right)
    }
  }

  /// Null sorts after all non-null values, even unknown ones, and unknown after known.
  private static func rank(_ value: Value) -> Int {
    switch value {
    case .null: 2
    case .unknown: 1
    default: 0
    }
  }

  private struct Entry {
    let rank: Int
    let text: [UInt8]
    let bucket: UInt32
    let value: Value
  }

  /// By canonical text; equal texts by their checksum's bucket, which is equal too, so by insertion.
  private static func orderedByText(_ elements: [Value]) -> [Value] {
    var entries: [Entry] = []
    entries.reserveCapacity(elements.count)
    for element in elements {
      var text: [UInt8] = []
      CanonicalText.append(element, to: &text)
      entries.append(
        Entry(rank: rank(element), text: text, bucket: CyclicRedundancyCheck.checksum(text), value: element))
    }
    let order = entries.indices.sorted { one, other in
      let left = entries[one]
      let right = entries[other]
      if left.rank != right.rank { return left.rank < right.rank }
      // Unknown elements, and null ones, have no order among them but the buckets'.
      if left.rank == 0, left.text != right.text { return left.text.lexicographicallyPrecedes(right.text) }
      return left.bucket != right.bucket ? left.bucket < right.bucket : one < other
    }
    return order.map { entries[$0].value }
  }

  private static func stablySorted(_ elements: [Value], by precedes: (Value, Value) -> Bool) -> [Value] {
    elements.indices.sorted { one, other in
      if precedes(elements[one], elements[other]) { return true }
      if precedes(elements[other], elements[one]) { return false }
      return one < other
    }.map { elements[$0] }
  }
}

/// The text by which go-cty orders set elements that have no natural order (`makeSetHashBytes`).
enum CanonicalText {
  static func append(_ value: Value, to text: inout [UInt8]) {
    switch value {
    case .unknown: text.append(UInt8(ascii: "?"))
    case .null: text.append(UInt8(ascii: "~"))
    case .bool(let flag): text.append(UInt8(ascii: flag ? "T" : "F"))
    case .number(let number): text += tenDigits(number).utf8
    case .string(let string): GoQuote.append(string, to: &text)
    case .list(let list): append(list.elements, "[", "]", to: &text)
    case .set(let set): append(set.elements, "[", "]", to: &text)
    case .tuple(let tuple): append(tuple.elements, "<", ">", to: &text)
    case .object(let object): append(object.values, "<", ">", to: &text)
    case .map(let map):
      text.append(UInt8(ascii: "{"))
      for (key, element) in zip(map.keys, map.values) {
        GoQuote.append(key, to: &text)
        text.append(UInt8(ascii: ":"))
        append(element, to: &text)
        text.append(UInt8(ascii: ";"))
      }
      text.append(UInt8(ascii: "}"))
    case .marked(let node): append(node.value, to: &text)
    }
  }

  private static func append(
    _ elements: [Value], _ open: Unicode.Scalar, _ close: Unicode.Scalar, to text: inout [UInt8]
  ) {
    text.append(UInt8(ascii: open))
    for element in elements {
      append(element, to: &text)
      text.append(UInt8(ascii: ";"))
    }
    text.append(UInt8(ascii: close))
  }

  private static func tenDigits(_ number: Number) -> String {
    if let small = number.small, small.magnitude < 10_000_000_000 { return String(small) }
    return number.float?.tenDigits ?? "0"
  }
}

/// CRC-32 with the IEEE polynomial.
enum CyclicRedundancyCheck {
  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
    return value
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes { value = (value >> 8) ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    return ~value
  }
}
