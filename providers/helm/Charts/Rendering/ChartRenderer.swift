package import YAML

/// The release that a chart is rendered for.
package struct ReleaseDescription: Hashable, Sendable {
  package var name: String
  package var namespace: String
  package var revision: Int
  package var isUpgrade: Bool

  package init(name: String, namespace: String, revision: Int = 1, isUpgrade: Bool = false) {
    self.name = name
    self.namespace = namespace
    self.revision = revision
    self.isUpgrade = isUpgrade
  }

  fileprivate var value: Value {
    .map([
      "Name": .string(name), "Namespace": .string(namespace), "IsUpgrade": .bool(isUpgrade), "IsInstall": .bool(!isUpgrade),
      "Revision": .int(revision), "Service": .string("Helm"),
    ])
  }
}

extension Chart {
  /// Renders the chart as Helm 4 does.
  /// - Parameters:
  ///   - values: what is given besides the chart's own defaults.
  ///   - capabilities: of the cluster, or of the assumed one.
  package func rendered(
    values: [String: JSONValue], release: ReleaseDescription, capabilities: Capabilities = Capabilities(),
    world: RenderingWorld
  ) throws(ChartError) -> RenderedChart {
    if metadata.isLibrary { throw .chart("\(name) is a library chart: it can only be used by other charts") }
    try checkKubernetes(capabilities)
    let missing = missingDependencies.map(\.name)
    if !missing.isEmpty {
      throw .chart("chart \(name) needs charts that are not in its charts/ directory: \(missing.joined(separator: ", "))")
    }
    // Values and schemas may be nested, and templates include each other, far deeper than an ordinary thread has room for.
    return try LargeStack.run { () throws(ChartError) in
      let chart = try Dependencies.processed(self, values: values)
      let seen = try ChartValues.coalesced(chart, values)
      let violations = ValuesSchema.violations(of: seen, in: chart)
      if !violations.isEmpty { throw .values(violations) }
      let renderer = ChartRenderer(chart, release, capabilities, world)
      defer { renderer.release() }
      return try renderer.render(values: seen)
    }
  }

  /// The charts that it says it needs and that do not lie in it.
  package var missingDependencies: [ChartDependency] {
    metadata.dependencies.filter { dependency in !subcharts.contains { $0.name == dependency.name } }
  }

  private func checkKubernetes(_ capabilities: Capabilities) throws(ChartError) {
    if metadata.kubeVersion.isEmpty { return }
    guard let range = try? ChartVersionConstraint(metadata.kubeVersion) else {
      throw .file(path: "\(name)/Chart.yaml", line: 0, message: "kubeVersion \"\(metadata.kubeVersion)\" is no constraint")
    }
    guard let version = try? ChartVersion(capabilities.normalizedVersion), range.allows(version) else {
      throw .chart(
        "chart \(name) requires kubeVersion \(metadata.kubeVersion), which is incompatible with Kubernetes "
          + capabilities.kubernetesVersion)
    }
  }
}

/// One rendering: the templates of all charts, and the contexts that they get.
private final class ChartRenderer {
  private struct Template {
    var path: String
    var file: ChartFile
    var context: MapValue
    var basePath: String
  }

  private let chart: Chart
  private let releaseValue: Value
  private let capabilities: CapabilitiesObject
  private let execution: Execution
  private var templates: [Template] = []

  init(_ chart: Chart, _ release: ReleaseDescription, _ capabilities: Capabilities, _ world: RenderingWorld) {
    self.chart = chart
    releaseValue = release.value
    self.capabilities = CapabilitiesObject(capabilities)
    execution = Execution(world: world)
  }

  /// Contexts hold each other, and templates may have put them into themselves.
  func release() {
    for template in templates { template.context.entries = [:] }
    templates = []
  }

  func render(values: [String: JSONValue]) throws(ChartError) -> RenderedChart {
    _ = collect(chart, path: chart.name, values: Value(clusterJSON: .object(values)), isRoot: true)
    sortTemplates()
    var files: [(path: String, text: [UInt8], varying: Set<String>)] = []
    var (notes, subchartNotes) = ("", "")
    do throws(TemplateError) {
      for template in templates { execution.define(try TemplateParser.parse(name: template.path, text: template.file.bytes)) }
      for template in templates where !template.file.baseName.hasPrefix("_") {
        template.context.entries["Template"] = .map(
          MapValue(["Name": .string(template.path), "BasePath": .string(template.basePath)], kind: .values))
        let (text, varying) = try execution.render(template.path, context: .map(template.context))
        if template.path.hasSuffix("NOTES.txt") {
          let text = String(decoding: text, as: UTF8.self)
          if template.path == "\(chart.name)/templates/NOTES.txt" { notes = text } else { subchartNotes += text + "\n" }
        } else {
          files.append((template.path, text, varying))
        }
      }
    } catch {
      throw .template(error)
    }
    return try result(files, notes, subchartNotes, values)
  }

  // MARK: Contexts

  /// Gives the context of a chart's templates, which is what the charts above see as `.Subcharts`.
  private func collect(_ chart: Chart, path: String, values: Value, isRoot: Bool) -> MapValue {
    let own: MapValue = if case .map(let map) = values { map } else { MapValue() }
    let context = MapValue(kind: .values)
    var subcharts: [String: Value] = [:]
    for subchart in chart.subcharts {
      let inner = collect(
        subchart, path: "\(path)/charts/\(subchart.name)", values: own.value(subchart.name), isRoot: false)
      subcharts[subchart.name] = .map(inner)
    }
    context.entries = [
      "Chart": chart.metadata.value(isRoot: isRoot), "Release": releaseValue, "Capabilities": .object(capabilities),
      "Files": .object(FilesObject(Dictionary(chart.files.map { ($0.path, $0.bytes) }) { $1 })),
      // What the chart above changes in the values of the one below, that one sees.
      "Values": .map(MapValue(viewing: own, as: .values)), "Subcharts": .map(subcharts),
    ]
    for file in chart.templates where !chart.metadata.isLibrary || file.baseName.hasPrefix("_") {
      templates.append(
        Template(path: "\(path)/\(file.path)", file: file, context: context, basePath: "\(path)/templates"))
    }
    return context
  }

  /// The deepest first, and within a depth from the end of the alphabet: what comes later wins.
  private func sortTemplates() {
    let depths = templates.map { $0.path.utf8.count { $0 == UInt8(ascii: "/") } }
    templates = templates.indices.sorted { one, two in
      if depths[one] != depths[two] { return depths[one] > depths[two] }
      return templates[two].path.utf8.lexicographicallyPrecedes(templates[one].path.utf8)
    }.map { templates[$0] }
  }

  // MARK: Results

  private func result(
    _ files: [(path: String, text: [UInt8], varying: Set<String>)], _ notes: String, _ subchartNotes: String,
    _ values: [String: JSONValue]
  ) throws(ChartError) -> RenderedChart {
    var documents: [RenderedObject] = []
    for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      for (index, document) in try ManifestReader.documents(file.text, path: file.path).enumerated() {
        documents.append(
          RenderedObject(
            path: file.path, index: index, line: document.line, text: document.text, value: document.value, varying: file.varying))
      }
    }
    var chart = RenderedChart(
      objects: [], hooks: [], customResourceDefinitions: try definitions(), notes: notes, subchartNotes: subchartNotes,
      kept: execution.kept, manifest: "", objectManifest: "", values: values)
    chart.take(documents)
    return chart
  }

  private func definitions() throws(ChartError) -> [RenderedObject] {
    var result: [RenderedObject] = []
    for (path, file) in chart.customResourceDefinitions(path: chart.name) {
      for (index, document) in try ManifestReader.documents(file.bytes, path: path).enumerated() where !document.value.isNull {
        result.append(
          RenderedObject(path: path, index: index, line: document.line, text: document.text, value: document.value, varying: []))
      }
    }
    return result
  }
}
