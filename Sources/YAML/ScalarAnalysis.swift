/// Which forms can hold a text.
package struct ScalarAnalysis {
  private(set) var allowsPlain = true
  private(set) var allowsSingleQuotes = true
  /// As a literal block: nothing to be escaped, no space at the end of the text or of a line.
  package private(set) var allowsBlock = true
  private(set) var hasBreaks = false

  package init(_ scalars: [Unicode.Scalar]) {
    guard let first = scalars.first, let last = scalars.last else {
      allowsBlock = false
      return
    }
    var hasIndicators = scalars.starts(with: "---".unicodeScalars) || scalars.starts(with: "...".unicodeScalars)
    var hasSpecial = false
    var hasBreakThenSpace = false
    var hasSpaceThenBreak = false
    var previous: Unicode.Scalar?
    for (position, scalar) in scalars.enumerated() {
      let next = position + 1 < scalars.count ? scalars[position + 1] : nil
      if Self.isIndicator(scalar, isFirst: position == 0, after: previous, before: next) { hasIndicators = true }
      if Self.isBreak(scalar) {
        hasBreaks = true
        if previous == " " { hasSpaceThenBreak = true }
      } else if scalar == " ", let previous, Self.isBreak(previous) {
        hasBreakThenSpace = true
      }
      if !Self.isPrintable(scalar) { hasSpecial = true }
      previous = scalar
    }
    if first == " " || last == " " || Self.isBreak(first) || Self.isBreak(last) || hasBreaks || hasIndicators {
      allowsPlain = false
    }
    if last == " " { allowsBlock = false }
    if hasBreakThenSpace {
      allowsPlain = false
      allowsSingleQuotes = false
    }
    if hasSpaceThenBreak || hasSpecial {
      allowsPlain = false
      allowsSingleQuotes = false
      allowsBlock = false
    }
  }

  /// Letters with dashes, dots, slashes and digits among them: what most strings are, and always fine as they stand.
  static func isPlainWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, (first | 0x20) &- 97 < 26 else { return false }
    return text.utf8.allSatisfy { byte in
      (byte | 0x20) &- 97 < 26 || byte &- 45 < 13 || byte == UInt8(ascii: "_")
    }
  }

  /// Whether a character would mean something to a reader where it stands, outside flow collections.
  private static func isIndicator(
    _ scalar: Unicode.Scalar, isFirst: Bool, after previous: Unicode.Scalar?, before next: Unicode.Scalar?
  ) -> Bool {
    if isFirst {
      switch scalar {
      case "#", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`": return true
      case "?", ":", "-": return isBlank(next)
      default: return false
      }
    }
    switch scalar {
    case ":": return isBlank(next)
    case "#": return isBlank(previous)
    default: return false
    }
  }

  private static func isBlank(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return true }
    return scalar == " " || scalar == "\t" || isBreak(scalar)
  }

  static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  /// As the library has it, which leaves out all above the basic plane, and tabs.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
    default: false
    }
  }
}
