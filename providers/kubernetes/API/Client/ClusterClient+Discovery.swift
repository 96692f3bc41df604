import ProviderKit
import Synchronization
import YAML

extension ClusterClient {
  /// How the server serves a kind; nil when it does not know it, also when asked anew.
  package func resource(for kind: GroupVersionKind) async throws -> APIResource? {
    var known = try await discovery.knowledge(nil, load: discoverAll)
    if let resource = known.resources[kind] { return resource }
    // What was just looked for is not looked for again for each of a thousand objects.
    let now = surroundings.now()
    if discovery.lacked(kind, since: now - 0.5) { return nil }
    if !known.isFresh { known = try await discovery.knowledge(known.number, load: discoverAll) }
    if let resource = known.resources[kind] { return resource }
    if let reason = known.broken[kind.apiVersion] {
      throw ClusterFailure(
        .server(503), "the API \(kind.apiVersion) is registered but does not answer: \(reason)", status: 503,
        action: "find \(kind) in the cluster")
    }
    discovery.note(lacking: kind, at: now)
    return nil
  }

  /// Has what kinds there are asked anew when it is needed next.
  package func forgetDiscovery() {
    discovery.forget()
    schemas.forgetIndex()
  }

  /// What charts see as capabilities: each API version, and each kind behind its version: `apps/v1`, `apps/v1/Deployment`.
  package func apiVersions() async throws -> [String] {
    let known = try await discovery.knowledge(nil, load: discoverAll)
    var versions = Set(known.versions)
    for kind in known.resources.keys { versions.formUnion([kind.apiVersion, "\(kind.apiVersion)/\(kind.kind)"]) }
    return versions.sorted()
  }

  // MARK: Asking

  private func discoverAll() async throws -> ServerKnowledge {
    async let core = discover("/api")
    async let groups = discover("/apis")
    var knowledge = try await core
    knowledge.merge(try await groups)
    return knowledge
  }

  /// One of the two roots: in one document if the server has that, else document by document.
  private func discover(_ root: String) async throws -> ServerKnowledge {
    let forms = ["v2", "v2beta1"].map { "application/json;g=apidiscovery.k8s.io;v=\($0);as=APIGroupDiscoveryList" }
    let accept = (forms + ["application/json"]).joined(separator: ",")
    let json = try await self.root(Call(method: "GET", path: root, accept: accept, action: "ask what kinds the cluster knows"))
    if json["kind"]?.asString == "APIGroupDiscoveryList" { return ServerKnowledge(aggregated: json) }
    let versions =
      root == "/api"
      ? (json["versions"]?.asArray ?? []).compactMap(\.asString)
      : (json["groups"]?.asArray ?? []).flatMap { $0["versions"]?.asArray ?? [] }.compactMap { $0["groupVersion"]?.asString }
    return try await withThrowingTaskGroup(of: ServerKnowledge.self) { group in
      for version in versions { group.addTask { try await self.discover(version, below: root) } }
      var all = ServerKnowledge()
      for try await knowledge in group { all.merge(knowledge) }
      return all
    }
  }

  /// A root that is not there is not a kind that is missing: there is no cluster at all.
  private func root(_ call: Call) async throws -> JSONValue {
    do {
      return try await send(call).json
    } catch let failure as ClusterFailure where failure.kind == .kindMissing {
      throw ClusterFailure(
        .server(failure.status), "there is no Kubernetes API at \(server)", status: failure.status, action: call.action)
    }
  }

  /// One version of one group. A broken one does not keep the others from being known.
  private func discover(_ version: String, below root: String) async throws -> ServerKnowledge {
    let path = ([root] + version.split(separator: "/").map { RequestPath.escaped(String($0)) }).joined(separator: "/")
    do {
      // A service that is down is not asked again and again.
      let json = try await send(Call(method: "GET", path: path, action: "ask what kinds the cluster knows", repetition: .untouched)).json
      return ServerKnowledge(version: version, json)
    } catch let failure as ClusterFailure {
      guard failure.kind == .kindMissing || failure.status >= 500 else { throw failure }
      var knowledge = ServerKnowledge()
      if failure.kind != .kindMissing { knowledge.broken[version] = failure.message }
      return knowledge
    }
  }
}

/// What a server serves.
struct ServerKnowledge: Sendable {
  var resources: [GroupVersionKind: APIResource] = [:]
  /// `v1`, `apps/v1`.
  var versions: [String] = []
  /// Versions that are registered and do not answer, with the reason.
  var broken: [String: String] = [:]
  /// Counts how often it was asked.
  var number = 0
  /// Whether it was asked for the one who has it now.
  var isFresh = false

  init() {}

  mutating func merge(_ other: ServerKnowledge) {
    resources.merge(other.resources) { first, _ in first }
    versions += other.versions
    broken.merge(other.broken) { first, _ in first }
  }

  /// Reads the form of one document for all.
  init(aggregated json: JSONValue) {
    for group in json["items"]?.asArray ?? [] {
      let name = group[path: ["metadata", "name"]]?.asString ?? ""
      for version in group["versions"]?.asArray ?? [] {
        let kind = GroupVersionKind(group: name, version: version["version"]?.asString ?? "", kind: "")
        versions.append(kind.apiVersion)
        let entries = version["resources"]?.asArray ?? []
        if version["freshness"]?.asString == "Stale", entries.isEmpty { broken[kind.apiVersion] = "the server has no answer of its service" }
        for entry in entries { add(aggregated: entry, kind) }
      }
    }
  }

  private mutating func add(aggregated entry: JSONValue, _ version: GroupVersionKind) {
    guard let plural = entry["resource"]?.asString, let answer = entry["responseKind"], let name = answer["kind"]?.asString, !name.isEmpty
    else { return }
    var kind = version
    kind.kind = name
    let subresources = (entry["subresources"]?.asArray ?? []).compactMap { $0["subresource"]?.asString }
    add(
      APIResource(
        kind: kind, plural: plural, isNamespaced: entry["scope"]?.asString == "Namespaced", subresources: Set(subresources),
        verbs: Self.verbs(entry)))
  }

  /// Reads the form of one document a version.
  init(version: String, _ json: JSONValue) {
    versions = [version]
    var subresources: [String: Set<String>] = [:]
    let entries = json["resources"]?.asArray ?? []
    for entry in entries {
      let halves = (entry["name"]?.asString ?? "").split(separator: "/", maxSplits: 1)
      if halves.count == 2 { subresources[String(halves[0]), default: []].insert(String(halves[1])) }
    }
    for entry in entries {
      guard let plural = entry["name"]?.asString, !plural.contains("/"), let kind = entry["kind"]?.asString else { continue }
      add(
        APIResource(
          kind: GroupVersionKind(apiVersion: version, kind: kind), plural: plural, isNamespaced: entry["namespaced"]?.asBool ?? false,
          subresources: subresources[plural] ?? [], verbs: Self.verbs(entry)))
    }
  }

  /// The first of a kind is the one that objects of it are kept under.
  private mutating func add(_ resource: APIResource) {
    if resources[resource.kind] == nil { resources[resource.kind] = resource }
  }

  private static func verbs(_ entry: JSONValue) -> Set<String> { Set((entry["verbs"]?.asArray ?? []).compactMap(\.asString)) }
}

/// Keeps what is known of a server. Those who ask at the same time share one answer.
final class DiscoveryCache: Sendable {
  private struct State {
    var number = 0
    var task: Task<ServerKnowledge, any Error>?
    /// When kinds were last looked for in vain.
    var lacking: [GroupVersionKind: Double] = [:]
  }
  private let state = Mutex(State())

  func forget() {
    state.withLock { state in
      state.task = nil
      state.lacking = [:]
    }
  }

  func lacked(_ kind: GroupVersionKind, since time: Double) -> Bool { state.withLock { $0.lacking[kind].map { $0 > time } ?? false } }
  func note(lacking kind: GroupVersionKind, at time: Double) { state.withLock { $0.lacking[kind] = time } }

  /// - Parameter number: the one that is too old, if any.
  func knowledge(_ number: Int?, load: @escaping @Sendable () async throws -> ServerKnowledge) async throws -> ServerKnowledge {
    let (task, isFresh, taken) = state.withLock { state in
      if let task = state.task, number.map({ $0 < state.number }) ?? true { return (task, false, state.number) }
      state.number += 1
      let own = state.number
      let task = Task {
        var knowledge = try await load()
        knowledge.number = own
        return knowledge
      }
      state.task = task
      return (task, true, own)
    }
    do {
      var knowledge = try await task.value
      knowledge.isFresh = isFresh
      return knowledge
    } catch {
      state.withLock { if $0.number == taken { $0.task = nil } }
      throw error
    }
  }
}
