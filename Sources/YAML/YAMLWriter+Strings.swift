extension YAMLWriter {
  /// A string in the first form that can hold it: a literal block if it has line breaks, plain if it reads back as a string,
  /// quotes otherwise.
  mutating func string(_ text: String, indent: Int, isKey: Bool) {
    if ScalarAnalysis.isPlainWord(text) && YAMLScalar.isString(text) { return write(text) }
    let scalars = Array(text.unicodeScalars)
    let analysis = ScalarAnalysis(scalars)
    let folds = self.folds && !isKey
    if scalars.contains("\n") {
      if analysis.allowsBlock && !isKey { return literal(scalars, indent: indent) }
      return doubleQuoted(scalars, indent: indent, folds: folds)
    }
    guard YAMLScalar.isString(text), !YAMLScalar.isSexagesimal(text) else {
      return doubleQuoted(scalars, indent: indent, folds: folds)
    }
    if analysis.allowsPlain {
      plain(scalars, indent: indent, folds: folds)
    } else if analysis.allowsSingleQuotes && !(isKey && analysis.hasBreaks) {
      singleQuoted(scalars, indent: indent, folds: folds)
    } else {
      doubleQuoted(scalars, indent: indent, folds: folds)
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if scalar.isASCII { output.append(UInt8(ascii: scalar)) } else { output += UTF8.encode(scalar).map(Array.init) ?? [] }
    column += 1
  }

  /// Whether the line may be broken at this space: it is a single one inside the text, and the line is long.
  private func breaks(_ scalars: [Unicode.Scalar], at position: Int) -> Bool {
    column > Self.width && position > 0 && position < scalars.count - 1 && scalars[position - 1] != " "
  }

  private mutating func plain(_ scalars: [Unicode.Scalar], indent: Int, folds: Bool) {
    for (position, scalar) in scalars.enumerated() {
      if folds, scalar == " ", breaks(scalars, at: position), scalars[position + 1] != " " {
        startLine(indent: indent)
      } else {
        put(scalar)
      }
    }
  }

  private mutating func singleQuoted(_ scalars: [Unicode.Scalar], indent: Int, folds: Bool) {
    put("'")
    for (position, scalar) in scalars.enumerated() {
      if folds, scalar == " ", breaks(scalars, at: position), scalars[position + 1] != " " {
        startLine(indent: indent)
      } else {
        if scalar == "'" { put("'") }
        put(scalar)
      }
    }
    put("'")
  }

  private mutating func doubleQuoted(_ scalars: [Unicode.Scalar], indent: Int, folds: Bool) {
    put("\"")
    for (position, scalar) in scalars.enumerated() {
      if folds, scalar == " ", breaks(scalars, at: position) {
        startLine(indent: indent)
        // Leading spaces of a line do not count unless escaped.
        if scalars[position + 1] == " " { put("\\") }
      } else if scalar == " " {
        put(" ")
      } else {
        write(Self.escaped(scalar))
      }
    }
    put("\"")
  }

  private mutating func literal(_ scalars: [Unicode.Scalar], indent: Int) {
    put("|")
    if let first = scalars.first, first == " " || ScalarAnalysis.isBreak(first) { put("2") }
    if let last = scalars.last {
      if !ScalarAnalysis.isBreak(last) {
        put("-")
      } else if scalars.count == 1 || ScalarAnalysis.isBreak(scalars[scalars.count - 2]) {
        put("+")
      }
    }
    breakLine()
    var isAtStart = true
    for scalar in scalars {
      if scalar == "\n" {
        breakLine()
        isAtStart = true
      } else {
        if isAtStart { startLine(indent: max(indent, 2)) }
        put(scalar)
        isAtStart = ScalarAnalysis.isBreak(scalar)
        if isAtStart { column = 0 }
      }
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\0": return "\\0"
    case "\u{07}": return "\\a"
    case "\u{08}": return "\\b"
    case "\t": return "\\t"
    case "\n": return "\\n"
    case "\u{0B}": return "\\v"
    case "\u{0C}": return "\\f"
    case "\r": return "\\r"
    case "\u{1B}": return "\\e"
    case "\u{85}": return "\\N"
    case "\u{2028}": return "\\L"
    case "\u{2029}": return "\\P"
    default: break
    }
    if ScalarAnalysis.isPrintable(scalar) { return String(scalar) }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    func padded(_ width: Int) -> String { String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits }
    if scalar.value <= 0xFF { return "\\x" + padded(2) }
    return scalar.value <= 0xFFFF ? "\\u" + padded(4) : "\\U" + padded(8)
  }
}

/// Which forms can hold a text.
struct ScalarAnalysis {
  private(set) var allowsPlain = true
  private(set) var allowsSingleQuotes = true
  private(set) var allowsBlock = true
  private(set) var hasBreaks = false

  init(_ scalars: [Unicode.Scalar]) {
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
