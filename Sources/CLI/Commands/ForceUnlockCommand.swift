import ArgumentParser
import Diagnostics
import SQLiteStore
import State

struct ForceUnlockCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "force-unlock", abstract: "Release what a run holds that is stuck.",
    discussion: """
      Ends a run's leases, so that others may change its objects. Leases end by themselves when the run's process is gone or does not \
      renew them for a minute; this is for a run that lives and hangs. The run itself can still write down what its calls in flight did, \
      but begins no new ones.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("Find the run that hangs, and end its leases", "plumb state history", "plumb force-unlock 17")],
    additions: "There is no lock on the whole state. The argument is the number of a run, where Terraform takes the id of a lock.")

  @Argument(help: "The number of the run, as conflicts name it; plumb state history lists all.")
  var run: String

  @Flag(help: "Do not ask for confirmation.")
  var force = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: nil) { state in
      guard let store = state.database else { return 1 }
      let runs = try await store.runs()
      guard let id = Int64(run), let found = runs.first(where: { $0.id == id }) else {
        throw failure("There is no run \(run). The state is locked by object and for the time of a run only, so usually nothing needs unlocking.")
      }
      guard found.status == .running else {
        throw failure("Run \(id) has \(found.status.rawValue) and holds nothing any more.")
      }
      if !force && !confirm(found, world) {
        world.output.line("force-unlock cancelled.")
        return 1
      }
      try await store.finishRun(id, status: .abandoned)
      world.output.line(
        "Plumb state has been successfully unlocked!\n\nWhat \(found.displayName) held is free, and other runs may "
          + "change it now.")
      return 0
    }
  }

  private func failure(_ reason: String) -> DiagnosticsError {
    DiagnosticsError(.error("Failed to unlock state", reason))
  }

  private func confirm(_ run: Run, _ world: World) -> Bool {
    world.confirm(
      "Do you really want to force-unlock?",
      "Other runs can then change what \(run.displayName) holds,\neven though it may still be at work.\n\(confirmationHint)",
      style: Report(world, view).style)
  }
}
