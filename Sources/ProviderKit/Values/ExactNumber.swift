package import Values

/// A number with all the digits that the language keeps: 512 binary digits, so that no whole number of a configuration loses any.
///
/// Where whole numbers of 64 bits or the nearest `Double` are enough, attributes are simply `Int` or `Double`.
public struct ExactNumber: Hashable, Comparable, Sendable {
  package let number: Number

  package init(_ number: Number) { self.number = number }

  public init(_ value: Int) { number = Number(value) }

  /// Nil for what is no decimal number.
  public init?(_ text: String) {
    guard let number = Number(parsing: text) else { return nil }
    self.number = number
  }

  /// The value, if it is a whole number that fits.
  public var int: Int? { number.int64.flatMap { Int(exactly: $0) } }
  /// The nearest double.
  public var double: Double { number.double }
  public var isWhole: Bool { number.isWhole }

  public static func < (left: ExactNumber, right: ExactNumber) -> Bool { left.number < right.number }
}

extension ExactNumber: CustomStringConvertible, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  /// The shortest decimal text that reads as this number.
  public var description: String { number.text }
  public init(integerLiteral value: Int) { self.init(value) }
  /// The decimal number as it is written, not the double that is nearest to it.
  public init(floatLiteral value: Double) { number = Number(parsing: "\(value)") ?? Number(0) }
}
