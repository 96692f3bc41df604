import Kubernetes
import ProviderKit
import YAML

extension Manifest {
  mutating func plan(_ change: inout PlannedChange<Manifest>, _ context: Context<KubernetesAPI>) async throws {
    guard $manifest.isKnown else {
      // What the object will be is not known; whether it will be another one is.
      if let prior = change.prior, isAnotherObject(than: prior) { change.requireReplacement($manifest.path) }
      return
    }
    let json = JSONValue(manifest)
    context.provider.definitions.note(json)
    if let prior = change.prior {
      if isAnotherObject(than: prior) { return change.requireReplacement($manifest.path) }
      if json.withoutNulls.isSame(as: JSONValue(prior.manifest).withoutNulls), prior.managerName == managerName {
        // Only how it is applied or waited for changes.
        if change.configuration.$object.isNull { object = prior.object }
        if Self.isWaiting(context.privateState) { $object.makeUnknown() }
        return
      }
    }
    if $fieldManager.isUnknown || !($fieldManager.known ?? []).allSatisfy({ $0.dynamicValue.isWhollyKnown }) { return }
    if $skipValidation.isUnknown || $skipValidation.known == true { return }
    guard let client = context.provider.client else { return }
    let prior = change.prior
    let manager = ObjectManager(client, owner: owner(after: prior))
    do {
      let plan = try await manager.plan(json, prior: Self.applied(context.privateState))
      use(plan, &change, context)
    } catch let failure as ClusterFailure {
      try planWithoutCluster(failure, json, prior, context)
    } catch {
      throw shown(error)
    }
  }

  private mutating func use(_ plan: ObjectPlan, _ change: inout PlannedChange<Manifest>, _ context: Context<KubernetesAPI>) {
    for warning in plan.warnings { context.warn("The cluster has something to say about \(title)", masked(warning), at: $manifest.path) }
    if !plan.replacement.isEmpty, let prior = change.prior {
      for field in plan.replacement {
        change.requireReplacement(place(of: field.field, changedFrom: prior.manifest))
        context.log.info("must be replaced", ["object": title, "field": field.field, "reason": masked(field.message)])
      }
      let fields = plan.replacement.map { "\($0.field): \(masked($0.message))" }.joined(separator: "\n")
      context.warn("\(title) must be replaced", "The cluster does not change these fields of an object that is there:\n\(fields)", at: $manifest.path)
      return
    }
    guard let planned = plan.object, change.configuration.$object.isNull else { return }
    object = DynamicValue(Self.shownObject(planned)).unknown(at: plan.volatile + ignoredPaths(in: planned))
  }

  /// Where there is no cluster to ask, or no such kind: it is asked later.
  private func planWithoutCluster(
    _ failure: ClusterFailure, _ json: JSONValue, _ prior: Manifest?, _ context: Context<KubernetesAPI>
  ) throws {
    switch failure.kind {
    case .kindMissing:
      let wanted = try WantedObject(json)
      if let schema = context.provider.definitions.schema(for: wanted.kind) {
        do { try wanted.check(against: schema) } catch { throw shown(error) }
      }
      if context.isDeferralAllowed { throw Deferral(.absentPrerequisite, "The cluster does not know the kind \(wanted.kind) yet.") }
    case .unreachable where prior == nil:
      if context.isDeferralAllowed { throw Deferral(.absentPrerequisite, failure.description) }
      context.warn("\(title) is checked when it is applied", failure.description, at: $manifest.path)
    default: throw shown(failure)
    }
  }

  // MARK: Which object

  var managerName: String { $fieldManager.known?.first?.name ?? ObjectOwner().manager }

  /// The owner, to whom the fields belong that were applied under an earlier name.
  func owner(after prior: Manifest?) -> ObjectOwner {
    var owner = owner
    if let prior, prior.managerName != owner.manager { owner.predecessors.insert(prior.managerName) }
    return owner
  }

  /// Whether the manifest is of another object. Another version of the same API is the same object.
  private func isAnotherObject(than prior: Manifest) -> Bool {
    let old = prior.manifest
    func differs(_ one: DynamicValue, _ other: DynamicValue) -> Bool { one.isUnknown || one.string ?? "" != other.string ?? "" }
    if manifest.isUnknown || manifest["metadata"].isUnknown { return true }
    if differs(manifest["kind"], old["kind"]) || differs(manifest["metadata"]["name"], old["metadata"]["name"]) { return true }
    if manifest["apiVersion"].isUnknown || group(of: manifest) != group(of: old) { return true }
    // The manifest may leave out the namespace that there is by default.
    let (now, before) = (manifest["metadata"]["namespace"], old["metadata"]["namespace"])
    return now.isUnknown || now.string ?? "default" != before.string ?? "default"
  }

  private func group(of manifest: DynamicValue) -> String {
    GroupVersionKind(apiVersion: manifest["apiVersion"].string ?? "", kind: "").group
  }

  /// For people: `Deployment shop/web`.
  var title: String {
    let namespace = manifest["metadata"]["namespace"].string.map { "\($0)/" } ?? ""
    return "\(manifest["kind"].string ?? "object") \(namespace)\(manifest["metadata"]["name"].string ?? "")"
  }

  /// The place in the manifest of a field that the server names, as far as there is one and it changes.
  private func place(of field: String, changedFrom prior: DynamicValue) -> AttributePath {
    var path = $manifest.path
    var (before, after) = (prior, manifest)
    for name in field.split(separator: ".") {
      let name = String(name.prefix { $0 != "[" })
      guard after.attributes?[name] != nil || before.attributes?[name] != nil, before[name] != after[name] else { break }
      path = path.attribute(name)
      (before, after) = (before[name], after[name])
      if after.attributes == nil || before.attributes == nil { break }
    }
    return path
  }

  // MARK: What others may change

  /// Whether a field may differ from the manifest.
  func isIgnored(_ path: FieldPath, _ provider: KubernetesAPI) -> Bool {
    let computed = ($computedFields.known ?? []).compactMap { FieldPath(expression: $0) }
    return computed.contains { path.isInside($0) } || provider.ignores(path)
  }

  /// The places in a planned object whose values the cluster may change.
  private func ignoredPaths(in planned: JSONValue) -> [FieldPath] {
    ($computedFields.known ?? []).compactMap { FieldPath(expression: $0) }.filter { planned.value(at: $0) != nil }
  }
}

extension FieldPath {
  /// Whether it leads to something in a place that a person wrote, where items of lists have numbers.
  fileprivate func isInside(_ place: FieldPath) -> Bool {
    guard steps.count >= place.steps.count else { return false }
    return zip(steps, place.steps).allSatisfy { step, wanted in
      if case .index = wanted {
        if case .field = step { return false }
        return true
      }
      return step == wanted
    }
  }
}
