import Values

/// Types of which the first byte of an input picks one; the rest is a value of it.
private let types: [ValueType] = [
  .dynamic, .string, .number, .bool, .list(.string), .set(.number), .map(.dynamic), .tuple([.bool, .number]),
  .object([("a", .number), ("b", .string)]), .object([("id", .string), ("tags", .map(.string)), ("rules", .set(.object([("port", .number)])))]),
  .list(.object([("any", .dynamic), ("inner", .list(.list(.bool)))])), .set(.dynamic), .set(.set(.string)), .tuple([]), .object([]),
  .map(.tuple([.dynamic, .set(.tuple([.string]))])),
]

private func split(_ bytes: [UInt8]) -> (ValueType, [UInt8])? {
  guard let first = bytes.first else { return nil }
  return (types[Int(first) % types.count], Array(bytes.dropFirst()))
}

/// What was read can be written, and reading that gives the same again. All that is derived from a value can be had.
func checkMessagePackValues(_ bytes: [UInt8]) throws(Violation) {
  guard let (type, bytes) = split(bytes), let value = try? MessagePackCodec.decode(bytes, type: type) else { return }
  try checkValue(value, type)
}

func checkJSONValues(_ bytes: [UInt8]) throws(Violation) {
  guard let (type, bytes) = split(bytes) else { return }
  if let plain = try? JSONValueCodec.decode(bytes) {
    let written = JSONValueCodec.encode(plain)
    guard let again = try? JSONValueCodec.decode(written) else { throw Violation("what was written cannot be read: \(written)") }
    try require(again == plain, "a value has changed on its way: \(String(decoding: written, as: UTF8.self))")
  }
  guard let value = try? JSONValueCodec.decode(bytes, type: type) else { return }
  try checkValue(value, type)
}

/// Holds for every value that is of a type, wherever it comes from.
func checkValue(_ value: Value, _ type: ValueType) throws(Violation) {
  try require(value.conforms(to: type), "the value is not of the type that was asked for: \(value.type)")
  try require(value == value && value.hashValue == value.hashValue, "a value is not itself")
  let packed = MessagePackCodec.encode(value, type: type)
  guard let unpacked = try? MessagePackCodec.decode(packed, type: type) else { throw Violation("packed \(packed) cannot be read") }
  // The first writing may lose something, as it does in the reference: of a large number that came as a double its shortest text is
  // written, and of a long prefix its beginning.
  let again = MessagePackCodec.encode(unpacked, type: type)
  try require(again == packed, "packed \(packed) has become \(again)")
  guard let last = try? MessagePackCodec.decode(again, type: type) else { throw Violation("packed \(again) cannot be read") }
  try require(last == unpacked, "packed \(packed) reads differently the second time")
  // JSON has no infinite numbers; whoever stores a value refuses them first.
  guard value.isWhollyKnown, !value.hasInfinity else { return }
  let json = JSONValueCodec.encode(value, type: type)
  guard let read = try? JSONValueCodec.decode(json, type: type) else { throw Violation("cannot be read: \(String(decoding: json, as: UTF8.self))") }
  try require(JSONValueCodec.encode(read, type: type) == json, "JSON has changed: \(String(decoding: json, as: UTF8.self))")
  _ = JSONValueCodec.encode(value)
  for other in types { _ = try? convert(value, to: other) }
}
