import COpenSSL
import Glibc

/// What a TLS connection to a plugin stands on.
struct TLSParameters: Sendable {
  /// Shown to the plugin when it asks.
  var identity: TLSIdentity
  /// The one certificate that is trusted, DER. Its key may be of any kind and strength: it came from the child itself.
  var pinnedCertificate: [UInt8]
}

/// The client end of a TLS connection over a socket that does not block. Used by one thread only.
@safe final class TLSChannel {
  private let context: OpaquePointer
  private let ssl: OpaquePointer

  init(socket: Socket, parameters: TLSParameters) throws(GRPCError) {
    guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw tlsFailure("could not start TLS") }
    // The pinned certificate is compared byte by byte after the handshake; no chain, no name and no strength is judged
    // (plugins written in Python show RSA-1024).
    unsafe SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
    unsafe SSL_CTX_set_security_level(context, 0)
    unsafe plumb_ssl_set_write_modes(context)
    let protocols: [UInt8] = [2, UInt8(ascii: "h"), UInt8(ascii: "2")]
    guard unsafe plumb_ssl_set_minimum_tls12(context) == 1,
      // Zero means success for this one call.
      unsafe SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count)) == 0,
      unsafe SSL_CTX_use_certificate(context, parameters.identity.certificate) == 1,
      unsafe SSL_CTX_use_PrivateKey(context, parameters.identity.key) == 1,
      let ssl = unsafe SSL_new(context)
    else {
      unsafe SSL_CTX_free(context)
      throw tlsFailure("could not set TLS up")
    }
    unsafe self.context = context
    unsafe self.ssl = ssl
    unsafe SSL_set_fd(ssl, socket.descriptor)
    _ = unsafe plumb_ssl_set_server_name(ssl, "localhost")
    try shakeHands(socket, pinned: parameters.pinnedCertificate)
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe SSL_CTX_free(context)
  }

  /// Blocks its thread until both sides agree, at most twenty seconds.
  private func shakeHands(_ socket: Socket, pinned: [UInt8]) throws(GRPCError) {
    let limit = ContinuousClock.now + .seconds(20)
    while true {
      ERR_clear_error()
      let result = unsafe SSL_connect(ssl)
      if result == 1 { break }
      let events: Int32
      switch unsafe SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ: events = POLLIN
      case SSL_ERROR_WANT_WRITE: events = POLLOUT
      default: throw tlsFailure("the TLS handshake with the plugin failed")
      }
      guard ContinuousClock.now < limit else {
        throw GRPCError(.unavailable, "the plugin did not answer the TLS handshake")
      }
      var polled = pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
      _ = unsafe poll(&polled, 1, 1000)
    }
    guard presentedCertificate() == pinned else {
      throw GRPCError(.unauthenticated, "the plugin showed another TLS certificate than it announced")
    }
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    unsafe SSL_get0_alpn_selected(ssl, &name, &length)
    guard length == 2 else {
      throw GRPCError(.unavailable, "the plugin does not speak HTTP/2 over its TLS connection")
    }
  }

  private func presentedCertificate() -> [UInt8] {
    guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return [] }
    defer { unsafe X509_free(certificate) }
    var bytes: UnsafeMutablePointer<UInt8>?
    let count = unsafe i2d_X509(certificate, &bytes)
    guard count > 0, let bytes = unsafe bytes else { return [] }
    defer { unsafe CRYPTO_free(bytes, nil, 0) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> ChannelResult {
    ERR_clear_error()
    let count = unsafe SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
    return count > 0 ? .count(Int(count)) : problem(count)
  }

  func write(_ buffer: UnsafeRawBufferPointer) -> ChannelResult {
    ERR_clear_error()
    let count = unsafe SSL_write(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
    return count > 0 ? .count(Int(count)) : problem(count)
  }

  private func problem(_ result: Int32) -> ChannelResult {
    let number = errno
    switch unsafe SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .closed("the plugin closed the connection")
    case SSL_ERROR_SYSCALL where number == 0 || number == ECONNRESET || number == EPIPE:
      return .closed("the plugin closed the connection")
    default: return .closed(tlsFailure("the TLS connection to the plugin failed").message)
    }
  }
}
