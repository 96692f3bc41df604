import CNghttp2

/// The HTTP/2 state of one connection, at either end: streams in, bytes out; bytes in, ended streams out. Does no input or
/// output itself. Used by one thread only.
@safe final class HTTP2Session {
  let side: ConnectionSide
  private var session: OpaquePointer?
  private(set) var streams: [Int32: any HTTP2Stream] = [:]
  /// Why the other side said it would end the connection.
  private(set) var goAwayReason: String?
  /// Makes a stream for a request that begins to come; nil at the end that calls.
  private let accept: (() -> any HTTP2Stream)?

  /// Big enough that no message of a provider ever waits for a window update.
  private static let window: Int32 = 64 << 20
  private static let frameSize: UInt32 = 1 << 20

  /// The end that calls.
  static func host() throws(GRPCError) -> HTTP2Session { try HTTP2Session(.host, accept: nil) }

  /// The end that answers.
  static func plugin(accept: @escaping () -> any HTTP2Stream) throws(GRPCError) -> HTTP2Session {
    try HTTP2Session(.plugin, accept: accept)
  }

  private init(_ side: ConnectionSide, accept: (() -> any HTTP2Stream)?) throws(GRPCError) {
    self.side = side
    self.accept = accept
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
    let code =
      switch side {
      case .host: unsafe nghttp2_session_client_new2(&session, callbacks, me, options)
      case .plugin: unsafe nghttp2_session_server_new2(&session, callbacks, me, options)
      }
    guard code == 0 else { throw GRPCError(.internal, "out of memory") }
    var settings = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: UInt32(Self.window)),
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_MAX_FRAME_SIZE.rawValue), value: Self.frameSize),
    ]
    if side == .host {
      settings.append(
        nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0))
    }
    unsafe nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &settings, settings.count)
    unsafe nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Self.window)
  }

  deinit { unsafe nghttp2_session_del(session) }

  // MARK: Streams

  /// Begins a stream. Nil when the session takes none any more. The stream keeps `body` alive.
  func request(_ headers: HTTP2Headers, _ body: HTTP2Body, as stream: any HTTP2Stream) -> Int32? {
    var headers = headers
    var provider = unsafe body.provider
    let number = unsafe headers.withFields { fields in
      unsafe nghttp2_submit_request(session, nil, fields.baseAddress, fields.count, &provider, nil)
    }
    guard number > 0 else { return nil }
    streams[number] = stream
    return number
  }

  /// Answers a stream; without a body the headers are all of the answer. The stream keeps `body` alive.
  func respond(to stream: Int32, _ headers: HTTP2Headers, _ body: HTTP2Body?) {
    var headers = headers
    _ = unsafe headers.withFields { fields in
      guard let body else {
        return unsafe nghttp2_submit_response(session, stream, fields.baseAddress, fields.count, nil)
      }
      var provider = unsafe body.provider
      return unsafe nghttp2_submit_response(session, stream, fields.baseAddress, fields.count, &provider)
    }
  }

  /// Tells the other side that nobody waits for the rest of a stream.
  func cancel(_ stream: Int32) {
    unsafe nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, UInt32(NGHTTP2_CANCEL.rawValue))
  }

  /// The moment at which the first stream is due, if any has a deadline.
  var nextDeadline: ContinuousClock.Instant? { streams.values.lazy.compactMap(\.deadline).min() }

  /// Ends the streams whose time is over.
  func enforceDeadlines(now: ContinuousClock.Instant) {
    for (number, stream) in streams {
      guard let deadline = stream.deadline, deadline <= now else { continue }
      stream.giveUp(GRPCError(.deadlineExceeded, "\(side.peer) did not answer in time"), on: self, as: number)
    }
  }

  /// Ends all streams: the connection is gone.
  func loseAll(_ error: GRPCError) {
    let lost = streams.sorted { $0.key < $1.key }
    streams = [:]
    for (_, stream) in lost { stream.lose(error) }
  }

  // MARK: Bytes

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
      guard count >= 0 else { throw failure(Int32(truncatingIfNeeded: count)) }
      guard count > 0, let bytes = unsafe bytes else { return }
      unsafe output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  /// Takes what has come.
  func consume(_ bytes: UnsafeBufferPointer<UInt8>) throws(GRPCError) {
    let count = unsafe nghttp2_session_mem_recv(session, bytes.baseAddress, bytes.count)
    guard count >= 0 else { throw failure(Int32(truncatingIfNeeded: count)) }
  }

  private func failure(_ code: Int32) -> GRPCError {
    GRPCError(
      .unavailable, "\(side.peer) broke the HTTP/2 protocol: \(unsafe String(cString: nghttp2_strerror(code)))")
  }

  // MARK: Callbacks

  private static func register(_ callbacks: OpaquePointer?) {
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      guard let me = unsafe HTTP2Session.from(user), let frame = unsafe frame, let accept = me.accept,
        unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
      else { return 0 }
      unsafe me.streams[frame.pointee.hd.stream_id] = accept()
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, frame, name, nameLength, value, valueLength, _, user in
      guard let me = unsafe HTTP2Session.from(user), let frame = unsafe frame else { return 0 }
      if let stream = unsafe me.streams[frame.pointee.hd.stream_id] {
        unsafe stream.receive(
          header: UnsafeBufferPointer(start: name, count: nameLength),
          UnsafeBufferPointer(start: value, count: valueLength))
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, number, data, length, user in
      guard let me = unsafe HTTP2Session.from(user), let stream = me.streams[number] else { return 0 }
      do throws(GRPCError) {
        try unsafe stream.receive(data: UnsafeBufferPointer(start: data, count: length))
      } catch {
        stream.giveUp(error, on: me, as: number)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, number, code, user in
      guard let me = unsafe HTTP2Session.from(user) else { return 0 }
      me.streams.removeValue(forKey: number)?.finish(streamError: code)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      guard let me = unsafe HTTP2Session.from(user), let frame = unsafe frame else { return 0 }
      let head = unsafe frame.pointee.hd
      switch UInt32(head.type) {
      case NGHTTP2_GOAWAY.rawValue: unsafe me.noteGoAway(frame.pointee.goaway)
      case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
        if UInt32(head.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0 {
          me.streams[head.stream_id]?.receivedAll(on: me, as: head.stream_id)
        }
      default: break
      }
      return 0
    }
  }

  private func noteGoAway(_ frame: nghttp2_goaway) {
    let text = unsafe String(
      decoding: UnsafeBufferPointer(start: frame.opaque_data, count: frame.opaque_data_len), as: UTF8.self)
    let code = unsafe frame.error_code
    goAwayReason =
      "\(side.peer) ended the connection" + (text.isEmpty ? code == 0 ? "" : " (HTTP/2 error \(code))" : ": \(text)")
  }

  private static func from(_ user: UnsafeMutableRawPointer?) -> HTTP2Session? {
    guard let user = unsafe user else { return nil }
    return unsafe Unmanaged<HTTP2Session>.fromOpaque(user).takeUnretainedValue()
  }
}
