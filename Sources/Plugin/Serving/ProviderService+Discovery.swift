import Diagnostics
import ProviderInterface

/// What a provider says of itself.
extension ProviderService {
  /// RPC GetMetadata.
  func getMetadata() async throws(DiagnosticsError) -> [UInt8] {
    var reply = ProtobufWriter()
    reply.message(1, try await capabilities().encoded)
    for (field, kind) in [(3, TypeKind.dataSource), (4, .resource), (6, .ephemeralResource)] {
      for name in try await provider.typeNames(of: kind) { reply.message(field, named(name)) }
    }
    for name in try await provider.functions().keys.sorted() { reply.message(5, named(name)) }
    return reply.bytes
  }

  /// RPC GetProviderSchema.
  func getProviderSchema() async throws(DiagnosticsError) -> [UInt8] {
    let metadata = try await provider.metadata()
    var reply = ProtobufWriter()
    reply.message(1, SchemaEncoder.schema(metadata.configuration))
    for (field, kind) in [(2, TypeKind.resource), (3, .dataSource), (8, .ephemeralResource)] {
      for name in try await provider.typeNames(of: kind) {
        guard let schema = try await provider.schema(for: kind, named: name) else { continue }
        reply.message(field, SchemaEncoder.entry(name, SchemaEncoder.schema(schema)))
      }
    }
    if let meta = metadata.providerMeta { reply.message(5, SchemaEncoder.schema(meta)) }
    reply.message(6, try await capabilities().encoded)
    try await writeFunctions(7, to: &reply)
    return reply.bytes
  }

  /// RPC GetResourceIdentitySchemas.
  func getResourceIdentitySchemas() async throws(DiagnosticsError) -> [UInt8] {
    var reply = ProtobufWriter()
    for (name, schema) in try await provider.identitySchemas().sorted(by: { $0.key < $1.key }) {
      reply.message(1, SchemaEncoder.entry(name, SchemaEncoder.identity(schema)))
    }
    return reply.bytes
  }

  /// RPC GetFunctions.
  func getFunctions() async throws(DiagnosticsError) -> [UInt8] {
    var reply = ProtobufWriter()
    try await writeFunctions(1, to: &reply)
    return reply.bytes
  }

  private func writeFunctions(_ field: Int, to reply: inout ProtobufWriter) async throws(DiagnosticsError) {
    for (name, function) in try await provider.functions().sorted(by: { $0.key < $1.key }) {
      reply.message(field, SchemaEncoder.entry(name, SchemaEncoder.function(function)))
    }
  }

  /// Calls never need a schema call before them: that is a property of this service, whatever the provider.
  private func capabilities() async throws(DiagnosticsError) -> ServerCapabilities {
    var capabilities = try await provider.metadata().capabilities
    capabilities.getProviderSchemaOptional = true
    return capabilities
  }

  /// Messages `ResourceMetadata` and its like.
  private func named(_ name: String) -> [UInt8] {
    var message = ProtobufWriter()
    message.string(1, name)
    return message.bytes
  }
}
