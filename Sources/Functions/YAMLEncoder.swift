import Values
import YAML

/// `yamlencode`: block style, strings in double quotes or as literal blocks, keys sorted, lines folded at 80 columns.
///
/// The layout is that of libyaml's emitter with these styles, since what the language writes must not change from tool
/// to tool.
struct YAMLEncoder: ~Copyable {
  private var lines = YAMLLines()

  /// The value must be known.
  static func encode(_ value: Value) -> String {
    var encoder = YAMLEncoder()
    encoder.node(value, indent: -1, isInline: true)
    encoder.lines.endLine()
    // A plain scalar alone could go on in the next line: the end must be marked.
    switch value {
    case .bool, .number, .null: encoder.lines.write("...\n")
    default: break
    }
    return String(decoding: encoder.lines.output, as: UTF8.self)
  }

  // MARK: Nodes

  /// - Parameters:
  ///   - indent: that of the collection around, -1 at the top.
  ///   - isInline: whether a collection begins in the line that is open, behind an indicator.
  ///   - isMappingValue: a sequence in a mapping is not indented further.
  private mutating func node(_ value: Value, indent: Int, isInline: Bool, isMappingValue: Bool = false) {
    switch value {
    case .null, .unknown: lines.scalar("null")
    case .bool(let flag): lines.scalar(flag ? "true" : "false")
    case .number(let number): lines.scalar(number.text)
    case .string(let text):
      lines.space()
      string(text, indent: indent < 0 ? YAMLLines.step : indent + YAMLLines.step)
    case .marked(let node): self.node(node.value, indent: indent, isInline: isInline, isMappingValue: isMappingValue)
    case .list, .set, .tuple:
      if value.count == 0 { return lines.scalar("[]") }
      let isFlush = isMappingValue && !isInline
      sequence(
        value.elements, indent: indent < 0 ? 0 : isFlush ? indent : indent + YAMLLines.step, isInline: isInline)
    case .map, .object:
      if value.count == 0 { return lines.scalar("{}") }
      mapping(value, indent: indent < 0 ? 0 : indent + YAMLLines.step, isInline: isInline)
    }
  }

  private mutating func sequence(_ elements: [Value], indent: Int, isInline: Bool) {
    for (position, element) in elements.enumerated() {
      if position == 0 && isInline { lines.space() } else { lines.startLine(indent: indent) }
      lines.write("-")
      node(element, indent: indent, isInline: true)
    }
  }

  private mutating func mapping(_ value: Value, indent: Int, isInline: Bool) {
    for (position, (key, element)) in Swift.zip(value.keys, value.elements).enumerated() {
      if position == 0 && isInline { lines.space() } else { lines.startLine(indent: indent) }
      if YAMLLines.isSimpleKey(key) {
        lines.doubleQuoted(Array(key.unicodeScalars), indent: indent, folds: false)
        lines.write(":")
        node(element, indent: indent, isInline: false, isMappingValue: true)
      } else {
        lines.write("? ")
        string(key, indent: indent + YAMLLines.step)
        lines.startLine(indent: indent)
        lines.write(":")
        node(element, indent: indent, isInline: true, isMappingValue: true)
      }
    }
  }

  private mutating func string(_ text: String, indent: Int) {
    let scalars = Array(text.unicodeScalars)
    if scalars.contains("\n") && ScalarAnalysis(scalars).allowsBlock {
      lines.literal(scalars, indent: indent)
    } else {
      lines.doubleQuoted(scalars, indent: indent, folds: true)
    }
  }
}
