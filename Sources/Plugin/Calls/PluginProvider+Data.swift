package import Diagnostics
package import ProviderInterface

/// Data sources and ephemeral resources.
extension PluginProvider {
  package func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.dataSource, request.typeName)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.message(2, try call.encode(request.configuration))
      if let meta = try call.encodeMeta(request.providerMeta) { message.message(3, meta) }
      message.message(4, request.capabilities.encoded)
      var (reply, diagnostics) = try await call.send(.readDataSource, message)
      if diagnostics.hasErrors { return ReadDataSourceResponse(state: nil, diagnostics: diagnostics) }
      let state = call.value(reply, 1, from: .readDataSource, &diagnostics)
      return ReadDataSourceResponse(
        state: state, deferred: try call.deferred(reply, 3, .readDataSource), diagnostics: diagnostics)
    } catch {
      return ReadDataSourceResponse(state: nil, diagnostics: error.diagnostics)
    }
  }

  package func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.ephemeralResource, request.typeName)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.message(2, try call.encode(request.configuration))
      message.message(3, request.capabilities.encoded)
      var (reply, diagnostics) = try await call.send(.openEphemeralResource, message)
      if diagnostics.hasErrors { return OpenEphemeralResourceResponse(result: nil, diagnostics: diagnostics) }
      let result = call.value(reply, 3, from: .openEphemeralResource, &diagnostics)
      return OpenEphemeralResourceResponse(
        result: result, renewAtSeconds: try renewal(reply, 2, .openEphemeralResource, call), private: reply.bytes(4),
        deferred: try call.deferred(reply, 5, .openEphemeralResource), diagnostics: diagnostics)
    } catch {
      return OpenEphemeralResourceResponse(result: nil, diagnostics: error.diagnostics)
    }
  }

  package func renewEphemeralResource(
    named name: String, private notes: [UInt8]
  ) async -> RenewEphemeralResourceResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.ephemeralResource, name)
      var message = ProtobufWriter()
      message.string(1, name)
      message.bytes(2, notes)
      let (reply, diagnostics) = try await call.send(.renewEphemeralResource, message)
      return RenewEphemeralResourceResponse(
        renewAtSeconds: try renewal(reply, 2, .renewEphemeralResource, call), private: reply.bytes(3),
        diagnostics: diagnostics)
    } catch {
      return RenewEphemeralResourceResponse(diagnostics: error.diagnostics)
    }
  }

  package func closeEphemeralResource(named name: String, private notes: [UInt8]) async -> [Diagnostic] {
    do throws(DiagnosticsError) {
      let call = try await begin(.ephemeralResource, name)
      var message = ProtobufWriter()
      message.string(1, name)
      message.bytes(2, notes)
      return try await call.send(.closeEphemeralResource, message).1
    } catch {
      return error.diagnostics
    }
  }

  private func renewal(
    _ reply: ProtobufMessage, _ number: Int, _ method: PluginMethod, _ call: PluginCall
  ) throws(DiagnosticsError) -> Double? {
    do throws(ProtobufError) {
      return try reply.timestamp(number)
    } catch {
      throw DiagnosticsError(damaged(method, call.process))
    }
  }
}
