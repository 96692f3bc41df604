import Charts
import ProviderKit
import YAML

/// As whom a registry is asked.
enum RegistryLogin: Hashable, Sendable {
  case basic(BasicCredentials)
  /// To be exchanged for the tokens of single requests.
  case refreshToken(String)

  var basic: BasicCredentials? {
    if case .basic(let credentials) = self { credentials } else { nil }
  }
}

/// Finds out as whom registries are asked: what the release says, what the provider's configuration says, and what people gave when they
/// logged in with Helm or Docker.
struct RegistryCredentials: Sendable {
  let surroundings: Surroundings
  /// By host and port.
  var configured: [String: BasicCredentials] = [:]
  /// Where Helm keeps what people gave to `helm registry login`.
  var helmFile: String

  func login(_ registry: String, _ access: RepositoryAccess) async throws -> RegistryLogin? {
    if let credentials = access.credentials ?? configured[registry] { return .basic(credentials) }
    for file in [helmFile, dockerFile] {
      guard let bytes = try surroundings.files.read(file), let document = try? JSONValue(json: bytes) else { continue }
      if let login = try await login(registry, document) { return login }
    }
    return nil
  }

  private var dockerFile: String {
    let directory = surroundings.environment["DOCKER_CONFIG"] ?? (surroundings.environment["HOME"] ?? "") + "/.docker"
    return directory + "/config.json"
  }

  private func login(_ registry: String, _ document: JSONValue) async throws -> RegistryLogin? {
    // Docker's own registry goes by an older name.
    let names = registry == "registry-1.docker.io" || registry == "docker.io" ? [registry, "https://index.docker.io/v1/"] : [registry]
    for name in names {
      if let helper = document[path: ["credHelpers", name]]?.asString, let login = try await ask(helper, name) { return login }
      for key in [name, "https://\(name)", "http://\(name)"] {
        if let entry = document[path: ["auths", key]], let login = Self.login(entry) { return login }
      }
      if let helper = document["credsStore"]?.asString, !helper.isEmpty, let login = try await ask(helper, name) { return login }
    }
    return nil
  }

  private static func login(_ entry: JSONValue) -> RegistryLogin? {
    if let token = entry["identitytoken"]?.asString, !token.isEmpty { return .refreshToken(token) }
    if let name = entry["username"]?.asString, let password = entry["password"]?.asString, !name.isEmpty {
      return .basic(BasicCredentials(username: name, password: password))
    }
    guard let bytes = entry["auth"]?.asString.flatMap(Base64.decode), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return .basic(
      BasicCredentials(
        username: String(decoding: bytes[..<colon], as: UTF8.self),
        password: String(decoding: bytes[bytes.index(after: colon)...].filter { $0 != 0 }, as: UTF8.self)))
  }

  /// Asks one of Docker's programs that keep passwords.
  private func ask(_ helper: String, _ registry: String) async throws -> RegistryLogin? {
    guard let result = try? await surroundings.programs.run(
      Program("docker-credential-\(helper)", ["get"], environment: surroundings.environment, input: Array(registry.utf8)), timeout: .seconds(60)),
      result.isSuccess, let json = try? JSONValue(json: result.standardOutput), let secret = json["Secret"]?.asString,
      let name = json["Username"]?.asString
    else { return nil }
    return name == "<token>" ? .refreshToken(secret) : .basic(BasicCredentials(username: name, password: secret))
  }
}
