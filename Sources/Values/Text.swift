@_spi(_Unicode) import Swift

extension String {
  /// In Unicode normal form C, as all strings of values are (go-cty normalises each string).
  package var normalizedForValues: String {
    // Scalars below U+0300 are in normal form; in UTF-8 they begin with a byte below 0xCC.
    let isNormalized = unsafe utf8.withContiguousStorageIfAvailable { unsafe $0.allSatisfy { $0 < 0xCC } }
    if isNormalized ?? utf8.allSatisfy({ $0 < 0xCC }) { return self }
    var normalized = String.UnicodeScalarView()
    for scalar in _nfc { normalized.append(scalar) }
    return String(normalized)
  }
}

/// Go's `%q`: a double-quoted text with escapes for what cannot be printed.
enum GoQuote {
  static func append(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for scalar in string.unicodeScalars { append(scalar, to: &text) }
    text.append(UInt8(ascii: "\""))
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
    switch scalar {
    case "\"": text += #"\""#.utf8
    case "\\": text += #"\\"#.utf8
    case "\u{07}": text += #"\a"#.utf8
    case "\u{08}": text += #"\b"#.utf8
    case "\u{0C}": text += #"\f"#.utf8
    case "\n": text += #"\n"#.utf8
    case "\r": text += #"\r"#.utf8
    case "\t": text += #"\t"#.utf8
    case "\u{0B}": text += #"\v"#.utf8
    case " "..."~": text.append(UInt8(truncatingIfNeeded: scalar.value))
    case "\u{00}"..."\u{7F}": text += (#"\x"# + hexadecimal(scalar.value, width: 2)).utf8
    default:
      if isPrintable(scalar) {
        text += UTF8.encode(scalar).map(Array.init) ?? []
      } else if scalar.value < 0x10000 {
        text += (#"\u"# + hexadecimal(scalar.value, width: 4)).utf8
      } else {
        text += (#"\U"# + hexadecimal(scalar.value, width: 8)).utf8
      }
    }
  }

  /// Letters, marks, numbers, punctuation and symbols: Go's `unicode.IsPrint`.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      false
    default: true
    }
  }

  private static func hexadecimal(_ value: UInt32, width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
