import Kubernetes
import ProviderKit
import YAML

extension KindResource {
  func create(_ change: DynamicChange, _ context: Context<KubernetesAPI>) async throws -> DynamicValue {
    try await checkRoom(for: change, context)
    return try await apply(change, prior: nil, timeout: kind.timeout("create", change.configuration), context)
  }

  /// A new object cannot be made before the one that it replaces is gone, if both have the same name.
  private func checkRoom(for change: DynamicChange, _ context: Context<KubernetesAPI>) async throws {
    guard let old = KindNotes(context).applied, old.reference == kind.reference(of: change.planned), let client = context.provider.client,
      let live = try await client.get(old.reference), live.uid == old.uid, !live.isBeingDeleted
    else { return }
    throw AttributeError(
      "The object that is to be replaced has the same name, and is still there. With create_before_destroy a replacement needs another name: leave the name to generate_name, or let the old object be destroyed first.",
      summary: "\(old.reference.title) exists already", at: kind.namePath)
  }

  func update(_ change: DynamicChange, _ context: Context<KubernetesAPI>) async throws -> DynamicValue {
    let prior = try KindNotes(context).applied ?? AppliedObject(reference: reference(of: change.planned))
    return try await apply(change, prior: prior, timeout: kind.timeout("update", change.configuration), context)
  }

  private func apply(
    _ change: DynamicChange, prior: AppliedObject?, timeout: Duration, _ context: Context<KubernetesAPI>
  ) async throws -> DynamicValue {
    let notes = KindNotes(context)
    let configuration = change.configuration
    let manager = ObjectManager(try context.provider.requiredClient(), owner: owner(configuration, notes))
    let progress: @Sendable (String) -> Void = { [log = context.log] in log.info($0) }
    let metadata = change.planned.metadata
    let name = metadata["name"].string ?? configuration.generatedName(context.surroundings.random)
    do {
      let result = try await manager.apply(kind.manifest(of: configuration, name: name), prior: prior, progress: progress)
      for warning in result.warnings {
        context.warn("The cluster has something to say about \(result.applied.reference.title)", masked(warning, configuration))
      }
      notes.keep(result.applied.without(kind.secretPaths(configuration)))
      notes.setImported(false)
      var state = change.planned
      state["id"] = .string(kind.id(namespace: result.object.namespace, name: name))
      let applied = filled(state, from: result.object.json)
      guard let live = try await awaited(result, configuration, timeout, manager, saving: applied, context, progress) else { return applied }
      return filled(state, from: live.json)
    } catch {
      throw shown(error, change.planned)
    }
  }

  /// Waits for what the configuration wants to wait for, and gives the object as it is then; nil if there is nothing to wait for.
  private func awaited(
    _ result: ApplyResult, _ configuration: DynamicValue, _ timeout: Duration, _ manager: ObjectManager, saving state: DynamicValue,
    _ context: Context<KubernetesAPI>, _ progress: @Sendable (String) -> Void
  ) async throws -> KubernetesObject? {
    let condition = try kind.wait(configuration)
    let companion = kind.companion(configuration, result.applied.reference)
    if condition == nil, companion == nil { return nil }
    // What was applied is there, whatever comes of it.
    context.save(state)
    let notes = KindNotes(context)
    notes.setWaiting(true)
    var live: KubernetesObject?
    if let condition {
      live = try await manager.awaitReady(result.applied.reference, since: result.object, condition, timeout: timeout, progress: progress)
    }
    if let companion {
      try await context.poll(every: .milliseconds(500), for: timeout) {
        try await manager.client.get(companion) == nil ? .notYet("\(companion.title) is not there") : .ready(())
      }
    }
    notes.setWaiting(false)
    return try await manager.client.get(result.applied.reference) ?? live
  }

  // MARK: Read

  func read(_ current: DynamicValue, _ context: Context<KubernetesAPI>) async throws -> DynamicValue? {
    guard let client = context.provider.client else {
      context.warn(
        "\(title(current)) was not looked at", "\(context.provider.unavailability ?? "") What the state says of it may be old.")
      return current
    }
    let notes = KindNotes(context)
    let known = notes.applied
    let isMoved = known == nil && !current.metadata["uid"].isNull
    let current = isMoved ? kind.fields.withoutEmptyValues(current) : current
    let manager = ObjectManager(client, owner: owner(current, notes))
    do {
      let wanted = try known ?? AppliedObject(reference: reference(of: current))
      guard let found = try await manager.observe(wanted, ignoring: { context.provider.ignores($0) }) else {
        notes.forget()
        return nil
      }
      tell(found.drift, wanted.reference, context)
      notes.keep(found.applied)
      if known == nil {
        notes.setImported(true)
        notes.notePredecessors(of: found.live.json)
      }
      return state(after: current, known, found)
    } catch {
      throw shown(error, current)
    }
  }

  private func state(after current: DynamicValue, _ known: AppliedObject?, _ found: Observation) -> DynamicValue {
    let live = kind.prepare(found.live.json, current)
    let manifest = kind.prepare(found.manifest, current)
    if current.metadata["uid"].isNull {
      var state = kind.fields.state(of: manifest, in: live)
      state["id"] = .string(kind.id(namespace: found.live.namespace, name: found.live.name))
      return state
    }
    if let known { return kind.fields.observed(current, kind.prepare(known.manifest, current), manifest, live) }
    // It was applied by other means, and only the state says what of it is ours.
    let applied = JSONValue.object(kind.fields.manifest(of: current))
    return kind.fields.observed(current, applied, live, live)
  }

  /// Says who changed what. The values are in the plan.
  private func tell(_ drift: [DriftedField], _ reference: ObjectReference, _ context: Context<KubernetesAPI>) {
    if drift.isEmpty { return }
    let lines = drift.map { field in
      let what = field.found == nil ? "removed" : "changed"
      let who = field.manager.map { " by \($0)" } ?? ""
      return "\(field.path): \(what)\(who)\(field.time.map { " at \($0)" } ?? "")"
    }
    context.warn(
      "\(reference.title) was changed by others", lines.joined(separator: "\n"),
      at: kind.namePath)
  }

  // MARK: Delete

  func delete(_ current: DynamicValue, _ context: Context<KubernetesAPI>) async throws {
    let notes = KindNotes(context)
    let manager = ObjectManager(try context.provider.requiredClient(), owner: owner(current, notes))
    do {
      let applied = try notes.applied ?? AppliedObject(reference: reference(of: current), uid: current.metadata["uid"].string)
      try await manager.delete(applied) { [log = context.log] in log.info($0) }
    } catch {
      throw shown(error, current)
    }
  }
}

extension AppliedObject {
  /// What may be kept: without what is never stored.
  fileprivate func without(_ paths: [FieldPath]) -> AppliedObject {
    var kept = self
    for path in paths {
      kept.manifest.remove(path)
      kept.stored[path] = nil
    }
    return kept
  }
}
