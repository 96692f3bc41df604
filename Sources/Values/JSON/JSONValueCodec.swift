/// Values as JSON by their type, as go-cty's `json` package: in state, in plans and for providers.
///
/// Numbers keep all their digits. Sets are arrays in their order. Where the type says `dynamic`, a value is wrapped with its type:
/// `{"value":…,"type":…}`. Strings are escaped as by Go's encoder.
package enum JSONValueCodec {
  /// Compact JSON, object keys ascending. The value must conform to the type or be convertible to it.
  /// JSON has no form for unknown values: these are written as null, and marks are not written at all. A null keeps its type
  /// where the type says `dynamic`.
  package static func encode(_ value: Value, type: ValueType) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, type, to: &bytes)
    return bytes
  }

  /// Compact JSON without wrappers, by the value's own types, as `jsonencode` writes it.
  package static func encode(_ value: Value) -> [UInt8] {
    var bytes: [UInt8] = []
    appendPlain(value, to: &bytes)
    return bytes
  }

  private static func append(_ value: Value, _ type: ValueType, to bytes: inout [UInt8]) {
    switch (value, type) {
    case (.marked(let node), _): append(node.value, type, to: &bytes)
    case (.null(.dynamic), _), (.unknown, _): bytes += "null".utf8
    case (_, .dynamic):
      let own = value.type
      bytes += #"{"value":"#.utf8
      append(value, own, to: &bytes)
      bytes += #","type":"#.utf8
      appendType(own, to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    case (.null, _): bytes += "null".utf8
    case (.list(let list), .list(let element)): appendArray(list.elements, to: &bytes) { _ in element }
    case (.set(let set), .set(let element)): appendArray(set.elements, to: &bytes) { _ in element }
    case (.tuple(let tuple), .tuple(let types)) where tuple.elements.count == types.count:
      appendArray(tuple.elements, to: &bytes) { types[$0] }
    case (.map(let map), .map(let element)): appendObject(map.keys, map.values, to: &bytes) { _ in element }
    case (.object(let object), .object(let wanted)) where object.attributeNames == wanted.attributeNames:
      let types = wanted.types
      appendObject(object.names, object.values, to: &bytes) { types[$0] }
    case (.bool, .bool), (.number, .number), (.string, .string): appendPlain(value, to: &bytes)
    default:
      // Not of the type: what can be converted is.
      if let converted = try? convert(value, to: type), converted.conforms(to: type) {
        append(converted, type, to: &bytes)
      } else {
        bytes += "null".utf8
      }
    }
  }

  private static func appendPlain(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null, .unknown: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .number(let number): bytes += number.text.utf8
    case .string(let text): JSONWriter.appendQuoted(text, to: &bytes)
    case .marked(let node): appendPlain(node.value, to: &bytes)
    case .list, .set, .tuple:
      bytes.append(UInt8(ascii: "["))
      for (index, element) in value.elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendPlain(element, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .map, .object:
      bytes.append(UInt8(ascii: "{"))
      for (index, (key, element)) in zip(value.keys, value.elements).enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSONWriter.appendQuoted(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendPlain(element, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func appendArray(_ elements: [Value], to bytes: inout [UInt8], type: (Int) -> ValueType) {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(element, type(index), to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private static func appendObject(
    _ keys: [String], _ values: [Value], to bytes: inout [UInt8], type: (Int) -> ValueType
  ) {
    bytes.append(UInt8(ascii: "{"))
    for index in keys.indices {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      JSONWriter.appendQuoted(keys[index], to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      append(values[index], type(index), to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}
