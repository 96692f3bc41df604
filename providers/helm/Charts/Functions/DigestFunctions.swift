import COpenSSL
import CZlib

/// Checksums.
enum DigestFunctions {
  static let all: [Function] = [
    Function("sha1sum", .string) { call in .string(hexadecimal(Digest.of(call.bytes(0), .sha1))) },
    Function("sha256sum", .string) { call in .string(hexadecimal(Digest.of(call.bytes(0), .sha256))) },
    Function("sha512sum", .string) { call in .string(hexadecimal(Digest.of(call.bytes(0), .sha512))) },
    Function("adler32sum", .string) { call in .string(String(Digest.adler32(call.bytes(0)))) },
  ]

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// Digests by OpenSSL.
enum Digest {
  enum Algorithm {
    case sha1, sha256, sha512
  }

  static func of(_ bytes: [UInt8], _ algorithm: Algorithm) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    let done = unsafe bytes.withUnsafeBytes { buffer in
      unsafe EVP_Digest(buffer.baseAddress, buffer.count, &digest, &count, type(algorithm), nil)
    }
    return done == 1 ? Array(digest.prefix(Int(count))) : []
  }

  private static func type(_ algorithm: Algorithm) -> OpaquePointer? {
    switch algorithm {
    case .sha1: unsafe EVP_sha1()
    case .sha256: unsafe EVP_sha256()
    case .sha512: unsafe EVP_sha512()
    }
  }

  static func adler32(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      UInt32(truncatingIfNeeded: unsafe CZlib.adler32(1, buffer.baseAddress, UInt32(clamping: buffer.count)))
    }
  }
}
