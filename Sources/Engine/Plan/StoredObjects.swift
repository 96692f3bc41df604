import Addresses
import Diagnostics
import Modules
import Plans
package import State

/// The objects of the state by resource, under the addresses that they have once moves are done.
package struct StoredObjects: Sendable {
  /// One object. A class, so that looking it up copies nothing.
  final class Entry: Sendable {
    let object: StateObject
    /// Where the row is; another address than the object's if a move brought it here.
    let row: ObjectKey
    let isMoved: Bool
    /// Its place in the state.
    let index: Int

    init(_ object: StateObject, row: ObjectKey, index: Int) {
      self.object = object
      self.row = row
      self.index = index
      isMoved = object.key != row
    }

    /// Whether a move brought it from another resource type or to another provider.
    func isConverted(for provider: ProviderConfigurationAddress) -> Bool {
      isMoved && (row.address.resource.type != object.address.resource.type || object.provider.source != provider.source)
    }
  }

  /// The objects of one resource. Most have one, for which a dictionary of its own would be a waste.
  enum Entries: Sendable {
    case one(Entry)
    case several([ObjectKey: Entry])

    subscript(key: ObjectKey) -> Entry? {
      switch self {
      case .one(let entry): entry.object.key == key ? entry : nil
      case .several(let entries): entries[key]
      }
    }

    var all: [Entry] {
      switch self {
      case .one(let entry): [entry]
      case .several(let entries): Array(entries.values)
      }
    }

    var sorted: [Entry] {
      switch self {
      case .one(let entry): [entry]
      case .several(let entries): entries.values.sorted { $0.object.key < $1.object.key }
      }
    }

    mutating func insert(_ entry: Entry) {
      switch self {
      case .one(let first) where first.object.key == entry.object.key: self = .one(entry)
      case .one(let first): self = .several([first.object.key: first, entry.object.key: entry])
      case .several(var entries):
        self = .several([:])
        entries[entry.object.key] = entry
        self = .several(entries)
      }
    }

    /// Gives what remains without one of them; nil if nothing does.
    func without(_ key: ObjectKey) -> Entries? {
      switch self {
      case .one(let entry): return entry.object.key == key ? nil : self
      case .several(var entries):
        entries[key] = nil
        return entries.isEmpty ? nil : .several(entries)
      }
    }
  }

  private var byResource: [ConfigurationResource: Entries] = [:]

  let count: Int
  /// Whether any object has another address than in the state.
  private(set) var hasMoves = false

  package init(_ snapshot: StateSnapshot) {
    count = snapshot.objects.count
    byResource.reserveCapacity(count)
    for (index, object) in snapshot.objects.enumerated() { insert(Entry(object, row: object.key, index: index)) }
  }

  private mutating func insert(_ entry: Entry) {
    let resource = entry.object.address.configuration
    if byResource[resource]?.insert(entry) == nil { byResource[resource] = .one(entry) }
  }

  func entry(_ key: ObjectKey) -> Entry? { byResource[key.address.configuration]?[key] }

  /// All objects of a resource; nil if there is none.
  func entries(of resource: ConfigurationResource) -> Entries? { byResource[resource] }

  /// The resources of which anything is stored.
  var resources: [ConfigurationResource] { Array(byResource.keys) }

  /// The resources of which an object fulfils a condition.
  func resources(where fulfils: (Entry) -> Bool) -> Set<ConfigurationResource> {
    var result: Set<ConfigurationResource> = []
    for (resource, entries) in byResource {
      let isOne =
        switch entries {
        case .one(let entry): fulfils(entry)
        case .several(let entries): entries.values.contains(where: fulfils)
        }
      if isOne { result.insert(resource) }
    }
    return result
  }

  /// Whether anything is stored under the module instance.
  func hasModule(_ module: ModuleInstance) -> Bool {
    byResource.values.contains { $0.all.contains { $0.object.address.module.steps.starts(with: module.steps) } }
  }

  /// Whether anything is stored of the instance, current or deposed.
  func hasInstance(_ address: ResourceInstance) -> Bool {
    byResource[address.configuration]?.all.contains { $0.object.address == address } ?? false
  }

  var all: [Entry] { byResource.values.flatMap(\.all) }

  /// Every object at its place in the state.
  var inOrderOfState: [Entry?] {
    var result = [Entry?](repeating: nil, count: count)
    for entries in byResource.values {
      switch entries {
      case .one(let entry): result[entry.index] = entry
      case .several(let entries): for entry in entries.values { result[entry.index] = entry }
      }
    }
    return result
  }

  /// Renames one object. The new name must be free.
  mutating func rename(_ key: ObjectKey, to address: ResourceInstance) {
    guard let entry = entry(key) else { return }
    hasMoves = true
    byResource[key.address.configuration] = byResource[key.address.configuration]?.without(key)
    var object = entry.object
    object.key = ObjectKey(address, deposedKey: key.deposedKey)
    insert(Entry(object, row: entry.row, index: entry.index))
  }
}

/// Stored objects in the form of the present schemas, as far as they were looked at.
struct PreviousObjects {
  private var records: [ObjectRecord?]
  private(set) var count = 0

  init(of stored: StoredObjects) { records = Array(repeating: nil, count: stored.count) }

  subscript(entry: StoredObjects.Entry) -> ObjectRecord? { records[entry.index] }

  mutating func insert(_ record: ObjectRecord, of entry: StoredObjects.Entry) {
    if records[entry.index] == nil { count += 1 }
    records[entry.index] = record
  }
}
