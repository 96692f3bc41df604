import Kubernetes
import ProviderKit
import YAML

extension KindResource {
  func plan(_ change: inout DynamicChange, _ context: Context<KubernetesAPI>) async throws {
    let notes = KindNotes(context)
    let configuration = change.configuration
    let isUnchanged = change.planned == change.prior
    nameObject(&change)
    hideWriteOnly(&change)
    if let prior = change.prior { change.planned = kind.fields.keeping(prior, in: change.planned) }
    guard configuration.isWhollyKnown, let name = change.planned.metadata["name"].string else { return }
    let manifest = kind.manifest(of: configuration, name: name)
    if isUnchanged {
      let isHandedOver = !notes.isImported && notes.applied?.manifest.hasMore(than: manifest) == true
      guard isHandedOver || notes.isWaiting else { return }
      // Nothing that is shown changes; but a field that is ours is to be left to others, or there is still something to wait for.
      change.planned = change.planned.replacingMetadata("resource_version", with: .unknown)
    }
    if isInTheWay(change, notes.applied) { return }
    guard let client = context.provider.client else { return }
    let manager = ObjectManager(client, owner: owner(configuration, notes))
    do {
      use(try await manager.plan(manifest, prior: change.isCreation ? nil : notes.applied), &change, context)
    } catch let failure as ClusterFailure {
      try planWithoutCluster(failure, change, context)
    } catch {
      throw shown(error, change.planned)
    }
  }

  /// The id follows from the name.
  private func nameObject(_ change: inout DynamicChange) {
    let metadata = change.planned.metadata
    guard let name = metadata["name"].string, !metadata["namespace"].isUnknown else { return }
    change.planned["id"] = .string(kind.id(namespace: metadata["namespace"].string, name: name))
  }

  /// What is never stored does not come back by way of what the server says.
  private func hideWriteOnly(_ change: inout DynamicChange) {
    if !kind.secretPaths(change.configuration).isEmpty, change.configuration["data"].isNull { change.planned["data"] = .null }
  }

  private func use(_ plan: ObjectPlan, _ change: inout DynamicChange, _ context: Context<KubernetesAPI>) {
    for warning in plan.warnings {
      context.warn("The cluster has something to say about \(title(change.planned))", masked(warning, change.configuration))
    }
    if let prior = change.prior {
      for field in plan.replacement {
        guard let path = kind.fields.place(of: field.field, in: change.planned, changedFrom: prior) else { continue }
        change.requireReplacement(path)
        context.log.info("must be replaced", ["object": title(prior), "field": field.field])
      }
    }
    guard let object = plan.whole else { return }
    let isCreation = change.isCreation
    change.planned = filled(change.planned, from: object) { field in
      field.settling == .atEachChange || (isCreation && field.settling == .atCreation)
    }
  }

  /// Whether there is an object that must go before the new one is made. Of it the server would only say that it cannot become that; or
  /// that it can, with what the new one will not have. That there is one hosts tell by what was kept beside it.
  private func isInTheWay(_ change: DynamicChange, _ applied: AppliedObject?) -> Bool {
    if let prior = change.prior { return kind.fields.areReplaced(prior, change.planned) }
    return applied != nil && applied?.reference == kind.reference(of: change.planned)
  }

  /// Where there is no cluster to ask: it is asked when the object is applied.
  private func planWithoutCluster(_ failure: ClusterFailure, _ change: DynamicChange, _ context: Context<KubernetesAPI>) throws {
    switch failure.kind {
    case .kindMissing where context.isDeferralAllowed:
      throw Deferral(.absentPrerequisite, "The cluster does not know the kind \(kind.kind) yet.")
    case .kindMissing: return
    case .unreachable where change.isCreation:
      if context.isDeferralAllowed { throw Deferral(.absentPrerequisite, failure.description) }
      context.warn("\(title(change.planned)) is checked when it is applied", failure.description)
    default: throw shown(failure, change.planned)
    }
  }

  func planDeletion(_ current: DynamicValue, _ context: Context<KubernetesAPI>) {
    guard let loss = kind.kind.loss(spec: nil) else { return }
    context.warn("\(title(current)) is deleted", "With it more goes: \(loss)")
  }

  // MARK: Between objects and states

  /// A planned object in which what was open is what the server says.
  func filled(_ planned: DynamicValue, from object: JSONValue, except isOpen: (Field) -> Bool = { _ in false }) -> DynamicValue {
    kind.fields.filled(planned, from: kind.prepare(object, planned), except: isOpen)
  }

  /// For people: `Deployment shop/web`.
  func title(_ state: DynamicValue) -> String {
    kind.reference(of: state)?.title ?? kind.kind.kind
  }

  /// A text in which the values of secrets are not to be read.
  func masked(_ text: String, _ object: DynamicValue) -> String {
    var text = text
    for field in kind.fields where field.isSensitive || field.isWriteOnly {
      for value in (object[field.name].attributes ?? [:]).values.compactMap(\.string) where value.utf8.count > 1 {
        for secret in [value, Base64.encode(Array(value.utf8))] { text = text.replacing(secret, with: "(sensitive)") }
      }
    }
    return text
  }

  /// What went wrong, beside the attribute that is to blame.
  func shown(_ error: any Error, _ state: DynamicValue) -> any Error {
    func place(_ field: String?) -> AttributePath { field.flatMap { kind.fields.place(of: $0, in: state, changedFrom: nil) } ?? .root }
    switch error {
    case let errors as ObjectErrors:
      return AttributeErrors(errors.errors.map { AttributeError(masked($0.message, state), summary: $0.summary, at: place($0.field)) })
    case let error as ObjectError: return AttributeError(masked(error.message, state), summary: error.summary, at: place(error.field))
    case let failure as ClusterFailure:
      return AttributeError(masked(failure.description, state), summary: "The cluster refused \(title(state))", at: place(failure.field))
    default: return error
    }
  }
}

extension DynamicValue {
  /// The block of that name, or the attribute.
  var metadata: DynamicValue {
    let value = self["metadata"]
    return value.attributes == nil ? value[0] : value
  }

  /// A name as servers make it of its beginning.
  func generatedName(_ random: RandomSource) -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    let prefix = metadata["generate_name"].string ?? ""
    return prefix.prefix(58) + String((0..<5).map { _ in letters[min(Int(random.next() * Double(letters.count)), letters.count - 1)] })
  }

  func replacingMetadata(_ name: String, with value: DynamicValue) -> DynamicValue {
    var object = self
    var metadata = self.metadata
    metadata[name] = value
    object["metadata"] = self["metadata"].attributes == nil ? [metadata] : metadata
    return object
  }
}

extension JSONValue {
  /// Whether it has a field that another object has not.
  func hasMore(than other: JSONValue?) -> Bool {
    guard let other else { return !isNull }
    switch self {
    case .object(let members):
      if members.isEmpty { return false }
      return members.contains { $0.value.hasMore(than: other[$0.key]) }
    case .array(let items): return items.enumerated().contains { $0.element.hasMore(than: other[$0.offset]) }
    default: return false
    }
  }
}

extension [Field] {
  /// The attribute that a server means by the name of a field, `spec.template.spec.containers[0].image`, as far as there is one.
  /// - Parameter prior: if given, the attribute must have another value in it; nil then if no part of the way has.
  func place(of field: String, in object: DynamicValue, changedFrom prior: DynamicValue?) -> AttributePath? {
    var place = FieldPlace(object: object, prior: prior)
    let steps = field.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }).map(String.init)
    place.follow(steps[...], self)
    return place.found
  }
}

/// The way from the name that a server has for a field to an attribute.
private struct FieldPlace {
  private var path = AttributePath.root
  private var object: DynamicValue
  private var prior: DynamicValue?
  private(set) var found: AttributePath?

  init(object: DynamicValue, prior: DynamicValue?) {
    self.object = object
    self.prior = prior
  }

  mutating func follow(_ steps: ArraySlice<String>, _ fields: [Field]) {
    guard let step = steps.first else { return }
    for field in fields {
      if case .block(let block) = field.shape, block.form == .inline {
        guard block.fields.contains(where: { $0.key == step }) else { continue }
        guard enter(field.name), block.isAttribute || enter(0) else { return }
        return follow(steps, block.fields)
      }
      guard field.key == step else { continue }
      guard enter(field.name), case .block(let block) = field.shape, field.presence != .computed else { return }
      if block.form == .object {
        if steps.count > 1, block.isAttribute || enter(0) { follow(steps.dropFirst(), block.fields) }
      } else if let index = steps.dropFirst().first.flatMap({ Int($0) }), block.form == .list, enter(index) {
        follow(steps.dropFirst(2), block.fields)
      }
      return
    }
  }

  private mutating func enter(_ name: String) -> Bool {
    guard object.attributes?[name] != nil else { return false }
    return enter(path.attribute(name), object[name], prior?[name])
  }

  private mutating func enter(_ index: Int) -> Bool {
    guard let elements = object.elements, elements.indices.contains(index) else { return false }
    return enter(path.element(index), elements[index], prior?[index])
  }

  private mutating func enter(_ path: AttributePath, _ object: DynamicValue, _ prior: DynamicValue?) -> Bool {
    if let prior, prior.says(object) { return false }
    (self.path, self.object, self.prior, found) = (path, object, prior, path)
    return true
  }
}
