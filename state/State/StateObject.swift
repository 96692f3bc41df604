// State: what is known of real objects, as rows; the journal, runs, leases and history around them; state files in and out.
// This room knows addresses and the JSON form of values. It knows no configuration, no schema, no provider and no database.

package import Addresses
package import Values

/// The name of one stored object: a resource instance, and for an object that was replaced but not yet destroyed its deposed key.
package struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var address: ResourceInstance
  /// Eight lower-case hexadecimal digits; nil for the current object.
  package var deposedKey: String?

  package init(_ address: ResourceInstance, deposedKey: String? = nil) {
    self.address = address
    self.deposedKey = deposedKey
  }

  /// The address, and for a deposed object its key: `aws_vpc.main (deposed 1a2b3c4d)`.
  package var description: String {
    deposedKey.map { "\(address) (deposed \($0))" } ?? address.description
  }

  package static func < (left: Self, right: Self) -> Bool {
    if left.address != right.address { return left.address < right.address }
    switch (left.deposedKey, right.deposedKey) {
    case (_, nil): return false
    case (nil, _): return true
    case (let a?, let b?): return a < b
    }
  }
}

/// One object as the store keeps it. Attributes stay encoded: only who has the schema can read them.
package struct StateObject: Sendable, Equatable {
  package var key: ObjectKey
  package var provider: ProviderConfigurationAddress
  /// The version of the schema that `attributes` conforms to.
  package var schemaVersion: Int64
  /// One JSON object without white space, encoded with the schema's implied type.
  package var attributes: [UInt8]
  /// Where sensitive values are in `attributes`; a set, in no particular order.
  package var sensitivePaths: [Path]
  /// What the provider asked to keep, opaque.
  package var `private`: [UInt8]
  package var isTainted: Bool
  /// Direct edges only, sorted. Objects read from a state file carry what the file says, which is the transitive closure.
  package var dependencies: [ConfigurationResource]
  package var createBeforeDestroy: Bool
  /// Whether the object is forgotten where others are destroyed, as its configuration said when it was last applied.
  package var skipDestroy = false
  /// What its provider knows it by; nil if that is not known.
  package var identity: ResourceIdentity?
  /// The version of the row: grows with each change of any object, never repeats. 0: not stored yet.
  package var version: Int64
  /// When a provider last confirmed the object, RFC 3339 in UTC.
  package var lastVerified: String?

  package init(
    key: ObjectKey, provider: ProviderConfigurationAddress, schemaVersion: Int64 = 0, attributes: [UInt8],
    sensitivePaths: [Path] = [], private: [UInt8] = [], isTainted: Bool = false,
    dependencies: [ConfigurationResource] = [], createBeforeDestroy: Bool = false, version: Int64 = 0,
    lastVerified: String? = nil
  ) {
    self.key = key
    self.provider = provider
    self.schemaVersion = schemaVersion
    self.attributes = attributes
    self.sensitivePaths = sensitivePaths
    self.private = `private`
    self.isTainted = isTainted
    self.dependencies = dependencies
    self.createBeforeDestroy = createBeforeDestroy
    self.version = version
    self.lastVerified = lastVerified
  }

  package var address: ResourceInstance { key.address }
  package var deposedKey: String? { key.deposedKey }

  /// Whether both describe the same object in the same condition: everything but row version and time of verification.
  package func hasSameContent(as other: StateObject) -> Bool {
    var other = other
    other.version = version
    other.lastVerified = lastVerified
    if other.sensitivePaths != sensitivePaths, Set(other.sensitivePaths) == Set(sensitivePaths) {
      other.sensitivePaths = sensitivePaths
    }
    return self == other
  }
}

/// One output of the root module.
package struct OutputState: Sendable, Equatable {
  /// The value as JSON, encoded with its own type.
  package var value: [UInt8]
  /// The type as JSON: `"string"`, `["list","number"]`.
  package var type: [UInt8]
  package var sensitive: Bool

  package init(value: [UInt8], type: [UInt8], sensitive: Bool = false) {
    self.value = value
    self.type = type
    self.sensitive = sensitive
  }
}
