package import Addresses
package import Diagnostics
package import Host

/// A provider that can be started.
package struct InstalledProvider: Hashable, Sendable {
  package var source: ProviderSource
  /// Nil for a development override.
  package var version: SemanticVersion?
  package var directory: String
  package var executable: String
  /// What the executable is started with; nothing, unless it has several providers.
  package var arguments: [String]

  package init(
    source: ProviderSource, version: SemanticVersion?, directory: String, executable: String, arguments: [String] = []
  ) {
    self.source = source
    self.version = version
    self.directory = directory
    self.executable = executable
    self.arguments = arguments
  }
}

/// The providers in a data directory, as every command but `init` uses them.
package struct InstalledProviders: Sendable {
  private let files: any FileTree
  private let dataDirectory: String
  private let platform: Platform
  private let developmentOverrides: [ProviderSource: String]
  private let bundled: BundledProviders

  package init(
    files: any FileTree, dataDirectory: String, developmentOverrides: [ProviderSource: String] = [:],
    bundled: BundledProviders, platform: Platform = .current
  ) {
    self.bundled = bundled
    self.files = files
    self.dataDirectory = dataDirectory
    self.developmentOverrides = developmentOverrides
    self.platform = platform
  }

  /// Finds the executable of every required provider, after checking that the lock file fits the configuration and
  /// that the packages are those that were locked. A package that did not change since it was last hashed is not read.
  /// - Parameters:
  ///   - unmanaged: providers that run outside (`TF_REATTACH_PROVIDERS`): neither locked nor installed.
  ///   - acceptsOtherVersions: whether it is enough that a version is locked, be it one that the configuration does not allow.
  package func find(
    _ requirements: [ProviderSource: VersionConstraints], locks: DependencyLocks,
    unmanaged: Set<ProviderSource> = [], acceptsOtherVersions: Bool = false
  ) -> ([ProviderSource: InstalledProvider], [Diagnostic]) {
    let managed = requirements.filter { !$0.key.isBuiltin && !unmanaged.contains($0.key) }
    let locked = managed.filter { developmentOverrides[$0.key] == nil && !$0.key.comesWithProgram }
    var found: [ProviderSource: InstalledProvider] = [:]
    var problems: [String] = []
    var unusable: [Diagnostic] = []
    var cache = PackageHashCache(dataDirectory: dataDirectory, files: files)
    for source in managed.keys.sorted() {
      do throws(InstallError) {
        if let directory = developmentOverrides[source] {
          let executable = try executable(of: source, in: directory)
          found[source] = InstalledProvider(source: source, version: nil, directory: directory, executable: executable)
        } else if source.comesWithProgram {
          found[source] = try bundled.find(source, managed[source] ?? .any)
        } else if let lock = locks.providers[source] {
          found[source] = try installed(lock, &cache)
        }
      } catch {
        if source.comesWithProgram {
          unusable.append(InstallDiagnostics.bundledUnusable(source, error))
          continue
        }
        problems.append("\n  - \(source): \(error.message)")
      }
    }
    cache.save()
    if !unusable.isEmpty { return ([:], unusable) }
    if problems.isEmpty {
      if acceptsOtherVersions {
        let missing = locked.keys.filter { locks.providers[$0] == nil }.sorted()
        if !missing.isEmpty { return ([:], missing.map(missingProvider)) }
      } else if let diagnostic = inconsistencies(of: locks, with: locked) {
        return ([:], [diagnostic])
      }
      return (found, [])
    }
    let detail =
      "What is installed is not what the lock file says:"
      + problems.joined()
      + "\n\nTo install what is needed, run:\n  plumb init"
    return ([:], [.error("Required plugins are not installed", detail)])
  }

  private func missingProvider(_ source: ProviderSource) -> Diagnostic {
    .error(
      "Missing required provider",
      "\(source) is needed and not installed. To install it, run:\n  plumb init")
  }

  /// What the lock file lacks, and what it has in a version that the configuration no longer allows.
  private func inconsistencies(
    of locks: DependencyLocks, with requirements: [ProviderSource: VersionConstraints]
  ) -> Diagnostic? {
    var lines: [String] = []
    for (source, constraints) in requirements.sorted(by: { $0.key < $1.key }) {
      guard let lock = locks.providers[source] else {
        lines.append("\n  - \(source): no version is locked")
        continue
      }
      if !constraints.allows(lock.version) {
        lines.append(
          "\n  - \(source): \(lock.version) is locked, which does not fit \"\(constraints)\"")
      }
    }
    if lines.isEmpty { return nil }
    let advice =
      locks.providers.isEmpty
      ? "To choose versions and lock them, run:\n  plumb init"
      : "To choose other versions and lock them, run:\n  plumb init -upgrade"
    return .error(
      "Inconsistent dependency lock file",
      "The lock file does not fit the configuration:"
        + lines.joined() + "\n\n" + advice)
  }

  private func installed(_ lock: ProviderLock, _ cache: inout PackageHashCache) throws(InstallError)
    -> InstalledProvider
  {
    let root = "\(dataDirectory)/providers"
    let directory = "\(root)/\(lock.source)/\(lock.version)/\(platform)"
    guard files.isDirectory(directory) else {
      throw InstallError(
        .failed, "version \(lock.version) is not in \(root)")
    }
    // Only a content hash can be checked on an unpacked package.
    if lock.hashes.contains(where: \.isKnown) {
      let hash: PackageHash
      do throws(FileError) {
        hash = try cache.contentHash(ofDirectory: directory)
      } catch {
        throw InstallError(.failed, error.description)
      }
      guard lock.hashes.contains(hash) else {
        throw InstallError(
          .packageRejected,
          "version \(lock.version) in \(root) has none of the hashes of the lock file")
      }
    }
    return InstalledProvider(
      source: lock.source, version: lock.version, directory: directory,
      executable: try executable(of: lock.source, in: directory))
  }

  /// The path of the program in a package: `terraform-provider-TYPE`, alone or with `_` and anything behind it.
  package func executable(of source: ProviderSource, in directory: String) throws(InstallError) -> String {
    let prefix = "terraform-provider-\(source.type)"
    let names: [String]
    do throws(FileError) {
      names = try files.list(directory)
    } catch {
      throw InstallError(.failed, "could not read package directory \(directory): \(error.sentence)")
    }
    let candidate = names.first { name in
      guard name.hasPrefix(prefix) else { return false }
      let rest = name.dropFirst(prefix.count)
      return (rest.isEmpty || rest == ".exe" || rest.hasPrefix("_")) && files.isFile("\(directory)/\(name)")
    }
    guard let candidate else {
      throw InstallError(.failed, "\(directory) has no executable file that begins with \(prefix)")
    }
    return "\(directory)/\(candidate)"
  }
}
