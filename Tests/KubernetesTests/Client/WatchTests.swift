import Kubernetes
import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Kubernetes

/// What happens to objects is heard of once, also when connections break.
@Suite struct WatchTests {
  private func change(_ world: LabWorld, _ name: String, _ value: String) {
    world.ask("PATCH", "/api/v1/namespaces/default/configmaps/\(name)", named(name, data: ["a": .string(value)]).json, query: ["fieldManager": "x", "force": "true"], type: "application/apply-patch+yaml")
  }

  /// What is heard until a text comes: of each event its name and the text in it.
  private func heard(_ stream: AsyncThrowingStream<WatchEvent, any Error>, until last: String) async throws -> [String] {
    var texts: [String] = []
    for try await event in stream {
      let text =
        switch event {
        case .added(let object): "added \(object.json[path: ["data", "a"]]?.asString ?? "")"
        case .modified(let object): "modified \(object.json[path: ["data", "a"]]?.asString ?? "")"
        case .deleted(let object): "deleted \(object.name)"
        case .bookmark: "bookmark"
        }
      texts.append(text)
      if text == last { break }
    }
    return texts
  }

  @Test func changesAreHeardInTheirOrder() async throws {
    let world = try LabWorld()
    let client = try makeClient(world)
    let list = try await client.listing(configMap, namespace: "default")
    let stream = client.watch(configMap, namespace: "default", from: list.resourceVersion)
    change(world, "w", "1")
    change(world, "w", "2")
    world.ask("DELETE", "/api/v1/namespaces/default/configmaps/w")
    #expect(try await heard(stream, until: "deleted w") == ["added 1", "modified 2", "deleted w"])
    let fields = client.watch(configMap, namespace: "default", fields: "metadata.name=v", from: list.resourceVersion)
    change(world, "other", "1")
    change(world, "v", "2")
    #expect(try await heard(fields, until: "added 2") == ["added 2"])
  }

  /// The server ends a watch after five minutes, and breaks connections.
  @Test func theWatchGoesOnWhereItWas() async throws {
    let world = try LabWorld()
    let client = try makeClient(world)
    let list = try await client.listing(configMap, namespace: "default")
    let stream = client.watch(configMap, namespace: "default", from: list.resourceVersion)
    let listener = Task { try await heard(stream, until: "modified 5") }
    for value in 1...5 {
      if value.isMultiple(of: 2) { world.script(LabFault.first("GET", [.droppedBefore, .failure(503), .tooMany(retryAfter: 1)])) }
      try await world.clock.sleep(for: .seconds(200))
      change(world, "w", "\(value)")
    }
    let texts = try await listener.value.filter { $0 != "bookmark" }
    #expect(texts == ["added 1"] + (2...5).map { "modified \($0)" })
    #expect(world.log.count { $0.query["watch"] == "true" } > 3)
  }

  @Test func whatIsForgottenIsSaid() async throws {
    let world = try LabWorld(eventsKept: 4)
    let client = try makeClient(world)
    let list = try await client.listing(configMap, namespace: "default")
    for value in 0..<40 { change(world, "w", "\(value)") }
    let failure = await #expect(throws: ClusterFailure.self) {
      _ = try await heard(client.watch(configMap, namespace: "default", from: list.resourceVersion), until: "")
    }
    #expect(failure?.kind == .expired)
    #expect(failure?.retryAdvice == .giveUp)
  }

  @Test func whatIsNotServedCannotBeWatched() async throws {
    let client = try makeClient(try LabWorld())
    let failure = await #expect(throws: ClusterFailure.self) { for try await _ in client.watch(widget, from: "") {} }
    #expect(failure?.kind == .kindMissing)
  }

  @Test func serversThatAlwaysFailAreGivenUp() async throws {
    let world = try LabWorld()
    let client = try makeClient(world)
    _ = try await client.resource(for: configMap)
    world.script { _, _ in .failure(503) }
    let failure = await #expect(throws: ClusterFailure.self) { for try await _ in client.watch(configMap, from: "1") {} }
    #expect(failure?.kind == .server(503))
    #expect(world.log.count < 20)
  }
}
