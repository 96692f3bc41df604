/// The order of keys in written YAML: numbers inside texts count as numbers, and letters come after everything else.
enum KeyOrder {
  static func sorted(_ keys: [String]) -> [String] {
    if keys.count < 2 { return keys }
    let scalars = keys.map { Array($0.unicodeScalars) }
    return scalars.indices.sorted { precedes(scalars[$0], scalars[$1]) }.map { keys[$0] }
  }

  private static func precedes(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Bool {
    var isBehindDigit = false
    for (position, (one, other)) in zip(first, second).enumerated() {
      if one == other {
        isBehindDigit = isDigit(one)
        continue
      }
      switch (one.properties.isAlphabetic, other.properties.isAlphabetic) {
      case (true, true): return one < other
      case (true, false): return isBehindDigit
      case (false, true): return !isBehindDigit
      case (false, false): return precedesAsNumber(first, second, from: position)
      }
    }
    return first.count < second.count
  }

  private static func precedesAsNumber(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar], from start: Int) -> Bool {
    // A leading zero weighs nothing, but one that stands behind other digits does.
    var seed: Int64 = 0
    if first[start] == "0" || second[start] == "0" {
      var index = start - 1
      while index >= 0, isDigit(first[index]) {
        if first[index] != "0" {
          seed = 1
          break
        }
        index -= 1
      }
    }
    let one = number(first, from: start, seed)
    let other = number(second, from: start, seed)
    if one.value != other.value { return one.value < other.value }
    if one.end != other.end { return one.end < other.end }
    return first[start] < second[start]
  }

  private static func number(_ text: [Unicode.Scalar], from start: Int, _ seed: Int64) -> (value: Int64, end: Int) {
    var value = seed
    var index = start
    while index < text.count, isDigit(text[index]) {
      value = value &* 10 &+ Int64(text[index].value &- 48)
      index += 1
    }
    return (value, index)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }
}
