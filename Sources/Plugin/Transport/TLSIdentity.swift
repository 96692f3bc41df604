import COpenSSL

/// A key and its self-signed certificate: what one end of a mutual TLS connection shows the other.
///
/// Unchecked: the two OpenSSL objects are only read after `init`, and OpenSSL allows reading from any thread.
@safe final class TLSIdentity: @unchecked Sendable {
  /// The certificate as PEM text, the form `PLUGIN_CLIENT_CERT` takes.
  let certificatePEM: String
  /// The certificate as DER, the form that a handshake line takes.
  let encoded: [UInt8]
  let key: OpaquePointer
  let certificate: OpaquePointer

  /// Makes a P-256 key and a certificate for `localhost`. Go's servers accept it; it is quicker to make than P-521.
  init() throws(GRPCError) {
    guard let key = unsafe plumb_new_elliptic_curve_key("P-256") else { throw tlsFailure("could not make a key") }
    guard let certificate = unsafe Self.selfSigned(key) else {
      unsafe EVP_PKEY_free(key)
      throw tlsFailure("could not make a certificate")
    }
    unsafe self.key = key
    unsafe self.certificate = certificate
    certificatePEM = unsafe Self.pem(certificate)
    encoded = unsafe encodedCertificate(certificate)
  }

  deinit {
    unsafe X509_free(certificate)
    unsafe EVP_PKEY_free(key)
  }

  private static func selfSigned(_ key: OpaquePointer) -> OpaquePointer? {
    guard let certificate = unsafe X509_new() else { return nil }
    var serial = [UInt8](repeating: 0, count: 15)
    guard unsafe RAND_bytes(&serial, Int32(serial.count)) == 1,
      let number = unsafe BN_bin2bn(serial, Int32(serial.count), nil)
    else {
      unsafe X509_free(certificate)
      return nil
    }
    unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate))
    unsafe BN_free(number)
    unsafe X509_set_version(certificate, 2)
    unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), -30)
    unsafe X509_time_adj_ex(X509_getm_notAfter(certificate), 365 * 30, 0, nil)
    let name = unsafe X509_get_subject_name(certificate)
    unsafe addName(name, "O", "Plumb")
    unsafe addName(name, "CN", "localhost")
    unsafe X509_set_issuer_name(certificate, name)
    unsafe X509_set_pubkey(certificate, key)
    let extensions: [(Int32, String)] = [
      (NID_basic_constraints, "critical,CA:TRUE"),
      (NID_key_usage, "critical,digitalSignature,keyEncipherment,keyAgreement,keyCertSign"),
      (NID_ext_key_usage, "clientAuth,serverAuth"),
      (NID_subject_alt_name, "DNS:localhost"),
    ]
    for (identifier, text) in extensions {
      guard let entry = unsafe X509V3_EXT_conf_nid(nil, nil, identifier, text) else { continue }
      unsafe X509_add_ext(certificate, entry, -1)
      unsafe X509_EXTENSION_free(entry)
    }
    guard unsafe X509_sign(certificate, key, EVP_sha256()) > 0 else {
      unsafe X509_free(certificate)
      return nil
    }
    return unsafe certificate
  }

  private static func addName(_ name: OpaquePointer?, _ field: String, _ value: String) {
    let bytes = Array(value.utf8)
    _ = unsafe X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0)
  }

  private static func pem(_ certificate: OpaquePointer) -> String {
    guard let memory = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(memory) }
    guard unsafe PEM_write_bio_X509(memory, certificate) == 1 else { return "" }
    var start: UnsafeMutablePointer<CChar>?
    let count = unsafe plumb_bio_memory(memory, &start)
    guard let start = unsafe start, count > 0 else { return "" }
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

/// A certificate as DER.
func encodedCertificate(_ certificate: OpaquePointer) -> [UInt8] {
  var bytes: UnsafeMutablePointer<UInt8>?
  let count = unsafe i2d_X509(certificate, &bytes)
  guard count > 0, let bytes = unsafe bytes else { return [] }
  defer { unsafe CRYPTO_free(bytes, nil, 0) }
  return unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
}

/// The first certificate of a PEM text as DER, the form of `PLUGIN_CLIENT_CERT`. Nil if there is none.
func decodeCertificate(pem text: String) -> [UInt8]? {
  let lines = text.split(whereSeparator: \.isNewline)
  guard let start = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN CERTIFICATE-----") }),
    let end = lines[start...].firstIndex(where: { $0.hasPrefix("-----END CERTIFICATE-----") })
  else { return nil }
  let bytes = decodeBase64(lines[(start + 1)..<end].joined().utf8.filter { $0 > 32 })
  return bytes.flatMap { $0.isEmpty ? nil : $0 }
}

/// An error with OpenSSL's own reason, taken from the calling thread's queue.
func tlsFailure(_ what: String) -> GRPCError {
  let code = ERR_get_error()
  ERR_clear_error()
  guard code != 0, let reason = unsafe ERR_reason_error_string(code) else { return GRPCError(.unavailable, what) }
  return GRPCError(.unavailable, "\(what): \(unsafe String(cString: reason))")
}
