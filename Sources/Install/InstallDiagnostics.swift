import Addresses
import Diagnostics

/// The messages of installation, in the terms that users of Terraform know.
enum InstallDiagnostics {
  static func unknownBuiltin(_ source: ProviderSource) -> Diagnostic {
    .error(
      "Invalid dependency on built-in provider",
      "There is no built-in provider \(source.type), so \(source) cannot be used.")
  }

  static func builtinVersion(_ source: ProviderSource) -> Diagnostic {
    .error(
      "Invalid dependency on built-in provider",
      "Cannot use \(source): built-in providers have no versions that could be asked for.")
  }

  static func bundledUnusable(_ source: ProviderSource, _ error: InstallError) -> Diagnostic {
    .error("Bundled provider cannot be used", "\(source) cannot be used: \(error.message).")
  }

  static func unknownBundled(_ source: ProviderSource, _ names: [String]) -> Diagnostic {
    .error(
      "Unknown bundled provider",
      "This program has no provider \(source). It has:"
        + names.map { "\n  - plumb.internal/bundled/\($0)" }.joined())
  }

  static func queryFailed(
    _ source: ProviderSource, _ error: InstallError, _ required: Set<ProviderSource>
  ) -> Diagnostic {
    let name = source.displayName
    var detail = "The versions of \(name) could not be listed: \(error.message)"
    if error.code == .providerNotFound {
      let isGuess = source.host == ProviderSource.defaultHost && source.namespace == ProviderSource.defaultNamespace
      if isGuess, let similar = required.filter({ $0.type == source.type && $0 != source }).sorted().first {
        detail +=
          "\n\nIf you mean \(similar.displayName), give that as the source in required_providers of each module that "
            + "uses it."
      } else {
        detail +=
          "\n\nName each provider with its source in required_providers, so that nobody has to guess."
      }
    }
    detail +=
      "\n\nTo see which modules need \(name), run:\n    plumb providers"
    return .error("Failed to query available provider packages", detail)
  }

  static func installFailed(
    _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform, _ error: InstallError
  ) -> Diagnostic {
    let name = source.displayName
    switch error.code {
    case .platformNotSupported:
      return .error(
        "Incompatible provider version",
        "\(name) v\(version) is not offered for \(platform).\n\nAnother version may be; see the provider's releases.")
    case .protocolNotSupported:
      return .error("Incompatible provider version", "P" + error.message.dropFirst() + ".")
    default:
      return .error("Failed to install provider", "\(name) v\(version) could not be installed: \(error.message)")
    }
  }

  static func lockFailed(
    _ source: ProviderSource, _ version: SemanticVersion, _ platform: Platform, _ error: InstallError
  ) -> Diagnostic {
    .error(
      "Could not retrieve providers for locking",
      "Could not obtain provider checksums for \(source.displayName) \(version) on \(platform): \(error.message).")
  }

  static func registryWarnings(_ source: ProviderSource, _ warnings: [String]) -> Diagnostic {
    .warning(
      "Additional provider information from registry",
      "The registry says about \(source.displayName):\n"
        + warnings.map { "- \($0)" }.joined(separator: "\n"))
  }

  static func incompleteLock(_ sources: [ProviderSource], _ platform: Platform) -> Diagnostic {
    .warning(
      "Incomplete lock file information for providers",
      "Because of your installation settings, the hashes of these providers were computed here:\n"
        + sources.map { "  - \($0.displayName)" }.joined(separator: "\n")
        + "\n\nThey are for \(platform) only, so other platforms cannot install from .terraform.lock.hcl yet. To add "
          + "one of them, run for example:\n  plumb providers lock -platform=linux_amd64")
  }
}
