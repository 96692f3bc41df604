/// The calls of the provider services. Protocol 6 gave some of them new names.
enum PluginMethod: Sendable {
  case getSchema
  case validateProviderConfiguration
  case configure
  case validateResource
  case validateDataSource
  case validateEphemeralResource
  case getIdentitySchemas
  case upgradeResourceState
  case upgradeResourceIdentity
  case readResource
  case planResourceChange
  case applyResourceChange
  case importResourceState
  case moveResourceState
  case readDataSource
  case openEphemeralResource
  case renewEphemeralResource
  case closeEphemeralResource
  case callFunction
  case stop

  /// The name in the service of a protocol version, as in `tfplugin5.proto` and `tfplugin6.proto`.
  func name(in protocolVersion: Int) -> String {
    let isFive = protocolVersion == 5
    return switch self {
    case .getSchema: isFive ? "GetSchema" : "GetProviderSchema"
    case .validateProviderConfiguration: isFive ? "PrepareProviderConfig" : "ValidateProviderConfig"
    case .configure: isFive ? "Configure" : "ConfigureProvider"
    case .validateResource: isFive ? "ValidateResourceTypeConfig" : "ValidateResourceConfig"
    case .validateDataSource: isFive ? "ValidateDataSourceConfig" : "ValidateDataResourceConfig"
    case .validateEphemeralResource: "ValidateEphemeralResourceConfig"
    case .getIdentitySchemas: "GetResourceIdentitySchemas"
    case .upgradeResourceState: "UpgradeResourceState"
    case .upgradeResourceIdentity: "UpgradeResourceIdentity"
    case .readResource: "ReadResource"
    case .planResourceChange: "PlanResourceChange"
    case .applyResourceChange: "ApplyResourceChange"
    case .importResourceState: "ImportResourceState"
    case .moveResourceState: "MoveResourceState"
    case .readDataSource: "ReadDataSource"
    case .openEphemeralResource: "OpenEphemeralResource"
    case .renewEphemeralResource: "RenewEphemeralResource"
    case .closeEphemeralResource: "CloseEphemeralResource"
    case .callFunction: "CallFunction"
    case .stop: isFive ? "Stop" : "StopProvider"
    }
  }

  func path(in protocolVersion: Int) -> String {
    "/tfplugin\(protocolVersion).Provider/\(name(in: protocolVersion))"
  }
}
