import Addresses
import Diagnostics
import Host
import Modules

extension ModuleInstallRun {
  /// As `init -from-module`: the module of a source becomes the root module in a directory.
  mutating func copy(_ text: String, into directory: String) async {
    let root = "\(installer.setting.dataDirectory)/modules/.from-module"
    defer { try? files.remove(root) }
    do {
      if let place = try await fetch(text, to: root) { try copyVisible(from: place, to: directory) }
      if outcome.diagnostics.hasErrors { return }
      checkParents(text, in: directory)
      manifest = ModuleManifest([ModuleManifest.Entry(key: "", source: "", directory: directory)])
      try manifest.write(dataDirectory: installer.setting.dataDirectory, files: files)
    } catch let error as ModuleSource.ParseError {
      fail("Invalid module source address", "This source cannot be read: \(error.message).", at: nil)
    } catch let error as ModuleRegistry.Failure {
      fail(error.summary, error.detail(call: "root", place: "-from-module"), at: nil)
    } catch let error as InstallError {
      fail("Failed to download module", "Could not download \"\(text)\": \(error.message)", at: nil)
    } catch {
      fail("Failed to copy root module", "\(error)", at: nil)
    }
  }

  /// The directory of the module, once it is on this machine; nil, with a diagnostic, when its package does not have it.
  private mutating func fetch(_ text: String, to root: String) async throws -> String? {
    let package: ModulePackage
    var nested = ""
    switch try ModuleSource(parsing: text) {
    case .local(let path):
      if files.isDirectory(path) { return path }
      fail("Failed to copy root module", "The directory \(path) does not exist.", at: nil)
      return nil
    case .registry(let module):
      let registry = ModuleRegistry(client: installer.client)
      guard let newest = try await registry.versions(of: module).filter({ !$0.isPrerelease }).max() else {
        throw ModuleRegistry.Failure.noVersions(module)
      }
      package = try ModulePackage(parsing: try await registry.location(of: module, newest))
      nested = module.subdirectory
    case .remote(let remote): package = remote
    }
    try await place(package, at: root)
    return subdirectory([package.subdirectory, nested].filter { !$0.isEmpty }.joined(separator: "/"), of: root, nil)
  }

  /// What lies beside or above the module in its package was not copied.
  private mutating func checkParents(_ text: String, in directory: String) {
    let (module, _, _) = loader.loadAlone(directory, adding: &outcome.sources)
    for call in module.moduleCalls.sorted(by: { $0.key < $1.key }).map(\.value) {
      guard case .local(let path)? = try? ModuleSource(parsing: call.source), path.hasPrefix("../") || path == "./.." else {
        continue
      }
      fail(
        "Root module references parent directory",
        "\"\(text)\" in the module leads to its parent directory, which is not copied. Give the module's remote "
          + "address instead.", at: call.sourceRange)
    }
  }
}
