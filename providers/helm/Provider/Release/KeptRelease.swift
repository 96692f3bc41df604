import Charts
import Kubernetes
import ProviderKit
import YAML

/// What a rendering depends on beside the chart and the values, so that it can be had again.
struct RenderingInputs: Hashable, Sendable {
  var revision: Int
  var isUpgrade: Bool
  var capabilities: Capabilities
  /// What `lookup` found.
  var lookups: [Charts.ObjectReference: JSONValue]
  /// What functions gave that give something else each time.
  var results: [KeptResult]
}

/// What is kept beside a release from run to run, without being shown.
struct KeptRelease: Sendable {
  struct Object: Sendable {
    var applied: AppliedObject
    /// Whether it is shown as it was written, because the server could not be asked what it would make of it when it was planned.
    var isShownAsWritten: Bool
    /// Whether it comes from `crds/`.
    var isDefinition: Bool
  }

  /// Makes marks of secrets this release's own.
  var salt: String
  var objects: [String: Object] = [:]
  /// Of the last rendering that was applied.
  var inputs: RenderingInputs?
  /// Stands for everything that was rendered and recorded.
  var digest = ""
  /// The text of hooks, for when the release goes.
  var hooks: [String] = []
  /// Texts that must not be shown, also those that no state has.
  var secrets: Set<String> = []
}

extension KeptRelease {
  static let stateKey = "release"

  /// What a provider finds beside the state of a release; nil if there is nothing.
  init?(_ state: PrivateState) {
    guard let text = state[Self.stateKey], let json = JSONValue(packed: text), let salt = json["salt"]?.asString else { return nil }
    self.init(salt: salt)
    for (key, value) in json["objects"]?.asObject ?? [:] {
      guard let applied = value["applied"].flatMap(AppliedObject.init) else { continue }
      objects[key] = Object(
        applied: applied, isShownAsWritten: value["written"]?.asBool ?? false, isDefinition: value["definition"]?.asBool ?? false)
    }
    inputs = json["inputs"].flatMap(RenderingInputs.init)
    digest = json["digest"]?.asString ?? ""
    hooks = (json["hooks"]?.asArray ?? []).compactMap(\.asString)
    secrets = Set((json["secrets"]?.asArray ?? []).compactMap(\.asString))
  }

  func save(to state: PrivateState) {
    var json: JSONValue = ["salt": .string(salt), "digest": .string(digest), "hooks": .array(hooks.map { .string($0) })]
    json["objects"] = .object(
      objects.mapValues { ["applied": $0.applied.json, "written": .bool($0.isShownAsWritten), "definition": .bool($0.isDefinition)] })
    json["inputs"] = inputs?.json
    json["secrets"] = .array(secrets.sorted().map { .string($0) })
    state[Self.stateKey] = json.packed
  }

  static func newSalt(_ random: RandomSource) -> String {
    String((0..<4).map { _ in String(UInt64(random.next() * 4_294_967_296), radix: 16) }.joined().prefix(32))
  }
}

/// What was planned, and is to be rendered again in the same way when it is applied.
struct PlannedRendering: Sendable {
  static let stateKey = "planned"

  var inputs: RenderingInputs
  var digest: String
  var chartVersion: String
  /// The objects that were shown as they are written.
  var written: Set<String>
  /// The objects that are to be made anew.
  var replaced: Set<String>
  /// Whether the cluster is to be asked for anything at all.
  var isNeeded: Bool

  init(inputs: RenderingInputs, digest: String, chartVersion: String, written: Set<String> = [], replaced: Set<String> = [], isNeeded: Bool) {
    self.inputs = inputs
    self.digest = digest
    self.chartVersion = chartVersion
    self.written = written
    self.replaced = replaced
    self.isNeeded = isNeeded
  }

  init?(_ state: PrivateState) {
    guard let text = state[Self.stateKey], let json = JSONValue(packed: text), let inputs = json["inputs"].flatMap(RenderingInputs.init) else {
      return nil
    }
    self.inputs = inputs
    digest = json["digest"]?.asString ?? ""
    chartVersion = json["chartVersion"]?.asString ?? ""
    written = Set((json["written"]?.asArray ?? []).compactMap(\.asString))
    replaced = Set((json["replaced"]?.asArray ?? []).compactMap(\.asString))
    isNeeded = json["needed"]?.asBool ?? true
  }

  func save(to state: PrivateState) {
    let json: JSONValue = [
      "inputs": inputs.json, "digest": .string(digest), "chartVersion": .string(chartVersion), "written": .array(written.sorted().map { .string($0) }),
      "replaced": .array(replaced.sorted().map { .string($0) }), "needed": .bool(isNeeded),
    ]
    state[Self.stateKey] = json.packed
  }
}

extension RenderingInputs {
  var json: JSONValue {
    [
      "revision": .integer(Int64(revision)), "upgrade": .bool(isUpgrade),
      "version": .string(capabilities.kubernetesVersion), "apiVersions": .array(capabilities.apiVersions.map { .string($0) }),
      "lookups": .array(
        lookups.sorted { "\($0.key)" < "\($1.key)" }.map { reference, value in
          [
            "apiVersion": .string(reference.apiVersion), "kind": .string(reference.kind), "namespace": .string(reference.namespace),
            "name": .string(reference.name), "value": value,
          ]
        }),
      "results": .array(
        results.map { result in
          [
            "function": .string(result.key.function), "file": .string(result.key.file), "arguments": .string(result.key.arguments),
            "count": .integer(Int64(result.key.count)), "value": result.value,
          ]
        }),
    ]
  }

  init?(json: JSONValue) {
    guard let revision = json["revision"]?.asInteger, let isUpgrade = json["upgrade"]?.asBool, let version = json["version"]?.asString else {
      return nil
    }
    self.revision = Int(revision)
    self.isUpgrade = isUpgrade
    capabilities = Capabilities(
      kubernetesVersion: version, apiVersions: (json["apiVersions"]?.asArray ?? []).compactMap(\.asString))
    lookups = [:]
    for item in json["lookups"]?.asArray ?? [] {
      let reference = Charts.ObjectReference(
        apiVersion: item["apiVersion"]?.asString ?? "", kind: item["kind"]?.asString ?? "", namespace: item["namespace"]?.asString ?? "",
        name: item["name"]?.asString ?? "")
      lookups[reference] = item["value"] ?? .null
    }
    results = (json["results"]?.asArray ?? []).compactMap { item in
      guard let function = item["function"]?.asString, let file = item["file"]?.asString, let arguments = item["arguments"]?.asString,
        let count = item["count"]?.asInteger
      else { return nil }
      return KeptResult(
        key: KeptResult.Key(function: function, file: file, arguments: arguments, count: Int(count)), value: item["value"] ?? .null)
    }
  }
}

extension JSONValue {
  private static let largestState = 512 << 20

  /// As a short text.
  var packed: String? { Gzip.deflated(json()).map(Base64.encode) }

  init?(packed text: String) {
    guard let bytes = Base64.decode(text).flatMap({ Gzip.inflated($0, largest: Self.largestState) }), let json = try? JSONValue(json: bytes)
    else { return nil }
    self = json
  }
}
