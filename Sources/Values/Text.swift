@_spi(_Unicode) import Swift

extension String {
  /// In Unicode normal form C, as all strings of values are (go-cty normalises each string).
  package var normalizedForValues: String {
    let isNormalized = unsafe utf8.withContiguousStorageIfAvailable { unsafe NormalForm.certainlyHolds($0) }
    if isNormalized ?? NormalForm.certainlyHolds(Array(utf8)) { return self }
    var normalized = String.UnicodeScalarView()
    for scalar in _nfc { normalized.append(scalar) }
    return String(normalized)
  }
}

/// Unicode's normal form C, by a look at the bytes: normalising takes a hundred times as long, and hardly any text needs it.
enum NormalForm {
  /// False also where there is no telling without tables.
  ///
  /// Only scalars pass that stay as they are, whatever stands beside them: all below U+0300, most punctuation, currencies, arrows,
  /// mathematical operators, boxes and dingbats, ideographs, and pictographs.
  static func certainlyHolds(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let first = bytes[index]
      bytes.formIndex(after: &index)
      if first < 0xCC { continue }
      guard index < bytes.endIndex else { return false }
      let second = bytes[index]
      bytes.formIndex(after: &index)
      switch (first, second) {
      case (0xE2, 0x80): // U+2010 to U+203F; two of the spaces before them are written otherwise.
        guard index < bytes.endIndex, bytes[index] >= 0x90 else { return false }
      case (0xE2, 0x81...0x82), (0xE2, 0x86...0x8B), (0xE2, 0x94...0x9F), (0xE4...0xE9, _), (0xF0, 0x9F): break
      default: return false
      }
    }
    return true
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
