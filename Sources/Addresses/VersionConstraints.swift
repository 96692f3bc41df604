/// What a configuration demands of a version: comparisons that must all hold, `>= 1.2.0, < 2.0.0`.
package struct VersionConstraints: Hashable, Sendable, CustomStringConvertible {
  /// One comparison.
  package struct Term: Hashable, Sendable, CustomStringConvertible {
    /// In the order in which terms with the same version are written (observed with Terraform 1.11).
    package enum Comparison: Int, Hashable, Sendable {
      case greater, greaterOrEqual, equal, samePatchSeries, sameMinorSeries, lessOrEqual, less, notEqual
    }

    package var comparison: Comparison
    package var version: SemanticVersion

    package init(_ comparison: Comparison, _ version: SemanticVersion) {
      self.comparison = comparison
      self.version = version
    }

    package func allows(_ candidate: SemanticVersion) -> Bool {
      switch comparison {
      case .greater: return version.precedes(candidate)
      case .greaterOrEqual: return !candidate.precedes(version)
      case .equal: return candidate == version
      case .notEqual: return candidate != version
      case .less: return candidate.precedes(version)
      case .lessOrEqual: return !version.precedes(candidate)
      case .samePatchSeries:
        return !candidate.precedes(version) && candidate.major == version.major && candidate.minor == version.minor
      case .sameMinorSeries:
        return !candidate.precedes(version) && candidate.major == version.major
      }
    }

    /// As the lock file writes it.
    package var description: String {
      switch comparison {
      case .greater: return "> \(version)"
      case .greaterOrEqual: return ">= \(version)"
      case .equal: return "\(version)"
      case .samePatchSeries: return "~> \(version)"
      case .sameMinorSeries:
        return "~> \(version.major).\(version.minor)\(version.suffix)"
      case .lessOrEqual: return "<= \(version)"
      case .less: return "< \(version)"
      case .notEqual: return "!= \(version)"
      }
    }

    fileprivate static func precedes(_ left: Term, _ right: Term) -> Bool {
      left.version == right.version
        ? left.comparison.rawValue < right.comparison.rawValue : left.version < right.version
    }
  }

  /// Why a text is no constraint.
  package enum ParseError: Error, Hashable, Sendable {
    /// Not the syntax at all: "This string does not use correct version constraint syntax."
    case syntax
    /// The syntax of a constraint, but not one that providers can have; the sentence says why.
    case unsuitable(String)
  }

  /// Sorted by version and comparison, without duplicates; empty allows every release.
  package private(set) var terms: [Term]

  /// Every release.
  package static let any = VersionConstraints(terms: [])

  package init(terms: [Term]) {
    let sorted = terms.sorted(by: Term.precedes)
    self.terms = zip(sorted.indices, sorted).filter { $0 == 0 || sorted[$0 - 1] != $1 }.map(\.1)
  }

  /// Parses terms separated by commas; missing numbers count as zero, `~> 1` is `~> 1.0`.
  package init(parsing text: String) throws(ParseError) {
    var terms: [Term] = []
    for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      terms.append(try Self.term(part))
    }
    self.init(terms: terms)
  }

  /// What satisfies all of them.
  package init(merging all: [VersionConstraints]) {
    self.init(terms: all.flatMap(\.terms))
  }

  /// Whether a version satisfies every term. A prerelease does only if a term names exactly it.
  package func allows(_ version: SemanticVersion) -> Bool {
    if version.isPrerelease, !terms.contains(Term(.equal, version)) { return false }
    return terms.allSatisfy { $0.allows(version) }
  }

  /// The canonical text, as the lock file and messages write it.
  package var description: String { terms.map(\.description).joined(separator: ", ") }

  private static func term(_ text: Substring.UTF8View) throws(ParseError) -> Term {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || (9...13).contains(byte) }
    var rest = text.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
    var comparison = Term.Comparison.equal
    for (symbol, meaning) in symbols where rest.starts(with: symbol.utf8) {
      comparison = meaning
      rest = rest.dropFirst(symbol.utf8.count).drop(while: isSpace)
      break
    }
    let isPrefixed = rest.first == UInt8(ascii: "v")
    if isPrefixed { rest = rest.dropFirst() }
    let spelled = String(Substring(rest))
    guard let partial = PartialVersion(parsing: spelled) else { throw .syntax }
    if isPrefixed { throw .unsuitable("a \"v\" prefix should not be used") }
    if partial.parts > 3 {
      throw .unsuitable(
        "invalid specification \"\(spelled)\": too many numbered portions; only three are allowed (major, minor, patch)"
      )
    }
    if comparison == .samePatchSeries, partial.parts < 3 { comparison = .sameMinorSeries }
    return Term(comparison, partial.version)
  }

  /// Longer symbols first, so that `>=` is not read as `>`.
  private static let symbols: [(String, Term.Comparison)] = [
    ("~>", .samePatchSeries), (">=", .greaterOrEqual), ("<=", .lessOrEqual), ("!=", .notEqual),
    (">", .greater), ("<", .less), ("=", .equal),
  ]
}
