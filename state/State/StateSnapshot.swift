package import Addresses

/// Everything that one stack remembers, as one consistent reading. Immutable; holds no lock and no connection.
package struct StateSnapshot: Sendable {
  /// The identity of the stack, a UUID; empty if nothing was ever stored.
  package let lineage: String
  /// Grows with each transaction that changes content.
  package let serial: UInt64
  /// Sorted by address, the current object before deposed ones.
  package let objects: [StateObject]
  /// The provider configurations that managed objects were made with.
  package let providers: Set<ProviderConfigurationAddress>
  package let outputs: [String: OutputState]
  /// The `check_results` array of a state file, as JSON.
  package let checkResults: [UInt8]?
  /// Operations that were begun and not finished, of living and of dead runs, oldest first.
  package let operationsInFlight: [Operation]
  /// The runs of `operationsInFlight`, by id. A run whose process is gone or whose leases expired has the status `abandoned` here.
  package let runs: [Int64: Run]

  /// Sorts the objects; of two objects with one key the later one counts.
  package init(
    lineage: String = "", serial: UInt64 = 0, objects: [StateObject] = [], outputs: [String: OutputState] = [:],
    checkResults: [UInt8]? = nil, operationsInFlight: [Operation] = [], runs: [Int64: Run] = [:]
  ) {
    self.lineage = lineage
    self.serial = serial
    self.outputs = outputs
    self.checkResults = checkResults
    self.operationsInFlight = operationsInFlight
    self.runs = runs
    self.objects = Self.sorted(objects)
    var providers: Set<ProviderConfigurationAddress> = []
    var last: ProviderConfigurationAddress?
    for index in objects.indices where objects[index].address.resource.mode == .managed && objects[index].provider != last {
      last = objects[index].provider
      providers.insert(objects[index].provider)
    }
    self.providers = providers
  }

  private static func sorted(_ objects: [StateObject]) -> [StateObject] {
    // A store gives them in order.
    if objects.indices.dropFirst().allSatisfy({ objects[$0 - 1].key < objects[$0].key }) { return objects }
    var positions: [ObjectKey: Int] = [:]
    for (index, object) in objects.enumerated() { positions[object.key] = index }
    // Objects are large; only their names move while sorting.
    return positions.sorted { $0.key < $1.key }.map { objects[$0.value] }
  }

  package var isEmpty: Bool { objects.isEmpty && outputs.isEmpty }

  /// Whether nothing was ever stored, though there may be a workspace to store it in.
  package var wasNeverWritten: Bool { isEmpty && serial == 0 }

  /// The object of that name, or nil; found by halving.
  package func object(_ key: ObjectKey) -> StateObject? {
    var (low, high) = (0, objects.count)
    while low < high {
      let middle = (low + high) / 2
      if objects[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low < objects.count && objects[low].key == key ? objects[low] : nil
  }

  /// The current object of an instance, or nil.
  package func object(at address: ResourceInstance) -> StateObject? { object(ObjectKey(address)) }

  /// All objects of a resource in all module instances, deposed ones included, in the order of `objects`.
  package func objects(of resource: ConfigurationResource) -> [StateObject] {
    objects.filter { $0.address.resource == resource.resource && $0.address.configuration == resource }
  }

  /// Every resource that has an object, sorted.
  package var resources: [ConfigurationResource] {
    var found: Set<ConfigurationResource> = []
    for (index, object) in objects.enumerated() {
      // Neighbours mostly belong to one resource.
      if index > 0, objects[index - 1].address.resource == object.address.resource,
        objects[index - 1].address.module == object.address.module
      {
        continue
      }
      found.insert(object.address.configuration)
    }
    return found.sorted()
  }

  /// Operations in flight whose run no longer works on them: their effect is not known.
  package var interruptedOperations: [Operation] {
    operationsInFlight.filter { runs[$0.runID]?.status != .running }
  }
}
