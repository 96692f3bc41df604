import CNghttp2

/// The HTTP/2 state of one connection: calls in, bytes out; bytes in, ended calls out. Does no input or output itself.
/// Used by one thread only.
@safe final class HTTP2Session {
  private var session: OpaquePointer?
  private var callsByStream: [Int32: GRPCCall] = [:]
  private var streamsByCall: [UInt64: Int32] = [:]
  /// Why the plugin said it would end the connection.
  private(set) var goAwayReason: String?

  /// Big enough that no reply of a provider ever waits for a window update.
  private static let window: Int32 = 64 << 20
  private static let frameSize: UInt32 = 1 << 20

  init() throws(GRPCError) {
    var callbacks: OpaquePointer?
    var options: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0, unsafe nghttp2_option_new(&options) == 0 else {
      throw GRPCError(.internal, "out of memory")
    }
    defer {
      unsafe nghttp2_session_callbacks_del(callbacks)
      unsafe nghttp2_option_del(options)
    }
    unsafe Self.register(callbacks)
    // Go sends a PING for nearly every small call; all are answered, and no count of them is taken for an attack.
    unsafe nghttp2_option_set_max_outbound_ack(options, 1 << 20)
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    guard unsafe nghttp2_session_client_new2(&session, callbacks, me, options) == 0 else {
      throw GRPCError(.internal, "out of memory")
    }
    var settings = [
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(Self.window)),
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_MAX_FRAME_SIZE.rawValue), value: Self.frameSize),
    ]
    unsafe nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &settings, settings.count)
    unsafe nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Self.window)
  }

  deinit { unsafe nghttp2_session_del(session) }

  /// The moment at which the first call is due, if any has a deadline.
  var nextDeadline: ContinuousClock.Instant? { callsByStream.values.lazy.compactMap(\.deadline).min() }

  /// Queues a call. It fails at once when the session takes none any more.
  func start(_ call: GRPCCall) {
    var headers = HeaderBlock()
    headers.add(":method", "POST")
    headers.add(":scheme", "http")
    headers.add(":path", call.path)
    headers.add(":authority", "localhost")
    headers.add("te", "trailers")
    headers.add("content-type", "application/grpc")
    if let deadline = call.deadline { headers.add("grpc-timeout", Self.timeout(until: deadline)) }
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.source.ptr = UnsafeMutableRawPointer(Unmanaged.passUnretained(call).toOpaque())
    unsafe provider.read_callback = { _, _, buffer, length, flags, source, _ in
      guard let buffer = unsafe buffer, let flags = unsafe flags, let pointer = unsafe source?.pointee.ptr else {
        return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
      }
      let call = unsafe Unmanaged<GRPCCall>.fromOpaque(pointer).takeUnretainedValue()
      let count = min(length, call.request.count - call.sent)
      unsafe call.request.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress, count > 0 else { return }
        unsafe buffer.update(from: base + call.sent, count: count)
      }
      call.sent += count
      if call.sent == call.request.count { unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
      return count
    }
    let stream = unsafe headers.withFields { fields in
      unsafe nghttp2_submit_request(session, nil, fields.baseAddress, fields.count, &provider, nil)
    }
    guard stream > 0 else {
      return call.complete(.failure(GRPCError(.unavailable, goAwayReason ?? "the connection takes no more calls")))
    }
    callsByStream[stream] = call
    streamsByCall[call.identifier] = stream
  }

  /// Gives a call up: the plugin is told, the caller gets `error`. Does nothing when the call has ended.
  func abandon(_ identifier: UInt64, _ error: GRPCError) {
    guard let stream = streamsByCall[identifier] else { return }
    abandon(stream: stream, error)
  }

  private func abandon(stream: Int32, _ error: GRPCError) {
    guard let call = callsByStream[stream] else { return }
    call.failure = error
    unsafe nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, UInt32(NGHTTP2_CANCEL.rawValue))
    // The call object stays until the stream is closed, since the library may still ask for its data.
    call.complete(.failure(error))
  }

  /// Ends the calls whose time is over.
  func enforceDeadlines(now: ContinuousClock.Instant) {
    for (stream, call) in callsByStream where call.failure == nil {
      guard let deadline = call.deadline, deadline <= now else { continue }
      abandon(stream: stream, GRPCCall.overdue)
    }
  }

  /// Ends all calls: the connection is gone.
  func failAll(_ error: GRPCError) {
    let calls = callsByStream.values.sorted { $0.identifier < $1.identifier }
    callsByStream = [:]
    streamsByCall = [:]
    for call in calls { call.complete(.failure(error)) }
  }

  /// Queues the goodbye.
  func terminate() {
    unsafe nghttp2_session_terminate_session(session, UInt32(NGHTTP2_NO_ERROR.rawValue))
  }

  /// Whether the session has nothing more to say or to hear.
  var isOver: Bool {
    unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  /// Appends what is to be sent, so that a call's headers and data leave in one write. Stops at about `limit` bytes.
  func produce(into output: inout [UInt8], limit: Int) throws(GRPCError) {
    while output.count < limit {
      var bytes: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(session, &bytes)
      guard count >= 0 else { throw Self.failure(Int32(truncatingIfNeeded: count)) }
      guard count > 0, let bytes = unsafe bytes else { return }
      unsafe output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  /// Takes what has come.
  func consume(_ bytes: UnsafeBufferPointer<UInt8>) throws(GRPCError) {
    let count = unsafe nghttp2_session_mem_recv(session, bytes.baseAddress, bytes.count)
    guard count >= 0 else { throw Self.failure(Int32(truncatingIfNeeded: count)) }
  }

  private static func failure(_ code: Int32) -> GRPCError {
    GRPCError(.unavailable, "the plugin broke the HTTP/2 protocol: \(unsafe String(cString: nghttp2_strerror(code)))")
  }

  /// The header's form: at most eight digits and a unit.
  private static func timeout(until deadline: ContinuousClock.Instant) -> String {
    let left = max(deadline - ContinuousClock.now, .milliseconds(1)).components
    return left.seconds >= 90_000
      ? "\(min(left.seconds, 99_999_999))S" : "\(left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000)m"
  }

  private static func register(_ callbacks: OpaquePointer?) {
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameLength, value, valueLength, _, user in
      guard let me = unsafe HTTP2Session.from(user), let frame = unsafe frame else { return 0 }
      if let call = unsafe me.callsByStream[frame.pointee.hd.stream_id] {
        unsafe call.receive(
          header: UnsafeBufferPointer(start: name, count: nameLength),
          UnsafeBufferPointer(start: value, count: valueLength))
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, data, length, user in
      guard let me = unsafe HTTP2Session.from(user), let call = me.callsByStream[stream], call.failure == nil else {
        return 0
      }
      do throws(GRPCError) {
        try unsafe call.receive(data: UnsafeBufferPointer(start: data, count: length))
      } catch {
        me.abandon(stream: stream, error)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
      guard let me = unsafe HTTP2Session.from(user), let call = me.callsByStream.removeValue(forKey: stream) else {
        return 0
      }
      me.streamsByCall[call.identifier] = nil
      call.finish(streamError: code)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      guard let me = unsafe HTTP2Session.from(user), let frame = unsafe frame,
        unsafe UInt32(frame.pointee.hd.type) == NGHTTP2_GOAWAY.rawValue
      else { return 0 }
      let goAway = unsafe frame.pointee.goaway
      let text = unsafe String(
        decoding: UnsafeBufferPointer(start: goAway.opaque_data, count: goAway.opaque_data_len), as: UTF8.self)
      let code = unsafe goAway.error_code
      me.goAwayReason =
        "the plugin ended the connection" + (text.isEmpty ? code == 0 ? "" : " (HTTP/2 error \(code))" : ": \(text)")
      return 0
    }
  }

  private static func from(_ user: UnsafeMutableRawPointer?) -> HTTP2Session? {
    guard let user = unsafe user else { return nil }
    return unsafe Unmanaged<HTTP2Session>.fromOpaque(user).takeUnretainedValue()
  }
}

/// Header fields in one buffer, lent to C for one call.
private struct HeaderBlock {
  private var bytes: [UInt8] = []
  private var fields: [(start: Int, nameLength: Int, valueLength: Int)] = []

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
