import Values

/// What each verb makes of a value. The results are those of Go's `fmt` for the same verbs on `big.Float` and
/// `big.Int`.
extension FormatTemplate.Verb {
  func format(_ value: Value) throws(FunctionError) -> String {
    switch mode {
    case UInt8(ascii: "v"): return try formatAny(value)
    case UInt8(ascii: "t"):
      let flag = try converted(value, to: .bool)
      return flag.asBool == true ? "true" : "false"
    case UInt8(ascii: "b"), UInt8(ascii: "d"), UInt8(ascii: "o"), UInt8(ascii: "x"), UInt8(ascii: "X"):
      let number = try converted(value, to: .number)
      guard let text = number.asNumber.flatMap(integerText) else { throw unsupported("an integer is required") }
      return text
    case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "g"), UInt8(ascii: "G"):
      return floatText(try converted(value, to: .number).asNumber ?? Number(0), mode: mode)
    case UInt8(ascii: "s"):
      return padded(truncated(try converted(value, to: .string).asString ?? ""))
    case UInt8(ascii: "q"):
      return padded(JSONWriter.quoted(truncated(try converted(value, to: .string).asString ?? "")))
    default:
      throw FunctionError(
        "unsupported format verb '\(Character(Unicode.Scalar(mode)))' in \(JSONWriter.quoted(text, escapesHTML: false)) "
          + "at offset \(offset)")
    }
  }

  private func unsupported(_ reason: String) -> FunctionError {
    FunctionError("unsupported value for \(JSONWriter.quoted(text, escapesHTML: false)) at \(offset): \(reason)")
  }

  private func converted(_ value: Value, to type: ValueType) throws(FunctionError) -> Value {
    if value.isNull { throw unsupported("null value cannot be formatted") }
    do throws(ConversionError) {
      return try convert(value, to: type)
    } catch {
      throw unsupported(error.message)
    }
  }

  /// Primitive values as they are, all else as JSON; `#` makes JSON of primitive ones too.
  private func formatAny(_ value: Value) throws(FunctionError) -> String {
    if !hasSharp {
      switch value {
      case .string(let text): return padded(truncated(text))
      case .number(let number): return floatText(number, mode: UInt8(ascii: "g"))
      case .bool(let flag): return padded(flag ? "true" : "false")
      default: break
      }
    }
    return padded(String(decoding: JSONValueCodec.encode(value), as: UTF8.self))
  }

  // MARK: Text

  /// Precision counts characters as readers see them.
  private func truncated(_ text: String) -> String { precision.map { String(text.prefix($0)) } ?? text }

  private func padded(_ text: String) -> String {
    guard let width else { return text }
    let missing = width - text.count
    if missing <= 0 { return text }
    if hasMinus { return text + String(repeating: " ", count: missing) }
    return String(repeating: hasZero ? "0" : " ", count: missing) + text
  }

  /// Numbers: the sign comes before zeros that fill up.
  private func paddedNumber(isNegative: Bool, prefix: String = "", digits: String, zeros: Bool = true) -> String {
    let sign = isNegative ? "-" : hasPlus ? "+" : hasSpace ? " " : ""
    let head = sign + prefix
    let missing = max(0, (width ?? 0) - head.utf8.count - digits.utf8.count)
    if hasMinus { return head + digits + String(repeating: " ", count: missing) }
    if hasZero && zeros { return head + String(repeating: "0", count: missing) + digits }
    return String(repeating: " ", count: missing) + head + digits
  }

  // MARK: Numbers

  /// Nil for what is no whole number.
  private func integerText(_ number: Number) -> String? {
    let base =
      switch mode {
      case UInt8(ascii: "b"): 2
      case UInt8(ascii: "o"): 8
      case UInt8(ascii: "x"), UInt8(ascii: "X"): 16
      default: 10
      }
    guard !number.isInfinite, var digits = number.magnitude.digits(base: base) else { return nil }
    if mode == UInt8(ascii: "X") { digits = digits.uppercased() }
    var prefix = ""
    if hasSharp {
      switch mode {
      case UInt8(ascii: "b"): prefix = "0b"
      case UInt8(ascii: "o"): prefix = "0"
      case UInt8(ascii: "x"): prefix = "0x"
      case UInt8(ascii: "X"): prefix = "0X"
      default: break
      }
    }
    if let precision {
      if precision == 0 && number.isZero { digits = "" }
      digits = String(repeating: "0", count: max(0, precision - digits.utf8.count)) + digits
    }
    // With a precision, zeros do not fill up the width.
    return paddedNumber(isNegative: number.isNegative, prefix: prefix, digits: digits, zeros: precision == nil)
  }

  private func floatText(_ number: Number, mode: UInt8) -> String {
    if number.isInfinite {
      let sign = number.isNegative ? "-" : "+"
      return padded(sign + "Inf")
    }
    let decimal = DecimalDigits(number)
    let digits: String
    switch mode {
    case UInt8(ascii: "f"): digits = decimal.rounded(behindPoint: precision ?? 6).fixed(places: precision ?? 6)
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      digits = decimal.rounded(toDigits: (precision ?? 6) + 1).scientific(places: precision ?? 6)
    default: digits = generalText(decimal)
    }
    let isUpper = mode == UInt8(ascii: "E") || mode == UInt8(ascii: "G")
    return paddedNumber(isNegative: number.isNegative, digits: isUpper ? digits.uppercased() : digits)
  }

  /// The shorter of the two forms: with an exponent when it is below -4 or not below the precision (6, if none is
  /// given).
  private func generalText(_ decimal: DecimalDigits) -> String {
    var threshold = 6
    var rounded = decimal
    if let precision {
      let wanted = max(precision, 1)
      rounded = decimal.rounded(toDigits: wanted)
      threshold = wanted
      if threshold > rounded.digits.count && rounded.digits.count >= rounded.point { threshold = rounded.digits.count }
    }
    let exponent = rounded.isZero ? 0 : rounded.point - 1
    if exponent < -4 || exponent >= threshold { return rounded.scientific(places: max(rounded.digits.count - 1, 0)) }
    return rounded.fixed(places: max(rounded.digits.count - rounded.point, 0))
  }
}

/// A number of which each decimal digit counts: 0.d₁d₂d₃… × 10^point, without trailing zeros. Never negative.
struct DecimalDigits {
  private(set) var digits: [UInt8]
  private(set) var point: Int
  private let source: Number

  var isZero: Bool { digits.isEmpty }

  init(_ number: Number) {
    source = number.magnitude
    let text = Array(source.text.utf8)
    let pointPlace = text.firstIndex(of: UInt8(ascii: ".")) ?? text.count
    var all = text.filter { $0 != UInt8(ascii: ".") }
    let leading = all.prefix { $0 == UInt8(ascii: "0") }.count
    all.removeFirst(leading)
    while all.last == UInt8(ascii: "0") { all.removeLast() }
    digits = all.map { $0 - 48 }
    point = all.isEmpty ? 0 : pointPlace - leading
  }

  func rounded(behindPoint places: Int) -> DecimalDigits { rounded(toDigits: point + places) }

  /// Half goes to the even digit, but what only looks like a half because it is the shortest text of a binary number
  /// goes where that number really lies.
  func rounded(toDigits count: Int) -> DecimalDigits {
    guard count < digits.count else { return self }
    var copy = self
    if count < 0 {
      copy.digits = []
      copy.point = 0
      return copy
    }
    let isUp: Bool
    if digits[count] == 5 && count + 1 == digits.count {
      let side = sideOfHalf()
      isUp = side > 0 || (side == 0 && count > 0 && digits[count - 1] % 2 == 1)
    } else {
      isUp = digits[count] >= 5
    }
    copy.digits.removeSubrange(count...)
    if isUp { copy.increment() }
    while copy.digits.last == 0 { copy.digits.removeLast() }
    if copy.digits.isEmpty { copy.point = 0 }
    return copy
  }

  private mutating func increment() {
    var index = digits.count - 1
    while index >= 0 {
      if digits[index] < 9 {
        digits[index] += 1
        return
      }
      digits[index] = 0
      index -= 1
    }
    digits.insert(1, at: 0)
    point += 1
  }

  /// Whether the exact number is below (-1), at (0) or above (1) its shortest decimal text.
  private func sideOfHalf() -> Int {
    let places = digits.count - point
    guard places > 0, places < 100,
      let scaledText = Number(parsing: String(decoding: digits.map { $0 + 48 }, as: UTF8.self)),
      let ten = Number(parsing: "1e\(places)"), let split = Number(parsing: "1p256")
    else { return 0 }
    // In two parts, whose products with a power of ten are exact.
    let high = source.multiplied(by: split).truncated().divided(by: split) ?? source
    let low = source.subtracting(high)
    let difference = high.multiplied(by: ten).subtracting(scaledText).adding(low.multiplied(by: ten))
    return difference.isZero ? 0 : difference.isNegative ? -1 : 1
  }

  func fixed(places: Int) -> String {
    var text: [UInt8] = []
    if point > 0 {
      for index in 0..<point { text.append(index < digits.count ? digits[index] + 48 : 48) }
    } else {
      text.append(48)
    }
    if places > 0 {
      text.append(UInt8(ascii: "."))
      for place in 0..<places {
        let index = point + place
        text.append(index >= 0 && index < digits.count ? digits[index] + 48 : 48)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  func scientific(places: Int) -> String {
    var text = [(digits.first ?? 0) + 48]
    if places > 0 {
      text.append(UInt8(ascii: "."))
      for index in 1...places { text.append(index < digits.count ? digits[index] + 48 : 48) }
    }
    let exponent = isZero ? 0 : point - 1
    let shown = String(exponent.magnitude)
    return String(decoding: text, as: UTF8.self) + (exponent < 0 ? "e-" : "e+") + (shown.utf8.count < 2 ? "0" : "")
      + shown
  }
}
