import Addresses
import Values

/// How often a resource or module call repeats, once its `count` or `for_each` is evaluated.
enum Repetition: Sendable {
  /// Neither `count` nor `for_each`, and not turned off.
  case single
  /// One instance at most, and it is turned off.
  case disabled
  case count(Int)
  /// Keys in ascending order with their values; for a set both are the element.
  case forEach(keys: [String], values: [Value])
  /// Not known yet. `isCount` says which argument it is.
  case unknown(isCount: Bool)

  var isUnknown: Bool {
    if case .unknown = self { return true }
    return false
  }

  /// The instance keys in order; none while it is unknown.
  var keys: [InstanceKey?] {
    switch self {
    case .single: return [nil]
    case .count(let count): return (0..<count).map { .integer($0) }
    case .forEach(let keys, _): return keys.map { .string($0) }
    case .unknown, .disabled: return []
    }
  }

  /// What `count` and `each` stand for in the instance at a place in `keys`.
  func data(at position: Int) -> RepetitionData {
    switch self {
    case .single, .disabled, .unknown: return RepetitionData()
    case .count: return RepetitionData(countIndex: .int(position))
    case .forEach(let keys, let values): return RepetitionData(eachKey: .text(keys[position]), eachValue: values[position])
    }
  }

  /// What `count` and `each` stand for in the instance of a key; nil if the repetition has no such key.
  func data(for key: InstanceKey?) -> RepetitionData? {
    switch (self, key) {
    case (.single, nil): return RepetitionData()
    case (.count(let count), .integer(let index)): return index < count ? data(at: index) : nil
    case (.forEach(let keys, _), .string(let name)): return keys.binarySearch(name).map { data(at: $0) }
    default: return nil
    }
  }

  func contains(_ key: InstanceKey?) -> Bool { data(for: key) != nil }
}

/// The values of `count.index`, `each.key` and `each.value` in one instance.
struct RepetitionData: Sendable {
  var countIndex: Value?
  var eachKey: Value?
  var eachValue: Value?

  init(countIndex: Value? = nil, eachKey: Value? = nil, eachValue: Value? = nil) {
    self.countIndex = countIndex
    self.eachKey = eachKey
    self.eachValue = eachValue
  }

  /// For checks without values, where a block repeats in a way that is not known: everything is unknown.
  static func unknown(count: Bool, forEach: Bool) -> RepetitionData {
    RepetitionData(
      countIndex: count ? .unknown(.number, refined: .notNull) : nil,
      eachKey: forEach ? .unknown(.string, refined: .notNull) : nil, eachValue: forEach ? .dynamicUnknown : nil)
  }
}

extension Array where Element == String {
  /// The place of an element in an ascending array.
  func binarySearch(_ element: String) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == element ? low : nil
  }
}
