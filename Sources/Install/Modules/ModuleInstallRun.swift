import Addresses
import Diagnostics
import Host
import Modules

/// One run of the module installer.
struct ModuleInstallRun {
  var outcome = ModuleInstaller.Outcome()
  let installer: ModuleInstaller
  private let mode: ModuleInstaller.Mode
  let loader: ModuleLoader
  var manifest: ModuleManifest
  /// Where each package was fetched to in this run, so that it is fetched once.
  private var fetched: [String: String] = [:]
  /// The versions that registries offer, by module.
  private var offers: [String: [SemanticVersion]] = [:]

  init(installer: ModuleInstaller, mode: ModuleInstaller.Mode) {
    self.installer = installer
    self.mode = mode
    let setting = installer.setting
    loader = ModuleLoader(files: setting.files, dataDirectory: setting.dataDirectory, early: setting.early)
    manifest = .read(dataDirectory: setting.dataDirectory, files: setting.files)
  }

  var files: any FileTree { installer.setting.files }

  /// A module whose calls are being installed.
  private struct Place {
    var directory: String
    var path: ModulePath
    /// The package that it belongs to, when it is outside of the configuration.
    var package: (root: String, address: String)?
    var source: String?
    /// What the module above has for it.
    var caller: EarlyScope.Caller?
    /// The directories of the modules above, to find calls that never end.
    var lineage: [String] = []
  }

  // MARK: The tree

  mutating func installTree(
    _ directory: String, tests: TestSuite?, keepsPart: Bool, _ report: (ModuleInstaller.Event) -> Void
  ) async {
    manifest[""] = ModuleManifest.Entry(key: "", source: "", directory: directory)
    if let tests { outcome.sources = tests.sources }
    let root = Place(directory: directory, path: .root)
    await install(root, report)
    for (key, call) in tests?.moduleCalls ?? [] {
      let path = ModulePath(key.split(separator: ".").map(String.init))
      guard let source = try? ModuleSource(parsing: call.source) else { continue }
      if let child = await locate(call, source, path, in: root, report) { await install(child, report) }
    }
    if outcome.diagnostics.hasErrors, !keepsPart { return }
    do throws(FileError) {
      try manifest.write(dataDirectory: installer.setting.dataDirectory, files: files)
    } catch {
      outcome.diagnostics.append(
        .error(
          "Failed to update module manifest",
          "The list of modules cannot be written: \(error)"))
    }
  }

  private mutating func install(_ place: Place, _ report: (ModuleInstaller.Event) -> Void) async {
    let (module, scope, problems) = loader.loadAlone(
      place.directory, path: place.path, source: place.source, caller: place.caller, adding: &outcome.sources)
    outcome.diagnostics += problems
    // A faulty module would only make its calls look wrong as well.
    if problems.hasErrors { return }
    for (name, call) in module.moduleCalls.sorted(by: { $0.key < $1.key }) {
      let path = place.path.child(name)
      if path.names.count > 100 {
        fail("Module nesting too deep", "Modules are nested more than 100 levels deep here.", at: call.range)
        continue
      }
      guard let source = try? ModuleSource(parsing: call.source) else { continue }
      guard var child = await locate(call, source, path, in: place, report) else { continue }
      child.lineage = place.lineage + [place.directory]
      child.caller = EarlyScope.Caller(scope: scope, call: call)
      await install(child, report)
    }
  }

  /// Makes sure that a call's module is there, and gives its place; nil, with a diagnostic, when it cannot be had.
  private mutating func locate(
    _ call: ModuleCall, _ source: ModuleSource, _ path: ModulePath, in parent: Place,
    _ report: (ModuleInstaller.Event) -> Void
  ) async -> Place? {
    let key = path.names.joined(separator: ".")
    if mode == .keepInstalled,
      let directory = try? manifest.directory(of: key, source: source, version: call.version?.text, files: files)
    {
      let isLocal = if case .local = source { true } else { false }
      let root = "\(installer.setting.dataDirectory)/modules/\(key)"
      return Place(
        directory: directory, path: path,
        package: isLocal ? parent.package : (root, source.description), source: call.source)
    }
    manifest.removeTree(key)
    let earlier = "\(installer.setting.dataDirectory)/modules/\(key)"
    if (try? files.linkStatus(earlier)) != nil { try? files.remove(earlier) }
    switch source {
    case .local(let relative): return installLocal(call, relative, key, path, in: parent, report)
    case .registry(let module): return await installRegistry(call, module, key, path, report)
    case .remote(let package):
      report(.downloading(package: package.address, version: nil, key: key))
      guard
        let directory = await fetch(package, key: key, subdirectory: package.subdirectory, call, address: package.address)
      else { return nil }
      return conclude(call, source, key, path, version: nil, directory, package.address, report)
    }
  }

  private mutating func installLocal(
    _ call: ModuleCall, _ relative: String, _ key: String, _ path: ModulePath, in parent: Place,
    _ report: (ModuleInstaller.Event) -> Void
  ) -> Place? {
    let directory = normalizedPath(parent.directory, relative)
    if let package = parent.package, directory != package.root, !directory.hasPrefix(package.root + "/") {
      fail(
        "Local module path escapes module package",
        "Module \"\(call.name)\" lies outside of the package \"\(package.address)\", of which only the inside is "
          + "fetched. Keep paths that begin with \"../\" within it.", at: call.sourceRange)
      return nil
    }
    if (parent.lineage + [parent.directory]).contains(directory) {
      fail(
        "Module calls form a cycle",
        "Module \"\(call.name)\" leads back to a module that calls it (\(directory)), so its tree would have no end.",
        at: call.sourceRange)
      return nil
    }
    guard files.isDirectory(directory) else {
      fail(
        "Unreadable module directory",
        "The directory \(directory) for module \"\(call.name)\" at \(place(of: call)) does not exist or is no directory.",
        at: call.sourceRange)
      return nil
    }
    report(.installed(key: key, directory: directory))
    manifest[key] = ModuleManifest.Entry(
      key: key, source: ModuleSource.local(relative).description, directory: directory)
    return Place(directory: directory, path: path, package: parent.package, source: call.source)
  }

  private mutating func installRegistry(
    _ call: ModuleCall, _ module: RegistryModule, _ key: String, _ path: ModulePath,
    _ report: (ModuleInstaller.Event) -> Void
  ) async -> Place? {
    let registry = ModuleRegistry(client: installer.client)
    do throws(ModuleRegistry.Failure) {
      let version = try await select(call, module, registry)
      report(.downloading(package: module.package, version: version.description, key: key))
      let location = try await registry.location(of: module, version)
      let parsed: ModulePackage
      do throws(ModuleSource.ParseError) {
        parsed = try ModulePackage(parsing: location)
      } catch {
        fail(
          "Invalid package location from module registry",
          "The registry \(module.host) gave a location of \(module.package) \(version) that cannot be read, "
            + "\"\(location)\": \(error.message).", at: call.range)
        return nil
      }
      let directories = [parsed.subdirectory, module.subdirectory].filter { !$0.isEmpty }.joined(separator: "/")
      guard
        let directory = await fetch(parsed, key: key, subdirectory: directories, call, address: module.package)
      else { return nil }
      return conclude(call, .registry(module), key, path, version: version, directory, module.package, report)
    } catch {
      fail(error.summary, error.detail(call: call.name, place: place(of: call)), at: call.range)
      return nil
    }
  }

  private mutating func select(
    _ call: ModuleCall, _ module: RegistryModule, _ registry: ModuleRegistry
  ) async throws(ModuleRegistry.Failure) -> SemanticVersion {
    let versions: [SemanticVersion]
    if let known = offers[module.package] { versions = known } else {
      versions = try await registry.versions(of: module)
      offers[module.package] = versions
    }
    guard let newest = versions.filter({ !$0.isPrerelease }).max() ?? versions.max() else { throw .noVersions(module) }
    let constraints = call.version.flatMap { try? VersionConstraints(parsing: $0.text) } ?? .any
    guard let selected = versions.filter(constraints.allows).max() else { throw .noMatchingVersion(module, newest: newest) }
    return selected
  }

  private mutating func conclude(
    _ call: ModuleCall, _ source: ModuleSource, _ key: String, _ path: ModulePath, version: SemanticVersion?,
    _ directory: String, _ address: String, _ report: (ModuleInstaller.Event) -> Void
  ) -> Place? {
    report(.installed(key: key, directory: directory))
    manifest[key] = ModuleManifest.Entry(
      key: key, source: source.description, version: version?.description, directory: directory)
    return Place(
      directory: directory, path: path, package: ("\(installer.setting.dataDirectory)/modules/\(key)", address),
      source: call.source)
  }

  // MARK: Packages

  /// Fetches a package into its place below the data directory; gives the directory of the module in it.
  private mutating func fetch(
    _ package: ModulePackage, key: String, subdirectory: String, _ call: ModuleCall, address: String
  ) async -> String? {
    let root = "\(installer.setting.dataDirectory)/modules/\(key)"
    do throws(InstallError) {
      try await place(package, at: root)
    } catch {
      fail(
        "Failed to download module",
        "Module \"\(call.name)\" (\(place(of: call))) could not be fetched from \"\(package.address)\": "
          + "\(error.message)",
        at: call.range)
      return nil
    }
    return self.subdirectory(subdirectory, of: root, call)
  }

  mutating func place(_ package: ModulePackage, at root: String) async throws(InstallError) {
    try attempt {
      if (try? files.linkStatus(root)) != nil { try files.remove(root) }
      try files.createDirectory("\(installer.setting.dataDirectory)/modules")
    }
    if let earlier = fetched[package.address], files.isDirectory(earlier) {
      try attempt { try copyVisible(from: earlier, to: root) }
    } else {
      try await ModulePackageFetcher(installer).fetch(package, to: root)
      fetched[package.address] = root
    }
  }

  /// Copies a package without the files that version control hides in it.
  func copyVisible(from source: String, to destination: String) throws(FileError) {
    try files.createDirectory(destination)
    for name in try files.list(source) where !name.hasPrefix(".") {
      try files.copyTree(from: "\(source)/\(name)", to: "\(destination)/\(name)")
    }
  }

  mutating func subdirectory(_ text: String, of root: String, _ call: ModuleCall?) -> String? {
    if text.isEmpty { return root }
    let found = DirectoryPattern(text).matches(below: root, files: files)
    if found.count == 1, let directory = found.first, isInside(directory, root) { return directory }
    if found.count > 1 {
      fail("Failed to expand subdir globs", "subdir \"\(text)\" matches multiple paths", at: call?.range)
    } else {
      fail(
        "Unreadable module subdirectory",
        "\(root)/\(text) does not exist: the module has no directory \(text).",
        at: call?.range)
    }
    return nil
  }

  /// Whether a directory is within the package also when links are followed.
  private func isInside(_ directory: String, _ root: String) -> Bool {
    guard let real = try? files.resolve(directory), let realRoot = try? files.resolve(root) else { return false }
    return real == realRoot || real.hasPrefix(realRoot + "/")
  }

  // MARK: Diagnostics

  mutating func fail(_ summary: String, _ detail: String, at range: SourceRange?) {
    outcome.diagnostics.append(.error(summary, detail, at: range))
  }

  private func place(of call: ModuleCall) -> String {
    guard let file = outcome.sources[call.range.file] else { return call.name }
    return "\(file.path):\(file.position(of: call.range.start).line)"
  }
}
