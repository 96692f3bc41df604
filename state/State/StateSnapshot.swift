package import Addresses

/// Everything that one stack remembers, as one consistent reading. Immutable; holds no lock and no connection.
package struct StateSnapshot: Sendable {
  /// The identity of the stack, a UUID; empty if nothing was ever stored.
  package let lineage: String
  /// Grows with each transaction that changes content.
  package let serial: UInt64
  /// Sorted by address, the current object before deposed ones.
  package let objects: [StateObject]
  package let outputs: [String: OutputState]
  /// The `check_results` array of a state file, as JSON.
  package let checkResults: [UInt8]?
  /// Operations that were begun and not finished, of living and of dead runs, oldest first.
  package let operationsInFlight: [Operation]
  /// The runs of `operationsInFlight`, by id. A run whose process is gone or whose leases expired has the status `abandoned` here.
  package let runs: [Int64: Run]

  private let indexByKey: [ObjectKey: Int]
  private let indicesByResource: [ConfigurationResource: [Int]]

  /// Sorts the objects and indexes them; of two objects with one key the later one counts.
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
    var positions: [ObjectKey: Int] = [:]
    positions.reserveCapacity(objects.count)
    var unique: [StateObject] = []
    unique.reserveCapacity(objects.count)
    for object in objects {
      if let position = positions[object.key] {
        unique[position] = object
      } else {
        positions[object.key] = unique.count
        unique.append(object)
      }
    }
    // Objects are large; only their indices move while sorting.
    let order = unique.indices.sorted { unique[$0].key < unique[$1].key }
    if !order.elementsEqual(unique.indices) {
      unique = order.map { unique[$0] }
      for (index, object) in unique.enumerated() { positions[object.key] = index }
    }
    self.objects = unique
    indexByKey = positions
    indicesByResource = Self.indices(of: unique)
  }

  private static func indices(of objects: [StateObject]) -> [ConfigurationResource: [Int]] {
    var result: [ConfigurationResource: [Int]] = [:]
    var start = 0
    // Neighbours mostly belong to one resource, whose name is then made and hashed once.
    while start < objects.count {
      let first = objects[start].address
      var end = start + 1
      while end < objects.count, objects[end].address.resource == first.resource,
        objects[end].address.module == first.module
      {
        end += 1
      }
      result[first.configuration, default: []].append(contentsOf: start..<end)
      start = end
    }
    return result
  }

  package var isEmpty: Bool { objects.isEmpty && outputs.isEmpty }

  /// Whether nothing was ever stored, though there may be a workspace to store it in.
  package var wasNeverWritten: Bool { isEmpty && serial == 0 }

  /// The object of that name, or nil. O(1).
  package func object(_ key: ObjectKey) -> StateObject? {
    indexByKey[key].map { objects[$0] }
  }

  /// The current object of an instance, or nil. O(1).
  package func object(at address: ResourceInstance) -> StateObject? { object(ObjectKey(address)) }

  /// All objects of a resource in all module instances, deposed ones included, in the order of `objects`. O(1) and the result.
  package func objects(of resource: ConfigurationResource) -> [StateObject] {
    (indicesByResource[resource] ?? []).map { objects[$0] }
  }

  /// Every resource that has an object, sorted.
  package var resources: [ConfigurationResource] { indicesByResource.keys.sorted() }

  /// Operations in flight whose run no longer works on them: their effect is not known.
  package var interruptedOperations: [Operation] {
    operationsInFlight.filter { runs[$0.runID]?.status != .running }
  }
}
