import Glibc
import YAML

/// Whole and decimal arithmetic. Anything that can be read as a number may be an argument; what cannot counts as 0.
enum NumberFunctions {
  static let all: [Function] = [
    Function("int", .any) { call in .int(Casting.int(call[0])) },
    Function("int64", .any) { call in .int64(Casting.int(call[0])) },
    Function("float64", .any) { call in .float(Casting.float(call[0])) },
    Function("atoi", .string) { call in .int(Int(call.text(0)) ?? 0) },
    Function("toDecimal", .any) { call in .int64(Int(GoPrinting.text(call[0]), radix: 8) ?? 0) },
    Function("add1", .any) { call in .int64(Casting.int(call[0]) &+ 1) },
    Function("add", rest: .any) { call in .int64(call.arguments.reduce(0) { $0 &+ Casting.int($1) }) },
    Function("sub", .any, .any) { call in .int64(Casting.int(call[0]) &- Casting.int(call[1])) },
    Function("mul", .any, rest: .any) { call in .int64(call.arguments.reduce(1) { $0 &* Casting.int($1) }) },
    Function("div", .any, .any, body: divide),
    Function("mod", .any, .any, body: remainder),
    Function("max", .any, rest: .any) { call in .int64(call.arguments.map(Casting.int).max() ?? 0) },
    Function("biggest", .any, rest: .any) { call in .int64(call.arguments.map(Casting.int).max() ?? 0) },
    Function("min", .any, rest: .any) { call in .int64(call.arguments.map(Casting.int).min() ?? 0) },
    Function("maxf", .any, rest: .any) { call in .float(call.arguments.map(Casting.float).max() ?? 0) },
    Function("minf", .any, rest: .any) { call in .float(call.arguments.map(Casting.float).min() ?? 0) },
    Function("floor", .any) { call in .float(Casting.float(call[0]).rounded(.down)) },
    Function("ceil", .any) { call in .float(Casting.float(call[0]).rounded(.up)) },
    Function("round", .any, .int, rest: .float, body: round),
    Function("add1f", .any) { call in decimal(Casting.float(call[0]), [.float(1)], Decimal.adding, +) },
    Function("addf", rest: .any) { call in decimal(0, call.arguments, Decimal.adding, +) },
    Function("subf", .any, rest: .any) { call in
      decimal(Casting.float(call[0]), Array(call.arguments.dropFirst()), Decimal.subtracting, -)
    },
    Function("mulf", .any, rest: .any) { call in
      decimal(Casting.float(call[0]), Array(call.arguments.dropFirst()), Decimal.multiplied, *)
    },
    Function("divf", .any, rest: .any, body: divideDecimals),
    Function("seq", rest: .int, body: sequence),
  ]

  private static func divide(_ call: Call) throws(TemplateError) -> Value {
    let divisor = Casting.int(call[1])
    guard divisor != 0 else { throw TemplateError("integer divide by zero") }
    return .int64(Casting.int(call[0]).dividedReportingOverflow(by: divisor).partialValue)
  }

  private static func remainder(_ call: Call) throws(TemplateError) -> Value {
    let divisor = Casting.int(call[1])
    guard divisor != 0 else { throw TemplateError("integer divide by zero") }
    return .int64(Casting.int(call[0]).remainderReportingOverflow(dividingBy: divisor).partialValue)
  }

  /// Up when what lies behind the wanted places is at least a half, or at least what a third argument says.
  private static func round(_ call: Call) throws(TemplateError) -> Value {
    let threshold = call.count > 2 ? call.float(2) : 0.5
    let power = pow(10, Double(call.int(1)))
    let shifted = power * Casting.float(call[0])
    let fraction = shifted - shifted.rounded(.towardZero)
    return .float((fraction >= threshold ? shifted.rounded(.up) : shifted.rounded(.down)) / power)
  }

  /// Exactly on the decimal digits while they fit, so that 0.1 and 0.2 make 0.3; in floats beyond.
  private static func decimal(
    _ start: Double, _ others: [Value], _ exact: (Decimal) -> (Decimal) -> Decimal?, _ rough: (Double, Double) -> Double
  ) -> Value {
    var result = start
    for other in others.map(Casting.float) {
      if let one = Decimal(result), let two = Decimal(other), let exact = exact(one)(two) {
        result = exact.double
      } else {
        result = rough(result, other)
      }
    }
    return .float(result)
  }

  private static func divideDecimals(_ call: Call) throws(TemplateError) -> Value {
    let divisors = Array(call.arguments.dropFirst())
    guard !divisors.contains(where: { Casting.float($0) == 0 }) else { throw TemplateError("decimal division by 0") }
    return decimal(Casting.float(call[0]), divisors, Decimal.divided, /)
  }

  /// As the shell's `seq`: to an end, from a start to an end, or with a step between the two.
  private static func sequence(_ call: Call) throws(TemplateError) -> Value {
    let numbers = call.arguments.indices.map { call.int($0) }
    let (start, step, end): (Int, Int, Int)
    switch numbers.count {
    case 1: (start, step, end) = (1, numbers[0] < 1 ? -1 : 1, numbers[0])
    case 2: (start, step, end) = (numbers[0], numbers[1] < numbers[0] ? -1 : 1, numbers[1])
    case 3: (start, step, end) = (numbers[0], numbers[1], numbers[2])
    default: return .string("")
    }
    if end < start, step > 0 { return .string("") }
    guard case .list(let list) = try ListFunctions.steps(start, end &+ (end < start ? -1 : 1), step) else { return .string("") }
    return .string(list.elements.map { GoPrinting.text($0) }.joined(separator: " "))
  }
}

/// Anything as a number.
enum Casting {
  static func int(_ value: Value) -> Int {
    switch value {
    case .int(let number), .int64(let number): number
    case .float(let number): truncated(number)
    case .bool(let flag): flag ? 1 : 0
    case .string(let text): int(text)
    case .object(let object): (object as? DurationObject)?.nanoseconds ?? 0
    default: 0
    }
  }

  private static func truncated(_ number: Double) -> Int {
    if number.isNaN { return .min }
    return Int(exactly: number.rounded(.towardZero)) ?? .min
  }

  /// With a base's mark, or decimal; what lies behind a decimal point is cut off.
  private static func int(_ text: String) -> Int {
    if case .whole(let number)? = NumberText.whole(text, isOctalByZero: true) { return number }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.allSatisfy({ $0 &- 48 < 10 }) else { return 0 }
    if case .whole(let number)? = NumberText.whole(String(parts[0]), isOctalByZero: true) { return number }
    return 0
  }

  static func float(_ value: Value) -> Double {
    switch value {
    case .int(let number), .int64(let number): Double(number)
    case .float(let number): number
    case .bool(let flag): flag ? 1 : 0
    case .string(let text): text.utf8.contains { $0 | 0x20 == UInt8(ascii: "x") } ? 0 : Double(text) ?? 0
    default: 0
    }
  }
}

/// A decimal number with up to 38 digits.
struct Decimal {
  private var digits: Int128
  private var exponent: Int

  private init(digits: Int128, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// The shortest decimal that reads back as the number; nil for what is not finite.
  init?(_ number: Double) {
    guard number.isFinite else { return nil }
    let parts = DecimalParts(number)
    digits = parts.digits
    exponent = parts.exponent
  }

  var double: Double { Double("\(digits)e\(exponent)") ?? 0 }

  private func scaled(to exponent: Int) -> Int128? {
    var digits = digits
    for _ in 0..<max(0, self.exponent - exponent) {
      let (product, overflows) = digits.multipliedReportingOverflow(by: 10)
      if overflows { return nil }
      digits = product
    }
    return digits
  }

  func adding(_ other: Decimal) -> Decimal? {
    let exponent = min(exponent, other.exponent)
    guard let one = scaled(to: exponent), let two = other.scaled(to: exponent) else { return nil }
    let (sum, overflows) = one.addingReportingOverflow(two)
    return overflows ? nil : Decimal(digits: sum, exponent: exponent)
  }

  func subtracting(_ other: Decimal) -> Decimal? { adding(Decimal(digits: -other.digits, exponent: other.exponent)) }

  func multiplied(_ other: Decimal) -> Decimal? {
    let (product, overflows) = digits.multipliedReportingOverflow(by: other.digits)
    return overflows ? nil : Decimal(digits: product, exponent: exponent + other.exponent)
  }

  /// To 16 places behind the decimal point.
  func divided(_ other: Decimal) -> Decimal? {
    let places = -16
    // One more place decides how the last one is rounded.
    let shift = exponent - other.exponent - (places - 1)
    guard other.digits != 0, shift >= 0, let numerator = Decimal(digits: digits, exponent: shift).scaled(to: 0) else { return nil }
    let quotient = numerator / other.digits
    let rounded = (quotient + (quotient < 0 ? -5 : 5)) / 10
    return Decimal(digits: rounded, exponent: places)
  }
}

/// The digits of a number as a whole number, and the power of ten that they count.
private struct DecimalParts {
  var digits: Int128 = 0
  var exponent = 0

  init(_ number: Double) {
    let decimal = FloatText.shortest(number)
    for digit in decimal.digits { digits = digits * 10 + Int128(digit - 48) }
    exponent = decimal.digits.isEmpty ? 0 : decimal.point - decimal.digits.count
    if decimal.isNegative { digits = -digits }
  }
}
