package import Diagnostics

/// Why a provider process cannot be used: what happened, and what the process said last.
package struct PluginError: Error, Sendable {
  package enum Code: Hashable, Sendable {
    /// The program could not be started at all.
    case notStarted
    case handshakeTimeout
    case exitedBeforeHandshake
    /// The first line of output is no handshake.
    case unrecognizedHandshake
    /// The handshake is well-formed, but names a protocol or transport that is not spoken here.
    case unsupportedProtocol
    /// The connection could not be made or is not what was announced.
    case connection
    case cancelled
  }
  package var code: Code
  /// The provider as the user knows it: its source address.
  package var provider: String
  /// One or more sentences with the next step.
  package var message: String
  /// The last lines the process wrote, oldest first.
  package var log: [String]

  /// As the error the user sees. The summary is the one Terraform uses when a provider cannot be started.
  package var diagnostic: Diagnostic {
    var detail = "Could not start the provider \(provider): \(message)"
    if !log.isEmpty { detail += "\n\n" + Self.logSection(log) }
    return .error("Failed to load plugin schemas", detail)
  }

  /// The paragraph that shows a process's last words.
  static func logSection(_ lines: [String]) -> String {
    "The provider's last output was:\n" + lines.map { "  \($0)\n" }.joined()
  }
}
