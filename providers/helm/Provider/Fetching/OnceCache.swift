import Synchronization

/// Results that many ask for and that are made once. What failed is tried again by the next who asks.
final class OnceCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let tasks = Mutex<[Key: Task<Value, any Error>]>([:])

  func value(_ key: Key, _ make: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = tasks.withLock { tasks in
      if let known = tasks[key] { return known }
      let task = Task { try await make() }
      tasks[key] = task
      return task
    }
    do {
      return try await task.value
    } catch {
      tasks.withLock { $0[key] = nil }
      throw error
    }
  }
}
