/// Decimal digits without trailing zeros: 0.d₁d₂d₃… × 10^point.
private struct Decimal {
  var digits: [UInt8]
  var point: Int

  /// Exactly significand × 2^exponent.
  init(_ significand: BigUInt, exponent: Int) {
    // A negative power of two is a power of five and a shift of the point.
    let whole = exponent >= 0 ? significand << exponent : significand * BigUInt(5).power(-exponent)
    digits = whole.decimalDigits
    point = digits.count + min(exponent, 0)
    trim()
  }

  private mutating func trim() {
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
  }

  func digit(at index: Int) -> UInt8 { digits.indices.contains(index) ? digits[index] : UInt8(ascii: "0") }

  mutating func roundDown(to count: Int) {
    digits.removeLast(max(0, digits.count - count))
    trim()
  }

  mutating func roundUp(to count: Int) {
    guard count < digits.count else { return }
    digits.removeLast(digits.count - count)
    while digits.last == UInt8(ascii: "9") { digits.removeLast() }
    if let last = digits.popLast() {
      digits.append(last + 1)
    } else {
      digits = [UInt8(ascii: "1")]
      point += 1
    }
  }

  mutating func roundToNearest(_ count: Int) {
    guard count < digits.count else { return }
    let isHalf = digits[count] == UInt8(ascii: "5") && count + 1 == digits.count
    let goesUp = isHalf ? count > 0 && digits[count - 1] & 1 == 1 : digits[count] >= UInt8(ascii: "5")
    if goesUp { roundUp(to: count) } else { roundDown(to: count) }
  }

  var text: [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(max(point, digits.count - point) + 2)
    if point > 0 {
      for index in 0..<point { output.append(digit(at: index)) }
    } else {
      output.append(UInt8(ascii: "0"))
    }
    if digits.count > point {
      output.append(UInt8(ascii: "."))
      for index in point..<digits.count { output.append(digit(at: index)) }
    }
    return output
  }
}

extension BinaryFloat {
  /// The fewest decimal digits that lie nearer to this number than to any other of its precision, without an exponent:
  /// the format 'f' with shortest precision of `math/big`.
  var shortestDecimal: String {
    if isInfinite { return isNegative ? "-Inf" : "+Inf" }
    var decimal = Decimal(significand, exponent: exponent)
    shorten(&decimal)
    return (isNegative ? "-" : "") + String(decoding: decimal.text, as: UTF8.self)
  }

  private func shorten(_ decimal: inout Decimal) {
    // The lowest bit of `wide` is worth half a unit in the last place, so its neighbours are the borders of what rounds to this number.
    let shift = precision + 1 - significand.bitWidth
    let wide = significand << shift
    let lower = Decimal(wide - 1, exponent: exponent - shift)
    let upper = Decimal(wide + 1, exponent: exponent - shift)
    let isInclusive = (wide >> 1).trailingZeroBitCount > 0
    for index in decimal.digits.indices {
      let digit = decimal.digits[index]
      let low = lower.digit(at: index)
      let high = upper.digit(at: index)
      let mayGoDown = low != digit || (isInclusive && index + 1 == lower.digits.count)
      let mayGoUp = digit != high && (isInclusive || digit + 1 < high || index + 1 < upper.digits.count)
      if mayGoDown && mayGoUp { return decimal.roundToNearest(index + 1) }
      if mayGoDown { return decimal.roundDown(to: index + 1) }
      if mayGoUp { return decimal.roundUp(to: index + 1) }
    }
  }

  /// Ten significant digits in the shorter of the two notations of C's `%g`, as `%.10g` of `math/big` prints them.
  var tenDigits: String {
    if isInfinite { return isNegative ? "-Inf" : "+Inf" }
    var decimal = Decimal(significand, exponent: exponent)
    decimal.roundToNearest(10)
    let sign = isNegative ? "-" : ""
    let power = decimal.point - 1
    if power >= -4 && power < 10 { return sign + String(decoding: decimal.text, as: UTF8.self) }
    var text: [UInt8] = [decimal.digit(at: 0)]
    if decimal.digits.count > 1 {
      text.append(UInt8(ascii: "."))
      text += decimal.digits[1...]
    }
    let magnitude = String(abs(power))
    let exponentText = (power < 0 ? "e-" : "e+") + (magnitude.utf8.count < 2 ? "0" : "") + magnitude
    return sign + String(decoding: text, as: UTF8.self) + exponentText
  }
}
