import Glibc
import Host
import ProviderInterface
import Testing
import Values

@testable import Plugin

/// Times of launch, schemas and calls against the real provider, printed. Run by hand, in release: they judge nothing.
@Suite(
  .enabled(if: RealProvider.path != nil && getenv("PLUMB_MEASURE") != nil, "set PLUMB_MEASURE to measure"), .serialized)
struct Measurements {
  /// Processor time of this process so far, in microseconds.
  static func processorTime() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }

  static func measure(_ name: String, count: Int, _ body: () async throws -> Void) async rethrows {
    let processor = processorTime()
    let started = ContinuousClock.now
    try await body()
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    let perCall = (processorTime() - processor) / Double(count)
    print("\(name): \(seconds) s, \(Double(count) / seconds) a second, \(perCall) µs of own processor time each")
  }

  @Test(arguments: [PluginTransportSecurity.privateSocket, .mutualTLS])
  func transport(security: PluginTransportSecurity) async throws {
    let started = ContinuousClock.now
    let plugin = try await PluginProcess.start(RealProvider.launch(security: security), with: SystemProcessLauncher())
    print("\(security): exec to connection \(ContinuousClock.now - started)")
    _ = try await plugin.connection.call("/grpc.health.v1.Health/Check", TransportTests.healthRequest)
    print("\(security): exec to first response \(ContinuousClock.now - started)")
    try await Self.measure("\(security) GetMetadata", count: 1) {
      _ = try await plugin.connection.call("/tfplugin\(plugin.protocolVersion).Provider/GetMetadata", [])
    }
    try await Self.measure("\(security) GetSchema", count: 1) {
      _ = try await plugin.connection.call(PluginMethod.getSchema.path(in: plugin.protocolVersion), [])
    }
    for width in [1, 10, 50] {
      await Self.measure("\(security) Health/Check, \(width) at once", count: 12_000) {
        _ = await TransportTests.checkHealth(plugin, 12_000, atOnce: width)
      }
    }
    await Self.measure("\(security) close", count: 1) { await plugin.close() }
  }

  @Test func plansAndSchemas() async throws {
    let tests = RealProviderTests()
    let directory = try ProcessDirectory(in: "/tmp")
    let cache = PluginSchemaCache(directory: directory.path, files: LocalFileTree())
    let first = tests.provider(cache: cache)
    try await Self.measure("first run: start, hash, GetSchema", count: 1) { _ = try await first.metadata() }
    await first.close()
    let started = ContinuousClock.now
    let provider = tests.provider(cache: cache)
    try await Self.measure("schemas from the cache", count: 1) { _ = try await provider.metadata() }
    let names = try await provider.typeNames(of: .resource)
    try await tests.configured(provider)
    _ = try await tests.plan(provider, name: .string("/a"))
    print("exec to first plan, schemas cached: \(ContinuousClock.now - started)")
    for width in [1, 10, 50] {
      await Self.measure("PlanResourceChange, \(width) at once", count: 1000) {
        await withTaskGroup(of: Void.self) { group in
          for worker in 0..<width {
            group.addTask {
              for number in stride(from: worker, to: 1000, by: width) {
                _ = try? await tests.plan(provider, name: .string("/n/\(number)"))
              }
            }
          }
        }
      }
    }
    try await Self.measure("decode all \(names.count) resource types", count: names.count) {
      for name in names { _ = try await provider.schema(for: .resource, named: name) }
    }
    await provider.close()
  }
}
