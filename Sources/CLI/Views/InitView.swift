import Diagnostics
import HCL

/// What `init` shows: text for people, or messages for programs.
struct InitView {
  private let world: World
  private let report: Report
  private let messages: UIMessages?

  init(_ world: World, _ arguments: ViewArguments, isJSON: Bool) {
    self.world = world
    report = Report(world, arguments)
    messages = isJSON ? UIMessages(now: world.now) : nil
  }

  func started() {
    if let messages { world.output(bytes: messages.version()) }
  }

  /// A step, known to programs by its code.
  func message(_ text: String, code: String) {
    if let messages {
      world.output(bytes: messages.initialization(text.trimmedSpaces, code: code))
    } else {
      world.output.line(text)
    }
  }

  func success(_ text: String, code: String) {
    message(messages == nil && report.isColored ? "\u{1B}[1m\u{1B}[32m\(text)\u{1B}[0m" : text, code: code)
  }

  /// Something that happened on the way.
  func log(_ text: String, forPrograms machineText: String? = nil) {
    if let messages { world.output(bytes: messages.log(machineText ?? text)) } else { world.output.line(text) }
  }

  /// For people only.
  func text(_ text: String) {
    if messages == nil { world.output.line(text) }
  }

  func diagnostics(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    guard let messages else { return report.show(diagnostics, sources) }
    let renderer = DiagnosticRenderer(sources: sources, color: false, enclosingBlock: blockHeaders())
    for diagnostic in diagnostics { world.output(bytes: messages.diagnostic(diagnostic, renderer: renderer)) }
  }
}
