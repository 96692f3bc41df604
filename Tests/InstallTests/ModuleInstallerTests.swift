import Diagnostics
import Host
import Install
import Testing

/// What the comparison with the reference cannot show: what is asked of the network, and hostile packages.
@Suite struct ModuleInstallerTests {
  private func install(
    _ source: String, _ files: MemoryFileTree, _ transport: MemoryTransport, environment: [String: String] = [:]
  ) async throws -> [String] {
    try files.write([UInt8]("module \"a\" {\n  source = \"\(source)\"\n}\n".utf8), to: "main.tf")
    let installer = ModuleInstaller(
      .init(
        files: files, transport: transport, launcher: ScriptedProcessLauncher(programs: [:]), environment: environment,
        homeDirectory: "/home/ada", now: { 1_440_938_160_000_000_000 }))
    return await installer.install { _ in }.diagnostics.map { "\($0.summary): \($0.detail)" }
  }

  /// A tar archive of members: name, type, link target, content.
  private func tar(_ members: [(name: String, type: Character, target: String, content: String)]) -> [UInt8] {
    var archive: [UInt8] = []
    for member in members {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) { header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8) }
      put(member.name, at: 0)
      put("0000644", at: 100)
      let size = String(member.content.utf8.count, radix: 8)
      put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
      put(String(member.type), at: 156)
      put(member.target, at: 157)
      put("ustar", at: 257)
      archive += header + member.content.utf8
      archive += [UInt8](repeating: 0, count: (512 - member.content.utf8.count % 512) % 512)
    }
    return archive + [UInt8](repeating: 0, count: 1024)
  }

  /// Gzip with one stored block, which needs no compressor. The two checks at its end are computed.
  private func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let pieces = stride(from: 0, to: bytes.count, by: 65535).map { Array(bytes[$0..<min($0 + 65535, bytes.count)]) }
    for (index, piece) in pieces.enumerated() {
      let count = UInt16(piece.count)
      result += [index == pieces.count - 1 ? 1 : 0, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      result += piece
    }
    var checksum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
    }
    for number in [~checksum, UInt32(bytes.count)] { result += (0..<4).map { UInt8(number >> UInt32(8 * $0) & 255) } }
    return result
  }

  private func unpack(
    _ members: [(name: String, type: Character, target: String, content: String)]
  ) async throws -> (problems: [String], files: MemoryFileTree) {
    let files = MemoryFileTree(workingDirectory: "/w")
    let url = "https://host.test/m.tar.gz"
    let problems = try await install(url, files, MemoryTransport(bodies: [url: gzip(tar(members))]))
    return (problems, files)
  }

  @Test func linksBecomeCopiesOfWhatIsInThePackage() async throws {
    let (problems, files) = try await unpack([
      ("m/main.tf", "0", "", "# one\n"), ("m/same.tf", "2", "main.tf", ""), ("m/hard.tf", "1", "m/main.tf", ""),
    ])
    #expect(problems.isEmpty)
    #expect(String(decoding: try files.read(".terraform/modules/a/m/same.tf"), as: UTF8.self) == "# one\n")
    #expect(try files.linkStatus(".terraform/modules/a/m/same.tf").kind == .file)
    #expect(try files.linkStatus(".terraform/modules/a/m/hard.tf").kind == .file)
  }

  @Test(arguments: [
    ("../evil.tf", Character("0"), "", "would be written outside"), ("/etc/evil", "0", "", "would be written outside"),
    ("a/../../evil", "0", "", "would be written outside"), ("out", "2", "/etc/passwd", "leads outside"),
    ("a/out", "2", "../../x", "leads outside"), ("out", "1", "../x", "leads outside"),
  ]) func refusesWhatLeavesThePackage(name: String, type: Character, target: String, words: String) async throws {
    let (problems, files) = try await unpack([(name, type, target, "x")])
    #expect(problems.count == 1)
    #expect(problems.first?.contains(words) == true, "\(problems)")
    #expect(!files.exists("/w/.terraform/modules/a"))
    #expect(!files.exists("/w/.terraform/evil.tf"))
  }

  @Test func refusesACutOffArchive() async throws {
    let url = "https://host.test/m.tar.gz"
    let whole = gzip(tar([("main.tf", "0", "", "#\n")]))
    for count in [0, 1, 17, 300, whole.count / 2, whole.count - 1] {
      let problems = try await install(
        url, MemoryFileTree(workingDirectory: "/w"), MemoryTransport(bodies: [url: Array(whole.prefix(count))]))
      #expect(problems.count == 1, "\(count)")
    }
  }

  @Test func pagesMayNotNameFilesOfThisMachine() async throws {
    let files = MemoryFileTree(["/secret/main.tf": "#"], workingDirectory: "/w")
    let transport = MemoryTransport { _ in
      HTTPResponse(status: 200, headers: [HTTPHeader("X-Terraform-Get", "file:///secret")])
    }
    let problems = try await install("https://host.test/m", files, transport)
    #expect(problems.first?.contains("may not name a file of this machine") == true, "\(problems)")
  }

  @Test func endlessRedirectionsEnd() async throws {
    let transport = MemoryTransport { request in
      HTTPResponse(status: 200, headers: [HTTPHeader("X-Terraform-Get", "https://host.test/m")])
    }
    let problems = try await install("https://host.test/m", MemoryFileTree(workingDirectory: "/w"), transport)
    #expect(problems.first?.contains("more than 10 redirections") == true, "\(problems)")
    #expect(transport.requests.count == 11)
  }

  @Test func passwordsOfHostsComeFromTheNetworkFile() async throws {
    let files = MemoryFileTree(
      ["/home/ada/.netrc": "machine other.test login x password y\nmachine host.test\n  login ada\n  password secret\n"],
      workingDirectory: "/w")
    let transport = MemoryTransport { _ in HTTPResponse(status: 404) }
    _ = try await install("https://host.test/m.zip", files, transport)
    #expect(transport.requests.first?.headers.contains(HTTPHeader("Authorization", "Basic YWRhOnNlY3JldA==")) == true)
  }

  /// With fixed credentials and a fixed time, the signature is the one that AWS's own Python library computes.
  @Test func requestsToBucketsAreSigned() async throws {
    let transport = MemoryTransport { _ in HTTPResponse(status: 404) }
    _ = try await install(
      "s3::https://s3-eu-west-1.amazonaws.com/bucket/a b.zip", MemoryFileTree(workingDirectory: "/w"), transport,
      environment: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"])
    let request = try #require(transport.requests.first)
    #expect(request.url == "https://s3-eu-west-1.amazonaws.com/bucket/a%20b.zip")
    func header(_ name: String) -> String { request.headers.first { $0.name == name }?.value ?? "" }
    #expect(header("x-amz-date") == "20150830T123600Z")
    #expect(header("x-amz-security-token") == "token")
    #expect(
      header("Authorization")
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/s3/aws4_request, "
        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
        + "Signature=951957110c428d071c0efb93416c64f1e8097e655b7a7b5b169a09ab919e5b28")
  }

  @Test func bucketsWithoutCredentialsAreRefused() async throws {
    let problems = try await install(
      "s3::https://s3.amazonaws.com/bucket/m.zip", MemoryFileTree(workingDirectory: "/w"),
      MemoryTransport { _ in HTTPResponse(status: 200) })
    #expect(problems.first?.contains("no AWS credentials") == true, "\(problems)")
  }

  /// Programs that are missing are named.
  @Test func gitMustBeThere() async throws {
    let problems = try await install(
      "git::https://host.test/m.git", MemoryFileTree(workingDirectory: "/w"), MemoryTransport { _ in nil })
    #expect(problems.first?.contains("\"git\" is needed, and is not on the PATH") == true, "\(problems)")
  }
}
