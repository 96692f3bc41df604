import Host

/// What a bucket of Google Cloud Storage has under one name or one prefix.
struct GoogleBucket {
  private let bucket: String
  private let name: String
  private let origin: String
  private let setting: ModuleInstaller.Setting

  /// `https://www.googleapis.com/storage/v1/BUCKET/OBJECT`.
  init(_ address: SourceURL, _ setting: ModuleInstaller.Setting) throws(InstallError) {
    let parts = address.path.split(separator: "/").map(String.init)
    guard parts.count >= 4, parts[0] == "storage" else { throw InstallError(.failed, "URL is not a valid GCS URL") }
    origin = "\(address.scheme)://\(address.host)/storage/\(parts[1])/b"
    bucket = parts[2]
    name = parts[3...].joined(separator: "/")
    self.setting = setting
  }

  func object() async throws(InstallError) -> [UInt8] { try await object(name) }

  /// All objects below the name.
  func download(to directory: String) async throws(InstallError) {
    let prefix = name.hasSuffix("/") ? name : name + "/"
    var names: [String] = []
    var page: String?
    repeat {
      let suffix = page.map { "&pageToken=\(AWSSignature.escaped($0))" } ?? ""
      let bytes = try await get("\(origin)/\(bucket)/o?prefix=\(AWSSignature.escaped(prefix))\(suffix)")
      guard let document = try? PlainData(json: bytes) else { throw InstallError(.failed, "the answer is not JSON") }
      names += (document["items"]?.elements ?? []).compactMap { $0["name"]?.text }
      page = document["nextPageToken"]?.text
    } while page != nil && names.count < ArchiveFormat.entryCountMax
    let members = names.filter { $0.hasPrefix(prefix) && !$0.hasSuffix("/") }
    if members.isEmpty { throw InstallError(.failed, "no object in bucket \(bucket) begins with \(prefix)") }
    for member in members {
      let content = try await object(member)
      try attempt { try writeObject(content, String(member.dropFirst(prefix.count)), to: directory, setting.files) }
    }
  }

  private func object(_ name: String) async throws(InstallError) -> [UInt8] {
    try await get("\(origin)/\(bucket)/o/\(AWSSignature.escaped(name))?alt=media")
  }

  private func get(_ url: String) async throws(InstallError) -> [UInt8] {
    // Without a token, what is public can be had.
    let token = setting.environment["GOOGLE_OAUTH_ACCESS_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    let headers = token.map { [HTTPHeader("Authorization", "Bearer \($0)")] } ?? []
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await setting.transport.send(
        HTTPRequest("GET", url, headers: headers, redirectCountMax: 0, bodySizeMax: ArchiveFormat.sizeMax))
    } catch {
      throw InstallError(.failed, error.description)
    }
    guard response.status == 200 else {
      let hint = token == nil ? "; set GOOGLE_OAUTH_ACCESS_TOKEN to read what is not public" : ""
      throw InstallError(.failed, "\(url) gave status \(response.status)\(hint)")
    }
    return response.body
  }
}
