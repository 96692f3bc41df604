import Addresses
import Values

/// Message `ResourceIdentityData`: an identity as a value by its schema. Elsewhere identities are JSON.
enum IdentityMessage {
  /// Attributes that are not there are null.
  static func encode(_ attributes: [String: Value], by schema: Schema) throws(DynamicValueError) -> [UInt8] {
    let members = schema.block.attributes.map { ($0.name, attributes[$0.name] ?? .null($0.type)) }
    var writer = ProtobufWriter()
    writer.message(1, try DynamicValue.encode(.object(members), as: .object(schema.block.impliedType)))
    return writer.bytes
  }

  /// Nil when there is none, or when it is not known yet.
  static func decode(_ message: ProtobufReader, by schema: Schema) throws(DynamicValueError) -> ResourceIdentity? {
    guard let data = try? ProtobufMessage(message) else { throw DynamicValueError(message: "the message is damaged") }
    let value = try data.value(1, as: .object(schema.block.impliedType))
    guard !value.isNull, value.isWhollyKnown else { return nil }
    return ResourceIdentity(schemaVersion: schema.version, json: JSONValueCodec.encode(value))
  }

  /// The attributes of an identity as it is kept; none when that is no JSON object.
  static func attributes(_ json: [UInt8]) -> [String: Value] {
    guard let value = try? JSONValueCodec.decode(json), case .object = value else { return [:] }
    return Dictionary(zip(value.keys, value.elements), uniquingKeysWith: { _, last in last })
  }
}
