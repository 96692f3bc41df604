import Addresses

/// A package that some place offers, not yet fetched.
struct PackageOffer: Sendable {
  enum Content: Hashable, Sendable {
    /// An unpacked package.
    case directory(String)
    /// An archive on this machine.
    case archive(String)
    case download(url: String)
  }

  /// What the package must prove before it is used, beside what the lock file demands.
  enum Proof: Hashable, Sendable {
    case none
    /// At least one of these must match.
    case hashes([PackageHash])
    case registry(RegistryProof)
  }

  var content: Content
  var proof: Proof
}

/// What is known of a provider at one place.
struct AvailableVersions: Sendable {
  var versions: [SemanticVersion]
  /// What the place wants the user to know.
  var warnings: [String] = []
}

/// A place that packages come from.
enum ProviderOrigin: Sendable {
  case directory(FilesystemMirror)
  case network(NetworkMirror)
  case registry(ProviderRegistry)

  /// Throws `providerNotFound` when the place does not have the provider.
  func versions(of source: ProviderSource) async throws(InstallError) -> AvailableVersions {
    switch self {
    case .directory(let mirror): AvailableVersions(versions: try mirror.versions(of: source))
    case .network(let mirror): AvailableVersions(versions: try await mirror.versions(of: source))
    case .registry(let registry): try await registry.versions(of: source)
    }
  }

  /// Throws `platformNotSupported` when the place has the version, but not for this platform.
  func package(
    _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform
  ) async throws(InstallError) -> PackageOffer {
    switch self {
    case .directory(let mirror): try mirror.package(source, version, platform)
    case .network(let mirror): try await mirror.package(source, version, platform)
    case .registry(let registry): try await registry.package(source, version, platform)
    }
  }

  /// For the list of places that were searched.
  func name(for source: ProviderSource) -> String {
    switch self {
    case .directory(let mirror): mirror.path
    case .network(let mirror): "provider mirror at \(mirror.base)"
    case .registry: "provider registry \(source.host)"
    }
  }
}

/// The places for one provider, in order of preference.
struct ProviderOrigins: Sendable {
  var all: [ProviderOrigin]

  /// Everything that any place has, and which place has it first.
  struct Choice: Sendable {
    var origins: [SemanticVersion: ProviderOrigin] = [:]
    var warnings: [String] = []
  }

  func versions(of source: ProviderSource) async throws(InstallError) -> Choice {
    var choice = Choice()
    var failure: InstallError?
    for origin in all {
      do throws(InstallError) {
        let available = try await origin.versions(of: source)
        choice.warnings += available.warnings
        for version in available.versions where choice.origins[version] == nil { choice.origins[version] = origin }
      } catch {
        guard error.code == .providerNotFound else { throw error }
        failure = error
      }
    }
    if choice.origins.isEmpty, let failure {
      if all.count == 1, case .registry = all[0] { throw failure }
      let places = all.map { "\n  - \($0.name(for: source))" }.joined()
      throw InstallError(
        .providerNotFound, "\(source.displayName) is in none of the places that were searched\n\(places)")
    }
    return choice
  }
}

extension InstallError {
  static func platformNotSupported(
    _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform
  ) -> InstallError {
    InstallError(
      .platformNotSupported,
      "\(source.displayName) v\(version) is not offered for \(platform)")
  }
}
