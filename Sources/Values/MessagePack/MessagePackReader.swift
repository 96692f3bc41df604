/// Reads MessagePack in every form that it allows, token by token. Every read is checked against the end of the bytes.
package struct MessagePackReader: ~Copyable {
  package enum Kind: Hashable, Sendable { case null, bool, number, string, binary, array, map, unknown }

  private let bytes: [UInt8]
  /// The byte that is read next.
  package private(set) var offset: Int
  private let end: Int

  package init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  /// Reads only that part of the bytes, which must lie within them.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  package var isAtEnd: Bool { offset >= end }

  private func failure(_ message: String) -> CodecError { CodecError(message: message) }

  private mutating func byte() throws(CodecError) -> UInt8 {
    guard offset < end else { throw failure("unexpected end of MessagePack data") }
    offset += 1
    return bytes[offset - 1]
  }

  private mutating func big(_ count: Int) throws(CodecError) -> UInt64 {
    guard end - offset >= count else { throw failure("unexpected end of MessagePack data") }
    var value: UInt64 = 0
    for index in offset..<offset + count { value = value << 8 | UInt64(bytes[index]) }
    offset += count
    return value
  }

  private mutating func range(_ count: UInt64) throws(CodecError) -> Range<Int> {
    guard count <= UInt64(end - offset) else { throw failure("unexpected end of MessagePack data") }
    offset += Int(count)
    return offset - Int(count)..<offset
  }

  /// The kind of what comes next, without reading it. Every extension is an unknown value.
  package func peek() throws(CodecError) -> Kind {
    guard offset < end else { throw failure("unexpected end of MessagePack data") }
    switch bytes[offset] {
    case 0xC0: return .null
    case 0xC2, 0xC3: return .bool
    case 0x00...0x7F, 0xE0...0xFF, 0xCA...0xD3: return .number
    case 0xA0...0xBF, 0xD9...0xDB: return .string
    case 0xC4...0xC6: return .binary
    case 0x90...0x9F, 0xDC, 0xDD: return .array
    case 0x80...0x8F, 0xDE, 0xDF: return .map
    case 0xC7...0xC9, 0xD4...0xD8: return .unknown
    default: throw failure("invalid MessagePack code \(bytes[offset])")
    }
  }

  /// Reads null if it comes next.
  package mutating func readNull() throws(CodecError) -> Bool {
    guard try peek() == .null else { return false }
    offset += 1
    return true
  }

  package mutating func readBool() throws(CodecError) -> Bool {
    guard try peek() == .bool else { throw failure("a bool is required") }
    return try byte() == 0xC3
  }

  /// A number from any integer or floating-point form, or from text.
  package mutating func readNumber() throws(CodecError) -> Number {
    if try peek() == .string {
      guard let number = Number(parsing: try readString()) else { throw failure("a number is required") }
      return number
    }
    guard try peek() == .number else { throw failure("a number is required") }
    let code = try byte()
    switch code {
    case 0x00...0x7F: return Number(machine: Int64(code))
    case 0xE0...0xFF: return Number(machine: Int64(Int8(bitPattern: code)))
    case 0xCA: return try number(Double(Float(bitPattern: UInt32(try big(4)))))
    case 0xCB: return try number(Double(bitPattern: try big(8)))
    case 0xCC...0xCF: return Number(try big(1 << Int(code - 0xCC)))
    default:
      let count = 1 << Int(code - 0xD0)
      let shift = UInt64(64 - count * 8)
      return Number(machine: Int64(bitPattern: try big(count) << shift) >> Int64(shift))
    }
  }

  private func number(_ double: Double) throws(CodecError) -> Number {
    guard let number = Number(double) else { throw failure("a number is required") }
    return number
  }

  package mutating func readInteger() throws(CodecError) -> Int {
    guard let value = try readNumber().int64.flatMap({ Int(exactly: $0) }) else {
      throw failure("a whole number is required")
    }
    return value
  }

  package mutating func readString() throws(CodecError) -> String {
    let code = try byte()
    let count: UInt64
    switch code {
    case 0xA0...0xBF: count = UInt64(code & 0x1F)
    case 0xD9, 0xC4: count = try big(1)
    case 0xDA, 0xC5: count = try big(2)
    case 0xDB, 0xC6: count = try big(4)
    default: throw failure("a string is required")
    }
    return String(decoding: bytes[try range(count)], as: UTF8.self)
  }

  /// The bytes of a binary value or of a string.
  package mutating func readBinary() throws(CodecError) -> [UInt8] {
    let code = try byte()
    switch code {
    case 0xC4, 0xD9: return Array(bytes[try range(big(1))])
    case 0xC5, 0xDA: return Array(bytes[try range(big(2))])
    case 0xC6, 0xDB: return Array(bytes[try range(big(4))])
    case 0xA0...0xBF: return Array(bytes[try range(UInt64(code & 0x1F))])
    default: throw failure("binary data is required")
    }
  }

  /// The number of elements that follow.
  package mutating func readArrayHeader() throws(CodecError) -> Int {
    let code = try byte()
    switch code {
    case 0x90...0x9F: return Int(code & 0x0F)
    case 0xDC: return try plausible(big(2))
    case 0xDD: return try plausible(big(4))
    default: throw failure("a list is required")
    }
  }

  /// The number of keys with their values that follow.
  package mutating func readMapHeader() throws(CodecError) -> Int {
    let code = try byte()
    switch code {
    case 0x80...0x8F: return Int(code & 0x0F)
    case 0xDE: return try plausible(big(2))
    case 0xDF: return try plausible(big(4))
    default: throw failure("a map is required")
    }
  }

  /// No more elements than there are bytes, so that nobody reserves room for what cannot come.
  private func plausible(_ count: UInt64) throws(CodecError) -> Int {
    guard count <= UInt64(end - offset) else { throw failure("unexpected end of MessagePack data") }
    return Int(count)
  }

  /// The type code and payload of an extension.
  package mutating func readExtension() throws(CodecError) -> (type: Int8, payload: [UInt8]) {
    let code = try byte()
    let count: UInt64
    switch code {
    case 0xD4...0xD8: count = 1 << UInt64(code - 0xD4)
    case 0xC7: count = try big(1)
    case 0xC8: count = try big(2)
    case 0xC9: count = try big(4)
    default: throw failure("an extension is required")
    }
    let type = Int8(bitPattern: try byte())
    return (type, Array(bytes[try range(count)]))
  }

  /// Reads past one value.
  package mutating func skip() throws(CodecError) {
    var remaining = 1
    while remaining > 0 {
      remaining -= 1
      switch try peek() {
      case .null, .bool: offset += 1
      case .number: _ = try skipNumber()
      case .string: _ = try readString()
      case .binary: _ = try readBinary()
      case .unknown: _ = try readExtension()
      case .array: remaining += try readArrayHeader()
      case .map: remaining += 2 * (try readMapHeader())
      }
    }
  }

  private mutating func skipNumber() throws(CodecError) -> UInt64 {
    switch try byte() {
    case 0xCC, 0xD0: try big(1)
    case 0xCD, 0xD1: try big(2)
    case 0xCE, 0xD2, 0xCA: try big(4)
    case 0xCF, 0xD3, 0xCB: try big(8)
    default: 0
    }
  }
}
