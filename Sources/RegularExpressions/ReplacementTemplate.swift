/// A replacement with `$1`, `$name`, `${1}` and `${name}` for groups and `$$` for a dollar sign, split once.
package struct ReplacementTemplate: Sendable {
  private enum Part: Sendable {
    case literal([UInt8])
    case whole
    /// From 0.
    case group(Int)
  }

  private var parts: [Part] = []

  package init(_ text: [UInt8], groupNames: [String?]) {
    var literal: [UInt8] = []
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: "$") else {
        literal.append(text[index])
        index += 1
        continue
      }
      if index + 1 < text.count && text[index + 1] == UInt8(ascii: "$") {
        literal.append(UInt8(ascii: "$"))
        index += 2
        continue
      }
      guard let (name, end) = ReplacementTemplate.name(in: text, at: index + 1) else {
        literal.append(UInt8(ascii: "$"))
        index += 1
        continue
      }
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = []
      if let part = ReplacementTemplate.part(named: name, groupNames) { parts.append(part) }
      index = end
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
  }

  /// The longest run of letters, digits and underscores, or what stands between braces; nil when there is none.
  private static func name(in text: [UInt8], at start: Int) -> (String, Int)? {
    let isBraced = start < text.count && text[start] == UInt8(ascii: "{")
    let rest = String(decoding: text[min(start + (isBraced ? 1 : 0), text.count)...], as: UTF8.self).unicodeScalars
    let name = String(String.UnicodeScalarView(rest.prefix(while: isNamePart)))
    if name.isEmpty { return nil }
    let end = start + (isBraced ? 1 : 0) + name.utf8.count
    guard isBraced else { return (name, end) }
    return end < text.count && text[end] == UInt8(ascii: "}") ? (name, end + 1) : nil
  }

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "_" { return true }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
      return true
    default: return false
    }
  }

  /// Nil for groups that there are not: they stand for nothing.
  private static func part(named name: String, _ groupNames: [String?]) -> Part? {
    if name.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
      guard let number = Int(name), number <= groupNames.count else { return nil }
      if name.utf8.count > 1 && name.utf8.first == UInt8(ascii: "0") { return nil }
      return number == 0 ? .whole : .group(number - 1)
    }
    return groupNames.firstIndex(of: name).map { .group($0) }
  }

  package func append(_ match: RegularExpression.Match, in text: [UInt8], to result: inout [UInt8]) {
    for part in parts {
      switch part {
      case .literal(let bytes): result += bytes
      case .whole: result += text[match.whole]
      case .group(let index): if let range = match.groups[index] { result += text[range] }
      }
    }
  }
}
