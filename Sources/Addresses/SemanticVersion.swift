/// A version as Semantic Versioning 2.0.0 writes it: `1.2.3-beta.1+build`.
package struct SemanticVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var major: UInt64
  package var minor: UInt64
  package var patch: UInt64
  /// Dot-separated identifiers without the hyphen; empty for a release.
  package var prerelease: String
  /// Dot-separated identifiers without the plus sign. Plays no part in precedence.
  package var metadata: String

  package init(_ major: UInt64, _ minor: UInt64, _ patch: UInt64, prerelease: String = "", metadata: String = "") {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.metadata = metadata
  }

  /// Parses exactly three numbers and the optional parts behind them; nil for anything else.
  package init?(parsing text: String) {
    guard let partial = PartialVersion(parsing: text), partial.parts == 3 else { return nil }
    self = partial.version
  }

  package var isPrerelease: Bool { !prerelease.isEmpty }

  /// The canonical form, as lock files write it.
  package var description: String {
    "\(major).\(minor).\(patch)\(suffix)"
  }

  /// What follows the numbers.
  var suffix: String { (prerelease.isEmpty ? "" : "-" + prerelease) + (metadata.isEmpty ? "" : "+" + metadata) }

  /// Precedence as Semantic Versioning, section 11, has it; metadata only breaks ties, so that the order is total.
  package static func < (left: Self, right: Self) -> Bool {
    if !left.hasSamePrecedence(as: right) { return left.precedes(right) }
    return left.metadata.utf8.lexicographicallyPrecedes(right.metadata.utf8)
  }

  /// Whether neither comes before the other, metadata set aside.
  package func hasSamePrecedence(as other: Self) -> Bool {
    major == other.major && minor == other.minor && patch == other.patch && prerelease == other.prerelease
  }

  /// Whether it comes before the other, metadata set aside.
  package func precedes(_ other: Self) -> Bool {
    if (major, minor, patch) != (other.major, other.minor, other.patch) {
      return (major, minor, patch) < (other.major, other.minor, other.patch)
    }
    if prerelease.isEmpty || other.prerelease.isEmpty { return !prerelease.isEmpty && other.prerelease.isEmpty }
    let left = prerelease.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let right = other.prerelease.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for (mine, theirs) in zip(left, right) where !mine.elementsEqual(theirs) {
      return Self.identifier(mine, precedes: theirs)
    }
    return left.count < right.count
  }

  /// Numbers by value and before words; words by bytes.
  private static func identifier(_ left: Substring.UTF8View, precedes right: Substring.UTF8View) -> Bool {
    switch (isNumeric(left), isNumeric(right)) {
    case (true, true):
      let mine = left.drop { $0 == UInt8(ascii: "0") }
      let theirs = right.drop { $0 == UInt8(ascii: "0") }
      return mine.count != theirs.count ? mine.count < theirs.count : mine.lexicographicallyPrecedes(theirs)
    case (true, false): return true
    case (false, true): return false
    case (false, false): return left.lexicographicallyPrecedes(right)
    }
  }

  private static func isNumeric(_ text: Substring.UTF8View) -> Bool {
    text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}

/// A version in which the last numbers may be missing, as constraints write it: `1`, `1.2`, `1.2.3-beta`.
struct PartialVersion: Hashable, Sendable {
  /// Missing numbers are zero.
  var version: SemanticVersion
  /// How many numbers were written: 1 to 3, or more, which no provider version has.
  var parts: Int

  init?(parsing text: String) {
    var rest = text.utf8[...]
    var metadata = Substring().utf8
    if let plus = rest.firstIndex(of: UInt8(ascii: "+")) {
      metadata = rest[rest.index(after: plus)...]
      rest = rest[..<plus]
      guard Self.isIdentifierList(metadata) else { return nil }
    }
    var prerelease = Substring().utf8
    if let hyphen = rest.firstIndex(of: UInt8(ascii: "-")) {
      prerelease = rest[rest.index(after: hyphen)...]
      rest = rest[..<hyphen]
      guard Self.isIdentifierList(prerelease) else { return nil }
    }
    var numbers: [UInt64] = []
    for part in rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard !part.isEmpty, part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let number = UInt64(String(Substring(part)))
      else { return nil }
      numbers.append(number)
    }
    guard let major = numbers.first else { return nil }
    parts = numbers.count
    version = SemanticVersion(
      major, numbers.count > 1 ? numbers[1] : 0, numbers.count > 2 ? numbers[2] : 0,
      prerelease: String(Substring(prerelease)), metadata: String(Substring(metadata)))
  }

  private static func isIdentifierList(_ text: Substring.UTF8View) -> Bool {
    text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { identifier in
      !identifier.isEmpty
        && identifier.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
            return true
          default: return false
          }
        }
    }
  }
}
