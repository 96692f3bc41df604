extension JSONValueCodec {
  /// The type as JSON: `"string"`, `["list","number"]`, `["object",{"a":"bool"}]`, with sorted keys. Capsule types, which have no
  /// JSON form, are written as `"dynamic"`.
  package static func encodeType(_ type: ValueType) -> [UInt8] {
    var bytes: [UInt8] = []
    appendType(type, to: &bytes)
    return bytes
  }

  static func appendType(_ type: ValueType, to bytes: inout [UInt8]) {
    switch type {
    case .dynamic, .capsule: bytes += #""dynamic""#.utf8
    case .bool: bytes += #""bool""#.utf8
    case .number: bytes += #""number""#.utf8
    case .string: bytes += #""string""#.utf8
    case .list(let element): appendType("list", element, to: &bytes)
    case .set(let element): appendType("set", element, to: &bytes)
    case .map(let element): appendType("map", element, to: &bytes)
    case .tuple(let types):
      bytes += #"["tuple",["#.utf8
      for (index, type) in types.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendType(type, to: &bytes)
      }
      bytes += "]]".utf8
    case .object(let object): appendObjectType(object, to: &bytes)
    }
  }

  private static func appendType(_ kind: String, _ element: ValueType, to bytes: inout [UInt8]) {
    bytes += "[\"\(kind)\",".utf8
    appendType(element, to: &bytes)
    bytes.append(UInt8(ascii: "]"))
  }

  private static func appendObjectType(_ object: ObjectType, to bytes: inout [UInt8]) {
    bytes += #"["object",{"#.utf8
    for (index, name) in object.names.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      JSONWriter.appendQuoted(name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      appendType(object.types[index], to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
    if !object.optional.isEmpty {
      bytes += ",[".utf8
      for (index, name) in object.optional.sorted().enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSONWriter.appendQuoted(name, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Reads a type's JSON in any layout.
  package static func decodeType(_ bytes: [UInt8]) throws(CodecError) -> ValueType {
    do throws(JSONError) {
      return try type(of: JSONNode(parsing: bytes))
    } catch {
      throw CodecError(message: error.message)
    }
  }

  /// The type that a parsed JSON value describes.
  package static func type(of node: JSONNode) throws(JSONError) -> ValueType {
    switch node {
    case .string("dynamic"): return .dynamic
    case .string("bool"): return .bool
    case .string("number"): return .number
    case .string("string"): return .string
    case .array(let parts) where parts.count >= 2:
      switch (parts[0], parts[1]) {
      case (.string("list"), let element): return .list(try type(of: element))
      case (.string("set"), let element): return .set(try type(of: element))
      case (.string("map"), let element): return .map(try type(of: element))
      case (.string("tuple"), .array(let elements)):
        var types: [ValueType] = []
        for element in elements { types.append(try type(of: element)) }
        return .tuple(types)
      case (.string("object"), .object(let members)):
        var attributes: [(String, ValueType)] = []
        for member in members { attributes.append((member.key.normalizedForValues, try type(of: member.value))) }
        let optional = parts.count > 2 ? parts[2].array?.compactMap(\.string) ?? [] : []
        return .object(ObjectType(attributes, optional: Set(optional)))
      default: break
      }
    default: break
    }
    throw JSONError(message: "invalid complex type description", offset: 0)
  }
}
