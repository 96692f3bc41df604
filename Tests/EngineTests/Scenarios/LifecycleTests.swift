import Addresses
import Plans
import State
import Testing
import Values

@testable import Engine

/// What a lifecycle block says beyond what Terraform 1.11 knows.
@Suite struct LifecycleTests {
  private func options(_ mode: PlanMode = .normal, on: Bool) -> PlanOptions {
    PlanOptions(mode: mode, variables: ["on": .bool(on)])
  }

  private static let switchable = """
    variable "on" { type = bool }
    resource "sim_simple" "a" {
      name = "a"
      lifecycle { enabled = var.on }
    }
    output "id" { value = try(sim_simple.a.id, "none") }
    """

  @Test func whatIsTurnedOffIsNull() async throws {
    let stage = Stage()
    #expect(try await stage.act(Self.switchable, options(on: true)).actions == ["create sim_simple.a"])
    #expect(try await stage.output("id") == "\"sim_simple/a#1\"")
    let act = try await stage.act(Self.switchable, options(on: false))
    #expect(act.errors == [])
    #expect(act.actions == ["delete sim_simple.a"])
    #expect(act.planned.plan?.changes.first?.reason == .deleteBecauseDisabled)
    #expect(try await stage.output("id") == "\"none\"")
    #expect(try await stage.act(Self.switchable, options(on: false)).planned.plan?.isEmpty == true)
  }

  @Test func whetherItIsOnMayBeFoundOutLater() async throws {
    let stage = Stage()
    let main = """
      resource "sim_simple" "first" { name = "first" }
      resource "sim_simple" "second" {
        name = "second"
        lifecycle { enabled = sim_simple.first.id != "" }
      }
      """
    let act = try await stage.act(main)
    #expect(act.actions == ["create sim_simple.first"])
    #expect(act.deferrals == ["sim_simple.second instance_count_unknown"])
    #expect(try await stage.act(main).actions == ["create sim_simple.second"])
  }

  private static func kept(_ zone: String, _ lifecycle: String = "destroy = false") -> String {
    "resource \"sim_simple\" \"a\" {\n name = \"a\"\n zone = \"\(zone)\"\n lifecycle {\n \(lifecycle)\n }\n}\n"
  }

  @Test func aReplacementLeavesTheOldObjectBehind() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.kept("x"))
    let act = try await stage.act(Self.kept("y"))
    #expect(act.errors == [])
    #expect(act.actions == ["forget-then-create sim_simple.a"])
    #expect(act.effects == ["create sim_simple a"])
    #expect(act.applied?.counts.forgets == 1)
    #expect(act.applied?.counts.removals == 0)
    #expect(stage.existing == ["a#1", "a#2"])
    #expect(try await stage.stored() == ["sim_simple.a"])
    #expect(try await stage.act(Self.kept("y")).planned.plan?.isEmpty == true)
  }

  @Test func theStateRemembersWhatIsForgotten() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.kept("x", "destroy = true"))
    // Saying so is no change of the object, but it is written down.
    #expect(try await stage.act(Self.kept("x")).actions == [])
    #expect(try await stage.snapshot().objects.map(\.skipDestroy) == [true])
    let act = try await stage.act("")
    #expect(act.actions == ["forget sim_simple.a"])
    #expect(act.effects == [])
    #expect(try await stage.stored() == [])
    #expect(stage.existing == ["a#1"])
  }

  @Test func aRemovedBlockHasTheLastWord() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.kept("x"))
    #expect(try await stage.act("removed { from = sim_simple.a }").actions == ["delete sim_simple.a"])
    #expect(stage.existing == [])
  }

  @Test func destroyingForgets() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.kept("x", "destroy = false\n prevent_destroy = true"))
    let act = try await stage.act(Self.kept("x", "destroy = false\n prevent_destroy = true"), PlanOptions(mode: .destroy))
    #expect(act.errors == [])
    #expect(act.actions == ["forget sim_simple.a"])
    #expect(stage.existing == ["a#1"])
  }

  @Test func protectionMayDependOnVariables() async throws {
    let stage = Stage()
    let main = """
      variable "on" { type = bool }
      locals { guarded = var.on }
      resource "sim_simple" "a" {
        name = "a"
        lifecycle { prevent_destroy = local.guarded }
      }
      """
    _ = try await stage.act(main, options(on: true))
    #expect(try await stage.act(main, options(.destroy, on: true)).errorSummaries == ["Instance cannot be destroyed"])
    #expect(try await stage.act(main, options(.destroy, on: false)).errors == [])
    #expect(stage.existing == [])
  }
}
