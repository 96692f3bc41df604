import Diagnostics
import Modules
import ProviderInterface
import Values

/// Stands in for a provider where one object is concerned: schemas and validation come from the real one, while nothing is
/// created, changed or read. What the provider would compute is made up.
struct MockProvider: Provider {
  let real: any Provider
  let values: MockValues
  /// Eight new characters each time.
  let newText: @Sendable () -> String

  func metadata() async throws(DiagnosticsError) -> ProviderMetadata { try await real.metadata() }
  func schema(for kind: TypeKind, named name: String) async throws(DiagnosticsError) -> Schema? {
    try await real.schema(for: kind, named: name)
  }
  func typeNames(of kind: TypeKind) async throws(DiagnosticsError) -> [String] { try await real.typeNames(of: kind) }
  func functions() async throws(DiagnosticsError) -> [String: ProviderFunction] { try await real.functions() }
  func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller { try await real.functionCaller() }
  func validateProviderConfiguration(_ configuration: Value) async -> ValidateResponse { ValidateResponse() }
  func configure(_ request: ConfigureRequest) async -> [Diagnostic] { [] }
  func validateConfiguration(of kind: TypeKind, named name: String, _ configuration: Value) async -> [Diagnostic] {
    await real.validateConfiguration(of: kind, named: name, configuration)
  }
  func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse {
    await real.upgradeResourceState(request)
  }
  func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse {
    await real.moveResourceState(request)
  }

  func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse {
    ReadResourceResponse(new: request.current, private: request.private)
  }

  func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    if request.proposed.isNull || !request.prior.isNull {
      return PlanResourceChangeResponse(planned: request.proposed, private: request.priorPrivate)
    }
    let (value, problems) = await completed(request.proposed, .resource, request.typeName, isPlanning: !values.isDuringPlan)
    return PlanResourceChangeResponse(planned: value, diagnostics: problems)
  }

  func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    if request.planned.isNull { return ApplyResourceChangeResponse(new: request.planned) }
    let (value, problems) = await completed(request.planned, .resource, request.typeName, isPlanning: false)
    // Where nothing could be made up, all is as it was.
    return ApplyResourceChangeResponse(
      new: value ?? request.prior, private: request.plannedPrivate, diagnostics: problems)
  }

  func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    let (value, problems) = await completed(request.configuration, .dataSource, request.typeName, isPlanning: false)
    return ReadDataSourceResponse(state: value, diagnostics: problems)
  }

  func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    ImportResourceStateResponse(
      imported: [],
      diagnostics: [
        .error(
          "Cannot import from a mocked provider",
          "Nothing real stands behind a mocked provider, so \(request.typeName) \"\(request.id)\" cannot be imported from it.")
      ])
  }

  func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    let (value, problems) = await completed(
      request.configuration, .ephemeralResource, request.typeName, isPlanning: false)
    return OpenEphemeralResourceResponse(result: value, diagnostics: problems)
  }

  func renewEphemeralResource(named name: String, private: [UInt8]) async -> RenewEphemeralResourceResponse {
    RenewEphemeralResourceResponse(private: `private`)
  }

  func closeEphemeralResource(named name: String, private: [UInt8]) async -> [Diagnostic] { [] }
  func stop() async { await real.stop() }
  func close() async { await real.close() }

  private func completed(
    _ value: Value, _ kind: TypeKind, _ type: String, isPlanning: Bool
  ) async -> (Value?, [Diagnostic]) {
    do throws(DiagnosticsError) {
      guard let schema = try await real.schema(for: kind, named: type) else { return (value, []) }
      var completion = ComputedValues(
        newText: newText, isPlanning: isPlanning, place: values.range)
      let result = completion.complete(value, schema.block, with: values.values)
      return (completion.diagnostics.hasErrors ? nil : result, completion.diagnostics)
    } catch {
      return (nil, error.diagnostics)
    }
  }
}
