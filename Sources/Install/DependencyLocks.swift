package import Addresses

/// The content of a dependency lock file: for each provider the selected version and what its packages must hash to.
package struct DependencyLocks: Hashable, Sendable {
  /// The file's name, beside the root module.
  package static let fileName = ".terraform.lock.hcl"

  package var providers: [ProviderSource: ProviderLock]

  package init(_ providers: [ProviderLock] = []) {
    self.providers = Dictionary(providers.map { ($0.source, $0) }, uniquingKeysWith: { $1 })
  }

  /// Sorted by source.
  package var sorted: [ProviderLock] { providers.values.sorted { $0.source < $1.source } }

  /// Whether both select the same versions with the same hashes. Constraints are only a note for people, so a file is
  /// not rewritten for them alone (observed with Terraform 1.11).
  package func selectsSame(as other: DependencyLocks) -> Bool {
    providers.mapValues { [$0.version.description] + $0.hashes.map(\.description) }
      == other.providers.mapValues { [$0.version.description] + $0.hashes.map(\.description) }
  }

  /// The file's text, byte for byte as `terraform init` writes it.
  package var text: String {
    var text = """
      # This file is maintained automatically by "terraform init".
      # Manual edits may be lost in future updates.

      """
    for lock in sorted {
      text += "\nprovider \"\(lock.source)\" {\n"
      if lock.constraints.terms.isEmpty {
        text += "  version = \(quoted(lock.version.description))\n"
      } else {
        text += "  version     = \(quoted(lock.version.description))\n"
        text += "  constraints = \(quoted(lock.constraints.description))\n"
      }
      if !lock.hashes.isEmpty {
        text += "  hashes = [\n"
        for hash in lock.hashes { text += "    \(quoted(hash.description)),\n" }
        text += "  ]\n"
      }
      text += "}\n"
    }
    return text
  }
}

/// The lock of one provider.
package struct ProviderLock: Hashable, Sendable {
  package var source: ProviderSource
  package var version: SemanticVersion
  /// What the configuration demanded when the version was selected.
  package var constraints: VersionConstraints
  /// Sorted, without duplicates. A package must match one of those with a known scheme, if there are any.
  package private(set) var hashes: [PackageHash]

  package init(
    source: ProviderSource, version: SemanticVersion, constraints: VersionConstraints = .any,
    hashes: some Sequence<PackageHash> = [PackageHash]()
  ) {
    self.source = source
    self.version = version
    self.constraints = constraints
    self.hashes = Set(hashes).sorted()
  }
}

/// `SCHEME:VALUE`: what a package hashes to.
package struct PackageHash: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var scheme: String
  package var value: String

  package init(scheme: String, value: String) {
    self.scheme = scheme
    self.value = value
  }

  /// Nil unless there is a scheme before a colon.
  package init?(parsing text: String) {
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else { return nil }
    self.init(scheme: String(text[..<colon]), value: String(text[text.utf8.index(after: colon)...]))
  }

  /// Whether this program can compute hashes of this scheme.
  package var isKnown: Bool { scheme == "h1" || scheme == "zh" }

  package var description: String { "\(scheme):\(value)" }

  package static func < (left: Self, right: Self) -> Bool {
    left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
  }
}
