import ProviderKit

/// A chart in a registry: `oci://host:port/path/chart:tag@sha256:…`.
struct OCIReference: Hashable, Sendable {
  /// Host and port.
  var registry: String
  var repository: String
  var tag: String?
  /// `sha256:` and 64 digits.
  var digest: String?

  static func isReference(_ text: String) -> Bool { text.lowercased().hasPrefix("oci://") }

  init(_ text: String) throws(AttributeError) {
    guard let url = URLText(text), url.scheme == "oci", url.path.count > 1, url.query.isEmpty else {
      throw ChartProblem.chart("\"\(text)\" is no chart in a registry: it should read oci://host/path/chart.")
    }
    registry = url.authority
    var path = url.path.split(separator: "/").joined(separator: "/")
    if let at = path.firstIndex(of: "@") {
      let digest = String(path[path.index(after: at)...])
      guard digest.hasPrefix("sha256:"), digest.utf8.count == 71, digest.dropFirst(7).allSatisfy(\.isHexDigit) else {
        throw ChartProblem.chart("\"\(digest)\" is no digest: it should read sha256: and 64 hexadecimal digits.")
      }
      self.digest = digest
      path = String(path[..<at])
    }
    let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    if let colon = path[name...].firstIndex(of: ":") {
      tag = String(path[path.index(after: colon)...])
      path = String(path[..<colon])
    }
    repository = path
  }

  /// The last name, which is the chart's.
  var chart: String { repository.split(separator: "/").last.map(String.init) ?? repository }

  var text: String { "oci://\(registry)/\(repository)" }

  /// A tag for a version: tags cannot have a plus sign.
  static func tag(ofVersion version: String) -> String { version.replacing("+", with: "_") }
  static func version(ofTag tag: String) -> String { tag.replacing("_", with: "+") }
}
