import CSSH
import Glibc
import Synchronization

/// Logs in to real machines with libssh. Its calls block, so that each runs on a thread of its own.
package struct SSHConnector: RemoteConnector {
  package init() {}

  package func connect(
    to endpoint: RemoteEndpoint, through bastion: RemoteEndpoint?, timeoutSeconds: Int
  ) async throws(RemoteError) -> any RemoteSession {
    let result = await onThread {
      Result { () throws(RemoteError) in
        try SSHSession.open(endpoint, through: bastion, timeoutSeconds: timeoutSeconds)
      }
    }
    return try result.get()
  }
}

/// Runs what blocks where nobody waits for the thread.
private func onThread<Success: Sendable>(
  _ body: @escaping @Sendable () -> Result<Success, RemoteError>
) async -> Result<Success, RemoteError> {
  await withCheckedContinuation { (continuation: CheckedContinuation<Result<Success, RemoteError>, Never>) in
    let isStarted = startThread(named: "plumb-ssh") { continuation.resume(returning: body()) }
    if !isStarted {
      continuation.resume(returning: .failure(RemoteError(.unreachable, "the system has no thread left")))
    }
  }
}

/// A login. The mutex lets one thread at a time use the connection, which is what libssh asks for.
private final class SSHSession: RemoteSession {
  private let connection: Mutex<SSHConnection?>
  private let isInterrupted = Atomic(false)

  private init(_ connection: sending SSHConnection) { self.connection = Mutex(connection) }

  static func open(
    _ endpoint: RemoteEndpoint, through bastion: RemoteEndpoint?, timeoutSeconds: Int
  ) throws(RemoteError) -> SSHSession {
    guard let bastion else { return SSHSession(try SSHConnection(endpoint, descriptor: nil, timeoutSeconds: timeoutSeconds)) }
    let first = try SSHConnection(bastion, descriptor: nil, timeoutSeconds: timeoutSeconds)
    let descriptor = try SSHTunnel.open(from: first, to: endpoint)
    return SSHSession(try SSHConnection(endpoint, descriptor: descriptor, timeoutSeconds: timeoutSeconds))
  }

  private func use<Success: Sendable>(
    _ body: @escaping @Sendable (SSHConnection) throws(RemoteError) -> Success
  ) async throws(RemoteError) -> Success {
    try await onThread { [self] in
      connection.withLock { connection in
        guard let connection, !isInterrupted.load(ordering: .relaxed) else {
          return .failure(RemoteError(.interrupted, "interrupted"))
        }
        return Result { () throws(RemoteError) in try body(connection) }
      }
    }.get()
  }

  func run(_ command: String, onOutput: @escaping @Sendable ([UInt8]) -> Void) async throws(RemoteError) -> Int32 {
    try await use { [self] connection throws(RemoteError) in
      try connection.run(command, onOutput: onOutput, isInterrupted: { isInterrupted.load(ordering: .relaxed) })
    }
  }

  func write(_ bytes: [UInt8], to path: String, mode: UInt32) async throws(RemoteError) {
    try await use { connection throws(RemoteError) in try connection.write(bytes, to: path, mode: mode) }
  }

  func isDirectory(_ path: String) async throws(RemoteError) -> Bool {
    try await use { connection throws(RemoteError) in try connection.isDirectory(path) }
  }

  func createDirectory(_ path: String) async throws(RemoteError) {
    try await use { connection throws(RemoteError) in try connection.createDirectory(path) }
  }

  func remove(_ path: String) async throws(RemoteError) {
    try await use { connection throws(RemoteError) in try connection.remove(path) }
  }

  func interrupt() { isInterrupted.store(true, ordering: .relaxed) }

  func close() async {
    _ = await onThread { [self] in
      connection.withLock { $0 = nil }
      return .success(true)
    }
  }
}
