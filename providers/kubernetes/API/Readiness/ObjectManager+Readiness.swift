import ProviderKit
import Synchronization
import YAML

extension ObjectManager {
  /// Waits until an object is ready.
  ///
  /// A job may be deleted as soon as it is done, by its own wish: then what it was like last counts.
  /// - Parameters:
  ///   - applied: the object as the server stored it, so that nothing that happened since is missed.
  ///   - progress: told how it stands, when that changes, and every ten seconds.
  /// - Returns: the object as it is then.
  /// - Throws: `ObjectError` when it cannot become ready by itself, is gone, or is not ready in time, with what is known of the reason.
  @discardableResult
  package func awaitReady(
    _ reference: ObjectReference, since applied: KubernetesObject? = nil, _ condition: ReadinessCondition, timeout: Duration,
    progress: @Sendable (String) -> Void = { _ in }
  ) async throws -> KubernetesObject? {
    if condition.isEmpty { return applied }
    let elapsed = stopwatch(clock)
    let changes = ChangeListener(client, reference)
    defer { changes.stop() }
    var told: (text: String, at: Duration) = ("", .zero)
    while true {
      try Task.checkCancellation()
      guard let live = try await client.get(reference) else {
        if let last = await changes.last(since: applied, clock)?.beforeItsDeletion, last.runsToAnEnd, case .ready = condition.readiness(last) {
          return last
        }
        throw ObjectError("\(reference.title) is gone", "Somebody deleted it while it was waited for.")
      }
      switch try await readiness(live, condition) {
      case .ready: return live
      case .failed(let reason):
        throw ObjectError("\(reference.title) failed", await explained("It will not become ready by itself: \(reason).", live))
      case .waiting(let reason):
        let now = elapsed()
        if now >= timeout {
          throw ObjectError(
            "\(reference.title) is not ready", await explained("After \(timeout.text) it was still so: \(reason).", live))
        }
        if reason != told.text || now - told.at >= .seconds(10) {
          let trouble = now - told.at >= .seconds(10) ? await podTroubles(of: live).first : nil
          progress("waiting for \(reference.title): \(reason)\(trouble.map { "; \($0)" } ?? "")")
          told = (reason, now)
        }
        await changes.next(within: min(.seconds(2), max(timeout - now, .milliseconds(10))), after: live.resourceVersion, clock)
      }
    }
  }

  /// What the object says, and what others say where it cannot know.
  private func readiness(_ live: KubernetesObject, _ condition: ReadinessCondition) async throws -> Readiness {
    let readiness = condition.readiness(live)
    if case .waiting = readiness, condition.usesRuleOfKind, live.kind == "PersistentVolumeClaim", live.apiVersion == "v1",
      try await waitsForConsumer(live)
    {
      var rest = condition
      rest.usesRuleOfKind = false
      return rest.readiness(live)
    }
    return readiness
  }

  /// Whether a claim is bound only when a pod needs it, and none does.
  private func waitsForConsumer(_ claim: KubernetesObject) async throws -> Bool {
    guard let name = claim.json[path: ["spec", "storageClassName"]]?.asString, !name.isEmpty,
      claim.json[path: ["status", "phase"]]?.asString != "Lost"
    else { return false }
    let kind = GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "StorageClass")
    guard let storage = try await client.get(ObjectReference(kind, name: name)),
      storage.json["volumeBindingMode"]?.asString == "WaitForFirstConsumer"
    else { return false }
    let pods = try await client.list(Self.pods, namespace: claim.namespace, labels: nil, fields: nil)
    return !pods.contains { pod in
      (pod.json[path: ["spec", "volumes"]]?.asArray ?? []).contains {
        $0[path: ["persistentVolumeClaim", "claimName"]]?.asString == claim.name
      }
    }
  }

  static let pods = GroupVersionKind(group: "", version: "v1", kind: "Pod")

  // MARK: Why not

  /// A sentence, and below it what is known: conditions, pods, events. What cannot be found out is left out.
  private func explained(_ sentence: String, _ live: KubernetesObject) async -> String {
    var lines = [sentence]
    let conditions = (live.json[path: ["status", "conditions"]]?.asArray ?? []).map { "  \($0.conditionText)" }
    if !conditions.isEmpty { lines += ["Conditions:"] + conditions }
    let troubles = await podTroubles(of: live).map { "  \($0)" }
    if !troubles.isEmpty { lines += ["Pods that are not ready:"] + troubles }
    let events = await warnings(about: live).map { "  \($0)" }
    if !events.isEmpty { lines += ["Warnings:"] + events }
    return lines.joined(separator: "\n")
  }

  /// What keeps the pods of a workload, at most five of them.
  private func podTroubles(of live: KubernetesObject) async -> [String] {
    guard live.kind != "Pod", let labels = live.json[path: ["spec", "selector", "matchLabels"]]?.asObject, !labels.isEmpty else { return [] }
    let selector = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.asString ?? "")" }.joined(separator: ",")
    let pods = (try? await client.list(Self.pods, namespace: live.namespace, labels: selector, fields: nil)) ?? []
    let troubled = pods.filter { $0.readinessOfKind != .ready && !$0.isBeingDeleted }.prefix(5)
    return troubled.map { pod in
      let trouble = pod.podTrouble
      return "\(pod.name): \(trouble.isEmpty ? pod.condition("Ready")?.conditionText ?? "it has not begun" : trouble)"
    }
  }

  /// The last Warning events about an object and those that were made for it, at most five.
  private func warnings(about live: KubernetesObject) async -> [String] {
    guard let namespace = live.namespace else { return [] }
    let kind = GroupVersionKind(group: "", version: "v1", kind: "Event")
    let events = (try? await client.list(kind, namespace: namespace, labels: nil, fields: "type=Warning")) ?? []
    func time(_ event: KubernetesObject) -> String {
      event.json["lastTimestamp"]?.asString ?? event.json["eventTime"]?.asString ?? event.metadata["creationTimestamp"]?.asString ?? ""
    }
    var texts: [String] = []
    for event in events.sorted(by: { time($0) > time($1) }) where texts.count < 5 {
      let name = event.json[path: ["involvedObject", "name"]]?.asString ?? ""
      guard event.json["type"]?.asString == "Warning", name == live.name || name.hasPrefix("\(live.name)-") else { continue }
      let involved = "\(event.json[path: ["involvedObject", "kind"]]?.asString ?? "") \(name)"
      let text = "\(involved): \(event.json["reason"]?.asString ?? ""): \(event.json["message"]?.asString ?? "")"
      if !texts.contains(text) { texts.append(text) }
    }
    return texts
  }
}

/// Tells when something happens to an object, by a watch. Where the watch ends, because the server has forgotten where it began or for any
/// other reason, the next look at the object begins a new one.
private final class ChangeListener: Sendable {
  private struct State {
    var watch: Task<Void, Never>?
    var isRunning = false
    var last: KubernetesObject?
    var isGone = false
    var hasRung = false
    var waiting: CheckedContinuation<Void, Never>?
  }
  private let client: ClusterClient
  private let reference: ObjectReference
  private let state = Mutex(State())

  init(_ client: ClusterClient, _ reference: ObjectReference) {
    self.client = client
    self.reference = reference
  }

  func stop() { state.withLock { $0.watch }?.cancel() }

  /// Returns when something happened since that version, and after the limit in any case.
  func next(within limit: Duration, after resourceVersion: String, _ clock: any Clock<Duration>) async {
    watch(from: resourceVersion)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await clock.sleep(for: limit) }
      group.addTask { await self.ringing() }
      await group.next()
      group.cancelAll()
    }
  }

  /// What the object was like before it was deleted, as far as that can be found out.
  func last(since known: KubernetesObject?, _ clock: any Clock<Duration>) async -> KubernetesObject? {
    if let known { watch(from: known.resourceVersion) }
    // It may still be on its way.
    for _ in 0..<20 where state.withLock({ $0.isRunning && !$0.isGone }) { try? await clock.sleep(for: .milliseconds(100)) }
    return state.withLock { $0.last } ?? known
  }

  private func watch(from resourceVersion: String) {
    let isNeeded = state.withLock { state in
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard isNeeded else { return }
    let task = Task { [client, reference] in
      let events = client.watch(
        reference.kind, namespace: reference.namespace, labels: nil, fields: "metadata.name=\(reference.name)", from: resourceVersion)
      do {
        for try await event in events {
          guard let object = event.object else { continue }
          state.withLock { state in
            state.last = object
            if case .deleted = event { state.isGone = true }
          }
          ring()
        }
      } catch {
        client.surroundings.log.debug("a watch ended", ["object": reference.title, "error": "\(error)"])
      }
      state.withLock { $0.isRunning = false }
    }
    state.withLock { $0.watch = task }
  }

  private func ring() {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      state.hasRung = state.waiting == nil
      return state.waiting
    }
    waiting?.resume()
  }

  /// Returns when it rings, or when the task is cancelled.
  private func ringing() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.hasRung || Task.isCancelled {
            state.hasRung = false
            return true
          }
          state.waiting = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { state in
        defer { state.waiting = nil }
        return state.waiting
      }?.resume()
    }
  }
}
