import CZlib

/// Data in the gzip format, as `base64gzip` makes it: no name, no time.
enum Gzip {
  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    // The header: deflate, no flags, no time, unknown operating system.
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    result += Deflate.compress(bytes)
    let checksum = unsafe bytes.withUnsafeBufferPointer { unsafe crc32_z(0, $0.baseAddress, $0.count) }
    for value in [UInt32(truncatingIfNeeded: checksum), UInt32(truncatingIfNeeded: bytes.count)] {
      for shift: UInt32 in [0, 8, 16, 24] { result.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    return result
  }
}
