extension Number {
  /// Reads decimal text: sign, digits with an optional point, and an optional exponent (`e` for powers of ten, `p` for powers of
  /// two), or an infinity. Rounds as `math/big.ParseFloat` with base 10 and 512 bits does. `nil` for anything else, and for
  /// texts whose size would make reading them unreasonable (over 50 000 digits, or as large by their exponent).
  package init?(parsing text: String) {
    if let small = Number.parseSmall(text.utf8) {
      self.init(.integer(small))
    } else {
      guard let parsed = Number.parseGeneral(Array(text.utf8)) else { return nil }
      self = parsed
    }
  }

  /// The same for UTF-8 bytes.
  package init?(parsing bytes: ArraySlice<UInt8>) {
    if let small = Number.parseSmall(bytes) {
      self.init(.integer(small))
    } else {
      guard let parsed = Number.parseGeneral(Array(bytes)) else { return nil }
      self = parsed
    }
  }

  /// Up to 18 digits with a sign, which cannot overflow.
  private static func parseSmall(_ bytes: some Collection<UInt8>) -> Int64? {
    guard let first = bytes.first else { return nil }
    let hasSign = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    let digits = hasSign ? bytes.dropFirst() : bytes[...]
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value: Int64 = 0
    for byte in digits {
      let digit = byte &- 48
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
    }
    return first == UInt8(ascii: "-") ? -value : value
  }

  private static func parseGeneral(_ bytes: [UInt8]) -> Number? {
    var position = 0
    func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }
    var isNegative = false
    if let sign = peek(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      position += 1
    }
    if bytes.count - position == 3, let infinity = infinity(bytes[position...], isNegative) { return infinity }
    var digits: [UInt8] = []
    var fraction = 0
    var sawPoint = false
    while let byte = peek() {
      if byte == UInt8(ascii: "."), !sawPoint {
        sawPoint = true
      } else if byte &- 48 < 10 {
        digits.append(byte)
        if sawPoint { fraction += 1 }
      } else {
        break
      }
      position += 1
    }
    guard !digits.isEmpty, digits.count <= 50_000 else { return nil }
    var power10 = -fraction
    var power2 = -fraction
    if let marker = peek(), let exponent = exponent(of: bytes, &position) {
      power2 += exponent
      if marker | 0x20 == UInt8(ascii: "e") { power10 += exponent }
    }
    guard position == bytes.count, let significand = BigUInt(decimalDigits: digits) else {
      return nil
    }
    let number = scaled(isNegative, significand, power2: power2, power5: power10)
    return number?.isInfinite == true ? nil : number
  }

  private static func infinity(_ bytes: ArraySlice<UInt8>, _ isNegative: Bool) -> Number? {
    guard bytes.elementsEqual("Inf".utf8) || bytes.elementsEqual("inf".utf8) else { return nil }
    return Number(.float(.infinity(isNegative: isNegative)))
  }

  /// Reads `e±digits` or `p±digits`; leaves the position alone when there is none.
  private static func exponent(of bytes: [UInt8], _ position: inout Int) -> Int? {
    guard position < bytes.count, [0x65, 0x70].contains(bytes[position] | 0x20) else { return nil }
    var next = position + 1
    var isNegative = false
    if next < bytes.count, bytes[next] == UInt8(ascii: "-") || bytes[next] == UInt8(ascii: "+") {
      isNegative = bytes[next] == UInt8(ascii: "-")
      next += 1
    }
    let start = next
    var value = 0
    while next < bytes.count, bytes[next] &- 48 < 10 {
      value = value * 10 + Int(bytes[next] - 48)
      if value > 100_000 { return nil }
      next += 1
    }
    guard next > start else { return nil }
    position = next
    return isNegative ? -value : value
  }

  /// Scales in the steps that big.Float takes, so that its rounding of very large exponents is met too.
  private static func scaled(_ isNegative: Bool, _ significand: BigUInt, power2: Int, power5: Int) -> Number? {
    let precision = literalPrecision
    // Exact until the one multiplication or division by a power of five.
    guard
      let exact = BinaryFloat.rounding(
        isNegative: isNegative, significand, exponent: power2, precision: max(precision, significand.bitWidth))
    else { return Number(.integer(0)) }
    if power5 == 0 { return Number(exact.rounded(to: precision), precision: precision) }
    guard let five = powerOfFive(abs(power5), precision: precision + 64) else { return nil }
    let result =
      power5 < 0
      ? exact.divided(by: five, precision: precision) : exact.multiplied(by: five, precision: precision)
    return Number(result, precision: precision)
  }

  /// 5^n by squaring, kept to the precision at each step; the powers up to 5^27 are exact starting points.
  private static func powerOfFive(_ exponent: Int, precision: Int) -> BinaryFloat? {
    let first = min(exponent, 27)
    var result = BinaryFloat.rounding(
      isNegative: false, BigUInt(5).power(first), exponent: 0, precision: precision)
    var rest = exponent - first
    var factor = BinaryFloat.rounding(isNegative: false, 5, exponent: 0, precision: precision + 64)
    while rest > 0, let square = factor {
      if rest & 1 == 1 { result = result?.multiplied(by: square, precision: precision) }
      factor = square.multiplied(by: square, precision: precision + 64)
      rest >>= 1
    }
    return result
  }
}
