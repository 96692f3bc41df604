import Values

/// A value that cannot go over the wire, or bytes that are no value of the type expected.
struct DynamicValueError: Error {
  /// A clause with the place in the value where there is one: no capital, no full stop.
  var message: String
}

/// Message `DynamicValue`: a value by the type that both sides know from the schema.
enum DynamicValue {
  /// Encodes as MessagePack. A value of another type is converted first, as Terraform does.
  static func encode(_ value: Value, as type: ValueType) throws(DynamicValueError) -> [UInt8] {
    var fitting = value
    if !value.conforms(to: type) {
      do throws(ConversionError) {
        fitting = try convert(value, to: type)
      } catch {
        throw DynamicValueError(message: error.description)
      }
    }
    var writer = ProtobufWriter()
    writer.message(1, MessagePackCodec.encode(fitting, type: type))
    return writer.bytes
  }

  /// Decodes either form; the absent message, or an empty one, is null.
  static func decode(_ message: ProtobufReader, as type: ValueType) throws(DynamicValueError) -> Value {
    let (messagePack, json) = try forms(message)
    do throws(CodecError) {
      if !messagePack.isEmpty { return try MessagePackCodec.decode(Array(message.bytes[messagePack]), type: type) }
      return json.isEmpty ? .null(type) : try JSONValueCodec.decode(Array(message.bytes[json]), type: type)
    } catch {
      throw DynamicValueError(message: error.description)
    }
  }

  private static func forms(_ message: ProtobufReader) throws(DynamicValueError) -> (Range<Int>, Range<Int>) {
    var message = message
    var forms = (messagePack: 0..<0, json: 0..<0)
    do throws(ProtobufError) {
      while let field = try message.next() {
        switch field.number {
        case 1: forms.messagePack = field.range
        case 2: forms.json = field.range
        default: break
        }
      }
    } catch {
      throw DynamicValueError(message: "the message is damaged")
    }
    return forms
  }
}
