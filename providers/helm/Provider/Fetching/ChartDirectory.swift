import Charts
import ProviderKit

/// Reads charts that lie in directories. Symbolic links are followed.
struct ChartDirectory: Sendable {
  let files: Files
  /// How deep directories may lie in one another: links may lead in circles.
  private static let deepestNesting = 40
  private static let largestCount = 20_000

  /// The files of a chart, without those that `.helmignore` names, with their paths from the chart's root.
  func read(_ path: String) throws -> [ChartFile] {
    var rules = IgnoreRules.standard
    if let ignored = try files.readText(path + "/.helmignore") { rules = try IgnoreRules(ignored) }
    var found: [ChartFile] = []
    try collect(path, "", depth: 0, rules, &found)
    return found
  }

  private func collect(_ root: String, _ inner: String, depth: Int, _ rules: IgnoreRules, _ found: inout [ChartFile]) throws {
    if depth > Self.deepestNesting { throw ChartProblem.broken("\(root)/\(inner): directories lie more than \(Self.deepestNesting) deep in one another.") }
    for name in try files.list(inner.isEmpty ? root : "\(root)/\(inner)") ?? [] {
      let path = inner.isEmpty ? name : "\(inner)/\(name)"
      guard let status = try files.status("\(root)/\(path)") else {
        // A link that leads nowhere.
        if rules.ignores(path) { continue }
        throw ChartProblem.broken("\(root)/\(path) is a link to nothing.")
      }
      if status.isDirectory {
        if !rules.ignoresDirectory(path) { try collect(root, path, depth: depth + 1, rules, &found) }
      } else if status.isFile, !rules.ignores(path), let bytes = try files.read("\(root)/\(path)") {
        if found.count >= Self.largestCount { throw ChartProblem.broken("\(root) has more than \(Self.largestCount) files.") }
        found.append(ChartFile(path: path, bytes: bytes))
      }
    }
  }
}
