import COpenSSL
import Glibc

/// What a TLS connection between host and plugin stands on.
struct TLSParameters: Sendable {
  /// Shown to the other side.
  var identity: TLSIdentity
  /// The one certificate that is trusted, DER. Its key may be of any kind and strength: it came from the other side itself, by
  /// a way that nobody else has.
  var pinnedCertificate: [UInt8]
}

/// Either end of a TLS connection over a socket that does not block. Used by one thread only.
@safe final class TLSChannel {
  private let context: OpaquePointer
  private let ssl: OpaquePointer
  private let side: ConnectionSide

  init(socket: Socket, side: ConnectionSide, parameters: TLSParameters) throws(GRPCError) {
    let method = unsafe side == .host ? TLS_client_method() : TLS_server_method()
    guard let context = unsafe SSL_CTX_new(method) else { throw tlsFailure("could not start TLS") }
    unsafe SSL_CTX_set_security_level(context, 0)
    unsafe plumb_ssl_set_write_modes(context)
    guard unsafe plumb_ssl_set_minimum_tls12(context) == 1, unsafe Self.prepare(context, for: side),
      unsafe SSL_CTX_use_certificate(context, parameters.identity.certificate) == 1,
      unsafe SSL_CTX_use_PrivateKey(context, parameters.identity.key) == 1,
      let ssl = unsafe SSL_new(context)
    else {
      unsafe SSL_CTX_free(context)
      throw tlsFailure("could not set TLS up")
    }
    unsafe self.context = context
    unsafe self.ssl = ssl
    self.side = side
    unsafe SSL_set_fd(ssl, socket.descriptor)
    if side == .host { _ = unsafe plumb_ssl_set_server_name(ssl, "localhost") }
    try shakeHands(socket, pinned: parameters.pinnedCertificate)
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe SSL_CTX_free(context)
  }

  /// What the two ends do differently: who asks for a certificate, and who offers HTTP/2. The pinned certificate is compared byte
  /// by byte after the handshake; no chain, no name and no strength is judged (plugins written in Python show RSA-1024).
  private static func prepare(_ context: OpaquePointer, for side: ConnectionSide) -> Bool {
    switch side {
    case .host:
      unsafe SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
      let protocols: [UInt8] = [2, UInt8(ascii: "h"), UInt8(ascii: "2")]
      // Zero means success for this one call.
      return unsafe SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count)) == 0
    case .plugin:
      unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT) { _, _ in 1 }
      unsafe SSL_CTX_set_alpn_select_cb(context, { _, chosen, chosenLength, offered, offeredLength, _ in
        var index = 0
        while let offered = unsafe offered, index + 2 < Int(offeredLength) {
          if unsafe offered[index] == 2, unsafe offered[index + 1] == UInt8(ascii: "h"),
            unsafe offered[index + 2] == UInt8(ascii: "2")
          {
            unsafe chosen?.pointee = offered + index + 1
            unsafe chosenLength?.pointee = 2
            return SSL_TLSEXT_ERR_OK
          }
          index += unsafe Int(offered[index]) + 1
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
      }, nil)
      // Each connection shakes hands in full: there is one, and it lives as long as the process.
      return unsafe SSL_CTX_set_num_tickets(context, 0) == 1
    }
  }

  /// Blocks its thread until both sides agree, at most twenty seconds.
  private func shakeHands(_ socket: Socket, pinned: [UInt8]) throws(GRPCError) {
    let limit = ContinuousClock.now + .seconds(20)
    while true {
      ERR_clear_error()
      let result = unsafe side == .host ? SSL_connect(ssl) : SSL_accept(ssl)
      if result == 1 { break }
      let events: Int32
      switch unsafe SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ: events = POLLIN
      case SSL_ERROR_WANT_WRITE: events = POLLOUT
      default: throw tlsFailure("the TLS handshake with \(side.peer) failed")
      }
      guard ContinuousClock.now < limit else {
        throw GRPCError(.unavailable, "\(side.peer) did not answer the TLS handshake")
      }
      var polled = pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
      _ = unsafe poll(&polled, 1, 1000)
    }
    guard presentedCertificate() == pinned else {
      throw GRPCError(.unauthenticated, "\(side.peer) showed another TLS certificate than it announced")
    }
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    unsafe SSL_get0_alpn_selected(ssl, &name, &length)
    guard length == 2 else {
      throw GRPCError(.unavailable, "\(side.peer) does not speak HTTP/2 over its TLS connection")
    }
  }

  private func presentedCertificate() -> [UInt8] {
    guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return [] }
    defer { unsafe X509_free(certificate) }
    return unsafe encodedCertificate(certificate)
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
    case SSL_ERROR_ZERO_RETURN: return .closed("\(side.peer) closed the connection")
    case SSL_ERROR_SYSCALL where number == 0 || number == ECONNRESET || number == EPIPE:
      return .closed("\(side.peer) closed the connection")
    default: return .closed(tlsFailure("the TLS connection to \(side.peer) failed").message)
    }
  }
}
