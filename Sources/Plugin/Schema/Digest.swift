import COpenSSL
import Host

/// A SHA-256 that takes its input in pieces.
@safe struct SHA256: ~Copyable {
  private let context: OpaquePointer?

  init() {
    unsafe context = EVP_MD_CTX_new()
    _ = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  mutating func update(_ bytes: [UInt8]) {
    _ = unsafe EVP_DigestUpdate(context, bytes, bytes.count)
  }

  /// The digest in lower-case hexadecimal.
  consuming func hexadecimal() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = unsafe EVP_DigestFinal_ex(context, &digest, nil)
    var text: [UInt8] = []
    for byte in digest {
      for nibble in [byte >> 4, byte & 15] { text.append(nibble < 10 ? nibble + 48 : nibble + 87) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func hexadecimal(of bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hexadecimal()
  }
}
