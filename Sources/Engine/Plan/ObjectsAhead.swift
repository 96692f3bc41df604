import Addresses
import Diagnostics
import Plans
import ProviderInterface
import State
import Values

/// Stored objects of a provider that answers at once in the form of the present schemas, made ready on another thread some hundreds
/// ahead of the walk, which is what such a provider's objects wait for. Other providers are asked one by one, beside other calls.
struct ObjectsAhead {
  /// By place in the part; nil for what has to be asked for in the usual way: it is another provider's, or something is wrong with it.
  typealias Part = Task<[ObjectRecord?], Never>

  private static let size = 512

  private let entries: [StoredObjects.Entry?]
  private var parts: [Part?]

  init(of stored: StoredObjects) {
    entries = stored.inOrderOfState
    parts = Array(repeating: nil, count: entries.count / Self.size + 1)
  }

  /// The part that an object is in, and its place there. The part after it is begun as well.
  mutating func part(with entry: StoredObjects.Entry, of provider: any Provider, _ schemas: SchemaTable) -> (Part, Int) {
    let number = entry.index / Self.size
    let source = entry.object.provider.source
    if number + 1 < parts.count { _ = part(number + 1, of: provider, source, schemas) }
    return (part(number, of: provider, source, schemas), entry.index % Self.size)
  }

  private mutating func part(_ number: Int, of provider: any Provider, _ source: ProviderSource, _ schemas: SchemaTable) -> Part {
    if let part = parts[number] { return part }
    let entries = entries[number * Self.size..<min(entries.count, (number + 1) * Self.size)]
    let part = Part {
      var records: [ObjectRecord?] = []
      records.reserveCapacity(entries.count)
      for entry in entries { records.append(entry?.object.provider.source == source ? await entry?.record(of: provider, schemas) : nil) }
      return records
    }
    parts[number] = part
    return part
  }
}

/// Whether a provider may have made a value of what is stored.
func isUsable(_ value: Value, _ schema: Schema) -> Bool {
  !value.isNull && value.isWhollyKnown && conformanceProblems(schema: schema.block, value).isEmpty
}

extension StoredObjects.Entry {
  fileprivate func record(of provider: any Provider, _ schemas: SchemaTable) async -> ObjectRecord? {
    guard let schema = schemas.schema(of: object.key.address.resource, from: object.provider.source), object.schemaVersion <= schema.version
    else { return nil }
    let response = await provider.upgradeResourceState(
      UpgradeResourceStateRequest(typeName: object.key.address.resource.type, version: object.schemaVersion, json: object.attributes))
    guard response.diagnostics.isEmpty, let value = response.upgraded, isUsable(value, schema) else { return nil }
    return ObjectRecord(of: object, value: value, schema: schema)
  }
}
