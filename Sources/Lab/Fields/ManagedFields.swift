import YAML

/// One entry of `metadata.managedFields`: who set which fields, how, and when.
struct FieldManager: Sendable {
  enum Operation: String, Sendable {
    case apply = "Apply"
    case update = "Update"
  }

  var name: String
  var operation: Operation
  var apiVersion: String
  var subresource = ""
  var time: String
  var fields: FieldSet

  /// Whether both entries are of the same manager; whoever applies is the same in all versions.
  func isSame(as other: FieldManager) -> Bool {
    name == other.name && operation == other.operation && subresource == other.subresource
      && (operation == .apply || apiVersion == other.apiVersion)
  }

  /// As messages about conflicts name it.
  var title: String {
    var text = "\"\(name)\""
    if !subresource.isEmpty { text += " with subresource \"\(subresource)\"" }
    if operation == .update { text += " using \(apiVersion)" }
    return text
  }

  var encoded: JSONValue {
    var entry: JSONValue = [
      "manager": .string(name), "operation": .string(operation.rawValue), "apiVersion": .string(apiVersion), "fieldsType": "FieldsV1",
      "fieldsV1": fields.encoded, "time": .string(time),
    ]
    if !subresource.isEmpty { entry["subresource"] = .string(subresource) }
    return entry
  }

  init(name: String, operation: Operation, apiVersion: String, subresource: String = "", time: String, fields: FieldSet) {
    self.name = name
    self.operation = operation
    self.apiVersion = apiVersion
    self.subresource = subresource
    self.time = time
    self.fields = fields
  }

  init?(encoded value: JSONValue) {
    guard let operation = value["operation"]?.asString.flatMap(Operation.init), let fields = FieldSet(encoded: value["fieldsV1"] ?? [:])
    else { return nil }
    self.init(
      name: value["manager"]?.asString ?? "", operation: operation, apiVersion: value["apiVersion"]?.asString ?? "",
      subresource: value["subresource"]?.asString ?? "", time: value["time"]?.asString ?? "", fields: fields)
  }
}

/// Who set what in an object, and the rules by which that changes.
struct ManagedFields: Sendable {
  var managers: [FieldManager]

  struct Conflict: Sendable {
    var manager: FieldManager
    var path: String
  }

  enum Failure: Error {
    case conflicts([Conflict])
    case mismatch(TypeMismatch)
  }

  init(of object: JSONValue) {
    managers = (object[path: ["metadata", "managedFields"]]?.asArray ?? []).compactMap(FieldManager.init)
  }

  init(managers: [FieldManager] = []) { self.managers = managers }

  /// The order that the server shows: those who apply first, then by time and name.
  var encoded: JSONValue? {
    let kept = managers.filter { !$0.fields.isEmpty }
    if kept.isEmpty { return nil }
    return .array(
      kept.sorted { first, second in
        if first.operation != second.operation { return first.operation == .apply }
        return (first.time, first.name, first.subresource) < (second.time, second.name, second.subresource)
      }.map(\.encoded))
  }

  /// Records a change that was not an apply: who changes a field owns it alone.
  mutating func update(from live: JSONValue, to new: JSONValue, _ schema: Schema, by manager: FieldManager, ignoring: [[String]]) {
    let comparison = FieldComparison(from: live.withoutManagedFields, to: new.withoutManagedFields, schema)
    let lost = comparison.changed.union(comparison.removed)
    var own = managers.firstIndex { $0.isSame(as: manager) }.map { managers[$0].fields } ?? .empty
    own = own.subtracting(comparison.removed).union(comparison.changed).withoutMeta
    for path in ignoring { own = own.removing(below: path) }
    for index in managers.indices where !managers[index].isSame(as: manager) {
      managers[index].fields = managers[index].fields.subtracting(lost)
    }
    set(own, by: manager)
  }

  /// Merges what somebody applies into an object.
  /// - Returns: the object as it is then, or nil if nothing changed.
  mutating func apply(
    _ applied: JSONValue, to live: JSONValue, _ schema: Schema, by manager: FieldManager, ignoring: [[String]], isForced: Bool
  ) throws(Failure) -> JSONValue? {
    var applied = applied
    for path in ignoring { applied.remove(path) }
    let wanted: FieldSet
    do { wanted = try FieldReading.fields(of: applied, schema) } catch { throw .mismatch(error) }
    let live = live.withoutManagedFields
    let others = managers.filter { !$0.isSame(as: manager) }
    let last = managers.first { $0.isSame(as: manager) }?.fields
    var merged = schema.merge(live, applied)
    if let last, !last.isEmpty {
      let owned = others.reduce(wanted) { $0.union($1.fields) }.withNamedParents(schema)
      let dropped = last.withNamedParents(schema).subtracting(owned)
      merged = schema.removing(dropped, from: merged) ?? .object([:])
    }
    let comparison = FieldComparison(from: live, to: merged, schema)
    let conflicts = others.map { ($0, $0.fields.intersection(comparison.changed)) }.filter { !$0.1.isEmpty }
    if !conflicts.isEmpty, !isForced {
      throw .conflicts(conflicts.flatMap { manager, fields in fields.paths.map { Conflict(manager: manager, path: $0) } })
    }
    for index in managers.indices where !managers[index].isSame(as: manager) {
      managers[index].fields = managers[index].fields.subtracting(comparison.changed).subtracting(comparison.removed)
    }
    set(wanted.withoutMeta, by: manager)
    return comparison.isSame ? JSONValue.absent : merged
  }

  /// The time of an entry is when its fields last changed.
  private mutating func set(_ fields: FieldSet, by manager: FieldManager) {
    managers.removeAll { $0.fields.isEmpty && !$0.isSame(as: manager) }
    guard let index = managers.firstIndex(where: { $0.isSame(as: manager) }) else {
      var entry = manager
      entry.fields = fields
      if !fields.isEmpty { managers.append(entry) }
      return
    }
    if managers[index].fields == fields, managers[index].apiVersion == manager.apiVersion { return }
    managers[index].fields = fields
    managers[index].apiVersion = manager.apiVersion
    managers[index].time = manager.time
    if fields.isEmpty { managers.remove(at: index) }
  }
}

extension FieldSet {
  /// The set without what is the server's, or is the object's name.
  fileprivate var withoutMeta: FieldSet {
    var set = self
    for path in [["apiVersion"], ["kind"]] { set = set.removing(below: path) }
    for name in [
      "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
      "deletionTimestamp", "deletionGracePeriodSeconds",
    ] {
      set = set.removing(below: ["metadata", name])
    }
    if var metadata = set.children[.field("metadata")], metadata.isMember {
      metadata.isMember = false
      set.children[.field("metadata")] = metadata.isEmpty ? nil : metadata
    }
    return set
  }
}

extension JSONValue {
  var withoutManagedFields: JSONValue {
    guard self[path: ["metadata", "managedFields"]] != nil else { return self }
    var copy = self
    copy["metadata"]?["managedFields"] = nil
    return copy
  }
}
