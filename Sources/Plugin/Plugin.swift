// Plugin: provider processes behind the `Provider` protocol, by plugin protocol 5 and 6 over gRPC, and a `Provider` as such a process.
// This room knows no configuration language, no state and no plan: values, schemas and bytes only. Its layers, lowest first:
// `Wire` (protobuf), `Transport` (sockets, TLS, HTTP/2, gRPC), `Process` (launch, handshake, log, end), `Schema` (index and
// cache, encoder and decoder), `Calls` (one message pair per call, and the provider itself) and `Serving` (the same from the other end).

/// Names and numbers that both sides of the plugin protocol agree on.
enum PluginProtocol {
  /// Tells a provider that it was started by an engine and not by a person. The same for all protocol versions.
  static let magicCookieKey = "TF_PLUGIN_MAGIC_COOKIE"
  static let magicCookieValue = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
  /// The protocol majors that this room speaks.
  static let majorVersions = [5, 6]
}
