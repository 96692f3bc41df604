import Foundation

/// The files of the repository, as text.
struct SourceTree: Sendable {
  struct File: Sendable {
    /// From the root of the repository.
    var path: String
    var text: String
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let folders = ["Sources", "state", "providers", "Tests", "stacks", "scripts", ".ci"]

  /// All text files below the folders that we write, in the order of their paths.
  static let files: [File] = folders.flatMap(files).sorted { $0.path < $1.path }

  static var swift: [File] { files.filter { $0.path.hasSuffix(".swift") } }
  /// What goes into the product.
  static var product: [File] { swift.filter { !$0.path.hasPrefix("Tests/") } }

  static func read(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  private static func files(below folder: String) -> [File] {
    // The folder may be a link; what is below it is not.
    let base = root.appending(path: folder).resolvingSymlinksInPath()
    guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
    var found: [File] = []
    for case let name as String in walk {
      guard !name.split(separator: "/").contains(where: { [".build", ".terraform"].contains($0) }),
        let text = try? String(contentsOf: base.appending(path: name), encoding: .utf8)
      else { continue }
      found.append(File(path: "\(folder)/\(name)", text: text))
    }
    return found
  }
}
