import Diagnostics
import Plans
import State
import Testing
import Values

@testable import Engine

/// What one run on a stage did: its plan, its apply if there was one, and what its providers were asked.
struct Act {
  var planned: PlanOutcome
  var applied: ApplyOutcome?
  var process: StageProcess

  var actions: [String] { planned.plan?.actions ?? [] }
  var deferrals: [String] { planned.plan?.deferrals ?? [] }
  var effects: [String] { process.effects }
  var errors: [String] { planned.diagnostics.errors + (applied?.diagnostics.errors ?? []) }
  /// Only the headlines of errors.
  var errorSummaries: [String] {
    (planned.diagnostics + (applied?.diagnostics ?? [])).filter { $0.severity == .error }.map(\.summary)
  }
}

extension Stage {
  /// One process that plans and, if the plan is sound, applies.
  @discardableResult
  func act(
    _ main: String, _ options: PlanOptions = PlanOptions(), direction: Direction = Direction(), parallelism: Int = 10,
    interrupt: Interrupt = Interrupt(), applies: Bool = true
  ) async throws -> Act {
    let (graph, problems) = await Stage.graph(main)
    #expect(problems.errors == [])
    let process = process(direction: direction, parallelism: parallelism, interrupt: interrupt)
    let planned = try await process.plan(graph, options)
    var act = Act(planned: planned, applied: nil, process: process)
    if applies, let plan = planned.plan, !planned.diagnostics.hasErrors {
      act.applied = await process.apply(plan, graph, variables: options.variables)
    }
    await process.end()
    return act
  }

  /// The names of all objects that exist, each with what tells it apart from its predecessors: `a#1`.
  var existing: [String] {
    cloud.objects.map { $0.id.split(separator: "/").last.map(String.init) ?? $0.id }.sorted()
  }

  /// The objects of the state: `sim_simple.a`, with `tainted` or the deposed key behind.
  func stored() async throws -> [String] {
    try await snapshot().objects.map { "\($0.key)\($0.isTainted ? " tainted" : "")" }
  }

  func output(_ name: String) async throws -> String? {
    try await snapshot().outputs[name].map { String(decoding: $0.value, as: UTF8.self) }
  }
}
