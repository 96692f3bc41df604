import Addresses
import Host
import Install
import SQLiteStore
import State

extension Session {
  func moduleInstaller(_ variables: VariableArguments? = nil) -> ModuleInstaller {
    var setting = ModuleInstaller.Setting(
      files: world.files, transport: CurlTransport(userAgent: "Plumb/\(plumbVersion)"), launcher: world.launcher,
      configuration: settings, environment: world.environment, homeDirectory: world.homeDirectory,
      dataDirectory: dataDirectory, now: world.now)
    setting.early = earlyValues(variables)
    return ModuleInstaller(setting)
  }

  func providerInstaller(
    pluginDirectories: [String] = [], configuration: CLIConfiguration? = nil, platform: Platform = .current,
    dataDirectory: String? = nil
  ) -> ProviderInstaller {
    ProviderInstaller(
      .init(
        files: world.files, transport: CurlTransport(userAgent: "Plumb/\(plumbVersion)"), launcher: world.launcher,
        configuration: configuration ?? settings, environment: world.environment, homeDirectory: world.homeDirectory,
        dataDirectory: dataDirectory ?? self.dataDirectory, pluginDirectories: pluginDirectories, bundled: bundledProviders,
        platform: platform))
  }

  /// The providers beside this program, which have its version.
  var bundledProviders: BundledProviders {
    BundledProviders(
      directory: world.programDirectory, version: SemanticVersion(parsing: plumbVersion), files: world.files)
  }

  /// The providers of what the state has, sorted; none when it cannot be read, which other commands tell.
  func providersOfState() async -> [ProviderSource] {
    let store = openStore()
    let snapshot = try? await readState(store).snapshot
    await store.close()
    let objects = snapshot?.objects.filter { $0.address.resource.mode == .managed } ?? []
    return Set(objects.map(\.provider.source)).sorted()
  }
}
