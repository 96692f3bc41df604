package import Addresses
package import Plans

/// What happens during a run, for those who show it.
package enum EngineEvent: Sendable {
  /// The attribute by which people know the object: `id` or `name`.
  package struct Identity: Sendable {
    package var key: String
    package var value: String
    package init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// An object is looked up by its id, to be adopted.
  case importStarted(ResourceInstance, id: String)
  case importPrepared(ResourceInstance)
  /// An object was adopted into the state.
  case imported(ResourceInstance, id: String)
  case refreshStarted(ResourceInstance, deposedKey: String?, Identity?)
  case refreshFinished(ResourceInstance, deposedKey: String?, Identity?)
  /// A data source is being read while planning.
  case readStarted(ResourceInstance)
  case readFinished(ResourceInstance, Identity?, milliseconds: Int64)
  case readFailed(ResourceInstance, milliseconds: Int64)
  case applyStarted(ResourceInstance, deposedKey: String?, Action, Identity?)
  case applyFinished(ResourceInstance, deposedKey: String?, Action, Identity?, milliseconds: Int64)
  case applyFailed(ResourceInstance, deposedKey: String?, Action, milliseconds: Int64)
  /// An ephemeral resource is being opened, renewed or closed, while planning as well as while applying.
  case ephemeralStarted(ResourceInstance, EphemeralOperation)
  case ephemeralFinished(ResourceInstance, EphemeralOperation, milliseconds: Int64)
  case ephemeralFailed(ResourceInstance, EphemeralOperation, milliseconds: Int64)
  /// A provisioner of that type begins to work for the object.
  case provisionStarted(ResourceInstance, String)
  /// A line of its output.
  case provisionProgressed(ResourceInstance, String, String)
  case provisionFinished(ResourceInstance, String)
  case provisionFailed(ResourceInstance, String)
  /// The run waits until another one lets go of the objects that it wants to change.
  case waitingForLeases
  /// How many steps of the plan are to be done in all; sent once before the first.
  case applyPlanned(steps: Int)
}

/// What happens to an ephemeral resource.
package enum EphemeralOperation: String, Sendable {
  case open
  case renew
  case close
}
