import Diagnostics
import Host
import SQLiteStore
import State

/// The workspaces of a directory: those in the store, and those that Terraform left in `terraform.tfstate.d` and that are taken
/// over when they are first changed.
struct Workspaces {
  let session: Session
  private var files: any FileTree { session.world.files }

  static let variable = "TF_WORKSPACE"
  private static let directory = "terraform.tfstate.d"

  /// The name that the environment asks for, whatever was selected.
  var override: String? { session.world.environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 } }

  /// Names that need no escape in the path of an address; and none that is a directory of its own meaning.
  static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
          return true
        default: return "-_.~$&+=:@".utf8.contains(byte)
        }
      }
  }

  /// The default one first, the others by name.
  func names() async throws -> [String] {
    let store = session.openStore()
    let stored: [String]
    do {
      stored = try await store.workspaces()
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    let left = ((try? files.list(Self.directory)) ?? []).filter { files.isDirectory("\(Self.directory)/\($0)") }
    let others = Set(stored + left.filter(Self.isValid)).subtracting([SQLiteStore.defaultWorkspace])
    return [SQLiteStore.defaultWorkspace] + others.sorted()
  }

  /// Makes the workspace the one that later commands work in.
  func select(_ name: String) throws {
    do {
      try files.createDirectory(session.dataDirectory)
      try files.write(Array(name.utf8), to: "\(session.dataDirectory)/environment")
    } catch {
      throw DiagnosticsError(
        .error("Failed to select workspace", "The selection could not be written to \(session.dataDirectory)/environment: \(error)"))
    }
  }

  /// Makes a workspace that is listed from now on.
  /// - Parameter state: what it is to hold from the start.
  func create(_ name: String, state: StateSnapshot?) async throws {
    let store = session.openStore(workspace: name)
    do {
      try await store.createWorkspace()
      if let state {
        let run = try await store.beginRun(command: "workspace new")
        try await store.replaceAll(with: state, force: true, run: run)
        try await store.finishRun(run.id, status: .succeeded)
      }
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  /// What the workspace holds, from the store or from Terraform's file.
  func state(of name: String) async throws -> StateSnapshot {
    let store = session.openStore(workspace: name)
    do {
      let snapshot = try await session.readState(store, workspace: name).snapshot
      await store.close()
      return snapshot
    } catch {
      await store.close()
      throw error
    }
  }

  /// Deletes a workspace with all that is known of it, in the store and in Terraform's directory.
  func delete(_ name: String) async throws {
    let store = session.openStore()
    do {
      if try await store.workspaces().contains(name) { try await store.deleteWorkspace(name) }
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    let left = "\(Self.directory)/\(name)"
    if files.exists(left) { try files.remove(left) }
  }
}
