import Addresses
package import Diagnostics
package import ProviderInterface
package import Values

/// Identities: what some providers know their objects by. They are kept as JSON; a provider wants them by its schema of today.
extension PluginCall {
  /// Message `ResourceIdentityData` for what is known of an object, upgraded by the provider if an older version of it wrote that.
  /// Nil if nothing is known, or if the type has no identities any more.
  func encode(_ identity: ResourceIdentity?) async throws(DiagnosticsError) -> [UInt8]? {
    guard let identity, let schema = try await provider.identitySchemas(process)[typeName] else { return nil }
    if identity.schemaVersion < schema.version { return try await upgraded(identity) }
    guard identity.schemaVersion == schema.version else {
      throw DiagnosticsError(
        .error(
          "Resource instance managed by newer provider version",
          "The identity of an object of type \(typeName) was written by a newer version of the provider than this "
            + "one. Upgrade provider \(provider.name)."))
    }
    return try message(IdentityMessage.attributes(identity.json), schema)
  }

  /// The same for an identity that somebody wrote down to have its object imported.
  func encode(given identity: ResourceIdentity) async throws(DiagnosticsError) -> [UInt8] {
    guard let schema = try await provider.identitySchemas(process)[typeName] else {
      throw unusable("The provider \(provider.name) has no identities for the resource type \(typeName): import it by its id.")
    }
    let given = IdentityMessage.attributes(identity.json)
    let names = schema.block.attributes.map(\.name)
    if let unknown = given.keys.sorted().first(where: { !names.contains($0) }) {
      throw unusable(
        "The identity of a \(typeName) has no attribute \"\(unknown)\". It has: \(names.sorted().joined(separator: ", ")).")
    }
    for attribute in schema.block.attributes where attribute.required && given[attribute.name].map(\.isNull) ?? true {
      throw unusable("The identity of a \(typeName) needs the attribute \"\(attribute.name)\".")
    }
    return try message(given, schema)
  }

  private func unusable(_ detail: String) -> DiagnosticsError {
    DiagnosticsError(.error("Invalid import identity argument", detail))
  }

  private func message(_ attributes: [String: Value], _ schema: Schema) throws(DiagnosticsError) -> [UInt8] {
    do throws(DynamicValueError) {
      return try IdentityMessage.encode(attributes, by: schema)
    } catch {
      throw provider.unsendable(typeName, error)
    }
  }

  private func upgraded(_ identity: ResourceIdentity) async throws(DiagnosticsError) -> [UInt8]? {
    let (reply, diagnostics) = try await upgrade(identity)
    if diagnostics.hasErrors { throw DiagnosticsError(diagnostics) }
    return reply.field(1).map { reply.message.array($0) }
  }

  /// Asks for an identity in the form of today.
  func upgrade(_ identity: ResourceIdentity) async throws(DiagnosticsError) -> (ProtobufMessage, [Diagnostic]) {
    var raw = ProtobufWriter()
    raw.bytes(1, identity.json)
    var request = ProtobufWriter()
    request.string(1, typeName)
    request.number(2, identity.schemaVersion)
    request.message(3, raw.bytes)
    return try await send(.upgradeResourceIdentity, request)
  }

  /// The identity in a reply; nil, perhaps with a diagnostic, when there is none or when it is not known yet.
  func identity(
    _ reply: ProtobufMessage, _ number: Int, from method: PluginMethod, _ diagnostics: inout [Diagnostic]
  ) async -> ResourceIdentity? {
    guard let message = reply.all(number).last else { return nil }
    do {
      guard let schema = try await provider.identitySchemas(process)[typeName] else { return nil }
      return try IdentityMessage.decode(message, by: schema)
    } catch let error as DynamicValueError {
      diagnostics.append(provider.invalidValue(typeName, method, error))
    } catch {
      diagnostics += (error as? DiagnosticsError)?.diagnostics ?? []
    }
    return nil
  }
}

extension PluginProvider {
  package func identitySchemas() async throws(DiagnosticsError) -> [String: Schema] {
    try await identitySchemas(try await prepared().0)
  }

  package func upgradeResourceIdentity(_ request: UpgradeResourceIdentityRequest) async -> UpgradeResourceIdentityResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.resource, request.typeName)
      var (reply, diagnostics) = try await call.upgrade(
        ResourceIdentity(schemaVersion: request.version, json: request.json))
      if diagnostics.hasErrors { return UpgradeResourceIdentityResponse(identity: nil, diagnostics: diagnostics) }
      let identity = await call.identity(reply, 1, from: .upgradeResourceIdentity, &diagnostics)
      return UpgradeResourceIdentityResponse(identity: identity, diagnostics: diagnostics)
    } catch {
      return UpgradeResourceIdentityResponse(identity: nil, diagnostics: error.diagnostics)
    }
  }
}

extension SchemaDecoder {
  /// The reply to GetResourceIdentitySchemas. What may stand in an import is optional, what must is required.
  func identitySchemas(_ reply: ProtobufMessage) throws(SchemaError) -> [String: Schema] {
    var result: [String: Schema] = [:]
    for entry in reply.all(1) {
      guard let pair = try? ProtobufMessage(entry), let content = pair.all(2).last, let message = try? ProtobufMessage(content) else {
        throw SchemaError(message: "the message is damaged")
      }
      var attributes: [AttributeSchema] = []
      for attribute in message.all(2) { attributes.append(try identityAttribute(attribute)) }
      result[pair.string(1)] = Schema(version: message.field(1)?.int64 ?? 0, block: BlockSchema(attributes: attributes))
    }
    return result
  }

  private func identityAttribute(_ message: ProtobufReader) throws(SchemaError) -> AttributeSchema {
    guard let attribute = try? ProtobufMessage(message), let type = try? JSONValueCodec.decodeType(attribute.bytes(2)) else {
      throw SchemaError(message: "an attribute of an identity cannot be read")
    }
    return AttributeSchema(
      name: attribute.string(1), type: type, required: attribute.bool(3), optional: !attribute.bool(3),
      description: attribute.string(5))
  }
}
