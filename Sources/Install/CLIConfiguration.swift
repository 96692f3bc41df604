package import Addresses

/// The user's settings outside of any configuration: the CLI configuration file with the environment laid over it.
package struct CLIConfiguration: Sendable {
  /// Where unpacked packages are shared between working directories; an existing directory.
  package var pluginCacheDirectory: String?
  /// Whether a cached package may be used although the lock file has no hash for it yet.
  package var pluginCacheMayBreakLockFile = false
  package var checkpointDisabled = false
  /// Tokens by host name, in lower case.
  package var credentials: [String: String] = [:]
  package var credentialsHelper: CredentialsHelper?
  /// Service URLs by host name and service, which replace what the host itself would tell.
  package var hostServices: [String: [String: String]] = [:]
  /// Where packages come from, in order. Nil when the user did not say: then local directories go before registries.
  package var installationMethods: [ProviderInstallationMethod]?
  /// Directories with the executable to use instead of any installed package.
  package var developmentOverrides: [ProviderSource: String] = [:]

  package init() {}

  /// A program that keeps tokens: `terraform-credentials-NAME`.
  package struct CredentialsHelper: Hashable, Sendable {
    package var name: String
    package var arguments: [String]

    package init(name: String, arguments: [String] = []) {
      self.name = name
      self.arguments = arguments
    }
  }

  /// Lays another file's settings over these.
  mutating func merge(_ other: CLIConfiguration) {
    pluginCacheDirectory = other.pluginCacheDirectory ?? pluginCacheDirectory
    pluginCacheMayBreakLockFile = pluginCacheMayBreakLockFile || other.pluginCacheMayBreakLockFile
    checkpointDisabled = checkpointDisabled || other.checkpointDisabled
    credentials.merge(other.credentials) { $1 }
    credentialsHelper = other.credentialsHelper ?? credentialsHelper
    hostServices.merge(other.hostServices) { $1 }
    installationMethods = other.installationMethods ?? installationMethods
    developmentOverrides.merge(other.developmentOverrides) { $1 }
  }
}

/// One method of a `provider_installation` block, and the providers that it is for.
package struct ProviderInstallationMethod: Hashable, Sendable {
  package enum Location: Hashable, Sendable {
    /// Packages in a directory.
    case filesystemMirror(path: String)
    /// Packages behind a base URL, which ends in a slash.
    case networkMirror(url: String)
    /// Each provider's own registry.
    case direct
  }

  package var location: Location
  /// Empty for all providers.
  package var include: [ProviderPattern]
  package var exclude: [ProviderPattern]

  package init(_ location: Location, include: [ProviderPattern] = [], exclude: [ProviderPattern] = []) {
    self.location = location
    self.include = include
    self.exclude = exclude
  }

  package func applies(to source: ProviderSource) -> Bool {
    (include.isEmpty || include.contains { $0.matches(source) }) && !exclude.contains { $0.matches(source) }
  }
}

/// A provider source address in which parts may be `*`.
package struct ProviderPattern: Hashable, Sendable {
  package var host: String
  package var namespace: String
  package var type: String

  /// Why a text is no pattern, as a clause.
  package struct ParseError: Error, Hashable, Sendable {
    package var message: String
  }

  /// Exactly one provider.
  package init(_ source: ProviderSource) {
    (host, namespace, type) = (source.host, source.namespace, source.type)
  }

  /// Parses `[HOST/]NAMESPACE/TYPE`.
  package init(parsing text: String) throws(ParseError) {
    var parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(Substring($0)).lowercased() }
    let prefix = "invalid provider matching pattern \"\(text)\": "
    guard parts.count == 2 || parts.count == 3 else {
      throw ParseError(message: prefix + "must be \"namespace/type\" or \"hostname/namespace/type\"")
    }
    if parts.count == 2 { parts.insert(ProviderSource.defaultHost, at: 0) }
    if parts[0] == "*", parts[1] != "*" || parts[2] != "*" {
      throw ParseError(
        message: prefix + "a \"*\" for the host needs one for the namespace and the type too")
    }
    if parts[1] == "*", parts[2] != "*" {
      throw ParseError(message: prefix + "a \"*\" for the namespace needs one for the type too")
    }
    let concrete = parts.enumerated().map { index, part in part == "*" ? (index == 0 ? "a.example" : "a") : part }
    guard ProviderSource(parsing: concrete.joined(separator: "/")) != nil else {
      throw ParseError(message: prefix + "each segment must be a valid name or \"*\"")
    }
    (host, namespace, type) = (parts[0], parts[1], parts[2])
  }

  package func matches(_ source: ProviderSource) -> Bool {
    (host == "*" || host == source.host) && (namespace == "*" || namespace == source.namespace)
      && (type == "*" || type == source.type)
  }
}
