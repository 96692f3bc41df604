import ProviderKit

/// Fetches what lies behind URLs.
struct Downloader: Sendable {
  let surroundings: Surroundings

  /// The answer to a GET, whatever its status; tried again when it may pass by itself.
  func get(
    _ url: String, headers: [WebHeader] = [], access: RepositoryAccess = RepositoryAccess(), attemptCountMax: Int = 4
  ) async throws -> WebResponse {
    try await send(WebRequest("GET", url, headers: headers), access: access, attemptCountMax: attemptCountMax)
  }

  func send(_ request: WebRequest, access: RepositoryAccess, attemptCountMax: Int = 4) async throws -> WebResponse {
    let client = HTTPClient(surroundings.web, tls: try tls(access))
    do {
      return try await surroundings.retry(RetryPolicy(attemptCountMax: attemptCountMax)) {
        let response = try await client.send(request)
        return response.status == 429 || response.status >= 500 ? try response.requireSuccess() : response
      }
    } catch let error as WebStatusError {
      return error.response
    }
  }

  private func tls(_ access: RepositoryAccess) throws -> TLSSettings {
    TLSSettings(
      authorities: try file(access.authorityFile, "repository_ca_file"),
      clientCertificate: try file(access.certificateFile, "repository_cert_file"),
      clientKey: try file(access.keyFile, "repository_key_file"), verifiesServer: !access.skipsVerification)
  }

  private func file(_ path: String?, _ argument: String) throws -> [UInt8]? {
    guard let path, !path.isEmpty else { return nil }
    guard let bytes = try surroundings.files.read(path) else {
      throw AttributeError("There is no file \(path).", summary: "A file is missing", at: AttributePath(argument))
    }
    return bytes
  }
}

extension WebResponse {
  /// What went wrong, for people: the status, and the beginning of what the server said.
  var problem: String {
    let said = text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(200)
    let advice =
      switch status {
      case 401: " Say who you are: repository_username and repository_password, or registries in the provider's configuration."
      case 403: " Whoever asks may not read it."
      default: ""
      }
    return "status \(status)\(said.isEmpty || said.hasPrefix("<") ? "" : ": \(said)").\(advice)"
  }
}
