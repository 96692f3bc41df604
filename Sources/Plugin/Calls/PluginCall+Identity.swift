import Addresses
import Diagnostics
import ProviderInterface
import Values

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
    return try message(identity.json, schema) { _ in }
  }

  /// The same for an identity that somebody wrote down to have its object imported.
  func encode(given identity: ResourceIdentity) async throws(DiagnosticsError) -> [UInt8] {
    guard let schema = try await provider.identitySchemas(process)[typeName] else {
      throw unusable("The provider \(provider.name) has no identities for the resource type \(typeName): import it by its id.")
    }
    return try message(identity.json, schema) { object throws(DiagnosticsError) in
      let names = schema.block.attributes.map(\.name)
      if let unknown = object.keys.sorted().first(where: { !names.contains($0) }) {
        throw unusable(
          "The identity of a \(typeName) has no attribute \"\(unknown)\". It has: \(names.sorted().joined(separator: ", ")).")
      }
      for attribute in schema.block.attributes where attribute.required && object[attribute.name].map(\.isNull) ?? true {
        throw unusable("The identity of a \(typeName) needs the attribute \"\(attribute.name)\".")
      }
    }
  }

  private func unusable(_ detail: String) -> DiagnosticsError {
    DiagnosticsError(.error("Invalid import identity argument", detail))
  }

  /// Attributes that are not there are null.
  private func message(
    _ json: [UInt8], _ schema: Schema, check: ([String: Value]) throws(DiagnosticsError) -> Void
  ) throws(DiagnosticsError) -> [UInt8] {
    var object: [String: Value] = [:]
    if let value = try? JSONValueCodec.decode(json), case .object = value {
      for (name, part) in zip(value.keys, value.elements) { object[name] = part }
    }
    try check(object)
    let attributes = schema.block.attributes.map { ($0.name, object[$0.name] ?? .null($0.type)) }
    var writer = ProtobufWriter()
    do throws(DynamicValueError) {
      writer.message(1, try DynamicValue.encode(.object(attributes), as: .object(schema.block.impliedType)))
    } catch {
      throw provider.unsendable(typeName, error)
    }
    return writer.bytes
  }

  private func upgraded(_ identity: ResourceIdentity) async throws(DiagnosticsError) -> [UInt8]? {
    var raw = ProtobufWriter()
    raw.bytes(1, identity.json)
    var request = ProtobufWriter()
    request.string(1, typeName)
    request.number(2, identity.schemaVersion)
    request.message(3, raw.bytes)
    let (reply, diagnostics) = try await send(.upgradeResourceIdentity, request, diagnosticsIn: 2)
    if diagnostics.hasErrors { throw DiagnosticsError(diagnostics) }
    return reply.field(1).map { reply.message.array($0) }
  }

  /// The identity in a reply; nil, perhaps with a diagnostic, when there is none or when it is not known yet.
  func identity(
    _ reply: Reply, _ number: Int, from method: PluginMethod, _ diagnostics: inout [Diagnostic]
  ) async -> ResourceIdentity? {
    guard let message = reply.all(number).last else { return nil }
    do throws(DiagnosticsError) {
      guard let schema = try await provider.identitySchemas(process)[typeName] else { return nil }
      guard let data = try? Reply(message) else { throw DiagnosticsError(provider.damaged(method, process)) }
      guard let value = value(data, 1, from: method, as: .object(schema.block.impliedType), &diagnostics), !value.isNull,
        value.isWhollyKnown
      else { return nil }
      return ResourceIdentity(schemaVersion: schema.version, json: JSONValueCodec.encode(value))
    } catch {
      diagnostics += error.diagnostics
      return nil
    }
  }
}

extension SchemaDecoder {
  /// The reply to GetResourceIdentitySchemas. What may stand in an import is optional, what must is required.
  func identitySchemas(_ reply: Reply) throws(SchemaError) -> [String: Schema] {
    var result: [String: Schema] = [:]
    for entry in reply.all(1) {
      guard let pair = try? Reply(entry), let content = pair.all(2).last, let message = try? Reply(content) else {
        throw SchemaError(message: "the message is damaged")
      }
      var attributes: [AttributeSchema] = []
      for attribute in message.all(2) { attributes.append(try identityAttribute(attribute)) }
      result[pair.string(1)] = Schema(version: message.field(1)?.int64 ?? 0, block: BlockSchema(attributes: attributes))
    }
    return result
  }

  private func identityAttribute(_ message: ProtobufReader) throws(SchemaError) -> AttributeSchema {
    guard let attribute = try? Reply(message), let type = try? JSONValueCodec.decodeType(attribute.bytes(2)) else {
      throw SchemaError(message: "an attribute of an identity cannot be read")
    }
    return AttributeSchema(
      name: attribute.string(1), type: type, required: attribute.bool(3), optional: !attribute.bool(3),
      description: attribute.string(5))
  }
}
