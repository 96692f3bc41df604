import COpenSSL

/// An RSA private key, through OpenSSL. Reads PEM in the PKCS #1, PKCS #8 and OpenSSH forms, none of them encrypted.
@safe final class PrivateKey {
  /// Why a text is no such key.
  struct Unusable: Error {
    let reason: String
  }

  private let key: OpaquePointer

  init(parsing text: String) throws(Unusable) {
    guard let kind = PrivateKey.kind(of: text) else { throw Unusable(reason: "invalid private key: ssh: no key found") }
    if text.contains("ENCRYPTED") {
      throw Unusable(reason: "invalid private key: ssh: this private key is passphrase protected")
    }
    switch kind {
    case "RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY":
      guard let key = unsafe PrivateKey.readPEM(text) else {
        // What is left in the library's queue would confuse the next TLS call of this thread.
        ERR_clear_error()
        throw Unusable(reason: "invalid ASN1 data in the given private key")
      }
      unsafe self.key = unsafe key
    case "OPENSSH PRIVATE KEY":
      unsafe self.key = unsafe try PrivateKey.make(try OpenSSHKey(armored: text))
    default: throw Unusable(reason: "invalid private key: ssh: unsupported key type \"\(kind)\"")
    }
    if unsafe EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA { throw Unusable(reason: "invalid private key type: not RSA") }
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// What stands in the first `-----BEGIN …-----`; nil also when what follows it is no Base64.
  private static func kind(of text: String) -> String? {
    var kind: String?
    var body = ""
    for line in text.split(whereSeparator: \.isNewline) {
      if kind == nil, line.hasPrefix("-----BEGIN "), line.hasSuffix("-----") {
        kind = String(line.dropFirst(11).dropLast(5))
      } else if line.hasPrefix("-----END ") {
        break
      } else if kind != nil, !line.contains(":") {
        body += line.filter { !$0.isWhitespace }
      }
    }
    return Base64Text.decode(body) == nil ? nil : kind
  }

  private static func readPEM(_ text: String) -> OpaquePointer? {
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBytes { buffer in
      guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else { return nil }
      defer { unsafe BIO_free(bio) }
      // An empty passphrase, so that nobody is asked for one.
      var empty: CChar = 0
      return unsafe PEM_read_bio_PrivateKey(bio, nil, nil, &empty)
    }
  }

  private static func make(_ parts: OpenSSHKey) throws(Unusable) -> OpaquePointer {
    // OpenSSL takes numbers with the lowest byte first.
    var modulus = Array(parts.modulus.reversed())
    var publicExponent = Array(parts.publicExponent.reversed())
    var privateExponent = Array(parts.privateExponent.reversed())
    // The parameters refer to their names, which must outlive the call that makes them.
    let names: [StaticString] = ["n", "e", "d"]
    let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    let isMade = unsafe modulus.withUnsafeMutableBytes { n in
      unsafe publicExponent.withUnsafeMutableBytes { e in
        unsafe privateExponent.withUnsafeMutableBytes { d in
          var parameters = unsafe [
            parameter(names[0], n), parameter(names[1], e), parameter(names[2], d), OSSL_PARAM_construct_end(),
          ]
          // Public and private parts with the parameters: EVP_PKEY_KEYPAIR.
          return unsafe EVP_PKEY_fromdata_init(context) == 1
            && EVP_PKEY_fromdata(context, &key, OSSL_KEYMGMT_SELECT_KEYPAIR | 0x84, &parameters) == 1
        }
      }
    }
    guard isMade, let key = unsafe key else {
      ERR_clear_error()
      throw Unusable(reason: "invalid private key: ssh: malformed key")
    }
    return unsafe key
  }

  private static func parameter(_ name: StaticString, _ number: UnsafeMutableRawBufferPointer) -> OSSL_PARAM {
    unsafe name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount) { name in
      unsafe OSSL_PARAM_construct_BN(name, number.baseAddress?.assumingMemoryBound(to: UInt8.self), number.count)
    }
  }

  /// The plain bytes of a text that was encrypted with PKCS #1 v1.5 padding; nil when that fails.
  func decrypt(_ ciphertext: [UInt8]) -> [UInt8]? {
    let context = unsafe EVP_PKEY_CTX_new(key, nil)
    defer {
      unsafe EVP_PKEY_CTX_free(context)
      ERR_clear_error()
    }
    guard unsafe EVP_PKEY_decrypt_init(context) == 1, unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
    else { return nil }
    // Newer libraries give random bytes instead of an error unless told otherwise; older ones do not know the option.
    unsafe EVP_PKEY_CTX_ctrl_str(context, "rsa_pkcs1_implicit_rejection", "0")
    var count = 0
    guard unsafe EVP_PKEY_decrypt(context, nil, &count, ciphertext, ciphertext.count) == 1 else { return nil }
    var plain = [UInt8](repeating: 0, count: count)
    guard unsafe EVP_PKEY_decrypt(context, &plain, &count, ciphertext, ciphertext.count) == 1 else { return nil }
    return Array(plain.prefix(count))
  }
}

/// The numbers of an RSA key in OpenSSH's own format (`PROTOCOL.key` of OpenSSH), highest byte first.
private struct OpenSSHKey {
  let modulus: [UInt8]
  let publicExponent: [UInt8]
  let privateExponent: [UInt8]

  init(armored text: String) throws(PrivateKey.Unusable) {
    let malformed = PrivateKey.Unusable(reason: "invalid private key: ssh: invalid openssh private key format")
    let lines = text.split(whereSeparator: \.isNewline)
    guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }),
      let end = lines[begin...].firstIndex(where: { $0.hasPrefix("-----END ") }),
      let bytes = Base64Text.decode(lines[(begin + 1)..<end].joined()),
      bytes.starts(with: Array("openssh-key-v1\0".utf8))
    else { throw malformed }
    var reader = FieldReader(bytes: bytes[15...])
    guard let cipher = reader.field(), reader.field() != nil, reader.field() != nil else { throw malformed }
    if !cipher.elementsEqual("none".utf8) {
      throw PrivateKey.Unusable(reason: "invalid private key: ssh: this private key is passphrase protected")
    }
    guard reader.number() == 1, reader.field() != nil, let section = reader.field() else { throw malformed }
    var parts = FieldReader(bytes: section)
    guard let check = parts.number(), parts.number() == check, let kind = parts.field() else { throw malformed }
    guard kind.elementsEqual("ssh-rsa".utf8) else {
      throw PrivateKey.Unusable(reason: "invalid private key type: not RSA")
    }
    guard let modulus = parts.field(), let publicExponent = parts.field(), let privateExponent = parts.field() else {
      throw malformed
    }
    self.modulus = Array(modulus)
    self.publicExponent = Array(publicExponent)
    self.privateExponent = Array(privateExponent)
  }

  /// Fields that begin with their length in four bytes.
  private struct FieldReader {
    var bytes: ArraySlice<UInt8>

    mutating func number() -> Int? {
      guard bytes.count >= 4 else { return nil }
      let value = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      bytes = bytes.dropFirst(4)
      return value
    }

    mutating func field() -> ArraySlice<UInt8>? {
      guard let count = number(), count <= bytes.count else { return nil }
      let field = bytes.prefix(count)
      bytes = bytes.dropFirst(count)
      return field
    }
  }
}
