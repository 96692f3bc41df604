import Dispatch
import State
import Synchronization

/// Runs write requests in order on one thread of its own, and commits together what waits together.
///
/// While a transaction is being made durable, new requests line up; they then share the next one. Each has its own savepoint, so
/// that what one may not do does not undo the others. A request returns only after its transaction is on disk.
final class WriteQueue: Sendable {
  /// One request, its result kept aside until the transaction is durable.
  private struct Request: Sendable {
    let body: @Sendable (WriteTransaction) throws(StoreError) -> Void
    let finish: @Sendable (StoreError?) -> Void
  }

  private struct Line {
    var waiting: [Request] = []
    var isBeingServed = false
    var isClosed = false
  }

  private let line = Mutex(Line())
  private let queue = DispatchQueue(label: "state-writer")
  private let thread: WriterThread

  init(path: String, workspace: String, environment: StoreEnvironment, busyTimeout: Int32) {
    thread = WriterThread(path: path, workspace: workspace, environment: environment, busyTimeout: busyTimeout)
  }

  func perform<Result: Sendable>(
    _ body: @escaping @Sendable (WriteTransaction) throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    let slot = Slot<Result>()
    return try await withCheckedContinuation { continuation in
      submit(
        Request(
          body: { transaction throws(StoreError) in slot.fill(try body(transaction)) },
          finish: { error in continuation.resume(returning: slot.outcome(error)) }))
    }.get()
  }

  private func submit(_ request: Request) {
    let mustStart: Bool? = line.withLock { line in
      if line.isClosed { return nil }
      line.waiting.append(request)
      defer { line.isBeingServed = true }
      return !line.isBeingServed
    }
    switch mustStart {
    case nil: request.finish(.storeClosed)
    case true?: queue.async { self.serve() }
    case false?: break
    }
  }

  /// Takes whole lines until nobody waits any more.
  private func serve() {
    while true {
      let batch = line.withLock { line in
        let batch = line.waiting
        line.waiting = []
        if batch.isEmpty { line.isBeingServed = false }
        return batch
      }
      if batch.isEmpty { return }
      thread.run(batch.map(\.body)) { index, error in batch[index].finish(error) }
    }
  }

  /// Finishes what waits, then lets go of the file.
  func close() async {
    line.withLock { $0.isClosed = true }
    await withCheckedContinuation { continuation in
      queue.async {
        self.serve()
        self.thread.close()
        continuation.resume()
      }
    }
  }
}

/// A result on its way from the write thread to its caller.
private final class Slot<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  func fill(_ value: Value) { self.value.withLock { $0 = value } }

  func outcome(_ error: StoreError?) -> Result<Value, StoreError> {
    if let error { return .failure(error) }
    guard let value = value.withLock({ $0 }) else { return .failure(.storeClosed) }
    return .success(value)
  }
}

/// What only the write queue's thread touches. `@unchecked Sendable`: every method is called on that serial queue alone.
private final class WriterThread: @unchecked Sendable {
  typealias Body = @Sendable (WriteTransaction) throws(StoreError) -> Void

  private let path: String
  private let workspace: String
  private let environment: StoreEnvironment
  private let busyTimeout: Int32
  private var writer: Writer?

  init(path: String, workspace: String, environment: StoreEnvironment, busyTimeout: Int32) {
    self.path = path
    self.workspace = workspace
    self.environment = environment
    self.busyTimeout = busyTimeout
  }

  func close() { writer = nil }

  /// Runs the requests in one transaction and answers each after it is durable.
  func run(_ batch: [Body], answer: (Int, StoreError?) -> Void) {
    var errors = [StoreError?](repeating: nil, count: batch.count)
    do throws(StoreError) {
      do throws(StoreError) {
        try transact(batch, &errors)
      } catch {
        guard error.code == .diskFull, writer?.makeSpace() == true else { throw error }
        errors = [StoreError?](repeating: nil, count: batch.count)
        try transact(batch, &errors)
      }
    } catch {
      for index in errors.indices where errors[index] == nil { errors[index] = error }
    }
    for (index, error) in errors.enumerated() { answer(index, error) }
  }

  /// Throws what undid the whole transaction; the errors of single requests go to `errors`.
  private func transact(_ batch: [Body], _ errors: inout [StoreError?]) throws(StoreError) {
    let writer = try openWriter()
    let connection = writer.connection
    try connection.statement(.begin).run()
    let transaction = WriteTransaction(writer, environment)
    do throws(StoreError) {
      for (index, body) in batch.enumerated() {
        try connection.statement(.savepoint).run()
        do throws(StoreError) {
          try body(transaction)
        } catch {
          errors[index] = error
          // A full disk or a failed read may have ended the transaction and with it every request before this one.
          // The first time the disk is full, everything is done again with the room that was kept.
          let isFirstShortage = error.code == .diskFull && !writer.isOutOfSpace
          guard connection.isInTransaction, !isFirstShortage else { throw error }
          try connection.statement(.rollbackToSavepoint).run()
        }
        try connection.statement(.release).run()
      }
      try connection.statement(.commit).run()
    } catch {
      if connection.isInTransaction { try? connection.statement(.rollback).run() }
      throw error
    }
  }

  private func openWriter() throws(StoreError) -> Writer {
    if let writer { return writer }
    let writer = try Writer(path: path, workspace: workspace, environment: environment, busyTimeout: busyTimeout)
    self.writer = writer
    return writer
  }
}
