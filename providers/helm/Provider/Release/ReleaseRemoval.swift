import Charts
import Kubernetes
import ProviderKit
import YAML

/// Takes a release out of the cluster: hooks, and objects the other way round than they were installed. What lies in `crds/` stays, and so
/// does what its chart wants to be kept.
struct ReleaseRemoval: Sendable {
  let operation: ReleaseOperation
  let kept: KeptRelease
  let deadline: Deadline
  let progress: @Sendable (String) -> Void

  func run() async throws {
    let hooks = try hooks()
    let runner = HookRunner(operation: operation, objects: ReleaseObjects(operation), progress: progress)
    if !operation.release.disableWebhooks { try await runner.run(hooks, .preDelete) }
    for wave in waves() {
      try deadline.check()
      let manager = operation.objectManager()
      let options = DeletionOptions(waits: operation.release.wait, timeout: deadline.limit(operation.limit))
      let progress = progress
      _ = try await wave.concurrently { object in try await manager.delete(object, options: options, progress: progress) }
    }
    if !operation.release.disableWebhooks { try await runner.run(hooks, .postDelete) }
  }

  private func hooks() throws -> [RenderedHook] {
    do throws(ChartError) {
      return try RenderedHook.hooks(ofManifests: kept.hooks).filter {
        !(operation.release.disableCrdHooks && $0.object.kind == "CustomResourceDefinition")
      }
    } catch {
      throw AttributeError("\(error)", summary: "The hooks of the release cannot be read")
    }
  }

  /// Objects of one kind at a time.
  private func waves() -> [[AppliedObject]] {
    var waves: [[AppliedObject]] = []
    let removed = kept.objects.filter { !$0.value.isDefinition && !ReleaseObject.isKept($0.value.applied.manifest) }
    for (_, object) in ReleaseApplication.removalOrder(removed) {
      if waves.last?.last?.reference.kind.kind == object.applied.reference.kind.kind {
        waves[waves.count - 1].append(object.applied)
      } else {
        waves.append([object.applied])
      }
    }
    return waves
  }
}
