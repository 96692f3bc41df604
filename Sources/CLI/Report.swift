import Diagnostics
import HCL

/// Shows diagnostics the way the command's output form wants them.
struct Report: Sendable {
  let world: World
  let isColored: Bool
  let compactsWarnings: Bool

  init(_ world: World, _ arguments: ViewArguments) {
    self.world = world
    isColored =
      !arguments.noColor && world.environment["NO_COLOR"].map(\.isEmpty) ?? true && world.output.isTerminal
    compactsWarnings = arguments.compactWarnings
  }

  var style: TextStyle { TextStyle(isColored: isColored, width: world.output.width ?? 78) }

  /// Writes warnings to standard output and errors to standard error, each kind in the order found.
  func show(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    let renderer = DiagnosticRenderer(
      sources: sources, width: world.errors.width ?? 78, color: isColored, enclosingBlock: blockHeaders())
    let warnings = diagnostics.filter { $0.severity == .warning }
    if compactsWarnings && !diagnostics.hasErrors && !warnings.isEmpty {
      world.output.line("\nWarnings:\n\n" + warnings.map { "- \($0.summary)" }.joined(separator: "\n"))
      world.output.line("\nTo see the full warning notes, run Plumb without -compact-warnings.\n")
    } else {
      for diagnostic in consolidated(warnings) { world.output(renderer.text(diagnostic)) }
    }
    for diagnostic in diagnostics where diagnostic.severity == .error { world.errors(renderer.text(diagnostic)) }
  }

  /// Many warnings with one headline become the first of them, which says how many more there are.
  private func consolidated(_ warnings: [Diagnostic]) -> [Diagnostic] {
    var counts: [String: Int] = [:]
    for warning in warnings { counts[warning.summary, default: 0] += 1 }
    var seen: Set<String> = []
    return warnings.compactMap { warning in
      guard let count = counts[warning.summary], count > 1 else { return warning }
      guard seen.insert(warning.summary).inserted else { return nil }
      var first = warning
      first.detail += "\n\n(and \(count - 1) more similar warning\(count == 2 ? "" : "s") elsewhere)"
      return first
    }
  }
}
