package import Diagnostics
package import HCL
package import ProviderInterface
package import Values

/// Reads the outputs of another state: the backend's type, its configuration (an object), and the workspace.
/// Outputs nil without errors means that there is no such state.
package typealias RemoteStateReader =
  @Sendable (_ backend: String, _ configuration: Value, _ workspace: String) async -> (
    outputs: [String: Value]?, diagnostics: [Diagnostic]
  )

/// The provider that is part of the language, `terraform.io/builtin/terraform`: `terraform_data`, `terraform_remote_state` and
/// a few functions. Runs in this process, does no I/O itself and has no configuration.
package final class TerraformProvider: Provider {
  /// Makes the id of a new `terraform_data`, in the form of a UUID.
  private let makeID: @Sendable () -> String
  private let readRemoteState: RemoteStateReader
  private let providerFunctions: TerraformFunctions

  /// - Parameter evaluateConstant: evaluates an expression in which no names are defined, for `decode_tfvars`.
  package init(
    makeID: @escaping @Sendable () -> String, readRemoteState: @escaping RemoteStateReader,
    evaluateConstant: @escaping @Sendable (Expression) -> (Value, [Diagnostic])
  ) {
    self.makeID = makeID
    self.readRemoteState = readRemoteState
    providerFunctions = TerraformFunctions(evaluateConstant: evaluateConstant)
  }

  package var answersAtOnce: Bool { true }

  package func metadata() async throws(DiagnosticsError) -> ProviderMetadata {
    ProviderMetadata(
      configuration: Schema(block: BlockSchema()),
      capabilities: ServerCapabilities(getProviderSchemaOptional: true, moveResourceState: true))
  }

  package func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema? {
    switch (kind, name) {
    case (.resource, TerraformData.name): TerraformData.schema
    case (.dataSource, TerraformRemoteState.name): TerraformRemoteState.schema
    default: nil
    }
  }

  package func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String] {
    switch kind {
    case .resource: [TerraformData.name]
    case .dataSource: [TerraformRemoteState.name]
    case .ephemeralResource: []
    }
  }

  package func functions() async throws(DiagnosticsError) -> [String: ProviderFunction] {
    TerraformFunctions.declarations
  }

  package func validateProviderConfiguration(_ configuration: Value) async -> ValidateResponse {
    ValidateResponse(prepared: configuration)
  }

  package func configure(_ request: ConfigureRequest) async -> [Diagnostic] { [] }

  package func validateConfiguration(
    of kind: TypeKind, named name: String, _ configuration: Value
  ) async -> [Diagnostic] {
    switch (kind, name) {
    case (.resource, TerraformData.name): TerraformData.validate(configuration)
    case (.dataSource, TerraformRemoteState.name): TerraformRemoteState.validate(configuration)
    default: [unknownType(kind, name)]
    }
  }

  package func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse {
    guard request.typeName == TerraformData.name else {
      return UpgradeResourceStateResponse(upgraded: nil, diagnostics: [unknownType(.resource, request.typeName)])
    }
    return TerraformData.upgrade(request.json)
  }

  /// There is nothing to read: the object is what is stored.
  package func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse {
    ReadResourceResponse(new: request.current, private: request.private)
  }

  package func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    guard request.typeName == TerraformData.name else {
      return PlanResourceChangeResponse(planned: nil, diagnostics: [unknownType(.resource, request.typeName)])
    }
    return TerraformData.plan(prior: request.prior, proposed: request.proposed)
  }

  package func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    guard request.typeName == TerraformData.name else {
      return ApplyResourceChangeResponse(new: request.prior, diagnostics: [unknownType(.resource, request.typeName)])
    }
    return ApplyResourceChangeResponse(new: TerraformData.apply(planned: request.planned, makeID: makeID))
  }

  package func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    guard request.typeName == TerraformData.name else {
      return ImportResourceStateResponse(imported: [], diagnostics: [unknownType(.resource, request.typeName)])
    }
    return ImportResourceStateResponse(imported: [
      .init(typeName: request.typeName, state: TerraformData.imported(id: request.id), private: [])
    ])
  }

  package func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse {
    TerraformData.move(request)
  }

  package func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    guard request.typeName == TerraformRemoteState.name else {
      return ReadDataSourceResponse(state: nil, diagnostics: [unknownType(.dataSource, request.typeName)])
    }
    return await TerraformRemoteState.read(request.configuration, with: readRemoteState)
  }

  package func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    OpenEphemeralResourceResponse(result: nil, diagnostics: [unknownType(.ephemeralResource, request.typeName)])
  }

  package func renewEphemeralResource(
    named name: String, private: [UInt8]
  ) async -> RenewEphemeralResourceResponse {
    RenewEphemeralResourceResponse(diagnostics: [unknownType(.ephemeralResource, name)])
  }

  package func closeEphemeralResource(named name: String, private: [UInt8]) async -> [Diagnostic] {
    [unknownType(.ephemeralResource, name)]
  }

  package func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller {
    { [providerFunctions] in providerFunctions.call($0, $1) }
  }

  package func stop() async {}
  package func close() async {}

  private func unknownType(_ kind: TypeKind, _ name: String) -> Diagnostic {
    let noun =
      switch kind {
      case .resource: "resource type"
      case .dataSource: "data source"
      case .ephemeralResource: "ephemeral resource type"
      }
    return .error("Unsupported \(noun)", "The built-in provider has no \(noun) named \"\(name)\".")
  }
}
