import Foundation
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// Charts of this world, rendered by Helm itself and here: the same objects in the same order, the same hooks, notes and definitions,
/// or an error from both.
@Suite(
  .enabled(if: !Helm4.interpreters.isEmpty, "PLUMB_TEST_HELM names no Python interpreter that has helm-sdkpy"),
  .enabled(if: !ChartCase.all.isEmpty, "PLUMB_TEST_CHARTS names no folder of charts"))
struct ComparisonTests {
  @Test(arguments: ChartCase.all)
  func chartsRenderAsHelmRendersThem(chart: ChartCase) throws {
    let sets = try chart.valueSets()
    let theirs = try Helm4.render(chart.path, sets.map(\.values))
    // What Helm renders and then cannot install, it does not show.
    for (set, theirs) in zip(sets, theirs) where !theirs.isRefusedByServer {
      let ours = chart.rendered(set.values, versions: theirs.versions)
      var found = Rendering.differences(theirs, ours)
      if !found.isEmpty, let theirsAgain = try Helm4.render(chart.path, [set.values]).first {
        // What is random or of the moment differs for each from itself.
        let varies = Set(Rendering.differences(theirs, theirsAgain))
          .intersection(Rendering.differences(ours, chart.rendered(set.values, versions: theirs.versions)))
        found.removeAll { varies.contains($0) }
      }
      for place in found.prefix(5) {
        Issue.record("\(set.name): \(place)\nHelm: \(theirs.excerpt(place))\nhere: \(ours.excerpt(place))")
      }
    }
  }
}

/// What came of a chart, or why nothing did, as a tree. Texts that are manifests are trees in it, where they are some.
struct Rendering {
  var tree: JSONValue
  var versions: [String] = []

  init(_ chart: RenderedChart) {
    tree = [
      "objects": .array(chart.objects.map { ["path": .string($0.path), "object": $0.value] }),
      "hooks": .array(
        chart.hooksByKind.map { hook in
          [
            "path": .string(hook.object.path), "object": hook.object.value, "weight": .integer(Int64(hook.weight)),
            "events": .array(hook.events.map { .string($0.rawValue) }),
            "policies": .array(hook.deletePolicies.map { .string($0.rawValue) }),
          ]
        }),
      "notes": .string(chart.notes), "definitions": Self.byName(chart.customResourceDefinitions.map(\.value)),
    ]
  }

  init(error: String) { tree = ["error": .string(error)] }

  /// Whether an object that was rendered is none that a cluster could take.
  var isRefusedByServer: Bool { tree["error"]?.asString?.contains("unable to build kubernetes objects") ?? false }

  /// What `helm.py` tells of one rendering.
  init(answer: JSONValue) throws {
    versions = (answer["versions"]?.asArray ?? []).compactMap(\.asString)
    if let error = answer["error"]?.asString {
      tree = ["error": .string(error)]
      return
    }
    let hooks = try (answer["hooks"]?.asArray ?? []).map { hook -> JSONValue in
      // A hook without a policy gets this one when Helm runs it.
      let policies = hook["delete_policies"]?.asArray ?? []
      return [
        "path": hook["path"] ?? .null, "object": try YAML.value(hook["manifest"]?.asString ?? ""), "weight": hook["weight"] ?? 0,
        "events": hook["events"] ?? [], "policies": policies.isEmpty ? ["before-hook-creation"] : .array(policies),
      ]
    }
    tree = [
      "objects": .array(try Self.objects(ofManifest: answer["manifest"]?.asString ?? "")), "hooks": .array(hooks),
      "notes": answer["notes"] ?? "", "definitions": Self.byName(answer["definitions"]?.asArray ?? []),
    ]
  }

  /// Helm sends definitions all at once.
  private static func byName(_ definitions: [JSONValue]) -> JSONValue {
    let names = definitions.map { $0[path: ["metadata", "name"]]?.asString ?? "" }
    return .array(zip(names, definitions).sorted { $0.0 < $1.0 }.map(\.1))
  }

  /// Each document of a manifest stands below the path of its template.
  private static func objects(ofManifest text: String) throws -> [JSONValue] {
    try text.split(separator: "---\n# Source: ").compactMap { part in
      let object = try YAML.value(String(part.drop { $0 != "\n" }))
      return object.isNull ? nil : ["path": .string(String(part.prefix { $0 != "\n" })), "object": object]
    }
  }

  /// A place in the tree.
  struct Place: Hashable, CustomStringConvertible {
    var steps: [String] = []
    var description: String { steps.joined(separator: "/") }
    func step(_ name: String) -> Place { Place(steps: steps + [name]) }
  }

  /// The places at which two renderings differ. Errors need not have the same words.
  static func differences(_ one: Rendering, _ two: Rendering) -> [Place] {
    if one.tree["error"] != nil, two.tree["error"] != nil { return [] }
    var found: [Place] = []
    compare(one.tree, two.tree, Place(), &found)
    return found
  }

  private static func compare(_ one: JSONValue?, _ two: JSONValue?, _ place: Place, _ found: inout [Place]) {
    switch (one, two) {
    case (.object(let one)?, .object(let two)?):
      for name in Set(one.keys).union(two.keys).sorted() { compare(one[name], two[name], place.step(name), &found) }
    case (.array(let one)?, .array(let two)?) where one.count == two.count:
      for index in one.indices { compare(one[index], two[index], place.step("\(index)"), &found) }
    default: if one != two { found.append(place) }
    }
  }

  /// What stands at a place, shortened.
  func excerpt(_ place: Place) -> String {
    var value: JSONValue? = tree
    for step in place.steps { value = Int(step).flatMap { value?[$0] } ?? value?[step] }
    let text = value?.jsonText() ?? tree["error"]?.asString ?? "nothing"
    return text.count > 600 ? text.prefix(600) + "…" : text
  }
}
