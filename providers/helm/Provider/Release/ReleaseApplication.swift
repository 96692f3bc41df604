import Charts
import Kubernetes
import ProviderKit
import YAML

/// Applies one revision of a release: definitions, hooks, objects in waves, waiting, what is no longer wanted, and the records.
///
/// Whatever happens, `kept` and `record` say how far it came.
struct ReleaseApplication: Sendable {
  let operation: ReleaseOperation
  let rendered: ReleaseOperation.Rendered
  let fetched: FetchedChart
  let given: GivenValues
  let history: [ReleaseRecord]
  let planned: PlannedRendering?
  /// The time that all may take.
  let deadline: Deadline
  let progress: @Sendable (String) -> Void
  let warn: @Sendable (String, String) -> Void

  private(set) var kept: KeptRelease
  private(set) var record: ReleaseRecord
  /// What the cluster made of the objects.
  private(set) var shown: [String: JSONValue] = [:]
  /// Which objects this revision made, and which it found as they were before.
  private var created: [String] = []
  private let before: KeptRelease
  private var hookRuns: [String: HookRun] = [:]

  init(
    _ operation: ReleaseOperation, _ rendered: ReleaseOperation.Rendered, _ fetched: FetchedChart, _ given: GivenValues,
    history: [ReleaseRecord], planned: PlannedRendering?, kept: KeptRelease, deadline: Deadline,
    progress: @escaping @Sendable (String) -> Void, warn: @escaping @Sendable (String, String) -> Void
  ) {
    self.operation = operation
    self.rendered = rendered
    self.fetched = fetched
    self.given = given
    self.history = history
    self.planned = planned
    self.deadline = deadline
    self.progress = progress
    self.warn = warn
    self.kept = kept
    before = kept
    record = ReleaseRecord(
      name: operation.release.name, namespace: operation.namespace, revision: (history.last?.revision ?? 0) + 1, chart: fetched.chart.record,
      values: given.values)
    record.labels = history.last?.labels ?? [:]
    record.manifest = rendered.chart.objectManifest
    record.notes = operation.notes(rendered.chart)
    let now = RecordTime.text(operation.surroundings.now())
    record.setDeployed(first: history.first(where: { $0.firstDeployed != nil })?.firstDeployed ?? now, last: now)
    record.status = isUpgrade ? .pendingUpgrade : .pendingInstall
    record.description = isUpgrade ? "Preparing upgrade" : "Initial install underway"
    noteHooks()
  }

  /// What is done; templates may have been told something else when they were last rendered.
  private var isUpgrade: Bool { history.wasInstalled }
  private var release: ReleaseResource { operation.release }

  // MARK: The whole

  mutating func run() async throws {
    kept.inputs = rendered.inputs
    kept.digest = rendered.digest
    kept.hooks = rendered.chart.hooks.map(\.object.text)
    kept.secrets = given.secrets
    try await makeNamespace()
    try await operation.store.write(&record)
    do {
      try await applyAll()
    } catch {
      await fail(error)
      throw error
    }
    record.status = .deployed
    record.description = release.description ?? (isUpgrade ? "Upgrade complete" : "Install complete")
    try await operation.store.write(&record)
    try await operation.store.supersede(history, by: record.revision)
    try await operation.store.prune(record.name, namespace: record.namespace, countMax: release.maxHistory)
  }

  private mutating func applyAll() async throws {
    let hooks = operation.hooks(rendered.chart)
    let all = ReleaseObjects(release: release.name, namespace: operation.namespace, client: operation.client, chart: rendered.chart)
    let runner = HookRunner(operation: operation, objects: all, progress: progress)
    let definitions = try await all.all(rendered.chart, skipsDefinitions: release.skipCrds).objects.filter(\.isDefinition)
    try await apply(definitions)
    try await run(runner, hooks, isUpgrade ? .preUpgrade : .preInstall)
    // Hooks and definitions may have made kinds known.
    let objects = try await all.all(rendered.chart, skipsDefinitions: true).objects
    for wave in Self.waves(objects) { try await apply(wave) }
    try await prune(keeping: Set((definitions + objects).map(\.key)))
    if isUpgrade, release.recreatePods { try await PodRemoval(operation: operation).run(objects) }
    if release.wait || release.atomic { try await awaitReady(objects) }
    try await run(runner, hooks, isUpgrade ? .postUpgrade : .postInstall)
  }

  private mutating func run(_ runner: HookRunner, _ hooks: [RenderedHook], _ event: RenderedHook.Event) async throws {
    try deadline.check()
    var runs: [String: HookRun] = [:]
    defer {
      hookRuns.merge(runs) { $1 }
      noteHooks()
    }
    try await runner.run(hooks, event) { hook, run in runs[Self.key(hook)] = run }
  }

  private static func key(_ hook: RenderedHook) -> String { "\(hook.object.path) \(hook.object.kind) \(hook.object.name)" }

  private mutating func noteHooks() { record.hooks = rendered.chart.hooks.map { $0.record(lastRun: hookRuns[Self.key($0)]) } }

  private func makeNamespace() async throws {
    guard release.createNamespace else { return }
    let reference = Kubernetes.ObjectReference(GroupVersionKind(apiVersion: "v1", kind: "Namespace"), name: operation.namespace)
    if let live = try await operation.client.get(reference), !live.isBeingDeleted { return }
    let manifest: JSONValue = [
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": ["name": .string(operation.namespace), "labels": ["name": .string(operation.namespace)]],
    ]
    _ = try await operation.objectManager().apply(manifest, prior: nil, progress: progress)
  }

  // MARK: Objects

  /// Objects of one kind at a time, in the order of installation.
  static func waves(_ objects: [ReleaseObject]) -> [[ReleaseObject]] {
    var waves: [[ReleaseObject]] = []
    for object in objects {
      if waves.last?.last?.reference.kind.kind == object.reference.kind.kind {
        waves[waves.count - 1].append(object)
      } else {
        waves.append([object])
      }
    }
    return waves
  }

  private struct Applied: Sendable {
    var object: ReleaseObject
    var result: Result<ApplyResult, any Error>
  }

  private mutating func apply(_ wave: [ReleaseObject]) async throws {
    if wave.isEmpty { return }
    try deadline.check()
    let (kept, progress) = (kept, progress)
    let planning = ObjectPlanning(operation: operation, kept: kept, mask: operation.mask(given, kept))
    let replaced = planned?.replaced ?? []
    // Errors are looked at when all are through, so that nothing is forgotten that was applied.
    let results = try await wave.concurrently { object in
      do {
        return Applied(object: object, result: .success(try await Self.apply(object, planning, replaced.contains(object.key), progress)))
      } catch {
        return Applied(object: object, result: .failure(error))
      }
    }
    var problems: [any Error] = []
    for item in results {
      switch item.result {
      case .success(let result): note(item.object, result)
      case .failure(let error): problems.append(Self.problem(item.object, error))
      }
    }
    if let cancelled = problems.first(where: { $0 is CancellationError }) { throw cancelled }
    if problems.count > 1 { throw AttributeErrors(problems.compactMap { $0 as? AttributeError }) }
    if let problem = problems.first { throw problem }
    if wave.contains(where: { $0.reference.kind.kind == "CustomResourceDefinition" }) {
      try await awaitDefinitions(wave)
    }
  }

  private static func apply(
    _ object: ReleaseObject, _ planning: ObjectPlanning, _ isReplaced: Bool, _ progress: @Sendable (String) -> Void
  ) async throws -> ApplyResult {
    let prior = planning.kept.objects[object.key]?.applied
    let others = prior == nil ? try await planning.othersFields(of: object) : []
    let manager = planning.operation.objectManager(others: others)
    guard isReplaced else { return try await manager.apply(object.manifest, prior: prior, progress: progress) }
    return try await manager.replace(object.manifest, prior: prior ?? AppliedObject(reference: object.reference), progress: progress)
  }

  private mutating func note(_ object: ReleaseObject, _ result: ApplyResult) {
    let key = object.key
    if result.wasCreated, before.objects[key] == nil { created.append(key) }
    let isWritten = planned?.written.contains(key) ?? false
    kept.objects[key] = KeptRelease.Object(applied: result.applied, isShownAsWritten: isWritten, isDefinition: object.isDefinition)
    shown[key] = isWritten ? object.manifest : result.object.json.cleaned(for: ReleaseOperation.manager)
    for warning in result.warnings { warn(key, warning) }
  }

  private static func problem(_ object: ReleaseObject, _ error: any Error) -> any Error {
    switch error {
    case let error as ObjectError: ObjectPlanning.problem(object, error.message, summary: error.summary)
    case is AttributeError, is CancellationError: error
    default: ObjectPlanning.problem(object, "\(error)")
    }
  }

  private func awaitDefinitions(_ wave: [ReleaseObject]) async throws {
    let manager = operation.objectManager()
    let (limit, progress) = (deadline.limit(operation.limit), progress)
    _ = try await wave.filter { $0.reference.kind.kind == "CustomResourceDefinition" }.concurrently { object in
      try await manager.awaitReady(object.reference, .ofKind, timeout: limit, progress: progress)
    }
    operation.client.forgetDiscovery()
  }

  /// Deletes what the release had and no longer has, the last first.
  private mutating func prune(keeping names: Set<String>) async throws {
    let surplus = kept.objects.filter { !names.contains($0.key) && !$0.value.isDefinition }
    for (key, object) in Self.removalOrder(surplus) {
      try deadline.check()
      if !ReleaseObject.isKept(object.applied.manifest) {
        progress("removing \(key), which the chart no longer has")
        try await operation.objectManager().delete(object.applied, options: DeletionOptions(waits: release.wait), progress: progress)
      }
      kept.objects[key] = nil
    }
  }

  /// The other way round than they are installed.
  static func removalOrder(_ objects: [String: KeptRelease.Object]) -> [(key: String, value: KeptRelease.Object)] {
    objects.sorted { one, two in
      let (first, second) = (one.value.applied.reference.kind.kind, two.value.applied.reference.kind.kind)
      if InstallOrder.precedes(first, second) { return false }
      return InstallOrder.precedes(second, first) || one.key < two.key
    }
  }

  private func awaitReady(_ objects: [ReleaseObject]) async throws {
    let manager = operation.objectManager()
    let waited = objects.filter { $0.reference.kind.kind != "Job" || release.waitForJobs }
    let (limit, progress) = (deadline.limit(operation.limit), progress)
    _ = try await waited.concurrently(64) { object in
      do {
        try await manager.awaitReady(object.reference, .ofKind, timeout: limit, progress: progress)
      } catch {
        throw Self.problem(object, error)
      }
    }
  }

  // MARK: Failing

  /// Writes down that the revision failed, and undoes it as far as that is wanted. Not even who stops the program stops that.
  private mutating func fail(_ error: any Error) async {
    var text = (error as? AttributeError)?.message ?? (error as? AttributeErrors)?.errors.first?.message ?? "\(error)"
    if error is CancellationError { text = "it was stopped" }
    record.status = .failed
    let mask = operation.mask(given, kept)
    record.description = "\(isUpgrade ? "Upgrade" : "Install") \"\(record.name)\" failed: \(mask.redacted(text).prefix(500))"
    let copy = self
    self = await Task { await copy.undone() }.value
  }

  private func undone() async -> ReleaseApplication {
    var result = self
    do {
      if history.isEmpty, kept.objects.isEmpty {
        // There is nothing that a record could be of.
        try await operation.store.delete(record)
        return result
      }
      try await operation.store.write(&result.record)
      if release.atomic || release.cleanupOnFail { try await result.undo() }
    } catch {
      warn("The release could not be cleaned up", "\(error)")
    }
    return result
  }

  private mutating func undo() async throws {
    let manager = operation.objectManager()
    for key in created.reversed() {
      guard let object = kept.objects[key], !object.isDefinition else { continue }
      progress("removing \(key), because the release failed")
      try await manager.delete(object.applied, progress: progress)
      kept.objects[key] = nil
    }
    guard release.atomic else { return }
    if before.objects.isEmpty {
      try await operation.store.delete(record)
      for (key, object) in Self.removalOrder(kept.objects) where !object.isDefinition {
        try await manager.delete(object.applied, progress: progress)
        kept.objects[key] = nil
      }
      return
    }
    try await rollBack(manager)
  }

  /// Applies what was there before, as a revision of its own.
  private mutating func rollBack(_ manager: ObjectManager) async throws {
    guard let last = history.last(where: { $0.status == .deployed }) else { return }
    for (key, object) in before.objects.sorted(by: { $0.key < $1.key }) where !object.isDefinition && !object.applied.manifest.isNull {
      let result = try await manager.apply(object.applied.manifest, prior: kept.objects[key]?.applied, progress: progress)
      var restored = object
      restored.applied = result.applied
      kept.objects[key] = restored
    }
    var rollback = ReleaseRecord(json: last.json)
    rollback.labels = last.labels
    rollback.json["version"] = .integer(Int64(record.revision + 1))
    rollback.setDeployed(first: last.firstDeployed ?? "", last: RecordTime.text(operation.surroundings.now()))
    rollback.description = "Rollback to \(last.revision)"
    try await operation.store.write(&rollback)
    try await operation.store.supersede(history, by: rollback.revision)
    kept.inputs = before.inputs
    kept.digest = before.digest
    kept.hooks = before.hooks
    record = rollback
  }
}

/// How long a step may take as a whole.
struct Deadline: Sendable {
  private let whole: Duration?
  private let elapsed: @Sendable () -> Duration

  /// - Parameter whole: nil for as long as its parts take.
  init(_ whole: Duration?, clock: any Clock<Duration>) {
    self.whole = whole
    elapsed = Self.stopwatch(clock)
  }

  private static func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
  }

  func check() throws {
    if let whole, elapsed() >= whole {
      throw AttributeError("It took longer than \(whole).", summary: "The time is over", at: "timeouts")
    }
  }

  /// What is left for a part that may take so long.
  func limit(_ part: Duration) -> Duration { whole.map { min(part, max($0 - elapsed(), .zero)) } ?? part }
}

/// Deletes the pods of workloads, which then make new ones.
struct PodRemoval: Sendable {
  let operation: ReleaseOperation

  func run(_ objects: [ReleaseObject]) async throws {
    for object in objects where ["Deployment", "StatefulSet", "DaemonSet"].contains(object.reference.kind.kind) {
      guard let labels = object.manifest[path: ["spec", "selector", "matchLabels"]]?.asObject, !labels.isEmpty else { continue }
      let selector = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.asString ?? "")" }.joined(separator: ",")
      let pods = try await operation.client.list(
        GroupVersionKind(apiVersion: "v1", kind: "Pod"), namespace: object.reference.namespace, labels: selector, fields: nil)
      for pod in pods {
        guard let reference = pod.reference else { continue }
        _ = try await operation.client.delete(reference, propagation: .background, uid: pod.uid)
      }
    }
  }
}
