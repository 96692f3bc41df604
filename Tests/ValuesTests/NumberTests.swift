import Testing

@testable import Values

/// Texts are what `terraform console` 1.11 prints.
struct NumberTests {
  @Test(arguments: [
    ("0", "0"), ("-12", "-12"), ("+7", "7"), ("1.50", "1.5"), (".5", "0.5"), ("1.", "1"), ("1e3", "1000"),
    ("1e-20", "0.00000000000000000001"), ("0.1", "0.1"), ("9223372036854775808", "9223372036854775808"),
    ("-9223372036854775808", "-9223372036854775808"), ("12345678901234567890123", "12345678901234567890123"),
    ("1p3", "8"), ("Inf", "+Inf"), ("-Inf", "-Inf"),
    ("123456789.000000000000000000000000001", "123456789.000000000000000000000000001"),
    ("1e100", "1" + String(repeating: "0", count: 100)), ("1e400", "1" + String(repeating: "0", count: 400)),
  ])
  func readsAndPrints(_ text: String, _ expected: String) {
    #expect(Number(parsing: text)?.text == expected)
  }

  @Test(arguments: [
    "", "-", ".", "a", " 1", "1 ", "0x10", "1_0", "1e", "1e+", "--1", "1.2.3", "Infinity", "NaN", "1e9999999999",
  ])
  func refuses(_ text: String) { #expect(Number(parsing: text) == nil) }

  @Test(arguments: [
    ("1", "/", "3", "0." + String(repeating: "3", count: 154) + "5"),
    ("2", "/", "3", "0." + String(repeating: "6", count: 153) + "7"), ("5", "/", "2", "2.5"),
    ("0.1", "+", "0.2", "0.3"),
    ("100000000000000000000000", "*", "3", "300000000000000000000000"), ("-7", "%", "3", "-1"),
    ("-9.5", "%", "3", "-0.5"),
    ("7.5", "%", "2", "1.5"), ("9223372036854775807", "+", "1", "9223372036854775808"), ("1", "/", "0", "+Inf"),
    ("-1", "/", "0", "-Inf"), ("0", "-", "9223372036854775808", "-9223372036854775808"),
    ("5", "%", "0.3", "0.1" + String(repeating: "9", count: 152) + "76"),
    ("7.1", "%", "2.2", "0.4" + String(repeating: "9", count: 152) + "4"),
    (
      "123456789012345678901234567890.5", "*", "3.1",
      "382716045938271604593827160460.54" + String(repeating: "9", count: 122) + "7"
    ),
  ])
  func calculates(_ left: String, _ sign: String, _ right: String, _ expected: String) throws {
    let one = try #require(Number(parsing: left))
    let other = try #require(Number(parsing: right))
    let result: Number? =
      switch sign {
      case "+": one.adding(other)
      case "-": one.subtracting(other)
      case "*": one.multiplied(by: other)
      case "/": one.divided(by: other)
      default: one.remainder(dividingBy: other)
      }
    #expect(result?.text == expected)
  }

  @Test func roundsBackToWhole() throws {
    let third = try #require(Number(1).divided(by: Number(3)))
    #expect(third.multiplied(by: Number(3)) == Number(1))
    #expect(try #require(Number(100).divided(by: Number(3))).multiplied(by: Number(3)).text == "100")
    #expect(
      try #require(Number(parsing: "1e1000")).multiplied(by: try #require(Number(parsing: "1e-1000"))).text == "1")
  }

  @Test func machineIntegersHave64Bits() {
    #expect(Number(machine: 1).divided(by: Number(machine: 3))?.text == "0.33333333333333333334")
    #expect(Number(machine: 1).divided(by: Number(3))?.text.count == 157)
  }

  @Test func doublesEqualTheirText() throws {
    let double = try #require(Number(0.1 as Double))
    let literal = try #require(Number(parsing: "0.1"))
    #expect(double == literal)
    #expect(double.hashValue == literal.hashValue)
    #expect(double.text == "0.1")
    #expect(literal.exactDouble == nil)
    #expect(double.exactDouble == 0.1)
    #expect(Number(Double.leastNonzeroMagnitude)?.exactDouble == Double.leastNonzeroMagnitude)
    #expect(Number(parsing: "1.7976931348623157e308")?.double == Double.greatestFiniteMagnitude)
    #expect(Number(Double.nan) == nil)
    #expect(Number(UInt64.max).text == "18446744073709551615")
  }

  @Test func comparesByValue() throws {
    let texts = ["-1e30", "-2.5", "-1", "0", "1e-9", "1", "1.5", "2", "9223372036854775808", "1e30", "Inf"]
    let numbers = texts.compactMap { Number(parsing: $0) }
    #expect(numbers.count == texts.count)
    for (index, one) in numbers.enumerated() {
      for (place, other) in numbers.enumerated() { #expect((one < other) == (index < place)) }
    }
  }

  @Test(arguments: [("255", 16, "ff"), ("-5", 2, "-101"), ("61", 62, "Z"), ("35", 36, "z")])
  func changesBase(_ text: String, _ base: Int, _ digits: String) throws {
    #expect(try #require(Number(parsing: text)).digits(base: base) == digits)
    #expect(Number(digits: digits, base: base)?.text == text)
  }

  @Test(arguments: [("2.5", "2", "3"), ("-2.5", "-3", "-2"), ("4", "4", "4"), ("0.3", "0", "1"), ("-0.3", "-1", "0")])
  func roundsToWhole(_ text: String, _ floor: String, _ ceiling: String) throws {
    let number = try #require(Number(parsing: text))
    #expect(number.floor().text == floor)
    #expect(number.ceiling().text == ceiling)
  }
}
