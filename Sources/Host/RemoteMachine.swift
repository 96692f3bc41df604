// Host, other machines: running commands and writing files on them. This part of the room knows nothing of provisioners.

/// One machine to log in to, and as whom.
package struct RemoteEndpoint: Sendable, Hashable {
  package var host: String
  package var port: Int
  package var user: String
  package var password: String?
  /// The text of a private key, not encrypted.
  package var privateKey: String?
  /// The text of an OpenSSH certificate for the private key.
  package var certificate: String?
  /// The public key that the machine must have, as in a line of `known_hosts`; nil if any will do.
  package var hostKey: String?
  /// The socket of the agent that may offer keys; nil to ask none.
  package var agentSocket: String?

  package init(
    host: String, port: Int = 22, user: String, password: String? = nil, privateKey: String? = nil, certificate: String? = nil,
    hostKey: String? = nil, agentSocket: String? = nil
  ) {
    self.host = host
    self.port = port
    self.user = user
    self.password = password
    self.privateKey = privateKey
    self.certificate = certificate
    self.hostKey = hostKey
    self.agentSocket = agentSocket
  }
}

/// Why something on another machine did not work.
package struct RemoteError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Code: Sendable, Hashable {
    /// Nobody answers, or the connection broke; another attempt may succeed.
    case unreachable
    /// The machine does not let us in; it may once it is fully set up.
    case refused
    /// Another attempt would end the same way: a key that cannot be read, or a machine that has another key than it must have.
    case invalid
    /// A file could not be written.
    case file
    case interrupted
  }
  package var code: Code
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}

/// Logs in to other machines. The real one is `SSHConnector`; `ScriptedConnector` plays machines in memory.
package protocol RemoteConnector: Sendable {
  /// Makes one attempt.
  /// - Parameter bastion: a machine to go through.
  func connect(
    to endpoint: RemoteEndpoint, through bastion: RemoteEndpoint?, timeoutSeconds: Int
  ) async throws(RemoteError) -> any RemoteSession
}

/// A login on another machine. Its methods are called one after the other, `interrupt` at any time.
package protocol RemoteSession: AnyObject, Sendable {
  /// Runs a command to its end on a terminal and gives its exit status. Output comes in pieces, as it is printed.
  func run(_ command: String, onOutput: @escaping @Sendable ([UInt8]) -> Void) async throws(RemoteError) -> Int32
  /// Creates or replaces a file.
  func write(_ bytes: [UInt8], to path: String, mode: UInt32) async throws(RemoteError)
  func isDirectory(_ path: String) async throws(RemoteError) -> Bool
  /// Creates a directory; one that exists is fine.
  func createDirectory(_ path: String) async throws(RemoteError)
  func remove(_ path: String) async throws(RemoteError)
  /// Makes what runs, and all that follows, fail.
  func interrupt()
  func close() async
}
