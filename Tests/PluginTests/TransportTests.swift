import Host
import Testing

@testable import Plugin

/// The transport against a real provider: many calls at once, large replies, cancellation, deadlines, a killed peer.
@Suite(.enabled(if: RealProvider.path != nil, Comment(rawValue: RealProvider.skipReason)), .serialized)
struct TransportTests {
  /// `HealthCheckRequest{service: "plugin"}`.
  static let healthRequest: [UInt8] = {
    var writer = ProtobufWriter()
    writer.string(1, "plugin")
    return writer.bytes
  }()

  @Test(arguments: [PluginTransportSecurity.privateSocket, .mutualTLS])
  func callsOneAndManyAtATime(security: PluginTransportSecurity) async throws {
    let plugin = try await PluginProcess.start(RealProvider.launch(security: security), with: SystemProcessLauncher())
    let metadata = try await plugin.connection.call("/tfplugin\(plugin.protocolVersion).Provider/GetMetadata", [])
    #expect(metadata.count > 10_000)
    // Above gRPC's usual limit, and above every default window of HTTP/2.
    let schema = try await plugin.connection.call(PluginMethod.getSchema.path(in: plugin.protocolVersion), [])
    #expect(schema.count > 4 << 20)
    // Thousands of small calls: Go answers them with thousands of PINGs, at which some libraries hang up.
    for width in [1, 10, 50] { #expect(await Self.checkHealth(plugin, 2000, atOnce: width) == 2000) }
    await plugin.close()
  }

  /// Makes small calls, so many at a time. Returns how many were answered well.
  static func checkHealth(_ plugin: PluginProcess, _ count: Int, atOnce width: Int) async -> Int {
    await withTaskGroup(of: Int.self) { group in
      for worker in 0..<width {
        group.addTask {
          var good = 0
          for _ in stride(from: worker, to: count, by: width) {
            if (try? await plugin.connection.call("/grpc.health.v1.Health/Check", healthRequest)) == [8, 1] {
              good += 1
            }
          }
          return good
        }
      }
      return await group.reduce(0, +)
    }
  }
}
