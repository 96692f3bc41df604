import Glibc
import Plugin
package import ProviderInterface

/// A provider as a program.
extension Provider {
  /// Serves the provider to the host that started this process: what `@main` calls, for a program that is one provider.
  public static func main() async {
    let environment = PluginServer.processEnvironment
    exit(
      await PluginServer.serve(
        provider: served(environment: environment), source: address, arguments: Array(CommandLine.arguments.dropFirst()),
        environment: environment))
  }

  /// As hosts see it, in the real world.
  package static func served(environment: [String: String]) -> any ProviderInterface.Provider {
    ServedProvider(Self.self, .real(environment: environment))
  }
}

extension Log {
  /// To this process's standard error, where hosts read it, at the level that they ask for.
  public static func standardError(environment: [String: String]) -> Log {
    let log = ProviderLog(module: "provider", environment: environment)
    return Log { entry in
      let level: PluginLogLevel =
        switch entry.level {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .warning: .warn
        case .error: .error
        }
      log.line(level, entry.message, entry.fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }
}
