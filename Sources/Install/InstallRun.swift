import Addresses
import Diagnostics
import Host

/// One run of the installer: what is known of each provider so far.
struct InstallRun {
  /// A version that was chosen, and where it comes from.
  private struct Selection {
    var version: SemanticVersion
    var origin: ProviderOrigin
  }

  private(set) var outcome = ProviderInstaller.Outcome()
  private let installer: ProviderInstaller
  private let previous: DependencyLocks
  private let mode: ProviderInstaller.Mode
  private let required: Set<ProviderSource>
  /// Providers that nothing more is to be done for.
  private var closed: Set<ProviderSource> = []
  private var selections: [ProviderSource: Selection] = [:]
  private var cache: PackageHashCache
  private var incomplete: [ProviderSource] = []
  private var warnings: [Diagnostic] = []

  init(
    installer: ProviderInstaller, locks: DependencyLocks, mode: ProviderInstaller.Mode, required: Set<ProviderSource>
  ) {
    self.installer = installer
    self.previous = locks
    self.mode = mode
    self.required = required
    cache = PackageHashCache(dataDirectory: installer.setting.dataDirectory, files: installer.setting.files)
  }

  func isOpen(_ source: ProviderSource) -> Bool { !closed.contains(source) }

  private mutating func fail(_ source: ProviderSource, _ diagnostic: Diagnostic) {
    closed.insert(source)
    outcome.diagnostics.append(diagnostic)
  }

  /// The lock that decides the version; none when upgrading.
  private func binding(_ source: ProviderSource) -> ProviderLock? {
    mode == .upgrade ? nil : previous.providers[source]
  }

  /// Says how the version will be found.
  mutating func announce(
    _ source: ProviderSource, _ constraints: VersionConstraints, _ report: (InstallEvent) -> Void
  ) {
    if source.isBuiltin {
      if source == .builtin, !constraints.terms.isEmpty {
        fail(source, InstallDiagnostics.builtinVersion(source))
      } else if source == .builtin {
        closed.insert(source)
        report(.builtin(source))
      } else {
        fail(source, InstallDiagnostics.unknownBuiltin(source))
      }
    } else if source.comesWithProgram {
      // Said once it is known that it is there.
    } else if binding(source) != nil {
      report(.reusingLocked(source))
    } else if constraints.terms.isEmpty {
      report(.findingLatest(source))
    } else {
      report(.findingMatching(source, constraints))
    }
  }

  /// Looks after the providers that ship with the program: there is nothing to install, and nothing to lock.
  mutating func useBundled(
    _ requirements: [ProviderSource: VersionConstraints], _ report: (InstallEvent) -> Void
  ) async {
    let sources = requirements.keys.filter { $0.comesWithProgram && !$0.isBuiltin }.sorted()
    if sources.isEmpty { return }
    let bundled = installer.setting.bundled
    do throws(InstallError) {
      let names = try await bundled.names(with: installer.setting.launcher, environment: installer.setting.environment)
      for source in sources {
        guard source.isBundled, names.contains(source.type) else {
          fail(source, InstallDiagnostics.unknownBundled(source, names))
          continue
        }
        do throws(InstallError) {
          _ = try bundled.find(source, requirements[source] ?? .any)
          closed.insert(source)
          report(.bundled(source))
        } catch {
          fail(source, InstallDiagnostics.bundledUnusable(source, error))
        }
      }
    } catch {
      for source in sources { fail(source, InstallDiagnostics.bundledUnusable(source, error)) }
    }
  }

  /// Leaves a locked provider alone if its package is there and matches; nothing is asked of any place then.
  mutating func keepInstalled(
    _ source: ProviderSource, _ constraints: VersionConstraints, _ report: (InstallEvent) -> Void
  ) {
    guard let lock = binding(source) else { return }
    guard constraints.allows(lock.version) else {
      let reason =
        "\(source) is locked at \(lock.version), but \(constraints) is wanted; run \"plumb init -upgrade\" to choose "
          + "another version"
      fail(source, InstallDiagnostics.queryFailed(source, InstallError(.noMatchingVersion, reason), required))
      return
    }
    if isInstalled(lock) {
      keep(lock, constraints)
      report(.alreadyInstalled(source, lock.version))
    } else if linkFromCache(lock) {
      keep(lock, constraints)
      report(.linkedFromCache(source, lock.version))
    }
  }

  private mutating func keep(_ lock: ProviderLock, _ constraints: VersionConstraints) {
    closed.insert(lock.source)
    outcome.locks.providers[lock.source] = ProviderLock(
      source: lock.source, version: lock.version, constraints: constraints, hashes: lock.hashes)
  }

  /// Whether the package is in place with a hash that the lock records. A lock without hashes proves nothing.
  private mutating func isInstalled(_ lock: ProviderLock) -> Bool {
    matches(lock, installer.installedPath(lock.source, lock.version))
  }

  private mutating func matches(_ lock: ProviderLock, _ directory: String) -> Bool {
    guard let hash = try? cache.contentHash(ofDirectory: directory) else { return false }
    return lock.hashes.contains(hash)
  }

  private mutating func linkFromCache(_ lock: ProviderLock) -> Bool {
    guard let cached = installer.cachePath(lock.source, lock.version), matches(lock, cached) else { return false }
    return (try? installer.link(installer.installedPath(lock.source, lock.version), to: cached)) != nil
  }

  /// Asks the places for versions and chooses one.
  mutating func select(
    _ source: ProviderSource, _ constraints: VersionConstraints, _ report: (InstallEvent) -> Void
  ) async {
    do throws(InstallError) {
      let choice = try await installer.origins(for: source).versions(of: source)
      if !choice.warnings.isEmpty { warnings.append(InstallDiagnostics.registryWarnings(source, choice.warnings)) }
      let version: SemanticVersion
      if let lock = binding(source) {
        guard choice.origins[lock.version] != nil else {
          throw InstallError(
            .noMatchingVersion, "version \(lock.version) is locked and no longer offered")
        }
        version = lock.version
      } else {
        guard let newest = choice.origins.keys.filter({ constraints.allows($0) }).max() else {
          throw InstallError(
            .noMatchingVersion, "no version that is offered fits \(constraints)")
        }
        version = newest
      }
      guard let origin = choice.origins[version] else { return }
      selections[source] = Selection(version: version, origin: origin)
    } catch {
      fail(source, InstallDiagnostics.queryFailed(source, error, required))
    }
  }

  /// Puts a selected provider in place, and locks it.
  mutating func place(
    _ source: ProviderSource, _ constraints: VersionConstraints, _ report: (InstallEvent) -> Void
  ) async {
    guard isOpen(source), let selection = selections[source] else { return }
    closed.insert(source)
    let version = selection.version
    let lock = previous.providers[source].flatMap { $0.version == version ? $0 : nil }
    if let lock, isInstalled(lock) {
      keep(lock, constraints)
      report(.alreadyInstalled(source, version))
      return
    }
    if lock.map({ $0.hashes.isEmpty }) ?? true, useUnlockedCache(source, version, constraints) {
      report(.linkedFromCache(source, version))
      return
    }
    do throws(InstallError) {
      let offer = try await selection.origin.package(source, version, installer.setting.platform)
      report(.installing(source, version))
      let placed = try await installer.fetch(offer, source, version, lock: lock, cache: &cache)
      record(source, version, constraints, lock, placed)
      report(.installed(source, version, placed.trust))
    } catch {
      outcome.diagnostics.append(
        InstallDiagnostics.installFailed(source, version, installer.setting.platform, error))
    }
  }

  /// Uses a cached package that no lock vouches for, if the user allowed that.
  private mutating func useUnlockedCache(
    _ source: ProviderSource, _ version: SemanticVersion, _ constraints: VersionConstraints
  ) -> Bool {
    guard installer.setting.configuration.pluginCacheMayBreakLockFile,
      let cached = installer.cachePath(source, version), let hash = try? cache.contentHash(ofDirectory: cached),
      (try? installer.link(installer.installedPath(source, version), to: cached)) != nil
    else { return false }
    incomplete.append(source)
    outcome.locks.providers[source] = ProviderLock(
      source: source, version: version, constraints: constraints, hashes: [hash])
    return true
  }

  private mutating func record(
    _ source: ProviderSource, _ version: SemanticVersion, _ constraints: VersionConstraints, _ lock: ProviderLock?,
    _ placed: PlacedPackage
  ) {
    let earlier = lock?.hashes.filter(\.isKnown) ?? []
    if placed.signedHashes.isEmpty, earlier.isEmpty { incomplete.append(source) }
    if placed.trust.isThirdParty { outcome.hasThirdPartySignature = true }
    outcome.locks.providers[source] = ProviderLock(
      source: source, version: version, constraints: constraints,
      hashes: earlier + [placed.contentHash] + placed.signedHashes)
  }

  mutating func finish() {
    cache.save()
    outcome.diagnostics += warnings
    if !incomplete.isEmpty, !outcome.diagnostics.hasErrors {
      outcome.diagnostics.append(InstallDiagnostics.incompleteLock(incomplete.sorted(), installer.setting.platform))
    }
  }
}
