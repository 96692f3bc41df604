import Addresses
import Plans
import State
import Testing

@testable import Engine

/// Plans that leave something out.
@Suite struct ExclusionTests {
  private func excluding(_ texts: String..., mode: PlanMode = .normal) -> PlanOptions {
    PlanOptions(mode: mode, excludes: texts.compactMap { TargetAddress(parsing: $0) })
  }

  private static let chain = """
    resource "sim_simple" "a" { name = "a" }
    resource "sim_simple" "b" {
      name = "b"
      note = sim_simple.a.id
    }
    resource "sim_simple" "c" {
      name = "c"
      note = sim_simple.b.id
    }
    resource "sim_simple" "d" { name = "d" }
    output "b" { value = sim_simple.b.id }
    output "d" { value = sim_simple.d.id }
    """

  @Test func dependentsStayOutAsWell() async throws {
    let stage = Stage()
    let act = try await stage.act(Self.chain, excluding("sim_simple.b"))
    #expect(act.errors == [])
    #expect(act.actions == ["create sim_simple.a", "create sim_simple.d"])
    #expect(act.planned.plan?.isComplete == false)
    #expect(act.planned.diagnostics.summaries == ["Resource targeting is in effect"])
    #expect(act.applied?.diagnostics.summaries == ["Applied changes may be incomplete"])
    #expect(try await stage.output("b") == nil)
    #expect(try await stage.output("d") != nil)
    // The rest follows as soon as nothing is left out.
    #expect(try await stage.act(Self.chain).actions == ["create sim_simple.b", "create sim_simple.c"])
  }

  @Test func whatIsExcludedIsNotEvenRead() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.chain)
    let act = try await stage.act(Self.chain, excluding("sim_simple.b", mode: .refreshOnly))
    #expect(act.process.calls(.read).sorted() == ["read sim_simple a", "read sim_simple d"])
  }

  @Test func oneInstanceTakesOnlyItselfAndWhatDependsOnItsResource() async throws {
    let stage = Stage()
    let main = """
      resource "sim_simple" "a" {
        count = 3
        name  = "a${count.index}"
      }
      resource "sim_simple" "b" {
        count = 3
        name  = "b${count.index}"
        note  = sim_simple.a[count.index].id
      }
      """
    let act = try await stage.act(main, excluding("sim_simple.a[1]"))
    #expect(act.actions == ["create sim_simple.a[0]", "create sim_simple.a[2]"])
  }

  @Test func destroyingKeepsWhatIsExcludedAndWhatItNeeds() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.chain)
    let act = try await stage.act(Self.chain, excluding("sim_simple.b", mode: .destroy))
    #expect(act.errors == [])
    #expect(act.actions == ["delete sim_simple.c", "delete sim_simple.d"])
    #expect(try await stage.stored() == ["sim_simple.a", "sim_simple.b"])
    #expect(try await stage.output("b") != nil)
  }

  @Test func anExcludedOrphanStays() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.chain)
    let act = try await stage.act("", excluding("sim_simple.a", "sim_simple.d"))
    #expect(act.actions == ["delete sim_simple.b", "delete sim_simple.c"])
    #expect(try await stage.stored() == ["sim_simple.a", "sim_simple.d"])
  }

  @Test func aMoveMustNotBeExcluded() async throws {
    let stage = Stage()
    _ = try await stage.act("resource \"sim_simple\" \"a\" { name = \"a\" }")
    let moved = """
      resource "sim_simple" "b" { name = "a" }
      moved {
        from = sim_simple.a
        to   = sim_simple.b
      }
      """
    #expect(try await stage.act(moved, excluding("sim_simple.b")).errorSummaries == ["Moved resource instances excluded by targeting"])
    #expect(try await stage.act(moved, excluding("sim_simple.c")).errorSummaries == [])
  }
}
