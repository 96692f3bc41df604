import Values

/// `yamlencode`: block style, strings in double quotes or as literal blocks, keys sorted, lines folded at 80 columns.
///
/// The layout is that of libyaml's emitter with these styles, since what the language writes must not change from tool
/// to tool.
struct YAMLEncoder {
  private var output: [UInt8] = []
  /// In characters.
  private var column = 0

  private static let width = 80
  private static let longestSimpleKey = 128
  private static let step = 2

  /// The value must be known.
  static func encode(_ value: Value) -> String {
    var encoder = YAMLEncoder()
    encoder.node(value, indent: -1, isInline: true)
    encoder.endLine()
    // A plain scalar alone could go on in the next line: the end must be marked.
    switch value {
    case .bool, .number, .null: encoder.write("...\n")
    default: break
    }
    return String(decoding: encoder.output, as: UTF8.self)
  }

  // MARK: Output

  private mutating func write(_ text: String) {
    output += text.utf8
    column += text.unicodeScalars.count
  }

  private mutating func endLine() {
    if column > 0 { breakLine() }
  }

  private mutating func breakLine() {
    output.append(UInt8(ascii: "\n"))
    column = 0
  }

  private mutating func startLine(indent: Int) {
    endLine()
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, indent)))
    column = max(0, indent)
  }

  // MARK: Nodes

  /// - Parameters:
  ///   - indent: that of the collection around, -1 at the top.
  ///   - isInline: whether a collection begins in the line that is open, behind an indicator.
  ///   - isMappingValue: a sequence in a mapping is not indented further.
  private mutating func node(_ value: Value, indent: Int, isInline: Bool, isMappingValue: Bool = false) {
    switch value {
    case .null, .unknown: scalar("null")
    case .bool(let flag): scalar(flag ? "true" : "false")
    case .number(let number): scalar(number.text)
    case .string(let text):
      space()
      string(text, indent: indent < 0 ? YAMLEncoder.step : indent + YAMLEncoder.step)
    case .marked(let node): self.node(node.value, indent: indent, isInline: isInline, isMappingValue: isMappingValue)
    case .list, .set, .tuple:
      if value.count == 0 { return scalar("[]") }
      let isFlush = isMappingValue && !isInline
      sequence(
        value.elements, indent: indent < 0 ? 0 : isFlush ? indent : indent + YAMLEncoder.step, isInline: isInline)
    case .map, .object:
      if value.count == 0 { return scalar("{}") }
      mapping(value, indent: indent < 0 ? 0 : indent + YAMLEncoder.step, isInline: isInline)
    }
  }

  private mutating func space() {
    if let last = output.last, last != UInt8(ascii: "\n"), last != UInt8(ascii: " ") { write(" ") }
  }

  private mutating func scalar(_ text: String) {
    space()
    write(text)
  }

  private mutating func sequence(_ elements: [Value], indent: Int, isInline: Bool) {
    for (position, element) in elements.enumerated() {
      if position == 0 && isInline { space() } else { startLine(indent: indent) }
      write("-")
      node(element, indent: indent, isInline: true)
    }
  }

  private mutating func mapping(_ value: Value, indent: Int, isInline: Bool) {
    for (position, (key, element)) in Swift.zip(value.keys, value.elements).enumerated() {
      if position == 0 && isInline { space() } else { startLine(indent: indent) }
      if key.utf8.count <= YAMLEncoder.longestSimpleKey && !key.unicodeScalars.contains(where: YAMLScalar.isBreak) {
        quoted(key, indent: indent, folds: false)
        write(":")
        node(element, indent: indent, isInline: false, isMappingValue: true)
      } else {
        write("? ")
        string(key, indent: indent + YAMLEncoder.step)
        startLine(indent: indent)
        write(":")
        node(element, indent: indent, isInline: true, isMappingValue: true)
      }
    }
  }

  // MARK: Strings

  private mutating func string(_ text: String, indent: Int) {
    if text.utf8.contains(UInt8(ascii: "\n")) && YAMLScalar.allowsBlock(text) {
      literal(text, indent: indent)
    } else {
      quoted(text, indent: indent, folds: true)
    }
  }

  private mutating func literal(_ text: String, indent: Int) {
    let scalars = Array(text.unicodeScalars)
    write("|")
    if let first = scalars.first, first == " " || YAMLScalar.isBreak(first) { write(String(YAMLEncoder.step)) }
    if let last = scalars.last, !YAMLScalar.isBreak(last) {
      write("-")
    } else if scalars.count < 2 || YAMLScalar.isBreak(scalars[scalars.count - 2]) {
      write("+")
    }
    breakLine()
    var isAtStart = true
    for scalar in scalars {
      if scalar == "\n" {
        breakLine()
        isAtStart = true
      } else {
        if isAtStart { startLine(indent: indent) }
        write(String(scalar))
        // Other line ends count as such, but stand as they are.
        isAtStart = YAMLScalar.isBreak(scalar)
        if isAtStart { column = 0 }
      }
    }
  }

  /// Long lines are broken at single spaces, but not before the first or behind the last character.
  private mutating func quoted(_ text: String, indent: Int, folds: Bool) {
    write("\"")
    let scalars = Array(text.unicodeScalars)
    var isBehindSpace = false
    for (position, scalar) in scalars.enumerated() {
      guard scalar == " " else {
        write(YAMLScalar.escaped(scalar))
        isBehindSpace = false
        continue
      }
      let isInside = position > 0 && position < scalars.count - 1
      if folds && !isBehindSpace && isInside && column > YAMLEncoder.width {
        startLine(indent: indent)
        if scalars[position + 1] == " " { write("\\") }
      } else {
        write(" ")
      }
      isBehindSpace = true
    }
    write("\"")
  }
}

/// What the characters of a scalar allow.
private enum YAMLScalar {
  static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  /// As libyaml has it, which leaves out all above the basic plane.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
    default: false
    }
  }

  /// No character that must be escaped, no space at the end of the text or of a line.
  static func allowsBlock(_ text: String) -> Bool {
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if !isPrintable(scalar) { return false }
      if previous == " " && isBreak(scalar) { return false }
      previous = scalar
    }
    return previous != " "
  }

  static func escaped(_ scalar: Unicode.Scalar) -> String {
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
    if isPrintable(scalar) { return String(scalar) }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    func padded(_ width: Int) -> String { String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits }
    if scalar.value <= 0xFF { return "\\x" + padded(2) }
    return scalar.value <= 0xFFFF ? "\\u" + padded(4) : "\\U" + padded(8)
  }
}
