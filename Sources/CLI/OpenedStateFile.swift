import ArgumentParser
import Diagnostics
import Engine
import Host
import Modules
import State
import Synchronization

/// Which state a run works on, if it is not that of the workspace.
struct StateFileArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A state file in Terraform's format to work on instead of the workspace's state. It need not exist yet.", valueName: "path"))
  var state: String?

  @Option(
    name: .customLong("state-out"),
    help: ArgumentHelp("Write the changed state to this file and leave the other as it is.", valueName: "path"))
  var stateOut: String?

  @Option(
    help: ArgumentHelp(
      "Where to keep the state as it was. By default a file that is written over is kept beside it, with .backup; - keeps nothing.",
      valueName: "path"))
  var backup: String?

  init() {}

  /// For what changes nothing.
  init(readOnly path: String?) {
    state = path
    stateOut = nil
    backup = nil
  }

  /// The file that is changed; nil for the workspace's state.
  var changedFile: String? { stateOut ?? state }
}

/// A state file in a store of its own, so that working on it is the same as working on the workspace's state. What a transaction
/// changed is in the file when the transaction is done, so that nothing is lost when the run is cut off.
final class OpenedStateFile: Sendable {
  private let session: Session
  private let database = MemoryDatabase()
  private let arguments: StateFileArguments
  private let path: String
  private struct Written {
    /// That of the state in the file; nil if another state is there, or none.
    var serial: UInt64?
    var isBackedUp = false
  }
  private let written: Mutex<Written>

  /// - Parameter serial: that of the state which was read.
  private init(_ session: Session, _ arguments: StateFileArguments, path: String, serial: UInt64) {
    self.session = session
    self.arguments = arguments
    self.path = path
    let isSameFile = path == arguments.state && session.world.files.exists(path)
    written = Mutex(Written(serial: isSameFile ? serial : nil))
  }

  /// Nil if the workspace's state is to be used.
  static func open(_ session: Session, _ arguments: StateFileArguments) async throws -> OpenedStateFile? {
    guard let path = arguments.changedFile else { return nil }
    let source = try await EditableState.open(session, path: arguments.state)
    let snapshot = source.snapshot
    await source.close()
    let file = OpenedStateFile(session, arguments, path: path, serial: snapshot.serial)
    if !snapshot.wasNeverWritten {
      try await MemoryStateStore(database: file.database, environment: session.storeEnvironment)
        .replaceAll(with: snapshot, force: true, run: nil)
    }
    return file
  }

  /// The content, to be read once.
  var reading: StateReading { StateReading(of: store) }

  private var store: MemoryStateStore {
    MemoryStateStore(database: database, environment: session.storeEnvironment) { [self] event throws(StoreError) in
      if event.phase == .before { return }
      switch event.write {
      case .beginRun: try prepare()
      case .commit, .finishOperation, .replaceAll: try write()
      default: return
      }
    }
  }

  /// Makes sure that the file can be written, before anything is done that it will have to tell of.
  private func prepare() throws(StoreError) {
    let files = session.world.files
    if written.withLock({ $0.serial == nil }) { return try write() }
    do throws(FileError) {
      try files.write(try files.read(path), to: path, mode: 0o600)
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: FileError) -> StoreError {
    StoreError(.inputOutput, "The state file \(path) could not be written: \(error)")
  }

  /// Keeps what was in the file before, and writes what is in the store now.
  private func write() throws(StoreError) {
    let files = session.world.files
    let backup = BackupOption(path: arguments.backup, isTimed: false)
    let store = MemoryStateStore(database: database, environment: session.storeEnvironment)
    // Writers wait for each other, so that the last one has seen what the others did.
    try written.withLock { written throws(StoreError) in
      let snapshot = try store.currentSnapshot()
      if snapshot.serial == written.serial { return }
      do throws(FileError) {
        if !written.isBackedUp, files.exists(path), let copy = backup.path(of: path, now: session.world.now()) {
          try files.write(try files.read(path), to: copy, mode: 0o600)
        }
        written.isBackedUp = true
        let parent = normalizedPath(path, "..")
        if !files.isDirectory(parent) { try files.createDirectory(parent) }
        try files.write(StateFile(terraformVersion: terraformVersion, snapshot: snapshot).bytes, to: path, mode: 0o600)
        written.serial = snapshot.serial
      } catch {
        throw failure(error)
      }
    }
  }
}

/// Works with the state file that options name, if they name one; tells what keeps it from being opened.
func withStateFile(
  _ session: Session, _ arguments: StateFileArguments, _ view: any RunView, _ body: (OpenedStateFile?) async -> Int32
) async -> Int32 {
  let file: OpenedStateFile?
  do {
    file = try await OpenedStateFile.open(session, arguments)
  } catch {
    view.diagnostics(Pipeline.diagnostics(of: error), SourceMap())
    return 1
  }
  return await body(file)
}

extension Session {
  /// Keeps the workspace's state as it was in a file, if that is asked for.
  func backUp(_ snapshot: StateSnapshot, _ arguments: StateFileArguments) throws(DiagnosticsError) {
    guard arguments.changedFile == nil, let path = arguments.backup, path != "-", !snapshot.wasNeverWritten else { return }
    do throws(FileError) {
      try world.files.write(StateFile(terraformVersion: terraformVersion, snapshot: snapshot).bytes, to: path, mode: 0o600)
    } catch {
      throw DiagnosticsError(.error("Failed to save a backup of the state", "The file \(path) could not be written: \(error)"))
    }
  }
}
