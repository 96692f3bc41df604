/// Floats as Go writes them: the fewest digits that read back as the same number.
package enum FloatText {
  /// The digits without leading or trailing zeros, and where the decimal point stands from their start: 12.5 is `125` and 2.
  package struct Decimal {
    package var isNegative: Bool
    package var digits: [UInt8]
    package var point: Int
  }

  /// The shortest decimal of a finite number.
  package static func shortest(_ number: Double) -> Decimal {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var bytes = Array(number.magnitude.description.utf8)[...]
    if let mark = bytes.firstIndex(of: UInt8(ascii: "e")) {
      exponent = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)) ?? 0
      bytes = bytes[..<mark]
    }
    for byte in bytes {
      if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
    }
    var position = (point ?? digits.count) + exponent
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(zeros)
    position -= zeros
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    if digits.isEmpty { position = 1 }
    return Decimal(isNegative: number.sign == .minus, digits: digits, point: position)
  }

  /// As Go's `%v` and its YAML encoder have it: an exponent below 1e-4 and from 1e6 up.
  package static func general(_ number: Double) -> String {
    if let special = special(number) { return special }
    let decimal = shortest(number)
    let exponent = decimal.point - 1
    return exponent < -4 || exponent >= 6 && !decimal.digits.isEmpty ? scientific(decimal) : plain(decimal)
  }

  /// As Go's JSON encoder has it: an exponent below 1e-6 and from 1e21 up, without a leading zero in it.
  package static func json(_ number: Double) -> String {
    let decimal = shortest(number)
    let magnitude = number.magnitude
    if magnitude != 0, magnitude < 1e-6 || magnitude >= 1e21 { return scientific(decimal, shortestExponent: 1) }
    return plain(decimal)
  }

  private static func special(_ number: Double) -> String? {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    return nil
  }

  /// `d.ddde±dd`.
  package static func scientific(_ decimal: Decimal, shortestExponent: Int = 2) -> String {
    var text: [UInt8] = decimal.isNegative ? [UInt8(ascii: "-")] : []
    text.append(decimal.digits.first ?? UInt8(ascii: "0"))
    if decimal.digits.count > 1 {
      text.append(UInt8(ascii: "."))
      text += decimal.digits.dropFirst()
    }
    let exponent = decimal.point - 1
    text.append(UInt8(ascii: "e"))
    text.append(UInt8(ascii: exponent < 0 ? "-" : "+"))
    let digits = String(abs(exponent))
    text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, shortestExponent - digits.utf8.count)))
    text += digits.utf8
    return String(decoding: text, as: UTF8.self)
  }

  /// Digits and a decimal point, without an exponent.
  package static func plain(_ decimal: Decimal) -> String {
    var text: [UInt8] = decimal.isNegative ? [UInt8(ascii: "-")] : []
    let zero = UInt8(ascii: "0")
    if decimal.point <= 0 {
      text.append(zero)
    } else {
      text += decimal.digits.prefix(decimal.point)
      text.append(contentsOf: repeatElement(zero, count: max(0, decimal.point - decimal.digits.count)))
    }
    if decimal.digits.count > decimal.point {
      text.append(UInt8(ascii: "."))
      text.append(contentsOf: repeatElement(zero, count: max(0, -decimal.point)))
      text += decimal.digits.dropFirst(max(0, decimal.point))
    }
    return String(decoding: text, as: UTF8.self)
  }
}
