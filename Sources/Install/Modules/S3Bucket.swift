import Host

/// What a bucket of an object store that speaks S3 has under one key or one prefix.
struct S3Bucket {
  private let origin: String
  private let host: String
  private let bucket: String
  private let key: String
  private let version: String?
  private let signature: AWSSignature?
  private let setting: ModuleInstaller.Setting

  /// `https://s3[-.]REGION.amazonaws.com/BUCKET/KEY`, `https://BUCKET.s3.REGION.amazonaws.com/KEY`, or any host with
  /// `/BUCKET/KEY`, whose region an argument names.
  init(_ address: SourceURL, _ setting: ModuleInstaller.Setting) throws(InstallError) {
    var address = address
    let given = ["aws_access_key_id", "aws_access_key_secret", "aws_access_token"].map { name in address.take(name) }
    let profile = address.take("aws_profile")
    let region = address.take("region")
    version = address.take("version")
    var labels = address.host.split(separator: ".").map(String.init)
    var path = address.path.split(separator: "/").map(String.init)
    if address.host.hasSuffix(".amazonaws.com"), let position = labels.firstIndex(where: { $0.hasPrefix("s3") }), position > 0 {
      path.insert(labels[..<position].joined(separator: "."), at: 0)
      labels.removeFirst(position)
    }
    guard path.count >= 2, let first = path.first else { throw InstallError(.failed, "URL is not a valid S3 URL") }
    host = labels.joined(separator: ".")
    origin = "\(address.scheme)://\(host)"
    bucket = first
    key = path.dropFirst().joined(separator: "/")
    self.setting = setting
    let environment = setting.environment
    let ofHost = host.hasSuffix(".amazonaws.com") ? Self.region(of: labels) : nil
    let selected = ofHost ?? region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
    let credentials: AWSCredentials
    if let id = given[0], let secret = given[1] {
      credentials = AWSCredentials(id: id, secret: secret, token: given[2])
    } else {
      credentials = try AWSCredentials(profile: profile, setting)
    }
    signature = AWSSignature(credentials: credentials, region: selected, service: "s3")
  }

  /// The region in `s3-REGION` or `s3.REGION`; the first region when the host has none.
  private static func region(of labels: [String]) -> String {
    if labels.count == 4 { return labels[1] }
    let name = labels.first ?? ""
    return name.hasPrefix("s3-") ? String(name.dropFirst(3)) : "us-east-1"
  }

  func object() async throws(InstallError) -> [UInt8] { try await object(key, version: version) }

  /// All objects below the key.
  func download(to directory: String) async throws(InstallError) {
    let prefix = key.hasSuffix("/") ? key : key + "/"
    var names: [String] = []
    var continuation: String?
    repeat {
      var query = [("list-type", "2"), ("prefix", prefix)]
      if let continuation { query.append(("continuation-token", continuation)) }
      let page = String(decoding: try await get("/\(bucket)", query), as: UTF8.self)
      names += Self.elements("Key", in: page)
      continuation = Self.elements("NextContinuationToken", in: page).first
    } while continuation != nil && names.count < ArchiveFormat.entryCountMax
    let members = names.filter { $0.hasPrefix(prefix) && !$0.hasSuffix("/") }
    if members.isEmpty { throw InstallError(.failed, "no object in bucket \(bucket) begins with \(prefix)") }
    for name in members {
      let content = try await object(name, version: nil)
      try attempt { try writeObject(content, String(name.dropFirst(prefix.count)), to: directory, setting.files) }
    }
  }

  private func object(_ key: String, version: String?) async throws(InstallError) -> [UInt8] {
    try await get("/\(bucket)/\(key)", version.map { [("versionId", $0)] } ?? [])
  }

  private func get(_ path: String, _ query: [(String, String)]) async throws(InstallError) -> [UInt8] {
    let sorted = query.map { (AWSSignature.escaped($0.0), AWSSignature.escaped($0.1)) }.sorted { $0.0 < $1.0 }
    let queryText = sorted.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    let pathText = path.split(separator: "/").map { AWSSignature.escaped(String($0)) }.joined(separator: "/")
    let headers =
      signature?.headers(host: host, path: "/" + pathText, query: queryText, nanoseconds: setting.now()) ?? []
    let url = "\(origin)/\(pathText)" + (queryText.isEmpty ? "" : "?\(queryText)")
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await setting.transport.send(
        HTTPRequest("GET", url, headers: headers, redirectCountMax: 0, bodySizeMax: ArchiveFormat.sizeMax))
    } catch {
      throw InstallError(.failed, error.description)
    }
    guard response.status == 200 else {
      let text = String(decoding: response.body, as: UTF8.self)
      let reason = ["Code", "Message"].compactMap { Self.elements($0, in: text).first }.joined(separator: ": ")
      throw InstallError(.failed, "\(url) gave status \(response.status)\(reason.isEmpty ? "" : " (\(reason))")")
    }
    return response.body
  }

  /// The texts of all elements of a name, in a document of which no more is wanted.
  private static func elements(_ name: String, in document: String) -> [String] {
    document.split(separator: "<\(name)>").dropFirst().map { piece in
      let text = piece.firstRange(of: "</\(name)>").map { piece[..<$0.lowerBound] } ?? piece
      return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(String(text)) {
        $0.replacing($1.0, with: $1.1)
      }
    }
  }
}

/// Writes an object of a bucket below a directory; a name that leads out of it is refused.
func writeObject(_ content: [UInt8], _ name: String, to directory: String, _ files: any FileTree) throws {
  let parts = name.split(separator: "/").map(String.init)
  guard !parts.isEmpty, !parts.contains(".."), !name.utf8.contains(0) else {
    throw InstallError(.failed, "the object \(name) would be written outside of the package")
  }
  let path = ([directory] + parts).joined(separator: "/")
  try files.createDirectory(([directory] + parts.dropLast()).joined(separator: "/"))
  try files.write(content, to: path)
}
