import COpenSSL
import Host

/// The `checksum` argument of a source: `TYPE:HEX`, or the digits alone, whose number tells the type.
struct PackageChecksum {
  private let type: String
  private let wanted: String

  init(_ text: String) throws(InstallError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    wanted = (parts.last ?? "").lowercased()
    guard let bytes = Hexadecimal.decode(wanted) else {
      throw InstallError(.failed, "invalid checksum: \"\(text)\" is not hexadecimal")
    }
    let types = [16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"]
    guard let type = parts.count > 1 ? parts.first : types[bytes.count], types.values.contains(type) else {
      throw InstallError(
        .failed, "invalid checksum: \"\(text)\" must be md5, sha1, sha256 or sha512, a colon and hexadecimal digits")
    }
    self.type = type
  }

  func check(_ bytes: [UInt8]) throws(InstallError) {
    let found = Hexadecimal.encode(digest(bytes))
    guard found == wanted else {
      throw InstallError(
        .packageRejected, "Checksums did not match for the archive.\nExpected: \(wanted)\nGot: \(found)")
    }
  }

  private func digest(_ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    let code = unsafe bytes.withUnsafeBytes { buffer in
      unsafe EVP_Digest(buffer.baseAddress, buffer.count, &result, &count, EVP_get_digestbyname(type), nil)
    }
    return code == 1 ? Array(result.prefix(Int(count))) : []
  }
}
