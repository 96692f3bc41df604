import Host

/// Speaks with registries and mirrors: finds their services, sends tokens, repeats what failed on the way.
actor ServiceClient {
  private let transport: any HTTPTransport
  private let configuration: CLIConfiguration
  private let settings: Settings
  private let tokens: HostTokens
  /// Service URLs by host, once it was asked.
  private var discovered: [String: [String: String]] = [:]

  struct Settings: Sendable {
    /// The version that registries are told, so that they give what such a version can use.
    var version: String
    var timeoutSeconds: Int
    var retryCountMax: Int

    /// From `TF_REGISTRY_CLIENT_TIMEOUT` and `TF_REGISTRY_DISCOVERY_RETRY`.
    init(version: String, environment: [String: String]) {
      self.version = version
      timeoutSeconds = environment["TF_REGISTRY_CLIENT_TIMEOUT"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } ?? 10
      retryCountMax = environment["TF_REGISTRY_DISCOVERY_RETRY"].flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil } ?? 1
    }
  }

  init(transport: any HTTPTransport, configuration: CLIConfiguration, settings: Settings, tokens: HostTokens) {
    self.transport = transport
    self.configuration = configuration
    self.settings = settings
    self.tokens = tokens
  }

  /// The base URL of a host's service such as `providers.v1`; nil when the host does not offer it.
  func service(_ name: String, of host: String) async throws(InstallError) -> String? {
    let services: [String: String]
    if let configured = configuration.hostServices[host] {
      services = configured.compactMapValues { WebAddress.resolve($0, against: "https://\(host)/") }
    } else if let known = discovered[host] {
      services = known
    } else {
      services = try await discover(host)
      discovered[host] = services
    }
    return services[name].map { $0.hasSuffix("/") ? $0 : $0 + "/" }
  }

  /// Reads `/.well-known/terraform.json`.
  private func discover(_ host: String) async throws(InstallError) -> [String: String] {
    let prefix = "\(host) could not be reached to ask for its services: "
    let request = HTTPRequest(
      "GET", "https://\(host)/.well-known/terraform.json",
      headers: [HTTPHeader("Accept", "application/json")] + (await headers(for: host)), timeoutSeconds: 11,
      redirectCountMax: 3, bodySizeMax: 1 << 20)
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await transport.send(request)
    } catch {
      throw InstallError(.queryFailed, prefix + error.description)
    }
    if response.status == 404 { return [:] }
    guard response.status == 200 else {
      throw InstallError(.queryFailed, prefix + "the server answered with status \(response.status)")
    }
    guard isJSON(response), let document = try? PlainData(json: response.body), let entries = document.entries else {
      throw InstallError(.queryFailed, prefix + "the answer is not a JSON object")
    }
    let pairs = entries.compactMap { entry in
      entry.value.text.flatMap { WebAddress.resolve($0, against: response.finalURL) }.map { (entry.keys[0], $0) }
    }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }

  private func isJSON(_ response: HTTPResponse) -> Bool {
    let type = response.header("Content-Type")?.split(separator: ";").first ?? ""
    return type.lowercased().split(separator: " ").first == "application/json"
  }

  /// A document, with the token of `host` if there is one. Answers of every status are given back.
  func get(_ url: String, tokenOf host: String?, sizeMax: Int = 16 << 20) async throws(InstallError) -> HTTPResponse {
    var headers = [HTTPHeader("X-Terraform-Version", settings.version)]
    if let host { headers += await self.headers(for: host) }
    let request = HTTPRequest(
      "GET", url, headers: headers, timeoutSeconds: settings.timeoutSeconds, bodySizeMax: sizeMax)
    return try await send(request)
  }

  /// A package, however long it takes, without tokens.
  func download(_ url: String) async throws(InstallError) -> [UInt8] {
    let response = try await send(HTTPRequest("GET", url))
    guard response.status == 200 else {
      throw InstallError(.failed, "unsuccessful request to \(url): status \(response.status)")
    }
    return response.body
  }

  private func send(_ request: HTTPRequest) async throws(InstallError) -> HTTPResponse {
    var failure = ""
    for _ in 0...settings.retryCountMax {
      do throws(HTTPError) {
        let response = try await transport.send(request)
        if response.status < 500 || response.status == 501 { return response }
        let host = WebAddress.hostAndPort(of: request.url) ?? request.url
        failure = "status \(response.status) returned from \(host)"
      } catch {
        if error.code == .cancelled || error.code == .invalidURL { throw InstallError(.queryFailed, error.description) }
        failure = error.description
      }
    }
    let attempts = settings.retryCountMax + 1
    throw InstallError(
      .queryFailed,
      attempts > 1 ? "\(attempts) attempts failed, the last with: \(failure); try again later" : failure)
  }

  private func headers(for host: String) async -> [HTTPHeader] {
    let token: String?
    if let known = configuration.credentials[host] { token = known } else { token = await tokens.token(for: host) }
    return token.map { [HTTPHeader("Authorization", "Bearer \($0)")] } ?? []
  }
}

/// Tokens from the user's credentials helper, asked once for each host.
actor HostTokens {
  private let helper: CLIConfiguration.CredentialsHelper?
  private let executable: String?
  private let launcher: (any ProcessLauncher)?
  private let environment: [String: String]
  private var known: [String: String?] = [:]

  /// - Parameter directories: where the helper's executable may be, in order.
  init(
    helper: CLIConfiguration.CredentialsHelper?, directories: [String], files: any FileTree,
    launcher: (any ProcessLauncher)?, environment: [String: String]
  ) {
    self.helper = helper
    self.launcher = launcher
    self.environment = environment
    executable = helper.flatMap { helper in
      directories.map { "\($0)/terraform-credentials-\(helper.name)" }.first(where: files.isFile)
    }
  }

  /// Runs `HELPER ARGUMENTS get HOST`, which prints `{"token": "..."}` or `{}`. A helper that fails has no token.
  func token(for host: String) async -> String? {
    if let answer = known[host] { return answer }
    guard let helper, let executable, let launcher else { return nil }
    let request = ProcessRequest(
      executable: executable, arguments: helper.arguments + ["get", host], environment: environment)
    var token: String?
    if let result = try? await launcher.run(request), result.exit.isSuccess,
      let document = try? PlainData(json: result.standardOutput)
    {
      token = document["token"]?.text
    }
    known[host] = .some(token)
    return token
  }
}
