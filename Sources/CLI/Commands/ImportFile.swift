import ArgumentParser
import Diagnostics
import Engine
import Host
import State

/// Which state `import` takes an object into.
struct ImportFileArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A Terraform state file to work on instead of the workspace's state.", valueName: "path"))
  var state: String?

  @Option(
    name: .customLong("state-out"),
    help: ArgumentHelp("Write the changed state to this file and leave the other as it is.", valueName: "path"))
  var stateOut: String?

  @Option(
    help: ArgumentHelp(
      "Where the state file that is written over is kept. By default beside it, with .backup; - keeps none.", valueName: "path"))
  var backup: String?
}

/// A state file in a store of its own, so that adopting into it is the same work as adopting into the workspace's state.
struct ImportFile {
  let store: MemoryStateStore
  /// Where the result goes.
  private let path: String
  private let backup: BackupOption

  /// Nil if the workspace's state is to be changed.
  static func open(_ session: Session, _ arguments: ImportFileArguments) async throws -> ImportFile? {
    guard let path = arguments.stateOut ?? arguments.state else { return nil }
    let source = try await EditableState.open(session, path: arguments.state)
    let snapshot = source.snapshot
    await source.close()
    let store = MemoryStateStore(environment: session.storeEnvironment)
    if !snapshot.wasNeverWritten { try await store.replaceAll(with: snapshot, force: true, run: nil) }
    return ImportFile(store: store, path: path, backup: BackupOption(path: arguments.backup, isTimed: false))
  }

  /// Keeps what was in the file before, and writes what is in the store now. Gives what went wrong.
  func write(in session: Session) async -> Diagnostic? {
    let files = session.world.files
    do {
      if files.exists(path), let copy = backup.path(of: path, now: session.world.now()) {
        try files.write(try files.read(path), to: copy, mode: 0o600)
      }
      let file = StateFile(terraformVersion: terraformVersion, snapshot: try await store.snapshot())
      try files.write(file.bytes, to: path, mode: 0o600)
      return nil
    } catch {
      return .error("Failed to save state", "The state file \(path) could not be written: \(error)")
    }
  }
}
