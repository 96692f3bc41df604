import Diagnostics
import ProviderInterface
import Values

extension AttributeError {
  func asDiagnostic(_ severity: Severity, summary other: String) -> Diagnostic {
    Diagnostic(severity, summary ?? other, message, attributePath: path.path.steps.map { Path([$0]).description })
  }

  var asWarning: Diagnostic { asDiagnostic(.warning, summary: "Warning") }
}

extension CallRecord {
  /// What is to be said beside the result.
  var diagnostics: [Diagnostic] {
    warnings.map(\.asWarning)
      + configurationFaults.all.map {
        failure(
          "The provider's configuration is not known yet",
          "The provider used its argument \"\($0.path)\", whose value is not known yet. It should have left this for later, or said that it must be known."
            + "\n\n\(providerMistake)")
      }
  }
}

/// What a provider threw, for the person who runs the program.
/// - Parameter summary: what was being done, for errors that do not say it.
func diagnostics(of error: any Error, summary: String) -> [Diagnostic] {
  switch error {
  case let error as AttributeError: [error.asDiagnostic(.error, summary: summary)]
  case let errors as AttributeErrors: errors.errors.map { $0.asDiagnostic(.error, summary: summary) }
  case let error as DiagnosticsError: error.diagnostics
  case let deferral as Deferral:
    [
      failure(
        summary, "\(deferral.message)\n\nA host that can leave this for a later round would; this one cannot, so that it must be known now.")
    ]
  case is CancellationError: [failure(summary, "It was stopped before it was done.")]
  default: [failure(summary, "\(error)")]
  }
}
