import Host

/// A universally unique identifier (RFC 4122).
struct Identifier {
  /// Why a text is none.
  struct Malformed: Error {
    let reason: String
  }

  private let bytes: [UInt8]

  /// One of the name spaces of RFC 4122, appendix C, by its distinguishing byte.
  static func standardNamespace(_ number: UInt8) -> Identifier {
    Identifier(bytes: [0x6B, 0xA7, 0xB8, number, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8])
  }

  /// Version 4, from 16 random bytes.
  static func random(_ bytes: [UInt8]) -> Identifier { Identifier(stamping: bytes, version: 4) }

  /// Version 5: from a name in a name space.
  static func named(_ name: [UInt8], in namespace: Identifier) -> Identifier {
    Identifier(stamping: MessageDigest.of(namespace.bytes + name, .sha1), version: 5)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private init(stamping source: [UInt8], version: UInt8) {
    var bytes = Array(source.prefix(16))
    bytes += Array(repeating: 0, count: 16 - bytes.count)
    bytes[6] = bytes[6] & 0x0F | version << 4
    bytes[8] = bytes[8] & 0x3F | 0x80
    self.bytes = bytes
  }

  /// With or without hyphens, braces or `urn:uuid:`.
  init(parsing text: String) throws(Malformed) {
    var digits = Array(text.utf8)
    switch digits.count {
    case 45:
      guard String(decoding: digits.prefix(9), as: UTF8.self).lowercased() == "urn:uuid:" else {
        throw Malformed(reason: "invalid urn prefix: \"\(String(decoding: digits.prefix(9), as: UTF8.self))\"")
      }
      digits.removeFirst(9)
    case 38: digits = Array(digits[1..<37])
    case 36, 32: break
    default: throw Malformed(reason: "invalid UUID length: \(digits.count)")
    }
    if digits.count == 36 {
      for place in [23, 18, 13, 8] {
        guard digits[place] == UInt8(ascii: "-") else { throw Malformed(reason: "invalid UUID format") }
        digits.remove(at: place)
      }
    }
    guard let bytes = Hexadecimal.decode(String(decoding: digits, as: UTF8.self)) else {
      throw Malformed(reason: "invalid UUID format")
    }
    self.bytes = bytes
  }

  /// In lower case with hyphens.
  var text: String {
    let digits = Hexadecimal.encode(bytes)
    var result = ""
    var rest = digits[...]
    for count in [8, 4, 4, 4] {
      result += rest.prefix(count) + "-"
      rest = rest.dropFirst(count)
    }
    return result + rest
  }
}
