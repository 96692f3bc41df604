import YAML

/// The name of an object among those of its type.
struct ObjectName: Hashable, Comparable, Sendable {
  /// Empty for what is in no namespace.
  var namespace: String
  var name: String

  static func < (first: ObjectName, second: ObjectName) -> Bool {
    (first.namespace, first.name) < (second.namespace, second.name)
  }
}

/// An object among all.
struct ObjectReference: Hashable, Sendable {
  /// The identifier of the type.
  var type: String
  var name: ObjectName
}

/// An object as it is kept: without `apiVersion` and `kind`, which depend on how it is asked for.
struct StoredObject: Sendable {
  var value: JSONValue
  /// The value as JSON.
  var json: [UInt8]
  var revision: Int64

  init(_ value: JSONValue, revision: Int64) {
    var value = value
    value["apiVersion"] = nil
    value["kind"] = nil
    value["metadata"]?["resourceVersion"] = .string(String(revision))
    self.value = value
    self.revision = revision
    json = value.json()
  }

  /// The object as JSON, with its version and kind.
  func json(apiVersion: String, kind: String) -> [UInt8] {
    let head = "{\"apiVersion\":\"\(apiVersion)\",\"kind\":\"\(kind)\""
    return Array(head.utf8) + (json.count > 2 ? [UInt8(ascii: ",")] : []) + json.dropFirst()
  }
}

/// What happened to an object.
struct StoreEvent: Sendable {
  enum Kind: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  var kind: Kind
  var name: ObjectName
  var object: StoredObject
  var before: StoredObject?
}

/// All objects, with what lately happened to them.
final class ObjectStore {
  /// The number of changes so far.
  private(set) var revision: Int64 = 1
  private var tables: [String: Table] = [:]
  /// Who is owned by whom: by the owner's uid.
  private var dependents: [String: Set<ObjectReference>] = [:]
  var journal: Journal?

  private struct Table {
    var objects: [ObjectName: StoredObject] = [:]
    /// The names in order, as long as it is known.
    var order: [ObjectName]?
    var events: [StoreEvent] = []
    /// What happened up to this revision is forgotten.
    var forgotten: Int64 = 0
  }

  /// Events of a type that are remembered at least.
  private let eventsKept: Int

  init(eventsKept: Int) { self.eventsKept = eventsKept }

  func object(_ type: String, _ name: ObjectName) -> StoredObject? { tables[type]?.objects[name] }
  func value(_ type: String, _ name: ObjectName) -> JSONValue? { tables[type]?.objects[name]?.value }
  func count(_ type: String) -> Int { tables[type]?.objects.count ?? 0 }
  var count: Int { tables.values.reduce(0) { $0 + $1.objects.count } }
  var typesInUse: [String] { tables.filter { !$0.value.objects.isEmpty }.keys.sorted() }

  /// The names of a type in order, of one namespace or of all.
  func names(_ type: String, namespace: String = "") -> ArraySlice<ObjectName> {
    guard let table = tables[type] else { return [] }
    let order = table.order ?? table.objects.keys.sorted()
    if table.order == nil { tables[type]?.order = order }
    if namespace.isEmpty { return order[...] }
    let start = order.lowerBound { $0.namespace < namespace }
    let end = order.lowerBound { $0.namespace <= namespace }
    return order[start..<end]
  }

  func values(_ type: String, namespace: String = "") -> [(name: ObjectName, value: JSONValue)] {
    names(type, namespace: namespace).compactMap { name in value(type, name).map { (name, $0) } }
  }

  func dependents(of uid: String) -> Set<ObjectReference> { dependents[uid] ?? [] }

  /// Stores an object and gives it its revision.
  @discardableResult
  func put(_ type: String, _ name: ObjectName, _ value: JSONValue) -> StoredObject {
    revision += 1
    let object = StoredObject(value, revision: revision)
    let before = place(object, type, name)
    remember(StoreEvent(kind: before == nil ? .added : .modified, name: name, object: object, before: before), type)
    journal?.put(type, name, object, count: count)
    return object
  }

  /// Removes an object; gives it as it last was.
  @discardableResult
  func remove(_ type: String, _ name: ObjectName) -> StoredObject? {
    guard let before = tables[type]?.objects[name] else { return nil }
    revision += 1
    tables[type]?.objects[name] = nil
    tables[type]?.order = nil
    unlink(before, ObjectReference(type: type, name: name))
    let object = StoredObject(before.value, revision: revision)
    remember(StoreEvent(kind: .deleted, name: name, object: object, before: before), type)
    journal?.remove(type, name, revision: revision, count: count)
    return object
  }

  /// Events of a type behind a revision; nil if not all of them are remembered any more.
  func events(_ type: String, after revision: Int64) -> ArraySlice<StoreEvent>? {
    guard let table = tables[type] else { return revision < restoredRevision ? nil : [] }
    if revision < table.forgotten { return nil }
    return table.events[table.events.lowerBound { $0.object.revision <= revision }...]
  }

  /// Nothing that happened up to this revision is remembered.
  private(set) var restoredRevision: Int64 = 0

  /// Takes over what a journal holds.
  func restore(_ entries: [Journal.Entry]) {
    for entry in entries {
      let reference = ObjectReference(type: entry.type, name: entry.name)
      revision = max(revision, entry.revision)
      if let value = entry.value {
        place(StoredObject(value, revision: entry.revision), entry.type, entry.name)
      } else if let before = tables[entry.type]?.objects.removeValue(forKey: entry.name) {
        tables[entry.type]?.order = nil
        unlink(before, reference)
      }
    }
    restoredRevision = revision
    for type in tables.keys { tables[type]?.forgotten = revision }
  }

  /// All objects, for a journal that begins anew.
  var snapshot: [(ObjectReference, StoredObject)] {
    tables.keys.sorted().flatMap { type in
      names(type).compactMap { name in object(type, name).map { (ObjectReference(type: type, name: name), $0) } }
    }
  }

  // MARK: Parts

  @discardableResult
  private func place(_ object: StoredObject, _ type: String, _ name: ObjectName) -> StoredObject? {
    let before = tables[type, default: Table(forgotten: restoredRevision)].objects.updateValue(object, forKey: name)
    let reference = ObjectReference(type: type, name: name)
    if let before { unlink(before, reference) } else { tables[type]?.order = nil }
    for owner in object.value.ownerReferences {
      if let uid = owner["uid"]?.asString { dependents[uid, default: []].insert(reference) }
    }
    return before
  }

  private func unlink(_ object: StoredObject, _ reference: ObjectReference) {
    for owner in object.value.ownerReferences {
      guard let uid = owner["uid"]?.asString else { continue }
      dependents[uid]?.remove(reference)
      if dependents[uid]?.isEmpty ?? false { dependents[uid] = nil }
    }
  }

  private func remember(_ event: StoreEvent, _ type: String) {
    tables[type, default: Table()].events.append(event)
    guard let events = tables[type]?.events, events.count > 2 * eventsKept else { return }
    tables[type]?.forgotten = events[events.count - eventsKept - 1].object.revision
    tables[type]?.events.removeFirst(events.count - eventsKept)
  }
}

extension Array {
  /// The first index of an ordered array whose element is no longer before.
  func lowerBound(isBefore: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
