import Diagnostics
import Engine
import HCL
import Modules
import Plans
import Synchronization
import Values

/// How a run is shown while it goes on and when it ends: as text for people, or as lines of JSON for programs.
protocol RunView: Sendable {
  /// How what is asked while it goes on is to look.
  var style: TextStyle { get }
  func started()
  func event(_ event: EngineEvent)
  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap)
  /// - Parameter origins: the configuration, by which changes are explained to people.
  func planned(_ plan: Plan, schemas: SchemaTable, origins: ChangeOrigins)
  /// A plan that was saved before is about to be carried out.
  func applying(_ plan: Plan)
  /// A plan was saved, or not, and nothing more happens.
  func planEnded(savedAs path: String?)
  /// - Parameters:
  ///   - command: `apply`, `destroy` or `refresh`: it decides how the result is told.
  ///   - path: the file that has the new state, if that is another than the one before.
  func applied(_ outcome: ApplyOutcome, plan: Plan, command: String, savedTo path: String?)
  /// Nothing more will be shown.
  func ended()
}

/// The text form.
final class TextRunView: RunView {
  private let world: World
  private let report: Report
  private struct State {
    var progress: ProgressText
    var hasFooter = false
    var ticker: Task<Void, Never>?
  }
  private let state: Mutex<State>
  var style: TextStyle { report.style }

  init(_ world: World, _ report: Report) {
    self.world = world
    self.report = report
    state = Mutex(State(progress: ProgressText(style: report.style)))
  }

  /// Every second, what runs long is told of, and on a terminal the last line says how much is left.
  func started() {
    let ticker = Task { [self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        if Task.isCancelled { return }
        tick()
      }
    }
    state.withLock { $0.ticker = ticker }
  }

  private func tick() {
    let now = world.uptimeMilliseconds()
    state.withLock { state in
      write(state.progress.stillRunning(now: now), &state)
      guard world.output.isTerminal && world.errors.isTerminal else { return }
      let footer = state.progress.footer(now: now)
      // The line may hold a question that waits for its answer.
      if footer.isEmpty && !state.hasFooter { return }
      world.errors("\r\u{1B}[K" + footer)
      state.hasFooter = !footer.isEmpty
    }
  }

  private func write(_ lines: [String], _ state: inout State) {
    if lines.isEmpty { return }
    clearFooter(&state)
    for line in lines { world.output.line(line) }
  }

  private func clearFooter(_ state: inout State) {
    if state.hasFooter { world.errors("\r\u{1B}[K") }
    state.hasFooter = false
  }

  func event(_ event: EngineEvent) {
    let now = world.uptimeMilliseconds()
    state.withLock { state in write(state.progress.lines(for: event, now: now), &state) }
  }

  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    state.withLock { clearFooter(&$0) }
    report.show(diagnostics, sources)
  }

  func planned(_ plan: Plan, schemas: SchemaTable, origins: ChangeOrigins) {
    state.withLock { clearFooter(&$0) }
    world.output(planText(plan, schemas: schemas, style: report.style, origins: origins))
  }

  func applying(_ plan: Plan) {}

  func planEnded(savedAs path: String?) {
    if world.isAutomated { return }
    let style = report.style
    world.output("\n\(style.rule)")
    if let path {
      world.output(style.wrapped("\nSaved the plan to: \(path)\n\nTo apply it, run:\n"))
      world.output.line("    plumb apply \"\(path)\"")
    } else {
      world.output(
        style.wrapped(
          "\nNote: Without -out, the plan is not saved, and \"plumb apply\" makes a new one that may differ.\n"))
    }
  }

  func applied(_ outcome: ApplyOutcome, plan: Plan, command: String, savedTo path: String?) {
    guard !outcome.diagnostics.hasErrors else { return }
    if command != "refresh" {
      world.output.line("\n" + report.style.paint(Self.count(outcome.counts, plan, command), .boldGreen))
    }
    if let path, command == "apply", outcome.counts.additions + outcome.counts.updates > 0 {
      world.output(report.style.wrapped("\nThe new state is in a file of its own, which later runs need: give it to them with -state.\n"))
      world.output.line("\nState path: \(path)")
    }
    if command != "destroy" && !outcome.outputs.isEmpty {
      world.output("\n" + outputsText(outcome.outputs, style: report.style))
    }
  }

  private static func count(_ counts: ChangeCounts, _ plan: Plan, _ command: String) -> String {
    if command == "destroy" { return "Destroy complete! Resources: \(counts.removals) destroyed." }
    let imports = plan.counts.imports
    var parts = imports > 0 ? ["\(imports) imported"] : []
    parts += ["\(counts.additions) added", "\(counts.updates) changed", "\(counts.removals) destroyed"]
    return "Apply complete! Resources: \(parts.joined(separator: ", "))."
  }

  func ended() {
    state.withLock { state in
      clearFooter(&state)
      state.ticker?.cancel()
    }
  }
}

/// What tells only what is wrong.
struct QuietRunView: RunView {
  private let report: Report
  var style: TextStyle { report.style }

  init(_ report: Report) { self.report = report }

  func started() {}
  func event(_ event: EngineEvent) {}
  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap) { report.show(diagnostics, sources) }
  func planned(_ plan: Plan, schemas: SchemaTable, origins: ChangeOrigins) {}
  func applying(_ plan: Plan) {}
  func planEnded(savedAs path: String?) {}
  func applied(_ outcome: ApplyOutcome, plan: Plan, command: String, savedTo path: String?) {}
  func ended() {}
}
