import Addresses
import Host

/// Packages in a directory, packed (`HOST/NAMESPACE/TYPE/terraform-provider-TYPE_VERSION_OS_ARCH.zip`) or
/// unpacked (`HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/`), or both.
struct FilesystemMirror: Sendable {
  let path: String
  let files: any FileTree

  private struct Package {
    var version: SemanticVersion
    var platform: Platform
    var content: PackageOffer.Content
  }

  /// Whether the mirror has any package of the provider.
  func has(_ source: ProviderSource) -> Bool {
    (try? packages(of: source))?.isEmpty == false
  }

  func versions(of source: ProviderSource) throws(InstallError) -> [SemanticVersion] {
    let packages = try packages(of: source)
    if packages.isEmpty {
      throw InstallError(.providerNotFound, "provider \(source.displayName) was not found in \(path)")
    }
    return Set(packages.map(\.version)).sorted()
  }

  func package(
    _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform
  ) throws(InstallError) -> PackageOffer {
    guard let package = try packages(of: source).first(where: { $0.version == version && $0.platform == platform })
    else { throw .platformNotSupported(source, version, platform) }
    return PackageOffer(content: package.content, proof: .none)
  }

  /// Unpacked packages before packed ones.
  private func packages(of source: ProviderSource) throws(InstallError) -> [Package] {
    do throws(FileError) {
      _ = try files.linkStatus(path)
    } catch {
      throw InstallError(.queryFailed, "cannot search \(path): \(error.sentence)")
    }
    let directory = "\(path)/\(source)"
    do throws(FileError) {
      let names = try files.list(directory)
      var packages: [Package] = []
      for name in names { packages += try unpacked(directory, name) }
      return packages + names.compactMap { packed(directory, $0, type: source.type) }
    } catch {
      if error.code == .notFound || error.code == .notDirectory { return [] }
      throw InstallError(.queryFailed, "cannot search \(error.path): \(error.sentence)")
    }
  }

  private func unpacked(_ directory: String, _ name: String) throws(FileError) -> [Package] {
    guard let version = SemanticVersion(parsing: name), files.isDirectory("\(directory)/\(name)") else { return [] }
    return try files.list("\(directory)/\(name)").compactMap { entry in
      let path = "\(directory)/\(name)/\(entry)"
      guard let platform = Platform(parsing: entry), files.isDirectory(path) else { return nil }
      return Package(version: version, platform: platform, content: .directory(path))
    }
  }

  private func packed(_ directory: String, _ name: String, type: String) -> Package? {
    let prefix = "terraform-provider-\(type)_"
    let lower = name.lowercased()
    guard lower.hasPrefix(prefix), lower.hasSuffix(".zip") else { return nil }
    let parts = lower.dropFirst(prefix.count).dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3, let version = SemanticVersion(parsing: String(parts[0])),
      let platform = Platform(parsing: "\(parts[1])_\(parts[2])"), files.isFile("\(directory)/\(name)")
    else { return nil }
    return Package(version: version, platform: platform, content: .archive("\(directory)/\(name)"))
  }
}
