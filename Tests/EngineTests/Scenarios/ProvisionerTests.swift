import Addresses
import Diagnostics
import Plans
import State
import Synchronization
import Testing

@testable import Engine

/// When provisioners run, and what the state says meanwhile.
@Suite struct ProvisionerTests {
  private static func main(_ more: String = "", command: String = "make") -> String {
    """
    resource "sim_simple" "a" {
      name = "a"
      provisioner "local-exec" { command = "\(command) ${self.id}" }
      provisioner "local-exec" {
        when    = destroy
        command = "unmake ${self.id}"
      }
      \(more)
    }
    resource "sim_simple" "behind" {
      name = "behind"
      note = sim_simple.a.id
    }
    """
  }

  private static let failure: [Diagnostic] = [.error("local-exec provisioner error", "directed")]

  /// A process that is killed now leaves what the next one reads: an object that is not whole.
  @Test func anObjectIsTaintedWhileItIsProvisioned() async throws {
    let seen = Mutex<[String]>([])
    let stages = Mutex<Stage?>(nil)
    let stage = Stage(
      provisioners: ScriptedProvisioners { command in
        let stored = try? await stages.withLock { $0 }?.stored()
        seen.withLock { $0 += (stored ?? []).map { "\(command): \($0)" } }
        return []
      })
    stages.withLock { $0 = stage }
    let act = try await stage.act(Self.main())
    #expect(act.errors == [])
    #expect(seen.withLock { $0 } == ["make sim_simple/a#1: sim_simple.a tainted"])
    #expect(try await stage.stored() == ["sim_simple.a", "sim_simple.behind"])
    // What ran before does not run again.
    #expect(try await stage.act(Self.main()).actions == [])
    #expect(stage.provisioners.commands == ["make sim_simple/a#1"])
  }

  @Test func aFailureTaintsAndTheReplacementRunsOnlyWhatCreates() async throws {
    let fails = Mutex(true)
    let stage = Stage(provisioners: ScriptedProvisioners { _ in fails.withLock { $0 } ? Self.failure : [] })
    let act = try await stage.act(Self.main())
    #expect(act.errorSummaries == ["local-exec provisioner error"])
    #expect(try await stage.stored() == ["sim_simple.a tainted"])
    #expect(try await stage.snapshot().operationsInFlight.isEmpty)
    fails.withLock { $0 = false }
    let next = try await stage.act(Self.main())
    #expect(next.actions == ["delete-then-create sim_simple.a", "create sim_simple.behind"])
    #expect(stage.provisioners.commands == ["make sim_simple/a#1", "make sim_simple/a#2"])
    #expect(try await stage.stored() == ["sim_simple.a", "sim_simple.behind"])
  }

  @Test func aFailureBeforeDestructionKeepsTheObject() async throws {
    let fails = Mutex(true)
    let stage = Stage(
      provisioners: ScriptedProvisioners { $0.hasPrefix("unmake") && fails.withLock { $0 } ? Self.failure : [] })
    _ = try await stage.act(Self.main())
    let act = try await stage.act(Self.main(), PlanOptions(mode: .destroy))
    #expect(act.errorSummaries == ["local-exec provisioner error"])
    #expect(act.effects.contains { $0.hasSuffix("delete a") } == false)
    #expect(try await stage.stored() == ["sim_simple.a"])
    fails.withLock { $0 = false }
    _ = try await stage.act(Self.main(), PlanOptions(mode: .destroy))
    #expect(try await stage.stored() == [])
    #expect(stage.provisioners.commands == ["make sim_simple/a#1", "unmake sim_simple/a#1", "unmake sim_simple/a#1"])
  }

  @Test func aFailureAfterCreatingFirstLeavesBothObjects() async throws {
    let fails = Mutex(false)
    let stage = Stage(provisioners: ScriptedProvisioners { _ in fails.withLock { $0 } ? Self.failure : [] })
    let lifecycle = "lifecycle { create_before_destroy = true }"
    _ = try await stage.act(Self.main(lifecycle))
    fails.withLock { $0 = true }
    var options = PlanOptions()
    options.replace = [ResourceInstance(Resource(.managed, "sim_simple", "a"))]
    let act = try await stage.act(Self.main(lifecycle), options)
    #expect(act.errorSummaries == ["local-exec provisioner error"])
    let stored = try await stage.stored()
    #expect(stored.contains("sim_simple.a tainted"))
    #expect(stored.contains { $0.contains("deposed") })
    fails.withLock { $0 = false }
    _ = try await stage.act(Self.main(lifecycle))
    #expect(try await stage.stored() == ["sim_simple.a", "sim_simple.behind"])
    // Objects that are set aside are not provisioned when they go.
    #expect(!stage.provisioners.commands.contains { $0.hasPrefix("unmake") })
  }

  @Test func aRemovedResourceIsProvisionedByItsBlock() async throws {
    let stage = Stage()
    _ = try await stage.act(Self.main())
    let act = try await stage.act(
      """
      removed {
        from = sim_simple.a
        lifecycle { destroy = true }
        provisioner "local-exec" {
          when    = destroy
          command = "farewell ${self.id}"
        }
      }
      """)
    #expect(act.errors == [])
    #expect(stage.provisioners.commands == ["make sim_simple/a#1", "farewell sim_simple/a#1"])
    #expect(try await stage.stored() == [])
  }

  @Test func unknownProvisionersAreRefusedInRemovedBlocksToo() async throws {
    let (_, problems) = await Stage.graph(
      """
      removed {
        from = sim_simple.a
        provisioner "nope" { when = destroy }
      }
      """)
    #expect(problems.map(\.summary) == ["Missing required provisioner plugin"])
  }
}
