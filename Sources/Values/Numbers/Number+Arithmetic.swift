/// Results keep the larger precision of the two numbers, as in go-cty. None of these traps.
extension Number {
  private func joined(_ value: Int64, with other: Number) -> Number {
    Number(max(precision, other.precision) > 64 ? .integer(value) : .machine(value))
  }

  package func adding(_ other: Number) -> Number {
    if let one = small, let two = other.small {
      let (sum, overflow) = one.addingReportingOverflow(two)
      if !overflow { return joined(sum, with: other) }
    }
    let precision = max(precision, other.precision)
    guard let one = float else { return Number(other.float?.rounded(to: precision), precision: precision) }
    guard let two = other.float else { return Number(one.rounded(to: precision), precision: precision) }
    return Number(one.adding(two, precision: precision), precision: precision)
  }

  package func subtracting(_ other: Number) -> Number {
    if let one = small, let two = other.small {
      let (difference, overflow) = one.subtractingReportingOverflow(two)
      if !overflow { return joined(difference, with: other) }
    }
    return adding(other.negated())
  }

  /// A product is exact up to 512 bits, whatever the precision of its factors.
  package func multiplied(by other: Number) -> Number {
    if let one = small, let two = other.small {
      let (product, overflow) = one.multipliedReportingOverflow(by: two)
      if !overflow { return joined(product, with: other) }
    }
    let kept = max(precision, other.precision)
    guard let one = float, let two = other.float,
      let product = one.multiplied(by: two, precision: max(Number.literalPrecision, kept))
    else { return Number(nil, precision: kept) }
    let needed = max(kept, product.significand.bitWidth)
    return Number(product.rounded(to: needed), precision: needed)
  }

  /// By zero it is infinite. `nil` for zero by zero and infinity by infinity.
  package func divided(by other: Number) -> Number? {
    guard let two = other.float else { return isZero ? nil : Number(.float(.infinity(isNegative: isNegative))) }
    if isInfinite && other.isInfinite { return nil }
    if let one = small, let divisor = other.small, !(one == .min && divisor == -1) {
      let (quotient, rest) = one.quotientAndRemainder(dividingBy: divisor)
      if rest == 0 { return joined(quotient, with: other) }
    }
    let precision = max(precision, other.precision)
    guard let one = float else { return Number(nil, precision: precision) }
    return Number(one.divided(by: two, precision: precision), precision: precision)
  }

  /// The rest of a division towards zero, with the sign of this number; `nil` when the divisor is zero.
  package func remainder(dividingBy other: Number) -> Number? {
    if other.isZero { return nil }
    if let one = small, let two = other.small { return joined(two == -1 ? 0 : one % two, with: other) }
    if isInfinite || other.isInfinite { return self }
    guard let quotient = divided(by: other)?.truncated() else { return nil }
    let product = quotient.multiplied(by: other)
    let precision = max(precision, other.precision)
    return subtracting(Number(product.float?.rounded(to: precision), precision: precision))
  }

  package func negated() -> Number {
    switch storage {
    case .integer(let value) where value != .min: return Number(.integer(-value))
    case .machine(let value) where value != .min: return Number(.machine(-value))
    default: return Number(float?.negated(), precision: precision)
    }
  }

  package var magnitude: Number { isNegative ? negated() : self }

  /// Without the part behind the point, towards zero.
  package func truncated() -> Number {
    guard case .float(let float) = storage else { return self }
    return Number(float.truncated(), precision: float.precision)
  }

  /// The largest whole number that is not larger.
  package func floor() -> Number {
    let whole = truncated()
    return isNegative && whole != self ? whole.subtracting(Number(1)) : whole
  }

  /// The smallest whole number that is not smaller.
  package func ceiling() -> Number {
    let whole = truncated()
    return !isNegative && whole != self ? whole.adding(Number(1)) : whole
  }

  /// The whole number as a big integer in decimal; `nil` when there is a part behind the point.
  package var wholeDigits: String? { isWhole ? integerMagnitude.map { (isNegative ? "-" : "") + String(decoding: $0.decimalDigits, as: UTF8.self) } : nil }

  private var integerMagnitude: BigUInt? {
    guard isWhole else { return nil }
    guard let float else { return 0 }
    return float.significand << float.exponent
  }

  /// The whole number written with another base (2…62); `nil` when there is a part behind the point. Digits are `0`–`9`, `a`–`z`, `A`–`Z`.
  package func digits(base: Int) -> String? {
    guard (2...62).contains(base), var rest = integerMagnitude else { return nil }
    let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    var reversed: [UInt8] = []
    repeat { reversed.append(alphabet[Int(rest.divide(by: UInt64(base)))]) } while !rest.isZero
    return (isNegative ? "-" : "") + String(decoding: reversed.reversed(), as: UTF8.self)
  }

  /// A whole number from digits of a base (2…62), with an optional sign; `nil` when a character is no digit of the base.
  /// Up to base 36 letters may be of either case.
  package init?(digits text: String, base: Int) {
    guard (2...62).contains(base) else { return nil }
    var bytes = Substring(text).utf8
    var isNegative = false
    if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      isNegative = first == UInt8(ascii: "-")
      bytes = bytes.dropFirst()
    }
    guard !bytes.isEmpty, bytes.count <= 20_000 else { return nil }
    var total = BigUInt(0)
    for byte in bytes {
      guard let digit = Number.digitValue(byte, base: base), digit < base else { return nil }
      total.multiplyAdd(UInt64(base), UInt64(digit))
    }
    let precision = max(Number.literalPrecision, total.bitWidth)
    self.init(
      BinaryFloat.rounding(isNegative: isNegative, total, exponent: 0, precision: precision), precision: precision)
  }

  private static func digitValue(_ byte: UInt8, base: Int) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + (base <= 36 ? 10 : 36)
    default: nil
    }
  }
}
