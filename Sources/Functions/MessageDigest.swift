import COpenSSL
import Host

/// A digest of the hash functions, through OpenSSL.
enum MessageDigest {
  enum Algorithm {
    case md5, sha1, sha256, sha512
  }

  static func of(_ bytes: [UInt8], _ algorithm: Algorithm) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    let done = unsafe bytes.withUnsafeBytes { buffer in
      unsafe EVP_Digest(buffer.baseAddress, buffer.count, &digest, &count, type(algorithm), nil)
    }
    return done == 1 ? Array(digest.prefix(Int(count))) : []
  }

  /// The digest of a file, read in pieces.
  static func ofFile(_ path: String, in files: any FileTree, _ algorithm: Algorithm) throws(FileError) -> [UInt8] {
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    unsafe EVP_DigestInit_ex(context, type(algorithm), nil)
    var offset = 0
    while true {
      let piece = try files.read(path, from: offset, count: 1 << 20)
      if piece.isEmpty { break }
      unsafe piece.withUnsafeBytes { buffer in
        _ = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
      }
      offset += piece.count
    }
    var digest = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    unsafe EVP_DigestFinal_ex(context, &digest, &count)
    return Array(digest.prefix(Int(count)))
  }

  private static func type(_ algorithm: Algorithm) -> OpaquePointer? {
    switch algorithm {
    case .md5: unsafe EVP_md5()
    case .sha1: unsafe EVP_sha1()
    case .sha256: unsafe EVP_sha256()
    case .sha512: unsafe EVP_sha512()
    }
  }
}
