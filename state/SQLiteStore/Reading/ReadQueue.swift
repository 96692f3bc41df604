import Dispatch
import Glibc
import State

/// Reads on a thread and a read-only connection of its own, so that readers and the writer never wait for each other.
final class ReadQueue: Sendable {
  private let queue = DispatchQueue(label: "state-reader")
  private let thread: ReaderThread

  init(path: String, busyTimeout: Int32) { thread = ReaderThread(path: path, busyTimeout: busyTimeout) }

  /// Runs the body in one read transaction.
  /// - Returns: nil if there is no store yet.
  func perform<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value? {
    let outcome: Result<Value?, StoreError> = await withCheckedContinuation { continuation in
      queue.async { [thread] in continuation.resume(returning: thread.run(body)) }
    }
    return try outcome.get()
  }

  func close() async {
    await withCheckedContinuation { continuation in
      queue.async { [thread] in
        thread.close()
        continuation.resume()
      }
    }
  }
}

/// What only the read queue's thread touches. `@unchecked Sendable`: every method is called on that serial queue alone.
private final class ReaderThread: @unchecked Sendable {
  private let path: String
  private let busyTimeout: Int32
  private var connection: Connection?
  private var isClosed = false

  init(path: String, busyTimeout: Int32) {
    self.path = path
    self.busyTimeout = busyTimeout
  }

  func close() {
    connection = nil
    isClosed = true
  }

  func run<Value>(_ body: (Connection) throws(StoreError) -> Value) -> Result<Value?, StoreError> {
    do throws(StoreError) {
      if isClosed { throw .storeClosed }
      guard let connection = try open() else { return .success(nil) }
      try connection.statement(.beginReading).run()
      defer { try? connection.statement(.rollback).run() }
      return .success(try body(connection))
    } catch {
      // What is wrong with the file now may be mended before the next reading.
      connection = nil
      return .failure(error)
    }
  }

  private func open() throws(StoreError) -> Connection? {
    if let connection { return connection }
    guard exists(path) else { return nil }
    do throws(StoreError) {
      let opened = try Connection(path: path, mode: .readOnly, busyTimeout: busyTimeout)
      // A file without tables is one that another process is just creating.
      guard try Migrations.isReady(opened) else { return nil }
      connection = opened
    } catch {
      connection = try openUnwritten(error)
    }
    return connection
  }

  /// In a directory that cannot be written SQLite cannot make its lock files. Nobody else writes there either, so that the file is read
  /// as it stands, unless a log beside it says that there is more.
  private func openUnwritten(_ error: StoreError) throws(StoreError) -> Connection {
    switch error.code {
    case .readOnly, .permissionDenied, .inputOutput, .notFound: break
    default: throw error
    }
    if exists(path + "-wal") { throw error }
    let opened = try Connection(path: path, mode: .immutable, busyTimeout: busyTimeout)
    guard try Migrations.isReady(opened) else { throw error }
    return opened
  }

  private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
