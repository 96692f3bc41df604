package import Addresses

/// Something that happened during installation, for whoever shows it.
package enum InstallEvent: Hashable, Sendable {
  case builtin(ProviderSource)
  case bundled(ProviderSource)
  case reusingLocked(ProviderSource)
  case findingLatest(ProviderSource)
  case findingMatching(ProviderSource, VersionConstraints)
  case alreadyInstalled(ProviderSource, SemanticVersion)
  case linkedFromCache(ProviderSource, SemanticVersion)
  case installing(ProviderSource, SemanticVersion)
  case installed(ProviderSource, SemanticVersion, PackageTrust)

  /// The same for programs, as Terraform says it there.
  package var machineText: String {
    switch self {
    case .builtin(let source): "\(source) is built in to Plumb"
    case .bundled(let source): "\(source) is bundled with this program"
    case .reusingLocked(let source): "\(source.displayName): Reusing previous version from the dependency lock file"
    case .findingLatest(let source): "\(source.displayName): Finding latest version..."
    case .findingMatching(let source, let constraints):
      "Finding matching versions for provider: \(source.displayName), version_constraint: \"\(constraints)\""
    case .alreadyInstalled(let source, let version):
      "\(source.displayName) v\(version): Using previously-installed provider version"
    case .linkedFromCache(let source, let version):
      "\(source.displayName) v\(version): Using from the shared cache directory"
    case .installing(let source, let version): "Installing provider version: \(source.displayName) v\(version)..."
    case .installed(let source, let version, let trust):
      "Installed provider version: \(source.displayName) v\(version) (\(trust.description))"
    }
  }

  /// One line for people, without the leading hyphen, in the words that users of Terraform know.
  package var text: String {
    switch self {
    case .builtin(let source): "\(source) is built in to Plumb"
    case .bundled(let source): "\(source) is bundled with this program"
    case .reusingLocked(let source):
      "Keeping the locked version of \(source.displayName)"
    case .findingLatest(let source): "Finding latest version of \(source.displayName)..."
    case .findingMatching(let source, let constraints):
      "Finding \(source.displayName) versions matching \"\(constraints)\"..."
    case .alreadyInstalled(let source, let version): "Using previously-installed \(source.displayName) v\(version)"
    case .linkedFromCache(let source, let version):
      "Taking \(source.displayName) v\(version) from the plugin cache"
    case .installing(let source, let version): "Installing \(source.displayName) v\(version)..."
    case .installed(let source, let version, let trust):
      "Installed \(source.displayName) v\(version) (\(trust.description))"
    }
  }
}

/// How much is known of a package's origin.
package enum PackageTrust: Hashable, Sendable, CustomStringConvertible {
  case unauthenticated
  case verifiedChecksum
  case signedByHashiCorp(keyID: String)
  /// Signed by a key that the registry gave for this provider.
  case selfSigned(keyID: String)

  package var description: String {
    switch self {
    case .unauthenticated: "unauthenticated"
    case .verifiedChecksum: "verified checksum"
    case .signedByHashiCorp: "signed by HashiCorp"
    case .selfSigned(let keyID): "self-signed, key ID \(keyID)"
    }
  }

  /// Whether the developers themselves signed it, which deserves a note on what that means.
  package var isThirdParty: Bool {
    if case .selfSigned = self { true } else { false }
  }
}
