import ProviderKit
import YAML

extension ObjectManager {
  /// Looks what became of an object; nil if it is no more, be it that another one has its name.
  /// - Parameter isIgnored: says of fields that they may differ from what was applied.
  package func observe(
    _ applied: AppliedObject, ignoring isIgnored: (FieldPath) -> Bool = { _ in false }
  ) async throws -> Observation? {
    let live: KubernetesObject
    do {
      guard let found = try await client.get(applied.reference) else { return nil }
      live = found
    } catch let failure as ClusterFailure {
      // Where there is no such kind, there are no objects of it.
      if case .kindMissing = failure.kind { return nil }
      throw failure
    }
    if let uid = applied.uid, live.uid != uid { return nil }
    if applied.manifest.isNull { return adopted(live, applied.reference) }
    let drift = drift(of: applied, live.json).filter { !isIgnored($0.path) }
    var manifest = applied.manifest
    for field in drift { manifest.show(field) }
    return Observation(drift: drift, manifest: manifest, object: live.json.cleaned(for: manager, keeping: applied.stored.keys), live: live,
      applied: applied)
  }

  private func drift(of applied: AppliedObject, _ live: JSONValue) -> [DriftedField] {
    let records = live.fieldRecords
    let fields = applied.stored.compactMap { path, expected -> DriftedField? in
      let found = live.value(at: path)
      if let found, found.isSame(as: expected) { return nil }
      // What others put into an object that we left empty is theirs.
      if expected == [:], found?.asObject != nil { return nil }
      let record = records.filter { !$0.isApplied(by: manager) && $0.set.contains(path) }.max { $0.time < $1.time }
      return DriftedField(
        path: path, expected: expected, found: found, manager: record?.title, operation: record?.operation, time: record?.time)
    }
    return fields.sorted { $0.path < $1.path }
  }

  /// An object that was not applied from here yet: its manifest is what we or those before us set, or all of it.
  private func adopted(_ live: KubernetesObject, _ reference: ObjectReference) -> Observation {
    let cleaned = live.json.cleaned(for: manager)
    var set = live.json.fields(appliedBy: manager) ?? FieldSet()
    if set.children.isEmpty {
      for record in live.json.fieldRecords where owner.predecessors.contains(record.manager) && record.subresource.isEmpty {
        set.formUnion(record.set)
      }
    }
    var manifest = set.children.isEmpty ? cleaned : live.json.projected(onto: set)
    let annotation = FieldPath(fields: "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
    manifest.removePruning(annotation)
    for name in ["apiVersion", "kind"] { manifest[name] = live.json[name] }
    for name in ["name", "namespace"] {
      if let value = live.json[path: ["metadata", name]] { manifest.set(FieldPath(fields: "metadata", name), to: value) }
    }
    var stored = live.json.values(of: set)
    stored[annotation] = nil
    let applied = AppliedObject(reference: live.reference ?? reference, uid: live.uid, manifest: manifest, stored: stored)
    return Observation(drift: [], manifest: manifest, object: cleaned, live: live, applied: applied)
  }
}

extension JSONValue {
  /// What there is of a set of fields, in the order in which it is there.
  func projected(onto set: FieldSet) -> JSONValue {
    if set.children.isEmpty { return self }
    switch self {
    case .object(let members):
      var result: [String: JSONValue] = [:]
      for (step, inner) in set.children {
        if case .field(let name) = step, let value = members[name] { result[name] = value.projected(onto: inner) }
      }
      return .object(result)
    case .array(let items):
      return .array(
        items.compactMap { item in
          let list = JSONValue.array([item])
          guard let (step, inner) = set.children.first(where: { list.value(at: FieldPath([$0.key])) != nil }) else { return nil }
          var part = item.projected(onto: inner)
          if case .key(let keys) = step { for (name, value) in keys { part[name] = value } }
          return part
        })
    default: return self
    }
  }

  /// Shows in a manifest what became of one of its fields.
  mutating func show(_ field: DriftedField) {
    // The texts of a secret were sent as its data.
    if field.path.steps.count == 2, field.path.steps[0] == .field("data"), case .field(let name) = field.path.steps[1],
      self["kind"] == "Secret", self[path: ["data", name]] == nil, self[path: ["stringData", name]] != nil
    {
      let path = FieldPath(fields: "stringData", name)
      guard let text = field.found?.asString else { return remove(path) }
      return set(path, to: .string(Base64.decode(text).map { String(decoding: $0, as: UTF8.self) } ?? text))
    }
    if let found = field.found {
      set(field.path, to: found)
    } else {
      // Of an item of a list that is gone as a whole, its key would be left.
      remove(field.path)
      removeItemsWithoutContent(above: field.path)
    }
  }

  private mutating func removeItemsWithoutContent(above path: FieldPath) {
    for end in path.steps.indices.reversed() {
      guard case .key(let keys) = path.steps[end] else { continue }
      let place = FieldPath(Array(path.steps[...end]))
      guard let item = value(at: place)?.asObject, item.keys.allSatisfy({ keys[$0] != nil }) else { continue }
      remove(place)
    }
  }
}
