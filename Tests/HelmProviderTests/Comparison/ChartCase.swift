import Foundation
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// A chart in the folder that `PLUMB_TEST_CHARTS` names. It is rendered with its defaults, with each file of its `ci/`, and with
/// the values in files beside it that are called `CHART.NAME.yaml`.
struct ChartCase: Sendable, CustomTestStringConvertible {
  var name: String
  var testDescription: String { name }
  var path: String { "\(Self.folder)/\(name)" }

  private static let folder = ProcessInfo.processInfo.environment["PLUMB_TEST_CHARTS"] ?? ""

  static let all: [ChartCase] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().filter { name in
      // Charts for other charts render to nothing by themselves.
      guard let text = try? Files.real.readText("\(folder)/\(name)/Chart.yaml") else { return false }
      return !text.contains("type: library")
    }.map(ChartCase.init)
  }()

  struct ValueSet {
    var name: String
    var values: [String: JSONValue]
  }

  func valueSets() throws -> [ValueSet] {
    func names(in folder: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    }
    let files = names(in: path + "/ci").map { "\(name)/ci/\($0)" } + names(in: Self.folder).filter { $0.hasPrefix(name + ".") }
    return try [ValueSet(name: "defaults", values: [:])]
      + files.map { file in
        let bytes = try Files.real.read("\(Self.folder)/\(file)") ?? []
        return ValueSet(name: file, values: try ChartValues.read(bytes, path: file))
      }
  }

  /// - Parameter versions: the API versions and kinds of the cluster.
  func rendered(_ values: [String: JSONValue], versions: [String]) -> Rendering {
    do {
      let world = RenderingWorld(
        clock: { (Int64(Date().timeIntervalSince1970), 0) }, randomBytes: { count in (0..<count).map { _ in .random(in: 0...255) } },
        timeZone: { (try? Files.real.read("/usr/share/zoneinfo/\($0)")) ?? nil })
      let rendered = try Chart(directory: ChartDirectory(files: .real).read(path)).rendered(
        values: values, release: ReleaseDescription(name: "rel", namespace: "default"), capabilities: Capabilities(apiVersions: versions),
        world: world)
      try rendered.checkObjects()
      // Helm asks the cluster for each object, and none answers to no name.
      if let object = rendered.objects.first(where: { $0.name.isEmpty }) { return Rendering(error: "\(object.path): an object has no name") }
      return Rendering(rendered)
    } catch {
      return Rendering(error: "\(error)")
    }
  }
}
