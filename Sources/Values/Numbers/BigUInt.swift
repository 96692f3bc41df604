/// A whole number from zero up, of any size: what the significands of `BinaryFloat` are made of.
///
/// Numbers of the language have some 512 bits, so the schoolbook methods are the fast ones here.
struct BigUInt: Equatable, Sendable {
  /// Least significant first; the last is never zero, and zero has none.
  private(set) var words: [UInt64]

  private init(words: [UInt64]) {
    self.words = words
    trim()
  }

  init(_ value: UInt64) { words = value == 0 ? [] : [value] }

  private mutating func trim() {
    while words.last == 0 { words.removeLast() }
  }

  var isZero: Bool { words.isEmpty }
  var isOdd: Bool { (words.first ?? 0) & 1 == 1 }

  /// The number of bits up to the highest that is set; 0 for zero.
  var bitWidth: Int { words.last.map { words.count * 64 - $0.leadingZeroBitCount } ?? 0 }

  /// 0 for zero.
  var trailingZeroBitCount: Int {
    guard let place = words.firstIndex(where: { $0 != 0 }) else { return 0 }
    return place * 64 + words[place].trailingZeroBitCount
  }

  /// The value, if it has no more than 64 bits.
  var uint64: UInt64? { words.count < 2 ? words.first ?? 0 : nil }
}

extension BigUInt: ExpressibleByIntegerLiteral {
  init(integerLiteral value: UInt64) { self.init(value) }
}

extension BigUInt: Comparable {
  static func < (left: BigUInt, right: BigUInt) -> Bool {
    if left.words.count != right.words.count { return left.words.count < right.words.count }
    for place in left.words.indices.reversed() where left.words[place] != right.words[place] {
      return left.words[place] < right.words[place]
    }
    return false
  }
}

// MARK: Bits

extension BigUInt {
  static func << (value: BigUInt, count: Int) -> BigUInt {
    if value.isZero || count <= 0 { return value }
    let (whole, bits) = count.quotientAndRemainder(dividingBy: 64)
    var words = [UInt64](repeating: 0, count: whole)
    words.reserveCapacity(whole + value.words.count + 1)
    if bits == 0 { return BigUInt(words: words + value.words) }
    var carry: UInt64 = 0
    for word in value.words {
      words.append(word << UInt64(bits) | carry)
      carry = word >> UInt64(64 - bits)
    }
    words.append(carry)
    return BigUInt(words: words)
  }

  static func >> (value: BigUInt, count: Int) -> BigUInt {
    if count <= 0 { return value }
    let (whole, bits) = count.quotientAndRemainder(dividingBy: 64)
    if whole >= value.words.count { return 0 }
    if bits == 0 { return BigUInt(words: Array(value.words[whole...])) }
    var words: [UInt64] = []
    words.reserveCapacity(value.words.count - whole)
    for place in whole..<value.words.count {
      let above = place + 1 < value.words.count ? value.words[place + 1] << UInt64(64 - bits) : 0
      words.append(value.words[place] >> UInt64(bits) | above)
    }
    return BigUInt(words: words)
  }

  /// What the lowest bits alone are worth.
  func lowBits(_ count: Int) -> BigUInt {
    let (whole, bits) = max(count, 0).quotientAndRemainder(dividingBy: 64)
    if whole >= words.count { return self }
    return BigUInt(words: Array(words[..<whole]) + [words[whole] & (1 << UInt64(bits) &- 1)])
  }
}

// MARK: Arithmetic

extension BigUInt {
  static func + (left: BigUInt, right: BigUInt) -> BigUInt {
    var (words, other) = left.words.count < right.words.count ? (right.words, left.words) : (left.words, right.words)
    other.append(0)
    var carry: UInt64 = 0
    for place in words.indices {
      if place >= other.count && carry == 0 { break }
      let (first, one) = words[place].addingReportingOverflow(place < other.count ? other[place] : 0)
      let (sum, two) = first.addingReportingOverflow(carry)
      words[place] = sum
      carry = one || two ? 1 : 0
    }
    if carry != 0 { words.append(carry) }
    return BigUInt(words: words)
  }

  /// Zero when the right side is larger.
  static func - (left: BigUInt, right: BigUInt) -> BigUInt {
    if left <= right { return 0 }
    var words = left.words
    var borrow: UInt64 = 0
    for place in words.indices {
      if place >= right.words.count && borrow == 0 { break }
      let (first, one) = words[place].subtractingReportingOverflow(place < right.words.count ? right.words[place] : 0)
      let (difference, two) = first.subtractingReportingOverflow(borrow)
      words[place] = difference
      borrow = one || two ? 1 : 0
    }
    return BigUInt(words: words)
  }

  static func * (left: BigUInt, right: BigUInt) -> BigUInt {
    if left.isZero || right.isZero { return 0 }
    var words = [UInt64](repeating: 0, count: left.words.count + right.words.count)
    for (place, factor) in left.words.enumerated() {
      var carry: UInt64 = 0
      for (other, word) in right.words.enumerated() {
        let product = factor.multipliedFullWidth(by: word)
        let (first, one) = product.low.addingReportingOverflow(words[place + other])
        let (second, two) = first.addingReportingOverflow(carry)
        words[place + other] = second
        // The high half of a product of two words leaves room for both.
        carry = product.high &+ (one ? 1 : 0) &+ (two ? 1 : 0)
      }
      words[place + right.words.count] = carry
    }
    return BigUInt(words: words)
  }

  /// In place, so that reading digits costs no new number for each.
  mutating func multiplyAdd(_ factor: UInt64, _ addend: UInt64) {
    var carry = addend
    for place in words.indices {
      let product = words[place].multipliedFullWidth(by: factor)
      let (low, overflow) = product.low.addingReportingOverflow(carry)
      words[place] = low
      carry = product.high &+ (overflow ? 1 : 0)
    }
    if carry != 0 { words.append(carry) }
    trim()
  }

  /// By squaring.
  func power(_ exponent: Int) -> BigUInt {
    var result: BigUInt = 1
    var square = self
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result = result * square }
      rest >>= 1
      if rest > 0 { square = square * square }
    }
    return result
  }

  // MARK: Division

  /// Divides in place and gives the rest. The divisor is not zero.
  mutating func divide(by divisor: UInt64) -> UInt64 {
    var rest: UInt64 = 0
    for place in words.indices.reversed() {
      (words[place], rest) = divisor.dividingFullWidth((rest, words[place]))
    }
    trim()
    return rest
  }

  /// By zero it gives zero and the number itself.
  func quotientAndRemainder(dividingBy divisor: BigUInt) -> (quotient: BigUInt, remainder: BigUInt) {
    guard let top = divisor.words.last, self >= divisor else { return (0, self) }
    if divisor.words.count == 1 {
      var quotient = self
      let rest = quotient.divide(by: top)
      return (quotient, BigUInt(rest))
    }
    return longDivision(by: divisor, shift: top.leadingZeroBitCount)
  }

  /// Algorithm D of Knuth, The Art of Computer Programming, volume 2, section 4.3.1. The divisor has at least two words.
  private func longDivision(by divisor: BigUInt, shift: Int) -> (quotient: BigUInt, remainder: BigUInt) {
    // Shifted so that the divisor's highest bit is set, which keeps each guess at most two too large.
    let divisor = (divisor << shift).words
    var rest = (self << shift).words
    if rest.count == words.count { rest.append(0) }
    let count = divisor.count
    let (top, second) = (divisor[count - 1], divisor[count - 2])
    var quotient = [UInt64](repeating: 0, count: rest.count - count)
    for place in quotient.indices.reversed() {
      let high = rest[place + count]
      var guess = UInt64.max
      var left: UInt64
      var isLarge: Bool
      if high < top {
        (guess, left) = top.dividingFullWidth((high, rest[place + count - 1]))
        isLarge = false
      } else {
        (left, isLarge) = rest[place + count - 1].addingReportingOverflow(top)
      }
      while !isLarge {
        let product = guess.multipliedFullWidth(by: second)
        if product.high < left || (product.high == left && product.low <= rest[place + count - 2]) { break }
        guess -= 1
        (left, isLarge) = left.addingReportingOverflow(top)
      }
      if Self.subtract(guess, divisor, from: &rest, at: place) {
        guess -= 1
        Self.add(divisor, to: &rest, at: place)
      }
      quotient[place] = guess
    }
    return (BigUInt(words: quotient), BigUInt(words: Array(rest[..<count])) >> shift)
  }

  /// Whether more was taken away than there was.
  private static func subtract(_ factor: UInt64, _ divisor: [UInt64], from rest: inout [UInt64], at place: Int) -> Bool {
    var carry: UInt64 = 0
    for (offset, word) in divisor.enumerated() {
      let product = word.multipliedFullWidth(by: factor)
      let (low, overflow) = product.low.addingReportingOverflow(carry)
      carry = product.high &+ (overflow ? 1 : 0)
      let (difference, borrows) = rest[place + offset].subtractingReportingOverflow(low)
      rest[place + offset] = difference
      carry &+= borrows ? 1 : 0
    }
    let (last, borrows) = rest[place + divisor.count].subtractingReportingOverflow(carry)
    rest[place + divisor.count] = last
    return borrows
  }

  private static func add(_ divisor: [UInt64], to rest: inout [UInt64], at place: Int) {
    var carry: UInt64 = 0
    for (offset, word) in divisor.enumerated() {
      let (first, one) = rest[place + offset].addingReportingOverflow(word)
      let (sum, two) = first.addingReportingOverflow(carry)
      rest[place + offset] = sum
      carry = one || two ? 1 : 0
    }
    rest[place + divisor.count] &+= carry
  }
}

// MARK: Digits

extension BigUInt {
  /// Digits are taken and given in groups that fit a word.
  private static let group = 19
  private static let groupValue: UInt64 = 10_000_000_000_000_000_000

  /// From decimal digits and nothing else; `nil` for anything else.
  init?(decimalDigits digits: [UInt8]) {
    self.init(0)
    var start = 0
    while start < digits.count {
      let end = min(start + Self.group, digits.count)
      var value: UInt64 = 0
      var factor: UInt64 = 1
      for byte in digits[start..<end] {
        let digit = byte &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + UInt64(digit)
        factor *= 10
      }
      multiplyAdd(factor, value)
      start = end
    }
  }

  var decimalDigits: [UInt8] {
    if isZero { return [UInt8(ascii: "0")] }
    var rest = self
    var reversed: [UInt8] = []
    reversed.reserveCapacity(words.count * 20)
    while !rest.isZero {
      var part = rest.divide(by: Self.groupValue)
      for _ in 0..<Self.group {
        if part == 0 && rest.isZero { break }
        reversed.append(UInt8(ascii: "0") + UInt8(part % 10))
        part /= 10
      }
    }
    return reversed.reversed()
  }
}
