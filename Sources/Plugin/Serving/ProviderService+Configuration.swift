import Diagnostics
import ProviderInterface
import Values

/// Validation and configuration.
extension ProviderService {
  /// RPC ValidateProviderConfig.
  func validateProviderConfig(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let configuration = try await providerCall(request).configuration(1)
    return reply(
      .validateProviderConfiguration, await provider.validateProviderConfiguration(configuration).diagnostics)
  }

  /// RPC ConfigureProvider.
  func configureProvider(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await providerCall(request)
    let diagnostics = await provider.configure(
      ConfigureRequest(
        terraformVersion: request.string(1), configuration: try call.configuration(2),
        capabilities: try call.capabilities(3)))
    return reply(.configure, diagnostics)
  }

  /// RPC ValidateResourceConfig.
  func validateResourceConfig(_ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, .resource, request)
    let configuration = try call.configuration(2)
    var diagnostics: [Diagnostic] = []
    if try !call.capabilities(3).writeOnlyAttributesAllowed {
      diagnostics += call.schema.block.writeOnlyPaths(in: configuration).map(Self.writeOnlyRefused)
    }
    diagnostics += await provider.validateConfiguration(of: .resource, named: call.typeName, configuration)
    return reply(.validateResource, diagnostics)
  }

  /// RPCs ValidateDataResourceConfig and ValidateEphemeralResourceConfig.
  func validateConfig(of kind: TypeKind, _ request: ProtobufMessage) async throws(DiagnosticsError) -> [UInt8] {
    let call = try await ServedCall(provider, kind, request)
    let diagnostics = await provider.validateConfiguration(of: kind, named: call.typeName, try call.configuration(2))
    return reply(kind == .dataSource ? .validateDataSource : .validateEphemeralResource, diagnostics)
  }

  /// A call about the provider's own configuration.
  private func providerCall(_ request: ProtobufMessage) async throws(DiagnosticsError) -> ServedCall {
    ServedCall(provider, request, "the provider configuration", try await provider.metadata().configuration)
  }

  /// A host that does not know write-only arguments would write them into its state.
  private static func writeOnlyRefused(_ path: Path) -> Diagnostic {
    Diagnostic(
      .error, "Write-only argument not supported",
      "The program that uses this provider would store this argument, which is never to be stored. Use a newer version of it "
        + "(Terraform 1.11 or later), or leave the argument out.",
      attributePath: path.steps.map { Path([$0]).description })
  }
}

extension BlockSchema {
  /// Where in a configuration write-only arguments are given.
  fileprivate func writeOnlyPaths(in configuration: Value) -> [Path] {
    guard containsWriteOnly else { return [] }
    var paths: [Path] = []
    configuration.visit { path, value in
      if value.isNull { return false }
      if isWriteOnly(path.steps[...]) { paths.append(path) }
      return true
    }
    return paths
  }

  private func isWriteOnly(_ steps: ArraySlice<Path.Step>) -> Bool {
    guard case .attribute(let name)? = steps.first else { return false }
    let rest = steps.dropFirst()
    if let attribute = attribute(name) { return attribute.isWriteOnly(rest) }
    return block(name)?.block.isWriteOnly(rest.drop(while: \.isIndex)) ?? false
  }
}

extension AttributeSchema {
  fileprivate func isWriteOnly(_ steps: ArraySlice<Path.Step>) -> Bool {
    if steps.isEmpty { return writeOnly }
    let inside = steps.drop(while: \.isIndex)
    guard let nestedType, case .attribute(let name)? = inside.first else { return false }
    return nestedType.attribute(name)?.isWriteOnly(inside.dropFirst()) ?? false
  }
}

extension Path.Step {
  fileprivate var isIndex: Bool { if case .index = self { true } else { false } }
}
