import Kubernetes
import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Kubernetes

/// What fails by itself is tried again where that does no harm, and nothing is done twice or lost.
@Suite struct RetryTests {
  private let world: LabWorld
  private let client: ClusterClient

  init() async throws {
    world = try LabWorld()
    client = try makeClient(world)
    _ = try await client.resource(for: configMap)
    world.forgetLog()
  }

  @Test func serversAreLeftAloneForAsLongAsTheyAsk() async throws {
    world.script(LabFault.first("GET", [.tooMany(retryAfter: 7), .failure(503), .droppedBefore]))
    #expect(try await client.get(reference("a")) == nil)
    #expect(world.sleeps.first == .seconds(7))
    #expect(world.log.count == 4)
  }

  @Test func thereIsAnEnd() async throws {
    world.script { _, _ in .failure(500) }
    let failure = await #expect(throws: ClusterFailure.self) { try await client.get(reference("a")) }
    #expect(failure?.kind == .server(500))
    #expect(world.log.count == 8)
  }

  @Test func whatIsTheUsersToMendIsAskedOnce() async throws {
    var odd = named("a")
    odd.json["spec"] = ["x": 1]
    let wrong = odd
    let failure = await #expect(throws: ClusterFailure.self) { try await client.apply(wrong, manager: "plumb") }
    guard case .typed(let causes)? = failure?.kind else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(causes.map(\.field) == [".spec"])
    #expect(world.log.count == 1)
  }

  @Test func whoNeverAnsweredIsNotWaitedFor() async throws {
    let other = try LabWorld()
    other.script { _, _ in .unreachable }
    let client = try makeClient(other)
    let failure = await #expect(throws: ClusterFailure.self) { _ = try await client.version() }
    #expect(failure?.kind == .unreachable)
    #expect(failure?.description.contains(LabWorld.server) == true)
    #expect(other.log.count == 2)
    world.script(LabFault.first("GET", [.unreachable, .unreachable, .unreachable]))
    #expect(try await self.client.get(reference("a")) == nil, "who did answer comes back")
  }

  @Test func creationsWhoseAnswerWasLostAreFound() async throws {
    world.script(LabFault.first("POST", [.droppedAfter]))
    let made = try await client.create(named("a"), manager: "plumb")
    #expect(made.wasCreated && !made.object.uid.isEmpty)
    #expect(world.log.map(\.method) == ["POST", "POST", "GET"])
    // One that others made in the meantime is theirs.
    world.ask("POST", "/api/v1/namespaces/default/configmaps", named("b", data: ["a": "theirs"]).json)
    world.script(LabFault.first("POST", [.droppedBefore]))
    let failure = await #expect(throws: ClusterFailure.self) { try await client.create(named("b"), manager: "plumb") }
    #expect(failure?.kind == .alreadyExists)
  }

  @Test func objectsWithNamesOfTheServersAreMadeOnce() async throws {
    var object = named("")
    object.json["metadata"] = ["generateName": "x-", "namespace": "default"]
    let generated = object
    world.script(LabFault.first("POST", [.tooMany(retryAfter: 1), .droppedAfter]))
    let failure = await #expect(throws: ClusterFailure.self) { try await client.create(generated, manager: "plumb") }
    #expect(failure?.kind == .unreachable && failure?.isAmbiguous == true)
    #expect(try await client.list(configMap, namespace: "default").count { $0.name.hasPrefix("x-") } == 1)
  }

  @Test func deletionsWhoseAnswerWasLostCount() async throws {
    let uid = try await client.apply(named("a"), manager: "plumb").object.uid
    world.script(LabFault.first("DELETE", [.droppedAfter]))
    #expect(try await client.delete(reference("a"), uid: uid), "it was there")
    _ = try await client.apply(named("a"), manager: "plumb")
    world.script(LabFault.first("DELETE", [.droppedBefore]))
    await #expect(throws: ClusterFailure.self, "without a uid it might be another one by now") { try await client.delete(reference("a")) }
  }

  @Test func replacementsWhoseAnswerWasLostAreFound() async throws {
    var object = try await client.apply(named("a"), manager: "plumb").object
    object.json["data"] = ["b": "2"]
    world.script(LabFault.first("PUT", [.droppedAfter]))
    let answer = try await client.replace(object, manager: "plumb")
    #expect(answer.object.json["data"] == ["b": "2"])
    let stale = object
    let failure = await #expect(throws: ClusterFailure.self) { try await client.replace(stale, manager: "plumb") }
    #expect(failure?.kind == .staleObject)
  }

  @Test func jsonPatchesAreNotAppliedTwice() async throws {
    _ = try await client.apply(named("a"), manager: "plumb")
    world.script(LabFault.first("PATCH", [.droppedAfter]))
    await #expect(throws: ClusterFailure.self) {
      try await client.patch(reference("a"), kind: .json, [["op": "add", "path": "/data/b", "value": "1"]], manager: "plumb")
    }
    #expect(world.log.count { $0.method == "PATCH" } == 2)
  }

  /// With a fifth of all requests failing in one way or another, each object is made, changed and deleted once.
  @Test(arguments: 1...10) func nothingIsLostUnderFaults(seed: Int) async throws {
    world.script(LabFault.random(seed: UInt64(seed), percent: 20, latency: .seconds(2)))
    for number in 0..<8 {
      let name = "c\(number)"
      let made = number.isMultiple(of: 2)
        ? try await client.create(named(name), manager: "plumb") : try await client.apply(named(name), manager: "plumb")
      let uid = made.object.uid
      let changed = try await client.apply(named(name, data: ["a": "1", "b": "2"]), manager: "plumb", force: true)
      #expect(changed.object.uid == uid)
      #expect(try await client.get(reference(name))?.json["data"] == ["a": "1", "b": "2"])
      #expect(try await client.delete(reference(name), uid: uid))
    }
    #expect(try await client.list(configMap, namespace: "default").filter { $0.name.hasPrefix("c") }.isEmpty)
  }
}
