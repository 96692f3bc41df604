package import Addresses
import Diagnostics
import Host

extension ProviderInstaller {
  /// What `lock` is doing.
  package enum LockEvent: Hashable, Sendable {
    case fetching(ProviderSource, SemanticVersion, Platform)
    case retrieved(ProviderSource, SemanticVersion, Platform, PackageTrust)

    package var text: String {
      switch self {
      case .fetching(let source, let version, let platform):
        "Fetching \(source.displayName) \(version) for \(platform)..."
      case .retrieved(let source, let version, let platform, let trust):
        "Retrieved \(source.displayName) \(version) for \(platform) (\(trust))"
      }
    }
  }

  /// Records the hashes of packages for several platforms without installing anything, as `providers lock` does.
  ///
  /// Packages come from the providers' own registries whatever the settings say, so that what is recorded is what their
  /// developers published; only explicit mirrors take their place.
  /// - Parameters:
  ///   - mirrorDirectory: from `-fs-mirror`.
  ///   - mirrorURL: from `-net-mirror`.
  package func lock(
    _ requirements: [ProviderSource: VersionConstraints], locks: DependencyLocks, platforms: [Platform],
    mirrorDirectory: String? = nil, mirrorURL: String? = nil, report: (LockEvent) -> Void
  ) async -> Outcome {
    let origin: ProviderOrigin =
      if let mirrorDirectory {
        .directory(FilesystemMirror(path: mirrorDirectory, files: setting.files))
      } else if let mirrorURL {
        .network(NetworkMirror(base: mirrorURL.hasSuffix("/") ? mirrorURL : mirrorURL + "/", client: client))
      } else {
        .registry(ProviderRegistry(client: client))
      }
    var outcome = Outcome(locks: locks)
    for (source, constraints) in requirements.sorted(by: { $0.key < $1.key }) where !source.comesWithProgram {
      let known = locks.providers[source].flatMap { constraints.allows($0.version) ? $0 : nil }
      let version: SemanticVersion
      do throws(InstallError) {
        let choice = try await ProviderOrigins(all: [origin]).versions(of: source)
        let candidates = choice.origins.keys.filter { known.map(\.version) == $0 || constraints.allows($0) }
        guard let selected = known?.version ?? candidates.max() else {
          throw InstallError(.noMatchingVersion, "no version that is offered fits \(constraints)")
        }
        version = selected
      } catch {
        outcome.diagnostics.append(
          InstallDiagnostics.queryFailed(source, error, Set(requirements.keys)))
        continue
      }
      var hashes = known?.hashes.filter(\.isKnown) ?? []
      for platform in platforms {
        do throws(InstallError) {
          report(.fetching(source, version, platform))
          let offer = try await origin.package(source, version, platform)
          let checked = try await check(offer)
          hashes += [checked.contentHash] + checked.signedHashes
          report(.retrieved(source, version, platform, checked.trust))
        } catch {
          outcome.diagnostics.append(InstallDiagnostics.lockFailed(source, version, platform, error))
        }
      }
      outcome.locks.providers[source] = ProviderLock(
        source: source, version: version, constraints: constraints, hashes: hashes)
    }
    return outcome
  }

  /// Checks a package where it lies.
  private func check(_ offer: PackageOffer) async throws(InstallError) -> PlacedPackage {
    let files = setting.files
    switch offer.content {
    case .directory(let path):
      let hash = try attempt { try PackageHashing.contentHash(ofDirectory: try files.resolve(path), files: files) }
      return PlacedPackage(trust: .unauthenticated, contentHash: hash, signedHashes: [])
    case .archive(let path):
      let hash = try attempt { try PackageHashing.contentHash(of: try ZipArchive(path: path, files: files)) }
      return PlacedPackage(trust: .unauthenticated, contentHash: hash, signedHashes: [])
    case .download(let url):
      let bytes = try await client.download(url)
      let archiveHash = PackageHashing.archiveHash(of: bytes)
      let contentHash = try attempt { try PackageHashing.contentHash(of: try ZipArchive(bytes: bytes)) }
      let (trust, signedHashes) = try prove(offer.proof, archiveHash, contentHash)
      return PlacedPackage(trust: trust, contentHash: contentHash, signedHashes: signedHashes)
    }
  }
}
