/// Bytes as letters.
enum EncodingFunctions {
  static let all: [Function] = [
    Function("b64enc", .string) { call in .string(Base64.encode(call.bytes(0))) },
    Function("b64dec", .string) { call in
      Base64.decode(call.text(0)).map { .text($0) } ?? .string("illegal base64 data")
    },
    Function("b32enc", .string) { call in .string(Base32.encode(call.bytes(0))) },
    Function("b32dec", .string) { call in
      Base32.decode(call.text(0)).map { .text($0) } ?? .string("illegal base32 data")
    },
  ]
}

/// Three bytes as four letters, with padding.
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    RadixCoding.encode(bytes, letters: letters, bits: 6, group: 4)
  }

  /// Nil for what is not well-formed; line breaks do not count.
  static func decode(_ text: String) -> [UInt8]? {
    RadixCoding.decode(text, letters: letters, bits: 6, group: 4)
  }
}

/// Five bytes as eight letters, with padding.
enum Base32 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    RadixCoding.encode(bytes, letters: letters, bits: 5, group: 8)
  }

  static func decode(_ text: String) -> [UInt8]? {
    RadixCoding.decode(text, letters: letters, bits: 5, group: 8)
  }
}

/// A letter for each few bits, in groups that padding fills.
private enum RadixCoding {
  static func encode(_ bytes: [UInt8], letters: [UInt8], bits: Int, group: Int) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count * 8 / bits + group)
    var buffer = 0
    var count = 0
    for byte in bytes {
      buffer = (buffer << 8 | Int(byte)) & 0xFFFF
      count += 8
      while count >= bits {
        count -= bits
        output.append(letters[buffer >> count & (1 << bits - 1)])
      }
    }
    if count > 0 { output.append(letters[buffer << (bits - count) & (1 << bits - 1)]) }
    while output.count % group != 0 { output.append(UInt8(ascii: "=")) }
    return String(decoding: output, as: UTF8.self)
  }

  static func decode(_ text: String, letters: [UInt8], bits: Int, group: Int) -> [UInt8]? {
    var digits = [Int](repeating: -1, count: 256)
    for (value, letter) in letters.enumerated() { digits[Int(letter)] = value }
    var output: [UInt8] = []
    var buffer = 0
    var count = 0
    var total = 0
    var padding = 0
    for byte in text.utf8 where byte != 0x0A && byte != 0x0D {
      total += 1
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      let digit = digits[Int(byte)]
      guard padding == 0, digit >= 0 else { return nil }
      buffer = (buffer << bits | digit) & 0xFFFF
      count += bits
      if count >= 8 {
        count -= 8
        output.append(UInt8(truncatingIfNeeded: buffer >> count))
      }
    }
    // What is left of a group must be as little as padding stands for.
    guard total % group == 0, padding < group, count < bits, padding * bits / 8 <= group * bits / 8 - 1 else { return nil }
    return output
  }
}
