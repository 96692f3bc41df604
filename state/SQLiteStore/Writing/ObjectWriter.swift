import Addresses
import State

/// Applies changes of objects for one request, and writes history beside them.
final class ObjectWriter {
  private let transaction: WriteTransaction
  private let runID: Int64?
  private let operationID: Int64?
  /// Whether anything but times of verification was written.
  private(set) var hasChanged = false

  init(_ transaction: WriteTransaction, runID: Int64?, operationID: Int64?) {
    self.transaction = transaction
    self.runID = runID
    self.operationID = operationID
  }

  /// A name as the tables have it.
  private struct Name {
    var key: ObjectKey
    var address: String
    var deposed: String

    init(_ key: ObjectKey) {
      self.key = key
      address = key.address.description
      deposed = key.deposedKey ?? ""
    }

    func bind(to statement: Statement, from index: Int32, stackID: Int64) {
      statement.bind(index, stackID)
      statement.bind(index + 1, address)
      statement.bind(index + 2, deposed)
    }

    /// Module, mode, type, name and index key.
    func bindParts(to statement: Statement, from index: Int32) {
      let instance = key.address
      statement.bind(index, instance.module.isRoot ? "" : instance.module.description)
      statement.bind(index + 1, instance.resource.mode.rawValue)
      statement.bind(index + 2, instance.resource.type)
      statement.bind(index + 3, instance.resource.name)
      switch instance.key {
      case .integer(let number)?: statement.bind(index + 4, Int64(number))
      case .string(let text)?: statement.bind(index + 4, text)
      case nil: statement.bindNull(index + 4)
      }
    }
  }

  func apply(_ changes: [ObjectChange]) throws(StoreError) -> [Int64] {
    var versions: [Int64] = []
    versions.reserveCapacity(changes.count)
    for change in changes { versions.append(try apply(change)) }
    return versions
  }

  private func apply(_ change: ObjectChange) throws(StoreError) -> Int64 {
    switch change {
    case .put(let object, let expected): return try put(object, expected)
    case .remove(let key, let expected):
      guard expected != 0 else { throw StoreError(.invalidRequest, "\(key) is to be removed, but was never stored.") }
      let name = Name(key)
      try require(expected, of: name)
      try delete(name)
      _ = try record(nil, under: name, .remove, previous: expected)
      return 0
    case .depose(let address, let deposedKey, let expected):
      return try rename(ObjectKey(address), to: ObjectKey(address, deposedKey: deposedKey), expected, .depose)
    case .restore(let address, let deposedKey, let expected):
      return try rename(ObjectKey(address, deposedKey: deposedKey), to: ObjectKey(address), expected, .restore)
    case .move(let from, let to, let expected):
      return try rename(from, to: to, expected, .move)
    }
  }

  // MARK: Versions

  private func version(of name: Name) throws(StoreError) -> Int64? {
    let select = try statement(.objectVersion, name)
    guard try select.step() else { return nil }
    defer { select.reset() }
    return select.integer(0)
  }

  /// Throws `conflict` unless the row has that version; 0 for none.
  func require(_ expected: Int64, of key: ObjectKey) throws(StoreError) { try require(expected, of: Name(key)) }

  /// - Parameter expected: 0 for none.
  private func require(_ expected: Int64, of name: Name) throws(StoreError) {
    let found = try version(of: name)
    if (found ?? 0) != expected { throw try changed(name, expected: expected, found: found) }
  }

  private func changed(_ name: Name, expected: Int64, found: Int64?) throws(StoreError) -> StoreError {
    let select = try statement(.lastRunOfObject, name)
    var run: Run?
    if try select.step() {
      let id = select.optionalInteger(0)
      select.reset()
      if let id { run = try transaction.run(id)?.run }
    }
    return .changed(name.key, expected: expected, found: found, by: run)
  }

  private func statement(_ query: Query, _ name: Name) throws(StoreError) -> Statement {
    let statement = try transaction.connection.statement(query)
    name.bind(to: statement, from: 1, stackID: transaction.stackID)
    return statement
  }

  // MARK: Changes

  private func put(_ object: StateObject, _ expected: Int64) throws(StoreError) -> Int64 {
    let name = Name(object.key)
    let row = ObjectRow(object)
    let existing = try statement(.object, name)
    var found: Int64?
    var isSame = false
    if try existing.step() {
      found = existing.integer(0)
      isSame = row.isEqual(to: existing, from: 1)
      existing.reset()
    }
    if (found ?? 0) != expected { throw try changed(name, expected: expected, found: found) }
    if isSame {
      if let verified = object.lastVerified { try verify(name, verified) }
      return expected
    }
    let version = try record(row, under: name, .put, previous: found)
    let write = try transaction.connection.statement(found == nil ? .insertObject : .updateObject)
    row.bind(to: write)
    write.bind(12, version)
    write.bind(13, object.lastVerified)
    write.bind(14, runID)
    name.bind(to: write, from: 15, stackID: transaction.stackID)
    if found == nil { name.bindParts(to: write, from: 18) }
    try write.run()
    return version
  }

  private func verify(_ name: Name, _ time: String) throws(StoreError) {
    let update = try transaction.connection.statement(.verifyObject)
    update.bind(1, time)
    name.bind(to: update, from: 2, stackID: transaction.stackID)
    try update.run()
  }

  private func delete(_ name: Name) throws(StoreError) { try statement(.deleteObject, name).run() }

  private func rename(
    _ from: ObjectKey, to: ObjectKey, _ expected: Int64, _ change: HistoryEntry.Change
  ) throws(StoreError) -> Int64 {
    guard expected != 0 else { throw StoreError(.invalidRequest, "\(from) is to become \(to), but was never stored.") }
    let (old, new) = (Name(from), Name(to))
    let select = try statement(.object, old)
    guard try select.step() else { throw try changed(old, expected: expected, found: nil) }
    let found = select.integer(0)
    let row = ObjectRow(select, from: 1)
    select.reset()
    if found != expected { throw try changed(old, expected: expected, found: found) }
    try require(0, of: new)
    _ = try record(nil, under: old, change, other: new, previous: expected)
    let version = try record(row, under: new, change, other: old, previous: nil)
    let update = try transaction.connection.statement(.renameObject)
    update.bind(1, new.address)
    update.bind(2, new.deposed)
    new.bindParts(to: update, from: 3)
    update.bind(8, version)
    update.bind(9, runID)
    old.bind(to: update, from: 10, stackID: transaction.stackID)
    try update.run()
    return version
  }

  /// Adds a row to history. Gives its number, which is the object's new version.
  private func record(
    _ row: ObjectRow?, under name: Name, _ change: HistoryEntry.Change, other: Name? = nil, previous: Int64?
  ) throws(StoreError) -> Int64 {
    hasChanged = true
    let insert = try transaction.connection.statement(.insertHistory)
    if let row { row.bind(to: insert) } else { ObjectRow.bindNone(to: insert) }
    name.bind(to: insert, from: 12, stackID: transaction.stackID)
    insert.bind(15, change.rawValue)
    insert.bind(16, other?.address)
    insert.bind(17, other?.deposed)
    insert.bind(18, runID)
    insert.bind(19, operationID)
    insert.bind(20, previous)
    insert.bind(21, transaction.nowText)
    try insert.run()
    return transaction.connection.lastInsertedRow
  }
}
