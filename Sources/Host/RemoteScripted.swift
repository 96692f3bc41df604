import Synchronization

/// A machine in memory: the twin of `SSHConnector` for tests. It records what was done to it.
package final class ScriptedConnector: RemoteConnector {
  /// What a command prints and gives.
  package typealias Program = @Sendable (String) -> (output: String, status: Int32)

  private struct Record {
    var refusals: [RemoteError]
    var attempts: [(endpoint: RemoteEndpoint, bastion: RemoteEndpoint?)] = []
    var commands: [String] = []
    var files: [String: [UInt8]] = [:]
    var modes: [String: UInt32] = [:]
    var directories: Set<String>
  }
  private let record: Mutex<Record>
  private let program: Program

  /// - Parameter refusals: what the first attempts to connect end with.
  package init(refusals: [RemoteError] = [], directories: Set<String> = ["/tmp"], program: @escaping Program = { _ in ("", 0) }) {
    record = Mutex(Record(refusals: refusals, directories: directories))
    self.program = program
  }

  package var attempts: [(endpoint: RemoteEndpoint, bastion: RemoteEndpoint?)] { record.withLock { $0.attempts } }
  package var commands: [String] { record.withLock { $0.commands } }
  package var files: [String: [UInt8]] { record.withLock { $0.files } }
  package var modes: [String: UInt32] { record.withLock { $0.modes } }
  package var directories: Set<String> { record.withLock { $0.directories } }

  package func connect(
    to endpoint: RemoteEndpoint, through bastion: RemoteEndpoint?, timeoutSeconds: Int
  ) async throws(RemoteError) -> any RemoteSession {
    let refusal: RemoteError? = record.withLock { record in
      record.attempts.append((endpoint, bastion))
      return record.refusals.isEmpty ? nil : record.refusals.removeFirst()
    }
    if let refusal { throw refusal }
    return ScriptedSession(self)
  }

  private final class ScriptedSession: RemoteSession {
    private let machine: ScriptedConnector

    init(_ machine: ScriptedConnector) { self.machine = machine }

    func run(_ command: String, onOutput: @escaping @Sendable ([UInt8]) -> Void) async throws(RemoteError) -> Int32 {
      machine.record.withLock { $0.commands.append(command) }
      let (output, status) = machine.program(command)
      if !output.isEmpty { onOutput(Array(output.utf8)) }
      return status
    }

    func write(_ bytes: [UInt8], to path: String, mode: UInt32) async throws(RemoteError) {
      let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      let isWritten = machine.record.withLock { record in
        guard parent.isEmpty || record.directories.contains(parent) else { return false }
        record.files[path] = bytes
        record.modes[path] = mode
        return true
      }
      if !isWritten { throw RemoteError(.file, "\(path) could not be written: No such file") }
    }

    func isDirectory(_ path: String) async throws(RemoteError) -> Bool {
      machine.record.withLock { $0.directories.contains(path) }
    }

    func createDirectory(_ path: String) async throws(RemoteError) {
      machine.record.withLock { _ = $0.directories.insert(path) }
    }

    func remove(_ path: String) async throws(RemoteError) {
      machine.record.withLock { $0.files[path] = nil }
    }

    func interrupt() {}
    func close() async {}
  }
}
