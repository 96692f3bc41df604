import Addresses
import Diagnostics
import ProviderInterface
import Values

/// Managed resources.
extension ProviderService {
  /// RPC UpgradeResourceState.
  func upgradeResourceState(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request)
    let response = await provider.upgradeResourceState(
      UpgradeResourceStateRequest(
        typeName: call.typeName, version: request.number(2), json: try call.rawState(3)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    call.write(response.upgraded, 1, to: &reply, &diagnostics)
    reply.diagnostics(2, diagnostics)
    return reply.bytes
  }

  /// RPC UpgradeResourceIdentity.
  func upgradeResourceIdentity(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request)
    let response = await provider.upgradeResourceIdentity(
      UpgradeResourceIdentityRequest(
        typeName: call.typeName, version: request.number(2), json: try call.rawState(3)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    await call.write(response.identity, 1, to: &reply, &diagnostics)
    reply.diagnostics(2, diagnostics)
    return reply.bytes
  }

  /// RPC ReadResource.
  func readResource(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request)
    let response = await provider.readResource(
      ReadResourceRequest(
        typeName: call.typeName, current: try call.value(2), private: request.bytes(3),
        providerMeta: try await call.meta(4), capabilities: try call.capabilities(5),
        identity: try await call.identity(6)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    call.write(response.new, 1, to: &reply, &diagnostics)
    reply.bytes(3, response.private)
    reply.deferred(4, response.deferred)
    await call.write(response.identity, 5, to: &reply, &diagnostics)
    reply.diagnostics(2, diagnostics)
    return reply.bytes
  }

  /// RPC PlanResourceChange.
  func planResourceChange(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request)
    let response = await provider.planResourceChange(
      PlanResourceChangeRequest(
        typeName: call.typeName, prior: try call.value(2), proposed: try call.value(3),
        configuration: try call.value(4), priorPrivate: request.bytes(5), providerMeta: try await call.meta(6),
        capabilities: try call.capabilities(7), priorIdentity: try await call.identity(8)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    call.write(response.planned, 1, to: &reply, &diagnostics)
    for path in response.requiresReplace { reply.message(2, encodePath(path)) }
    reply.bytes(3, response.private)
    reply.bool(5, response.legacyTypeSystem)
    reply.deferred(6, response.deferred)
    await call.write(response.plannedIdentity, 7, to: &reply, &diagnostics)
    reply.diagnostics(4, diagnostics)
    return reply.bytes
  }

  /// RPC ApplyResourceChange.
  func applyResourceChange(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request)
    let response = await provider.applyResourceChange(
      ApplyResourceChangeRequest(
        typeName: call.typeName, prior: try call.value(2), planned: try call.value(3),
        configuration: try call.value(4), plannedPrivate: request.bytes(5), providerMeta: try await call.meta(6),
        plannedIdentity: try await call.identity(7)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    if !call.write(response.new, 1, to: &reply, &diagnostics) {
      // The host takes no value for a deleted object. What it knew before is nearer to the truth.
      reply.bytes(1, request.bytes(2))
    }
    reply.bytes(2, response.private)
    reply.bool(4, response.legacyTypeSystem)
    await call.write(response.identity, 5, to: &reply, &diagnostics)
    reply.diagnostics(3, diagnostics)
    return reply.bytes
  }

  /// RPC ImportResourceState.
  func importResourceState(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request)
    let response = await provider.importResourceState(
      ImportResourceStateRequest(
        typeName: call.typeName, id: request.string(2), capabilities: try call.capabilities(3),
        identity: try await call.identity(4)))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    for object in response.imported {
      // Message ImportedResource: may be of another type than was asked for.
      guard let schema = try await provider.schema(for: .resource, named: object.typeName) else {
        diagnostics += ServedCall.unknownType(.resource, object.typeName).diagnostics
        continue
      }
      let imported = ServedCall(provider, request, object.typeName, schema)
      var entry = ProtobufWriter()
      entry.string(1, object.typeName)
      imported.write(object.state, 2, to: &entry, &diagnostics)
      entry.bytes(3, object.private)
      await imported.write(object.identity, 4, to: &entry, &diagnostics)
      reply.message(1, entry.bytes)
    }
    reply.deferred(3, response.deferred)
    reply.diagnostics(2, diagnostics)
    return reply.bytes
  }

  /// RPC MoveResourceState.
  func moveResourceState(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request, named: 5)
    var identity: ResourceIdentity?
    if let raw = request.all(7).last, let json = try? ProtobufMessage(raw).bytes(1), !json.isEmpty {
      identity = ResourceIdentity(schemaVersion: request.number(8), json: json)
    }
    let response = await provider.moveResourceState(
      MoveResourceStateRequest(
        sourceProvider: request.string(1), sourceTypeName: request.string(2), sourceSchemaVersion: request.number(3),
        sourceJSON: try call.rawState(4), sourcePrivate: request.bytes(6), targetTypeName: call.typeName,
        sourceIdentity: identity))
    var (reply, diagnostics) = (ProtobufWriter(), response.diagnostics)
    call.write(response.target, 1, to: &reply, &diagnostics)
    reply.bytes(3, response.private)
    await call.write(response.identity, 4, to: &reply, &diagnostics)
    reply.diagnostics(2, diagnostics)
    return reply.bytes
  }
}
