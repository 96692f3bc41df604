/// A number of the language: exact like Terraform's, a binary floating-point number with 512 bits unless it says otherwise.
///
/// Whole numbers of 64 bits take the fast path. `Number(machine:)` makes integers that have only 64 bits of precision, as
/// go-cty gives them for lengths and for integers decoded from MessagePack: `length(a) / length(b)` shows it.
/// Equality is the language's: whole numbers by value, others by their shortest decimal text.
package struct Number: Sendable {
  enum Storage: Sendable {
    /// Precision 512.
    case integer(Int64)
    /// Precision 64.
    case machine(Int64)
    /// Never a whole number that fits into 64 bits, never zero.
    case float(BinaryFloat)
  }

  let storage: Storage

  /// The precision of literals and of numbers read from text.
  static let literalPrecision = 512

  init(_ storage: Storage) { self.storage = storage }

  package init(_ value: Int) { storage = .integer(Int64(value)) }
  package init(_ value: Int64) { storage = .integer(value) }
  package init(machine value: Int64) { storage = .machine(value) }

  package init(_ value: UInt64) {
    if let small = Int64(exactly: value) {
      self.init(.machine(small))
    } else {
      self.init(BinaryFloat.rounding(isNegative: false, BigUInt(value), exponent: 0, precision: 64), precision: 64)
    }
  }

  /// A double, with its 53 bits; `nil` for what is not a number.
  package init?(_ value: Double) {
    if value.isNaN { return nil }
    self.init(BinaryFloat.double(value), precision: 53)
  }

  /// Takes the fast path where that is possible; `nil` is zero.
  init(_ float: BinaryFloat?, precision: Int) {
    guard let float else {
      storage = precision > 64 ? .integer(0) : .machine(0)
      return
    }
    if let small = float.int64 {
      storage = precision > 64 ? .integer(small) : .machine(small)
    } else {
      storage = .float(float)
    }
  }

  /// As a float, `nil` for zero.
  var float: BinaryFloat? {
    switch storage {
    case .integer(let value): .integer(value, precision: Number.literalPrecision)
    case .machine(let value): .integer(value, precision: 64)
    case .float(let float): float
    }
  }

  var small: Int64? {
    switch storage {
    case .integer(let value), .machine(let value): value
    case .float: nil
    }
  }

  var precision: Int {
    switch storage {
    case .integer: Number.literalPrecision
    case .machine: 64
    case .float(let float): float.precision
    }
  }

  /// The exact value, if it is a whole number of 64 bits.
  package var int64: Int64? { small }

  package var isWhole: Bool {
    if case .float(let float) = storage { return !float.isInfinite && float.exponent >= 0 }
    return true
  }

  package var isInfinite: Bool {
    if case .float(let float) = storage { return float.isInfinite }
    return false
  }

  package var isZero: Bool { small == 0 }

  package var isNegative: Bool {
    switch storage {
    case .integer(let value), .machine(let value): value < 0
    case .float(let float): float.isNegative
    }
  }

  /// The nearest double.
  package var double: Double {
    switch storage {
    case .integer(let value), .machine(let value): Double(value)
    case .float(let float): float.double
    }
  }

  /// The double of exactly this value, if there is one.
  package var exactDouble: Double? {
    switch storage {
    case .integer(let value), .machine(let value): return Double(exactly: value)
    case .float(let float):
      let near = float.double
      if float.isInfinite { return near }
      guard near.isFinite, let back = BinaryFloat.double(near), back.hasSameValue(as: float) else { return nil }
      return near
    }
  }

  /// The shortest decimal text that gives this number when read with its precision, without an exponent.
  package var text: String {
    switch storage {
    case .integer(let value), .machine(let value): String(value)
    case .float(let float): float.shortestDecimal
    }
  }
}

extension Number: Hashable, Comparable {
  package static func == (left: Number, right: Number) -> Bool {
    switch (left.storage, right.storage) {
    case (.float(let one), .float(let other)):
      if one === other || one.hasSameValue(as: other) { return true }
      // Whole numbers differ by value; so do numbers kept with one precision.
      if left.isWhole || right.isWhole || one.precision == other.precision || one.isInfinite || other.isInfinite {
        return false
      }
      return one.double == other.double && one.shortestDecimal == other.shortestDecimal
    case (.float, _), (_, .float): return false
    default: return left.small == right.small
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch storage {
    case .integer(let value), .machine(let value): hasher.combine(value)
    case .float(let float): hasher.combine(float.double)
    }
  }

  package static func < (left: Number, right: Number) -> Bool { left.compared(to: right) < 0 }

  /// The order by exact value: -1, 0 or 1.
  package func compared(to other: Number) -> Int {
    if let one = small, let two = other.small { return one < two ? -1 : one == two ? 0 : 1 }
    guard let one = float else { return other.isNegative ? 1 : -1 }
    guard let two = other.float else { return isNegative ? -1 : 1 }
    return one.compared(to: two)
  }
}
