/// Lays out one document in block style, as Go's YAML library does.
struct YAMLWriter {
  var output: [UInt8] = []
  /// In characters.
  var column = 0
  private let layout: YAML.Layout

  /// Where a line is long enough to be folded.
  static let width = 80
  private static let step = 2
  private static let longestSimpleKey = 128

  init(layout: YAML.Layout) { self.layout = layout }

  var folds: Bool { layout == .compact }

  mutating func document(_ value: JSONValue) {
    node(value, indent: -Self.step, isInline: true, isMappingValue: false)
    endLine()
  }

  // MARK: Lines

  mutating func write(_ text: String) {
    output += text.utf8
    column += text.unicodeScalars.count
  }

  mutating func endLine() {
    if column > 0 { breakLine() }
  }

  mutating func breakLine() {
    output.append(0x0A)
    column = 0
  }

  mutating func startLine(indent: Int) {
    endLine()
    let width = max(0, indent)
    output.append(contentsOf: repeatElement(0x20, count: width))
    column = width
  }

  private mutating func space() {
    if let last = output.last, last != 0x0A, last != 0x20 {
      output.append(0x20)
      column += 1
    }
  }

  // MARK: Nodes

  /// - Parameters:
  ///   - indent: of the collection around.
  ///   - isInline: whether a collection begins in the line that is open, behind an indicator.
  ///   - isMappingValue: whether it stands behind a key.
  private mutating func node(_ value: JSONValue, indent: Int, isInline: Bool, isMappingValue: Bool) {
    switch value {
    case .null: scalar("null")
    case .bool(let flag): scalar(flag ? "true" : "false")
    case .integer(let number): scalar(String(number))
    case .float(let number): scalar(Self.float(number))
    case .string(let text):
      space()
      string(text, indent: indent + Self.step, isKey: false)
    case .array(let items):
      if items.isEmpty { return scalar("[]") }
      let isFlush = isMappingValue && !isInline && layout == .compact
      sequence(items, indent: isFlush ? indent : indent + Self.step, isInline: isInline)
    case .object(let members):
      if members.isEmpty { return scalar("{}") }
      mapping(members, indent: indent + Self.step, isInline: isInline)
    }
  }

  private mutating func scalar(_ text: String) {
    space()
    write(text)
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
      if position == 0 && isInline { space() } else { startLine(indent: indent) }
      write("-")
      node(item, indent: indent, isInline: true, isMappingValue: false)
    }
  }

  private mutating func mapping(_ members: [String: JSONValue], indent: Int, isInline: Bool) {
    for (position, key) in KeyOrder.sorted(Array(members.keys)).enumerated() {
      if position == 0 && isInline { space() } else { startLine(indent: indent) }
      let value = members[key] ?? .null
      if isSimple(key) {
        string(key, indent: indent + Self.step, isKey: true)
        write(":")
        node(value, indent: indent, isInline: false, isMappingValue: true)
      } else {
        write("? ")
        string(key, indent: indent + Self.step, isKey: false)
        startLine(indent: indent)
        write(":")
        node(value, indent: indent, isInline: true, isMappingValue: true)
      }
    }
  }

  private func isSimple(_ key: String) -> Bool {
    key.utf8.count <= Self.longestSimpleKey && !key.unicodeScalars.contains(where: ScalarAnalysis.isBreak)
  }
}
