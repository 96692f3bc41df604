import COpenSSL

/// A private key and its public half, by OpenSSL.
@safe final class KeyPair {
  enum Kind: String {
    case rsa, dsa, ecdsa, ed25519
  }

  fileprivate let key: OpaquePointer

  init(generating kind: Kind, bits: Int) throws(TemplateError) {
    let generated: OpaquePointer? =
      switch kind {
      case .rsa: unsafe plumb_new_rsa_key(bits)
      case .ecdsa: unsafe plumb_new_elliptic_curve_key("P-256")
      case .ed25519: unsafe KeyPair.generate(unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil))
      case .dsa: unsafe KeyPair.generateDSA()
      }
    guard let generated = unsafe generated else { throw TemplateError("failed to generate private key") }
    unsafe key = unsafe generated
  }

  /// The context is consumed.
  private static func generate(_ context: OpaquePointer?) -> OpaquePointer? {
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe EVP_PKEY_keygen(context, &key) == 1 else { return nil }
    return unsafe key
  }

  private static func generateDSA() -> OpaquePointer? {
    let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var parameters: OpaquePointer?
    guard unsafe EVP_PKEY_paramgen_init(context) == 1,
      unsafe EVP_PKEY_CTX_ctrl_str(context, "dsa_paramgen_bits", "2048") == 1,
      unsafe EVP_PKEY_paramgen(context, &parameters) == 1
    else { return nil }
    defer { unsafe EVP_PKEY_free(parameters) }
    return unsafe generate(EVP_PKEY_CTX_new(parameters, nil))
  }

  init(pem: String) throws(TemplateError) {
    let bytes = Array(pem.utf8)
    let read: OpaquePointer? = unsafe bytes.withUnsafeBytes { buffer in
      guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return nil }
      defer { unsafe BIO_free(bio) }
      // An empty passphrase, so that nobody is asked for one.
      var empty: CChar = 0
      return unsafe PEM_read_bio_PrivateKey(bio, nil, nil, &empty)
    }
    guard let read = unsafe read else {
      ERR_clear_error()
      throw TemplateError("parsing private key: no private key in PEM form")
    }
    unsafe key = unsafe read
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// In the form of its kind, `RSA PRIVATE KEY` and so on, where there is one.
  func pem() throws(TemplateError) -> String {
    let hasOwnForm = unsafe EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519
    return unsafe try PEMText.written { bio in
      hasOwnForm
        ? unsafe PEM_write_bio_PrivateKey_traditional(bio, key, nil, nil, 0, nil, nil)
        : unsafe PEM_write_bio_PrivateKey(bio, key, nil, nil, 0, nil, nil)
    }
  }
}

/// What OpenSSL writes to memory.
private enum PEMText {
  static func written(_ write: (OpaquePointer?) -> Int32) throws(TemplateError) -> String {
    let bio = unsafe BIO_new(BIO_s_mem())
    defer { unsafe BIO_free(bio) }
    guard unsafe write(bio) == 1 else {
      ERR_clear_error()
      throw TemplateError("the key or certificate cannot be written")
    }
    var bytes: UnsafeMutablePointer<CChar>?
    let count = unsafe plumb_bio_memory(bio, &bytes)
    return unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: max(0, count)), as: UTF8.self)
  }
}

/// The certificate of who signs.
@safe final class IssuerCertificate {
  fileprivate let certificate: OpaquePointer

  init(pem: String) throws(TemplateError) {
    let bytes = Array(pem.utf8)
    let read: OpaquePointer? = unsafe bytes.withUnsafeBytes { buffer in
      guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return nil }
      defer { unsafe BIO_free(bio) }
      return unsafe PEM_read_bio_X509(bio, nil, nil, nil)
    }
    guard let read = unsafe read else {
      ERR_clear_error()
      throw TemplateError("unable to decode certificate")
    }
    unsafe certificate = unsafe read
  }

  deinit { unsafe X509_free(certificate) }
}

/// What a certificate is to say.
struct CertificateRequest {
  var commonName: String
  var days: Int
  var isAuthority: Bool
  /// Seconds since 1970.
  var start: Int64
  var serial: [UInt8]
  var addresses: [String] = []
  var names: [String] = []

  init(commonName: String, days: Int, isAuthority: Bool, start: Int64, serial: [UInt8]) {
    self.commonName = commonName
    self.days = days
    self.isAuthority = isAuthority
    self.start = start
    self.serial = serial
  }

  /// As PEM; signed by its own key when there is no other.
  func certificate(of pair: KeyPair, signedBy signer: CertificateObject?) throws(TemplateError) -> String {
    let certificate = unsafe X509_new()
    defer {
      unsafe X509_free(certificate)
      ERR_clear_error()
    }
    let issuer: IssuerCertificate? = if let signer { try IssuerCertificate(pem: signer.cert) } else { nil }
    let signingKey = if let signer { try KeyPair(pem: signer.key) } else { pair }
    guard unsafe fill(certificate, pair) else { throw TemplateError("the certificate of \(commonName) cannot be made") }
    unsafe X509_set_issuer_name(certificate, X509_get_subject_name(issuer?.certificate ?? certificate))
    for (kind, text) in try extensions() {
      guard unsafe add(kind, text, to: certificate, issuer: issuer?.certificate ?? certificate) else {
        throw TemplateError("the certificate of \(commonName) cannot say \(text)")
      }
    }
    let signsPlainly = unsafe EVP_PKEY_get_base_id(signingKey.key) == EVP_PKEY_ED25519
    guard unsafe X509_sign(certificate, signingKey.key, signsPlainly ? nil : EVP_sha256()) > 0 else {
      throw TemplateError("the certificate of \(commonName) cannot be signed")
    }
    return unsafe try PEMText.written { bio in unsafe PEM_write_bio_X509(bio, certificate) }
  }

  private func fill(_ certificate: OpaquePointer?, _ pair: KeyPair) -> Bool {
    let number = unsafe BN_bin2bn(serial, Int32(serial.count), nil)
    defer { unsafe BN_free(number) }
    let end = start &+ Int64(clamping: days.multipliedReportingOverflow(by: 86_400).partialValue)
    let name = Array(commonName.utf8)
    return unsafe X509_set_version(certificate, 2) == 1
      && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
      && ASN1_TIME_set(X509_getm_notBefore(certificate), Int(start)) != nil
      && ASN1_TIME_set(X509_getm_notAfter(certificate), Int(end)) != nil
      && X509_set_pubkey(certificate, pair.key) == 1
      && X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name, Int32(name.count), -1, 0) == 1
  }

  private func extensions() throws(TemplateError) -> [(Int32, String)] {
    var extensions: [(Int32, String)] = [
      (NID_key_usage, "critical,digitalSignature,keyEncipherment" + (isAuthority ? ",keyCertSign" : "")),
      (NID_ext_key_usage, "serverAuth,clientAuth"),
      (NID_basic_constraints, isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE"),
    ]
    if isAuthority { extensions.append((NID_subject_key_identifier, "hash")) }
    // The text that the library reads has commas between names.
    for name in names + addresses where name.contains(",") || name.contains("\n") {
      throw TemplateError("\(name) is no name of a host")
    }
    let all = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
    if !all.isEmpty { extensions.append((NID_subject_alt_name, all.joined(separator: ","))) }
    return extensions
  }

  private func add(_ kind: Int32, _ text: String, to certificate: OpaquePointer?, issuer: OpaquePointer?) -> Bool {
    var context = unsafe X509V3_CTX()
    unsafe X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
    guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, kind, text) else { return false }
    defer { unsafe X509_EXTENSION_free(made) }
    return unsafe X509_add_ext(certificate, made, -1) == 1
  }
}
