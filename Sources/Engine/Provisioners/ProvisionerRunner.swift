package import Diagnostics
package import Values

/// What a provisioner is to do: its arguments as they are written, all of them known and without marks.
package struct ProvisionerRequest: Sendable {
  /// `local-exec`, `remote-exec` or `file`.
  package var type: String
  /// An object of `ProvisionerSchema.arguments(of:)`.
  package var configuration: Value
  /// An object of `ProvisionerSchema.connection`; nil if there is no connection block.
  package var connection: Value?
  /// Whether arguments hold what may not be shown, in messages either.
  package var isSecret: Bool

  package init(type: String, configuration: Value, connection: Value?, isSecret: Bool) {
    self.type = type
    self.configuration = configuration
    self.connection = connection
    self.isSecret = isSecret
  }
}

/// Runs commands and copies files for provisioners, here or on another machine. The engine knows which, when and with what.
package protocol ProvisionerRunner: Sendable {
  /// Does what is asked, tells each line of output as it comes, and gives what went wrong, without a place.
  func run(_ request: ProvisionerRequest, output: @escaping @Sendable (String) -> Void) async -> [Diagnostic]
  /// Ends what runs now; what is asked for afterwards fails.
  func stop() async
}
