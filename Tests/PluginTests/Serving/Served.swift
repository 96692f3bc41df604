import Host
import ProviderInterface

@testable import Plugin

/// A provider served in this process, and the ways to reach it.
final class Served: Sendable {
  let workshop = Workshop()
  let end = EndOfService()
  private let directory: ProcessDirectory
  private let session: PluginSession

  /// - Parameter client: the certificate of the host that may connect; nil for a service in the clear.
  init(for client: TLSIdentity? = nil) throws {
    directory = try ProcessDirectory(in: "/tmp")
    var environment = ["PLUGIN_UNIX_SOCKET_DIR": directory.path]
    environment["PLUGIN_CLIENT_CERT"] = client?.certificatePEM
    session = try PluginSession(
      workshop, environment: environment, log: ProviderLog(module: "test", environment: [:]), end: end)
  }

  var handshake: Handshake { get throws { try Handshake(line: session.handshake) } }

  func connect(as client: TLSIdentity? = nil) async throws -> GRPCConnection {
    let handshake = try handshake
    let parameters = client.flatMap { client in
      handshake.certificate.map { TLSParameters(identity: client, pinnedCertificate: $0) }
    }
    return try await GRPCConnection.open(Socket.connect(to: handshake.address), tls: parameters)
  }

  /// The provider as the engine has it, over the socket.
  var provider: PluginProvider {
    get throws {
      PluginProvider(
        reattachment: PluginReattachment(
          provider: "example.com/test/workshop", protocolVersion: 6, processIdentifier: 0, address: try handshake.address))
    }
  }

  func close() async { await session.server.close(within: .seconds(2)) }
}
