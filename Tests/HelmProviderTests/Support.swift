import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// Charts as tests write them.
enum TestChart {
  /// A tar archive of files in a folder of the chart's name.
  static func archive(_ name: String, _ files: [String: String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) { for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte } }
      let size = String(text.utf8.count, radix: 8)
      put("\(name)/\(path)", at: 0)
      put("0000644\0", at: 100)
      put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
      put("0", at: 156)
      put("ustar\u{0}00", at: 257)
      bytes += header + Array(text.utf8)
      bytes += [UInt8](repeating: 0, count: (512 - text.utf8.count % 512) % 512)
    }
    return bytes + [UInt8](repeating: 0, count: 1024)
  }

  static func metadata(_ name: String, _ version: String = "1.0.0", _ rest: String = "") -> String {
    "apiVersion: v2\nname: \(name)\nversion: \(version)\nappVersion: \"2.0\"\n\(rest)"
  }

  /// A config map, as a template.
  static func configMap(_ name: String, _ value: String, key: String = "key") -> String {
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \(name)\ndata:\n  \(key): \(value)\n"
  }

  static func write(_ files: [String: String], to directory: String, _ target: Files) throws {
    for (path, text) in files { try target.write(Array(text.utf8), to: "\(directory)/\(path)") }
  }
}

/// A cluster in which releases of charts are made whose files lie in memory.
struct HelmStage {
  let lab: LabWorld
  let files: Files
  let stage: ProviderTest<Helm>

  init(
    _ chart: [String: String], configuration: DynamicValue = [:], isDeferralAllowed: Bool = false,
    environment: [String: String] = ["HOME": "/root", "KUBE_CONFIG_PATH": LabWorld.kubeconfigPath], programs: Programs = .none,
    web: @escaping @Sendable (WebRequest) -> WebResponse? = { _ in nil }
  ) throws {
    lab = try LabWorld(elsewhere: web)
    files = .inMemory()
    try TestChart.write(chart, to: "/chart", files)
    stage = ProviderTest(
      Helm.self, configuration: configuration,
      surroundings: lab.surroundings(
        environment: environment, files: files, programs: programs),
      isDeferralAllowed: isDeferralAllowed)
  }

  func rewrite(_ path: String, _ text: String?) throws {
    if let text { try files.write(Array(text.utf8), to: "/chart/\(path)") } else { try files.remove("/chart/\(path)") }
  }

  /// The configuration of a release of the chart.
  func release(_ arguments: [String: DynamicValue] = [:]) -> DynamicValue {
    .object(["name": "rel", "chart": "/chart"].merging(arguments) { $1 })
  }

  @discardableResult
  func apply(_ arguments: [String: DynamicValue] = [:]) async throws -> DynamicValue {
    try await stage.apply("helm_release", release(arguments))
  }

  func plan(_ arguments: [String: DynamicValue] = [:]) async throws -> TestPlan { try await stage.plan("helm_release", release(arguments)) }

  /// The records in the cluster, by revision: status and the record itself.
  func records(_ name: String = "rel", namespace: String = "default") -> [(status: String, record: ReleaseRecord)] {
    let items = lab.ask("GET", "/api/v1/namespaces/\(namespace)/secrets", query: ["labelSelector": "owner=helm,name=\(name)"]).json["items"]?.asArray ?? []
    return items.compactMap { item in
      guard let outer = item[path: ["data", "release"]]?.asString.flatMap({ ProviderKit.Base64.decode($0) }),
        let record = ReleaseRecord(encoded: String(decoding: outer, as: UTF8.self))
      else { return nil }
      return (item[path: ["metadata", "labels", "status"]]?.asString ?? "", record)
    }.sorted { $0.record.revision < $1.record.revision }
  }

  func exists(_ path: String) -> Bool { lab.ask("GET", path).code == 200 }
}

let configMaps = "/api/v1/namespaces/default/configmaps"
let jobs = "/apis/batch/v1/namespaces/default/jobs"

/// The problems that an operation ends with, as one text.
func problems(_ work: () async throws -> Void) async -> String {
  do {
    try await work()
    return "no problem"
  } catch {
    return "\(error)"
  }
}
