import Plans
import State

/// Objects as they are now: what is stored by its place in the state, the rest by name.
struct CurrentObjects {
  private var storedRecords: [ObjectRecord?]
  private var others: [ObjectKey: ObjectRecord] = [:]

  init(of stored: StoredObjects) { storedRecords = Array(repeating: nil, count: stored.count) }

  /// - Parameter entry: the stored object of the name; nil if there is none.
  subscript(key: ObjectKey, entry: StoredObjects.Entry?) -> ObjectRecord? {
    get {
      if let entry { storedRecords[entry.index] } else { others[key] }
    }
    set {
      if let entry { storedRecords[entry.index] = newValue } else { others[key] = newValue }
    }
  }

  var all: [ObjectRecord] { storedRecords.compactMap { $0 } + others.values }

  /// In the order of their names, which is that of the state unless some are new or have other names.
  func sorted(_ stored: StoredObjects) -> [ObjectRecord] {
    if others.isEmpty && !stored.hasMoves { return storedRecords.compactMap { $0 } }
    let records = all
    // Sorts large things by moving only their keys.
    let keys = records.map(\.key)
    return records.indices.sorted { keys[$0] < keys[$1] }.map { records[$0] }
  }
}
