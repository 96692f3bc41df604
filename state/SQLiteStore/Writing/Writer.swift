import Glibc
import State

/// The one connection that writes, and what it has learned of its stack. Lives on the write queue.
final class Writer {
  let connection: Connection
  let stackID: Int64
  private let path: String
  private var reserve: SpaceReserve?
  /// Whether the disk was found full: what is in flight is finished, nothing new begun.
  private(set) var isOutOfSpace = false

  /// Creates what does not exist yet: the file (for its owner only), the tables, the stack.
  init(path: String, workspace: String, environment: StoreEnvironment, busyTimeout: Int32) throws(StoreError) {
    self.path = path
    try Self.createFile(path)
    connection = try Connection(path: path, mode: .readWrite, busyTimeout: busyTimeout)
    try Self.useWriteAheadLog(connection, timeout: busyTimeout)
    try connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
    try Migrations.run(on: connection)
    stackID = try Self.stack(workspace, connection, environment)
  }

  // MARK: Space

  /// Keeps room for the results of a run; `diskFull` if there is not enough of it.
  func reserveSpace() throws(StoreError) { reserve = try SpaceReserve.take(beside: path) }

  /// Gives the room back to the disk.
  func releaseSpace() { reserve = nil }

  /// After a write found the disk full: makes room for what must not be lost. False if there is none to give.
  func makeSpace() -> Bool {
    isOutOfSpace = true
    if reserve == nil { return false }
    reserve = nil
    return true
  }

  // MARK: Opening

  /// SQLite would create the file readable for everybody. The files beside it get the mode of the file.
  private static func createFile(_ path: String) throws(StoreError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
      return
    }
    switch errno {
    case EEXIST: return
    case ENOENT:
      throw StoreError(.notFound, "\(path) cannot be created: its directory does not exist.")
    case EROFS:
      throw StoreError(.readOnly, "\(path) cannot be created: its file system is read-only.")
    case EACCES, EPERM:
      throw StoreError(
        .permissionDenied,
        "\(path) cannot be created: permission denied. Check the owner and the mode of its directory.")
    case ENOSPC, EDQUOT:
      throw StoreError(.diskFull, "\(path) cannot be created: there is no space left. Free some space and try again.")
    case let number:
      throw StoreError(.inputOutput, "\(path) cannot be created: system error \(number).")
    }
  }

  /// The change of the journal mode does not wait for other connections on its own.
  private static func useWriteAheadLog(_ connection: Connection, timeout: Int32) throws(StoreError) {
    let pause: Int32 = 5
    var waited: Int32 = 0
    while true {
      do throws(StoreError) {
        let mode = try connection.text("PRAGMA journal_mode = WAL")
        if mode == "wal" { return }
        throw StoreError(
          .inputOutput, "\(connection.path) is on a file system without shared memory, which the store needs.")
      } catch {
        guard error.code == .busy, waited < timeout else { throw error }
      }
      usleep(UInt32(pause) * 1000)
      waited += pause
    }
  }

  private static func stack(
    _ workspace: String, _ connection: Connection, _ environment: StoreEnvironment
  ) throws(StoreError) -> Int64 {
    if let id = try find(workspace, connection) { return id }
    try connection.statement(.begin).run()
    do throws(StoreError) {
      // Another process may have been faster.
      var found = try find(workspace, connection)
      if found == nil {
        let insert = try connection.statement(.insertStack)
        insert.bind(1, workspace)
        insert.bind(2, environment.newLineage())
        insert.bind(3, Timestamp.text(environment.now()))
        try insert.run()
        found = connection.lastInsertedRow
      }
      try connection.statement(.commit).run()
      return found ?? 0
    } catch {
      if connection.isInTransaction { try? connection.statement(.rollback).run() }
      throw error
    }
  }

  private static func find(_ workspace: String, _ connection: Connection) throws(StoreError) -> Int64? {
    let statement = try connection.statement(.findStack)
    statement.bind(1, workspace)
    guard try statement.step() else { return nil }
    defer { statement.reset() }
    return statement.integer(0)
  }
}
