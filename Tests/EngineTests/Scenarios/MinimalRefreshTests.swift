import Plans
import State
import Testing
import Values

@testable import Engine

/// `-minimal-refresh`: only what a change would happen to, by what is stored, is read before it is planned.
@Suite struct MinimalRefreshTests {
  private static let minimal = PlanOptions(refresh: .changes)

  private func main(size: Int = 1, zone: String = "x", last: Int = 0) -> String {
    """
    resource "sim_simple" "a" {
      name = "a"
      size = \(size)
      zone = "\(zone)"
    }
    resource "sim_simple" "b" {
      name = "b"
      note = sim_simple.a.id
    }
    resource "sim_simple" "c" {
      count = 3
      name  = "c${count.index}"
      size  = count.index == 2 ? \(last) : 0
    }
    """
  }

  private func resize(_ stage: Stage, _ id: String, _ size: Int) {
    stage.cloud.update(id: id) { value, _ in value.setting(at: Path.root.attribute("size"), to: .int(size)) }
  }

  @Test func whatDoesNotChangeIsNotRead() async throws {
    let stage = Stage()
    _ = try await stage.act(main())
    resize(stage, "sim_simple/a#1", 5)
    let act = try await stage.act(main(), Self.minimal)
    #expect(act.errors == [])
    #expect(act.process.calls(.read) == [])
    #expect(act.planned.plan?.isEmpty == true)
    // The drift is still there for a plan that reads everything.
    #expect(try await stage.act(main()).actions == ["update sim_simple.a"])
  }

  @Test func oneInstanceThatChangesIsReadAlone() async throws {
    let stage = Stage()
    _ = try await stage.act(main())
    let act = try await stage.act(main(last: 7), Self.minimal)
    #expect(act.errors == [])
    #expect(act.actions == ["update sim_simple.c[2]"])
    #expect(act.process.calls(.read) == ["read sim_simple c2"])
    #expect(act.effects == ["update sim_simple c2"])
    #expect(try await stage.act(main(last: 7)).planned.plan?.isEmpty == true)
  }

  @Test func aChangeReachesWhatRefersToWhatIsNotKnownYet() async throws {
    let stage = Stage()
    _ = try await stage.act(main())
    // An update keeps the id that the other object refers to; a replacement does not.
    let update = try await stage.act(main(size: 2), Self.minimal)
    #expect(update.actions == ["update sim_simple.a"])
    #expect(update.process.calls(.read) == ["read sim_simple a"])
    let replacement = try await stage.act(main(size: 2, zone: "y"), Self.minimal)
    #expect(replacement.errors == [])
    #expect(replacement.actions == ["delete-then-create sim_simple.a", "update sim_simple.b"])
    #expect(replacement.process.calls(.read) == ["read sim_simple a", "read sim_simple b"])
  }

  @Test func whatIsReadIsPlannedAsItIsNow() async throws {
    let stage = Stage()
    _ = try await stage.act(main())
    // One was changed by somebody else already, the other is gone.
    resize(stage, "sim_simple/a#1", 2)
    stage.cloud.delete(id: "sim_simple/c2#1")
    let act = try await stage.act(main(size: 2, last: 7), Self.minimal)
    #expect(act.errors == [])
    #expect(act.actions == ["create sim_simple.c[2]"])
    #expect(stage.existing == ["a#1", "b#1", "c0#1", "c1#1", "c2#2"])
    #expect(try await stage.act(main(size: 2, last: 7)).planned.plan?.isEmpty == true)
  }

  @Test func whatIsRemovedIsReadBeforeItIsDeleted() async throws {
    let stage = Stage()
    _ = try await stage.act(main())
    let act = try await stage.act(
      "resource \"sim_simple\" \"b\" {\n  name = \"b\"\n  note = \"sim_simple/a#1\"\n}\n", Self.minimal)
    #expect(act.errors == [])
    #expect(act.process.calls(.read).sorted() == ["a", "c0", "c1", "c2"].map { "read sim_simple \($0)" })
    #expect(stage.existing == ["b#1"])
  }

  @Test func whatARunLeftInDoubtIsRead() async throws {
    let stage = Stage()
    _ = try await stage.act(main())
    // The provider was gone after it had done its work, so that the result was never written down.
    let direction = Direction(outcomes: ["update a": .crashAfterEffect])
    _ = try await stage.act(main(size: 2), direction: direction)
    #expect(try await !stage.snapshot().interruptedOperations.isEmpty)
    let act = try await stage.act(main(size: 2), Self.minimal)
    #expect(act.errors == [])
    #expect(act.process.calls(.read) == ["read sim_simple a"])
    #expect(act.actions == [])
  }
}
