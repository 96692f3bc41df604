package import Diagnostics
package import ProviderInterface
package import Values

/// Validation and configuration.
extension PluginProvider {
  package func validateProviderConfiguration(_ configuration: Value) async -> ValidateResponse {
    do throws(DiagnosticsError) {
      let call = try await beginProviderCall()
      let encoded = try call.encode(configuration)
      // Some providers take seconds for this, and are asked once for validation and once for the plan.
      if await isKnownValid(encoded) { return ValidateResponse() }
      var request = ProtobufWriter()
      request.message(1, encoded)
      let (reply, diagnostics) = try await call.send(.validateProviderConfiguration, request)
      var prepared: Value?
      // Only protocol 5 has an answer; it is informative, so that nothing it holds is an error.
      if call.process.protocolVersion == 5, reply.field(1) != nil {
        var ignored: [Diagnostic] = []
        prepared = call.value(reply, 1, from: .validateProviderConfiguration, &ignored)
      }
      if diagnostics.isEmpty { await rememberValid(encoded) }
      return ValidateResponse(prepared: prepared, diagnostics: diagnostics)
    } catch {
      return ValidateResponse(diagnostics: error.diagnostics)
    }
  }

  package func configure(_ request: ConfigureRequest) async -> [Diagnostic] {
    do throws(DiagnosticsError) {
      let call = try await beginProviderCall()
      var message = ProtobufWriter()
      message.string(1, request.terraformVersion)
      message.message(2, try call.encode(request.configuration))
      message.message(3, request.capabilities.encoded)
      return try await call.send(.configure, message).1
    } catch {
      return error.diagnostics
    }
  }

  package func validateConfiguration(
    of kind: TypeKind, named name: String, _ configuration: Value
  ) async -> [Diagnostic] {
    do throws(DiagnosticsError) {
      let call = try await begin(kind, name)
      var message = ProtobufWriter()
      message.string(1, name)
      message.message(2, try call.encode(configuration))
      let method: PluginMethod
      switch kind {
      case .resource:
        method = .validateResource
        // Without the word about write-only attributes, providers refuse configurations that set them.
        message.message(3, ClientCapabilities().encoded)
      case .dataSource: method = .validateDataSource
      case .ephemeralResource: method = .validateEphemeralResource
      }
      return try await call.send(method, message).1
    } catch {
      return error.diagnostics
    }
  }

  /// A call about the provider's own configuration.
  private func beginProviderCall() async throws(DiagnosticsError) -> PluginCall {
    let (process, index) = try await prepared()
    return PluginCall(
      provider: self, process: process, index: index, schema: try await metadata().configuration,
      typeName: "the provider configuration")
  }
}
