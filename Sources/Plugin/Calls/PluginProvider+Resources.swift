import Addresses
import Diagnostics
package import ProviderInterface
import Values

/// Managed resources.
extension PluginProvider {
  package func upgradeResourceState(_ request: UpgradeResourceStateRequest) async -> UpgradeResourceStateResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.resource, request.typeName)
      var raw = ProtobufWriter()
      // Attributes that the schema has no more are no business of an upgrade (Terraform's `stripRemovedStateAttributes`).
      raw.bytes(
        1,
        request.version == call.schema.version
          ? StoredAttributes.withoutRemoved(request.json, type: call.type) : request.json)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.number(2, request.version)
      message.message(3, raw.bytes)
      var (reply, diagnostics) = try await call.send(.upgradeResourceState, message)
      if diagnostics.hasErrors { return UpgradeResourceStateResponse(upgraded: nil, diagnostics: diagnostics) }
      let upgraded = call.value(reply, 1, from: .upgradeResourceState, &diagnostics)
      return UpgradeResourceStateResponse(upgraded: upgraded, diagnostics: diagnostics)
    } catch {
      return UpgradeResourceStateResponse(upgraded: nil, diagnostics: error.diagnostics)
    }
  }

  package func readResource(_ request: ReadResourceRequest) async -> ReadResourceResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.resource, request.typeName)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.message(2, try call.encode(request.current))
      message.bytes(3, request.private)
      if let meta = try call.encodeMeta(request.providerMeta) { message.message(4, meta) }
      message.message(5, request.capabilities.encoded)
      if let identity = try await call.encode(request.identity) { message.message(6, identity) }
      var (reply, diagnostics) = try await call.send(.readResource, message)
      if diagnostics.hasErrors { return ReadResourceResponse(new: nil, diagnostics: diagnostics) }
      let new = call.value(reply, 1, from: .readResource, &diagnostics)
      let identity = await call.identity(reply, 5, from: .readResource, &diagnostics)
      return ReadResourceResponse(
        new: new, private: reply.bytes(3), deferred: try call.deferred(reply, 4, .readResource),
        diagnostics: diagnostics, identity: identity)
    } catch {
      return ReadResourceResponse(new: nil, diagnostics: error.diagnostics)
    }
  }

  package func planResourceChange(_ request: PlanResourceChangeRequest) async -> PlanResourceChangeResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.resource, request.typeName)
      if request.proposed.isNull, !call.index.capabilities.planDestroy {
        // The provider does not plan deletions: nothing is left, and its notes stay.
        return PlanResourceChangeResponse(planned: request.proposed, private: request.priorPrivate)
      }
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.message(2, try call.encode(request.prior))
      message.message(3, try call.encode(request.proposed))
      message.message(4, try call.encode(request.configuration))
      message.bytes(5, request.priorPrivate)
      if let meta = try call.encodeMeta(request.providerMeta) { message.message(6, meta) }
      message.message(7, request.capabilities.encoded)
      if let identity = try await call.encode(request.priorIdentity) { message.message(8, identity) }
      var (reply, diagnostics) = try await call.send(.planResourceChange, message)
      if diagnostics.hasErrors { return PlanResourceChangeResponse(planned: nil, diagnostics: diagnostics) }
      let planned = call.value(reply, 1, from: .planResourceChange, &diagnostics)
      guard let requiresReplace = try? reply.paths(2) else {
        throw DiagnosticsError(damaged(.planResourceChange, call.process))
      }
      let identity = await call.identity(reply, 7, from: .planResourceChange, &diagnostics)
      return PlanResourceChangeResponse(
        planned: planned, requiresReplace: requiresReplace, private: reply.bytes(3), legacyTypeSystem: reply.bool(5),
        deferred: try call.deferred(reply, 6, .planResourceChange), diagnostics: diagnostics, plannedIdentity: identity)
    } catch {
      return PlanResourceChangeResponse(planned: nil, diagnostics: error.diagnostics)
    }
  }

  package func applyResourceChange(_ request: ApplyResourceChangeRequest) async -> ApplyResourceChangeResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.resource, request.typeName)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.message(2, try call.encode(request.prior))
      message.message(3, try call.encode(request.planned))
      message.message(4, try call.encode(request.configuration))
      message.bytes(5, request.plannedPrivate)
      if let meta = try call.encodeMeta(request.providerMeta) { message.message(6, meta) }
      if let identity = try await call.encode(request.plannedIdentity) { message.message(7, identity) }
      var (reply, diagnostics) = try await call.send(.applyResourceChange, message)
      // With errors too: what the provider made so far must not be lost.
      let new = call.value(reply, 1, from: .applyResourceChange, &diagnostics)
      let identity = await call.identity(reply, 5, from: .applyResourceChange, &diagnostics)
      return ApplyResourceChangeResponse(
        new: new, private: reply.bytes(2), legacyTypeSystem: reply.bool(4), diagnostics: diagnostics, identity: identity)
    } catch {
      return ApplyResourceChangeResponse(new: nil, diagnostics: error.diagnostics)
    }
  }

  package func importResourceState(_ request: ImportResourceStateRequest) async -> ImportResourceStateResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.resource, request.typeName)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.string(2, request.id)
      message.message(3, request.capabilities.encoded)
      if let identity = request.identity { message.message(4, try await call.encode(given: identity)) }
      var (reply, diagnostics) = try await call.send(.importResourceState, message)
      if diagnostics.hasErrors { return ImportResourceStateResponse(imported: [], diagnostics: diagnostics) }
      var imported: [ImportResourceStateResponse.Imported] = []
      for entry in reply.all(1) {
        if let object = try await importedObject(entry, call, &diagnostics) { imported.append(object) }
      }
      return ImportResourceStateResponse(
        imported: imported, deferred: try call.deferred(reply, 3, .importResourceState), diagnostics: diagnostics)
    } catch {
      return ImportResourceStateResponse(imported: [], diagnostics: error.diagnostics)
    }
  }

  /// Message `ImportResourceState.ImportedResource`: may be of another type than was asked for.
  private func importedObject(
    _ message: ProtobufReader, _ call: PluginCall, _ diagnostics: inout [Diagnostic]
  ) async throws(DiagnosticsError) -> ImportResourceStateResponse.Imported? {
    guard let entry = try? ProtobufMessage(message) else {
      throw DiagnosticsError(damaged(.importResourceState, call.process))
    }
    let typeName = entry.string(1)
    let type: ValueType
    if typeName == call.typeName {
      type = call.type
    } else if let schema = try decoded(call.index, .resource, typeName) {
      type = .object(schema.block.impliedType)
    } else {
      diagnostics.append(
        invalidValue(
          typeName, .importResourceState, DynamicValueError(message: "the provider has no such resource type")))
      return nil
    }
    guard let state = call.value(entry, 2, from: .importResourceState, as: type, &diagnostics) else { return nil }
    let identity = typeName == call.typeName ? await call.identity(entry, 4, from: .importResourceState, &diagnostics) : nil
    return ImportResourceStateResponse.Imported(typeName: typeName, state: state, private: entry.bytes(3), identity: identity)
  }

  package func moveResourceState(_ request: MoveResourceStateRequest) async -> MoveResourceStateResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.resource, request.targetTypeName)
      var raw = ProtobufWriter()
      raw.bytes(1, request.sourceJSON)
      var message = ProtobufWriter()
      message.string(1, request.sourceProvider)
      message.string(2, request.sourceTypeName)
      message.number(3, request.sourceSchemaVersion)
      message.message(4, raw.bytes)
      message.string(5, request.targetTypeName)
      message.bytes(6, request.sourcePrivate)
      if let identity = request.sourceIdentity {
        var raw = ProtobufWriter()
        raw.bytes(1, identity.json)
        message.message(7, raw.bytes)
        message.number(8, identity.schemaVersion)
      }
      var (reply, diagnostics) = try await call.send(.moveResourceState, message)
      if diagnostics.hasErrors { return MoveResourceStateResponse(target: nil, diagnostics: diagnostics) }
      let target = call.value(reply, 1, from: .moveResourceState, &diagnostics)
      let identity = await call.identity(reply, 4, from: .moveResourceState, &diagnostics)
      return MoveResourceStateResponse(target: target, private: reply.bytes(3), diagnostics: diagnostics, identity: identity)
    } catch {
      return MoveResourceStateResponse(target: nil, diagnostics: error.diagnostics)
    }
  }
}
