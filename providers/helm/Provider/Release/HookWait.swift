import Kubernetes
import ProviderKit
import Synchronization
import YAML

/// Waits for a job or a pod of a hook to be done. It may be deleted as soon as it is, by its own wish.
struct HookWait: Sendable {
  let operation: ReleaseOperation
  let reference: Kubernetes.ObjectReference
  let progress: @Sendable (String) -> Void

  func run() async throws {
    let witness = Witness()
    let watching = Task { [operation, reference] in await witness.watch(reference, operation.client) }
    defer { watching.cancel() }
    let manager = operation.objectManager()
    do {
      try await manager.awaitReady(reference, condition, timeout: operation.limit, progress: progress)
    } catch let error as ObjectError {
      guard try await operation.client.get(reference) == nil else { throw error }
      // What it was like in the end may still be on its way.
      for _ in 0..<20 where !witness.isDone { try await operation.surroundings.clock.sleep(for: .milliseconds(100)) }
      guard let last = witness.last, case .ready = condition.readiness(last) else { throw error }
    }
  }

  /// A pod is done when it succeeded, not when it runs.
  private var condition: ReadinessCondition {
    guard reference.kind.kind == "Pod", let succeeded = try? FieldExpectation("status.phase", matches: "^Succeeded$") else { return .ofKind }
    return ReadinessCondition(usesRuleOfKind: true, fields: [succeeded])
  }
}

/// Sees what an object was like last.
private final class Witness: Sendable {
  private struct State {
    var last: KubernetesObject?
    var isDone = false
  }
  private let state = Mutex(State())

  var last: KubernetesObject? { state.withLock { $0.last } }
  /// Whether nothing more will be seen.
  var isDone: Bool { state.withLock { $0.isDone } }

  func watch(_ reference: Kubernetes.ObjectReference, _ client: ClusterClient) async {
    let fields = "metadata.name=\(reference.name)"
    do {
      let list = try await client.listing(reference.kind, namespace: reference.namespace, fields: fields)
      state.withLock { $0.last = list.objects.first }
      let events = client.watch(
        reference.kind, namespace: reference.namespace, labels: nil, fields: fields, from: list.resourceVersion)
      for try await event in events {
        guard let object = event.object else { continue }
        state.withLock { $0.last = object }
        if case .deleted = event { break }
      }
    } catch {
      // Who waits asks by himself, too.
    }
    state.withLock { $0.isDone = true }
  }
}
