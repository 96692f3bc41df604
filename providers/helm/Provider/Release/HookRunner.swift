import Charts
import Kubernetes
import ProviderKit
import YAML

/// Runs hooks one after the other, and removes them as their policies say.
struct HookRunner: Sendable {
  let operation: ReleaseOperation
  let objects: ReleaseObjects
  let progress: @Sendable (String) -> Void

  private struct Created: Sendable {
    var hook: RenderedHook
    var objects: [AppliedObject]
  }

  /// Runs those of an event, in the order of their weights and names.
  /// - Parameter record: told how each ended.
  func run(_ hooks: [RenderedHook], _ event: RenderedHook.Event, record: (RenderedHook, HookRun) -> Void = { _, _ in }) async throws {
    var done: [Created] = []
    for hook in hooks where hook.events.contains(event) {
      let started = RecordTime.text(operation.surroundings.now())
      func note(_ isSuccess: Bool) {
        record(hook, HookRun(started: started, completed: RecordTime.text(operation.surroundings.now()), isSuccess: isSuccess))
      }
      progress("running the \(event.rawValue) hook \(hook.object.kind) \(hook.object.name)")
      var created = Created(hook: hook, objects: [])
      do {
        try await run(hook, &created)
        note(true)
        done.append(created)
      } catch {
        note(false)
        // What is removed on the way out does not hide why.
        if hook.deletePolicies.contains(.hookFailed) { try? await remove(created) }
        for earlier in done where earlier.hook.deletePolicies.contains(.hookSucceeded) { try? await remove(earlier) }
        throw Self.failure(error, hook, event)
      }
    }
    for created in done.reversed() where created.hook.deletePolicies.contains(.hookSucceeded) { try await remove(created) }
  }

  private static func failure(_ error: any Error, _ hook: RenderedHook, _ event: RenderedHook.Event) -> any Error {
    if error is CancellationError { return error }
    let text = (error as? ObjectError)?.message ?? "\(error)"
    return AttributeError(
      "The \(event.rawValue) hook \(hook.object.kind) \(hook.object.name) (\(hook.object.path)) failed. \(text)", summary: "A hook failed", at: "chart")
  }

  private func run(_ hook: RenderedHook, _ created: inout Created) async throws {
    let manager = operation.objectManager()
    for object in try await objects.hook(hook) {
      let isDefinition = object.reference.kind.kind == "CustomResourceDefinition"
      if hook.deletePolicies.contains(.beforeHookCreation), !isDefinition {
        try await manager.delete(AppliedObject(reference: object.reference), progress: progress)
      }
      let result = try await manager.apply(object.manifest, prior: nil, progress: progress)
      created.objects.append(result.applied)
      switch object.reference.kind.kind {
      case "Job", "Pod":
        try await manager.awaitReady(
          object.reference, since: result.object, Self.end(of: object.reference.kind), timeout: operation.limit, progress: progress)
      case "CustomResourceDefinition":
        try await manager.awaitReady(object.reference, .ofKind, timeout: operation.limit, progress: progress)
        operation.client.forgetDiscovery()
      default: break
      }
    }
  }

  /// A pod is done when it succeeded, not when it runs.
  private static func end(of kind: GroupVersionKind) -> ReadinessCondition {
    guard kind.kind == "Pod", let succeeded = try? FieldExpectation("status.phase", matches: "^Succeeded$") else { return .ofKind }
    return ReadinessCondition(usesRuleOfKind: true, fields: [succeeded])
  }

  private func remove(_ created: Created) async throws {
    let manager = operation.objectManager()
    for object in created.objects.reversed() where object.reference.kind.kind != "CustomResourceDefinition" {
      try await manager.delete(object, progress: progress)
    }
  }
}
