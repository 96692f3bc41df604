import ProviderKit
import Synchronization
import YAML

/// What a request is sent with to show who asks.
struct Credentials: Hashable, Sendable {
  var headers: [WebHeader] = []
  /// PEM.
  var clientCertificate: [UInt8]?
  var clientKey: [UInt8]?
  /// When they are no good any more, in seconds since 1970.
  var expiry: Double?
  /// Which run of the plugin they are from.
  var run = 0
}

/// Gives credentials, fresh: what a plugin printed until it expires or is refused, what stands in files as it stands there now.
final class CredentialSource: Sendable {
  private let access: ClusterAccess
  private let surroundings: Surroundings
  private struct State {
    /// The plugin's run, if it ran. Those who ask at the same time share it.
    var run: Task<Credentials, any Error>?
    var number = 0
    /// When the token's file was read last, and what it held.
    var token: (text: String, time: Double)?
  }
  private let state = Mutex(State())

  init(_ access: ClusterAccess, _ surroundings: Surroundings) {
    self.access = access
    self.surroundings = surroundings
  }

  func current() async throws -> Credentials {
    var credentials = Credentials()
    let user = access.user
    credentials.clientCertificate = try ClusterAccess.bytes(user.clientCertificate, surroundings, "the client certificate")
    credentials.clientKey = try ClusterAccess.bytes(user.clientKey, surroundings, "the client's key")
    if let token = token(user) {
      credentials.headers = [WebHeader("Authorization", "Bearer \(token)")]
    } else if let name = user.username {
      credentials.headers = [WebHeader("Authorization", "Basic \(Base64.encode(Array("\(name):\(user.password ?? "")".utf8)))")]
    } else if let plugin = user.exec {
      let printed = try await self.printed(by: plugin)
      credentials.headers = printed.headers
      credentials.clientCertificate = printed.clientCertificate ?? credentials.clientCertificate
      credentials.clientKey = printed.clientKey ?? credentials.clientKey
      (credentials.expiry, credentials.run) = (printed.expiry, printed.run)
    }
    return credentials
  }

  /// Has credentials that were refused made anew.
  /// - Returns: whether there may be others now.
  func renew(_ refused: Credentials) async -> Bool {
    if access.user.exec == nil {
      // A file may have been written anew meanwhile.
      guard access.user.tokenFile != nil else { return false }
      state.withLock { $0.token = nil }
      return (try? await current()) != refused
    }
    // Others may have renewed them already.
    state.withLock { if $0.number == refused.run { $0.run = nil } }
    return true
  }

  // MARK: Tokens in files

  /// The token; a file counts more than a text, and is read again every minute as those who rotate tokens expect.
  private func token(_ user: Kubeconfig.User) -> String? {
    guard let path = user.tokenFile else { return user.token }
    let now = surroundings.now()
    if let known = state.withLock({ $0.token }), now - known.time < 60 { return known.text }
    let text = ((try? surroundings.files.readText(path)) ?? nil)?.trimmingBlanks ?? ""
    if text.isEmpty { return state.withLock { $0.token?.text } ?? user.token }
    state.withLock { $0.token = (text, now) }
    return text
  }

  // MARK: Plugins

  /// What the plugin printed. When that is about to expire the plugin is run once more, and what it prints then is used, whatever it says.
  private func printed(by plugin: ExecPlugin) async throws -> Credentials {
    let (credentials, number) = try await run(plugin, replacing: nil)
    guard let expiry = credentials.expiry, expiry <= surroundings.now() + 10 else { return credentials }
    return try await run(plugin, replacing: number).credentials
  }

  private func run(_ plugin: ExecPlugin, replacing old: Int?) async throws -> (credentials: Credentials, number: Int) {
    let (run, number) = state.withLock { state in
      if let run = state.run, state.number != old { return (run, state.number) }
      let run = Task { [access, surroundings] in try await ExecPluginRun(plugin, access, surroundings).credentials() }
      state.number += 1
      state.run = run
      return (run, state.number)
    }
    do {
      var credentials = try await run.value
      credentials.run = number
      return (credentials, number)
    } catch {
      state.withLock { if $0.number == number { $0.run = nil } }
      throw error
    }
  }
}
