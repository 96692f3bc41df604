import ProviderKit
import Testing

/// Objects that vanish, fail, are imported, upgraded and moved.
@Suite struct LifecycleTests {
  let files = Files.inMemory()
  var stage: ProviderTest<Sample> { ProviderTest(Sample.self, surroundings: Surroundings(files: files)) }

  @Test func driftIsSeen() async throws {
    let stage = stage
    try await stage.apply("sample_thing", ["name": "a", "note": "hello"])
    try files.write(Array(#"{"note":"CHANGED","revision":1,"size":1,"zone":"a"}"#.utf8), to: "/things/a")
    let plan = try await stage.plan("sample_thing", ["name": "a", "note": "hello"])
    #expect(plan.action == .update)
    #expect(plan.prior["note"] == "CHANGED")
    #expect(plan.planned["note"] == "hello")
  }

  @Test func whatIsGoneIsMadeAgain() async throws {
    let stage = stage
    try await stage.apply("sample_thing", ["name": "a"])
    try files.remove("/things/a")
    #expect(try await stage.plan("sample_thing", ["name": "a"]).action == .create)
    #expect(try await stage.state("sample_thing") == nil)
  }

  @Test func destructionRemoves() async throws {
    let stage = stage
    try await stage.apply("sample_thing", ["name": "a"])
    #expect(try files.status("/things/a") != nil)
    try await stage.destroy("sample_thing")
    #expect(try files.status("/things/a") == nil)
    #expect(try await stage.state("sample_thing") == nil)
  }

  @Test func aFailedCreationLeavesNothingUnlessItWasSaved() async throws {
    let stage = stage
    await expectProblem("Creating sample_thing failed: It would not be made.") {
      try await stage.apply("sample_thing", ["name": "a", "failure": "create"])
    }
    #expect(try await stage.state("sample_thing") == nil)
    await expectProblem("Creating sample_thing failed: It was made, and then something broke.") {
      try await stage.apply("sample_thing", ["name": "a", "failure": "afterwards"])
    }
    #expect(try await stage.state("sample_thing")?["id"] == "id-a")
  }

  @Test func aFailedUpdateLeavesThePriorObject() async throws {
    let stage = stage
    try await stage.apply("sample_thing", ["name": "a", "note": "one"])
    await expectProblem("Updating sample_thing failed: It would not change.") {
      try await stage.apply("sample_thing", ["name": "a", "note": "two", "failure": "update"])
    }
    #expect(try await stage.state("sample_thing")?["note"] == "one")
  }

  @Test func aFailedDeletionKeepsTheObject() async throws {
    let stage = stage
    try await stage.apply("sample_thing", ["name": "a", "failure": "delete"])
    await expectProblem("Deleting sample_thing failed: It would not go.") { try await stage.destroy("sample_thing") }
    #expect(try await stage.state("sample_thing") != nil)
  }

  @Test func importByIdAndIdentity() async throws {
    let stage = stage
    try await stage.apply("sample_thing", ["name": "a", "note": "hello"], name: "first")
    #expect(try stage.identity("sample_thing", name: "first") == ["name": "a"])
    let byId = try await stage.importObject("sample_thing", id: "a", name: "second")
    #expect(byId["note"] == "HELLO")
    #expect(byId["id"] == "id-a")
    let byIdentity = try await stage.importObject("sample_thing", identity: ["name": "a"], name: "third")
    #expect(byIdentity == byId)
    await expectProblem("Cannot import non-existent remote object: What was to be imported does not exist.") {
      try await stage.importObject("sample_thing", id: "nobody", name: "fourth")
    }
  }

  @Test func anIdentityOfSeveralAttributesIsNoId() async throws {
    let stage = stage
    await expectProblem(
      #"Import is not possible: Objects of this type cannot be imported by an id; import them by their identity: "left" and "right"."#
    ) {
      try await stage.importObject("sample_fixed", id: "x")
    }
    let fixed = try await stage.importObject("sample_fixed", identity: ["left": "l", "right": 4])
    #expect(fixed["right"] == 4)
    await expectProblem("Import is not possible: Objects of this type cannot be imported.") {
      try await stage.importObject("sample_half", id: "x")
    }
  }

  @Test func olderStatesAreUpgradedStepByStep() async throws {
    let stage = stage
    try files.write(Array(#"{"note":null,"revision":107,"size":1,"zone":"a"}"#.utf8), to: "/things/old")
    stage.setState("sample_thing", json: #"{"title":"old","revision":7,"size":1,"id":"id-old","dropped":true}"#, version: 0)
    let state = try #require(try await stage.state("sample_thing"))
    #expect(state["name"] == "old")
    #expect(state["revision"] == 107)
    #expect(state["zone"].isNull)
    #expect(!state.keys.contains("dropped"))
    stage.setState("sample_thing", json: #"{"title":"x"}"#, version: 3)
    await expectProblem(
      "The state of sample_thing is of a newer provider: Its state has version 3, and this provider knows versions up to 2. Upgrade the provider."
    ) { _ = try await stage.state("sample_thing") }
  }

  @Test func objectsOfOtherTypesMoveIn() async throws {
    let stage = stage
    try files.write(Array(#"{"note":null,"revision":1,"size":1,"zone":"a"}"#.utf8), to: "/things/there")
    try await stage.move(from: "other_thing", of: "registry.example.com/acme/other", json: #"{"label":"there"}"#, to: "sample_thing")
    #expect(try await stage.state("sample_thing")?["id"] == "id-there")
    await expectProblem(
      "Move is not possible: An object of the type strange_thing of example.com/a/b cannot become one of the type sample_thing."
    ) {
      try await stage.move(from: "strange_thing", of: "example.com/a/b", json: "{}", to: "sample_thing")
    }
  }

  @Test func untypedResourcesLiveTheSameLife() async throws {
    let stage = stage
    let manifest: DynamicValue = ["a": [1, "two", .null], "b": ["c": true]]
    let made = try await stage.apply("sample_untyped", ["name": "n", "manifest": manifest, "spec": [["replicas": 2]]])
    #expect(made["uid"] == "uid of n")
    #expect(made["manifest"] == manifest)
    #expect(made["labels"]["made_by"] == "sample")
    let plan = try await stage.plan("sample_untyped", ["name": "n", "manifest": ["a": 1], "spec": [["replicas": 3]]])
    #expect(plan.action == .update)
    #expect(plan.planned["uid"] == "uid of n")
    #expect(try await stage.importObject("sample_untyped", id: "m", name: "other")["uid"] == "imported")
    let found = try await stage.read("sample_untyped", ["name": "a"])
    #expect(found["found"]["names"] == ["a", "b"])
    await expectProblem(#"Wrong value for "replicas" (spec[0].replicas): It must be a whole number of 64 bits, not 1.5."#) {
      try await stage.validate("sample_untyped", ["name": "n", "spec": [["replicas": 1.5]]])
    }
  }

  @Test func waitingEndsWithAnAnswerOrTheReason() async throws {
    let clock = TestClock()
    let stage = ProviderTest(Sample.self, surroundings: Surroundings(files: files, clock: clock))
    #expect(try await stage.apply("sample_half", ["ready": 3])["polls"] == 3)
    #expect(clock.sleeps == [.seconds(5), .seconds(5)])
    await expectProblem("Creating sample_half failed: After 20.0 seconds it was still so: 94 to go.") {
      try await stage.apply("sample_half", ["ready": 99], name: "never")
    }
  }
}

/// Expects that the provider reports exactly this.
func expectProblem(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> some Any
) async {
  do {
    _ = try await work()
    Issue.record("nothing was reported; expected: \(text)", sourceLocation: sourceLocation)
  } catch {
    #expect("\(error)" == text, sourceLocation: sourceLocation)
  }
}
