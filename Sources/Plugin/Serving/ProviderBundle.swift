import Glibc
package import ProviderInterface

/// Several providers in one program. Which one it serves is told by its file name, `terraform-provider-NAME` (a link in a folder of
/// `dev_overrides`), or else by its first argument.
package struct ProviderBundle: Sendable {
  /// Makes a provider for the environment of its process.
  package typealias Factory = @Sendable (_ environment: [String: String]) -> any Provider
  private let providers: [String: Factory]

  package init(_ providers: [String: Factory]) { self.providers = providers }

  /// Serves the provider that is asked for, and gives the exit code. With the argument `list` the names are printed, one a line.
  /// - Parameter commandLine: the whole of it, the program's name first.
  package func run(_ commandLine: [String], environment: [String: String]) async -> Int32 {
    let program = commandLine.first ?? ""
    var arguments = commandLine.dropFirst()
    let name: String
    if let linked = Self.providerName(ofProgram: program) {
      name = linked
    } else if let first = arguments.popFirst() {
      name = first
    } else {
      return refuse("Say which provider is to be served.")
    }
    if name == "list", arguments.isEmpty {
      writeAll(Array(names.map { "\($0)\n" }.joined().utf8), to: STDOUT_FILENO)
      return 0
    }
    guard let make = providers[name] else { return refuse("There is no bundled provider \"\(name)\".") }
    return await PluginServer.serve(
      provider: make(environment), source: "plumb.internal/bundled/\(name)", arguments: Array(arguments),
      environment: environment)
  }

  private var names: [String] { providers.keys.sorted() }

  private func refuse(_ reason: String) -> Int32 {
    let text = "\(reason) Bundled are: \(names.joined(separator: ", ")).\n"
    writeAll(Array(text.utf8), to: STDERR_FILENO)
    return 1
  }

  /// The provider that a program's file name stands for; nil if it stands for none. A version may follow behind `_`.
  static func providerName(ofProgram path: String) -> String? {
    let file = path.split(separator: "/").last ?? ""
    let prefix = "terraform-provider-"
    guard file.hasPrefix(prefix) else { return nil }
    return String(file.dropFirst(prefix.count).prefix { $0 != "_" })
  }
}
