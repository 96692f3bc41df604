import Diagnostics
import Engine
import Host
import Provisioners
import Synchronization
import Values

/// Provisioners over twins of the world, and what they say.
final class Bench: Sendable {
  let files = MemoryFileTree()
  let provisioners: SystemProvisioners
  private let said = Mutex<[String]>([])

  init(
    launcher: any ProcessLauncher = ScriptedProcessLauncher(programs: [:]), connector: any RemoteConnector = ScriptedConnector(),
    environment: [String: String] = [:]
  ) {
    // Time passes when somebody waits.
    let clock = SharedClock()
    provisioners = SystemProvisioners(
      files: files, launcher: launcher, connector: connector, environment: environment,
      uptimeMilliseconds: { clock.now }, randomNumber: { 42 }, pause: { clock.pass($0) })
  }

  var lines: [String] { said.withLock { $0 } }

  func run(
    _ type: String, _ arguments: [String: Value], connection: [String: Value]? = nil, isSecret: Bool = false
  ) async -> [Diagnostic] {
    await provisioners.run(
      ProvisionerRequest(
        type: type, configuration: Self.object(arguments, ProvisionerSchema.arguments(of: type) ?? BlockSchema()),
        connection: connection.map { Self.object($0, ProvisionerSchema.connection) }, isSecret: isSecret)
    ) { line in self.said.withLock { $0.append(line) } }
  }

  private static func object(_ given: [String: Value], _ schema: BlockSchema) -> Value {
    .object(schema.attributes.map { ($0.name, given[$0.name] ?? .null($0.type)) })
  }
}

private final class SharedClock: Sendable {
  private let milliseconds = Mutex<Int64>(0)
  var now: Int64 { milliseconds.withLock { $0 } }
  func pass(_ time: Duration) {
    milliseconds.withLock { $0 += time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000 }
  }
}

/// A list of texts.
func texts(_ texts: String...) -> Value { .list(texts.map(Value.text), of: .string) }
