import Addresses
import Diagnostics
import Engine
import Host
import SQLiteStore
import State

/// A state that a command looks into and may change: what the store holds of the workspace, or one of Terraform's state files.
///
/// A file is read into a store in memory, so that changes are the same transactions with the same checks in both places, and is
/// written back whole.
final class EditableState {
  private let session: Session
  private let store: any StateStore
  /// The store of the workspace, unless this is a file.
  let database: SQLiteStore?
  /// The file that the state was read from and goes back to; nil for the store.
  private let path: String?
  /// The state as it is, with the row versions that changes must name.
  private(set) var snapshot: StateSnapshot
  /// Milliseconds to wait for objects that another run is changing.
  var leaseTimeout: Int64 = 0
  /// Whether the store is empty yet and the state came from Terraform's file beside it.
  private var isFromTerraform: Bool

  private init(
    _ session: Session, store: any StateStore, database: SQLiteStore?, path: String?, snapshot: StateSnapshot,
    isFromTerraform: Bool
  ) {
    self.session = session
    self.store = store
    self.database = database
    self.path = path
    self.snapshot = snapshot
    self.isFromTerraform = isFromTerraform
  }

  /// - Parameter path: a state file; nil for the workspace's state. A file that does not exist is an empty state.
  static func open(_ session: Session, path: String?) async throws -> EditableState {
    guard let path else {
      let store = session.openStore()
      do {
        let (snapshot, isFromTerraform) = try await session.readState(store)
        return EditableState(
          session, store: store, database: store, path: nil, snapshot: snapshot, isFromTerraform: isFromTerraform)
      } catch {
        await store.close()
        throw error
      }
    }
    let store = MemoryStateStore(environment: session.storeEnvironment)
    if session.world.files.exists(path), let file = try StateFile(reading: session.world.files.read(path)) {
      try await store.replaceAll(with: file.snapshot, force: true, run: nil)
    }
    return EditableState(
      session, store: store, database: nil, path: path, snapshot: try await store.snapshot(), isFromTerraform: false)
  }

  func close() async { await store.close() }

  /// Whether nothing was ever stored here.
  var isMissing: Bool { snapshot.wasNeverWritten }

  /// Does changes in one transaction of a run of their own, which history then names.
  ///
  /// - Parameters:
  ///   - backup: a file that gets the state as it was.
  ///   - output: a file that gets the changed state in place of the one it came from, which then stays as it is.
  ///   - changes: made from the state as it is. Asked again when Terraform's file was taken over and rows got their versions.
  ///   - consequences: changes that follow from what the state is then, in a transaction of their own, since they must name the
  ///     versions that rows have after the first.
  func edit(
    command: String, backup: BackupOption, output: String? = nil, changes: (StateSnapshot) throws -> [ObjectChange],
    consequences: (StateSnapshot) -> [ObjectChange] = { _ in [] }
  ) async throws {
    var wanted = try changes(snapshot)
    if wanted.isEmpty { return }
    try saveBackup(backup, beside: output == nil ? path : nil)
    if isFromTerraform, let database, output == nil {
      try await session.takeOver(snapshot, into: database)
      isFromTerraform = false
      snapshot = try await database.snapshot()
      wanted = try changes(snapshot)
    }
    if let output { return try await write(wanted, command: command, to: output) }
    try await commit(wanted, command: command, to: store, again: changes, consequences: consequences)
    snapshot = try await store.snapshot()
    if let path { try writeFile(snapshot, to: path) }
  }

  /// Leaves this state as it is and puts a changed one into a file.
  private func write(_ changes: [ObjectChange], command: String, to output: String) async throws {
    let copy = MemoryStateStore(environment: session.storeEnvironment)
    try await copy.replaceAll(with: snapshot, force: true, run: nil)
    let versions = try await copy.snapshot()
    try await commit(changes.map { $0.rebased(on: versions) }, command: command, to: copy, again: { _ in [] }) { _ in [] }
    try writeFile(try await copy.snapshot(), to: output)
  }

  /// - Parameter again: decides the changes anew on what another run has written, if this one had to wait for it.
  private func commit(
    _ changes: [ObjectChange], command: String, to store: any StateStore, again: (StateSnapshot) throws -> [ObjectChange],
    consequences: (StateSnapshot) -> [ObjectChange]
  ) async throws {
    let run = try await store.beginRun(command: command)
    do {
      var changes = changes
      let output = session.world.output
      let wait = LeaseWait(
        limit: leaseTimeout, uptime: session.world.uptimeMilliseconds, onWait: { output.line(ProgressText.waiting) })
      if try await store.lease(Set(changes.flatMap(\.keys)).sorted(), for: run, wait: wait) {
        changes = try again(try await store.snapshot())
        try await store.lease(Set(changes.flatMap(\.keys)).sorted(), for: run)
      }
      _ = try await store.commit(changes, run: run)
      let more = consequences(try await store.snapshot())
      if !more.isEmpty { _ = try await store.commit(more, run: run) }
      try await store.finishRun(run.id, status: .succeeded)
    } catch {
      try? await store.finishRun(run.id, status: .failed)
      throw error
    }
  }

  private func saveBackup(_ backup: BackupOption, beside file: String?) throws {
    guard let name = backup.path(of: file, now: session.world.now()) else { return }
    if isMissing { return }
    try writeFile(snapshot, to: name)
  }

  private func writeFile(_ snapshot: StateSnapshot, to path: String) throws {
    do {
      try session.world.files.write(
        StateFile(terraformVersion: terraformVersion, snapshot: snapshot).bytes, to: path, mode: 0o600)
    } catch {
      throw DiagnosticsError(.error("Failed to save state", "The state file \(path) could not be written: \(error)"))
    }
  }
}

/// Where the state as it was before a change goes. The store keeps every past version itself, so that it needs no backup unless
/// one is asked for; a file gets one beside it.
struct BackupOption {
  /// What the user said; `-` for no backup.
  var path: String?
  /// What is put behind a file's name: `.backup`, or the time and `.backup`.
  var isTimed: Bool

  func path(of file: String?, now nanoseconds: Int64) -> String? {
    if let path { return path == "-" ? nil : path }
    guard let file else { return nil }
    return isTimed ? "\(file).\(nanoseconds / 1_000_000_000).backup" : "\(file).backup"
  }
}

extension ObjectChange {
  /// The same change, decided on the rows of another copy of the state.
  fileprivate func rebased(on snapshot: StateSnapshot) -> ObjectChange {
    func version(_ key: ObjectKey) -> Int64 { snapshot.object(key)?.version ?? 0 }
    switch self {
    case .put(let object, _): return .put(object, expectedVersion: version(object.key))
    case .remove(let key, _): return .remove(key, expectedVersion: version(key))
    case .depose(let address, let deposedKey, _):
      return .depose(address, deposedKey: deposedKey, expectedVersion: version(ObjectKey(address)))
    case .restore(let address, let deposedKey, _):
      return .restore(
        address, deposedKey: deposedKey, expectedVersion: version(ObjectKey(address, deposedKey: deposedKey)))
    case .move(let from, let to, _): return .move(from: from, to: to, expectedVersion: version(from))
    }
  }
}
