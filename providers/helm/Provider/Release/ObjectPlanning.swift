import Charts
import Kubernetes
import ProviderKit
import YAML

/// Plans the objects of a release one by one.
struct ObjectPlanning: Sendable {
  let operation: ReleaseOperation
  let kept: KeptRelease
  let mask: SecretMask

  /// What is planned for one object.
  struct Outcome: Sendable {
    var object: ReleaseObject
    /// Nil where the cluster does not know the kind yet.
    var plan: ObjectPlan?
    var problem: AttributeError?

    /// Whether it was shown as it is written before, and so goes on to be: what the server added would look like changes.
    var wasWritten = false

    var isEmpty: Bool { plan?.isEmpty ?? false }
    /// Whether it is shown as it is written.
    var isWritten: Bool { wasWritten || plan?.object == nil }
  }

  func plan(_ objects: [ReleaseObject]) async throws -> [Outcome] {
    let definitions = ChartSchemas(objects)
    return try await objects.concurrently { object in try await plan(object, definitions) }
  }

  private func plan(_ object: ReleaseObject, _ definitions: ChartSchemas) async throws -> Outcome {
    var outcome = Outcome(object: object, wasWritten: kept.objects[object.key]?.isShownAsWritten ?? false)
    do {
      let prior = kept.objects[object.key]?.applied
      let others = prior == nil ? try await othersFields(of: object) : []
      let plan = try await operation.objectManager(others: others).plan(object.manifest, prior: prior)
      outcome.plan = plan
      if !plan.replacement.isEmpty, !operation.release.forceUpdate { outcome.problem = Self.immutable(object, plan) }
    } catch let failure as ClusterFailure {
      switch failure.kind {
      case .kindMissing: outcome.problem = definitions.problem(of: object)
      case .unreachable, .unauthorized: throw failure
      default: outcome.problem = Self.problem(object, "\(failure)")
      }
    } catch let error as AttributeError {
      outcome.problem = error
    } catch let error as ObjectError {
      outcome.problem = Self.problem(object, error.message, summary: error.summary)
    } catch let errors as ObjectErrors {
      outcome.problem = Self.problem(object, errors.description)
    }
    return outcome
  }

  /// Looks whether an object that was not applied from here belongs to the release, or to nobody.
  /// - Returns: who set fields of it that become ours.
  func othersFields(of object: ReleaseObject) async throws -> Set<String> {
    let live: KubernetesObject?
    do {
      live = try await operation.client.get(object.reference)
    } catch let failure as ClusterFailure where failure.kind == .kindMissing {
      return []
    }
    guard let live, !live.isBeingDeleted else { return [] }
    let builtIn = live.managedFields.map(\.manager).filter { $0.hasPrefix("terraform-provider-helm") }
    if object.isDefinition || operation.release.takeOwnership { return Set(builtIn) }
    let owner = (live.annotations["meta.helm.sh/release-namespace"], live.annotations["meta.helm.sh/release-name"])
    if owner == (operation.namespace, operation.release.name) { return Set(builtIn) }
    let whose: String
    if let namespace = owner.0, let name = owner.1 {
      whose = "It belongs to the release \(namespace)/\(name)."
    } else {
      let managers = Set(live.managedFields.map(\.manager)).sorted().joined(separator: ", ")
      whose = "It belongs to no release" + (managers.isEmpty ? "." : "; its fields were set by \(managers).")
    }
    throw Self.problem(
      object, "\(whose) Set take_ownership = true to take it over, or give the release another name.", summary: "\(object.key) exists already")
  }

  private static func immutable(_ object: ReleaseObject, _ plan: ObjectPlan) -> AttributeError {
    let fields = plan.replacement.map { "\($0.field): \($0.message)" }.joined(separator: "\n")
    return problem(
      object, "The cluster does not change these fields of an object that is there:\n\(fields)\nSet force_update = true to have the object deleted and made anew.",
      summary: "\(object.key) can only be replaced")
  }

  static func problem(_ object: ReleaseObject, _ message: String, summary: String? = nil) -> AttributeError {
    AttributeError("\(object.path) makes \(object.key). \(message)", summary: summary ?? "The cluster refuses \(object.key)", at: "chart")
  }

  // MARK: Showing

  /// What the objects will be, by their names.
  /// - Parameters:
  ///   - before: what was shown so far; it stays where nothing changes.
  ///   - showsWritten: whether objects about which the cluster cannot be asked yet are shown as they are written.
  func shown(_ outcomes: [Outcome], before: DynamicValue, _ variation: Variation, showsWritten: Bool) -> DynamicValue {
    let known = before.attributes ?? [:]
    var shown: [String: DynamicValue] = [:]
    for outcome in outcomes {
      let key = outcome.object.key
      if outcome.isEmpty, let value = known[key], !value.isNull {
        shown[key] = value
      } else if !outcome.wasWritten, let plan = outcome.plan, let object = plan.object {
        shown[key] = DynamicValue(json: mask.masked(object: object)).with(unknown: plan.volatile + (variation.objects[key] ?? []))
      } else if showsWritten || outcome.wasWritten {
        shown[key] = DynamicValue(json: mask.masked(object: outcome.object.manifest)).with(unknown: variation.objects[key] ?? [])
      } else {
        shown[key] = .unknown
      }
    }
    return .object(shown)
  }
}

extension DynamicValue {
  /// The same with parts that will be known only later.
  func with(unknown paths: [FieldPath]) -> DynamicValue {
    paths.reduce(self) { value, path in value.makingUnknown(path.steps[...]) }
  }

  private func makingUnknown(_ steps: ArraySlice<FieldStep>) -> DynamicValue {
    guard let step = steps.first else { return .unknown }
    switch step {
    case .field(let name):
      guard var members = attributes, let inner = members[name] else { return self }
      members[name] = inner.makingUnknown(steps.dropFirst())
      return .object(members)
    case .index(let index):
      guard var items = elements, items.indices.contains(index) else { return self }
      items[index] = items[index].makingUnknown(steps.dropFirst())
      return .sequence(items)
    case .key, .value: return self
    }
  }

  /// What was planned, with what came of it where that was open. What differs from a plan shows when the object is looked at next.
  func settled(by actual: DynamicValue) -> DynamicValue {
    if isUnknown { return actual }
    if isWhollyKnown { return self }
    switch (content, actual.content) {
    case (.object(let planned), .object(let found)):
      return .object(planned.reduce(into: [:]) { $0[$1.key] = $1.value.settled(by: found[$1.key] ?? .null) })
    case (.sequence(let planned), .sequence(let found)):
      return .sequence(planned.enumerated().map { $1.settled(by: $0 < found.count ? found[$0] : .null) })
    default: return withUnknownsAsNull
    }
  }
}

/// The schemas of the kinds that a chart itself defines.
struct ChartSchemas: Sendable {
  private var schemas: [GroupVersionKind: ObjectSchema] = [:]

  init(_ objects: [ReleaseObject]) {
    for object in objects where object.reference.kind.kind == "CustomResourceDefinition" {
      let spec = object.manifest["spec"] ?? [:]
      guard let group = spec["group"]?.asString, let kind = spec[path: ["names", "kind"]]?.asString else { continue }
      for version in (spec["versions"]?.asArray ?? []).compactMap({ $0["name"]?.asString }) {
        schemas[GroupVersionKind(group: group, version: version, kind: kind)] = ObjectSchema(definition: object.manifest, version: version)
      }
    }
  }

  /// What the schema of its kind says against an object that the cluster cannot be asked about; nil if nothing.
  func problem(of object: ReleaseObject) -> AttributeError? {
    guard let violations = schemas[object.reference.kind]?.validate(object.manifest), !violations.isEmpty else { return nil }
    return ObjectPlanning.problem(object, violations.map { "\($0.path): \($0.message)" }.joined(separator: "\n"), summary: "\(object.key) is not valid")
  }
}
