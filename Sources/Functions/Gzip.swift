import CZlib

/// Data in the gzip format, as `base64gzip` makes it: no name, no time.
enum Gzip {
  static func compress(_ bytes: [UInt8]) throws(FunctionError) -> [UInt8] {
    // The header: deflate, no flags, no time, unknown operating system.
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    guard let body = flushed(bytes) else { throw FunctionError("failed to compress the given data") }
    result += body
    // An empty stored block is the last one.
    result += [1, 0, 0, 0xFF, 0xFF]
    var checksum = crc32(0, nil, 0)
    checksum = unsafe bytes.withUnsafeBufferPointer { unsafe crc32_z(checksum, $0.baseAddress, $0.count) }
    for value in [UInt32(truncatingIfNeeded: checksum), UInt32(truncatingIfNeeded: bytes.count)] {
      for shift: UInt32 in [0, 8, 16, 24] { result.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    return result
  }

  /// Raw deflate data up to a flush, without a last block.
  private static func flushed(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count < Int(UInt32.max) / 2 else { return nil }
    var stream = unsafe z_stream()
    guard unsafe plumb_deflate_init(&stream, 6, -15) == Z_OK else { return nil }
    defer { unsafe deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 64)
    let status = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target -> Int32 in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        return unsafe deflate(&stream, Z_SYNC_FLUSH)
      }
    }
    guard status == Z_OK, unsafe stream.avail_in == 0, unsafe stream.avail_out > 0 else { return nil }
    return unsafe Array(output.prefix(output.count - Int(stream.avail_out)))
  }
}
