import CZlib

/// The compression of archives and of release records.
package enum Gzip {
  private static let bufferSize = 1 << 16

  /// - Parameter largest: how many bytes may come out.
  /// - Returns: nil for what is no whole gzip or zlib stream, and for what is too large.
  package static func inflated(_ bytes: [UInt8], largest: Int) -> [UInt8]? {
    // 47 tells gzip and zlib apart by itself.
    unsafe process(bytes, largest: largest, start: { stream in unsafe plumb_inflate_init(stream, 47) }) { stream in
      unsafe inflate(stream, Z_NO_FLUSH)
    } end: { stream in
      unsafe inflateEnd(stream)
    }
  }

  /// As small as it gets. Nil when there is no memory for it.
  package static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
    // 31 is gzip, whose header then says nothing of time and name: equal bytes give equal bytes.
    unsafe process(bytes, largest: .max, start: { stream in unsafe plumb_deflate_init(stream, 9, 31) }) { stream in
      unsafe deflate(stream, Z_FINISH)
    } end: { stream in
      unsafe deflateEnd(stream)
    }
  }

  private typealias Stream = UnsafeMutablePointer<z_stream>

  private static func process(
    _ bytes: [UInt8], largest: Int, start: (Stream) -> Int32, step: (Stream) -> Int32, end: (Stream) -> Int32
  ) -> [UInt8]? {
    var output: [UInt8] = []
    var input = bytes
    let stream = Stream.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer { unsafe stream.deallocate() }
    guard unsafe start(stream) == Z_OK else { return nil }
    defer { _ = unsafe end(stream) }
    var buffer = [UInt8](repeating: 0, count: bufferSize)
    var code = Z_OK
    unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe stream.pointee.next_in = source.baseAddress
      unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
      while code == Z_OK, output.count <= largest {
        let count = unsafe buffer.withUnsafeMutableBufferPointer { target in
          unsafe stream.pointee.next_out = target.baseAddress
          unsafe stream.pointee.avail_out = UInt32(target.count)
          code = unsafe step(stream)
          return unsafe target.count - Int(stream.pointee.avail_out)
        }
        output += buffer[..<count]
      }
    }
    return code == Z_STREAM_END && output.count <= largest ? output : nil
  }
}
