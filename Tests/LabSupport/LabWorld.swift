// LabSupport: an emulated cluster for tests, in the same process, with a clock that goes on by itself when everybody waits.

import Lab
package import ProviderKit
import Synchronization
package import YAML

/// A cluster, the time it has, and surroundings of a provider in which both are the world.
///
/// Whoever sleeps, or listens to a watch, waits until nobody has anything to do; then the time goes on to when something happens next.
package final class LabWorld: Sendable {
  struct State {
    var cluster: Cluster
    /// Nanoseconds since 1970.
    var time: Int64
    var fault: FaultScript?
    var log: [LabRequest] = []
    var sleeps: [Duration] = []
    var waiting: [Int: Waiter] = [:]
    var numbers = 0
    /// Counts all that anybody does, so that one can tell that nobody does anything.
    var activity = 0
    /// Counts what may have changed the cluster.
    var changes = 0
    var isPumping = false
  }

  /// Somebody who waits for a time, or for the cluster to change.
  struct Waiter {
    var deadline: Int64
    var isListening: Bool
    var continuation: CheckedContinuation<Void, Never>
  }

  package typealias FaultScript = @Sendable (_ request: LabRequest, _ number: Int) -> LabFault?

  let state: Mutex<State>
  private let elsewhere: @Sendable (WebRequest) -> WebResponse?

  package static let server = "https://lab.example:6443"
  package static let kubeconfigPath = "/lab/kubeconfig"
  private static let start: Int64 = 1_790_000_000_000_000_000

  /// - Parameters:
  ///   - eventsKept: how many changes watches can start behind, at least.
  ///   - elsewhere: who answers at other addresses.
  package init(
    seed: UInt64 = 1, eventsKept: Int = 4096, elsewhere: @escaping @Sendable (WebRequest) -> WebResponse? = { _ in nil }
  ) throws {
    let cluster = Cluster(now: Self.start, seed: seed, eventsKept: eventsKept)
    try cluster.start()
    state = Mutex(State(cluster: cluster, time: Self.start))
    self.elsewhere = elsewhere
    pass(.seconds(1))
  }

  // MARK: Surroundings

  package var clock: LabClock { LabClock(world: self) }

  package var web: Web {
    Web.streaming { [self] request in
      guard request.url.hasPrefix(Self.server) else { return elsewhere(request).map { StreamedResponse($0) } }
      return await answer(LabRequest(request, server: Self.server))
    }
  }

  /// The world of a provider that is configured by the environment: `KUBE_CONFIG_PATH` names a kubeconfig for the lab.
  package var surroundings: Surroundings { surroundings(environment: ["HOME": "/root", "KUBE_CONFIG_PATH": Self.kubeconfigPath]) }

  package func surroundings(
    environment: [String: String], files: Files = .inMemory(), programs: Programs = .none, log: Log = .silent
  ) -> Surroundings {
    try? files.write(Array(Self.kubeconfig.utf8), to: Self.kubeconfigPath)
    return Surroundings(
      files: files, web: web, clock: clock, environment: environment, log: log, programs: programs,
      now: { [self] in Double(state.withLock { $0.time }) / 1_000_000_000 })
  }

  package static let kubeconfig = """
    apiVersion: v1
    kind: Config
    current-context: lab
    clusters:
    - name: lab
      cluster: {server: "\(server)"}
    contexts:
    - name: lab
      context: {cluster: lab, user: lab}
    users:
    - name: lab
      user: {token: lab-token}

    """

  // MARK: What is done to it

  /// Decides which requests fail. Nil lets all of them through.
  package func script(_ script: FaultScript?) { state.withLock { $0.fault = script } }

  /// Requests so far, those that failed as well.
  package var log: [LabRequest] { state.withLock { $0.log } }
  package func forgetLog() { state.withLock { $0.log = [] } }
  /// How long anybody slept, each time.
  package var sleeps: [Duration] { state.withLock { $0.sleeps } }

  /// Lets time pass at once, for all.
  package func pass(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let end = state.withLock { $0.time } + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    while let next = state.withLock({ $0.cluster.nextDue }), next < end { advance(to: next) }
    advance(to: end)
  }

  /// Asks the lab past all faults.
  @discardableResult
  package func ask(
    _ method: String, _ path: String, _ body: JSONValue? = nil, query: [String: String] = [:], type: String = "application/json"
  ) -> (code: Int, json: JSONValue) {
    let request = Request(
      method, path, query: query, headers: ["content-type": type, "user-agent": "kubectl/test"], body: body?.json() ?? [])
    let answer = handle(request)
    return (answer.code, answer.json)
  }

  /// An object, or what the lab says instead.
  package func get(_ path: String) -> JSONValue { ask("GET", path).json }

  /// Makes objects, one after the other, or applies them if they are there. Documents are YAML.
  package func apply(_ yaml: String, by manager: String = "kubectl", force: Bool = true) throws {
    for object in try YAML.documents(Array(yaml.utf8)) where !object.isNull {
      let answer = ask(
        "PATCH", try path(of: object), object, query: ["fieldManager": manager, "force": "\(force)"], type: "application/apply-patch+yaml")
      guard (200..<300).contains(answer.code) else { throw LabRefusal(description: answer.json.jsonText()) }
    }
  }

  /// Changes an object as others do, by a merge patch.
  package func edit(_ path: String, by manager: String = "kubectl-edit", _ patch: JSONValue) throws {
    let answer = ask("PATCH", path, patch, query: ["fieldManager": manager], type: "application/merge-patch+json")
    guard answer.code == 200 else { throw LabRefusal(description: answer.json.jsonText()) }
  }

  /// Where an object lies.
  package func path(of object: JSONValue) throws -> String {
    let version = object["apiVersion"]?.asString ?? ""
    let root = version.contains("/") ? "/apis/\(version)" : "/api/\(version)"
    let resources = get(root)["resources"]?.asArray ?? []
    let name = object[path: ["metadata", "name"]]?.asString ?? ""
    guard let resource = resources.first(where: { $0["kind"] == object["kind"] && $0["name"]?.asString?.contains("/") == false }),
      let plural = resource["name"]?.asString
    else { throw LabRefusal(description: "The lab has no \(version) \(object["kind"]?.asString ?? "").") }
    let namespace = object[path: ["metadata", "namespace"]]?.asString ?? "default"
    return resource["namespaced"] == true ? "\(root)/namespaces/\(namespace)/\(plural)/\(name)" : "\(root)/\(plural)/\(name)"
  }
}

/// The lab did not do what a test wanted of it.
package struct LabRefusal: Error, CustomStringConvertible {
  package let description: String
}

/// A request as a test sees it.
package struct LabRequest: Hashable, Sendable {
  package var method: String
  /// Without the query, its escapes undone.
  package var path: String
  package var query: [String: String]
  /// By their names in small letters; of equal ones the last.
  package var headers: [String: String]
  package var body: [UInt8]

  /// `GET /api/v1/namespaces`
  package var line: String { "\(method) \(path)" }

  init(_ request: WebRequest, server: String) {
    let halves = request.url.dropFirst(server.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    method = request.method
    path = Self.unescaped(halves.first ?? "")
    query = [:]
    for item in halves.count > 1 ? halves[1].split(separator: "&") : [] {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[Self.unescaped(parts[0])] = parts.count > 1 ? Self.unescaped(parts[1]) : ""
    }
    headers = [:]
    for header in request.headers { headers[header.name.lowercased()] = header.value }
    body = request.body ?? []
  }

  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
