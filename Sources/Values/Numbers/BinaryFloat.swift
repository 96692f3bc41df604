/// A binary floating-point number: ±significand × 2^exponent, or an infinity. The big case of `Number`.
///
/// The significand is odd, so that equal values have equal parts. Rounding is to nearest, ties to even, as `math/big.Float`.
final class BinaryFloat: Sendable {
  let isNegative: Bool
  /// Zero only for infinities.
  let significand: BigUInt
  let exponent: Int
  /// The bits that results computed from this number keep at least.
  let precision: Int

  var isInfinite: Bool { significand.isZero }
  /// The largest exponent of a power of two that a number is near to; larger ones are infinite, and smaller ones than its
  /// opposite are zero. Those beyond have more than forty thousand digits, which nobody reads and which take long to write.
  static let largestTopBit = 1 << 17
  /// Number of bits of the integer that is not larger than the absolute value; may be negative.
  var topBit: Int { significand.bitWidth + exponent }

  private init(isNegative: Bool, significand: BigUInt, exponent: Int, precision: Int) {
    self.isNegative = isNegative
    self.significand = significand
    self.exponent = exponent
    self.precision = precision
  }

  static func infinity(isNegative: Bool) -> BinaryFloat {
    BinaryFloat(isNegative: isNegative, significand: 0, exponent: 0, precision: 512)
  }

  /// The nearest number with that many bits; `nil` for zero.
  /// - Parameter sticky: whether the exact value is a little larger (in absolute value) than the significand says.
  static func rounding(
    isNegative: Bool, _ significand: BigUInt, exponent: Int, precision: Int, sticky: Bool = false
  ) -> BinaryFloat? {
    if significand.isZero { return nil }
    var significand = significand
    var exponent = exponent
    let excess = significand.bitWidth - precision
    if excess > 0 {
      let half = BigUInt(1) << (excess - 1)
      let rest = significand.lowBits(excess)
      significand = significand >> excess
      exponent += excess
      if rest > half || (rest == half && (sticky || significand.isOdd)) { significand = significand + 1 }
    }
    let zeros = significand.trailingZeroBitCount
    if zeros > 0 {
      significand = significand >> zeros
      exponent += zeros
    }
    let top = significand.bitWidth + exponent
    if top > largestTopBit { return infinity(isNegative: isNegative) }
    if top < -largestTopBit { return nil }
    return BinaryFloat(isNegative: isNegative, significand: significand, exponent: exponent, precision: precision)
  }

  static func integer(_ value: Int64, precision: Int) -> BinaryFloat? {
    rounding(isNegative: value < 0, BigUInt(value.magnitude), exponent: 0, precision: precision)
  }

  static func double(_ value: Double) -> BinaryFloat? {
    if value.isInfinite { return infinity(isNegative: value < 0) }
    guard value.isFinite, value != 0 else { return nil }
    // The significand of a Double is an integer once scaled by 2^52.
    let bits = value.isNormal ? value.significandBitPattern | (1 << 52) : value.significandBitPattern
    let exponent = value.isNormal ? Int(value.exponent) - 52 : -1074
    return rounding(isNegative: value < 0, BigUInt(bits), exponent: exponent, precision: 53)
  }

  func negated() -> BinaryFloat {
    BinaryFloat(isNegative: !isNegative, significand: significand, exponent: exponent, precision: precision)
  }

  /// The same value, kept with another precision.
  func rounded(to precision: Int) -> BinaryFloat? {
    isInfinite
      ? self : BinaryFloat.rounding(isNegative: isNegative, significand, exponent: exponent, precision: precision)
  }

  func adding(_ other: BinaryFloat, precision: Int) -> BinaryFloat? {
    if isInfinite { return self }
    if other.isInfinite { return other }
    let low = min(exponent, other.exponent)
    let own = significand << (exponent - low)
    let their = other.significand << (other.exponent - low)
    if isNegative == other.isNegative {
      return .rounding(isNegative: isNegative, own + their, exponent: low, precision: precision)
    }
    return own > their
      ? .rounding(isNegative: isNegative, own - their, exponent: low, precision: precision)
      : .rounding(isNegative: other.isNegative, their - own, exponent: low, precision: precision)
  }

  func multiplied(by other: BinaryFloat, precision: Int) -> BinaryFloat? {
    let sign = isNegative != other.isNegative
    if isInfinite || other.isInfinite { return .infinity(isNegative: sign) }
    return .rounding(
      isNegative: sign, significand * other.significand, exponent: exponent + other.exponent, precision: precision)
  }

  func divided(by other: BinaryFloat, precision: Int) -> BinaryFloat? {
    let sign = isNegative != other.isNegative
    if isInfinite { return .infinity(isNegative: sign) }
    if other.isInfinite { return nil }
    // Two bits more than asked for, and whether anything is left over, decide the rounding.
    let shift = max(0, precision + 2 + other.significand.bitWidth - significand.bitWidth)
    let (quotient, rest) = (significand << shift).quotientAndRemainder(dividingBy: other.significand)
    return .rounding(
      isNegative: sign, quotient, exponent: exponent - shift - other.exponent, precision: precision,
      sticky: !rest.isZero)
  }

  /// Without the part behind the point; `nil` for zero.
  func truncated() -> BinaryFloat? {
    if isInfinite || exponent >= 0 { return self }
    return .rounding(isNegative: isNegative, significand >> -exponent, exponent: 0, precision: max(precision, topBit))
  }

  /// -1, 0 or 1.
  func compared(to other: BinaryFloat) -> Int {
    if isNegative != other.isNegative { return isNegative ? -1 : 1 }
    let order = comparedMagnitude(to: other)
    return isNegative ? -order : order
  }

  private func comparedMagnitude(to other: BinaryFloat) -> Int {
    if isInfinite || other.isInfinite { return (isInfinite ? 1 : 0) - (other.isInfinite ? 1 : 0) }
    if topBit != other.topBit { return topBit < other.topBit ? -1 : 1 }
    let low = min(exponent, other.exponent)
    let own = significand << (exponent - low)
    let their = other.significand << (other.exponent - low)
    return own == their ? 0 : own < their ? -1 : 1
  }

  func hasSameValue(as other: BinaryFloat) -> Bool {
    isNegative == other.isNegative && exponent == other.exponent && significand == other.significand
  }

  /// The value as an integer, if it is one of 64 bits.
  var int64: Int64? {
    guard !isInfinite, exponent >= 0, topBit <= 64, let magnitude = (significand << exponent).uint64 else { return nil }
    if isNegative { return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
    return Int64(exactly: magnitude)
  }

  /// The nearest double; infinite when out of range.
  var double: Double {
    if isInfinite { return isNegative ? -.infinity : .infinity }
    if topBit > 1024 { return isNegative ? -.infinity : .infinity }
    // Below the normal range a double has fewer bits.
    let bits = topBit - 1 < -1022 ? 53 - (-1022 - (topBit - 1)) : 53
    guard bits >= 0 else { return 0 }
    guard let short = BinaryFloat.rounding(isNegative: false, significand, exponent: exponent, precision: max(bits, 1))
    else { return 0 }
    guard let significand = short.significand.uint64, bits > 0 || short.topBit > -1074 else { return 0 }
    let magnitude = Double(sign: .plus, exponent: short.exponent, significand: Double(significand))
    return isNegative ? -magnitude : magnitude
  }
}
