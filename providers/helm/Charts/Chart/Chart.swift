package import YAML

/// A chart as it lies in its directory or archive, with the charts below it.
package struct Chart: Sendable {
  package internal(set) var metadata: ChartMetadata
  /// `values.yaml`; empty when there is none.
  package internal(set) var values: [String: JSONValue]
  /// `values.schema.json`.
  var schema: [UInt8]?
  var templates: [ChartFile]
  /// What `.Files` sees.
  var files: [ChartFile]
  package internal(set) var subcharts: [Chart]
  /// `Chart.lock`, as it stands.
  var lock: ChartFile?

  package var name: String { metadata.name }

  /// The files below `crds/`, of this chart and those below it, with their path from the root of this one.
  func customResourceDefinitions(path: String) -> [(path: String, file: ChartFile)] {
    let own = files.filter { $0.path.hasPrefix("crds/") && Self.isManifest($0.path) }.sorted { $0.path < $1.path }
    return own.map { (path + "/" + $0.path, $0) }
      + subcharts.flatMap { $0.customResourceDefinitions(path: "\(path)/charts/\($0.name)") }
  }

  /// The version of a chart that it needs which `Chart.lock` holds it to; nil if none, or if it is no longer one that fits.
  package func lockedVersion(of dependency: ChartDependency) -> String? {
    guard let lock, let items = (try? YAML.value(lock.bytes))?["dependencies"]?.asArray,
      let text = items.first(where: { $0["name"]?.asString == dependency.name })?["version"]?.asString,
      let version = try? ChartVersion(text), dependency.version.isEmpty || (try? ChartVersionConstraint(dependency.version))?.allows(version) ?? false
    else { return nil }
    return text
  }

  private static func isManifest(_ path: String) -> Bool { [".yaml", ".yml", ".json"].contains { path.hasSuffix($0) } }
}

extension Chart {
  /// How many charts may lie in one another.
  private static let deepestNesting = 50

  /// A chart from its files, whose paths begin at its root. `.helmignore` is heeded.
  package init(directory files: [ChartFile]) throws(ChartError) {
    var rules = IgnoreRules.standard
    if let file = files.first(where: { $0.path == ".helmignore" }) {
      rules = try IgnoreRules(String(decoding: file.bytes, as: UTF8.self))
    }
    try self.init(files: files.filter { !rules.ignores($0.path) }, depth: 0)
  }

  /// A chart from an archive, compressed or not, in which all lies in one folder.
  package init(archive bytes: [UInt8]) throws(ChartError) {
    try self.init(unpacked: try Self.unpacked(archive: bytes))
  }

  /// A chart from the files of an archive.
  package init(unpacked files: [ChartFile]) throws(ChartError) { try self.init(files: files, depth: 0) }

  /// The files of an archive, with their paths from the chart's root.
  package static func unpacked(archive bytes: [UInt8]) throws(ChartError) -> [ChartFile] { try ChartArchive.files(bytes) }

  private init(files: [ChartFile], depth: Int) throws(ChartError) {
    if depth > Self.deepestNesting { throw .chart("charts lie more than \(Self.deepestNesting) deep in one another") }
    let files = files.map { ChartFile(path: $0.path, bytes: Self.withoutMark($0.bytes)) }
    guard let main = files.first(where: { $0.path == "Chart.yaml" }) else { throw .chart("Chart.yaml file is missing") }
    metadata = try ChartMetadata(main)
    values = [:]
    templates = []
    self.files = []
    subcharts = []
    var below: [String: [ChartFile]] = [:]
    for file in files { try sort(file, &below) }
    for name in below.keys.sorted() {
      if let subchart = try Self.subchart(name, below[name] ?? [], depth: depth + 1, of: self.name) { subcharts.append(subchart) }
    }
  }

  /// Editors of some systems put a mark before text.
  private static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  private mutating func sort(_ file: ChartFile, _ below: inout [String: [ChartFile]]) throws(ChartError) {
    switch file.path {
    case "Chart.yaml": break
    case "Chart.lock": lock = file
    case "values.yaml": values = try ChartValues.read(file.bytes, path: name + "/values.yaml")
    case "values.schema.json": schema = file.bytes
    case "requirements.yaml":
      try metadata.addRequirements(file)
      if metadata.apiVersion == "v1" { files.append(file) }
    case "requirements.lock": if metadata.apiVersion == "v1" { files.append(file) }
    default:
      if file.path.hasPrefix("templates/") {
        templates.append(file)
      } else if file.path.hasPrefix("charts/"), !file.path.hasSuffix(".prov") {
        let path = file.path.dropFirst("charts/".count)
        below[String(path.prefix { $0 != "/" }), default: []].append(ChartFile(path: String(path), bytes: file.bytes))
      } else {
        files.append(file)
      }
    }
  }

  private static func subchart(
    _ name: String, _ files: [ChartFile], depth: Int, of parent: String
  ) throws(ChartError) -> Chart? {
    if name.hasPrefix("_") || name.hasPrefix(".") { return nil }
    do throws(ChartError) {
      if name.hasSuffix(".tgz"), let file = files.first {
        return try Chart(files: try ChartArchive.files(file.bytes), depth: depth)
      }
      let inner = files.compactMap { file in
        file.path.firstIndex(of: "/").map { ChartFile(path: String(file.path[file.path.index(after: $0)...]), bytes: file.bytes) }
      }
      return try Chart(files: inner, depth: depth)
    } catch {
      throw .chart("subchart \(name) of \(parent): \(error)")
    }
  }
}
