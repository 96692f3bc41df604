/// How the bytes between the engine and a provider process are protected.
package enum PluginTransportSecurity: Hashable, Sendable {
  /// In the clear over a Unix socket in a private directory, whose listener must be the child; mutual TLS where the plugin
  /// announces a certificate or listens on TCP.
  case privateSocket
  /// Mutual TLS always, as Terraform does; a plugin that cannot is refused.
  case mutualTLS
}

/// What to launch as a provider, and with which surroundings.
package struct PluginLaunch: Sendable {
  /// The provider's source address, for messages.
  package var provider: String
  /// Path of the program.
  package var executable: String
  /// What it is started with; nothing, unless it has several providers.
  package var arguments: [String]
  /// The environment that the provider inherits.
  package var environment: [String: String]
  package var security: PluginTransportSecurity
  /// Where a private directory for the socket is made. Short, since a socket's path may have about 100 bytes.
  package var temporaryDirectory: String
  /// How long the provider may take to print its handshake.
  package var handshakeTimeout: Duration
  /// How long it may take to end once it was asked to.
  package var shutdownTimeout: Duration
  package var log: PluginLogSink?

  package init(
    provider: String, executable: String, arguments: [String] = [], environment: [String: String],
    security: PluginTransportSecurity = .privateSocket, temporaryDirectory: String = "/tmp",
    handshakeTimeout: Duration = .seconds(60), shutdownTimeout: Duration = .seconds(2), log: PluginLogSink? = nil
  ) {
    self.provider = provider
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.security = security
    self.temporaryDirectory = temporaryDirectory
    self.handshakeTimeout = handshakeTimeout
    self.shutdownTimeout = shutdownTimeout
    self.log = log
  }

  /// The child's environment: what it inherits, without traces of a plugin host above this one, and the protocol's own variables.
  func childEnvironment(socketDirectory: String, clientCertificate: String?) -> [String: String] {
    var result = environment
    for stale in ["PLUGIN_CLIENT_CERT", "PLUGIN_UNIX_SOCKET_GROUP", "PLUGIN_MULTIPLEX_GRPC"] { result[stale] = nil }
    result[PluginProtocol.magicCookieKey] = PluginProtocol.magicCookieValue
    result["PLUGIN_PROTOCOL_VERSIONS"] = PluginProtocol.majorVersions.map { "\($0)" }.joined(separator: ",")
    result["PLUGIN_MIN_PORT"] = "10000"
    result["PLUGIN_MAX_PORT"] = "25000"
    result["PLUGIN_UNIX_SOCKET_DIR"] = socketDirectory
    // Plugins built before that variable was known make their socket here.
    result["TMPDIR"] = socketDirectory
    result["PLUGIN_CLIENT_CERT"] = clientCertificate
    return result
  }
}
