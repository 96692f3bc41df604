import Addresses
import Diagnostics

/// The messages of installation, in the terms that users of Terraform know.
enum InstallDiagnostics {
  static func unknownBuiltin(_ source: ProviderSource) -> Diagnostic {
    .error(
      "Invalid dependency on built-in provider",
      "Cannot use \(source): there is no built-in provider named \"\(source.type)\".")
  }

  static func builtinVersion(_ source: ProviderSource) -> Diagnostic {
    .error(
      "Invalid dependency on built-in provider",
      "Cannot use \(source): built-in providers have no versions that could be asked for.")
  }

  static func queryFailed(
    _ source: ProviderSource, _ error: InstallError, _ required: Set<ProviderSource>
  ) -> Diagnostic {
    let name = source.displayName
    var detail = "Could not retrieve the list of available versions for provider \(name): \(error.message)"
    if error.code == .providerNotFound {
      let isGuess = source.host == ProviderSource.defaultHost && source.namespace == ProviderSource.defaultNamespace
      if isGuess, let similar = required.filter({ $0.type == source.type && $0 != source }).sorted().first {
        detail +=
          "\n\nDid you intend to use \(similar.displayName)? If so, you must specify that source address in each "
          + "module which requires that provider."
      } else {
        detail +=
          "\n\nAll modules should specify their required_providers so that external consumers will get the correct "
          + "providers when using a module."
      }
    }
    detail +=
      "\n\nTo see which modules are currently depending on \(name) and what versions are specified, run the "
      + "following command:\n    plumb providers"
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
        "Provider \(name) v\(version) does not have a package available for your current platform, \(platform).\n\n"
          + "Not all providers are available for all platforms. Other versions of this provider may have different "
          + "platforms supported.")
    case .protocolNotSupported:
      return .error("Incompatible provider version", "P" + error.message.dropFirst() + ".")
    default:
      return .error("Failed to install provider", "Error while installing \(name) v\(version): \(error.message)")
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
      "The remote registry returned warnings for \(source.displayName):\n"
        + warnings.map { "- \($0)" }.joined(separator: "\n"))
  }

  static func incompleteLock(_ sources: [ProviderSource], _ platform: Platform) -> Diagnostic {
    .warning(
      "Incomplete lock file information for providers",
      "Due to your customized provider installation methods, lock file checksums had to be calculated locally for the "
        + "following providers:\n" + sources.map { "  - \($0.displayName)" }.joined(separator: "\n")
        + "\n\nThe current .terraform.lock.hcl file only includes checksums for \(platform), so installation on "
        + "another platform will fail for these providers.\n\nTo calculate additional checksums for another platform, "
        + "run:\n  plumb providers lock -platform=linux_amd64\n(where linux_amd64 is the platform to generate)")
  }
}
