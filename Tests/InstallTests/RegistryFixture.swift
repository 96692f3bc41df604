import Host

/// A registry with one provider, `registry.test/acme/reg` 1.0.0 for linux_amd64, signed by a key made for this test.
///
/// Terraform 1.11.4, given these bytes by a server, wrote `RegistryFixture.lock`.
struct RegistryFixture: Sendable {
  /// Replaces parts of what the registry says, to see what is noticed.
  enum Flaw: Sendable {
    case none, wrongChecksum, noKeys, brokenSignature, otherList, changedArchive, noPlatform, otherTarget, oldProtocol,
      unauthorized, missing, serverError, invalidJSON, warning
  }

  var flaw = Flaw.none
  static let keyID = "A5947BB4E1B6E241"
  static let archiveChecksum = "8ba0d4a7962a4db3077b67e2b8e33e24210225894d8670c54e0260b8cc9a29c1"

  static let lock = """
    # This file is maintained automatically by "terraform init".
    # Manual edits may be lost in future updates.

    provider "registry.test/acme/reg" {
      version = "1.0.0"
      hashes = [
        "h1:4QRSjse2OdyjhrKgDrufxpySSNKqznFzuVHy8nUEDr8=",
        "zh:8ba0d4a7962a4db3077b67e2b8e33e24210225894d8670c54e0260b8cc9a29c1",
        "zh:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      ]
    }

    """

  var transport: MemoryTransport {
    MemoryTransport { request in self.answer(request) }
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse? {
    switch request.url {
    case "https://registry.test/.well-known/terraform.json":
      return json(#"{"providers.v1":"/v1/providers/"}"#)
    case "https://registry.test/v1/providers/acme/reg/versions": return versions
    case "https://registry.test/v1/providers/acme/reg/1.0.0/download/linux/amd64": return package
    case "https://registry.test/files/reg.zip":
      return HTTPResponse(status: 200, body: Self.archive + (flaw == .changedArchive ? [0] : []))
    case "https://registry.test/files/SHA256SUMS":
      return HTTPResponse(status: 200, body: [UInt8]((Self.list + (flaw == .otherList ? "\n" : "")).utf8))
    case "https://registry.test/files/SHA256SUMS.sig":
      return HTTPResponse(status: 200, body: flaw == .brokenSignature ? [1, 2, 3] : Self.signature)
    case "https://mirror.test/providers/registry.test/acme/reg/index.json": return json(#"{"versions":{"1.0.0":{}}}"#)
    case "https://mirror.test/providers/registry.test/acme/reg/1.0.0.json":
      let checksum = flaw == .wrongChecksum ? String(repeating: "0", count: 64) : Self.archiveChecksum
      return json(
        #"{"archives":{"linux_amd64":{"url":"https://registry.test/files/reg.zip","hashes":["zh:\#(checksum)"]}}}"#)
    default:
      return request.url.hasPrefix("https://nowhere.test/") ? nil : HTTPResponse(status: 404)
    }
  }

  private var versions: HTTPResponse {
    switch flaw {
    case .unauthorized: return HTTPResponse(status: 401)
    case .missing: return HTTPResponse(status: 404)
    case .serverError: return HTTPResponse(status: 500)
    case .invalidJSON: return json("x")
    default:
      let warnings = flaw == .warning ? #"["be careful"]"# : "null"
      return json(
        #"{"versions":[{"version":"1.0.0","protocols":["5.0"]},{"version":"2.0.0-rc1"}],"warnings":\#(warnings)}"#
      )
    }
  }

  private var package: HTTPResponse {
    if flaw == .noPlatform { return HTTPResponse(status: 404) }
    let checksum = flaw == .wrongChecksum ? String(repeating: "0", count: 64) : Self.archiveChecksum
    let key = Self.key.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
    let keys = flaw == .noKeys ? "" : #"{"key_id":"\#(Self.keyID)","ascii_armor":"\#(key)"}"#
    return json(
      #"""
      {"protocols":["\#(flaw == .oldProtocol ? "4.0" : "5.0")"],"arch":"amd64",
      "os":"\#(flaw == .otherTarget ? "darwin" : "linux")",
      "filename":"terraform-provider-reg_1.0.0_linux_amd64.zip","download_url":"/files/reg.zip","shasum":"\#(checksum)",
      "shasums_url":"/files/SHA256SUMS","shasums_signature_url":"/files/SHA256SUMS.sig",
      "signing_keys":{"gpg_public_keys":[\#(keys)]}}
      """#)
  }

  private func json(_ text: String) -> HTTPResponse {
    HTTPResponse(
      status: 200, headers: [HTTPHeader("Content-Type", "application/json; charset=utf-8")], body: [UInt8](text.utf8))
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    Hexadecimal.decode(hexadecimal.filter { !$0.isWhitespace }) ?? []
  }

  /// Two files: the program `terraform-provider-reg_v1.0.0` and `LICENSE`.
  static let archive = bytes(
    """
    504b03040a00000000009921755d85ba027f13000000130000001d001c007465727261666f726d2d70726f76696465722d72
    65675f76312e302e305554090003421a016b421a016b75780b00010400000000040000000023212f62696e2f73680a656368
    6f207265670a504b03040a00000000009921755d4adf4468020000000200000007001c004c4943454e53455554090003421a
    016b421a016b75780b0001040000000004000000006c0a504b01021e030a00000000009921755d85ba027f13000000130000
    001d0018000000000001000000ed81000000007465727261666f726d2d70726f76696465722d7265675f76312e302e305554
    050003421a016b75780b000104000000000400000000504b01021e030a00000000009921755d4adf44680200000002000000
    070018000000000001000000a4816a0000004c4943454e53455554050003421a016b75780b00010400000000040000000050
    4b05060000000002000200b0000000ad0000000000
    """)

  static let list = """
    8ba0d4a7962a4db3077b67e2b8e33e24210225894d8670c54e0260b8cc9a29c1  terraform-provider-reg_1.0.0_linux_amd64.zip
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  terraform-provider-reg_1.0.0_darwin_arm64.zip

    """

  static let signature = bytes(
    """
    8901330400010a001d16210483292eca75097016f521ebd4a5947bb4e1b6e24105026b011a42000a0910a5947bb4e1b6e241
    62f30800bbc689f45d4031aaf7885e4cbfe46b719f4b8b3507ca96b48e012c62d05c8c88f193c5fd62a2bdbe2cfed016a2eb
    d6f9990151253976bb150eb52c845391715af8528ff7fe0ff0850974cae8d804e38dea0b9c442345c96c5f80e18f6dee3a0b
    f9bb1c1c7aa94b20177e69b6aaa5ccc95fadbf83d888da0904b3668f745fa25b4e5e6592049099239cdac1831bb62542ea0d
    172be7f7a1f0bb3f870e991298b817b0d8e0691bb748f4a07f8a901526d2f3bc53ccaf5ee7059d18aca740b8a244052e5dc5
    ed712eefee448739aabcd6137d2562d303d492b0dac6d34484ec7bf54803d2c24891dd385285d0c64d220099b37cdf3b3035
    aba4a9f56451c5cfec4c
    """)

  static let key = """
    -----BEGIN PGP PUBLIC KEY BLOCK-----

    mQENBGsBGkIBCADYuqaTqxOtuuR9mH1TZO/tl/149EHefiaMvGXIK7YcuxFT5mCx
    QJ7cZhZDSbfaYlHFM1tMB2C5yuRtlHg/QfyJQ9ZLerH5bRpuQ3+8fhi7WhGWhN5e
    pI5LxUnRGdwwcULIBoe89f0fQzvQzE4Dg/c5EWvPm5IiYpZqvbo2Z2OkdbPtTmiN
    x7/YpPHOYIp03ycZ73zirb1qljrgZTVjZbOJxV8DcrsGXQzFSuFYjaKDNQOf3WL9
    rSqC93aE1f39+Lcngd8yiHlB1hIwZo9XOSOJuKP1jS1niJCi7hxUOwrs9utsLW42
    ZVX+YqxsR3HAQsuHXehj4Qp1RL1szZVTv3qnABEBAAG0F0FjbWUgPGFjbWVAZXhh
    bXBsZS5jb20+iQFOBBMBCgA4FiEEgykuynUJcBb1IevUpZR7tOG24kEFAmsBGkIC
    GwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQpZR7tOG24kF/owf/cvhMxBoK
    wxPRn74PcKp2eYwv0iVkWH8Pi8memy8M9c6bjGiGoOMtRhrIDv/99XvzQHfbOopO
    Z4M8AmtArK36t51tWYuzk9KZasgK5wp2axteHYblTLzhp7aW6OUADWrkAddi/Cs4
    fnkbg01+X9doj6iYjFvw7DdJ1K1VHI938qGpPFYUjwr6wakavDrNbG4g0rrK0tg5
    FAcyvqsyrsVjfoYVXDtiu+YqYwtoSDQeMwT762QT+CH19ewPdTMnyURGZKDAU3eQ
    /TOP7ebAqJli88c9dOTiuBHAzsJIhdvOMTVHmMic1MVINHXGEnECJFwUq3Q/Gmq1
    /hlvlsPNaeZkog==
    =6Ix5
    -----END PGP PUBLIC KEY BLOCK-----
    """
}
