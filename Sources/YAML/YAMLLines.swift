/// Text in block style, line by line, laid out as libyaml's emitter does.
package struct YAMLLines: ~Copyable {
  package private(set) var output: [UInt8] = []
  /// In characters.
  private var column = 0

  /// Where a line is long enough to be folded.
  private static let width = 80
  /// How much further in a collection stands than the one around it.
  package static let step = 2
  private static let longestSimpleKey = 128

  package init() {}

  package mutating func write(_ text: String) {
    output += text.utf8
    column += text.unicodeScalars.count
  }

  package mutating func put(_ scalar: Unicode.Scalar) {
    if scalar.isASCII { output.append(UInt8(ascii: scalar)) } else { output += UTF8.encode(scalar).map(Array.init) ?? [] }
    column += 1
  }

  package mutating func endLine() {
    if column > 0 { breakLine() }
  }

  package mutating func breakLine() {
    output.append(0x0A)
    column = 0
  }

  package mutating func startLine(indent: Int) {
    endLine()
    let width = max(0, indent)
    output.append(contentsOf: repeatElement(0x20, count: width))
    column = width
  }

  /// A blank between what is written and what comes, where there is none.
  package mutating func space() {
    if let last = output.last, last != 0x0A, last != 0x20 { put(" ") }
  }

  /// A scalar behind an indicator.
  package mutating func scalar(_ text: String) {
    space()
    write(text)
  }

  /// Whether a key may stand before its colon in one line.
  package static func isSimpleKey(_ key: String) -> Bool {
    key.utf8.count <= longestSimpleKey && !key.unicodeScalars.contains(where: ScalarAnalysis.isBreak)
  }

  /// Whether the line may be broken at this space: it is a single one inside the text, and the line is long. At the margin, what
  /// comes must not be taken for a mark between documents.
  func breaks(_ scalars: [Unicode.Scalar], at position: Int, indent: Int) -> Bool {
    guard column > Self.width, position > 0, position < scalars.count - 1, scalars[position - 1] != " " else { return false }
    let next = scalars[(position + 1)...].prefix(3)
    return indent > 0 || !next.elementsEqual(["-", "-", "-"]) && !next.elementsEqual([".", ".", "."])
  }

  /// Long lines are broken at single spaces, but not before the first or behind the last character.
  package mutating func doubleQuoted(_ scalars: [Unicode.Scalar], indent: Int, folds: Bool) {
    put("\"")
    for (position, scalar) in scalars.enumerated() {
      if folds, scalar == " ", breaks(scalars, at: position, indent: indent) {
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

  /// A block that keeps its line breaks; `ScalarAnalysis.allowsBlock` says whether a text can be one.
  package mutating func literal(_ scalars: [Unicode.Scalar], indent: Int) {
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
