package import Addresses
package import Diagnostics
package import Values

/// An identity that an older version of the provider wrote.
package struct UpgradeResourceIdentityRequest: Sendable {
  package var typeName: String
  package var version: Int64
  /// As stored, one JSON object.
  package var json: [UInt8]
  package init(typeName: String, version: Int64, json: [UInt8]) {
    self.typeName = typeName
    self.version = version
    self.json = json
  }
}

package struct UpgradeResourceIdentityResponse: Sendable {
  /// Nil when there are errors.
  package var identity: ResourceIdentity?
  package var diagnostics: [Diagnostic]
  package init(identity: ResourceIdentity?, diagnostics: [Diagnostic] = []) {
    self.identity = identity
    self.diagnostics = diagnostics
  }
}

/// Most providers know their objects by nothing but the attributes.
extension Provider {
  package func identitySchemas() async throws(DiagnosticsError) -> [String: Schema] { [:] }

  package func upgradeResourceIdentity(_ request: UpgradeResourceIdentityRequest) async -> UpgradeResourceIdentityResponse {
    UpgradeResourceIdentityResponse(
      identity: nil,
      diagnostics: [
        .error("No identity to upgrade", "The resource type \(request.typeName) has no identities.")
      ])
  }
}
