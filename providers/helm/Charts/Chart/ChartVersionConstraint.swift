/// Ranges of versions as charts write them: alternatives between `||`, each a list of comparisons that must all hold.
package struct ChartVersionConstraint: Sendable {
  private var alternatives: [[Comparison]] = []

  package init(_ text: String) throws(TemplateError) {
    for alternative in text.split(separator: "||", omittingEmptySubsequences: false) {
      alternatives.append(try Self.comparisons(String(alternative), in: text))
    }
  }

  package func allows(_ version: ChartVersion) -> Bool {
    alternatives.contains { comparisons in
      // Prereleases lie in no range of which no bound is one.
      if !version.prerelease.isEmpty, comparisons.allSatisfy(\.version.prerelease.isEmpty) { return false }
      return comparisons.allSatisfy { $0.allows(version) }
    }
  }

  private enum Relation: Sendable {
    case equal, notEqual, greater, less, greaterOrEqual, lessOrEqual, tilde, caret
  }

  /// One bound.
  private struct Comparison: Sendable {
    var relation: Relation
    var version: ChartVersion
    /// How many numbers the bound has: missing ones leave room.
    var precision: Int

    func allows(_ candidate: ChartVersion) -> Bool {
      let order = candidate.order(version)
      switch relation {
      case .equal: return precision < 3 ? isWithin(candidate, order) : order == 0
      case .notEqual: return precision < 3 ? !matchesNumbers(candidate) : order != 0
      case .greater: return order > 0 && (precision == 0 || precision == 3 || !matchesNumbers(candidate))
      case .less: return order < 0
      case .greaterOrEqual: return order >= 0
      case .lessOrEqual: return order <= 0 || precision < 3 && matchesNumbers(candidate)
      case .tilde: return isWithin(candidate, order)
      case .caret: return order >= 0 && matchesCaret(candidate)
      }
    }

    /// Whether the numbers that the bound has are those of the candidate.
    private func matchesNumbers(_ candidate: ChartVersion) -> Bool {
      let pairs = [(candidate.major, version.major), (candidate.minor, version.minor), (candidate.patch, version.patch)]
      return pairs.prefix(precision).allSatisfy { $0 == $1 }
    }

    /// At least the bound, with the same major and, where the bound has one, minor number.
    private func isWithin(_ candidate: ChartVersion, _ order: Int) -> Bool {
      guard order >= 0 else { return false }
      if precision == 0 { return true }
      return candidate.major == version.major && (precision == 1 || candidate.minor == version.minor)
    }

    /// The first number that is not 0 is the same. A bound without numbers is taken for 0.0.0.
    private func matchesCaret(_ candidate: ChartVersion) -> Bool {
      if version.major > 0 || precision == 1 { return candidate.major == version.major }
      guard candidate.major == 0 else { return false }
      if version.minor > 0 || precision == 2 { return candidate.minor == version.minor }
      return candidate.minor == 0 && candidate.patch == version.patch
    }
  }

  // MARK: Reading

  private static func comparisons(_ text: String, in whole: String) throws(TemplateError) -> [Comparison] {
    let malformed = TemplateError("improper constraint: \(whole)")
    // `1.2 - 3` is a range of its own; blanks behind an operator belong to it, others and commas separate.
    if let range = hyphenRange(text) {
      guard let from = comparison(">=", range.from), let to = comparison("<=", range.to) else { throw malformed }
      return [from, to]
    }
    var comparisons: [Comparison] = []
    var rest = Substring(text)
    while true {
      rest = rest.drop { $0 == " " || $0 == "," }
      if rest.isEmpty { break }
      let sign = rest.prefix { "=!<>~^".contains($0) }
      rest = rest[sign.endIndex...].drop { $0 == " " }
      let version = rest.prefix { $0 != " " && $0 != "," && !"=!<>~^".contains($0) }
      guard !version.isEmpty, let comparison = comparison(String(sign), String(version)) else { throw malformed }
      comparisons.append(comparison)
      rest = rest[version.endIndex...]
    }
    if comparisons.isEmpty { throw malformed }
    return comparisons
  }

  private static func hyphenRange(_ text: String) -> (from: String, to: String)? {
    let words = text.split(separator: " ")
    guard words.count == 3, words[1] == "-" else { return nil }
    return (String(words[0]), String(words[2]))
  }

  private static func comparison(_ sign: String, _ text: String) -> Comparison? {
    guard let parts = VersionParts(text), !parts.numbers.isEmpty || parts.hasWildcard else { return nil }
    let relation: Relation
    switch sign {
    case "", "=", "==": relation = .equal
    case "!=": relation = .notEqual
    case ">": relation = .greater
    case "<": relation = .less
    case ">=", "=>": relation = .greaterOrEqual
    case "<=", "=<": relation = .lessOrEqual
    case "~", "~>": relation = .tilde
    case "^": relation = .caret
    default: return nil
    }
    return Comparison(relation: relation, version: ChartVersion(parts, original: text), precision: parts.numbers.count)
  }
}
