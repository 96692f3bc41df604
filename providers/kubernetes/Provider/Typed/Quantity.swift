/// An amount as Kubernetes writes it: `500m`, `1.5Gi`, `2e3`. Amounts are equal however they are written; what is smaller than a
/// thousand-millionth is rounded up, as servers do.
struct Quantity: Hashable, Comparable {
  private let billionths: Int128

  /// Nil for what is no quantity, and for what is beyond all that can be measured.
  init?(_ text: String) {
    var digits = Substring(text)
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    let number = digits.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard number.contains(where: { $0 != "." }), parts.count <= 2, let factor = Self.factor(digits[number.endIndex...]) else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let significand = Int128(parts[0] + fraction), let whole = Self.scaled(significand, factor, fraction.count) else { return nil }
    billionths = isNegative ? -whole : whole
  }

  static func < (left: Quantity, right: Quantity) -> Bool { left.billionths < right.billionths }

  /// Whether two texts are the same amount. Texts that are no quantities are equal as texts.
  static func areEqual(_ one: String?, _ other: String?) -> Bool {
    if one == other { return true }
    guard let one, let other, let left = Quantity(one), let right = Quantity(other) else { return false }
    return left == right
  }

  /// What a suffix multiplies by: a power of two and a power of ten.
  private struct Factor {
    var two = 0
    var ten = 0
  }

  private static func factor(_ suffix: Substring) -> Factor? {
    if let power = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60][suffix] { return Factor(two: power) }
    if let power = ["n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18][suffix] { return Factor(ten: power) }
    guard suffix.hasPrefix("e") || suffix.hasPrefix("E"), let power = Int(suffix.dropFirst()), abs(power) <= 36 else { return nil }
    return Factor(ten: power)
  }

  private static func scaled(_ significand: Int128, _ factor: Factor, _ decimals: Int) -> Int128? {
    var value = significand
    let (product, overflows) = value.multipliedReportingOverflow(by: 1 << factor.two)
    if overflows { return nil }
    value = product
    var power = factor.ten - decimals + 9
    while power > 0 {
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      if overflows { return nil }
      value = product
      power -= 1
    }
    var isRounded = false
    while power < 0 {
      isRounded = isRounded || value % 10 != 0
      value /= 10
      power += 1
    }
    return isRounded ? value + 1 : value
  }
}
