/// Values as MessagePack by their type, as go-cty's `msgpack` package: what providers read and write.
///
/// The forms are always the shortest. Objects have all attributes in ascending order. Numbers are integers, doubles where these are exact,
/// else text. Unknown values are extensions, with what is known about them. Where the type says `dynamic`, a value is
/// an array of its type as JSON and itself.
package enum MessagePackCodec {
  /// The value must conform to the type or be convertible to it. Marks are not written.
  package static func encode(_ value: Value, type: ValueType) -> [UInt8] {
    var writer = MessagePackWriter()
    append(value, type, to: &writer)
    return writer.bytes
  }

  private static func append(_ value: Value, _ type: ValueType, to writer: inout MessagePackWriter) {
    switch (value, type) {
    case (.marked(let node), _): append(node.value, type, to: &writer)
    case (_, .dynamic): appendDynamic(value, to: &writer)
    case (.unknown(let unknown), _): appendUnknown(unknown, to: &writer)
    case (.null, _): writer.null()
    case (.bool(let flag), .bool): writer.bool(flag)
    case (.number(let number), .number): append(number, to: &writer)
    case (.string(let text), .string): writer.string(text)
    case (.list(let list), .list(let element)): appendArray(list.elements, element, to: &writer)
    case (.set(let set), .set(let element)): appendArray(set.elements, element, to: &writer)
    case (.tuple(let tuple), .tuple(let types)) where tuple.elements.count == types.count:
      writer.arrayHeader(types.count)
      for (part, type) in zip(tuple.elements, types) { append(part, type, to: &writer) }
    case (.map(let map), .map(let element)):
      writer.mapHeader(map.keys.count)
      for index in map.keys.indices {
        writer.string(map.keys[index])
        append(map.values[index], element, to: &writer)
      }
    case (.object(let object), .object(let wanted)) where object.attributeNames == wanted.attributeNames:
      let types = wanted.types
      writer.mapHeader(types.count)
      for index in types.indices {
        writer.string(object.names[index])
        append(object.values[index], types[index], to: &writer)
      }
    default:
      // Not of the type: what can be converted is.
      if let converted = try? convert(value, to: type), converted.conforms(to: type) {
        append(converted, type, to: &writer)
      } else {
        writer.null()
      }
    }
  }

  private static func appendArray(_ elements: [Value], _ element: ValueType, to writer: inout MessagePackWriter) {
    writer.arrayHeader(elements.count)
    for part in elements { append(part, element, to: &writer) }
  }

  private static func appendDynamic(_ value: Value, to writer: inout MessagePackWriter) {
    let type = value.type
    if type == .dynamic {
      if value.isKnown { writer.null() } else { writer.unknown() }
      return
    }
    writer.arrayHeader(2)
    writer.binary(JSONValueCodec.encodeType(type))
    append(value, type, to: &writer)
  }

  static func append(_ number: Number, to writer: inout MessagePackWriter) {
    if let small = number.int64 {
      writer.integer(small)
    } else if let double = number.exactDouble, !number.isWhole || number.isInfinite {
      writer.double(double)
    } else {
      writer.string(number.text)
    }
  }

  /// The longest prefix that is written, in bytes.
  private static let longestPrefix = 256

  private static func appendUnknown(_ unknown: Unknown, to writer: inout MessagePackWriter) {
    let known = unknown.refinements
    var payload = MessagePackWriter()
    var count = 0
    func entry(_ key: Int64) {
      payload.integer(key)
      count += 1
    }
    if known.isNotNull {
      entry(1)
      payload.bool(false)
    }
    if !known.stringPrefix.isEmpty {
      entry(2)
      payload.string(shortened(known.stringPrefix))
    }
    for (key, bound) in [(3, known.lowerBound), (4, known.upperBound)] {
      guard let bound else { continue }
      entry(Int64(key))
      payload.arrayHeader(2)
      append(bound.value, to: &payload)
      payload.bool(bound.isInclusive)
    }
    if known.minimumLength > 0 {
      entry(5)
      payload.integer(Int64(known.minimumLength))
    }
    if let maximum = known.maximumLength {
      entry(6)
      payload.integer(Int64(maximum))
    }
    if count == 0 { return writer.unknown() }
    var whole = MessagePackWriter()
    whole.mapHeader(count)
    writer.extensionValue(type: 12, whole.bytes + payload.bytes)
  }

  /// A prefix must end between characters that cannot combine with what follows.
  private static func shortened(_ prefix: String) -> String {
    guard prefix.utf8.count > longestPrefix else { return prefix }
    var length = 0
    var end = prefix.startIndex
    for index in prefix.indices {
      length += String(prefix[index]).utf8.count
      if length >= longestPrefix { break }
      end = index
    }
    return String(prefix[..<end])
  }
}
