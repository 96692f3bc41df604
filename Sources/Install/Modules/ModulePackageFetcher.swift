import Host
import Modules

/// Fetches packages of modules from wherever they are into a directory that does not exist yet.
struct ModulePackageFetcher: Sendable {
  let setting: ModuleInstaller.Setting
  let client: ServiceClient

  init(_ installer: ModuleInstaller) {
    setting = installer.setting
    client = installer.client
  }

  /// - Parameter redirections: how many more times a server may name another place.
  func fetch(_ package: ModulePackage, to directory: String, redirections: Int = 10) async throws(InstallError) {
    var url = SourceURL(package.url)
    let wanted = url.take("archive")
    let checksum = url.take("checksum")
    let format = wanted.map { ArchiveFormat(rawValue: $0) } ?? ArchiveFormat(fileName: url.path)
    do throws(InstallError) {
      switch package.scheme {
      case "git": try await GitRepository(url, setting).clone(to: directory)
      case "hg": try await MercurialRepository(url, setting).clone(to: directory)
      case "http", "https", "s3", "gcs", "file":
        if let format {
          try await unpack(try await content(of: url, package.scheme), format, checksum, to: directory)
          return
        }
        if checksum != nil {
          throw InstallError(.failed, "the checksum of a directory cannot be checked; remove it")
        }
        try await fetchDirectory(url, package.scheme, to: directory, redirections)
      default: throw InstallError(.failed, "nothing can be fetched by '\(package.scheme)'")
      }
    } catch {
      try? setting.files.remove(directory)
      // Where it failed is known to the user only when it is not what he wrote.
      let isArchive = format != nil || error.message.hasPrefix("download not supported") || error.message.hasPrefix("checksum")
      throw isArchive ? error : InstallError(error.code, "error downloading '\(url.text)': \(error.message)")
    }
  }

  // MARK: Single files

  private func content(of url: SourceURL, _ scheme: String) async throws(InstallError) -> [UInt8] {
    switch scheme {
    case "file":
      guard try status(url.path).size <= ArchiveFormat.sizeMax else {
        throw InstallError(.failed, "the archive is larger than \(ArchiveFormat.sizeMax >> 20) MB")
      }
      return try attempt { try setting.files.read(url.path) }
    case "s3": return try await S3Bucket(url, setting).object()
    case "gcs": return try await GoogleBucket(url, setting).object()
    default: return try await get(url.text).body
    }
  }

  private func unpack(
    _ bytes: [UInt8], _ format: ArchiveFormat, _ checksum: String?, to directory: String
  ) async throws(InstallError) {
    if let checksum { try PackageChecksum(checksum).check(bytes) }
    try await format.unpack(bytes, to: directory, setting)
  }

  /// A web page or file; whatever is not there is an error.
  private func get(_ url: String) async throws(InstallError) -> HTTPResponse {
    var request = HTTPRequest("GET", url, bodySizeMax: ArchiveFormat.sizeMax)
    if let credentials = NetworkCredentials(setting).credentials(for: SourceURL(url).host) {
      request.headers.append(HTTPHeader("Authorization", "Basic \(Base64.encode([UInt8](credentials.utf8)))"))
    }
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await setting.transport.send(request)
    } catch {
      throw InstallError(.failed, "Get \"\(url)\": \(error.message)")
    }
    guard response.status == 200 || response.status == 204 else {
      throw InstallError(.failed, "bad response code: \(response.status)")
    }
    return response
  }

  // MARK: Directories

  private func fetchDirectory(
    _ url: SourceURL, _ scheme: String, to directory: String, _ redirections: Int
  ) async throws(InstallError) {
    switch scheme {
    case "file":
      guard try status(url.path).kind == .directory else {
        throw InstallError(.failed, "source path must be a directory")
      }
      // A link, so that what is worked on there is seen here at once.
      try attempt { try setting.files.createSymbolicLink(at: directory, to: url.path) }
    case "s3": try await S3Bucket(url, setting).download(to: directory)
    case "gcs": try await GoogleBucket(url, setting).download(to: directory)
    default: try await follow(url, to: directory, redirections)
    }
  }

  private func status(_ path: String) throws(InstallError) -> FileStatus {
    do throws(FileError) {
      return try setting.files.status(path)
    } catch {
      throw InstallError(.failed, "source path error: stat \(path): \(error.sentence)")
    }
  }

  /// Asks a page where the package is: a header or an element of the page says it.
  private func follow(_ url: SourceURL, to directory: String, _ redirections: Int) async throws(InstallError) {
    var asked = url
    asked.append("terraform-get", "1")
    let response = try await get(asked.text)
    guard let location = response.header("X-Terraform-Get") ?? Self.metaLocation(response.body), !location.isEmpty else {
      throw InstallError(.failed, "no source URL was returned")
    }
    guard redirections > 0 else { throw InstallError(.failed, "more than 10 redirections") }
    var target: ModulePackage
    do throws(ModuleSource.ParseError) {
      target = try ModulePackage(parsing: location)
    } catch {
      throw InstallError(.failed, "invalid source string: \(location)")
    }
    if target.scheme == "file" { throw InstallError(.failed, "a server may not name a file of this machine: \(location)") }
    let subdirectory = target.subdirectory
    target.subdirectory = ""
    if subdirectory.isEmpty { return try await fetch(target, to: directory, redirections: redirections - 1) }
    let staging = directory + ".package"
    defer { try? setting.files.remove(staging) }
    try await fetch(target, to: staging, redirections: redirections - 1)
    try attempt {
      guard setting.files.isDirectory("\(staging)/\(subdirectory)") else {
        throw InstallError(.failed, "subdirectory \"\(subdirectory)\" not found in \(target.address)")
      }
      try setting.files.rename("\(staging)/\(subdirectory)", to: directory)
    }
  }

  /// The content of `<meta name="terraform-get" content="…">`.
  private static func metaLocation(_ page: [UInt8]) -> String? {
    let text = String(decoding: page, as: UTF8.self)
    for element in text.split(separator: "<").filter({ $0.lowercased().hasPrefix("meta") }) {
      let body = element.prefix { $0 != ">" }
      if attribute("name", in: body)?.lowercased() == "terraform-get" {
        return attribute("content", in: body)?.replacing("&amp;", with: "&")
      }
    }
    return nil
  }

  private static func attribute(_ name: String, in element: Substring) -> String? {
    guard let start = element.firstRange(of: "\(name)=") else { return nil }
    let rest = element[start.upperBound...]
    guard let quote = rest.first, quote == "\"" || quote == "'" else { return String(rest.prefix { !$0.isWhitespace }) }
    return String(rest.dropFirst().prefix { $0 != quote })
  }
}

/// User names and passwords by host, from `~/.netrc` or what `NETRC` names.
struct NetworkCredentials {
  private let words: [Substring]

  init(_ setting: ModuleInstaller.Setting) {
    let path = setting.environment["NETRC"] ?? setting.homeDirectory.map { "\($0)/.netrc" }
    let bytes = path.flatMap { try? setting.files.read($0) } ?? []
    words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
  }

  /// `USER:PASSWORD` for a host, its port not counted.
  func credentials(for host: String) -> String? {
    let name = host.split(separator: ":").first ?? ""
    var isWanted = false
    var found: [Substring: Substring] = [:]
    for (word, next) in zip(words, words.dropFirst() + [""]) {
      if word == "machine" || word == "default" {
        if isWanted { break }
        isWanted = word == "default" || next == name
      } else if isWanted, word == "login" || word == "password" {
        found[word] = next
      }
    }
    guard let user = found["login"] else { return nil }
    return "\(user):\(found["password"] ?? "")"
  }
}
