package import ProviderKit
import YAML
import Synchronization

/// Asks one cluster. One is made for each provider configuration: connections, what the server knows and what its kinds look like are
/// shared by all that use it.
///
/// What fails by itself is tried again, where trying twice does no harm; what is the user's to mend is not. At most 16 requests are under
/// way at once.
package final class ClusterClient: Sendable {
  let surroundings: Surroundings
  let access: ClusterAccess
  let credentials: CredentialSource
  let discovery: DiscoveryCache
  let schemas: SchemaCache
  private let http: HTTPClient
  /// Whether the server ever answered. One that did comes back; one that did not may not be there at all.
  private let hasAnswered = Mutex(false)

  /// - Throws: what the settings lack, beside the argument that could say it.
  package init(_ settings: ClusterSettings, _ surroundings: Surroundings) throws(AttributeError) {
    self.surroundings = surroundings
    access = try ClusterAccess(settings, surroundings)
    credentials = CredentialSource(access, surroundings)
    discovery = DiscoveryCache()
    schemas = SchemaCache()
    http = HTTPClient(
      surroundings.web, proxy: access.proxy, headers: [WebHeader("User-Agent", "plumb-kubernetes"), WebHeader("Accept", "application/json")],
      concurrencyMax: 16)
  }

  /// Where the cluster is.
  package var server: String { access.server }

  // MARK: Requests

  /// What may be done when it is not known whether a request came through.
  enum Repetition {
    /// Once or twice is the same.
    case harmless
    /// Only when the server surely did nothing.
    case untouched
  }

  struct Call {
    var method: String
    var path: String
    var query: [(name: String, value: String)] = []
    var body: [UInt8]?
    var contentType = "application/json"
    var accept: String?
    /// What is asked, as errors say it.
    var action: String
    var repetition = Repetition.harmless
  }

  /// An answer that is a success, and whether an attempt before it may have done the same.
  struct Reply {
    var response: WebResponse
    var isRepetition: Bool
    var json: JSONValue {
      get throws(ClusterFailure) {
        do { return try JSONValue(json: response.body) } catch {
          throw ClusterFailure(.server(response.status), "its answer is no JSON: \(error)", status: response.status)
        }
      }
    }
    var warnings: [String] { WarningHeader.texts(response.headers) }
  }

  /// Asks, and asks again as long as that helps.
  func send(_ call: Call) async throws -> Reply {
    let attempts = Mutex((count: 0, isAmbiguous: false))
    let policy = RetryPolicy(advice: { [self] error in
      guard let failure = error as? ClusterFailure else { return .giveUp }
      let count = attempts.withLock { attempts in
        attempts.isAmbiguous = attempts.isAmbiguous || failure.isAmbiguous
        return attempts.count
      }
      if failure.isAmbiguous, call.repetition == .untouched { return .giveUp }
      if failure.isSilence, count >= 2, !hasAnswered.withLock({ $0 }) { return .giveUp }
      return failure.retryAdvice
    })
    do {
      return try await surroundings.retry(policy) {
        let isRepetition = attempts.withLock { attempts in
          attempts.count += 1
          return attempts.isAmbiguous
        }
        return Reply(response: try await attempt(call), isRepetition: isRepetition)
      }
    } catch var failure as ClusterFailure {
      // Whoever made something must know that an earlier attempt may have made it.
      failure.isAmbiguous = attempts.withLock { $0.isAmbiguous }
      throw failure
    }
  }

  /// Asks once; a second time with fresh credentials if the first were refused.
  private func attempt(_ call: Call) async throws -> WebResponse {
    let (client, request, known) = try await prepared(call)
    var response = try await exchange(client, request, call)
    if response.status == 401, await credentials.renew(known) {
      let (client, request, _) = try await prepared(call)
      response = try await exchange(client, request, call)
    }
    hasAnswered.withLock { $0 = true }
    guard response.isSuccess else { throw ClusterFailure(response, action: call.action) }
    return response
  }

  private func exchange(_ client: HTTPClient, _ request: WebRequest, _ call: Call) async throws -> WebResponse {
    do {
      return try await client.send(request)
    } catch let error as WebError {
      throw ClusterFailure(error, action: call.action)
    }
  }

  /// The request with its credentials, and the client that proves them.
  func prepared(_ call: Call) async throws -> (HTTPClient, WebRequest, Credentials) {
    let credentials = try await credentials.current()
    var headers = credentials.headers + access.impersonation
    if call.body != nil { headers.append(WebHeader("Content-Type", call.contentType)) }
    if let accept = call.accept { headers.append(WebHeader("Accept", accept)) }
    let request = WebRequest(
      call.method, access.server + call.path + RequestPath.query(call.query), headers: headers, body: call.body, silenceLimit: .seconds(90))
    return (http.secured(by: access.tls(credentials)), request, credentials)
  }

  /// Asks for what is no object.
  /// - Parameter isRepeatable: whether it may be asked again when it is not known whether it came through; as a rule only questions.
  package func raw(_ request: ClusterRequest, isRepeatable: Bool? = nil) async throws -> ClusterResponse {
    let repeats = isRepeatable ?? ["GET", "HEAD"].contains(request.method)
    let reply = try await send(
      Call(
        method: request.method, path: request.path, query: request.query.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
        body: request.body?.json(), contentType: request.contentType, accept: request.accept, action: "\(request.method) \(request.path)",
        repetition: repeats ? .harmless : .untouched))
    return ClusterResponse(status: reply.response.status, body: reply.response.body, warnings: reply.warnings)
  }

  /// What the server says it is.
  package func version() async throws -> (major: String, minor: String, gitVersion: String) {
    let json = try await send(Call(method: "GET", path: "/version", action: "ask for the cluster's version")).json
    return (json["major"]?.asString ?? "", json["minor"]?.asString ?? "", json["gitVersion"]?.asString ?? "")
  }
}
