// SQLiteStore: the state store in one SQLite file. This room knows rows and SQL; of states only what `State` declares, and nothing
// of plans or providers. Only the files in Database/ speak C.

import CSQLite
import State

/// One connection to the database file. Not shared: whoever owns it calls it from one thread at a time.
@safe final class Connection {
  enum Mode {
    case readOnly
    /// Also creates the file.
    case readWrite
    /// Reads a file that no process writes to: needs no lock files, so that it works in a directory that cannot be written.
    case immutable
  }

  let path: String
  private let handle: OpaquePointer
  private var statements: [Statement?]

  /// - Parameter busyTimeout: milliseconds to wait for another process's transaction.
  init(path: String, mode: Mode, busyTimeout: Int32) throws(StoreError) {
    self.path = path
    var handle: OpaquePointer?
    let flags: Int32
    var name = path
    switch mode {
    case .readOnly: flags = SQLITE_OPEN_READONLY
    case .readWrite: flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    case .immutable:
      flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      name = "file:\(Self.escapedForURI(path))?immutable=1"
    }
    // Only one thread at a time uses a connection, so that SQLite's own locks are not needed.
    let code = unsafe sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle = unsafe handle else {
      let failure = unsafe SQLiteFailure(code: code, connection: handle)
      unsafe sqlite3_close_v2(handle)
      throw failure.storeError(path: path)
    }
    unsafe self.handle = handle
    statements = Array(repeating: nil, count: Query.allCases.count)
    unsafe sqlite3_busy_timeout(handle, busyTimeout)
  }

  deinit {
    // Statements belong to their connection and must end before it.
    statements = []
    unsafe sqlite3_close_v2(handle)
  }

  private static func escapedForURI(_ path: String) -> String {
    var text: [UInt8] = []
    let digits = Array("0123456789abcdef".utf8)
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "%"), 0..<0x21, 0x7F...:
        text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The statement of that query, compiled once, with nothing bound.
  func statement(_ query: Query) throws(StoreError) -> Statement {
    if let statement = statements[query.rawValue] { return statement }
    let statement = try prepare(query.sql, isKept: true)
    statements[query.rawValue] = statement
    return statement
  }

  func prepare(_ sql: String, isKept: Bool = false) throws(StoreError) -> Statement {
    var pointer: OpaquePointer?
    let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    let code = unsafe sqlite3_prepare_v3(handle, sql, -1, flags, &pointer, nil)
    guard code == SQLITE_OK, let pointer = unsafe pointer else {
      throw unsafe SQLiteFailure(code: code, connection: handle).storeError(path: path)
    }
    return unsafe Statement(pointer, of: handle, path: path)
  }

  /// Runs any number of statements whose rows do not matter.
  func execute(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw unsafe SQLiteFailure(code: code, connection: handle).storeError(path: path) }
  }

  /// The first column of the first row, 0 if there is none.
  func integer(_ sql: String) throws(StoreError) -> Int64 {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : 0
  }

  func text(_ sql: String) throws(StoreError) -> String {
    let statement = try prepare(sql)
    return try statement.step() ? statement.text(0) : ""
  }

  /// Whether a transaction is open. Some failures end it on their own.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }
  var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }
  /// How many rows the last statement changed.
  var changedRows: Int32 { unsafe sqlite3_changes(handle) }
}
