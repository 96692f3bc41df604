import ProviderInterface
import Testing
import Values

@testable import Engine

/// The twin keeps its own promises: it passes the engine's checks, is the same for the same seed, and accounts for every object.
@Suite struct SimulatedProviderTests {
  /// Plans and applies one object, as the engine does; returns the response and the planned value.
  static func change(
    _ provider: SimulatedProvider, _ typeName: String, prior: Value?, _ configuration: String
  ) async -> (planned: PlanResourceChangeResponse, applied: ApplyResourceChangeResponse?) {
    guard let schema = SimulatedSchemas.resources[typeName]?.block else { return (.init(planned: nil), nil) }
    let configured = Notation.value(configuration, schema)
    let before = prior ?? .null(.object(schema.impliedType))
    let plan = await provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: typeName, prior: before,
        proposed: configured.isNull
          ? configured : proposedObject(schema: schema, prior: before, configuration: configured),
        configuration: configured,
        priorPrivate: []))
    guard let planned = plan.planned else { return (plan, nil) }
    #expect(
      planValidityProblems(schema: schema, prior: before, configuration: configured, planned: planned).map(\.text) == []
    )
    let applied = await provider.applyResourceChange(
      ApplyResourceChangeRequest(
        typeName: typeName, prior: before, planned: planned, configuration: configured, plannedPrivate: plan.private))
    if let new = applied.new, applied.diagnostics.isEmpty {
      #expect(compatibilityProblems(schema: schema, planned: planned, actual: new).map(\.text) == [])
      #expect(unknownPaths(in: new).isEmpty && writeOnlyPathsWithValues(schema: schema, new).isEmpty)
    }
    return (plan, applied)
  }

  @Test(arguments: [
    ("sim_simple", #"{name: "a", password: "p", tags: {x: "1"}}"#, #"{name: "a", size: 4}"#),
    (
      "sim_nested",
      #"{name: "a", disk: [{size: 1}], rule: [{port: 1}, {port: 2}], label: {x: {value: "1"}}, setting: {mode: "m"}, endpoints: [{port: 80}]}"#,
      #"{name: "a", disk: [{size: 2}, {size: 3}], rule: [{port: 2}, {port: 3}], label: {y: {}}}"#
    ),
  ])
  func createsUpdatesAndDeletes(_ typeName: String, _ first: String, _ second: String) async {
    let cloud = SimulatedCloud()
    let provider = SimulatedProvider(cloud)
    let created = await Self.change(provider, typeName, prior: nil, first).applied?.new
    #expect(cloud.objects.map(\.id) == ["\(typeName)/a#1"])
    let again = await Self.change(provider, typeName, prior: created, first)
    #expect(again.planned.planned == created)
    let updated = await Self.change(provider, typeName, prior: created, second).applied?.new
    #expect(cloud.objects.map(\.value) == [updated])
    #expect(cloud.violations(stored: ["\(typeName)/a#1"]) == [])
    #expect(cloud.violations(stored: []) == ["\(typeName)/a#1 exists, but no state knows it"])
    let gone = await Self.change(provider, typeName, prior: updated, "null")
    #expect(gone.applied?.new?.isNull == true)
    #expect(cloud.objects.isEmpty)
  }

  @Test func replacesForTheZone() async {
    let provider = SimulatedProvider(SimulatedCloud())
    let created = await Self.change(provider, "sim_simple", prior: nil, #"{name: "a", zone: "x"}"#).applied?.new
    let moved = await Self.change(provider, "sim_simple", prior: created, #"{name: "a", zone: "y"}"#)
    #expect(moved.planned.requiresReplace.map(\.description) == [".zone"])
  }

  @Test func oneSeedIsOneStory() async {
    func story(_ seed: UInt64) async -> [SimulatedFaults.Outcome] {
      let faults = SimulatedFaults(
        seed: seed, errorBeforeEffect: 0.2, errorAfterEffect: 0.2, crashBeforeEffect: 0.1, crashAfterEffect: 0.1,
        yieldsMax: 3)
      let provider = SimulatedProvider(SimulatedCloud(), faults: faults)
      for number in 0..<20 {
        _ = await Self.change(provider, "sim_simple", prior: nil, #"{name: "n\#(number)"}"#)
      }
      return provider.calls.map(\.outcome)
    }
    let first = await story(7)
    #expect(await story(7) == first)
    #expect(await story(8) != first)
    #expect(Set(first).count > 2)
  }

  @Test func stopsAtAReply() async {
    let stopper = RunStopper(atReply: 3)
    let cloud = SimulatedCloud()
    let provider = SimulatedProvider(cloud, beforeReply: stopper.beforeReply)
    let run = Task {
      for name in ["a", "b", "c"] { _ = await Self.change(provider, "sim_simple", prior: nil, "{name: \"\(name)\"}") }
      stopper.finished()
    }
    await stopper.reached()
    #expect(stopper.hasStopped)
    #expect(cloud.objects.map(\.name) == ["a"])
    run.cancel()
    stopper.release()
    await run.value
  }
}
