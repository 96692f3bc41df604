import State
import Testing

@testable import Engine

/// In which order providers are asked when objects are replaced. One call at a time, so that the order is the graph's.
@Suite struct ReplacementOrderTests {
  private func main(_ zone: String, _ lifecycle: String = "") -> String {
    """
    resource "sim_simple" "a" {
      name = "a"
      zone = "\(zone)"
    }
    resource "sim_simple" "b" {
      name = "b"
      zone = sim_simple.a.id
      \(lifecycle)
    }
    resource "sim_simple" "c" {
      name = "c"
      note = sim_simple.b.id
    }
    """
  }

  @Test func deleteThenCreate() async throws {
    let stage = Stage()
    #expect(
      try await stage.act(main("x")).effects == ["create sim_simple a", "create sim_simple b", "create sim_simple c"])
    let act = try await stage.act(main("y"))
    #expect(act.errors == [])
    #expect(
      act.actions == ["delete-then-create sim_simple.a", "delete-then-create sim_simple.b", "update sim_simple.c"])
    #expect(
      act.effects == [
        "delete sim_simple b", "delete sim_simple a", "create sim_simple a", "create sim_simple b",
        "update sim_simple c",
      ])
    #expect(stage.existing == ["a#2", "b#2", "c#1"])
  }

  /// What b needs is created before it is destroyed as well, though its block does not say so.
  @Test func createBeforeDestroy() async throws {
    let stage = Stage()
    let lifecycle = "lifecycle { create_before_destroy = true }"
    _ = try await stage.act(main("x", lifecycle))
    let act = try await stage.act(main("y", lifecycle))
    #expect(act.errors == [])
    #expect(
      act.actions == ["create-then-delete sim_simple.a", "create-then-delete sim_simple.b", "update sim_simple.c"])
    #expect(
      act.effects == [
        "create sim_simple a", "create sim_simple b", "update sim_simple c", "delete sim_simple b",
        "delete sim_simple a",
      ])
    #expect(stage.existing == ["a#2", "b#2", "c#1"])
    #expect(try await stage.stored() == ["sim_simple.a", "sim_simple.b", "sim_simple.c"])
  }

  /// The state remembers that b used a; from now on a uses b. Old objects go in the old order, new ones come in the new order.
  @Test func dependenciesMayTurnRound() async throws {
    let stage = Stage()
    _ = try await stage.act(
      """
      resource "sim_simple" "a" {
        name = "a"
        zone = "x"
      }
      resource "sim_simple" "b" {
        name = "b"
        zone = sim_simple.a.id
      }
      """)
    let act = try await stage.act(
      """
      resource "sim_simple" "a" {
        name = "a"
        zone = sim_simple.b.id
      }
      resource "sim_simple" "b" {
        name = "b"
        zone = "y"
      }
      """)
    #expect(act.errors == [])
    #expect(act.effects.filter { $0.hasPrefix("delete") } == ["delete sim_simple b", "delete sim_simple a"])
    #expect(act.effects.filter { $0.hasPrefix("create") } == ["create sim_simple b", "create sim_simple a"])
  }

  /// The old b still refers to the old a, but was made when it was not yet to be created first: the instance that goes for good
  /// must not hold up what it is itself held up by.
  @Test func aRemovedInstanceOfWhatIsCreatedFirst() async throws {
    let stage = Stage()
    func main(_ keys: String, _ zone: String, _ lifecycle: String) -> String {
      """
      resource "sim_simple" "a" {
        for_each = toset([\(keys)])
        name     = each.key
      }
      resource "sim_simple" "b" {
        name = "b"
        zone = "\(zone)"
        note = join(",", [for a in sim_simple.a : a.id])
        \(lifecycle)
      }
      """
    }
    _ = try await stage.act(main("\"a1\", \"a2\"", "x", ""))
    let act = try await stage.act(main("\"a1\"", "y", "lifecycle { create_before_destroy = true }"))
    #expect(act.errors == [])
    #expect(act.effects == ["create sim_simple b", "delete sim_simple b", "delete sim_simple a2"])
  }

  /// The flag is remembered: what is removed from the configuration is destroyed after its users have let go of it.
  @Test func theOrderOutlivesTheBlock() async throws {
    let stage = Stage()
    let lifecycle = "lifecycle { create_before_destroy = true }"
    _ = try await stage.act(main("x"))
    // Nothing changes but the flag.
    #expect(try await stage.act(main("x", lifecycle)).actions == [])
    #expect(try await stage.snapshot().objects.map(\.createBeforeDestroy) == [true, true, false])
    let act = try await stage.act("resource \"sim_simple\" \"c\" {\n name = \"c\"\n}\n")
    #expect(act.errors == [])
    #expect(act.effects == ["update sim_simple c", "delete sim_simple b", "delete sim_simple a"])
  }

  @Test func aDeposedObjectIsDestroyedByTheNextRun() async throws {
    let stage = Stage()
    let lifecycle = "lifecycle { create_before_destroy = true }"
    _ = try await stage.act(main("x", lifecycle))
    var direction = Direction()
    direction.outcomes = ["delete b": .errorBeforeEffect]
    let failing = try await stage.act(main("y", lifecycle), direction: direction)
    #expect(failing.errorSummaries == ["Directed fault"])
    // The old a is still needed by the old b.
    #expect(stage.existing == ["a#1", "a#2", "b#1", "b#2", "c#1"])
    let stored = try await stage.stored()
    #expect(stored.filter { $0.contains("deposed") }.count == 2)
    let next = try await stage.act(main("y", lifecycle))
    #expect(next.errors == [])
    #expect(next.effects == ["delete sim_simple b", "delete sim_simple a"])
    #expect(stage.existing == ["a#2", "b#2", "c#1"])
  }
}
