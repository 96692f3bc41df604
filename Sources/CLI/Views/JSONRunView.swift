import Diagnostics
import Engine
import HCL
import Plans

/// The form for programs: one JSON object a line, everything on standard output.
struct JSONRunView: RunView {
  private let world: World
  private let messages: UIMessages

  init(_ world: World) {
    self.world = world
    messages = UIMessages(now: world.now)
  }

  func started() { world.output(bytes: messages.version()) }

  func event(_ event: EngineEvent) {
    let line = messages.event(event)
    if !line.isEmpty { world.output(bytes: line) }
  }

  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    let renderer = DiagnosticRenderer(sources: sources, color: false, enclosingBlock: blockHeaders())
    for diagnostic in diagnostics { world.output(bytes: messages.diagnostic(diagnostic, renderer: renderer)) }
  }

  func planned(_ plan: Plan, schemas: SchemaTable) { world.output(bytes: messages.plan(plan)) }

  func planEnded(savedAs path: String?) {}

  func applied(_ outcome: ApplyOutcome, plan: Plan, command: String) {
    guard !outcome.diagnostics.hasErrors else { return }
    if command != "refresh" {
      world.output(bytes: messages.changeSummary(outcome.counts, operation: command == "destroy" ? .destroy : .apply))
    }
    if plan.mode != .destroy { world.output(bytes: messages.outputs(outcome.outputs)) }
  }

  func ended() {}
}
