import Addresses
package import Diagnostics
package import Host

extension ModuleManifest {
  /// Why what is installed is not what a call asks for.
  package enum Mismatch: Error, Hashable, Sendable {
    case missing
    case otherSource
    case otherVersion(String)
    case unreadable(directory: String)

    package func diagnostic(for call: ModuleCall) -> Diagnostic {
      let way = "Run \"plumb init\" to install it."
      switch self {
      case .missing: return .error("Module not installed", "This module is not yet installed. \(way)", at: call.range)
      case .otherSource:
        return .error(
          "Module source has changed", "Since it was installed, its source has become another. \(way)",
          at: call.sourceRange)
      case .otherVersion(let version):
        return .error(
          "Module version requirements have changed",
          "Version \(version) is installed, which the constraint no longer allows. \(way)", at: call.sourceRange)
      case .unreadable(let directory):
        return .error(
          "Module not installed", "Its directory \(directory) cannot be read. \(way)",
          at: call.range)
      }
    }
  }

  /// The directory of a call's module, if the record is of the source and of a version that the call accepts.
  package func directory(
    of key: String, source: ModuleSource, version constraint: String?, files: any FileTree
  ) throws(Mismatch) -> String {
    guard let entry = self[key] else { throw .missing }
    guard entry.source == source.description else { throw .otherSource }
    if let constraint, let constraints = try? VersionConstraints(parsing: constraint) {
      guard let version = entry.version else { throw .otherVersion("none") }
      if let selected = SemanticVersion(parsing: version), !constraints.allows(selected) { throw .otherVersion(version) }
    }
    guard files.isDirectory(entry.directory) else { throw .unreadable(directory: entry.directory) }
    return entry.directory
  }
}
