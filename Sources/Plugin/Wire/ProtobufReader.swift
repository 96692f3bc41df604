/// Bytes that are no protobuf message, or end too early.
struct ProtobufError: Error, Equatable {
  /// Offset of the byte that could not be read.
  var offset: Int
}

/// One field as it stands in a message.
struct ProtobufField {
  enum Content {
    /// Wire type 0.
    case number(UInt64)
    /// Wire type 2: the range of the bytes, without their length.
    case bytes(Range<Int>)
    /// Wire types 1 and 5, of which the plugin protocol uses none.
    case fixed
  }
  var number: Int
  var content: Content
}

/// Walks the fields of one message in a shared buffer, without decoding what it does not need.
struct ProtobufReader {
  let bytes: [UInt8]
  private(set) var offset: Int
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.init(bytes, in: 0..<bytes.count)
  }

  /// `range` lies within `bytes`; it is cut to it otherwise.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    let range = range.clamped(to: 0..<bytes.count)
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next field, nil at the end of the message.
  mutating func next() throws(ProtobufError) -> ProtobufField? {
    guard offset < end else { return nil }
    let start = offset
    let tag = try varint()
    let number = Int(truncatingIfNeeded: tag >> 3)
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw ProtobufError(offset: start) }
    switch tag & 7 {
    case 0: return ProtobufField(number: number, content: .number(try varint()))
    case 1:
      try skip(8)
      return ProtobufField(number: number, content: .fixed)
    case 2:
      let length = try varint()
      let first = offset
      guard length <= UInt64(end - offset) else { throw ProtobufError(offset: start) }
      offset += Int(length)
      return ProtobufField(number: number, content: .bytes(first..<offset))
    case 5:
      try skip(4)
      return ProtobufField(number: number, content: .fixed)
    default: throw ProtobufError(offset: start)
    }
  }

  private mutating func skip(_ count: Int) throws(ProtobufError) {
    guard end - offset >= count else { throw ProtobufError(offset: offset) }
    offset += count
  }

  private mutating func varint() throws(ProtobufError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end, shift < 64 {
      let byte = bytes[offset]
      offset += 1
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    throw ProtobufError(offset: offset)
  }
}

extension ProtobufField {
  /// A number field as such; 0, the default of proto3, when the field has another shape.
  var int64: Int64 {
    if case .number(let number) = content { Int64(bitPattern: number) } else { 0 }
  }

  var bool: Bool { int64 != 0 }

  /// The range of a length-delimited field; empty when the field has another shape.
  var range: Range<Int> {
    if case .bytes(let range) = content { range } else { 0..<0 }
  }
}

extension ProtobufReader {
  func string(_ field: ProtobufField) -> String {
    String(decoding: bytes[field.range], as: UTF8.self)
  }

  func array(_ field: ProtobufField) -> [UInt8] {
    Array(bytes[field.range])
  }

  /// The message in a field, to be walked in turn.
  func message(_ field: ProtobufField) -> ProtobufReader {
    ProtobufReader(bytes, in: field.range)
  }
}
