import Addresses
import ArgumentParser
import Diagnostics
import Engine
import Host
import SQLiteStore
import State
import Values

struct StatePullCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Write the state as a Terraform state file, format 4, to standard output.",
    discussion: """
      The state of the selected workspace, whole, in the form that Terraform and other programs read. Where there is no state, nothing is \
      written. It contains sensitive values in clear.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("Keep a copy", "plumb state pull > backup.tfstate")])

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withState(world, view) { _, _, snapshot in
      if !snapshot.wasNeverWritten {
        world.output(bytes: StateFile(terraformVersion: terraformVersion, snapshot: snapshot).bytes)
      }
      return 0
    }
  }
}

struct StatePushCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Replace the state with a Terraform state file.",
    discussion: """
      Takes a state file for the state of the selected workspace. A file of another lineage or with an older serial is refused, unless \
      forced. With - it reads standard input.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("Begin with the state of a remote backend", "terraform state pull > old.tfstate", "plumb state push old.tfstate")
    ])

  @Argument(help: "The state file, or - for standard input.")
  var path: String

  @Flag(help: "Write it although its lineage is another or its serial is older.")
  var force = false

  @OptionGroup var lock: IgnoredLockArguments

  @Flag(name: .customLong("ignore-remote-version"), help: "Has no effect: there are no remote backends.")
  var ignoreRemoteVersion = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withState(world, view) { session, store, current in
      var bytes: [UInt8] = []
      if path == "-" {
        bytes = world.readInput()
      } else {
        bytes = try world.files.read(path)
      }
      guard let file = try StateFile(reading: bytes) else {
        throw DiagnosticsError(.error("Error reading source state \"\(path)\"", "The file is empty: there is no state in it."))
      }
      if try await session.readState(store).isFromTerraform { try await session.takeOver(current, into: store) }
      let run = try await store.beginRun(command: "state push")
      do {
        try await store.replaceAll(with: file.snapshot, force: force, run: run)
        try await store.finishRun(run.id, status: .succeeded)
      } catch {
        try? await store.finishRun(run.id, status: .failed)
        throw error
      }
      return 0
    }
  }
}
