import Addresses
import Diagnostics
import Modules
import State

/// The objects of the state by resource, under the addresses that they have once moves are done.
struct StoredObjects {
  /// One object. A class, so that looking it up copies nothing.
  final class Entry: Sendable {
    let object: StateObject
    /// Where the row is; another address than the object's if a move brought it here.
    let row: ObjectKey
    let isMoved: Bool

    init(_ object: StateObject, row: ObjectKey) {
      self.object = object
      self.row = row
      isMoved = object.key != row
    }

    /// Whether a move brought it from another resource type or to another provider.
    func isConverted(for provider: ProviderConfigurationAddress) -> Bool {
      isMoved && (row.address.resource.type != object.address.resource.type || object.provider.source != provider.source)
    }
  }

  private(set) var byResource: [ConfigurationResource: [ObjectKey: Entry]] = [:]
  private(set) var providers: Set<ProviderConfigurationAddress> = []

  let count: Int

  init(_ snapshot: StateSnapshot) {
    count = snapshot.objects.count
    var last: ProviderConfigurationAddress?
    for object in snapshot.objects {
      byResource[object.address.configuration, default: [:]][object.key] = Entry(object, row: object.key)
      if object.address.resource.mode == .managed, object.provider != last {
        providers.insert(object.provider)
        last = object.provider
      }
    }
  }

  func entry(_ key: ObjectKey) -> Entry? { byResource[key.address.configuration]?[key] }

  /// All objects of a resource, in order.
  func entries(of resource: ConfigurationResource) -> [Entry] {
    guard let entries = byResource[resource] else { return [] }
    return entries.count == 1 ? Array(entries.values) : entries.values.sorted { $0.object.key < $1.object.key }
  }

  /// Whether anything is stored under the module instance.
  func hasModule(_ module: ModuleInstance) -> Bool {
    byResource.values.contains { $0.keys.contains { $0.address.module.steps.starts(with: module.steps) } }
  }

  var all: [Entry] { byResource.values.flatMap(\.values) }

  /// Renames one object. The new name must be free.
  mutating func rename(_ key: ObjectKey, to address: ResourceInstance) {
    guard let entry = byResource[key.address.configuration]?.removeValue(forKey: key) else { return }
    if byResource[key.address.configuration]?.isEmpty == true { byResource[key.address.configuration] = nil }
    var object = entry.object
    object.key = ObjectKey(address, deposedKey: key.deposedKey)
    byResource[address.configuration, default: [:]][object.key] = Entry(object, row: entry.row)
  }
}
