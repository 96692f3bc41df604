/// Lays out one document in block style, as Go's YAML library does.
struct YAMLWriter: ~Copyable {
  var lines = YAMLLines()
  private let layout: YAML.Layout

  init(layout: YAML.Layout) { self.layout = layout }

  var folds: Bool { layout == .compact }

  mutating func document(_ value: JSONValue) {
    node(value, indent: -YAMLLines.step, isInline: true, isMappingValue: false)
    lines.endLine()
  }

  // MARK: Nodes

  /// - Parameters:
  ///   - indent: of the collection around.
  ///   - isInline: whether a collection begins in the line that is open, behind an indicator.
  ///   - isMappingValue: whether it stands behind a key.
  private mutating func node(_ value: JSONValue, indent: Int, isInline: Bool, isMappingValue: Bool) {
    switch value {
    case .null: lines.scalar("null")
    case .bool(let flag): lines.scalar(flag ? "true" : "false")
    case .integer(let number): lines.scalar(String(number))
    case .float(let number): lines.scalar(Self.float(number))
    case .string(let text):
      lines.space()
      string(text, indent: indent + YAMLLines.step, isKey: false)
    case .array(let items):
      if items.isEmpty { return lines.scalar("[]") }
      let isFlush = isMappingValue && !isInline && layout == .compact
      sequence(items, indent: isFlush ? indent : indent + YAMLLines.step, isInline: isInline)
    case .object(let members):
      if members.isEmpty { return lines.scalar("{}") }
      mapping(members, indent: indent + YAMLLines.step, isInline: isInline)
    }
  }

  /// Whole numbers have lost their point on the way through JSON.
  static func float(_ number: Double) -> String {
    if number.isNaN { return ".nan" }
    if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
    if number.magnitude < 1e21 {
      if let whole = Int64(exactly: number) { return String(whole) }
      if let whole = UInt64(exactly: number) { return String(whole) }
    }
    return FloatText.general(number)
  }

  private mutating func sequence(_ items: [JSONValue], indent: Int, isInline: Bool) {
    for (position, item) in items.enumerated() {
      if position == 0 && isInline { lines.space() } else { lines.startLine(indent: indent) }
      lines.write("-")
      node(item, indent: indent, isInline: true, isMappingValue: false)
    }
  }

  private mutating func mapping(_ members: [String: JSONValue], indent: Int, isInline: Bool) {
    for (position, key) in KeyOrder.sorted(Array(members.keys)).enumerated() {
      if position == 0 && isInline { lines.space() } else { lines.startLine(indent: indent) }
      let value = members[key] ?? .null
      if YAMLLines.isSimpleKey(key) {
        string(key, indent: indent + YAMLLines.step, isKey: true)
        lines.write(":")
        node(value, indent: indent, isInline: false, isMappingValue: true)
      } else {
        lines.write("? ")
        string(key, indent: indent + YAMLLines.step, isKey: false)
        lines.startLine(indent: indent)
        lines.write(":")
        node(value, indent: indent, isInline: true, isMappingValue: true)
      }
    }
  }
}
