import ProviderInterface
import Values

/// Turns schemas into the messages of protocol 6: the other way of `SchemaDecoder`.
enum SchemaEncoder {
  /// Message `Schema`.
  static func schema(_ schema: Schema) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.number(1, schema.version)
    writer.message(2, block(schema.block))
    return writer.bytes
  }

  /// Message `ResourceIdentitySchema`.
  static func identity(_ schema: Schema) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.number(1, schema.version)
    for attribute in schema.block.attributes {
      var message = ProtobufWriter()
      message.string(1, attribute.name)
      message.bytes(2, JSONValueCodec.encodeType(attribute.type))
      message.bool(3, attribute.required)
      message.bool(4, attribute.optional)
      message.string(5, attribute.description)
      writer.message(2, message.bytes)
    }
    return writer.bytes
  }

  /// Message `Function`.
  static func function(_ function: ProviderFunction) -> [UInt8] {
    var writer = ProtobufWriter()
    for parameter in function.parameters { writer.message(1, self.parameter(parameter)) }
    if let variadic = function.variadic { writer.message(2, parameter(variadic)) }
    var returned = ProtobufWriter()
    returned.bytes(1, JSONValueCodec.encodeType(function.returnType))
    writer.message(3, returned.bytes)
    writer.string(4, function.summary)
    writer.string(5, function.description)
    return writer.bytes
  }

  /// A map entry: key 1, value 2.
  static func entry(_ name: String, _ value: [UInt8]) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.string(1, name)
    writer.message(2, value)
    return writer.bytes
  }

  private static func parameter(_ parameter: ProviderFunction.Parameter) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.string(1, parameter.name)
    writer.bytes(2, JSONValueCodec.encodeType(parameter.type))
    writer.bool(3, parameter.allowsNull)
    writer.bool(4, parameter.allowsUnknown)
    writer.string(5, parameter.description)
    return writer.bytes
  }

  /// Message `Schema.Block`.
  private static func block(_ block: BlockSchema) -> [UInt8] {
    var writer = ProtobufWriter()
    for attribute in block.attributes { writer.message(2, self.attribute(attribute)) }
    for nested in block.blocks { writer.message(3, nestedBlock(nested)) }
    writer.string(4, block.description)
    writer.number(5, block.descriptionKind.number)
    writer.bool(6, block.deprecated)
    return writer.bytes
  }

  /// Message `Schema.NestedBlock`.
  private static func nestedBlock(_ nested: NestedBlockSchema) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.string(1, nested.name)
    writer.message(2, block(nested.block))
    writer.number(3, nested.nesting.number)
    writer.number(4, Int64(nested.minItems))
    writer.number(5, Int64(nested.maxItems))
    return writer.bytes
  }

  /// Message `Schema.Attribute`.
  private static func attribute(_ attribute: AttributeSchema) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.string(1, attribute.name)
    if attribute.nestedType == nil { writer.bytes(2, JSONValueCodec.encodeType(attribute.type)) }
    writer.string(3, attribute.description)
    writer.bool(4, attribute.required)
    writer.bool(5, attribute.optional)
    writer.bool(6, attribute.computed)
    writer.bool(7, attribute.sensitive)
    writer.number(8, attribute.descriptionKind.number)
    writer.bool(9, attribute.deprecated)
    if let nested = attribute.nestedType { writer.message(10, nestedType(nested)) }
    writer.bool(11, attribute.writeOnly)
    writer.string(12, attribute.deprecationMessage)
    return writer.bytes
  }

  /// Message `Schema.Object`.
  private static func nestedType(_ nested: NestedAttributeSchema) -> [UInt8] {
    var writer = ProtobufWriter()
    for attribute in nested.attributes { writer.message(1, self.attribute(attribute)) }
    writer.number(3, nested.nesting.number)
    return writer.bytes
  }
}

extension NestingMode {
  private static let numbered: [(number: Int64, mode: NestingMode)] = [
    (1, .single), (2, .list), (3, .set), (4, .map), (5, .group),
  ]

  /// Enumeration `NestingMode`.
  var number: Int64 { Self.numbered.first { $0.mode == self }?.number ?? 0 }

  /// Nil for a mode that is not known here.
  init?(number: Int64) {
    guard let known = Self.numbered.first(where: { $0.number == number }) else { return nil }
    self = known.mode
  }
}

extension DescriptionKind {
  /// Enumeration `StringKind`.
  var number: Int64 { self == .markdown ? 1 : 0 }
}
