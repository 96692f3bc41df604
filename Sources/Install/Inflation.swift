import CZlib

/// Decompresses deflate data that comes in pieces, raw as in zip files or with the header of gzip.
@safe final class Inflation {
  enum Failure: Error { case corrupt }

  /// On the heap, because zlib keeps pointers into its own stream structure.
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isFinished = false

  enum Wrapping { case none, gzip }

  init(_ wrapping: Wrapping = .none) throws(Failure) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // A negative window size means deflate data without a header, 16 more than the size a gzip header.
    guard unsafe plumb_inflate_init(stream, wrapping == .gzip ? 31 : -15) == Z_OK else { throw .corrupt }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The plain bytes of one piece.
  func inflate(_ compressed: [UInt8]) throws(Failure) -> [UInt8] {
    var plain: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var input = compressed
    let isCorrupt = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe stream.pointee.next_in = source.baseAddress
      unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
      while !isFinished {
        let (code, count) = unsafe buffer.withUnsafeMutableBufferPointer { target in
          unsafe stream.pointee.next_out = target.baseAddress
          unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
          let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
          return (code, unsafe target.count - Int(stream.pointee.avail_out))
        }
        plain += buffer[..<count]
        if code == Z_STREAM_END {
          isFinished = true
        } else if code == Z_BUF_ERROR {
          // Nothing more can be made of this piece.
          return false
        } else if code != Z_OK {
          return true
        } else if count < buffer.count, unsafe stream.pointee.avail_in == 0 {
          return false
        }
      }
      return false
    }
    if isCorrupt { throw .corrupt }
    return plain
  }
}

/// The CRC-32 of bytes that come in pieces, as zip files use it.
struct Checksum32 {
  private(set) var value: UInt = 0

  mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      value = unsafe crc32(value, buffer.baseAddress, UInt32(clamping: buffer.count))
    }
  }
}
