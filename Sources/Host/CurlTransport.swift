import CCurl
import Glibc
import Synchronization

/// HTTP through libcurl. Each request runs on its own thread, since libcurl waits; connections are not shared.
///
/// libcurl finds proxies, certificates and the like as everywhere on the system (`HTTPS_PROXY`, `SSL_CERT_FILE`).
package struct CurlTransport: HTTPTransport {
  private let userAgent: String

  /// - Parameter userAgent: sent unless a request has its own.
  package init(userAgent: String) {
    self.userAgent = userAgent
    CurlLibrary.prepare()
  }

  package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    let exchange = Exchange(request, userAgent: userAgent)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let work = { @Sendable in continuation.resume(returning: exchange.run()) }
        // No thread to be had: better to be slow than to fail.
        if !startThread(named: "http", work) { work() }
      }
    } onCancel: {
      exchange.cancel()
    }
    return try result.get()
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
  private let isCancelled = Atomic(false)
  private var headers: [HTTPHeader] = []
  private var body: [UInt8] = []
  private var isTooLarge = false

  init(_ request: HTTPRequest, userAgent: String) {
    self.request = request
    self.userAgent = userAgent
  }

  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  func run() -> Result<HTTPResponse, HTTPError> {
    guard let handle = unsafe curl_easy_init() else {
      return .failure(HTTPError(.other, url: request.url, message: "the HTTP library could not start"))
    }
    defer { unsafe curl_easy_cleanup(handle) }
    var list: UnsafeMutablePointer<curl_slist>?
    defer { unsafe curl_slist_free_all(list) }
    for header in request.headers {
      // A line break would start a header of the value's choosing.
      guard !(header.name + header.value).utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
        return .failure(HTTPError(.other, url: request.url, message: "the header \(header.name) has a line break"))
      }
      unsafe list = unsafe curl_slist_append(list, "\(header.name): \(header.value)")
    }
    unsafe configure(handle, headers: list)
    let code = unsafe curl_easy_perform(handle)
    guard code == CURLE_OK else { return .failure(failure(code)) }
    let finalURL = unsafe ccurl_effective_url(handle).map { unsafe String(cString: $0) } ?? request.url
    return .success(
      HTTPResponse(status: unsafe ccurl_status(handle), headers: headers, body: body, finalURL: finalURL))
  }

  private func configure(_ handle: UnsafeMutableRawPointer, headers: UnsafeMutablePointer<curl_slist>?) {
    unsafe ccurl_set_text(handle, CURLOPT_URL, request.url)
    unsafe ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    unsafe ccurl_set_text(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    unsafe ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    unsafe ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, request.redirectCountMax > 0 ? 1 : 0)
    unsafe ccurl_set_long(handle, CURLOPT_MAXREDIRS, request.redirectCountMax)
    unsafe ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT, 30)
    if let seconds = request.timeoutSeconds {
      unsafe ccurl_set_long(handle, CURLOPT_TIMEOUT, seconds)
    } else {
      // A stalled server is noticed even without a limit on the whole.
      unsafe ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
      unsafe ccurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, 60)
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
    isTooLarge = bytes.count > request.bodySizeMax - body.count
    if !isTooLarge { body.append(contentsOf: bytes) }
    return !isTooLarge
  }

  private func receiveHeader(_ line: [UInt8]) {
    if line.starts(with: "HTTP/".utf8) {
      // A new response begins: what came before belonged to a redirection.
      headers = []
      body = []
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
