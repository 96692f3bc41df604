import Addresses
import Diagnostics
import Plans
import State
import Testing
import Values

@testable import Engine

/// The ways to plan, and what a configuration says about how objects may change.
@Suite struct PlanningModeTests {
  static let pair = """
    resource "sim_simple" "a" {
      name = "a"
      size = 1
    }
    resource "sim_simple" "b" {
      name = "b"
      note = sim_simple.a.id
    }
    output "size" { value = sim_simple.a.size }
    """

  private func resize(_ stage: Stage, _ size: Int) {
    stage.cloud.update(id: "sim_simple/a#1") { value, _ in
      value.setting(at: Path.root.attribute("size"), to: .int(size))
    }
  }

  @Test func driftIsToldAndUndone() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.pair)
    resize(stage, 5)
    stage.cloud.delete(id: "sim_simple/b#1")
    let act = try await stage.act(Self.pair)
    #expect(act.errors == [])
    #expect(
      act.planned.plan?.drift.map { "\($0.action.rawValue) \($0.address)" } == [
        "update sim_simple.a", "delete sim_simple.b",
      ])
    #expect(act.actions == ["update sim_simple.a", "create sim_simple.b"])
    #expect(stage.existing == ["a#1", "b#2"])
    #expect(stage.cloud.object(id: "sim_simple/a#1")?.value.attribute("size")?.asInt == 1)
    #expect(try await stage.act(Self.pair).planned.plan?.isEmpty == true)
  }

  @Test func refreshOnlyWritesWhatIsAndChangesNothing() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.pair)
    resize(stage, 5)
    stage.cloud.delete(id: "sim_simple/b#1")
    let act = try await stage.act(Self.pair, PlanOptions(mode: .refreshOnly))
    #expect(act.errors == [])
    #expect(act.actions == [])
    #expect(act.planned.plan?.isApplyable == true)
    #expect(act.effects == [])
    #expect(try await stage.stored() == ["sim_simple.a"])
    #expect(try await stage.snapshot().objects.first?.value?.attribute("size")?.asInt == 5)
    #expect(try await stage.output("size") == "5")
  }

  @Test func withoutRefreshNothingIsRead() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.pair)
    resize(stage, 5)
    let act = try await stage.act(Self.pair, PlanOptions(refresh: .nothing))
    #expect(act.actions == [])
    #expect(act.process.calls(.read) == [])
  }

  @Test func aTargetTakesWhatItNeedsAndNothingElse() async throws {
    let stage = Stage()
    let main = Self.pair + "\nresource \"sim_simple\" \"c\" { name = \"c\" }\n"
    let target = try #require(TargetAddress(parsing: "sim_simple.b"))
    let act = try await stage.act(main, PlanOptions(targets: [target]))
    #expect(act.errors == [])
    #expect(act.actions == ["create sim_simple.a", "create sim_simple.b"])
    #expect(act.planned.diagnostics.summaries.contains("Resource targeting is in effect"))
    #expect(stage.existing == ["a#1", "b#1"])
  }

  @Test func whatIsOutsideTheTargetsKeepsItsValue() async throws {
    let stage = Stage()
    let before = """
      resource "sim_simple" "a" {
        count = 2
        name  = "a${count.index}"
        zone  = "x"
      }
      """
    let after = """
      resource "sim_simple" "a" {
        count = 2
        name  = "a${count.index}"
        zone  = "y"
      }
      resource "sim_simple" "b" {
        name = "b"
        note = "${sim_simple.a[0].id} ${sim_simple.a[1].id}"
      }
      """
    _ = try await stage.act(before)
    let targets = ["sim_simple.a[0]", "sim_simple.b"].compactMap { TargetAddress(parsing: $0) }
    let act = try await stage.act(after, PlanOptions(targets: targets))
    #expect(act.errors == [])
    #expect(act.actions == ["delete-then-create sim_simple.a[0]", "create sim_simple.b"])
    #expect(
      stage.cloud.object(typeName: "sim_simple", named: "b")?.value.attribute("note")?.asString
        == "sim_simple/a0#2 sim_simple/a1#1")
  }

  @Test func replaceOnDemand() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.pair)
    let address = try #require(ResourceInstance(parsing: "sim_simple.a"))
    let act = try await stage.act(Self.pair, PlanOptions(replace: [address]))
    #expect(act.errors == [])
    #expect(act.actions == ["delete-then-create sim_simple.a", "update sim_simple.b"])
    #expect(act.planned.plan?.changes.first?.reason == .replaceByRequest)
    #expect(stage.existing == ["a#2", "b#1"])
    #expect(try await stage.act(Self.pair).planned.plan?.isEmpty == true)
  }

  @Test func aProtectedObjectIsNotDestroyed() async throws {
    let stage = Stage()
    func main(_ zone: String) -> String {
      """
      resource "sim_simple" "a" {
        name = "a"
        zone = "\(zone)"
        lifecycle { prevent_destroy = true }
      }
      """
    }
    _ = try await stage.act(main("x"))
    #expect(try await stage.act(main("y")).errorSummaries == ["Instance cannot be destroyed"])
    #expect(
      try await stage.act(main("x"), PlanOptions(mode: .destroy)).errorSummaries == ["Instance cannot be destroyed"])
    #expect(stage.existing == ["a#1"])
    // Without its block nobody protects it any more.
    #expect(try await stage.act("").actions == ["delete sim_simple.a"])
    #expect(stage.existing == [])
  }

  @Test func ignoredChangesStay() async throws {
    let stage = Stage()
    func main(_ size: Int, _ zone: String) -> String {
      """
      resource "sim_simple" "a" {
        name = "a"
        size = \(size)
        zone = "\(zone)"
        lifecycle { ignore_changes = [size, zone] }
      }
      """
    }
    _ = try await stage.act(main(1, "x"))
    #expect(try await stage.act(main(2, "y")).actions == [])
    resize(stage, 7)
    #expect(try await stage.act(main(1, "x")).actions == [])
    #expect(try await stage.snapshot().objects.first?.value?.attribute("size")?.asInt == 7)
  }

  @Test func orphansAreDestroyedAfterWhatUsesThem() async throws {
    let stage = Stage()
    _ = try await stage.act(
      Self.pair + "\nresource \"sim_simple\" \"c\" {\n name = \"c\"\n note = sim_simple.b.id\n}\n")
    let act = try await stage.act("resource \"sim_simple\" \"a\" {\n name = \"a\"\n size = 1\n}\n")
    #expect(act.errors == [])
    #expect(act.actions == ["delete sim_simple.b", "delete sim_simple.c"])
    #expect(
      act.planned.plan?.changes.compactMap(\.reason) == [
        .deleteBecauseNoResourceConfig, .deleteBecauseNoResourceConfig,
      ])
    #expect(act.effects == ["delete sim_simple c", "delete sim_simple b"])
    #expect(try await stage.stored() == ["sim_simple.a"])
    #expect(try await stage.output("size") == nil)
  }

  @Test func destroyGoesBackwards() async throws {
    let stage = Stage()
    let main = Self.pair + "\ndata \"sim_lookup\" \"d\" { name = sim_simple.b.name }\n"
    _ = try await stage.act(main)
    #expect(try await stage.stored() == ["data.sim_lookup.d", "sim_simple.a", "sim_simple.b"])
    let act = try await stage.act(main, PlanOptions(mode: .destroy))
    #expect(act.errors == [])
    #expect(act.effects == ["delete sim_simple b", "delete sim_simple a"])
    #expect(try await stage.stored() == [])
    #expect(try await stage.output("size") == nil)
  }

  @Test func dataWaitsForWhatItDependsOn() async throws {
    let stage = Stage()
    func main(_ size: Int) -> String {
      """
      resource "sim_simple" "a" {
        name = "a"
        size = \(size)
      }
      data "sim_lookup" "d" { name = sim_simple.a.name }
      resource "sim_simple" "b" {
        name = "b"
        size = data.sim_lookup.d.size
      }
      """
    }
    let first = try await stage.act(main(1))
    #expect(first.errors == [])
    #expect(first.actions == ["read data.sim_lookup.d", "create sim_simple.a", "create sim_simple.b"])
    #expect(first.planned.plan?.changes.first?.reason == .readBecauseDependencyPending)
    #expect(try await stage.act(main(1)).planned.plan?.isEmpty == true)
    // The row of the first reading is there already.
    let second = try await stage.act(main(2))
    #expect(second.errors == [])
    #expect(second.actions == ["read data.sim_lookup.d", "update sim_simple.a", "update sim_simple.b"])
    #expect(stage.cloud.object(typeName: "sim_simple", named: "b")?.value.attribute("size")?.asInt == 2)
    #expect(try await stage.act(main(2)).planned.plan?.isEmpty == true)
  }
}
