import Charts
import ProviderKit
import Synchronization
import YAML

/// Reads charts from registries by the distribution protocol.
final class OCIRegistry: Sendable {
  /// What lies behind a reference.
  struct Content: Sendable {
    var archive: [UInt8]
    var provenance: [UInt8]?
    var version: String
  }

  private enum MediaType {
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let index = "application/vnd.oci.image.index.v1+json"
    static let configuration = "application/vnd.cncf.helm.config.v1+json"
    static let charts = ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"]
    static let provenance = "application/vnd.cncf.helm.chart.provenance.v1.prov"
  }

  private let downloader: Downloader
  private let credentials: RegistryCredentials
  /// What the server accepted, by registry and repository.
  private let authorizations = Mutex<[String: WebHeader]>([:])
  /// The registries that do not speak TLS.
  private let plain = Mutex<Set<String>>([])

  init(_ downloader: Downloader, _ credentials: RegistryCredentials) {
    self.downloader = downloader
    self.credentials = credentials
  }

  // MARK: Charts

  /// - Parameter wanted: a version or a range; nil for what the reference says, else the newest release.
  func content(
    _ reference: OCIReference, wanted: String?, access: RepositoryAccess, withProvenance: Bool
  ) async throws -> Content {
    let (manifest, tag) = try await manifest(reference, wanted: wanted, access)
    let layers = manifest["layers"]?.asArray ?? []
    guard let layer = layers.first(where: { MediaType.charts.contains($0["mediaType"]?.asString ?? "") }) else {
      let found = layers.compactMap { $0["mediaType"]?.asString }.joined(separator: ", ")
      throw ChartProblem.broken(
        "\(reference.text) is no chart: none of its layers has a chart's media type\(found.isEmpty ? "" : " (they have \(found))").")
    }
    var content = Content(archive: try await blob(layer, of: reference, access), version: tag.map(OCIReference.version) ?? "")
    if withProvenance, let layer = layers.first(where: { $0["mediaType"]?.asString == MediaType.provenance }) {
      content.provenance = try await blob(layer, of: reference, access)
    }
    return content
  }

  private func manifest(
    _ reference: OCIReference, wanted: String?, _ access: RepositoryAccess
  ) async throws -> (manifest: JSONValue, tag: String?) {
    let version = wanted ?? reference.tag.map(OCIReference.version)
    if let tag = reference.tag, let wanted, OCIReference.tag(ofVersion: wanted) != tag {
      throw ChartProblem.version("The chart says the version \(OCIReference.version(ofTag: tag)), and version says \(wanted).")
    }
    guard let digest = reference.digest else {
      let tag = try await tag(reference, version, access)
      do {
        return (try await manifest(reference, tag, access), tag)
      } catch let error as AttributeError {
        // The same version may be written in another way: with a v, for example.
        guard let version, let chosen = try VersionChoice.choose(try await tags(reference, access).map(OCIReference.version), wanted: version),
          OCIReference.tag(ofVersion: chosen) != tag
        else { throw error }
        return (try await manifest(reference, OCIReference.tag(ofVersion: chosen), access), OCIReference.tag(ofVersion: chosen))
      }
    }
    if let version {
      let tag = OCIReference.tag(ofVersion: version)
      let found = try await head(reference, tag, access)
      guard found == digest else {
        throw ChartProblem.version("Version \(version) of \(reference.text) has the digest \(found), not \(digest).")
      }
      return (try await manifest(reference, digest, access), tag)
    }
    return (try await manifest(reference, digest, access), nil)
  }

  /// The tag that is meant: what is a whole version is taken as it is.
  private func tag(_ reference: OCIReference, _ version: String?, _ access: RepositoryAccess) async throws -> String {
    if let version, (try? ChartVersion(version)) != nil { return OCIReference.tag(ofVersion: version) }
    let tags = try await tags(reference, access)
    let versions = tags.map(OCIReference.version)
    let chosen: String?
    do throws(TemplateError) {
      chosen = try VersionChoice.choose(versions, wanted: version)
    } catch {
      throw ChartProblem.version("\"\(version ?? "")\" is neither a version nor a range of versions.")
    }
    guard let chosen else {
      throw ChartProblem.version(
        "\(reference.text) has no version that is \(version.map { "\"\($0)\"" } ?? "a release"). "
          + (tags.isEmpty ? "It has none at all." : "It has \(VersionChoice.shown(versions))."))
    }
    return OCIReference.tag(ofVersion: chosen)
  }

  private func tags(_ reference: OCIReference, _ access: RepositoryAccess) async throws -> [String] {
    var tags: [String] = []
    var path: String? = "/v2/\(reference.repository)/tags/list"
    while let here = path {
      let response = try await get(reference, here, accept: "application/json", access)
      guard response.isSuccess, let json = try? JSONValue(json: response.body) else {
        throw ChartProblem.chart("The versions of \(reference.text) cannot be listed: \(response.problem)")
      }
      tags += (json["tags"]?.asArray ?? []).compactMap(\.asString)
      path = nextPage(response)
      if tags.count > 100_000 { break }
    }
    return tags
  }

  /// `Link: </v2/…>; rel="next"`
  private func nextPage(_ response: WebResponse) -> String? {
    guard let link = response.header("Link"), link.contains("rel=\"next\""), let open = link.firstIndex(of: "<"),
      let close = link.firstIndex(of: ">"), open < close
    else { return nil }
    let target = String(link[link.index(after: open)..<close])
    return URLText(target).map { $0.path + $0.query } ?? target
  }

  // MARK: Manifests and blobs

  private func manifest(_ reference: OCIReference, _ name: String, _ access: RepositoryAccess) async throws -> JSONValue {
    let bytes = try await manifestBytes(reference, name, access)
    guard let manifest = try? JSONValue(json: bytes) else { throw ChartProblem.broken("The manifest of \(reference.text) is no JSON.") }
    guard let parts = manifest["manifests"]?.asArray else { return manifest }
    // An index lists manifests, of which one is the chart's.
    for part in parts {
      guard let digest = part["digest"]?.asString else { continue }
      if let type = part["artifactType"]?.asString, type != MediaType.configuration { continue }
      let inner = try await manifestBytes(reference, digest, access)
      if let inner = try? JSONValue(json: inner), inner[path: ["config", "mediaType"]]?.asString == MediaType.configuration { return inner }
    }
    throw ChartProblem.broken("\(reference.text) is no chart: none of its manifests is a chart's.")
  }

  private func manifestBytes(_ reference: OCIReference, _ name: String, _ access: RepositoryAccess) async throws -> [UInt8] {
    let response = try await get(
      reference, "/v2/\(reference.repository)/manifests/\(name)", accept: "\(MediaType.manifest), \(MediaType.index)", access)
    guard response.isSuccess else {
      if response.status == 404 {
        throw ChartProblem.version("\(reference.text) has no \(name.hasPrefix("sha256:") ? "manifest" : "version") \(OCIReference.version(ofTag: name)).")
      }
      throw ChartProblem.chart("\(reference.text) cannot be read: \(response.problem)")
    }
    let said = name.hasPrefix("sha256:") ? name : response.header("Docker-Content-Digest")
    try check(response.body, said, "The manifest of \(reference.text)")
    return response.body
  }

  private func head(_ reference: OCIReference, _ tag: String, _ access: RepositoryAccess) async throws -> String {
    "sha256:" + Checksum.sha256(try await manifestBytes(reference, tag, access))
  }

  private func blob(_ layer: JSONValue, of reference: OCIReference, _ access: RepositoryAccess) async throws -> [UInt8] {
    guard let digest = layer["digest"]?.asString else { throw ChartProblem.broken("A layer of \(reference.text) has no digest.") }
    let response = try await get(reference, "/v2/\(reference.repository)/blobs/\(digest)", accept: nil, access)
    guard response.isSuccess else { throw ChartProblem.chart("The content of \(reference.text) cannot be read: \(response.problem)") }
    try check(response.body, digest, "The content of \(reference.text)")
    return response.body
  }

  private func check(_ bytes: [UInt8], _ digest: String?, _ what: String) throws {
    guard let digest, digest.hasPrefix("sha256:") else { return }
    let found = Checksum.sha256(bytes)
    if digest.dropFirst(7).lowercased() != found {
      throw ChartProblem.broken("\(what) was changed on its way: its digest is sha256:\(found), and should be \(digest).")
    }
  }

  // MARK: Asking

  private func get(_ reference: OCIReference, _ path: String, accept: String?, _ access: RepositoryAccess) async throws -> WebResponse {
    let key = "\(reference.registry)/\(reference.repository)\n\(access.username ?? "")"
    let accepts = accept.map { [WebHeader("Accept", $0)] } ?? []
    let known = authorizations.withLock { $0[key] }
    let response = try await exchange(reference.registry, path, accepts + (known.map { [$0] } ?? []), access)
    guard response.status == 401, let challenge = response.header("WWW-Authenticate") else { return response }
    guard let header = try await answer(challenge, reference, access) else { return response }
    authorizations.withLock { $0[key] = header }
    return try await exchange(reference.registry, path, accepts + [header], access)
  }

  /// Registries on this machine may go without TLS.
  private func exchange(_ registry: String, _ path: String, _ headers: [WebHeader], _ access: RepositoryAccess) async throws -> WebResponse {
    if plain.withLock({ $0.contains(registry) }) { return try await downloader.get("http://\(registry)\(path)", headers: headers, access: access) }
    let isNear = Self.isThisMachine(registry)
    do {
      return try await downloader.get("https://\(registry)\(path)", headers: headers, access: access, attemptCountMax: isNear ? 1 : 4)
    } catch let error as WebError {
      guard isNear else { throw ChartProblem.repository("The registry cannot be asked: \(error).") }
      let response = try await downloader.get("http://\(registry)\(path)", headers: headers, access: access)
      plain.withLock { _ = $0.insert(registry) }
      return response
    }
  }

  private static func isThisMachine(_ registry: String) -> Bool {
    let host = registry.hasPrefix("[") ? String(registry.prefix { $0 != "]" }) + "]" : String(registry.prefix { $0 != ":" })
    return host == "localhost" || host.hasPrefix("127.") || host == "[::1]"
  }

  // MARK: Logging in

  /// What a challenge wants to hear; nil if there is nothing to answer.
  private func answer(_ challenge: String, _ reference: OCIReference, _ access: RepositoryAccess) async throws -> WebHeader? {
    let login = try await credentials.login(reference.registry, access)
    let words = challenge.split(separator: " ", maxSplits: 1)
    switch words.first?.lowercased() {
    case "basic": return login?.basic?.header
    case "bearer": return try await token(Self.parameters(words.dropFirst().joined()), reference, login, access)
    default: return nil
    }
  }

  private func token(
    _ parameters: [String: String], _ reference: OCIReference, _ login: RegistryLogin?, _ access: RepositoryAccess
  ) async throws -> WebHeader? {
    guard let realm = parameters["realm"], URLText(realm) != nil else { return nil }
    let scope = parameters["scope"] ?? "repository:\(reference.repository):pull"
    let service = parameters["service"]
    var request: WebRequest
    if case .refreshToken(let refresh)? = login {
      let fields = [("grant_type", "refresh_token"), ("client_id", "plumb"), ("refresh_token", refresh), ("scope", scope)] + (service.map { [("service", $0)] } ?? [])
      request = WebRequest(
        "POST", realm, headers: [WebHeader("Content-Type", "application/x-www-form-urlencoded")], body: Array(Self.form(fields).utf8))
    } else {
      let query = Self.form((service.map { [("service", $0)] } ?? []) + [("scope", scope)])
      request = WebRequest("GET", realm + (realm.contains("?") ? "&" : "?") + query, headers: login?.basic.map { [$0.header] } ?? [])
    }
    let response = try await downloader.send(request, access: access)
    guard response.isSuccess, let json = try? JSONValue(json: response.body),
      let token = json["token"]?.asString ?? json["access_token"]?.asString
    else {
      throw ChartProblem.repository("The registry \(reference.registry) gives no token for \(reference.repository): \(response.problem)")
    }
    return WebHeader("Authorization", "Bearer \(token)")
  }

  private static func form(_ fields: [(String, String)]) -> String {
    fields.map { "\($0.0)=\(PercentEncoding.encode(Array($0.1.utf8), allowing: "-._~"))" }.joined(separator: "&")
  }

  /// `realm="https://…",service="registry",scope="…"`
  private static func parameters(_ text: String) -> [String: String] {
    var result: [String: String] = [:]
    var rest = Substring(text)
    while let equals = rest.firstIndex(of: "=") {
      let name = rest[..<equals].filter { $0 != "," && $0 != " " }.lowercased()
      rest = rest[rest.index(after: equals)...]
      if rest.first == "\"" {
        rest = rest.dropFirst()
        let end = rest.firstIndex(of: "\"") ?? rest.endIndex
        result[name] = String(rest[..<end])
        rest = end < rest.endIndex ? rest[rest.index(after: end)...] : ""
      } else {
        let end = rest.firstIndex(of: ",") ?? rest.endIndex
        result[name] = String(rest[..<end])
        rest = rest[end...]
      }
    }
    return result
  }
}
