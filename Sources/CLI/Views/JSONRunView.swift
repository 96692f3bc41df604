import Diagnostics
import Engine
import HCL
import Plans
import Synchronization

/// The form for programs: one JSON object a line, everything on standard output.
final class JSONRunView: RunView {
  private let world: World
  private let messages: UIMessages
  private let ticker: Mutex<Task<Void, Never>?> = Mutex(nil)
  private let progress: Mutex<ProgressMessages>

  var style: TextStyle { TextStyle() }

  init(_ world: World) {
    self.world = world
    messages = UIMessages(now: world.now)
    progress = Mutex(ProgressMessages(messages))
  }

  /// Every second, what runs long is told of.
  func started() {
    world.output(bytes: messages.version())
    let task = Task { [self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        if Task.isCancelled { return }
        progress.withLock { progress in
          let lines = progress.stillRunning(now: world.uptimeMilliseconds())
          if !lines.isEmpty { world.output(bytes: lines) }
        }
      }
    }
    ticker.withLock { $0 = task }
  }

  func event(_ event: EngineEvent) {
    progress.withLock { progress in
      progress.note(event, now: world.uptimeMilliseconds())
      let line = messages.event(event)
      if !line.isEmpty { world.output(bytes: line) }
    }
  }

  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    let renderer = DiagnosticRenderer(sources: sources, color: false, enclosingBlock: blockHeaders())
    for diagnostic in diagnostics { world.output(bytes: messages.diagnostic(diagnostic, renderer: renderer)) }
  }

  func planned(_ plan: Plan, schemas: SchemaTable, origins: ChangeOrigins) { world.output(bytes: messages.plan(plan)) }

  func applying(_ plan: Plan) { world.output(bytes: messages.plannedChanges(plan)) }

  func planEnded(savedAs path: String?) {}

  func applied(_ outcome: ApplyOutcome, plan: Plan, command: String, savedTo path: String?) {
    guard !outcome.diagnostics.hasErrors else { return }
    if command != "refresh" {
      world.output(bytes: messages.changeSummary(outcome.counts, operation: command == "destroy" ? .destroy : .apply))
    }
    if command != "destroy" { world.output(bytes: messages.outputs(outcome.outputs)) }
  }

  func ended() { ticker.withLock { $0?.cancel() } }
}
