import Addresses
import Diagnostics
import Modules
import State

/// The objects of the state by resource, under the addresses that they have once moves are done.
struct StoredObjects {
  struct Entry {
    var object: StateObject
    /// Where the row is; another address than the object's if a move brought it here.
    var row: ObjectKey
    var isMoved: Bool { object.key != row }

    /// Whether a move brought it from another resource type or to another provider.
    func isConverted(for provider: ProviderConfigurationAddress) -> Bool {
      isMoved && (row.address.resource.type != object.address.resource.type || object.provider.source != provider.source)
    }
  }

  private(set) var byResource: [ConfigurationResource: [ObjectKey: Entry]] = [:]
  private(set) var providers: Set<ProviderConfigurationAddress> = []

  init(_ snapshot: StateSnapshot) {
    for object in snapshot.objects {
      byResource[object.address.configuration, default: [:]][object.key] = Entry(object: object, row: object.key)
      if object.address.resource.mode == .managed { providers.insert(object.provider) }
    }
  }

  func entry(_ key: ObjectKey) -> Entry? { byResource[key.address.configuration]?[key] }

  /// All objects of a resource, in order.
  func entries(of resource: ConfigurationResource) -> [Entry] {
    (byResource[resource] ?? [:]).values.sorted { $0.object.key < $1.object.key }
  }

  var resources: [ConfigurationResource] { byResource.keys.sorted() }

  /// Whether anything is stored under the module instance.
  func hasModule(_ module: ModuleInstance) -> Bool {
    byResource.values.contains { $0.keys.contains { $0.address.module.steps.starts(with: module.steps) } }
  }

  var all: [Entry] { byResource.values.flatMap(\.values) }

  /// Renames one object. The new name must be free.
  mutating func rename(_ key: ObjectKey, to address: ResourceInstance) {
    guard var entry = byResource[key.address.configuration]?.removeValue(forKey: key) else { return }
    if byResource[key.address.configuration]?.isEmpty == true { byResource[key.address.configuration] = nil }
    entry.object.key = ObjectKey(address, deposedKey: key.deposedKey)
    byResource[address.configuration, default: [:]][entry.object.key] = entry
  }
}
