/// Numbers as Go's source code writes them.
enum NumberText {
  enum Number {
    case whole(Int)
    case float(Double)
    /// Whole, but of more than 64 bits with a sign.
    case tooLarge
  }

  /// Nil for what is no number.
  static func parse(_ text: String) -> Number? {
    guard let digits = withoutUnderscores(text) else { return nil }
    if let whole = whole(digits, isOctalByZero: true) { return whole }
    let lower = digits.lowercased()
    let unsigned = lower.drop { $0 == "+" || $0 == "-" }
    if unsigned.hasPrefix("0x") {
      guard unsigned.contains("p") else { return nil }
    } else if unsigned.contains(where: { !($0.isASCII && $0.isNumber) && $0 != "." && $0 != "e" && $0 != "+" && $0 != "-" }) {
      return nil
    }
    guard unsigned.first.map({ $0.isNumber || $0 == "." }) ?? false, let value = Double(lower), value.isFinite else { return nil }
    return .float(value)
  }

  /// Underscores may stand only between digits or behind a base's mark.
  private static func withoutUnderscores(_ text: String) -> String? {
    guard text.contains("_") else { return text }
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
      guard index > 0, index + 1 < bytes.count, isWord(bytes[index - 1]), isWord(bytes[index + 1]) else { return nil }
    }
    return text.filter { $0 != "_" }
  }

  private static func isWord(_ byte: UInt8) -> Bool { byte &- 48 < 10 || (byte | 0x20) &- 97 < 26 }

  /// A whole number with a sign and a base's mark: `0x`, `0o`, `0b`, and a mere 0 for base 8.
  static func whole(_ text: String, isOctalByZero: Bool) -> Number? {
    var digits = Substring(text)
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    var radix = 10
    if digits.hasPrefix("0"), digits.count > 1 {
      switch digits.dropFirst().first {
      case "x", "X": radix = 16
      case "o", "O": radix = 8
      case "b", "B": radix = 2
      default:
        if isOctalByZero {
          radix = 8
          digits = digits.dropFirst()
        }
      }
      if radix != 10, digits.first == "0", let mark = digits.dropFirst().first, mark.isLetter { digits = digits.dropFirst(2) }
    }
    guard !digits.isEmpty, digits.allSatisfy({ $0.isHexDigit && ($0.hexDigitValue ?? 16) < radix }) else { return nil }
    guard let value = Int((isNegative ? "-" : "") + digits, radix: radix) else { return .tooLarge }
    return .whole(value)
  }
}
