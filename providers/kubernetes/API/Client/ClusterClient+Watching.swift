import ProviderKit
import YAML

extension ClusterClient {
  /// What happens to objects of a kind behind a version, for as long as somebody listens.
  ///
  /// Servers end watches now and then, and connections break: the watch goes on where it was. It ends with `.expired` when the server
  /// has forgotten what happened since; then a new list is needed.
  package func watch(
    _ kind: GroupVersionKind, namespace: String? = nil, labels: String? = nil, fields: String? = nil, from resourceVersion: String
  ) -> AsyncThrowingStream<WatchEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let path = try await self.path(of: kind, namespace: namespace)
          var watch = Watch(path: path, selection: Self.selection(labels, fields), kind: kind, version: resourceVersion)
          while !Task.isCancelled { try await self.listen(&watch, continuation) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private struct Watch {
    let path: String
    let selection: [(name: String, value: String)]
    let kind: GroupVersionKind
    /// All up to here is told.
    var version: String
    /// Connections that brought nothing, since one did.
    var fruitless = 0

    var call: Call {
      let own: [(name: String, value: String)] = [
        ("watch", "true"), ("allowWatchBookmarks", "true"), ("timeoutSeconds", "290"), ("resourceVersion", version),
      ]
      return Call(method: "GET", path: path, query: selection + own, action: "watch \(kind)")
    }
  }

  /// Listens until the connection ends.
  private func listen(_ watch: inout Watch, _ continuation: AsyncThrowingStream<WatchEvent, any Error>.Continuation) async throws {
    watch.fruitless += 1
    do {
      for try await line in try await lines(watch.call) where !line.isEmpty {
        let event = try Self.event(line, watch.kind)
        watch.fruitless = 0
        switch event {
        case .bookmark(let version): watch.version = version
        default: watch.version = event.object?.resourceVersion ?? watch.version
        }
        continuation.yield(event)
      }
    } catch let failure as ClusterFailure {
      guard failure.isTransient, watch.fruitless < 8 else { throw failure }
    } catch let error as WebError {
      guard error.retryAdvice != .giveUp, watch.fruitless < 8 else { throw ClusterFailure(error, action: watch.call.action) }
    }
    // A server that ends watches at once is not asked all the time.
    if watch.fruitless > 0 { try await surroundings.clock.sleep(for: .milliseconds(500 << min(watch.fruitless, 5))) }
  }

  /// The lines of an answer, as they come.
  private func lines(_ call: Call) async throws -> AsyncThrowingStream<String, any Error> {
    var (client, request, known) = try await prepared(call)
    request.silenceLimit = .seconds(310)
    var answer = try await client.lines(request)
    if answer.response.status == 401, await credentials.renew(known) {
      (client, request, known) = try await prepared(call)
      request.silenceLimit = .seconds(310)
      answer = try await client.lines(request)
    }
    guard answer.response.isSuccess else {
      var response = answer.response
      for try await line in answer.lines where response.body.count < 1 << 20 { response.body += line.utf8 }
      throw ClusterFailure(response, action: call.action)
    }
    return answer.lines
  }

  private static func event(_ line: String, _ kind: GroupVersionKind) throws -> WatchEvent {
    let json: JSONValue
    // A connection may break off in the middle of a line.
    do { json = try JSONValue(json: line) } catch {
      throw ClusterFailure(.unreachable, "what the watch brought is no JSON: \(error)", action: "watch \(kind)", isTransient: true)
    }
    let object = json["object"] ?? [:]
    switch json["type"]?.asString {
    case "ADDED": return .added(KubernetesObject(object))
    case "MODIFIED": return .modified(KubernetesObject(object))
    case "DELETED": return .deleted(KubernetesObject(object))
    case "BOOKMARK": return .bookmark(resourceVersion: KubernetesObject(object).resourceVersion)
    default: throw ClusterFailure(status: object, action: "watch \(kind)")
    }
  }
}
