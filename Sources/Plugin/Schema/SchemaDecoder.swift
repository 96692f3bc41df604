import ProviderInterface
import Values

/// A schema that the provider encoded wrongly.
struct SchemaError: Error, Equatable {
  var message: String
}

/// Turns schema messages of either protocol into schemas. The two differ in the numbers of an attribute's last fields.
struct SchemaDecoder {
  let protocolVersion: Int

  /// Message `Schema`.
  func schema(_ message: ProtobufReader) throws(SchemaError) -> Schema {
    do {
      var message = message
      var result = Schema(version: 0, block: BlockSchema())
      while let field = try message.next() {
        switch field.number {
        case 1: result.version = field.int64
        case 2: result.block = try block(message.message(field))
        default: break
        }
      }
      guard result.version >= 0 else { throw SchemaError(message: "the schema version is negative") }
      return result
    } catch {
      throw Self.schemaError(error)
    }
  }

  /// Message `Function`.
  func function(_ message: ProtobufReader) throws(SchemaError) -> ProviderFunction {
    do {
      var message = message
      var result = ProviderFunction(parameters: [], variadic: nil, returnType: .dynamic)
      while let field = try message.next() {
        switch field.number {
        case 1: result.parameters.append(try parameter(message.message(field)))
        case 2: result.variadic = try parameter(message.message(field))
        case 3:
          var returned = message.message(field)
          while let field = try returned.next() {
            if field.number == 1 { result.returnType = try type(returned.bytes[field.range]) }
          }
        case 4: result.summary = message.string(field)
        case 5: result.description = message.string(field)
        default: break
        }
      }
      return result
    } catch {
      throw Self.schemaError(error)
    }
  }

  private static func schemaError(_ error: any Error) -> SchemaError {
    error as? SchemaError ?? SchemaError(message: "the message is damaged")
  }

  private func parameter(_ message: ProtobufReader) throws -> ProviderFunction.Parameter {
    var message = message
    var result = ProviderFunction.Parameter(name: "", type: .dynamic, allowsNull: false, allowsUnknown: false)
    while let field = try message.next() {
      switch field.number {
      case 1: result.name = message.string(field)
      case 2: result.type = try type(message.bytes[field.range])
      case 3: result.allowsNull = field.bool
      case 4: result.allowsUnknown = field.bool
      case 5: result.description = message.string(field)
      default: break
      }
    }
    return result
  }

  /// Message `Schema.Block`.
  private func block(_ message: ProtobufReader) throws -> BlockSchema {
    var message = message
    var attributes: [AttributeSchema] = []
    var blocks: [NestedBlockSchema] = []
    var description = ""
    var kind = DescriptionKind.plain
    var isDeprecated = false
    while let field = try message.next() {
      switch field.number {
      case 2: attributes.append(try attribute(message.message(field)))
      case 3: blocks.append(try nestedBlock(message.message(field)))
      case 4: description = message.string(field)
      case 5: kind = field.int64 == 1 ? .markdown : .plain
      case 6: isDeprecated = field.bool
      default: break
      }
    }
    return BlockSchema(
      attributes: attributes, blocks: blocks, description: description, descriptionKind: kind, deprecated: isDeprecated)
  }

  /// Message `Schema.NestedBlock`.
  private func nestedBlock(_ message: ProtobufReader) throws -> NestedBlockSchema {
    var message = message
    var name = ""
    var content = BlockSchema()
    var nesting: NestingMode?
    var minimum: Int64 = 0
    var maximum: Int64 = 0
    while let field = try message.next() {
      switch field.number {
      case 1: name = message.string(field)
      case 2: content = try block(message.message(field))
      case 3: nesting = NestingMode(number: field.int64)
      case 4: minimum = field.int64
      case 5: maximum = field.int64
      default: break
      }
    }
    guard let nesting else {
      throw SchemaError(message: "the block type \(name) has no nesting mode that is known here")
    }
    return NestedBlockSchema(
      name: name, nesting: nesting, block: content, minItems: Int(clamping: minimum), maxItems: Int(clamping: maximum))
  }

  /// Message `Schema.Attribute`.
  private func attribute(_ message: ProtobufReader) throws -> AttributeSchema {
    // The part that the protocols number alike; protocol 6 has the nested type in between.
    let writeOnlyNumber = protocolVersion == 5 ? 10 : 11
    let nestedTypeNumber = protocolVersion == 5 ? -1 : 10
    var message = message
    var name = ""
    var valueType = ValueType.dynamic
    var nested: NestedAttributeSchema?
    var description = ""
    var deprecationMessage = ""
    var kind = DescriptionKind.plain
    var (required, optional, computed, sensitive, deprecated, writeOnly) = (false, false, false, false, false, false)
    while let field = try message.next() {
      switch field.number {
      case 1: name = message.string(field)
      case 2: valueType = try type(message.bytes[field.range])
      case 3: description = message.string(field)
      case 4: required = field.bool
      case 5: optional = field.bool
      case 6: computed = field.bool
      case 7: sensitive = field.bool
      case 8: kind = field.int64 == 1 ? .markdown : .plain
      case 9: deprecated = field.bool
      case nestedTypeNumber: nested = try nestedType(message.message(field))
      case writeOnlyNumber: writeOnly = field.bool
      case writeOnlyNumber + 1: deprecationMessage = message.string(field)
      default: break
      }
    }
    if let nested {
      return AttributeSchema(
        name: name, nestedType: nested, required: required, optional: optional, computed: computed,
        sensitive: sensitive, writeOnly: writeOnly, deprecated: deprecated, deprecationMessage: deprecationMessage,
        description: description, descriptionKind: kind)
    }
    return AttributeSchema(
      name: name, type: valueType, required: required, optional: optional, computed: computed, sensitive: sensitive,
      writeOnly: writeOnly, deprecated: deprecated, deprecationMessage: deprecationMessage, description: description,
      descriptionKind: kind)
  }

  /// Message `Schema.Object`.
  private func nestedType(_ message: ProtobufReader) throws -> NestedAttributeSchema {
    var message = message
    var attributes: [AttributeSchema] = []
    var nesting: NestingMode?
    while let field = try message.next() {
      switch field.number {
      case 1: attributes.append(try attribute(message.message(field)))
      case 3: nesting = NestingMode(number: field.int64)
      default: break
      }
    }
    guard let nesting, nesting != .group else {
      throw SchemaError(message: "a nested attribute type has no nesting mode that is known here")
    }
    return NestedAttributeSchema(nesting: nesting, attributes: attributes)
  }

  /// A JSON type description. Most are one of three words, which need no parser.
  private func type(_ json: ArraySlice<UInt8>) throws -> ValueType {
    if json.elementsEqual("\"string\"".utf8) { return .string }
    if json.elementsEqual("\"bool\"".utf8) { return .bool }
    if json.elementsEqual("\"number\"".utf8) { return .number }
    guard let type = try? JSONValueCodec.decodeType(Array(json)) else {
      throw SchemaError(
        message: "the type description \(String(decoding: json.prefix(200), as: UTF8.self)) is not valid")
    }
    // A schema's types have no optional attributes; a third element in a description is not meant for values.
    return type.withoutOptionals
  }
}
