import Diagnostics
import Engine
import Synchronization
import Values

/// Provisioners that do nothing but remember, and fail where they are told to: the twin of those that run commands.
final class ScriptedProvisioners: ProvisionerRunner {
  private let ran = Mutex<[String]>([])
  private let onRun: @Sendable (String) async -> [Diagnostic]

  /// - Parameter onRun: given the command, or the destination of a file.
  init(onRun: @escaping @Sendable (String) async -> [Diagnostic] = { _ in [] }) { self.onRun = onRun }

  var commands: [String] { ran.withLock { $0 } }

  func run(_ request: ProvisionerRequest, output: @escaping @Sendable (String) -> Void) async -> [Diagnostic] {
    let command = ["command", "destination"].compactMap { request.configuration.attribute($0)?.asString }.first ?? ""
    ran.withLock { $0.append(command) }
    output(command)
    return await onRun(command)
  }

  func stop() async {}
}
