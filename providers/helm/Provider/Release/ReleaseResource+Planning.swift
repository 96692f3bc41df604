import Charts
import Kubernetes
import ProviderKit
import YAML

extension ReleaseResource {
  mutating func plan(_ change: inout PlannedChange<ReleaseResource>, _ context: Context<Helm>) async throws {
    if change.configuration.$namespace.isNull, change.prior == nil {
      namespace = context.environment["HELM_NAMESPACE"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
    }
    if let name = $name.known { id = name }
    guard !hasUnknownArguments(change.configuration) else { return planUnknown(change) }
    let shared = context.provider.shared
    switch shared.connection {
    case .none: _ = try shared.requiredClient()
    case .absent(let reason):
      guard change.isCreation else { return _ = try shared.requiredClient() }
      if context.isDeferralAllowed { throw Deferral(.absentPrerequisite, reason) }
      context.warn("There is no cluster yet", "\(reason) What the release \(name) consists of is seen when it is applied.")
      try await planWithoutCluster(change, context)
    case .unknown:
      context.warn("The cluster is not known yet", "What the release \(name) consists of is seen when it is applied.")
      try await planWithoutCluster(change, context)
    case .client(let client):
      do {
        try await plan(change, client, context)
      } catch let failure as ClusterFailure where failure.kind == .unreachable && change.isCreation {
        if context.isDeferralAllowed { throw Deferral(.absentPrerequisite, "\(failure)") }
        context.warn("The cluster cannot be asked yet", "\(failure)\nWhat the release \(name) consists of is seen when it is applied.")
        try await planWithoutCluster(change, context)
      }
    }
  }

  /// Whether something of the configuration is not known yet. Then hosts plan again when it is, so that nothing is promised before.
  private func hasUnknownArguments(_ configuration: ReleaseResource) -> Bool {
    $name.isUnknown || $namespace.isUnknown || $chart.isUnknown || $repository.isUnknown || configuration.$version.isUnknown || $devel.isUnknown
      || $repositoryUsername.isUnknown || $repositoryPassword.isUnknown || $repositoryCAFile.isUnknown || $repositoryCertFile.isUnknown
      || $repositoryKeyFile.isUnknown || $passCredentials.isUnknown || $dependencyUpdate.isUnknown || $verify.isUnknown || $keyring.isUnknown
      || $values.isUnknown || $set.isUnknown || $setList.isUnknown || $setSensitive.isUnknown || configuration.$setWo.isUnknown
      || $setWoRevision.isUnknown || $reuseValues.isUnknown || $resetValues.isUnknown || $postrender.isUnknown
      || hasUnknownSettings(configuration)
  }

  private func hasUnknownSettings(_ configuration: ReleaseResource) -> Bool {
    $createNamespace.isUnknown || $atomic.isUnknown || $cleanupOnFail.isUnknown || $forceUpdate.isUnknown || $recreatePods.isUnknown
      || $replace.isUnknown || $upgradeInstall.isUnknown || $takeOwnership.isUnknown || $skipCrds.isUnknown || $disableWebhooks.isUnknown
      || $disableCrdHooks.isUnknown || $disableOpenapiValidation.isUnknown || $lint.isUnknown || $wait.isUnknown || $waitForJobs.isUnknown
      || $timeout.isUnknown || $timeouts.isUnknown || $maxHistory.isUnknown || $renderSubchartNotes.isUnknown
      || configuration.$description.isUnknown
  }

  /// A plan of what cannot be rendered yet.
  private mutating func planUnknown(_ change: PlannedChange<ReleaseResource>) {
    if change.configuration.$version.isNull { $version.makeUnknown() }
    if change.configuration.$description.isNull { $description.makeUnknown() }
    $status.makeUnknown()
    $metadata.makeUnknown()
    $manifest.makeUnknown()
    $resources.makeUnknown()
    $objects.makeUnknown()
    $hooks.makeUnknown()
  }

  private mutating func planWithoutCluster(_ change: PlannedChange<ReleaseResource>, _ context: Context<Helm>) async throws {
    planUnknown(change)
    let fetched = try await context.provider.shared.requiredLibrary().chart(chartRequest(pinned: pinnedVersion(change)))
    if change.configuration.$version.isNull { version = fetched.chart.metadata.version }
  }

  /// The version that is looked for: what is written, else what the release has, as long as it is the same chart.
  private func pinnedVersion(_ change: PlannedChange<ReleaseResource>) -> String? {
    if let written = change.configuration.$version.known { return written }
    guard let prior = change.prior, prior.$chart.known == chart, prior.$repository.known == $repository.known,
      prior.$devel.known == $devel.known
    else { return nil }
    return prior.$version.known
  }

  private mutating func plan(_ change: PlannedChange<ReleaseResource>, _ client: ClusterClient, _ context: Context<Helm>) async throws {
    let shared = context.provider.shared
    let fetched = try await shared.requiredLibrary().chart(chartRequest(pinned: pinnedVersion(change)))
    if fetched.chart.metadata.isDeprecated { context.warn("The chart \(fetched.chart.name) is deprecated", "It is no longer looked after.", at: $chart.path) }
    if change.configuration.$version.isNull { version = fetched.chart.metadata.version }
    let operation = try ReleaseOperation(self, client, context)
    var history = try await operation.store.history(name, namespace: operation.namespace)
    var known = change.prior == nil ? nil : KeptRelease(context.privateState)
    // What is in the state and is to be made all the same is to be made anew; but a first installation that failed is gone on with, where
    // this process will be asked to remove it before.
    var isReplacement = false
    if change.prior == nil, let kept = shared.ledger.kept(operation.title) {
      if context.isDeferralAllowed, !history.isEmpty, !history.wasInstalled {
        known = kept
        shared.ledger.noteContinuation(operation.title)
      } else {
        isReplacement = true
        history = []
      }
    }
    try checkAdoption(change, history, context)
    let given = try operation.given(
      writeOnly: change.configuration.setWo ?? [],
      keepsWriteOnly: change.prior != nil && change.prior?.$setWoRevision.known == $setWoRevision.known, latest: history.last)
    let planning = ReleasePlanning(
      operation: operation, fetched: fetched, given: given, history: history, known: known,
      kept: known ?? KeptRelease(salt: KeptRelease.newSalt(context.surroundings.random)), isBinding: context.isDeferralAllowed,
      isReplacement: isReplacement)
    do {
      let plan = try await planning.plan(priorStatus: change.prior?.$status.known)
      for (title, text) in plan.warnings { context.warn(title, text) }
      planning.kept.save(to: context.privateState)
      context.privateState[PlannedRendering.stateKey] = nil
      plan.rendering?.save(to: context.privateState)
      try take(plan, planning, change, context)
    } catch {
      throw planning.mask.redacted(error)
    }
  }

  /// Sets what the provider says, by what is planned.
  private mutating func take(
    _ plan: ReleasePlanning.Plan, _ planning: ReleasePlanning, _ change: PlannedChange<ReleaseResource>, _ context: Context<Helm>
  ) throws {
    guard let rendering = plan.rendering else { return planUnknown(change) }
    guard rendering.isNeeded else { return keepComputed(of: change) }
    let (operation, mask) = (planning.operation, planning.mask)
    if plan.variation.isInNames {
      $objects.makeUnknown()
    } else {
      objects = planning.objects.shown(
        plan.outcomes, before: change.prior?.objects ?? .null, plan.variation, showsWritten: planning.isBinding)
    }
    hooks = DynamicValue(json: operation.shownHooks(plan.rendered.chart, mask)).with(unknown: plan.variation.hooks)
    status = ReleaseRecord.Status.deployed.rawValue
    if change.configuration.$description.isNull { description = planning.history.wasInstalled ? "Upgrade complete" : "Install complete" }
    metadata = planning.metadata(plan, prior: change.prior?.$metadata.known)
    (manifest, resources) = (nil, nil)
    guard context.provider.shared.showsManifest else { return }
    let shown = operation.shownManifest(plan.outcomes.map(\.object), mask)
    if SecretMask.isOpen(shown.manifest) || !plan.variation.isEmpty {
      $manifest.makeUnknown()
      $resources.makeUnknown()
    } else {
      (manifest, resources) = (shown.manifest, shown.resources)
    }
  }

  /// Nothing is asked of the cluster: all that the provider says stays as it is.
  private mutating func keepComputed(of change: PlannedChange<ReleaseResource>) {
    guard let prior = change.prior else { return }
    status = prior.status
    $metadata = prior.$metadata
    manifest = prior.manifest
    resources = prior.resources
    objects = prior.objects
    hooks = prior.hooks
    if change.configuration.$description.isNull { description = prior.description }
  }

  /// Whether there is a release of the name that is not to be touched.
  private func checkAdoption(_ change: PlannedChange<ReleaseResource>, _ history: [ReleaseRecord], _ context: Context<Helm>) throws {
    guard change.prior == nil, let latest = history.last, latest.status != .uninstalled else { return }
    if latest.status == .deployed, !upgradeInstall, !replace {
      throw AttributeError(
        "The cluster has a release \(name) in the namespace \(latest.namespace): \(latest.chart) \(latest.chartVersion), revision \(latest.revision). Import it as \"\(latest.namespace)/\(name)\", or set upgrade_install = true to take it over.",
        summary: "There is a release of this name already", at: $name.path)
    }
    context.warn(
      "A release is taken over",
      "The cluster has a release \(name) in the namespace \(latest.namespace), revision \(latest.revision), whose status is \(latest.status.rawValue). It is continued.")
  }
}
