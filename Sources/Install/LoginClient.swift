package import Diagnostics
package import Host
import Values

/// What a host offers to those who want a token.
package struct LoginService: Sendable, Hashable {
  /// The OAuth client that the host has for this program.
  package struct Client: Sendable, Hashable {
    package var identifier: String
    package var authorizationURL: String?
    package var tokenURL: String
    package var grantTypes: Set<String>
    /// Where a browser may be sent back to on this machine.
    package var ports: ClosedRange<Int>
    package var scopes: [String]
  }
  package var client: Client?
  /// The base URL of an interface like that of HCP Terraform; it tells who a token belongs to.
  package var accountsURL: String?

  package init() {}
}

/// Asks hosts for tokens.
package struct LoginClient: Sendable {
  private let transport: any HTTPTransport

  package init(transport: any HTTPTransport) { self.transport = transport }

  // MARK: Discovery

  package func discover(_ host: String) async throws(DiagnosticsError) -> LoginService {
    let summary = "Service discovery failed for \(host)"
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await transport.send(
        HTTPRequest(
          "GET", "https://\(host)/.well-known/terraform.json", headers: [HTTPHeader("Accept", "application/json")],
          timeoutSeconds: 11, redirectCountMax: 3, bodySizeMax: 1 << 20))
    } catch {
      throw DiagnosticsError(.error(summary, "failed to request discovery document: \(error.description)."))
    }
    if response.status == 404 { return LoginService() }
    guard response.status == 200, let document = try? JSONNode(parsing: response.body), document.members != nil else {
      throw DiagnosticsError(
        .error(summary, "The host answered with status \(response.status), and not with a JSON object that lists its services."))
    }
    var service = LoginService()
    service.accountsURL = document["tfe.v2"]?.string.flatMap { WebAddress.resolve($0, against: response.finalURL) }
    if let login = document["login.v1"], login.members != nil {
      service.client = try client(login, base: response.finalURL, host: host)
    }
    return service
  }

  private func client(_ login: JSONNode, base: String, host: String) throws(DiagnosticsError) -> LoginService.Client {
    func invalid(_ reason: String) -> DiagnosticsError {
      DiagnosticsError(
        .error(
          "Host provides invalid OAuth settings", "The description of login.v1 at \(host) cannot be used: \(reason)."))
    }
    guard let identifier = login["client"]?.string, !identifier.isEmpty else { throw invalid("it has no \"client\"") }
    guard let token = login["token"]?.string, let tokenURL = WebAddress.resolve(token, against: base) else {
      throw invalid("it has no URL \"token\"")
    }
    var ports = 1024...65_535
    if let given = login["ports"], !given.isNull {
      let bounds = (given.array ?? []).compactMap(\.integer)
      guard bounds.count == 2, bounds[0] >= 1024, bounds[1] <= 65_535, bounds[0] <= bounds[1] else {
        throw invalid("\"ports\" must be a list of the lowest and the highest port, both from 1024 to 65535")
      }
      ports = bounds[0]...bounds[1]
    }
    return LoginService.Client(
      identifier: identifier, authorizationURL: login["authz"]?.string.flatMap { WebAddress.resolve($0, against: base) },
      tokenURL: tokenURL, grantTypes: Set((login["grant_types"]?.array ?? [.string("authz_code")]).compactMap(\.string)),
      ports: ports, scopes: (login["scopes"]?.array ?? []).compactMap(\.string))
  }

  // MARK: Tokens

  /// The page to which a browser is sent. The verifier is shown later, so that nobody else can use the code that comes back.
  package static func authorizationPage(
    _ url: String, client: LoginService.Client, state: String, verifier: String, redirect: String
  ) -> String {
    var parameters = [
      ("client_id", client.identifier), ("code_challenge", base64URL(SHA256Digest.of(Array(verifier.utf8)))),
      ("code_challenge_method", "S256"), ("redirect_uri", redirect), ("response_type", "code"), ("state", state),
    ]
    if !client.scopes.isEmpty { parameters.append(("scope", client.scopes.joined(separator: " "))) }
    return url + (url.contains("?") ? "&" : "?") + form(parameters)
  }

  package func token(
    forCode code: String, client: LoginService.Client, verifier: String, redirect: String
  ) async throws(DiagnosticsError) -> String {
    try await token(
      client, [
        ("client_id", client.identifier), ("code", code), ("code_verifier", verifier), ("grant_type", "authorization_code"),
        ("redirect_uri", redirect),
      ])
  }

  package func token(
    forUser user: String, password: String, client: LoginService.Client
  ) async throws(DiagnosticsError) -> String {
    try await token(
      client, [
        ("client_id", client.identifier), ("grant_type", "password"), ("username", user), ("password", password),
        ("scope", client.scopes.joined(separator: " ")),
      ])
  }

  private func token(
    _ client: LoginService.Client, _ parameters: [(String, String)]
  ) async throws(DiagnosticsError) -> String {
    func failed(_ reason: String) -> DiagnosticsError {
      DiagnosticsError(.error("Failed to obtain auth token", "The server gave no token: \(reason)."))
    }
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await transport.send(
        HTTPRequest(
          "POST", client.tokenURL,
          headers: [
            HTTPHeader("Content-Type", "application/x-www-form-urlencoded"), HTTPHeader("Accept", "application/json"),
          ], body: Array(Self.form(parameters).utf8), timeoutSeconds: 30, redirectCountMax: 0, bodySizeMax: 1 << 20))
    } catch {
      throw failed(error.description)
    }
    let document = try? JSONNode(parsing: response.body)
    guard response.status == 200, let token = document?["access_token"]?.string, !token.isEmpty else {
      let reason = document?["error_description"]?.string ?? document?["error"]?.string
      throw failed(reason ?? "it answered with status \(response.status)")
    }
    return token
  }

  /// The name of the account that a token belongs to.
  package func account(of token: String, at url: String) async throws(DiagnosticsError) -> String? {
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await transport.send(
        HTTPRequest(
          "GET", (url.hasSuffix("/") ? url : url + "/") + "account/details",
          headers: [HTTPHeader("Authorization", "Bearer \(token)"), HTTPHeader("Accept", "application/vnd.api+json")],
          timeoutSeconds: 30, bodySizeMax: 1 << 20))
    } catch {
      throw DiagnosticsError(.error("Token is invalid", "The token could not be checked: \(error.description)."))
    }
    guard response.status == 200 else {
      throw DiagnosticsError(.error("Token is invalid", "The host refused the token with status \(response.status)."))
    }
    return (try? JSONNode(parsing: response.body))?["data"]?["attributes"]?["username"]?.string
  }

  // MARK: Encoding

  /// Bytes in the alphabet for URLs, without padding.
  package static func base64URL(_ bytes: [UInt8]) -> String {
    String(
      Base64.encode(bytes).compactMap { character in
        switch character {
        case "+": "-"
        case "/": "_"
        case "=": nil
        default: character
        }
      })
  }

  private static func form(_ parameters: [(String, String)]) -> String {
    parameters.map { "\(percentEncoded($0.0))=\(percentEncoded($0.1))" }.joined(separator: "&")
  }

  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.append(byte)
      default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The parameters behind the question mark of a request's target.
  package static func parameters(of target: String) -> [String: String] {
    guard let mark = target.firstIndex(of: "?") else { return [:] }
    var result: [String: String] = [:]
    for pair in target[target.index(after: mark)...].split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { decoded($0) }
      result[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
    return result
  }

  private static func decoded(_ text: Substring) -> String {
    var result: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "%"), bytes.count >= 2,
        let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
      {
        result.append(value)
        bytes.removeFirst(2)
      } else {
        result.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
