import CCurl
import Glibc
import Synchronization

/// HTTP through libcurl. Each request runs on its own thread, since libcurl waits.
///
/// libcurl finds proxies, certificates and the like as everywhere on the system (`HTTPS_PROXY`, `SSL_CERT_FILE`).
package struct CurlTransport: HTTPTransport {
  private let userAgent: String
  private let idle: IdleConnections

  /// - Parameters:
  ///   - userAgent: sent unless a request has its own.
  ///   - idleConnectionCountMax: how many connections are kept open for requests to come.
  package init(userAgent: String, idleConnectionCountMax: Int = 0) {
    self.userAgent = userAgent
    idle = IdleConnections(countMax: idleConnectionCountMax)
    CurlLibrary.prepare()
  }

  package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    try await run(Exchange(request, userAgent: userAgent, receive: nil))
  }

  package func stream(
    _ request: HTTPRequest, _ receive: @escaping @Sendable (HTTPStreamPart) -> Bool
  ) async throws(HTTPError) -> HTTPResponse {
    try await run(Exchange(request, userAgent: userAgent, receive: receive))
  }

  private func run(_ exchange: Exchange) async throws(HTTPError) -> HTTPResponse {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let work = { @Sendable in continuation.resume(returning: unsafe idle.using { unsafe exchange.run($0) }) }
        // No thread to be had: better to be slow than to fail.
        if !startThread(named: "http", work) { work() }
      }
    } onCancel: {
      exchange.cancel()
    }
    return try result.get()
  }
}

/// Handles of libcurl with the connections that they hold, for requests to come. A handle serves one request at a time.
///
/// Sendable by this argument: a handle is either in the list, which is behind a lock, or with the one thread that took it out.
private final class IdleConnections: @unchecked Sendable {
  @safe private struct Handle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }
  private let countMax: Int
  private let handles = Mutex<[Handle]>([])

  init(countMax: Int) { self.countMax = countMax }

  deinit {
    for handle in handles.withLock({ $0 }) { unsafe curl_easy_cleanup(handle.pointer) }
  }

  func using<Result>(_ work: (UnsafeMutableRawPointer?) -> Result) -> Result {
    let known = handles.withLock { $0.popLast() }
    guard let pointer = unsafe known?.pointer ?? curl_easy_init() else { return work(nil) }
    let result = unsafe work(pointer)
    // Connections stay, all that was set is forgotten.
    unsafe curl_easy_reset(pointer)
    let handle = unsafe Handle(pointer: pointer)
    let isKept = handles.withLock { handles in
      guard handles.count < countMax else { return false }
      handles.append(handle)
      return true
    }
    if !isKept { unsafe curl_easy_cleanup(pointer) }
    return result
  }
}

/// libcurl's process-wide initialisation, which is not safe to run twice at once.
private enum CurlLibrary {
  private static let prepared: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
  static func prepare() { _ = prepared }
}

/// One request on its way: what libcurl's callbacks write to.
///
/// Only the thread in `run` touches the response parts; `isCancelled` is atomic.
private final class Exchange: @unchecked Sendable {
  private let request: HTTPRequest
  private let userAgent: String
  /// Takes a response that is read as it comes.
  private let receiver: (@Sendable (HTTPStreamPart) -> Bool)?
  private let isCancelled = Atomic(false)
  private var status = 0
  private var headers: [HTTPHeader] = []
  private var body: [UInt8] = []
  private var isTooLarge = false
  /// The receiver has the head.
  private var isBegun = false
  /// The receiver wants no more.
  private var isEnough = false

  init(_ request: HTTPRequest, userAgent: String, receive: (@Sendable (HTTPStreamPart) -> Bool)?) {
    self.request = request
    self.userAgent = userAgent
    receiver = receive
  }

  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  func run(_ handle: UnsafeMutableRawPointer?) -> Result<HTTPResponse, HTTPError> {
    guard let handle = unsafe handle else {
      return .failure(HTTPError(.other, url: request.url, message: "the HTTP library could not start"))
    }
    var (url, lines, route) = (request.url, request.headers, String?.none)
    if let name = request.security?.serverName {
      guard let named = WebAddress.replacingHost(of: request.url, by: name) else {
        return .failure(HTTPError(.invalidURL, url: request.url, message: "this is no URL whose server could have a name of its own"))
      }
      url = named.url
      route = "\(name):\(named.port):\(named.old):\(named.port)"
      if !lines.contains(where: { $0.name.lowercased() == "host" }) { lines.append(HTTPHeader("Host", "\(named.old):\(named.port)")) }
    }
    var list: UnsafeMutablePointer<curl_slist>?
    defer { unsafe curl_slist_free_all(list) }
    for header in lines {
      // A line break would start a header of the value's choosing.
      guard !(header.name + header.value).utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
        return .failure(HTTPError(.other, url: request.url, message: "the header \(header.name) has a line break"))
      }
      unsafe list = unsafe curl_slist_append(list, "\(header.name): \(header.value)")
    }
    var routes: UnsafeMutablePointer<curl_slist>?
    defer { unsafe curl_slist_free_all(routes) }
    if let route { unsafe routes = unsafe curl_slist_append(nil, route) }
    unsafe configure(handle, url: url, headers: list)
    if unsafe routes != nil { unsafe ccurl_set_list(handle, CURLOPT_CONNECT_TO, routes) }
    unsafe secure(handle)
    let code = unsafe curl_easy_perform(handle)
    guard code == CURLE_OK || isEnough else { return .failure(failure(code)) }
    let finalURL = unsafe ccurl_effective_url(handle).map { unsafe String(cString: $0) } ?? request.url
    let response = HTTPResponse(status: unsafe ccurl_status(handle), headers: headers, body: body, finalURL: finalURL)
    // A response without a body, or one of which libcurl left the end of the headers unsaid.
    if let receiver, !isBegun { _ = receiver(.head(response)) }
    return .success(response)
  }

  private func secure(_ handle: UnsafeMutableRawPointer) {
    if let proxy = request.proxy { unsafe ccurl_set_text(handle, CURLOPT_PROXY, proxy) }
    guard let security = request.security else { return }
    for (option, bytes) in [
      (CURLOPT_CAINFO_BLOB, security.authorities), (CURLOPT_SSLCERT_BLOB, security.clientCertificate),
      (CURLOPT_SSLKEY_BLOB, security.clientKey),
    ] {
      guard let bytes else { continue }
      unsafe bytes.withUnsafeBytes { buffer in _ = unsafe ccurl_set_blob(handle, option, buffer.baseAddress, buffer.count) }
    }
    if !security.verifiesServer {
      unsafe ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0)
      unsafe ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0)
    }
  }

  private func configure(_ handle: UnsafeMutableRawPointer, url: String, headers: UnsafeMutablePointer<curl_slist>?) {
    unsafe ccurl_set_text(handle, CURLOPT_URL, url)
    unsafe ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    unsafe ccurl_set_text(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    unsafe ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    unsafe ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, request.redirectCountMax > 0 ? 1 : 0)
    unsafe ccurl_set_long(handle, CURLOPT_MAXREDIRS, request.redirectCountMax)
    unsafe ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT, 30)
    if let seconds = request.timeoutSeconds {
      unsafe ccurl_set_long(handle, CURLOPT_TIMEOUT, seconds)
    } else if let seconds = request.silenceSecondsMax {
      // A stalled server is noticed even without a limit on the whole.
      unsafe ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
      unsafe ccurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, seconds)
    }
    unsafe ccurl_set_text(handle, CURLOPT_USERAGENT, userAgent)
    unsafe ccurl_set_list(handle, CURLOPT_HTTPHEADER, headers)
    if let body = request.body {
      unsafe ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      // COPYPOSTFIELDS copies, so the array need not outlive this call.
      unsafe body.withUnsafeBytes { bytes in
        _ = unsafe ccurl_set_pointer(
          handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      }
    }
    switch request.method {
    case "GET" where request.body == nil: break
    case "HEAD": unsafe ccurl_set_long(handle, CURLOPT_NOBODY, 1)
    default: unsafe ccurl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method)
    }
    // Unretained is enough: `run` holds the exchange until the transfer has ended.
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
    unsafe ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
    unsafe ccurl_set_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let exchange = unsafe Exchange.from(context) else { return 0 }
      exchange.receiveHeader(unsafe Exchange.copy(bytes, count: size * count))
      return size * count
    }
    unsafe ccurl_set_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let exchange = unsafe Exchange.from(context) else { return 0 }
      return exchange.receive(unsafe Exchange.copy(bytes, count: size * count)) ? size * count : 0
    }
    unsafe ccurl_set_long(handle, CURLOPT_NOPROGRESS, 0)
    unsafe ccurl_set_progress(handle) { context, _, _, _, _ in
      (unsafe Exchange.from(context))?.isCancelled.load(ordering: .relaxed) == true ? 1 : 0
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> Exchange? {
    unsafe context.map { unsafe Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func copy(_ bytes: UnsafePointer<CChar>?, count: Int) -> [UInt8] {
    unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
  }

  private func receive(_ bytes: [UInt8]) -> Bool {
    if let receiver {
      if !isBegun { begin(receiver) }
      if !isEnough { isEnough = !receiver(.piece(bytes)) }
      return !isEnough
    }
    isTooLarge = bytes.count > request.bodySizeMax - body.count
    if !isTooLarge { body.append(contentsOf: bytes) }
    return !isTooLarge
  }

  private func begin(_ receiver: @Sendable (HTTPStreamPart) -> Bool) {
    isBegun = true
    isEnough = !receiver(.head(HTTPResponse(status: status, headers: headers, finalURL: request.url)))
  }

  private func receiveHeader(_ line: [UInt8]) {
    if line.starts(with: "HTTP/".utf8) {
      // A new response begins: what came before belonged to a redirection.
      headers = []
      body = []
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
      status = words.count > 1 ? Int(String(decoding: words[1].prefix(3), as: UTF8.self)) ?? 0 : 0
      return
    }
    if line.allSatisfy({ $0 == 13 || $0 == 10 }) {
      // The end of the headers. After some responses another one follows.
      let isFollowed =
        (100..<200).contains(status)
        || request.redirectCountMax > 0 && (301...308).contains(status) && headers.contains { $0.name.lowercased() == "location" }
      if let receiver, !isBegun, !isFollowed { begin(receiver) }
      return
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
    let isSpace = { (byte: UInt8) in byte <= UInt8(ascii: " ") }
    var value = line[(colon + 1)...].drop(while: isSpace)
    while let last = value.last, isSpace(last) { value = value.dropLast() }
    headers.append(HTTPHeader(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
  }

  private func failure(_ code: CURLcode) -> HTTPError {
    if isTooLarge { return HTTPError(.tooLarge, url: request.url, message: "Maximum file size exceeded") }
    if isCancelled.load(ordering: .relaxed) {
      return HTTPError(.cancelled, url: request.url, message: "the request was cancelled")
    }
    let kind: HTTPError.Code =
      switch code {
      case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidURL
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unknownHost
      case CURLE_COULDNT_CONNECT: .noConnection
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM: .insecure
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_TOO_MANY_REDIRECTS: .tooManyRedirects
      default: .other
      }
    let message = unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code.rawValue)"
    return HTTPError(kind, url: request.url, message: message)
  }
}
