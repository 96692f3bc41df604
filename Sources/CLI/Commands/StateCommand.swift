import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Host
import SQLiteStore
import State
import Values

struct StateCommand: Documented {
  static let configuration = CommandConfiguration(
    commandName: "state", abstract: "Look into the state, change it by hand, and hand it over.",
    discussion: """
      The state says which objects the configuration manages, and how they were when they were last seen. It is kept in plumb.sqlite, with \
      its whole history; state files in Terraform's format are read with -state and exchanged with pull and push.
      """,
    subcommands: [
      StateListCommand.self, StateIdentitiesCommand.self, StateShowCommand.self, StateMoveCommand.self, StateRemoveCommand.self,
      StateReplaceProviderCommand.self, StatePullCommand.self, StatePushCommand.self, StateHistoryCommand.self,
      StateJournalCommand.self, StateResolveCommand.self,
    ])

  static let manual = Manual(
    additions: "history, journal and resolve tell what happened to each object, and what a run that was cut off left open. identities lists what "
      + "providers know objects by."
  )
}

/// Opens the state for a subcommand and shows what goes wrong.
///
/// Not inlined: the optimiser of Swift 6.3 crashes on the coroutine that would come of it.
/// - Parameters:
///   - path: a state file; nil for the workspace's state.
///   - leaseTimeout: milliseconds to wait for objects that another run is changing.
@inline(never)
func withEditableState(
  _ world: World, _ view: ViewArguments, path: String?, leaseTimeout: Int64 = 0,
  _ body: (EditableState) async throws -> Int32
) async -> Int32 {
  let session = Session(world)
  do {
    try session.checkWorkspace()
    let state = try await EditableState.open(session, path: path)
    state.leaseTimeout = leaseTimeout
    do {
      let code = try await body(state)
      await state.close()
      return code
    } catch {
      await state.close()
      throw error
    }
  } catch {
    Report(world, view).show(Pipeline.diagnostics(of: error), SourceMap())
    return 1
  }
}

/// As `withEditableState`, for what is about the store itself.
@inline(never)
func withState(
  _ world: World, _ view: ViewArguments, _ body: (Session, SQLiteStore, StateSnapshot) async throws -> Int32
) async -> Int32 {
  let session = Session(world)
  return await withEditableState(world, view, path: nil) { state in
    guard let store = state.database else { return 1 }
    return try await body(session, store, state.snapshot)
  }
}

/// The state file to look into instead of the workspace's state.
struct StatePathArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A Terraform state file to look into instead of the workspace's state.", valueName: "path"))
  var state: String?

  static let missing = DiagnosticsError(
    .error(
      "No state file was found!",
      "There is no state here. Run this command where Plumb has been run, or name a state file by -state."))
}
