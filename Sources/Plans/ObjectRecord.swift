package import Addresses
package import Values

/// One object as state knows it, with its value decoded.
package struct ObjectRecord: Sendable {
  private struct Content: Sendable {
    var address: ResourceInstance
    var deposedKey: String?
    var provider: ProviderConfigurationAddress
    var schemaVersion: Int64
    var value: Value
    var `private`: [UInt8]
    var isTainted: Bool
    var dependencies: [ConfigurationResource]
    var createBeforeDestroy: Bool
    var skipDestroy = false
    var identity: ResourceIdentity?
    var rowVersion: Int64
  }
  /// Shared by all copies until one of them is changed.
  private var shared: Shared<Content>

  package var address: ResourceInstance {
    get { shared.content.address }
    set { shared.change { $0.address = newValue } }
  }
  /// Eight hexadecimal digits when the object was replaced and still waits to be destroyed.
  package var deposedKey: String? {
    get { shared.content.deposedKey }
    set { shared.change { $0.deposedKey = newValue } }
  }
  package var provider: ProviderConfigurationAddress {
    get { shared.content.provider }
    set { shared.change { $0.provider = newValue } }
  }
  package var schemaVersion: Int64 {
    get { shared.content.schemaVersion }
    set { shared.change { $0.schemaVersion = newValue } }
  }
  /// Marked where it is sensitive; wholly known; never null.
  package var value: Value {
    get { shared.content.value }
    set { shared.change { $0.value = newValue } }
  }
  package var `private`: [UInt8] {
    get { shared.content.`private` }
    set { shared.change { $0.`private` = newValue } }
  }
  package var isTainted: Bool {
    get { shared.content.isTainted }
    set { shared.change { $0.isTainted = newValue } }
  }
  /// The resources that this one refers to, directly; sorted.
  package var dependencies: [ConfigurationResource] {
    get { shared.content.dependencies }
    set { shared.change { $0.dependencies = newValue } }
  }
  package var createBeforeDestroy: Bool {
    get { shared.content.createBeforeDestroy }
    set { shared.change { $0.createBeforeDestroy = newValue } }
  }
  /// Whether it is forgotten where others are destroyed.
  package var skipDestroy: Bool {
    get { shared.content.skipDestroy }
    set { shared.change { $0.skipDestroy = newValue } }
  }
  /// What its provider knows it by; nil if that is not known.
  package var identity: ResourceIdentity? {
    get { shared.content.identity }
    set { shared.change { $0.identity = newValue } }
  }
  /// The version of the row it came from; 0 if it is in no row yet.
  package var rowVersion: Int64 {
    get { shared.content.rowVersion }
    set { shared.change { $0.rowVersion = newValue } }
  }

  /// Whether both are copies of one another, of which none was changed: a quick way to tell that they are equal.
  package func isCopy(of other: ObjectRecord) -> Bool { shared.isCopy(of: other.shared) }

  package init(
    address: ResourceInstance, deposedKey: String? = nil, provider: ProviderConfigurationAddress, schemaVersion: Int64,
    value: Value, private: [UInt8] = [], isTainted: Bool = false, dependencies: [ConfigurationResource] = [],
    createBeforeDestroy: Bool = false, rowVersion: Int64 = 0
  ) {
    shared = Shared(
      Content(
        address: address, deposedKey: deposedKey, provider: provider, schemaVersion: schemaVersion, value: value,
        private: `private`, isTainted: isTainted, dependencies: dependencies, createBeforeDestroy: createBeforeDestroy,
        rowVersion: rowVersion))
  }
}
