import Charts
import ProviderKit
import YAML

/// `index.yaml` of a repository: which charts it has in which versions, and where these lie.
struct RepositoryIndex: Sendable {
  struct Entry: Sendable {
    var version: String
    var urls: [String]
    /// SHA-256 in hexadecimal digits; empty if the index does not say.
    var digest: String
  }

  /// The repository that it is of.
  let url: String
  private let charts: [String: [Entry]]

  init(_ bytes: [UInt8], url: String) throws(AttributeError) {
    self.url = url
    let document = try Self.document(bytes, url)
    guard document["apiVersion"]?.asString != nil, let entries = (document["entries"] ?? [:]).asObject else {
      throw ChartProblem.repository("\(url)/index.yaml is no index of charts: it has no apiVersion or no entries.")
    }
    charts = entries.mapValues { list in
      (list.asArray ?? []).compactMap { item in
        guard let version = item["version"]?.asString else { return nil }
        let digest = item["digest"]?.asString ?? ""
        return Entry(
          version: version, urls: (item["urls"]?.asArray ?? []).compactMap(\.asString),
          digest: digest.hasPrefix("sha256:") ? String(digest.dropFirst(7)) : digest)
      }
    }
  }

  private static func document(_ bytes: [UInt8], _ url: String) throws(AttributeError) -> JSONValue {
    // Large repositories write JSON, which is YAML too and read faster.
    if let json = try? JSONValue(json: bytes) { return json }
    do throws(YAMLError) {
      return try YAML.value(bytes)
    } catch {
      throw ChartProblem.repository("\(url)/index.yaml: line \(error.line): \(error.message)")
    }
  }

  /// The entry of a chart.
  /// - Parameter wanted: a version or a range; nil for the newest release.
  func entry(_ chart: String, wanted: String?) throws(AttributeError) -> Entry {
    guard let entries = charts[chart], !entries.isEmpty else {
      let similar = charts.keys.filter { $0.contains(chart) || chart.contains($0) }.sorted().prefix(5)
      throw ChartProblem.chart(
        "The repository \(url) has no chart \"\(chart)\"."
          + (similar.isEmpty ? "" : " It has \(similar.map { "\"\($0)\"" }.joined(separator: ", "))."))
    }
    let versions = entries.map(\.version)
    let chosen: String?
    do throws(TemplateError) {
      chosen = try VersionChoice.choose(versions, wanted: wanted)
    } catch {
      throw ChartProblem.version("\"\(wanted ?? "")\" is neither a version nor a range of versions.")
    }
    guard let chosen, let entry = entries.first(where: { $0.version == chosen }) else {
      throw ChartProblem.version(
        "The repository \(url) has no version of \"\(chart)\" that is \(wanted.map { "\"\($0)\"" } ?? "a release"). "
          + "It has \(VersionChoice.shown(versions)).")
    }
    return entry
  }
}
