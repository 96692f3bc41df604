import Diagnostics
import ProviderInterface

/// Says that something cannot be planned or read yet, so that hosts that can leave it for a later round. Thrown by a provider's
/// `configure` it puts off all that needs the configuration. Where the host can put nothing off, it is an error with this message.
public struct Deferral: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// Something in the configuration of the object is not known yet.
    case resourceConfigurationUnknown
    /// Something in the configuration of the provider is not known yet.
    case providerConfigurationUnknown
    /// Something that must exist does not yet: a cluster, a namespace, the definition of a kind.
    case absentPrerequisite
  }

  public var reason: Reason
  /// A sentence that says what is missing.
  public var message: String

  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// How hosts are told the message.
  var diagnostics: [Diagnostic] { [.warning("Left for later", message)] }

  var hostReason: DeferredReason {
    switch reason {
    case .resourceConfigurationUnknown: .resourceConfigUnknown
    case .providerConfigurationUnknown: .providerConfigUnknown
    case .absentPrerequisite: .absentPrerequisite
    }
  }
}
