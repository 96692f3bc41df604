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

  /// Writes warnings to standard output and then errors to standard error, each kind in the order of the places.
  func show(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    let renderer = DiagnosticRenderer(
      sources: sources, width: world.errors.width ?? 78, color: isColored, enclosingBlock: blockHeaders())
    let shown = diagnostics.sortedForDisplay(sources: sources).consolidatingWarnings()
    if compactsWarnings && !diagnostics.hasErrors && !shown.isEmpty {
      world.output("\n" + style.paint("Warnings:", .boldYellow) + "\n\n")
      for warning in shown { world.output(renderer.compactText(warning)) }
      world.output.line("\nWithout -compact-warnings, these warnings are shown in full.")
      return
    }
    for diagnostic in shown {
      if diagnostic.severity == .warning { world.output(renderer.text(diagnostic)) } else { world.errors(renderer.text(diagnostic)) }
    }
  }
}
