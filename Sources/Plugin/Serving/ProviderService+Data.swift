import Diagnostics
import ProviderInterface

/// Data sources and ephemeral resources.
extension ProviderService {
  /// RPC ReadDataSource.
  func readDataSource(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .dataSource, request)
    let response = await provider.readDataSource(
      ReadDataSourceRequest(
        typeName: call.typeName, configuration: try call.configuration(2), providerMeta: try await call.meta(3),
        capabilities: try call.capabilities(4)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    call.write(response.state, 1, to: &reply, &diagnostics)
    reply.deferred(3, response.deferred)
    reply.diagnostics(2, diagnostics)
    return reply.bytes
  }

  /// RPC OpenEphemeralResource.
  func openEphemeralResource(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .ephemeralResource, request)
    let response = await provider.openEphemeralResource(
      OpenEphemeralResourceRequest(
        typeName: call.typeName, configuration: try call.configuration(2), capabilities: try call.capabilities(3)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    reply.timestamp(2, response.renewAtSeconds)
    call.write(response.result, 3, to: &reply, &diagnostics)
    reply.bytes(4, response.private)
    reply.deferred(5, response.deferred)
    reply.diagnostics(1, diagnostics)
    return reply.bytes
  }

  /// RPC RenewEphemeralResource.
  func renewEphemeralResource(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .ephemeralResource, request)
    let response = await provider.renewEphemeralResource(named: call.typeName, private: request.bytes(2))
    var reply = ProtobufWriter()
    reply.timestamp(2, response.renewAtSeconds)
    reply.bytes(3, response.private)
    reply.diagnostics(1, response.diagnostics)
    return reply.bytes
  }

  /// RPC CloseEphemeralResource.
  func closeEphemeralResource(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .ephemeralResource, request)
    return reply(
      .closeEphemeralResource,
      await provider.closeEphemeralResource(named: call.typeName, private: request.bytes(2)))
  }
}
