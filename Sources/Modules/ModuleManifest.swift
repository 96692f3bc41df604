import Host
import Values

/// The list of installed modules that `init` writes: `modules/modules.json` in the data directory.
struct ModuleManifest {
  /// Directories by the names of the calls on the way, joined by dots.
  private(set) var directories: [String: String] = [:]

  /// Empty when there is no readable manifest.
  init(_ dataDirectory: String, _ files: any FileTree) {
    guard let bytes = try? files.read("\(dataDirectory)/modules/modules.json"),
      let document = try? JSONNode(parsing: bytes)
    else { return }
    for entry in document["Modules"]?.array ?? [] {
      guard let key = entry["Key"]?.string, let directory = entry["Dir"]?.string else { continue }
      directories[key] = normalizedPath(".", directory)
    }
  }
}
