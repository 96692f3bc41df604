import CNghttp2

/// One request and its answer, in the hands of the session's thread.
protocol HTTP2Stream: AnyObject {
  /// When it is given up by this side; nil for never, and when it is given up or answered already.
  var deadline: ContinuousClock.Instant? { get }
  func receive(header name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>)
  /// Takes what the other side says. Throws when the stream is to be given up.
  func receive(data: UnsafeBufferPointer<UInt8>) throws(GRPCError)
  /// The other side has said all it has to say.
  func receivedAll(on session: HTTP2Session, as stream: Int32)
  /// Ends it from this side.
  func giveUp(_ error: GRPCError, on session: HTTP2Session, as stream: Int32)
  /// It is over; `code` is the HTTP/2 error code, 0 for none.
  func finish(streamError code: UInt32)
  /// The connection is gone before it was over.
  func lose(_ error: GRPCError)
}

/// What this side says on a stream: data, and for a server the trailers behind it. Lives as long as its stream.
final class HTTP2Body {
  private let bytes: [UInt8]
  private let trailers: HTTP2Headers?
  private var sent = 0

  init(_ bytes: [UInt8], trailers: HTTP2Headers? = nil) {
    self.bytes = bytes
    self.trailers = trailers
  }

  /// The library's way to it. The body must live until the stream is closed.
  @unsafe var provider: nghttp2_data_provider {
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.source.ptr = UnsafeMutableRawPointer(Unmanaged.passUnretained(self).toOpaque())
    unsafe provider.read_callback = { session, stream, buffer, length, flags, source, _ in
      guard let buffer = unsafe buffer, let flags = unsafe flags, let pointer = unsafe source?.pointee.ptr else {
        return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
      }
      let body = unsafe Unmanaged<HTTP2Body>.fromOpaque(pointer).takeUnretainedValue()
      let count = unsafe body.copy(into: buffer, upTo: length)
      guard body.sent == body.bytes.count else { return count }
      unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
      if var trailers = body.trailers {
        // The end of the stream is the trailers', which the library sends behind this piece.
        unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
        let code = unsafe trailers.withFields {
          unsafe nghttp2_submit_trailer(session, stream, $0.baseAddress, $0.count)
        }
        if code != 0 { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
      }
      return count
    }
    return unsafe provider
  }

  private func copy(into buffer: UnsafeMutablePointer<UInt8>, upTo limit: Int) -> Int {
    let count = min(limit, bytes.count - sent)
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, count > 0 else { return }
      unsafe buffer.update(from: base + sent, count: count)
    }
    sent += count
    return count
  }
}

/// Header fields in one buffer, lent to C for one call.
struct HTTP2Headers {
  private var bytes: [UInt8] = []
  private var fields: [(start: Int, nameLength: Int, valueLength: Int)] = []

  init(_ fields: KeyValuePairs<String, String>) {
    for (name, value) in fields { add(name, value) }
  }

  mutating func add(_ name: String, _ value: String) {
    let start = bytes.count
    bytes += name.utf8
    let nameLength = bytes.count - start
    bytes += value.utf8
    fields.append((start, nameLength, bytes.count - start - nameLength))
  }

  mutating func withFields(_ body: (UnsafeMutableBufferPointer<nghttp2_nv>) -> Int32) -> Int32 {
    let fields = fields
    return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return -1 }
      var pairs = unsafe fields.map { field in
        unsafe nghttp2_nv(
          name: base + field.start, value: base + field.start + field.nameLength, namelen: field.nameLength,
          valuelen: field.valueLength, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
      }
      return unsafe pairs.withUnsafeMutableBufferPointer { unsafe body($0) }
    }
  }
}
