// ProviderInterface: what the engine asks of a provider, as one protocol and plain requests and responses.
// This room knows nothing of processes, sockets or encodings: a provider may be another process or a type in this one.

package import Addresses
package import Diagnostics
package import Values

/// A provider: one process, or one in-process twin, with at most one configuration.
///
/// Values go in and out unmarked and conform to the schema of their type; an implementation checks what comes back
/// and reports what does not conform as an error diagnostic. A failure of the transport (a crash, a time-out) is an error
/// diagnostic in the response too, so that callers have one path. Message semantics: plugin protocol 5 and 6.
package protocol Provider: Sendable {
  /// Whether answers are made by who asks: then nothing is gained by asking several questions side by side.
  var answersAtOnce: Bool { get }
  /// The schema of the provider's configuration block, and what the provider can do.
  func metadata() async throws(DiagnosticsError) -> ProviderMetadata
  /// The schema of a type; nil if the provider has no such type. Decoded on first use, then kept.
  func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema?
  /// All names of one kind, sorted, for suggestions and listings.
  func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String]
  /// Signatures of the provider's functions by name.
  func functions() async throws(DiagnosticsError) -> [String: ProviderFunction]
  /// The schemas of identities by resource type, for the types that have them. In imports an optional attribute may be given, a
  /// required one must.
  func identitySchemas() async throws(DiagnosticsError) -> [String: Schema]

  func validateProviderConfiguration(_ configuration: Value) async -> ValidateResponse
  /// Called at most once in the life of a provider.
  func configure(_ request: ConfigureRequest) async -> [Diagnostic]

  func validateConfiguration(of kind: TypeKind, named name: String, _ configuration: Value) async -> [Diagnostic]
  func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse
  /// Asked for an identity of an older schema version than today's.
  func upgradeResourceIdentity(_ request: UpgradeResourceIdentityRequest) async -> UpgradeResourceIdentityResponse
  func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse
  func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse
  func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse
  func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse
  func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse
  func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse
  func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse
  func renewEphemeralResource(named name: String, private: [UInt8]) async -> RenewEphemeralResourceResponse
  func closeEphemeralResource(named name: String, private: [UInt8]) async -> [Diagnostic]
  /// The way to call the provider's functions, once it is ready for that.
  func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller

  /// Asks calls in flight to end early. Sent on the first interrupt.
  func stop() async
  /// Ends the provider; no call may follow.
  func close() async
}

extension Provider {
  package var answersAtOnce: Bool { false }
}

/// The kinds of types that a provider offers.
package enum TypeKind: Hashable, Sendable {
  case resource
  case dataSource
  case ephemeralResource
}

/// What a provider says of itself.
package struct ProviderMetadata: Sendable {
  package var configuration: Schema
  /// The schema of `provider_meta` blocks, if the provider takes them.
  package var providerMeta: Schema?
  package var capabilities: ServerCapabilities
  package init(configuration: Schema, providerMeta: Schema? = nil, capabilities: ServerCapabilities = .init()) {
    self.configuration = configuration
    self.providerMeta = providerMeta
    self.capabilities = capabilities
  }
}

/// `ServerCapabilities` of the plugin protocol.
package struct ServerCapabilities: Hashable, Sendable {
  /// PlanResourceChange is to be called for deletions too.
  package var planDestroy = false
  /// Calls work without a schema call before them.
  package var getProviderSchemaOptional = false
  package var moveResourceState = false
  package init(planDestroy: Bool = false, getProviderSchemaOptional: Bool = false, moveResourceState: Bool = false) {
    self.planDestroy = planDestroy
    self.getProviderSchemaOptional = getProviderSchemaOptional
    self.moveResourceState = moveResourceState
  }
}

/// `ClientCapabilities` of the plugin protocol.
package struct ClientCapabilities: Hashable, Sendable {
  package var deferralAllowed = true
  package var writeOnlyAttributesAllowed = true
  package init(deferralAllowed: Bool = true, writeOnlyAttributesAllowed: Bool = true) {
    self.deferralAllowed = deferralAllowed
    self.writeOnlyAttributesAllowed = writeOnlyAttributesAllowed
  }
}

/// Why a provider put something off. Message `Deferred`.
package enum DeferredReason: String, Hashable, Sendable {
  case unknown
  case resourceConfigUnknown = "resource_config_unknown"
  case providerConfigUnknown = "provider_config_unknown"
  case absentPrerequisite = "absent_prereq"
}

package struct ValidateResponse: Sendable {
  /// Protocol 5 may return an amended configuration; it is informative only.
  package var prepared: Value?
  package var diagnostics: [Diagnostic]
  package init(prepared: Value? = nil, diagnostics: [Diagnostic] = []) {
    self.prepared = prepared
    self.diagnostics = diagnostics
  }
}

package struct ConfigureRequest: Sendable {
  package var terraformVersion: String
  package var configuration: Value
  package var capabilities: ClientCapabilities
  package init(terraformVersion: String, configuration: Value, capabilities: ClientCapabilities = .init()) {
    self.terraformVersion = terraformVersion
    self.configuration = configuration
    self.capabilities = capabilities
  }
}

package struct UpgradeResourceStateRequest: Sendable {
  package var typeName: String
  package var version: Int64
  /// The attributes as stored, one JSON object.
  package var json: [UInt8]
  package init(typeName: String, version: Int64, json: [UInt8]) {
    self.typeName = typeName
    self.version = version
    self.json = json
  }
}

package struct UpgradeResourceStateResponse: Sendable {
  /// Nil when there are errors.
  package var upgraded: Value?
  package var diagnostics: [Diagnostic]
  package init(upgraded: Value?, diagnostics: [Diagnostic] = []) {
    self.upgraded = upgraded
    self.diagnostics = diagnostics
  }
}

package struct ReadResourceRequest: Sendable {
  package var typeName: String
  package var current: Value
  package var `private`: [UInt8]
  package var providerMeta: Value?
  package var capabilities: ClientCapabilities
  package var identity: ResourceIdentity?
  package init(
    typeName: String, current: Value, private: [UInt8], providerMeta: Value? = nil,
    capabilities: ClientCapabilities = .init(),
    identity: ResourceIdentity? = nil
  ) {
    self.typeName = typeName
    self.current = current
    self.private = `private`
    self.providerMeta = providerMeta
    self.capabilities = capabilities
    self.identity = identity
  }
}

package struct ReadResourceResponse: Sendable {
  /// Null when the object is gone; nil when there are errors.
  package var new: Value?
  package var `private`: [UInt8]
  package var deferred: DeferredReason?
  /// Nil when the provider gives none: what was known stays.
  package var identity: ResourceIdentity?
  package var diagnostics: [Diagnostic]
  package init(
    new: Value?, private: [UInt8] = [], deferred: DeferredReason? = nil, diagnostics: [Diagnostic] = [],
    identity: ResourceIdentity? = nil
  ) {
    self.new = new
    self.private = `private`
    self.deferred = deferred
    self.diagnostics = diagnostics
    self.identity = identity
  }
}

package struct PlanResourceChangeRequest: Sendable {
  package var typeName: String
  package var prior: Value
  package var proposed: Value
  package var configuration: Value
  package var priorPrivate: [UInt8]
  package var providerMeta: Value?
  package var capabilities: ClientCapabilities
  package var priorIdentity: ResourceIdentity?
  package init(
    typeName: String, prior: Value, proposed: Value, configuration: Value, priorPrivate: [UInt8],
    providerMeta: Value? = nil, capabilities: ClientCapabilities = .init(),
    priorIdentity: ResourceIdentity? = nil
  ) {
    self.typeName = typeName
    self.prior = prior
    self.proposed = proposed
    self.configuration = configuration
    self.priorPrivate = priorPrivate
    self.providerMeta = providerMeta
    self.capabilities = capabilities
    self.priorIdentity = priorIdentity
  }
}

package struct PlanResourceChangeResponse: Sendable {
  /// Nil when there are errors.
  package var planned: Value?
  package var requiresReplace: [Path]
  package var `private`: [UInt8]
  /// The provider is written with the legacy SDK, whose inconsistencies are tolerated.
  package var legacyTypeSystem: Bool
  package var deferred: DeferredReason?
  /// Nil when the provider gives none, or one that is not known yet.
  package var plannedIdentity: ResourceIdentity?
  package var diagnostics: [Diagnostic]
  package init(
    planned: Value?, requiresReplace: [Path] = [], private: [UInt8] = [], legacyTypeSystem: Bool = false,
    deferred: DeferredReason? = nil, diagnostics: [Diagnostic] = [],
    plannedIdentity: ResourceIdentity? = nil
  ) {
    self.planned = planned
    self.requiresReplace = requiresReplace
    self.private = `private`
    self.legacyTypeSystem = legacyTypeSystem
    self.deferred = deferred
    self.diagnostics = diagnostics
    self.plannedIdentity = plannedIdentity
  }
}

package struct ApplyResourceChangeRequest: Sendable {
  package var typeName: String
  package var prior: Value
  package var planned: Value
  package var configuration: Value
  package var plannedPrivate: [UInt8]
  package var providerMeta: Value?
  package var plannedIdentity: ResourceIdentity?
  package init(
    typeName: String, prior: Value, planned: Value, configuration: Value, plannedPrivate: [UInt8],
    providerMeta: Value? = nil,
    plannedIdentity: ResourceIdentity? = nil
  ) {
    self.typeName = typeName
    self.prior = prior
    self.planned = planned
    self.configuration = configuration
    self.plannedPrivate = plannedPrivate
    self.providerMeta = providerMeta
    self.plannedIdentity = plannedIdentity
  }
}

package struct ApplyResourceChangeResponse: Sendable {
  /// The object as it is now, also when there are errors; nil when the provider told nothing (it crashed, or the call never
  /// arrived).
  package var new: Value?
  package var `private`: [UInt8]
  package var legacyTypeSystem: Bool
  package var identity: ResourceIdentity?
  package var diagnostics: [Diagnostic]
  package init(
    new: Value?, private: [UInt8] = [], legacyTypeSystem: Bool = false, diagnostics: [Diagnostic] = [],
    identity: ResourceIdentity? = nil
  ) {
    self.new = new
    self.private = `private`
    self.legacyTypeSystem = legacyTypeSystem
    self.diagnostics = diagnostics
    self.identity = identity
  }
}

package struct ImportResourceStateRequest: Sendable {
  package var typeName: String
  package var id: String
  /// Stands for the id, which is empty then.
  package var identity: ResourceIdentity?
  package var capabilities: ClientCapabilities
  package init(
    typeName: String, id: String, capabilities: ClientCapabilities = .init(), identity: ResourceIdentity? = nil
  ) {
    self.typeName = typeName
    self.id = id
    self.capabilities = capabilities
    self.identity = identity
  }
}

package struct ImportResourceStateResponse: Sendable {
  package struct Imported: Sendable {
    package var typeName: String
    package var state: Value
    package var `private`: [UInt8]
    package var identity: ResourceIdentity?
    package init(typeName: String, state: Value, private: [UInt8], identity: ResourceIdentity? = nil) {
      self.typeName = typeName
      self.state = state
      self.private = `private`
      self.identity = identity
    }
  }
  package var imported: [Imported]
  package var deferred: DeferredReason?
  package var diagnostics: [Diagnostic]
  package init(imported: [Imported], deferred: DeferredReason? = nil, diagnostics: [Diagnostic] = []) {
    self.imported = imported
    self.deferred = deferred
    self.diagnostics = diagnostics
  }
}

package struct MoveResourceStateRequest: Sendable {
  /// The source provider's full address.
  package var sourceProvider: String
  package var sourceTypeName: String
  package var sourceSchemaVersion: Int64
  package var sourceJSON: [UInt8]
  package var sourcePrivate: [UInt8]
  package var sourceIdentity: ResourceIdentity?
  package var targetTypeName: String
  package init(
    sourceProvider: String, sourceTypeName: String, sourceSchemaVersion: Int64, sourceJSON: [UInt8],
    sourcePrivate: [UInt8], targetTypeName: String,
    sourceIdentity: ResourceIdentity? = nil
  ) {
    self.sourceProvider = sourceProvider
    self.sourceTypeName = sourceTypeName
    self.sourceSchemaVersion = sourceSchemaVersion
    self.sourceJSON = sourceJSON
    self.sourcePrivate = sourcePrivate
    self.targetTypeName = targetTypeName
    self.sourceIdentity = sourceIdentity
  }
}

package struct MoveResourceStateResponse: Sendable {
  package var target: Value?
  package var identity: ResourceIdentity?
  package var `private`: [UInt8]
  package var diagnostics: [Diagnostic]
  package init(target: Value?, private: [UInt8] = [], diagnostics: [Diagnostic] = [], identity: ResourceIdentity? = nil) {
    self.target = target
    self.private = `private`
    self.diagnostics = diagnostics
    self.identity = identity
  }
}

package struct ReadDataSourceRequest: Sendable {
  package var typeName: String
  package var configuration: Value
  package var providerMeta: Value?
  package var capabilities: ClientCapabilities
  package init(
    typeName: String, configuration: Value, providerMeta: Value? = nil, capabilities: ClientCapabilities = .init()
  ) {
    self.typeName = typeName
    self.configuration = configuration
    self.providerMeta = providerMeta
    self.capabilities = capabilities
  }
}

package struct ReadDataSourceResponse: Sendable {
  package var state: Value?
  package var deferred: DeferredReason?
  package var diagnostics: [Diagnostic]
  package init(state: Value?, deferred: DeferredReason? = nil, diagnostics: [Diagnostic] = []) {
    self.state = state
    self.deferred = deferred
    self.diagnostics = diagnostics
  }
}

package struct OpenEphemeralResourceRequest: Sendable {
  package var typeName: String
  package var configuration: Value
  package var capabilities: ClientCapabilities
  package init(typeName: String, configuration: Value, capabilities: ClientCapabilities = .init()) {
    self.typeName = typeName
    self.configuration = configuration
    self.capabilities = capabilities
  }
}

package struct OpenEphemeralResourceResponse: Sendable {
  package var result: Value?
  /// When to renew, in seconds since 1970; nil for never.
  package var renewAtSeconds: Double?
  package var `private`: [UInt8]
  package var deferred: DeferredReason?
  package var diagnostics: [Diagnostic]
  package init(
    result: Value?, renewAtSeconds: Double? = nil, private: [UInt8] = [], deferred: DeferredReason? = nil,
    diagnostics: [Diagnostic] = []
  ) {
    self.result = result
    self.renewAtSeconds = renewAtSeconds
    self.private = `private`
    self.deferred = deferred
    self.diagnostics = diagnostics
  }
}

package struct RenewEphemeralResourceResponse: Sendable {
  package var renewAtSeconds: Double?
  package var `private`: [UInt8]
  package var diagnostics: [Diagnostic]
  package init(renewAtSeconds: Double? = nil, private: [UInt8] = [], diagnostics: [Diagnostic] = []) {
    self.renewAtSeconds = renewAtSeconds
    self.private = `private`
    self.diagnostics = diagnostics
  }
}
