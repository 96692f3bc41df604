import Addresses
import Plans
import ProviderInterface
import Testing
import Values

@testable import Engine

/// What cannot be planned yet waits for a later round, with everything behind it.
@Suite struct DeferralTests {
  @Test func anUnknownCountWaitsForARound() async throws {
    let stage = Stage()
    let main = """
      resource "sim_simple" "a" { name = "a" }
      resource "sim_simple" "b" {
        count = sim_simple.a.size / 5
        name  = "b${count.index}"
      }
      resource "sim_simple" "c" {
        name = "c"
        note = join(",", sim_simple.b[*].id)
      }
      resource "sim_simple" "d" { name = "d" }
      output "count" { value = length(sim_simple.b) }
      """
    let first = try await stage.act(main)
    #expect(first.errors == [])
    #expect(first.actions == ["create sim_simple.a", "create sim_simple.d"])
    #expect(first.deferrals == ["sim_simple.b instance_count_unknown", "sim_simple.c deferred_prereq"])
    #expect(first.planned.plan?.isComplete == false)
    #expect(stage.existing == ["a#1", "d#1"])
    let second = try await stage.act(main)
    #expect(second.errors == [])
    #expect(second.actions == ["create sim_simple.b[0]", "create sim_simple.b[1]", "create sim_simple.c"])
    #expect(try await stage.output("count") == "2")
    #expect(try await stage.act(main).planned.plan?.isEmpty == true)
  }

  @Test func unknownKeysWaitForARound() async throws {
    let stage = Stage()
    let main = """
      resource "sim_simple" "a" { name = "a" }
      resource "sim_simple" "b" {
        for_each = toset([sim_simple.a.id])
        name     = "b"
      }
      module "m" {
        source   = "./m"
        for_each = toset([sim_simple.a.id])
      }
      """
    let files = ["main.tf": main, "m/main.tf": "resource \"sim_simple\" \"c\" { name = \"c\" }"]
    let (graph, problems) = await Stage.graph(files)
    #expect(problems.errors == [])
    var actions: [[String]] = []
    var deferrals: [[String]] = []
    for _ in 0..<3 {
      let process = stage.process()
      let planned = try await process.plan(graph)
      let plan = try #require(planned.plan)
      #expect(planned.diagnostics.errors == [])
      #expect(await process.apply(plan, graph).diagnostics.errors == [])
      await process.end()
      actions.append(plan.actions)
      deferrals.append(plan.deferrals)
    }
    #expect(
      actions == [
        ["create sim_simple.a"],
        ["create sim_simple.b[\"sim_simple/a#1\"]", "create module.m[\"sim_simple/a#1\"].sim_simple.c"], [],
      ])
    #expect(
      deferrals == [
        ["sim_simple.b instance_count_unknown", "module.m.sim_simple.c instance_count_unknown"], [], [],
      ])
  }

  @Test func whatAProviderDefersWaitsWithWhatIsBehindIt() async throws {
    let stage = Stage()
    let main = """
      resource "sim_simple" "a" { name = "a" }
      resource "sim_simple" "b" {
        name = "b"
        note = sim_simple.a.id
      }
      resource "sim_simple" "c" {
        name = "c"
        note = sim_simple.b.id
      }
      """
    var direction = Direction()
    // The provider cannot say anything about b before a exists.
    direction.plan = { request in
      guard request.proposed.attribute("name")?.asString == "b", stage.cloud.objects.isEmpty else { return nil }
      return PlanResourceChangeResponse(planned: request.proposed, deferred: .absentPrerequisite)
    }
    let first = try await stage.act(main, direction: direction)
    #expect(first.errors == [])
    #expect(first.actions == ["create sim_simple.a"])
    #expect(first.deferrals == ["sim_simple.b absent_prereq", "sim_simple.c deferred_prereq"])
    let second = try await stage.act(main, direction: direction)
    #expect(second.actions == ["create sim_simple.b", "create sim_simple.c"])
    #expect(stage.existing == ["a#1", "b#1", "c#1"])
  }

  @Test func whatIsDeferredStaysAsItIs() async throws {
    let stage = Stage()
    func main(_ zone: String) -> String {
      """
      resource "sim_simple" "a" {
        name = "a"
        zone = "\(zone)"
      }
      resource "sim_simple" "b" {
        for_each = toset([sim_simple.a.id])
        name     = "b"
      }
      """
    }
    _ = try await stage.act(main("x"))
    _ = try await stage.act(main("x"))
    #expect(stage.existing == ["a#1", "b#1"])
    let replacing = try await stage.act(main("y"))
    #expect(replacing.errors == [])
    #expect(replacing.actions == ["delete-then-create sim_simple.a"])
    #expect(stage.existing == ["a#2", "b#1"])
    let following = try await stage.act(main("y"))
    #expect(
      following.actions.sorted() == [
        "create sim_simple.b[\"sim_simple/a#2\"]", "delete sim_simple.b[\"sim_simple/a#1\"]",
      ])
    #expect(stage.existing == ["a#2", "b#2"])
  }

  @Test func destroyingNeedsNoKeys() async throws {
    let stage = Stage()
    let main = """
      resource "sim_simple" "a" { name = "a" }
      resource "sim_simple" "b" {
        for_each = toset([sim_simple.a.id])
        name     = "b"
      }
      """
    _ = try await stage.act(main)
    _ = try await stage.act(main)
    // Somebody deleted a, so that the keys of b are not known any more.
    stage.cloud.delete(id: "sim_simple/a#1")
    let act = try await stage.act(main, PlanOptions(mode: .destroy))
    #expect(act.errors == [])
    #expect(act.actions == ["delete sim_simple.b[\"sim_simple/a#1\"]"])
    #expect(stage.existing == [])
    #expect(try await stage.stored() == [])
  }
}
