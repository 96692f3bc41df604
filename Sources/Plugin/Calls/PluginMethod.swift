/// The calls of the provider services. Protocol 6 gave some of them new names.
enum PluginMethod: CaseIterable, Sendable {
  case getMetadata
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
  case getFunctions
  case callFunction
  case stop

  /// The name in the service of a protocol version, as in `tfplugin5.proto` and `tfplugin6.proto`.
  func name(in protocolVersion: Int) -> String {
    let isFive = protocolVersion == 5
    return switch self {
    case .getMetadata: "GetMetadata"
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
    case .getFunctions: "GetFunctions"
    case .callFunction: "CallFunction"
    case .stop: isFive ? "Stop" : "StopProvider"
    }
  }

  /// The field of the reply that the diagnostics are in; the same in both protocols. Nil for replies without.
  var diagnosticsField: Int? {
    switch self {
    case .configure, .validateResource, .validateDataSource, .validateEphemeralResource, .openEphemeralResource,
      .renewEphemeralResource, .closeEphemeralResource:
      1
    case .getMetadata, .getIdentitySchemas, .getFunctions, .validateProviderConfiguration, .upgradeResourceState,
      .upgradeResourceIdentity, .readResource, .importResourceState, .moveResourceState, .readDataSource:
      2
    case .applyResourceChange: 3
    case .getSchema, .planResourceChange: 4
    case .callFunction, .stop: nil
    }
  }

  func path(in protocolVersion: Int) -> String {
    "/tfplugin\(protocolVersion).Provider/\(name(in: protocolVersion))"
  }
}
