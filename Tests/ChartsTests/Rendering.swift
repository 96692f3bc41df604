import YAML

@testable import Charts

/// A world in which nothing varies by itself.
let stillWorld = RenderingWorld(
  clock: { (1_700_000_000, 123_456_789) }, randomBytes: { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) } })

/// What a text renders to as the only template of a chart.
/// - Parameter values: YAML.
func rendered(_ template: String, values: String = "", files: [String: String] = [:], world: RenderingWorld = stillWorld) throws -> String {
  try LargeStack.run { () throws(ChartError) in
    let values = try ChartValues.read(Array(values.utf8), path: "chart/values.yaml")
    do throws(TemplateError) {
      return try text(of: template, values: values, files, world)
    } catch {
      throw .template(error)
    }
  }
}

private func text(
  of template: String, values: [String: JSONValue], _ files: [String: String], _ world: RenderingWorld
) throws(TemplateError) -> String {
  let execution = Execution(world: world)
  execution.define(try TemplateParser.parse(name: "chart/templates/test.yaml", text: Array(template.utf8)))
  let context = MapValue(
    [
      "Values": .map(MapValue(viewing: MapValue(values.mapValues { Value(clusterJSON: $0) }), as: .values)),
      "Files": .object(FilesObject(files.mapValues { Array($0.utf8) })),
      "Capabilities": .object(CapabilitiesObject(Capabilities())),
    ], kind: .values)
  let (text, _) = try execution.render("chart/templates/test.yaml", context: .map(context))
  return String(decoding: text, as: UTF8.self)
}

/// The message of the error that a template gives.
func failure(_ template: String, values: String = "") -> String {
  do {
    return "no error, but: \(try rendered(template, values: values))"
  } catch {
    return "\(error)"
  }
}

/// A chart from the texts of its files.
func chart(_ files: [String: String]) throws -> Chart {
  try Chart(directory: files.map { ChartFile(path: $0.key, text: $0.value) })
}

extension Chart {
  func rendered(_ values: String = "", namespace: String = "default") throws -> RenderedChart {
    try rendered(
      values: try ChartValues.read(Array(values.utf8), path: "values"), release: ReleaseDescription(name: "rel", namespace: namespace),
      world: stillWorld)
  }
}
