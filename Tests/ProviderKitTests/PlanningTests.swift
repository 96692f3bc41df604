import ProviderKit
import Testing

/// What the traits say of changes.
@Suite struct PlanningTests {
  let stage = ProviderTest(Sample.self)

  @Test func creationLeavesUnknownWhatTheServiceDecides() async throws {
    let plan = try await stage.plan("sample_thing", ["name": "a"])
    #expect(plan.action == .create)
    #expect(plan.planned["id"].isUnknown)
    #expect(plan.planned["revision"].isUnknown)
    #expect(plan.planned["zone"].isUnknown)
    #expect(plan.planned["size"] == 1, "the default is planned")
    #expect(plan.planned["note"].isNull)
  }

  @Test func whatIsAppliedNeedsNoSecondPlan() async throws {
    let thing = try await stage.apply("sample_thing", ["name": "a", "zone": "b", "parts": [["kind": "wheel"], ["kind": "door", "weight": 9]]])
    #expect(thing["id"] == "id-a")
    #expect(thing["revision"] == 1)
    #expect(thing["zone"] == "b")
    #expect(thing["parts"].elements?.map { $0["number"] } == [0, 1])
    #expect(thing["parts"][0]["weight"] == 5)
  }

  struct Change: Sendable, CustomTestStringConvertible {
    var what: String
    var configuration: DynamicValue
    var action: TestPlan.Action
    var replacedFor: [AttributePath] = []
    var testDescription: String { what }
  }

  @Test(arguments: [
    Change(what: "nothing", configuration: ["name": "a", "size": 5, "note": "hello"], action: .noChange),
    Change(what: "a note", configuration: ["name": "a", "size": 5, "note": "goodbye"], action: .update),
    Change(what: "a note that means the same", configuration: ["name": "a", "size": 5, "note": "Hello"], action: .noChange),
    Change(what: "no note", configuration: ["name": "a", "size": 5], action: .update),
    Change(what: "growth", configuration: ["name": "a", "size": 6, "note": "hello"], action: .update),
    Change(what: "shrinking", configuration: ["name": "a", "size": 4, "note": "hello"], action: .replace, replacedFor: ["size"]),
    Change(what: "back to the default", configuration: ["name": "a", "note": "hello"], action: .replace, replacedFor: ["size"]),
    Change(what: "an unknown size", configuration: ["name": "a", "size": .unknown, "note": "hello"], action: .replace, replacedFor: ["size"]),
    Change(what: "a name", configuration: ["name": "b", "size": 5, "note": "hello"], action: .replace, replacedFor: ["name"]),
    Change(what: "what the hook says", configuration: ["name": "a", "size": 5, "note": "replace"], action: .replace, replacedFor: ["note"]),
  ])
  func actions(_ change: Change) async throws {
    try await stage.apply("sample_thing", ["name": "a", "size": 5, "note": "hello"])
    let plan = try await stage.plan("sample_thing", change.configuration)
    #expect(plan.action == change.action)
    #expect(plan.replacedFor == change.replacedFor)
  }

  @Test func whatKeepsItsPriorStateStaysKnown() async throws {
    try await stage.apply("sample_thing", ["name": "a"])
    let plan = try await stage.plan("sample_thing", ["name": "a", "note": "new"])
    #expect(plan.planned["id"] == "id-a")
    #expect(plan.planned["revision"].isUnknown)
    #expect(plan.planned["zone"].isUnknown, "a change of the rest may change what the service decided")
    let thing = try await stage.apply("sample_thing", ["name": "a", "note": "new"])
    #expect(thing["revision"] == 2)
  }

  @Test func aReplacementBeginsFromNothing() async throws {
    try await stage.apply("sample_thing", ["name": "a"])
    let plan = try await stage.plan("sample_thing", ["name": "b"])
    #expect(plan.action == .replace)
    #expect(plan.planned["id"].isUnknown)
    let thing = try await stage.apply("sample_thing", ["name": "b"])
    #expect(thing["id"] == "id-b")
    #expect(thing["revision"] == 1)
  }

  @Test func nestedAttributesHaveTheirOwnRules() async throws {
    try await stage.apply("sample_thing", ["name": "a", "parts": [["kind": "wheel"], ["kind": "door"]]])
    let heavier = try await stage.plan("sample_thing", ["name": "a", "parts": [["kind": "wheel", "weight": 6], ["kind": "door"]]])
    #expect(heavier.action == .update)
    #expect(heavier.planned["parts"][0]["number"].isUnknown)
    let heart = try await stage.plan("sample_thing", ["name": "a", "parts": [["kind": "wheel"], ["kind": "heart"]]])
    #expect(heart.action == .replace)
    #expect(heart.replacedFor == [AttributePath("parts").element(1).attribute("kind")])
  }

  @Test func theServicesOwnWordsAreNoDrift() async throws {
    // The service gives notes back in capital letters.
    let thing = try await stage.apply("sample_thing", ["name": "a", "note": "hello"])
    #expect(thing["note"] == "hello")
  }

  @Test func withoutUpdateEveryChangeReplaces() async throws {
    try await stage.apply("sample_fixed", ["left": "l", "right": 1, "comment": "x"])
    let plan = try await stage.plan("sample_fixed", ["left": "l", "right": 1, "comment": "y"])
    #expect(plan.action == .replace)
    #expect(plan.replacedFor == ["comment"])
    #expect(try await stage.plan("sample_fixed", ["left": "l", "right": 1, "comment": "x"]).action == .noChange)
  }

  @Test func writeOnlyArgumentsReachCreateAndNothingElse() async throws {
    let thing = try await stage.apply("sample_thing", ["name": "a", "secret": "four"])
    #expect(thing["secret"].isNull)
    let plan = try await stage.plan("sample_thing", ["name": "a", "secret": "fifth"])
    #expect(plan.planned["secret"].isNull)
    #expect(plan.action == .noChange)
  }

  @Test func warningsOfThePlanAreGivenOn() async throws {
    _ = try await stage.plan("sample_thing", ["name": "a", "note": "warn"])
    #expect(stage.warnings.map(\.description) == ["This is a note (note): "])
  }
}
