// Provisioners: local-exec, remote-exec and file, done with the processes, files and connections of Host. This room knows what their
// arguments mean, and nothing of resources, plans or state.

package import Diagnostics
package import Engine
package import Host
import Synchronization
import Values

/// Runs provisioners for real, or with the twins of what it is given.
package final class SystemProvisioners: ProvisionerRunner {
  let files: any FileTree
  let launcher: any ProcessLauncher
  let connector: any RemoteConnector
  /// Of this process: local commands get it, and it names the agent that may hold keys.
  let environment: [String: String]
  /// Milliseconds of a clock that never goes back.
  let uptimeMilliseconds: @Sendable () -> Int64
  /// Waits between attempts to connect; gives false if it was cut short.
  let pause: @Sendable (Duration) async -> Void
  /// A number that nobody else has, for the names of scripts.
  let randomNumber: @Sendable () -> UInt32

  private struct State {
    var isStopped = false
    var next = 0
    /// How to end what runs now.
    var endings: [Int: @Sendable () -> Void] = [:]
  }
  private let state = Mutex(State())

  package init(
    files: any FileTree, launcher: any ProcessLauncher, connector: any RemoteConnector, environment: [String: String],
    uptimeMilliseconds: @escaping @Sendable () -> Int64, randomNumber: @escaping @Sendable () -> UInt32,
    pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    self.files = files
    self.launcher = launcher
    self.connector = connector
    self.environment = environment
    self.uptimeMilliseconds = uptimeMilliseconds
    self.randomNumber = randomNumber
    self.pause = pause
  }

  package func run(
    _ request: ProvisionerRequest, output: @escaping @Sendable (String) -> Void
  ) async -> [Diagnostic] {
    if isStopped { return [Self.interrupted(request.type)] }
    switch request.type {
    case "local-exec": return await runLocally(request, output: output)
    case "remote-exec": return await runRemotely(request, output: output)
    case "file": return await copyFiles(request, output: output)
    default: return [.error("Missing required provisioner plugin", "There is no provisioner \"\(request.type)\".")]
    }
  }

  package func stop() async {
    let endings = state.withLock { state in
      state.isStopped = true
      defer { state.endings = [:] }
      return Array(state.endings.values)
    }
    for end in endings { end() }
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Waits for what runs, and remembers how to end it: at once if everything is to end already. It is awaited then, too: what was begun is
  /// never left behind.
  func whileRunning<Success, Failure: Error>(
    endingWith end: @escaping @Sendable () -> Void, _ body: () async throws(Failure) -> Success
  ) async throws(Failure) -> Success {
    let number: Int? = state.withLock { state in
      if state.isStopped { return nil }
      state.next += 1
      state.endings[state.next] = end
      return state.next
    }
    guard let number else {
      end()
      return try await body()
    }
    defer { state.withLock { $0.endings[number] = nil } }
    return try await body()
  }

  static func interrupted(_ type: String) -> Diagnostic { failure(type, "The run was interrupted.") }

  static func failure(_ type: String, _ reason: String) -> Diagnostic { .error("\(type) provisioner error", reason) }
}

extension Value {
  /// A text argument; nil if it is not set.
  func text(_ name: String) -> String? { attribute(name)?.asString }

  /// The texts of a list argument, nulls left out; nil if it is not set.
  func texts(_ name: String) -> [String]? {
    guard let value = attribute(name), !value.isNull else { return nil }
    return value.elements.compactMap(\.asString)
  }
}
