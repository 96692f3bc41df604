import CCurl

/// Reading and resolving URLs, by libcurl's own parser, so that what is checked is what is asked.
package enum WebAddress {
  /// The absolute URL that `reference` means in a document at `base`; nil when either is no URL.
  package static func resolve(_ reference: String, against base: String) -> String? {
    unsafe withHandle(base) { handle in
      guard unsafe curl_url_set(handle, CURLUPART_URL, reference, 0) == CURLUE_OK else { return nil }
      return unsafe part(CURLUPART_URL, of: handle)
    }
  }

  /// The scheme in lower case; nil when the text is no absolute URL.
  package static func scheme(of url: String) -> String? {
    unsafe withHandle(url) { unsafe part(CURLUPART_SCHEME, of: $0) }
  }

  /// `host` or `host:port` as written; nil when the text is no absolute URL.
  package static func hostAndPort(of url: String) -> String? {
    unsafe withHandle(url) { handle in
      guard let host = unsafe part(CURLUPART_HOST, of: handle) else { return nil }
      return unsafe part(CURLUPART_PORT, of: handle).map { "\(host):\($0)" } ?? host
    }
  }

  /// The URL with another host, and `host:port` of the old one with its port or that of the scheme; nil when it is no absolute URL.
  package static func replacingHost(of url: String, by host: String) -> (url: String, old: String, port: String)? {
    var port = ""
    var old = ""
    let new = unsafe withHandle(url) { handle in
      guard let oldHost = unsafe part(CURLUPART_HOST, of: handle),
        let used = unsafe part(CURLUPART_PORT, of: handle, flags: UInt32(CURLU_DEFAULT_PORT)),
        unsafe curl_url_set(handle, CURLUPART_HOST, host, 0) == CURLUE_OK
      else { return nil }
      (old, port) = (oldHost, used)
      return unsafe part(CURLUPART_URL, of: handle)
    }
    return new.map { ($0, old, port) }
  }

  private static func withHandle(_ url: String, _ body: (OpaquePointer) -> String?) -> String? {
    guard let handle = unsafe curl_url() else { return nil }
    defer { unsafe curl_url_cleanup(handle) }
    guard unsafe curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK else {
      return nil
    }
    return unsafe body(handle)
  }

  private static func part(_ which: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard unsafe curl_url_get(handle, which, &text, flags) == CURLUE_OK, let text = unsafe text else { return nil }
    defer { unsafe curl_free(text) }
    return unsafe String(cString: text)
  }
}
