import Charts
import Kubernetes
import ProviderKit
import YAML

/// Plans one release: renders it, and asks the cluster about each of its objects.
struct ReleasePlanning: Sendable {
  let operation: ReleaseOperation
  let fetched: FetchedChart
  let given: GivenValues
  let history: [ReleaseRecord]
  /// What was kept of earlier runs; nil for a new release.
  let known: KeptRelease?
  /// The same, or the beginning of it.
  let kept: KeptRelease
  /// Whether the plan will be applied as it is, with what is noted in it. Hosts that know rounds do so; the others plan once more.
  let isBinding: Bool
  /// Whether the release is there, and will be removed before it is made.
  let isReplacement: Bool

  struct Plan: Sendable {
    var rendered: ReleaseOperation.Rendered
    var outcomes: [ObjectPlanning.Outcome] = []
    var variation = Variation.none
    var warnings: [(title: String, text: String)] = []
    /// Nil where it is not known yet what the objects are.
    var rendering: PlannedRendering?
  }

  var mask: SecretMask { operation.mask(given, kept, isOpen: !isBinding && known == nil) }
  var objects: ObjectPlanning { ObjectPlanning(operation: operation, kept: kept, mask: mask) }

  func plan(priorStatus: String?) async throws -> Plan {
    var plan = Plan(rendered: try await operation.desired(fetched, given, kept, history))
    let chart = plan.rendered.chart
    let all = ReleaseObjects(release: operation.release.name, namespace: operation.namespace, client: operation.client, chart: chart)
    let (wanted, unknown) = try await all.all(chart, skipsDefinitions: operation.release.skipCrds)
    if !unknown.isEmpty {
      let text = "The cluster does not know these kinds of the chart \(fetched.chart.name) yet: \(unknown.sorted().map(\.description).joined(separator: ", "))."
      if isBinding { throw Deferral(.absentPrerequisite, text) }
      plan.warnings.append(("Kinds are missing", text + " They must be there when the release is applied."))
      return plan
    }
    plan.outcomes = isReplacement ? wanted.map { ObjectPlanning.Outcome(object: $0) } : try await objects.plan(wanted)
    let problems = plan.outcomes.compactMap(\.problem)
    if !problems.isEmpty { throw AttributeErrors(problems) }
    for outcome in plan.outcomes { plan.warnings += (outcome.plan?.warnings ?? []).map { (outcome.object.key, $0) } }
    let removed = removed(wanted)
    for (key, object) in removed.sorted(by: { $0.key < $1.key }) where ReleaseObject.isKept(object.applied.manifest) {
      plan.warnings.append(("\(key) stays", "The chart no longer has it, and its annotation helm.sh/resource-policy says that it is to be kept."))
    }
    let isNeeded = priorStatus != ReleaseRecord.Status.deployed.rawValue || plan.rendered.digest != kept.digest || !removed.isEmpty
      || !isRecorded || plan.outcomes.contains { !$0.isEmpty }
    plan.rendering = PlannedRendering(
      inputs: plan.rendered.inputs, digest: plan.rendered.digest, chartVersion: fetched.chart.metadata.version,
      written: Set(plan.outcomes.filter { isBinding && $0.isWritten || $0.wasWritten }.map(\.object.key)),
      replaced: Set(plan.outcomes.filter { !($0.plan?.replacement.isEmpty ?? true) }.map(\.object.key)), isNeeded: isNeeded)
    if isNeeded, !isBinding { plan.variation = try await Variation(of: plan.rendered, wanted, self) }
    return plan
  }

  /// Whether the last record, which others may have written, says what is wanted.
  private var isRecorded: Bool {
    if operation.store.driver == .memory { return true }
    guard let last = history.last, last.chartVersion == fetched.chart.metadata.version else { return false }
    return JSONValue.object(last.values).jsonText() == JSONValue.object(given.values).jsonText()
  }

  /// What the release had and no longer has.
  private func removed(_ wanted: [ReleaseObject]) -> [String: KeptRelease.Object] {
    let names = Set(wanted.map(\.key))
    return kept.objects.filter { !names.contains($0.key) && !$0.value.isDefinition }
  }

  /// `metadata` of a revision that is about to be made; what only making it tells is unknown.
  func metadata(_ plan: Plan, prior: ReleaseMetadata?) -> ReleaseMetadata {
    var metadata = ReleaseMetadata()
    metadata.name = operation.release.name
    metadata.namespace = operation.namespace
    metadata.chart = fetched.chart.name
    metadata.version = fetched.chart.metadata.version
    metadata.appVersion = fetched.chart.metadata.appVersion
    let values = mask.masked(JSONValue.object(given.values)).jsonText()
    if !SecretMask.isOpen(values) { metadata.values = values }
    let notes = mask.masked(operation.notes(plan.rendered.chart))
    if !SecretMask.isOpen(notes), !plan.variation.isInNotes { metadata.notes = notes }
    if let first = prior?.$firstDeployed.known { metadata.firstDeployed = first }
    return metadata
  }
}

extension ReleaseOperation {
  /// The rendering that is wanted: the last one if it would come out the same, else that of the next revision.
  func desired(
    _ fetched: FetchedChart, _ given: GivenValues, _ kept: KeptRelease, _ history: [ReleaseRecord]
  ) async throws -> Rendered {
    let capabilities = try await capabilities()
    let revision = (history.last?.revision ?? 0) + 1
    guard var inputs = kept.inputs else {
      return try await render(
        fetched, given, RenderingInputs(revision: revision, isUpgrade: history.wasInstalled, capabilities: capabilities, lookups: [:], results: []))
    }
    inputs.capabilities = capabilities.without(Self.definedByTemplates(kept), except: inputs.capabilities)
    // What the chart finds of its own objects is what it found when they were made; everything else is looked up anew.
    inputs.lookups = inputs.lookups.filter { reference, _ in
      kept.objects.values.contains { object in
        let own = object.applied.reference
        return own.kind == GroupVersionKind(apiVersion: reference.apiVersion, kind: reference.kind) && own.name == reference.name
          && own.namespace ?? "" == reference.namespace
      }
    }
    let again = try await render(fetched, given, inputs)
    if again.digest == kept.digest { return again }
    inputs.results = again.inputs.results
    inputs.lookups = again.inputs.lookups
    inputs.revision = max(revision, inputs.revision)
    inputs.isUpgrade = history.wasInstalled
    return try await render(fetched, given, inputs)
  }

  /// The kinds that templates of the release define: the chart could not know them when it was first rendered.
  private static func definedByTemplates(_ kept: KeptRelease) -> Set<String> {
    let definitions = kept.objects.values.filter { !$0.isDefinition && $0.applied.reference.kind.kind == "CustomResourceDefinition" }
    return Set(definitions.flatMap { Capabilities.apiVersions(definedBy: $0.applied.manifest) })
  }
}
