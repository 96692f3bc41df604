import Charts
import Kubernetes
import ProviderKit
import YAML

/// What of a rendering comes out otherwise each time, because templates asked for the time or for chance.
///
/// Some hosts plan once more when they apply, and give back nothing that was noted in the first plan of a new object. To these such
/// values are shown only when they were made.
struct Variation: Sendable {
  /// Places in objects, by the objects' names.
  var objects: [String: [FieldPath]] = [:]
  var hooks: [FieldPath] = []
  /// Whether the notes are others.
  var isInNotes = false
  /// Whether the objects have other names.
  var isInNames = false

  static let none = Variation()
  /// Chance may give the same twice.
  private static let renderingCount = 3

  var isEmpty: Bool { objects.isEmpty && hooks.isEmpty && !isInNotes && !isInNames }

  init() {}

  /// Renders a few times more, with what was kept of earlier runs.
  init(of rendered: ReleaseOperation.Rendered, _ wanted: [ReleaseObject], _ planning: ReleasePlanning) async throws {
    let operation = planning.operation
    let known = Set((planning.kept.inputs?.results ?? []).map(\.key))
    var inputs = rendered.inputs
    inputs.results = inputs.results.filter { known.contains($0.key) }
    if inputs.results.count == rendered.inputs.results.count { return }
    let mask = SecretMask(salt: "", secrets: [])
    let first = Dictionary(wanted.map { ($0.key, $0.manifest) }) { first, _ in first }
    for _ in 0..<Self.renderingCount {
      let other = try await operation.render(planning.fetched, planning.given, inputs, isVaried: true).chart
      let all = ReleaseObjects(
        release: operation.release.name, namespace: operation.namespace, client: operation.client, chart: other)
      let objects = try await all.all(other, skipsDefinitions: operation.release.skipCrds).objects
      if Set(objects.map(\.key)) != Set(first.keys) { isInNames = true }
      for object in objects {
        guard let manifest = first[object.key] else { continue }
        let paths = Self.differences(manifest, object.manifest, [])
        if !paths.isEmpty { self.objects[object.key, default: []] += paths }
      }
      hooks += Self.differences(operation.shownHooks(rendered.chart, mask), operation.shownHooks(other, mask), [])
      if operation.notes(rendered.chart) != operation.notes(other) { isInNotes = true }
    }
  }

  private static func differences(_ one: JSONValue, _ other: JSONValue, _ steps: [FieldStep]) -> [FieldPath] {
    switch (one, other) {
    case (.object(let ones), .object(let others)) where ones.keys == others.keys:
      return ones.flatMap { name, value in differences(value, others[name] ?? .null, steps + [.field(name)]) }
    case (.array(let ones), .array(let others)) where ones.count == others.count:
      return zip(ones, others).enumerated().flatMap { differences($1.0, $1.1, steps + [.index($0)]) }
    default:
      if one == other { return [] }
      var found = [FieldPath(steps)]
      // The texts of secrets are stored as their data.
      if case .field("stringData")? = steps.first { found.append(FieldPath([.field("data")] + steps.dropFirst())) }
      return found
    }
  }
}
