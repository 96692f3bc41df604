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
    let started = ContinuousClock.now
    let plugin = try await PluginProcess.start(RealProvider.launch(security: security), with: SystemProcessLauncher())
    print(security, "exec to connection", ContinuousClock.now - started)
    _ = try await plugin.connection.call("/grpc.health.v1.Health/Check", Self.healthRequest)
    print(security, "exec to first response", ContinuousClock.now - started)
    var mark = ContinuousClock.now
    let metadata = try await plugin.connection.call("/tfplugin\(plugin.protocolVersion).Provider/GetMetadata", [])
    #expect(metadata.count > 10_000)
    print(security, "GetMetadata", ContinuousClock.now - mark, metadata.count)
    mark = .now
    let schema = try await plugin.connection.call("/tfplugin\(plugin.protocolVersion).Provider/GetSchema", [])
    #expect(schema.count > 4 << 20)
    print(security, "GetSchema", ContinuousClock.now - mark, schema.count)
    for width in [1, 10, 50] {
      mark = .now
      let count = 4000
      await withTaskGroup(of: Bool.self) { group in
        for worker in 0..<width {
          group.addTask {
            for _ in stride(from: worker, to: count, by: width) {
              let reply = try? await plugin.connection.call("/grpc.health.v1.Health/Check", Self.healthRequest)
              if reply != [8, 1] { return false }
            }
            return true
          }
        }
        for await good in group { #expect(good) }
      }
      print(security, "health at", width, Double(count) / ((ContinuousClock.now - mark) / .seconds(1)), "calls a second")
    }
    mark = .now
    await plugin.close()
    print(security, "close", ContinuousClock.now - mark)
  }
}
