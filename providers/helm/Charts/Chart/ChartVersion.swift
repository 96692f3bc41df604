/// A version of up to three numbers, a prerelease and metadata, written as loosely as charts do: `v1`, `1.2`, `1.2.3-rc.1+x`.
package struct ChartVersion: Equatable, Sendable {
  var major: UInt64
  var minor: UInt64
  var patch: UInt64
  package var prerelease: String
  var metadata: String
  var original: String

  package init(_ text: String) throws(TemplateError) {
    guard let parts = VersionParts(text), !parts.numbers.isEmpty, !parts.hasWildcard else {
      throw TemplateError("invalid semantic version: \"\(text)\"")
    }
    self.init(parts, original: text)
  }

  init(_ parts: VersionParts, original: String) {
    let numbers = parts.numbers + Array(repeating: 0, count: 3 - parts.numbers.count)
    (major, minor, patch) = (numbers[0], numbers[1], numbers[2])
    prerelease = parts.prerelease
    metadata = parts.metadata
    self.original = original
  }

  var text: String {
    "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease) + (metadata.isEmpty ? "" : "+" + metadata)
  }

  package static func == (one: ChartVersion, two: ChartVersion) -> Bool { one.order(two) == 0 }

  /// Negative, zero or positive; metadata does not count.
  package func order(_ other: ChartVersion) -> Int {
    for (one, two) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where one != two {
      return one < two ? -1 : 1
    }
    if prerelease == other.prerelease { return 0 }
    if prerelease.isEmpty { return 1 }
    if other.prerelease.isEmpty { return -1 }
    let ones = prerelease.split(separator: ".", omittingEmptySubsequences: false)
    let twos = other.prerelease.split(separator: ".", omittingEmptySubsequences: false)
    for (one, two) in zip(ones, twos) where one != two {
      switch (UInt64(one), UInt64(two)) {
      case (let one?, let two?): return one < two ? -1 : 1
      case (_?, nil): return -1
      case (nil, _?): return 1
      case (nil, nil): return one.utf8.lexicographicallyPrecedes(two.utf8) ? -1 : 1
      }
    }
    return ones.count < twos.count ? -1 : ones.count > twos.count ? 1 : 0
  }

  enum Part {
    case major, minor, patch
  }

  /// The next version; a prerelease's next patch is its release.
  func incremented(_ part: Part) -> ChartVersion {
    var next = self
    switch part {
    case .major: (next.major, next.minor, next.patch) = (major &+ 1, 0, 0)
    case .minor: (next.minor, next.patch) = (minor &+ 1, 0)
    case .patch: if prerelease.isEmpty { next.patch = patch &+ 1 }
    }
    next.prerelease = ""
    next.metadata = ""
    next.original = (original.hasPrefix("v") ? "v" : "") + next.text
    return next
  }
}

/// The pieces of a version as it is written, wildcards among its numbers.
struct VersionParts {
  /// Up to the first that is missing or a wildcard.
  var numbers: [UInt64] = []
  var hasWildcard = false
  var prerelease = ""
  var metadata = ""

  /// Nil for what has not the form of a version.
  init?(_ text: String) {
    var rest = Substring(text)
    if rest.hasPrefix("v") { rest = rest.dropFirst() }
    if let plus = rest.firstIndex(of: "+") {
      metadata = String(rest[rest.index(after: plus)...])
      rest = rest[..<plus]
      guard Self.isIdentifiers(metadata) else { return nil }
    }
    if let dash = rest.firstIndex(of: "-") {
      prerelease = String(rest[rest.index(after: dash)...])
      rest = rest[..<dash]
      guard Self.isIdentifiers(prerelease) else { return nil }
    }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 3 else { return nil }
    for part in parts {
      if part == "x" || part == "X" || part == "*" {
        hasWildcard = true
      } else {
        guard !part.isEmpty, part.utf8.allSatisfy({ $0 &- 48 < 10 }), let number = UInt64(part) else { return nil }
        if !hasWildcard { numbers.append(number) }
      }
    }
  }

  private static func isIdentifiers(_ text: String) -> Bool {
    !text.isEmpty
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == UInt8(ascii: "-") }
      }
  }
}
