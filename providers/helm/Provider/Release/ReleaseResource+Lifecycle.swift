import Charts
import Kubernetes
import ProviderKit
import YAML

extension ReleaseResource {
  mutating func create(_ context: Context<Helm>) async throws { try await apply(prior: nil, context) }

  mutating func update(from prior: ReleaseResource, _ context: Context<Helm>) async throws { try await apply(prior: prior, context) }

  // MARK: Applying

  private mutating func apply(prior: ReleaseResource?, _ context: Context<Helm>) async throws {
    let planned = PlannedRendering(context.privateState)
    context.privateState[PlannedRendering.stateKey] = nil
    if let planned, !planned.isNeeded, prior != nil { return }
    let client = try context.provider.shared.requiredClient()
    let operation = try ReleaseOperation(self, client, context)
    let kept = KeptRelease(context.privateState) ?? KeptRelease(salt: KeptRelease.newSalt(context.surroundings.random))
    let fetched = try await operation.charts.chart(chartRequest(pinned: pinnedVersion(planned)))
    let history = try await operation.store.history(name, namespace: operation.namespace)
    if planned == nil { client.forgetDiscovery() }
    let given = try operation.given(
      writeOnly: setWo ?? [], keepsWriteOnly: prior != nil && prior?.setWoRevision == setWoRevision, latest: history.last)
    let rendered: ReleaseOperation.Rendered
    if let planned {
      rendered = try await operation.render(fetched, given, planned.inputs)
      if rendered.digest != planned.digest {
        throw AttributeError(
          "The chart or its values are not those that were planned. Plan again.", summary: "Something changed since the plan was made", at: $chart.path)
      }
    } else {
      rendered = try await operation.desired(fetched, given, kept, history)
    }
    let limits = timeouts
    let limit = (prior == nil ? limits?.create : limits?.update).flatMap(TimeoutArguments.duration)
    var application = ReleaseApplication(
      operation, rendered, fetched, given, history: history, planned: planned, kept: kept, deadline: Deadline(limit, clock: context.clock),
      progress: { [log = context.log] in log.info($0) }, warn: { context.warn($0, $1) })
    do {
      try await application.run()
    } catch {
      let mask = operation.mask(given, application.kept)
      application.kept.save(to: context.privateState)
      if !application.kept.objects.isEmpty || prior != nil {
        var failed = self
        failed.take(application, prior: prior, isSuccess: false, context)
        context.save(failed)
      }
      throw mask.redacted(error)
    }
    application.kept.save(to: context.privateState)
    take(application, prior: prior, isSuccess: true, context)
  }

  /// What is written, where that is one version and not a range; else what was planned.
  private func pinnedVersion(_ planned: PlannedRendering?) -> String? {
    guard let planned, !planned.chartVersion.isEmpty else { return version }
    if let version, (try? ChartVersion(version)) != nil { return version }
    return planned.chartVersion
  }

  /// Sets what the provider says, by what was applied.
  private mutating func take(_ application: ReleaseApplication, prior: ReleaseResource?, isSuccess: Bool, _ context: Context<Helm>) {
    let operation = application.operation
    let mask = operation.mask(application.given, application.kept)
    let record = application.record
    id = name
    if $version.isUnknown || version == nil { version = application.fetched.chart.metadata.version }
    status = record.status.rawValue
    metadata = record.metadata(mask)
    if isSuccess {
      if $description.isUnknown || description == nil { description = record.description }
    } else {
      description = prior?.description ?? record.description
    }
    var actual: [String: DynamicValue] = isSuccess ? [:] : prior?.objects.attributes ?? [:]
    actual = actual.filter { application.kept.objects[$0.key] != nil }
    for (key, value) in application.shown where application.kept.objects[key] != nil {
      actual[key] = DynamicValue(json: mask.masked(object: value))
    }
    objects = isSuccess ? objects.settled(by: .object(actual)) : .object(actual)
    if $hooks.isUnknown || !isSuccess { hooks = DynamicValue(json: operation.shownHooks(application.rendered.chart, mask)) }
    guard context.provider.shared.showsManifest else { return (manifest, resources) = (nil, nil) }
    if !isSuccess || $manifest.isUnknown || $resources.isUnknown {
      let written = application.kept.objects.sorted { $0.key < $1.key }.map {
        ReleaseObject(reference: $0.value.applied.reference, manifest: $0.value.applied.manifest, path: "", isDefinition: $0.value.isDefinition)
      }
      let shown = operation.shownManifest(written, mask)
      (manifest, resources) = (shown.manifest, shown.resources)
    }
  }

  // MARK: Reading

  mutating func read(_ context: Context<Helm>) async throws -> Existence {
    let client = try context.provider.shared.requiredClient()
    let operation = try ReleaseOperation(self, client, context)
    namespace = operation.namespace
    let history = try await operation.store.history(name, namespace: operation.namespace)
    let latest = history.last
    var kept = KeptRelease(context.privateState) ?? KeptRelease(salt: KeptRelease.newSalt(context.surroundings.random))
    if kept.objects.isEmpty, let latest, latest.status != .uninstalled {
      try await adopt(latest, operation, &kept)
    }
    let found = try await observe(operation, &kept)
    kept.save(to: context.privateState)
    context.provider.shared.ledger.note(operation.title, kept)
    let isRecorded = latest.map { $0.status != .uninstalled } ?? false
    if !isRecorded, found.isEmpty { return .gone }
    let mask = SecretMask(salt: kept.salt, secrets: kept.secrets.union((setSensitive ?? []).map(\.value)))
    id = name
    objects = .object(
      found.mapValues { DynamicValue(json: mask.masked(object: $0)) })
    if let latest, isRecorded {
      status = latest.status.rawValue
      var read = latest.metadata(mask)
      // What is write-only is on record, and must not come back from there.
      if setWoRevision != nil { read.values = metadata?.values ?? "{}" }
      metadata = read
      description = latest.description
      takeVersion(latest)
      if chart.isEmpty { chart = latest.chart }
    } else if context.provider.shared.records != .memory {
      status = ReleaseRecord.Status.unknown.rawValue
    }
    if $hooks.isNull { hooks = .object([:]) }
    return .exists
  }

  /// What is on record counts where the version is one, and not a range.
  private mutating func takeVersion(_ latest: ReleaseRecord) {
    func plain(_ text: String) -> String { text.hasPrefix("v") ? String(text.dropFirst()) : text }
    if let known = version, !known.isEmpty, plain(known) == plain(latest.chartVersion) || (try? ChartVersion(known)) == nil { return }
    version = latest.chartVersion
  }

  /// Takes the objects from a record, of a release that was not applied from here.
  private func adopt(_ record: ReleaseRecord, _ operation: ReleaseOperation, _ kept: inout KeptRelease) async throws {
    for source in try RenderedObject.objects(ofManifest: record.manifest) {
      for value in ReleaseObjects.items(source.value) {
        let object = KubernetesObject(value)
        guard !object.name.isEmpty, let resource = try await operation.client.resource(for: object.groupVersionKind) else { continue }
        let reference = Kubernetes.ObjectReference(
          object.groupVersionKind, namespace: resource.isNamespaced ? object.namespace ?? operation.namespace : nil, name: object.name)
        kept.objects[ReleaseObject.key(reference)] = KeptRelease.Object(
          applied: AppliedObject(reference: reference), isShownAsWritten: false, isDefinition: false)
      }
    }
    kept.hooks = record.hooks.compactMap { $0["manifest"]?.asString }
  }

  /// What became of each object. Those that are gone are forgotten.
  private func observe(_ operation: ReleaseOperation, _ kept: inout KeptRelease) async throws -> [String: JSONValue] {
    let manager = operation.objectManager()
    let observations = try await kept.objects.map { ($0.key, $0.value.applied) }.concurrently { key, applied in
      (key, try await manager.observe(applied))
    }
    var found: [String: JSONValue] = [:]
    for (key, observation) in observations {
      guard let observation, let object = kept.objects[key] else {
        kept.objects[key] = nil
        continue
      }
      kept.objects[key]?.applied = observation.applied
      found[key] = object.isShownAsWritten ? observation.manifest : observation.object.showing(observation.drift)
    }
    return found
  }

  // MARK: Deleting

  func delete(_ context: Context<Helm>) async throws {
    let client = try context.provider.shared.requiredClient()
    let operation = try ReleaseOperation(self, client, context)
    var history = try await operation.store.history(name, namespace: operation.namespace)
    if context.provider.shared.ledger.takeContinuation(operation.title), !history.wasInstalled {
      context.log.info("the release \(operation.title) is not removed: its installation goes on")
      return
    }
    let kept = KeptRelease(context.privateState) ?? KeptRelease(salt: "")
    let deadline = Deadline(timeouts?.delete.flatMap(TimeoutArguments.duration), clock: context.clock)
    let removal = ReleaseRemoval(operation: operation, kept: kept, deadline: deadline) { [log = context.log] in log.info($0) }
    if var latest = history.popLast() {
      latest.status = .uninstalling
      latest.description = "Deletion in progress (or silently failed)"
      try await operation.store.write(&latest)
      history.append(latest)
    }
    try await removal.run()
    for record in history { try await operation.store.delete(record) }
  }

  // MARK: Importing

  mutating func importObject(id: String, _ context: Context<Helm>) async throws {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let last = parts.last, !last.isEmpty, parts.count == 1 || !parts[0].isEmpty else {
      throw AttributeError("The id must be NAMESPACE/NAME, or NAME for the namespace default; it is \"\(id)\".", summary: "Wrong id")
    }
    // What nobody said has its defaults.
    self = ReleaseResource()
    name = last
    namespace = parts.count == 2 ? parts[0] : "default"
    let client = try context.provider.shared.requiredClient()
    let store = RecordStore(
      client: client, driver: context.provider.shared.records, manager: ReleaseOperation.manager, now: context.surroundings.now)
    guard let latest = try await store.history(last, namespace: namespace ?? "default").last, latest.status != .uninstalled else {
      throw AttributeError(
        "There is no release \(last) in the namespace \(namespace ?? "default").", summary: "Cannot import non-existent remote object")
    }
    chart = latest.chart
    version = latest.chartVersion
    values = latest.values.isEmpty ? nil : [YAML.text(.object(latest.values))]
  }
}

extension JSONValue {
  /// An object with what others made of our fields: they own these now.
  fileprivate func showing(_ drift: [DriftedField]) -> JSONValue {
    drift.reduce(into: self) { object, field in
      if let found = field.found { object.set(field.path, to: found) }
    }
  }
}

extension ReleaseRecord {
  func metadata(_ mask: SecretMask) -> ReleaseMetadata {
    var metadata = ReleaseMetadata()
    metadata.name = name
    metadata.namespace = namespace
    metadata.chart = chart
    metadata.version = chartVersion
    metadata.appVersion = appVersion
    metadata.revision = revision
    metadata.notes = mask.masked(notes)
    metadata.values = mask.masked(JSONValue.object(values)).jsonText()
    metadata.firstDeployed = firstDeployed.flatMap(RecordTime.seconds) ?? 0
    metadata.lastDeployed = lastDeployed.flatMap(RecordTime.seconds) ?? 0
    return metadata
  }
}
