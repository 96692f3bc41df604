import Kubernetes
@testable import Lab
import ProviderKit
import Testing
import YAML

/// The way over the wire: a lab that serves HTTP, and a client that asks it as it asks any cluster.
@Suite struct WireTests {
  /// Serves a lab for as long as the work takes.
  private func withCluster(faults: String = "", _ work: @escaping @Sendable (ClusterClient) async throws -> Void) async throws {
    let start = ContinuousClock().now
    let lab = try LabServer(
      now: {
        let (seconds, attoseconds) = start.duration(to: ContinuousClock().now).components
        return 1_790_000_000_000_000_000 + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
      }, seed: 1, directory: nil, faults: Faults(text: faults))
    let (ports, announce) = AsyncStream<UInt16>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await HTTPServing(lab: lab, port: 0).run { announce.yield($0) } }
      group.addTask {
        for await port in ports {
          var settings = ClusterSettings()
          settings.host = "http://127.0.0.1:\(port)"
          var surroundings = Surroundings.real(environment: [:])
          surroundings.log = .silent
          // Whoever asks again need not wait here.
          if !faults.isEmpty { surroundings.clock = TestClock() }
          return try await work(try ClusterClient(settings, surroundings))
        }
      }
      // The work is done first; the server has no end of its own.
      _ = try await group.next()
      group.cancelAll()
    }
  }

  @Test func objectsAndEventsCrossTheWire() async throws {
    try await withCluster { client in
      #expect(try await client.version().gitVersion.hasSuffix("plumb-lab"))
      let list = try await client.listing(configMap, namespace: "default")
      let heard = Task {
        for try await event in client.watch(configMap, namespace: "default", from: list.resourceVersion) {
          if case .deleted(let object) = event { return object.name }
        }
        return ""
      }
      let made = try await client.apply(named("wire"), manager: "plumb")
      #expect(made.wasCreated)
      var odd = named("odd")
      odd.json["immutabel"] = true
      #expect(try await client.create(odd, manager: "plumb").warnings == ["unknown field \"immutabel\""])
      #expect(try await client.get(reference("wire"))?.uid == made.object.uid)
      #expect(try await client.schema(for: deployment)?.property("spec") != nil)
      #expect(try await client.delete(reference("wire"), uid: made.object.uid))
      #expect(try await heard.value == "wire")
    }
  }

  @Test func manyAtOnceUnderFaults() async throws {
    try await withCluster(faults: "percent=10,latency=20,seed=3") { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          group.addTask {
            let made = try await client.apply(named("m\(number)"), manager: "plumb")
            #expect(try await client.delete(reference("m\(number)"), uid: made.object.uid))
          }
        }
        try await group.waitForAll()
      }
      #expect(try await client.list(configMap, namespace: "default").filter { $0.name.hasPrefix("m") }.isEmpty)
    }
  }

  @Test func nobodyAtTheOtherEnd() async throws {
    var settings = ClusterSettings()
    settings.host = "http://127.0.0.1:1"
    var surroundings = Surroundings.real(environment: [:])
    surroundings.log = .silent
    let client = try ClusterClient(settings, surroundings)
    let failure = await #expect(throws: ClusterFailure.self) { _ = try await client.version() }
    #expect(failure?.kind == .unreachable)
  }
}
