import Synchronization
import YAML

extension ClusterClient {
  /// What objects of a kind look like; nil if the server does not say.
  package func schema(for kind: GroupVersionKind) async throws -> ObjectSchema? {
    let place = (kind.group.isEmpty ? "api/" : "apis/") + kind.apiVersion
    var index = try await schemas.index { try await self.schemaIndex() }
    if index.paths[place] == nil, !index.isFresh {
      schemas.forgetIndex()
      index = try await schemas.index { try await self.schemaIndex() }
    }
    guard let path = index.paths[place] else { return nil }
    return try await schemas.definitions(at: path, of: place) { try await self.definitions(at: path) }.schema(of: kind)
  }

  /// Where each group's version is described. The paths change with what they lead to.
  private func schemaIndex() async throws -> [String: String] {
    do {
      let json = try await send(Call(method: "GET", path: "/openapi/v3", action: "ask for the schemas of the cluster's kinds")).json
      return json["paths"]?.asObject?.compactMapValues { $0["serverRelativeURL"]?.asString } ?? [:]
    } catch let failure as ClusterFailure where failure.kind == .kindMissing || failure.kind == .notFound {
      return [:]
    }
  }

  private func definitions(at path: String) async throws -> SchemaDefinitions {
    let json = try await send(Call(method: "GET", path: path, action: "ask for the schemas of the cluster's kinds")).json
    return SchemaDefinitions(json[path: ["components", "schemas"]]?.asObject ?? [:])
  }
}

/// Keeps what a server says of its kinds: one document for each version of a group.
final class SchemaCache: Sendable {
  private struct Document {
    /// Where it was found: another place is another content.
    var path: String
    var task: Task<SchemaDefinitions, any Error>
  }
  private struct State {
    var index: Task<[String: String], any Error>?
    var documents: [String: Document] = [:]
  }
  private let state = Mutex(State())

  func forgetIndex() { state.withLock { $0.index = nil } }

  func index(_ load: @escaping @Sendable () async throws -> [String: String]) async throws -> (paths: [String: String], isFresh: Bool) {
    let (task, isFresh) = state.withLock { state in
      if let index = state.index { return (index, false) }
      let task = Task { try await load() }
      state.index = task
      return (task, true)
    }
    do {
      return (try await task.value, isFresh)
    } catch {
      state.withLock { if $0.index == task { $0.index = nil } }
      throw error
    }
  }

  func definitions(
    at path: String, of place: String, load: @escaping @Sendable () async throws -> SchemaDefinitions
  ) async throws -> SchemaDefinitions {
    let task = state.withLock { state in
      if let known = state.documents[place], known.path == path { return known.task }
      let task = Task { try await load() }
      state.documents[place] = Document(path: path, task: task)
      return task
    }
    do {
      return try await task.value
    } catch {
      state.withLock { if $0.documents[place]?.task == task { $0.documents[place] = nil } }
      throw error
    }
  }
}
