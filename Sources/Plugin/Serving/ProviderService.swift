import Diagnostics
import ProviderInterface

/// The provider service of protocol 6 over any `Provider`: takes a request apart, asks, and puts the answer together.
///
/// What is wrong with a value or a name is a diagnostic of the reply; bytes that are no message fail the call.
struct ProviderService: Sendable {
  static let protocolVersion = 6
  private static let methods = Dictionary(
    uniqueKeysWithValues: PluginMethod.allCases.map { ($0.path(in: protocolVersion), $0) })

  let provider: any Provider

  /// Answers a call by its path, `/tfplugin6.Provider/Method`.
  func answer(_ path: String, _ message: [UInt8]) async throws(GRPCError) -> [UInt8] {
    guard let method = Self.methods[path] else {
      throw GRPCError(.unimplemented, "this provider does not know \(path)")
    }
    let request: ProtobufMessage
    do throws(ProtobufError) {
      request = try ProtobufMessage(message)
    } catch {
      throw GRPCError(.invalidArgument, "the request of \(path) cannot be read: it is damaged at byte \(error.offset)")
    }
    do throws(DiagnosticsError) {
      return try await answer(method, request)
    } catch {
      var reply = ProtobufWriter()
      if let field = method.diagnosticsField { reply.diagnostics(field, error.diagnostics) }
      return reply.bytes
    }
  }

  private func answer(_ method: PluginMethod, _ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    switch method {
    case .getMetadata: try await getMetadata()
    case .getSchema: try await getProviderSchema()
    case .getIdentitySchemas: try await getResourceIdentitySchemas()
    case .getFunctions: try await getFunctions()
    case .validateProviderConfiguration: try await validateProviderConfig(request)
    case .configure: try await configureProvider(request)
    case .validateResource: try await validateResourceConfig(request)
    case .validateDataSource: try await validateConfig(of: .dataSource, request)
    case .validateEphemeralResource: try await validateConfig(of: .ephemeralResource, request)
    case .upgradeResourceState: try await upgradeResourceState(request)
    case .upgradeResourceIdentity: try await upgradeResourceIdentity(request)
    case .readResource: try await readResource(request)
    case .planResourceChange: try await planResourceChange(request)
    case .applyResourceChange: try await applyResourceChange(request)
    case .importResourceState: try await importResourceState(request)
    case .moveResourceState: try await moveResourceState(request)
    case .readDataSource: try await readDataSource(request)
    case .openEphemeralResource: try await openEphemeralResource(request)
    case .renewEphemeralResource: try await renewEphemeralResource(request)
    case .closeEphemeralResource: try await closeEphemeralResource(request)
    case .callFunction: await callFunction(request)
    case .stop: await stopProvider()
    }
  }

  /// RPC StopProvider. The reply's one field, `Error`, is empty when the provider took note.
  private func stopProvider() async -> [UInt8] {
    await provider.stop()
    return []
  }

  /// A reply of nothing but diagnostics.
  func reply(_ method: PluginMethod, _ diagnostics: [Diagnostic]) -> [UInt8] {
    var reply = ProtobufWriter()
    if let field = method.diagnosticsField { reply.diagnostics(field, diagnostics) }
    return reply.bytes
  }
}
