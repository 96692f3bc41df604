import Lab
import ProviderKit
import Synchronization
import YAML

extension LabWorld {
  /// Answers a request of a provider, unless it is to fail; nil if no connection can be made.
  func answer(_ request: LabRequest) async -> StreamedResponse? {
    let (script, number) = state.withLock { state in
      state.log.append(request)
      state.activity += 1
      return (state.fault, state.log.count)
    }
    switch script?(request, number) {
    case nil: return respond(request)
    case .slow(let duration):
      try? await clock.sleep(for: duration)
      return respond(request)
    case .tooMany(let seconds):
      return StreamedResponse(
        Self.refusal(429, "TooManyRequests", "the server has received too many requests", headers: [WebHeader("Retry-After", "\(seconds)")]))
    case .failure(let status): return StreamedResponse(Self.refusal(status, "InternalError", "Internal error occurred: on purpose"))
    case .unreachable: return nil
    case .droppedBefore: return Self.broken
    case .droppedAfter:
      _ = respond(request)
      return Self.broken
    case .answer(let response): return StreamedResponse(response)
    }
  }

  private static func refusal(_ code: Int, _ reason: String, _ message: String, headers: [WebHeader] = []) -> WebResponse {
    let status: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason), "message": .string(message),
      "code": .integer(Int64(code)),
    ]
    return WebResponse(status: code, headers: headers + [WebHeader("Content-Type", "application/json")], body: status.json())
  }

  private static var broken: StreamedResponse {
    StreamedResponse(
      WebResponse(status: 200), body: AsyncThrowingStream { $0.finish(throwing: LabRefusal(description: "the connection broke")) })
  }

  private func respond(_ request: LabRequest) -> StreamedResponse {
    let answer = handle(Request(request.method, request.path, query: request.query, headers: request.headers, body: request.body))
    let head = WebResponse(status: answer.code, headers: answer.headers.map { WebHeader($0.name, $0.value) })
    switch answer.body {
    case .bytes(let bytes):
      var whole = head
      whole.body = bytes
      return StreamedResponse(whole)
    case .watch(let watch):
      let deadline = state.withLock { $0.time } + watch.timeoutSeconds * 1_000_000_000
      let listener = Listener(watch)
      return StreamedResponse(head, body: AsyncThrowingStream { await self.next(listener, until: deadline) })
    }
  }

  /// One who listens, and what is told already.
  private final class Listener: Sendable {
    let position: Mutex<(head: [UInt8], watch: Watch)>
    init(_ watch: Watch) { position = Mutex((watch.head, watch)) }
  }

  /// What a watch has to tell next; nil at its end.
  private func next(_ listener: Listener, until deadline: Int64) async -> [UInt8]? {
    while !Task.isCancelled {
      let (lines, isOver, seen) = state.withLock { state in
        listener.position.withLock { position in
          var lines = position.head
          position.head = []
          if lines.isEmpty, !position.watch.isEnded { lines = state.cluster.news(&position.watch) }
          return (lines, position.watch.isEnded || state.time >= deadline, state.changes)
        }
      }
      if !lines.isEmpty { return lines }
      if isOver { return nil }
      await wait(until: deadline, listeningSince: seen)
    }
    return nil
  }

  /// Has the cluster answer now, and tells those who listen.
  func handle(_ request: Request) -> Lab.Answer {
    let (answer, listeners) = state.withLock { state in
      let answer = state.cluster.handle(request, at: state.time)
      state.cluster.advance(to: state.time)
      return (answer, state.takeListeners())
    }
    for listener in listeners { listener.resume() }
    return answer
  }
}

extension LabWorld.State {
  /// Those who wait for something to happen, which it did.
  mutating func takeListeners() -> [CheckedContinuation<Void, Never>] {
    activity += 1
    changes += 1
    let listening = waiting.filter { $0.value.isListening || $0.value.deadline <= time }
    for number in listening.keys { waiting[number] = nil }
    return listening.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.value.continuation)
  }
}
