import Addresses
import Host

/// A package that is in its place.
struct PlacedPackage {
  var trust: PackageTrust
  var contentHash: PackageHash
  /// Hashes of all platforms' archives, when a valid signature vouches for them.
  var signedHashes: [PackageHash]
}

extension ProviderInstaller {
  /// Fetches a package, checks it and puts it in place: into the cache, if there is one, with a link to it.
  ///
  /// Nothing is left in place of a package that fails a check.
  func fetch(
    _ offer: PackageOffer, _ source: ProviderSource, _ version: SemanticVersion, lock: ProviderLock?,
    cache: inout PackageHashCache
  ) async throws(InstallError) -> PlacedPackage {
    let final = installedPath(source, version)
    let place = cachePath(source, version) ?? final
    let required = lock?.hashes.filter(\.isKnown) ?? []
    var placed: PlacedPackage
    switch offer.content {
    case .directory(let path):
      let hash = try attempt { try cache.contentHash(ofDirectory: path) }
      try require(required, oneOf: [hash], "local", source, version)
      try attempt { try link(place, to: path) }
      placed = PlacedPackage(trust: .unauthenticated, contentHash: hash, signedHashes: [])
    case .archive(let path):
      let files = setting.files
      let hash = try attempt { try PackageHashing.archiveHash(ofFile: path, files: files) }
      let archive = try attempt { try ZipArchive(path: path, files: files) }
      placed = PlacedPackage(trust: .unauthenticated, contentHash: hash, signedHashes: [])
      placed.contentHash = try unpack(archive, into: place) { contentHash throws(InstallError) in
        try require(required, oneOf: [hash, contentHash], "local", source, version)
      }
    case .download(let url):
      let bytes = try await client.download(url)
      let hash = PackageHashing.archiveHash(of: bytes)
      // A signature is checked before anything of the archive is believed.
      var (trust, signedHashes) = (PackageTrust.unauthenticated, [PackageHash]())
      if case .registry(let proof) = offer.proof { (trust, signedHashes) = try proof.check(hash) }
      let archive = try attempt { try ZipArchive(bytes: bytes) }
      let contentHash = try unpack(archive, into: place) { contentHash throws(InstallError) in
        if case .hashes = offer.proof { (trust, signedHashes) = try prove(offer.proof, hash, contentHash) }
        try require(required, oneOf: [hash, contentHash], "current", source, version)
      }
      placed = PlacedPackage(trust: trust, contentHash: contentHash, signedHashes: signedHashes)
    }
    if place != final { try attempt { try link(final, to: place) } }
    // Remembers the hash for the next run, which then need not read the package.
    _ = try? cache.contentHash(ofDirectory: final)
    return placed
  }

  /// Checks what the place that offered the package demands.
  func prove(
    _ proof: PackageOffer.Proof, _ archiveHash: PackageHash, _ contentHash: PackageHash
  ) throws(InstallError) -> (PackageTrust, [PackageHash]) {
    switch proof {
    case .none: return (.unauthenticated, [])
    case .registry(let proof): return try proof.check(archiveHash)
    case .hashes(let wanted):
      if wanted.contains(archiveHash) || wanted.contains(contentHash) { return (.verifiedChecksum, []) }
      let list = wanted.map(\.description).joined(separator: ", ")
      throw InstallError(
        .packageRejected, "the package's checksum \(archiveHash) is none of those that the mirror announced: \(list)")
    }
  }

  private func require(
    _ required: [PackageHash], oneOf hashes: [PackageHash], _ adjective: String, _ source: ProviderSource,
    _ version: SemanticVersion
  ) throws(InstallError) {
    if required.isEmpty || hashes.contains(where: required.contains) { return }
    let hint =
      adjective == "local"
      ? " (the known hashes may be for other platforms)" : ""
    throw InstallError(
      .packageRejected,
      "the \(adjective) package of \(source) \(version) has none of the hashes in the lock file\(hint); if the "
        + "package is right, run \"plumb providers lock\"")
  }

  /// Unpacks beside the place, checks the result, and moves it there in one step.
  private func unpack(
    _ archive: ZipArchive, into place: String, check: (PackageHash) throws(InstallError) -> Void
  ) throws(InstallError) -> PackageHash {
    let files = setting.files
    let staging = place + ".unpacking-" + String(UInt64.random(in: .min ... .max), radix: 36)
    do throws(InstallError) {
      try attempt { try archive.unpack(to: staging, files: files) }
      let hash = try attempt { try PackageHashing.contentHash(ofDirectory: staging, files: files) }
      try check(hash)
      try attempt {
        if (try? files.linkStatus(place)) != nil { try files.remove(place) }
        try files.rename(staging, to: place)
      }
      return hash
    } catch {
      try? files.remove(staging)
      throw error
    }
  }

  /// Makes `place` a link to a package, or a copy where links cannot be made. What was there is removed.
  func link(_ place: String, to package: String) throws(FileError) {
    let files = setting.files
    let target = try files.resolve(package)
    if (try? files.linkStatus(place)) != nil {
      // The place may already be the package itself, when a mirror and the cache are the same directory.
      if (try? files.resolve(place)) == target { return }
      try files.remove(place)
    }
    if let slash = place.utf8.lastIndex(of: UInt8(ascii: "/")) { try files.createDirectory(String(place[..<slash])) }
    do throws(FileError) {
      try files.createSymbolicLink(at: place, to: target)
    } catch {
      try files.copyTree(from: target, to: place)
    }
  }
}
