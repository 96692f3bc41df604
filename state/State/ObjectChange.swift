package import Addresses

/// One change of one object. `expectedVersion` is the row version that the change was decided on; another version is a conflict.
package enum ObjectChange: Sendable, Equatable {
  /// Stores the object under its key. 0: there must be none yet. The object's own `version` is not looked at.
  case put(StateObject, expectedVersion: Int64)
  case remove(ObjectKey, expectedVersion: Int64)
  /// Makes the current object a deposed one; the instance has no current object afterwards.
  case depose(ResourceInstance, deposedKey: String, expectedVersion: Int64)
  /// Makes a deposed object the current one again; there must be no current object. The version is the deposed object's.
  case restore(ResourceInstance, deposedKey: String, expectedVersion: Int64)
  /// Gives an object another name; there must be none of the new name.
  case move(from: ObjectKey, to: ObjectKey, expectedVersion: Int64)
}

extension ObjectChange {
  /// The names that the change touches, first the one it reads.
  package var keys: [ObjectKey] {
    switch self {
    case .put(let object, _): return [object.key]
    case .remove(let key, _): return [key]
    case .depose(let address, let key, _): return [ObjectKey(address), ObjectKey(address, deposedKey: key)]
    case .restore(let address, let key, _): return [ObjectKey(address, deposedKey: key), ObjectKey(address)]
    case .move(let from, let to, _): return [from, to]
    }
  }
}

/// A change of the root module's outputs.
package enum OutputsChange: Sendable, Equatable {
  /// Exactly these remain.
  case replaceAll([String: OutputState])
  case update(set: [String: OutputState], remove: [String])
}

/// A change of the recorded check results.
package enum CheckResultsChange: Sendable, Equatable {
  /// The `check_results` array of a state file, as JSON.
  case set([UInt8])
  case clear
}

/// What happened to an object at one time.
package struct HistoryEntry: Sendable, Equatable {
  package enum Change: String, Sendable, Hashable {
    case put
    case remove
    case depose
    case restore
    case move
  }

  /// The row version that the change made; grows over all objects.
  package var version: Int64
  package var key: ObjectKey
  package var change: Change
  /// The other name of a move, deposition or restoration: where the object came from, or where it went.
  package var otherKey: ObjectKey?
  package var runID: Int64?
  package var operationID: Int64?
  /// RFC 3339 in UTC.
  package var at: String
  /// What the name stood for before; nil if for nothing.
  package var before: StateObject?
  /// What the name stands for since then; nil if for nothing.
  package var after: StateObject?

  package init(
    version: Int64, key: ObjectKey, change: Change, otherKey: ObjectKey? = nil, runID: Int64?, operationID: Int64?,
    at: String, before: StateObject?, after: StateObject?
  ) {
    self.version = version
    self.key = key
    self.change = change
    self.otherKey = otherKey
    self.runID = runID
    self.operationID = operationID
    self.at = at
    self.before = before
    self.after = after
  }
}
