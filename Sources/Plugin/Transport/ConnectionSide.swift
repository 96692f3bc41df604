/// Which end of a plugin connection a process is at.
enum ConnectionSide: Sendable {
  /// Calls the plugin.
  case host
  /// Answers the host.
  case plugin

  /// The other end, as messages name it.
  var peer: String {
    switch self {
    case .host: "the plugin"
    case .plugin: "the host"
    }
  }
}
