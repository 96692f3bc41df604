package import Addresses
package import Diagnostics
import Host

extension ProviderInstaller {
  /// What was done for one provider while a mirror was filled.
  package enum MirrorEvent: Sendable {
    case mirroring(ProviderSource)
    case selected(SemanticVersion, constraints: VersionConstraints, isLocked: Bool)
    case downloading(Platform)
    case authenticated(PackageTrust)

    /// One line for people, in the words that users of Terraform know.
    package var text: String {
      switch self {
      case .mirroring(let source): return "- Mirroring \(source.displayName)..."
      case .selected(let version, let constraints, let isLocked):
        if isLocked { return "  - v\(version), as in the lock file" }
        return constraints.terms.isEmpty
          ? "  - v\(version), the newest" : "  - v\(version), which fits \(constraints)"
      case .downloading(let platform): return "  - Downloading package for \(platform)..."
      case .authenticated(let trust): return "  - Package authenticated: \(trust)"
      }
    }
  }

  /// Puts archives of the required providers into a directory, in the layout of a mirror, with the index files that make it one
  /// for the network when a web server offers it.
  package func mirror(
    _ requirements: [ProviderSource: VersionConstraints], locks: DependencyLocks, platforms: [Platform],
    into directory: String, report: (MirrorEvent) -> Void
  ) async -> [Diagnostic] {
    var problems: [Diagnostic] = []
    for (source, constraints) in requirements.sorted(by: { $0.key < $1.key }) where !source.comesWithProgram {
      report(.mirroring(source))
      do throws(InstallError) {
        let choice = try await origins(for: source).versions(of: source)
        let locked = locks.providers[source]?.version
        guard let version = locked ?? choice.origins.keys.filter({ constraints.allows($0) }).max(),
          let origin = choice.origins[version]
        else { throw InstallError(.noMatchingVersion, "no version that is offered fits \(constraints)") }
        report(.selected(version, constraints: constraints, isLocked: locked != nil))
        for platform in platforms {
          report(.downloading(platform))
          let trust = try await store(try await origin.package(source, version, platform), source, version, platform, in: directory)
          report(.authenticated(trust))
        }
        try index(source, in: directory)
      } catch {
        problems.append(
          .error("Provider not available", "\(source) could not be fetched from its registry: \(error.message)."))
      }
    }
    return problems
  }

  private func store(
    _ offer: PackageOffer, _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform, in directory: String
  ) async throws(InstallError) -> PackageTrust {
    let bytes: [UInt8]
    switch offer.content {
    case .directory(let path):
      throw InstallError(.failed, "\(path) is no archive; only archives can be put into a mirror")
    case .archive(let path): bytes = try attempt { try setting.files.read(path) }
    case .download(let url): bytes = try await client.download(url)
    }
    let contentHash = try attempt { try PackageHashing.contentHash(of: try ZipArchive(bytes: bytes)) }
    let (trust, _) = try prove(offer.proof, PackageHashing.archiveHash(of: bytes), contentHash)
    let place = "\(directory)/\(source)"
    try attempt {
      try setting.files.createDirectory(place)
      try setting.files.write(
        bytes, to: "\(place)/terraform-provider-\(source.type)_\(version)_\(platform).zip")
    }
    return trust
  }

  /// Writes `index.json` and a file for each version, from the archives that are there.
  private func index(_ source: ProviderSource, in directory: String) throws(InstallError) {
    let place = "\(directory)/\(source)"
    let prefix = "terraform-provider-\(source.type)_"
    try attempt {
      var versions: [String: [(platform: String, file: String, hash: PackageHash)]] = [:]
      for file in try setting.files.list(place) where file.hasPrefix(prefix) && file.hasSuffix(".zip") {
        let parts = file.dropFirst(prefix.count).dropLast(4).split(separator: "_", maxSplits: 1)
        guard parts.count == 2 else { continue }
        let archive = try ZipArchive(path: "\(place)/\(file)", files: setting.files)
        versions[String(parts[0]), default: []].append(
          (String(parts[1]), file, try PackageHashing.contentHash(of: archive)))
      }
      let names = versions.keys.sorted()
      let list = names.map { "    \"\($0)\": {}" }.joined(separator: ",\n")
      try setting.files.write([UInt8]("{\n  \"versions\": {\n\(list)\n  }\n}".utf8), to: "\(place)/index.json")
      for name in names {
        let archives = (versions[name] ?? []).map { archive in
          """
              "\(archive.platform)": {
                "hashes": [
                  "\(archive.hash)"
                ],
                "url": "\(archive.file)"
              }
          """
        }
        let text = "{\n  \"archives\": {\n\(archives.joined(separator: ",\n"))\n  }\n}"
        try setting.files.write([UInt8](text.utf8), to: "\(place)/\(name).json")
      }
    }
  }
}
