package import Addresses
package import Values

/// What is to happen to one object of a resource, or what happened to it outside (drift).
package struct ResourceChange: Sendable {
  private struct Content: Sendable {
    var address: ResourceInstance
    var previousAddress: ResourceInstance
    var deposedKey: String?
    var provider: ProviderConfigurationAddress
    var schemaVersion: Int64
    var action: Action
    var reason: ActionReason?
    var before: Value
    var after: Value
    var plannedPrivate: [UInt8]
    var replacePaths: [Path]
    var plannedIdentity: ResourceIdentity?
    var importID: String?
    var importIdentity: ResourceIdentity?
    var generatedConfiguration: String?
    var newDeposedKey: String?
    var dependencies: [ConfigurationResource]
    var createBeforeDestroy: Bool
    var skipDestroy = false
    var rowVersion: Int64
    var isConfigurationKnown = false
  }
  /// Shared by all copies until one of them is changed.
  private var shared: Shared<Content>

  package var address: ResourceInstance {
    get { shared.content.address }
    set { shared.change { $0.address = newValue } }
  }
  /// Where the object was before `moved` blocks took it here; equal to `address` if it was not moved.
  package var previousAddress: ResourceInstance {
    get { shared.content.previousAddress }
    set { shared.change { $0.previousAddress = newValue } }
  }
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
  package var action: Action {
    get { shared.content.action }
    set { shared.change { $0.action = newValue } }
  }
  package var reason: ActionReason? {
    get { shared.content.reason }
    set { shared.change { $0.reason = newValue } }
  }
  /// Null when there is nothing yet. Marked where sensitive.
  package var before: Value {
    get { shared.content.before }
    set { shared.change { $0.before = newValue } }
  }
  /// Null when there will be nothing. May have unknown parts. Marked where sensitive.
  package var after: Value {
    get { shared.content.after }
    set { shared.change { $0.after = newValue } }
  }
  /// What the provider wants to see again at apply.
  package var plannedPrivate: [UInt8] {
    get { shared.content.plannedPrivate }
    set { shared.change { $0.plannedPrivate = newValue } }
  }
  /// The paths whose change forces the replacement.
  package var replacePaths: [Path] {
    get { shared.content.replacePaths }
    set { shared.change { $0.replacePaths = newValue } }
  }
  /// What the provider will know the object by, if it told that.
  package var plannedIdentity: ResourceIdentity? {
    get { shared.content.plannedIdentity }
    set { shared.change { $0.plannedIdentity = newValue } }
  }
  /// Set if the object is adopted; empty if it was found by its identity.
  package var importID: String? {
    get { shared.content.importID }
    set { shared.change { $0.importID = newValue } }
  }
  package var importIdentity: ResourceIdentity? {
    get { shared.content.importIdentity }
    set { shared.change { $0.importIdentity = newValue } }
  }
  package var generatedConfiguration: String? {
    get { shared.content.generatedConfiguration }
    set { shared.change { $0.generatedConfiguration = newValue } }
  }
  /// The key that the old object gets while both exist; set for `createThenDelete`.
  package var newDeposedKey: String? {
    get { shared.content.newDeposedKey }
    set { shared.change { $0.newDeposedKey = newValue } }
  }
  package var dependencies: [ConfigurationResource] {
    get { shared.content.dependencies }
    set { shared.change { $0.dependencies = newValue } }
  }
  package var createBeforeDestroy: Bool {
    get { shared.content.createBeforeDestroy }
    set { shared.change { $0.createBeforeDestroy = newValue } }
  }
  /// Whether the object will be forgotten where others are destroyed.
  package var skipDestroy: Bool {
    get { shared.content.skipDestroy }
    set { shared.change { $0.skipDestroy = newValue } }
  }
  /// The version of the row that holds `before`; 0 if there is none.
  package var rowVersion: Int64 {
    get { shared.content.rowVersion }
    set { shared.change { $0.rowVersion = newValue } }
  }
  /// Whether everything that the provider was asked with was known; then apply need not ask again what it plans.
  package var isConfigurationKnown: Bool {
    get { shared.content.isConfigurationKnown }
    set { shared.change { $0.isConfigurationKnown = newValue } }
  }

  /// The null of the object's type.
  package var nullValue: Value { .null(before.isNull ? before.type : after.isNull ? after.type : before.type) }

  package init(
    address: ResourceInstance, previousAddress: ResourceInstance? = nil, deposedKey: String? = nil,
    provider: ProviderConfigurationAddress, schemaVersion: Int64, action: Action, reason: ActionReason? = nil,
    before: Value, after: Value, plannedPrivate: [UInt8] = [], replacePaths: [Path] = [], importID: String? = nil,
    importIdentity: ResourceIdentity? = nil,
    generatedConfiguration: String? = nil, newDeposedKey: String? = nil, dependencies: [ConfigurationResource] = [],
    createBeforeDestroy: Bool = false, rowVersion: Int64 = 0
  ) {
    shared = Shared(
      Content(
        address: address, previousAddress: previousAddress ?? address, deposedKey: deposedKey, provider: provider,
        schemaVersion: schemaVersion, action: action, reason: reason, before: before, after: after,
        plannedPrivate: plannedPrivate, replacePaths: replacePaths, importID: importID,
        importIdentity: importIdentity,
        generatedConfiguration: generatedConfiguration, newDeposedKey: newDeposedKey, dependencies: dependencies,
        createBeforeDestroy: createBeforeDestroy, rowVersion: rowVersion))
  }

  package var isMove: Bool { previousAddress != address }
}
